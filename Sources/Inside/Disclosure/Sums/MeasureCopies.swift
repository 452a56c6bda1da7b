import Bytes

/// Values of two measures of some units, of which one may be the other in other units, as yuan and fen are, or counted from
/// elsewhere: each sum of both would be drawn twice, and two draws can be averaged.
struct MeasureCopies {
  private let pairs: [(one: Int64, other: Int64)]

  /// - Parameters: by unit what it has; zeros too, which a copy has in the same places.
  init(_ one: [UInt64: Int64], _ other: [UInt64: Int64]) {
    pairs = one.keys.sorted().compactMap { unit in
      guard let mine = one[unit], let theirs = other[unit] else { return nil }
      return (mine, theirs)
    }
  }

  /// Whether they are one quantity: at least 99 of 100 units say so, of enough that it is no accident.
  var areOne: Bool {
    let moving = pairs.filter { $0.one != 0 || $0.other != 0 }
    guard moving.count >= MeasureCopies.enough else { return false }
    let values = (Set(pairs.map(\.one)).count, Set(pairs.map(\.other)).count)
    // Of values that are always the same there is nothing to know; of two, both must be seen.
    guard min(values.0, values.1) > 1 else { return false }
    if min(values.0, values.1) == 2 {
      let zeros = pairs.count - moving.count
      return zeros >= MeasureCopies.enough && isMultiple(moving, values)
    }
    return isMultiple(moving, values) || isMoved
  }

  /// Whether one is the other, revised: it goes on with more than half of the units within 2 %. The commonest two values say
  /// nothing: most people have 40 hours and 52 weeks.
  var isRevised: Bool {
    let moving = pairs.filter { $0.one != 0 && $0.other != 0 }
    let commonest = Dictionary(grouping: moving) { [$0.one, $0.other] }.max {
      $0.value.count < $1.value.count
    }
    let judged = moving.filter { [$0.one, $0.other] != commonest?.key }
    guard judged.count >= MeasureCopies.enough, 2 * judged.count > moving.count,
      Set(judged.map(\.one)).count >= MeasureCopies.enough
    else { return false }
    let ratios = judged.map { Double($0.other) / Double($0.one) }.sorted()
    let ratio = ratios[ratios.count / 2]
    return 2 * judged.count { abs(Double($0.other) / Double($0.one) / ratio - 1) <= 0.02 } > judged.count
  }

  private static let enough = 30

  private func isMost(_ count: Int, of all: Int) -> Bool { 100 * count >= 99 * all }

  /// A multiple, as far as rounding lets it be.
  private func isMultiple(_ moving: [(one: Int64, other: Int64)], _ values: (Int, Int)) -> Bool {
    let ratios = moving.filter { $0.one != 0 }.map { Double($0.other) / Double($0.one) }.sorted()
    guard !ratios.isEmpty else { return false }
    let whole = moving.reduce(into: (0.0, 0.0)) { $0 = ($0.0 + Double($1.one), $0.1 + Double($1.other)) }
    return [ratios[ratios.count / 2], whole.0 == 0 ? 0 : whole.1 / whole.0].contains { ratio in
      guard ratio != 0 else { return false }
      // The coarser of the two may be rounded to its last digit, where it has more than a few.
      let digit = (abs(ratio) < 1 ? values.1 : values.0) < 8 ? 0 : max(1, abs(ratio)) / 2
      return isMost(
        moving.count { pair in
          let expected = ratio * Double(pair.one)
          return abs(Double(pair.other) - expected) <= max(digit, abs(expected) / 200)
        }, of: moving.count)
    }
  }

  /// A multiple of what is above a constant, exactly.
  private var isMoved: Bool {
    guard let least = pairs.min(by: { $0.one < $1.one }), let most = pairs.max(by: { $0.one < $1.one }),
      least.other != most.other
    else { return false }
    let wide = (Int128(most.one) - Int128(least.one), Int128(most.other) - Int128(least.other))
    return isMost(
      pairs.count {
        (Int128($0.one) - Int128(least.one)) * wide.1 == (Int128($0.other) - Int128(least.other)) * wide.0
      }, of: pairs.count)
  }
}

extension MeasureKinds {
  /// Refuses two measures of the family that are one quantity, and one that goes on with the values of another that is out.
  /// - Parameters:
  ///   - counted: those whose sums are counts: of two of them the same units have one number.
  ///   - out: identities of measures that are out.
  func refuseCopies(_ counted: Set<String>, out: Set<String>) throws(DisclosureError) {
    let gone = former.flatMap(\.measures).filter { !names.contains($0) }
    guard names.count + gone.count > 1 else { return }
    let values = self.values(zeros: true)
    for (place, name) in names.enumerated() {
      for other in names.dropFirst(place + 1) where !(counted.contains(name) && counted.contains(other)) {
        guard MeasureCopies(values[name] ?? [:], values[other] ?? [:]).areOne else { continue }
        throw copies(name, other)
      }
      // What is out under both names cannot be taken back.
      for other in gone where !out.contains(name) {
        let copies = MeasureCopies(values[name] ?? [:], values[other] ?? [:])
        guard copies.areOne || copies.isRevised else { continue }
        throw goesOn(name, other)
      }
    }
  }

  private func copies(_ one: String, _ other: String) -> DisclosureError {
    let (left, right) = (said(one), said(other))
    return DisclosureError(
      .secondDraw,
      Wording(
        "measure \(left.name) of \(left.dataset) and measure \(right.name) of \(right.dataset) are one quantity, the same or in other units: each sum would be drawn twice, and two draws can be averaged",
        "\(left.dataset) 的度量 \(left.name) 与 \(right.dataset) 的度量 \(right.name) 是同一个量，数值相同或只是单位不同：每个合计会抽取两次，两次抽取可以取平均"
      ),
      hint: Wording(
        "declare one of them, or give the field the same name and unit in both; whoever wants the other unit multiplies",
        "请只声明其中一个，或在两处使用同一字段名与单位；需要另一单位者自行换算"))
  }

  private func goesOn(_ name: String, _ gone: String) -> DisclosureError {
    let now = said(name)
    return DisclosureError(
      .secondDraw,
      Wording(
        "measure \(now.name) of \(now.dataset) is the quantity that is out as \(gone), in other units or in another dataset: each sum would be drawn a second time, and two draws can be averaged",
        "\(now.dataset) 的度量 \(now.name) 就是已按 \(gone) 发布的量，只是单位或数据集不同：每个合计会再抽取一次，两次抽取可以取平均"),
      hint: Wording(
        "keep the field \(gone) in the unit in which it is out; whoever wants another unit multiplies",
        "请保留字段 \(gone) 及其发布时的单位；需要另一单位者自行换算"))
  }
}
