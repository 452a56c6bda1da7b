import Disclosure
import Policies

/// One version of one system's numbers over a copy, with what they are held against.
struct Redraw {
  let target: Target
  let published: Published
  /// The exact cells, with squares and giants; of ours with the factors that prominent units carry.
  let cube: TrueCube
}

/// One system over one copy, drawn with one test key after the other: so bars are held against many cases. What hangs on the
/// rows alone is computed once.
struct Redrawing {
  let target: Target
  let system: AttackedSystem
  /// Who is prominent, whatever the system makes of it.
  let prominent: [Set<UInt64>]
  private let survey: Survey
  private let cube: TrueCube
  private let bears: Bool
  private let limit: Int

  /// - Parameter limit: draws after which there are no more.
  init(_ target: Target, _ system: AttackedSystem, limit: Int = .max) throws(ResultError) {
    self.target = target
    self.limit = limit
    self.system = system
    survey = try CubeBuilder.survey(target.data, tables: target.sets, history: ResultHistory())
    let survey = survey
    prominent = target.data.measures.map { survey.prominent[$0.name] ?? [] }
    cube = try target.cube(keeping: [.squares, .giants])
    bears = target.measures.contains { !(survey.prominent[target.data.measures[$0].name] ?? []).isEmpty }
  }

  /// The most draws that are tried: fewer of large tables, which have more cases in each.
  var most: Int {
    system.drawsByKeys ? min(limit, 6000, max(12, 16_000_000 / max(1, target.data.rowCount + 1000))) : 1
  }

  func draw(_ number: Int) throws(ResultError) -> Redraw {
    let drawn = system.drawsByKeys ? target.redrawn(UInt64(number)) : target
    guard case .doorsill = system else {
      return Redraw(target: drawn, published: try system.publish(drawn, cube: cube), cube: cube)
    }
    let sealer = try drawn.sealer()
    let factors = try disclosing { () throws(DisclosureError) in try sealer.factors(survey, ResultHistory()) }
    let own =
      bears
      ? try CubeBuilder.cube(
        drawn.data, tables: drawn.sets, measures: drawn.measures, factors: factors,
        keeping: [.squares, .giants]) : cube
    let sealed = try disclosing { () throws(DisclosureError) in
      try sealer.seal(own, survey: survey, history: ResultHistory(), changes: nil)
    }
    return Redraw(
      target: drawn,
      published: try Published(sealed.released, shape: drawn.data.shape, measures: drawn.data.measures),
      cube: own)
  }
}

extension AttackedSystem {
  /// Copies that are tried: of a system that draws nothing each has one draw only.
  var copies: Int {
    switch self {
    case .doorsill, .simpler(.cellKey), .simpler(.twoLayers), .elsewhere: 1
    case .simpler(.thresholdOnly): 40
    }
  }
}

extension Target {
  /// A copy in which attacks are tried again and again: some of the units where there are many, all giants among them, and no
  /// budget and no least population in the way. What is out of it is more than what would be.
  func copy(seed: UInt64) throws(ResultError) -> Target {
    let survey = try CubeBuilder.survey(data, tables: sets, history: ResultHistory())
    var cells = 1
    for set in sets {
      cells = max(cells, set.places.reduce(1) { $0 * data.shape.leaves[$1].count { $0 } })
    }
    // A tenth is always left out, so that each copy is another one.
    let most = min(max(1500, 100 * cells), data.unitCount - data.unitCount / 10)
    var generator = AttackGenerator(seed &+ 77)
    let giants = survey.prominent.values.reduce(into: Set<UInt64>()) { $0.formUnion($1) }
    let units = (0..<data.unitCount).shuffled(using: &generator).enumerated().filter { place, unit in
      place < most || giants.contains(data.keys[Int(data.starts[unit])])
    }
    let kept = data.picking(units.flatMap { Array(Int(data.starts[$0.1])..<Int(data.starts[$0.1 + 1])) })
    return Target(kept, tables: tables, measures: measures, profile: profile.withoutBudget, keys: keys)
  }

  /// The exact cells with what else is kept of their totals.
  func cube(keeping kept: TotalsColumn.Kept) throws(ResultError) -> TrueCube {
    try CubeBuilder.cube(data, tables: sets, measures: measures, keeping: kept)
  }

  /// Places of the measures whose sums are more than counts.
  var summed: [Int] { measures.filter { !data.measures[$0].isIndicator } }
}

/// What an attacker knows of a system's noise, never the draws.
struct SystemNoise {
  let countVariance: Double
  /// Of a giant's factor; 0 where there is none.
  let factorVariance: Double
  let deviation: (_ totals: CellTotals, _ measure: Int) -> Double

  init(_ system: AttackedSystem, _ target: Target) {
    switch system {
    case .doorsill:
      let known = KnownNoise(
        target.profile, keys: target.keys, family: target.data.shape.keyFamily, measures: target.data.measures
      )
      countVariance = known.countVariance
      factorVariance = known.factorVariance
      deviation = { known.deviation($0, of: $1) }
    case .simpler(let simpler):
      countVariance = Comparison.countVariance(simpler)
      factorVariance = 0
      deviation = { totals, _ in Comparison.deviation(simpler, totals) }
    case .elsewhere:
      countVariance = 4
      factorVariance = 0
      deviation = { _, _ in 0 }
    }
  }

  /// The variance of a sum's noise, factors included but for one giant's of that size.
  func variance(_ totals: CellTotals, _ measure: Int, without giant: Double = 0) -> Double {
    let own = deviation(totals, measure)
    return own * own + max(0, Double(totals.prominent.squares) - giant * giant) * factorVariance
  }
}
