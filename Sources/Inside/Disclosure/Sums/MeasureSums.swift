import Bytes

/// Values of several measures of some units, of which one may follow from the others, as a total follows from its parts: each
/// giant's share in it would be drawn twice, once as itself and once part by part, and two draws can be averaged.
struct MeasureSums {
  /// Of each unit what it has of each measure; 0 for nothing.
  private let rows: [[Int64]]
  /// The measures of which enough units have something.
  private let columns: [Int]

  /// - Parameter rows: of each unit what it has of each measure; 0 for nothing.
  init(_ rows: [[Int64]]) {
    self.rows = rows.filter { $0.contains { $0 != 0 } }
    let width = rows.first?.count ?? 0
    columns = (0..<width).filter { column in
      rows.count { $0[column] != 0 } >= MeasureSums.enough && rows.contains { $0[column] != rows[0][column] }
    }
  }

  private static let enough = 30
  /// Some units may be otherwise: another choice of them is then without those.
  private static let attempts: UInt64 = 12

  /// Places of three measures or more of which each follows from the others, for at least 99 of 100 units that have any of
  /// them, exactly; nil where there are none.
  var related: [Int]? {
    guard columns.count > 2, rows.count >= columns.count + 2 + MeasureSums.enough else { return nil }
    for attempt in 0..<MeasureSums.attempts {
      for relation in relations(of: chosen(attempt)) where holds(relation) {
        return relation.indices.dropFirst().filter { relation[$0] != 0 }.map { columns[$0 - 1] }
      }
    }
    return nil
  }

  /// Some units by chance, a few with something of each measure among them.
  private func chosen(_ attempt: UInt64) -> [[Int64]] {
    var places: Set<Int> = []
    let most = rows.count - MeasureSums.enough
    func choose(_ candidates: [Int], _ count: Int, _ salt: UInt64) {
      for number in 0..<UInt64(count) where places.count < most && !candidates.isEmpty {
        var mixed = (attempt << 32 | salt << 8 | number) &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed >> 29
        mixed &*= 0xBF58_476D_1CE4_E5B9
        mixed ^= mixed >> 32
        places.insert(candidates[Int(mixed % UInt64(candidates.count))])
      }
    }
    for (salt, column) in columns.enumerated() {
      choose(rows.indices.filter { rows[$0][column] != 0 }, 2, UInt64(salt))
    }
    choose(Array(rows.indices), max(8, columns.count + 10 - places.count), UInt64(columns.count))
    return places.sorted().map { rows[$0] }
  }

  /// All relations that hold for some units: by which numbers a constant and the measures are multiplied to come to nothing.
  private func relations(of units: [[Int64]]) -> [[Residue]] {
    var matrix = units.map { row in [Residue(1)] + columns.map { Residue(row[$0]) } }
    let width = columns.count + 1
    guard matrix.count > width else { return [] }
    var pivots: [Int] = []
    for column in 0..<width {
      guard let found = matrix.indices.dropFirst(pivots.count).first(where: { matrix[$0][column] != 0 })
      else {
        continue
      }
      matrix.swapAt(pivots.count, found)
      let inverse = matrix[pivots.count][column].inverse
      let pivot = matrix[pivots.count].map { $0 * inverse }
      for row in matrix.indices where matrix[row][column] != 0 {
        let multiple = matrix[row][column]
        matrix[row] = zip(matrix[row], pivot).map { $0 - multiple * $1 }
      }
      matrix[pivots.count] = pivot
      pivots.append(column)
    }
    return (0..<width).filter { !pivots.contains($0) }.map { free in
      var relation = [Residue](repeating: 0, count: width)
      relation[free] = 1
      for (row, pivot) in pivots.enumerated() { relation[pivot] = Residue(0) - matrix[row][free] }
      return relation
    }
  }

  private func holds(_ relation: [Residue]) -> Bool {
    let involved = columns.indices.filter { relation[$0 + 1] != 0 }
    guard involved.count > 2 else { return false }
    let moving = rows.filter { row in involved.contains { row[columns[$0]] != 0 } }
    let held = moving.count { row in
      involved.reduce(relation[0]) { $0 + relation[$1 + 1] * Residue(row[columns[$1]]) } == 0
    }
    return held >= MeasureSums.enough && 100 * held >= 99 * moving.count
  }
}

/// A whole number by what it leaves of 2⁶¹ − 1: with these one reckons exactly, without fractions and however large numbers
/// would become, and what comes to nothing by accident is one in as many.
private struct Residue: Equatable, ExpressibleByIntegerLiteral {
  private static let modulus: UInt64 = 1 << 61 - 1
  private let value: UInt64

  private init(reduced value: UInt64) { self.value = value }

  init(_ number: Int64) {
    let rest = number.magnitude % Residue.modulus
    value = number < 0 && rest > 0 ? Residue.modulus - rest : rest
  }

  init(integerLiteral number: Int64) { self.init(number) }

  static func + (one: Residue, other: Residue) -> Residue {
    Residue(reduced: (one.value + other.value) % modulus)
  }

  static func - (one: Residue, other: Residue) -> Residue {
    Residue(reduced: (one.value + modulus - other.value) % modulus)
  }

  static func * (one: Residue, other: Residue) -> Residue {
    let product = one.value.multipliedFullWidth(by: other.value)
    return Residue(reduced: modulus.dividingFullWidth(product).remainder)
  }

  /// By Fermat; 0 of 0.
  var inverse: Residue {
    var (result, power, exponent): (Residue, Residue, UInt64) = (1, self, Residue.modulus - 2)
    while exponent > 0 {
      if exponent & 1 == 1 { result = result * power }
      power = power * power
      exponent >>= 1
    }
    return result
  }
}

extension MeasureKinds {
  /// Refuses measures of the family of which one follows from others, in one dataset or over several, today's and those that
  /// are out.
  /// - Parameter counted: those whose sums are counts, which have rules of their own.
  func refuseSums(_ counted: Set<String>) throws(DisclosureError) {
    let gone = former.flatMap(\.measures).filter { !names.contains($0) }
    let all = (names + gone).filter { !counted.contains($0) }
    guard all.count > 2 else { return }
    for columns in sources(all) {
      let values = columns.map(\.values)
      // A unit that a dataset does not have says nothing of it; one without a value adds nothing.
      var units = columns.first?.units ?? []
      for column in columns.dropFirst() { units.formIntersection(column.units) }
      let rows = units.sorted().map { unit in values.map { $0[unit] ?? 0 } }
      guard let places = MeasureSums(rows).related,
        places.contains(where: { names.contains(columns[$0].name) })
      else { continue }
      throw followsFromOthers(places.map { columns[$0].name }, gone)
    }
  }

  private func followsFromOthers(_ measures: [String], _ gone: [String]) -> DisclosureError {
    let told = measures.map { name in
      gone.contains(name) ? name : said(name).name + " (" + said(name).dataset + ")"
    }
    return DisclosureError(
      .secondDraw,
      Wording(
        "of the measures \(told.joined(separator: ", ")) each follows from the others, as a total follows from its parts: what one large unit has would be drawn twice, and two draws can be averaged",
        "度量 \(told.joined(separator: "、")) 中的每一个都可由其余的算出，如同合计由各部分得出：同一大户的数值会抽取两次，两次抽取可以取平均"),
      hint: Wording(
        "leave one of them out, in every dataset of the family: whoever wants it adds up or subtracts the others' sums",
        "请在该密钥族的所有数据集中去掉其中一个：需要者用其余的合计相加或相减即可"))
  }
}
