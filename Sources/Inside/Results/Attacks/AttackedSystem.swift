package import Disclosure
import Policies

/// What the suite attacks: our own way from rows to what is out, or another system over the same tables.
package enum AttackedSystem: Sendable {
  case doorsill
  /// A simpler rule, computed here.
  case simpler(Comparison.System)
  /// A system that runs elsewhere, such as a database.
  case elsewhere(ElsewhereSystem)

  package var name: String {
    switch self {
    case .doorsill: "doorsill"
    case .simpler(let system): system.rawValue
    case .elsewhere(let system): system.name
    }
  }

  /// Whether its noise is drawn by the target's keys, so that other keys draw anew.
  var drawsByKeys: Bool {
    switch self {
    case .doorsill, .simpler(.cellKey), .simpler(.twoLayers): true
    case .simpler(.thresholdOnly), .elsewhere: false
    }
  }

  /// What publishing leaves for the next version.
  struct State {
    var history = ResultHistory()
    /// What our own way released last.
    var released: Released?
  }

  /// Publishes one version after those before it.
  func publish(_ target: Target, _ state: inout State, version: Int = 0) throws(ResultError) -> Published {
    switch self {
    case .doorsill:
      let made = try target.publish(state.history, version: version)
      state.history = made.history
      state.released = made.released
      return try Published(made.released, shape: target.data.shape, measures: target.data.measures)
    case .simpler: return try publish(target, cube: try target.cube())
    case .elsewhere: return try publish(target, cube: nil)
    }
  }

  /// What a system shows that is not ours, which remembers nothing.
  /// - Parameter cube: the exact cells of the target, where they are known.
  func publish(_ target: Target, cube: TrueCube?) throws(ResultError) -> Published {
    var out = Published()
    switch self {
    case .doorsill:
      var state = State()
      return try publish(target, &state)
    case .simpler(let system):
      let comparison = Comparison(target.profile, keys: target.keys)
      let cube = if let cube { cube } else { try target.cube() }
      for set in Set(target.sets) {
        out.counts[set] = comparison.counts(system, set, in: cube)
        guard !target.measures.isEmpty else { continue }
        out.sums[set] = target.data.measures.indices.map { measure in
          target.measures.contains(measure) ? comparison.sums(system, measure: measure, set, in: cube) : []
        }
      }
    case .elsewhere(let system):
      for table in target.tables {
        let set = DimensionSet(table)
        let grid = try disclosing { () throws(DisclosureError) in try Grid(set, of: target.data.shape) }
        var counts = [Int?](repeating: nil, count: grid.count)
        for (codes, count) in try system.ask(ElsewhereQuestion(target, set)) {
          let cell = zip(codes, grid.strides).reduce(0) { $0 + $1.0 * $1.1 }
          if counts.indices.contains(cell) { counts[cell] = count }
        }
        out.counts[set] = counts
      }
    }
    return out
  }
}

/// A system that runs elsewhere: it is given the rows of a copy and answers counts of distinct units.
package struct ElsewhereSystem: Sendable {
  package let name: String
  /// For each cell it shows the places of its codes, in the order of the question's dimensions, and its count.
  let ask: @Sendable (ElsewhereQuestion) throws(ResultError) -> [(codes: [Int], count: Int)]

  package init(
    name: String,
    ask: @escaping @Sendable (ElsewhereQuestion) throws(ResultError) -> [(codes: [Int], count: Int)]
  ) {
    self.name = name
    self.ask = ask
  }
}

/// One table asked of a system elsewhere.
package struct ElsewhereQuestion: Sendable {
  /// The rows: record keys, and codes by place.
  package let data: Microdata
  /// Places of the table's dimensions, ascending.
  package let dimensions: [Int]
  /// The fewest units a cell may show.
  package let k: Int

  /// Each row as its unit and the places of its codes; once more for every code above its own in a hierarchy.
  package var rows: [(unit: UInt64, codes: [Int])] {
    var rows: [(unit: UInt64, codes: [Int])] = []
    for row in 0..<data.rowCount {
      var combinations: [[Int]] = [[]]
      for dimension in dimensions {
        var chain: [Int] = []
        var place = data.codes[dimension][row]
        while place >= 0 {
          chain.append(Int(place))
          place = data.shape.parents[dimension][Int(place)]
        }
        combinations = combinations.flatMap { head in chain.map { head + [$0] } }
      }
      rows += combinations.map { (data.keys[row], $0) }
    }
    return rows
  }

  init(_ target: Target, _ set: DimensionSet) {
    data = target.data
    dimensions = set.places
    k = target.profile.k
  }
}
