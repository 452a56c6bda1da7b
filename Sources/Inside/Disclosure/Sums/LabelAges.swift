/// In which order the conditions of a dataset came to be surveyed. Of several labels of one set the eldest is the canonical
/// one: a condition that is declared later, such as a coarser level, draws nothing anew (DISCLOSURE 00, rule 2).
struct LabelAges: Sendable {
  /// For each dimension and code.
  private let codes: [[Int]]
  private let sets: [UInt64: Int]
  private let measures: [Int]
  /// All of them by name, for the history.
  let named: [String: Int]

  /// - Parameter root: the dataset's first name.
  init(_ cube: TrueCube, root: String, in history: ResultHistory) {
    let shape = cube.shape.lasting
    let known = history.ages[root]
    let drawn = known == nil ? history.drawn[shape.dataset] : nil
    // What is out from before ages were kept is older than anything else.
    let next = 1 + (history.ages.values.flatMap(\.values).max() ?? 0)
    var named: [String: Int] = [:]
    func age(_ name: String, _ isOut: @autoclosure () -> Bool) -> Int {
      let age = known?[name] ?? (isOut() ? 0 : next)
      named[name] = age
      return age
    }
    let tables = drawn?.cells.keys.map { Set($0) } ?? []
    let axes = drawn?.cells.values.flatMap(\.axes) ?? []
    codes = shape.dimensions.map { dimension in
      let out = Set(axes.filter { $0.name == dimension.name }.flatMap(\.codes))
      return dimension.codes.map { age("code \(dimension.name)=\($0.code)", out.contains($0.code)) }
    }
    var sets: [UInt64: Int] = [:]
    for set in cube.cuboids.keys {
      let told = set.places.filter { !shape.hidden.contains($0) }.map { shape.dimensions[$0].name }.sorted()
      sets[set.bits] = age(
        "table \(told.joined(separator: ","))", tables.contains { $0.isSuperset(of: told) })
    }
    self.sets = sets
    let out = drawn?.measures ?? []
    measures = cube.measures.map { age("measure \($0.identity)", out.contains($0.lasting)) }
    self.named = named
  }

  /// Of a cell with a condition on a part of its units.
  func age(_ member: SetIdentity.Member, _ conditions: [(dimension: Int, code: Int32)]) -> Int {
    var age = sets[member.set.bits] ?? 0
    for condition in conditions { age = max(age, codes[condition.dimension][Int(condition.code)]) }
    switch member.part {
    case .all: return age
    case .valued(let measure), .cases(let measure), .band(let measure, _): return max(age, measures[measure])
    }
  }
}
