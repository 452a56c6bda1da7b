package import Bytes
package import Policies

/// The one pipe from exact cells to a `Released` result. Every table goes through all of it: grammar, guard,
/// threshold, noise, dominance, carry-over, budget. There is no second way to make a `Released` statistic.
package struct Sealer {
  /// What is to be released, and under which rules.
  package struct Request: Sendable {
    package var dataset: String
    package var result: String
    package var keyFamily: String
    package var title: Text
    /// Declared tables in order of importance, each a list of the shape's dimensions in declared order.
    package var tables: [[Int]]
    /// Measures of the cube that this result releases.
    package var measures: [Int]
    package var profile: ProtectionProfile
    package var policyHash: String
    /// ISO 8601 duration below which the result is carried over whole.
    package var refresh: String
    package var now: Timestamp
    /// What is told beside the protected numbers, from nothing but them.
    package var derived: Set<Derived>
    /// Datasets that are made of a table of this one, by name.
    package var kin: [String: Kin]
    /// Whether the report says of every table what would show more of it.
    package var explains = false

    package init(
      dataset: String, result: String, keyFamily: String, title: Text, tables: [[Int]], measures: [Int],
      profile: ProtectionProfile, policyHash: String, refresh: String, now: Timestamp,
      derived: Set<Derived> = [], kin: [String: Kin] = [:]
    ) {
      self.dataset = dataset
      self.result = result
      self.keyFamily = keyFamily
      self.title = title
      self.tables = tables
      self.measures = measures
      self.profile = profile
      self.policyHash = policyHash
      self.refresh = refresh
      self.now = now
      self.derived = derived
      self.kin = kin
    }
  }

  /// How a dataset stands to another that is made of a table of its own.
  package struct Kin: Sendable, Hashable {
    /// What the other's dimensions are called in the first; what is not here is no dimension of it.
    package let names: [String: String]
    /// Whether the other holds only some of the first one's units, or some that are not among them.
    package let isPart: Bool
    /// The tables in which a cell of the other is counted: who is in them is told apart by dimensions of no answer.
    package let tables: [String]

    package init(names: [String: String], isPart: Bool, tables: [String]) {
      self.names = names
      self.isPart = isPart
      self.tables = tables
    }
  }

  /// Numbers made of protected numbers alone, which therefore cost nothing and tell nothing more (DISCLOSURE a.6).
  package enum Derived: String, CaseIterable, Sendable {
    /// A cell's count in percent of its population's, or where a table has no response of everybody's.
    case share
    /// The change of count, sums and means against the period before, in percent.
    case change
  }

  let request: Request
  let shape: Shape
  let measures: [MeasureShape]
  let noise: CellNoise
  let layers: CountLayers
  /// The noise of each measure's sums.
  let sums: [SumNoise]
  let unitFactors: UnitFactors
  let differencing: DifferencingGuard

  /// Checks the declaration against the profile before anything is computed.
  /// - Throws: `DisclosureError` for a table that is too deep or a refresh that is too short.
  package init(
    _ request: Request, shape: Shape, measures: [MeasureShape], keys: ProtectionKeys
  ) throws(DisclosureError) {
    let profile = request.profile
    self.request = request
    self.shape = shape
    self.measures = measures
    noise = CellNoise(profile, keys: keys, family: request.keyFamily)
    layers = CountLayers.of(profile.countNoise)
    sums = measures.map {
      SumNoise(
        keys, family: request.keyFamily, $0, measures: measures.count, counts: profile.countNoise)
    }
    unitFactors = UnitFactors(keys, family: request.keyFamily, profile.factors)
    differencing = DifferencingGuard(profile)
    for table in request.tables {
      let names = table.map { shape.dimensions[$0].name }.joined(separator: ", ")
      let identifying = table.count { shape.isIdentifying($0) }
      guard Set(table).count == table.count else {
        throw DisclosureError(.tooDeep, "table [\(names)] names a dimension twice")
      }
      guard identifying <= profile.maxIdentifying else {
        throw DisclosureError(
          .tooDeep,
          "table [\(names)] has \(identifying) identifying dimensions, profile \(profile.name) allows \(profile.maxIdentifying)",
          hint: "take a dimension out of the table")
      }
      guard table.count - identifying <= profile.maxResponse else {
        throw DisclosureError(
          .tooDeep,
          "table [\(names)] has \(table.count - identifying) response dimensions, profile \(profile.name) allows \(profile.maxResponse)",
          hint: "make one table for each response")
      }
    }
    try checkStatistics()
    guard let least = Refresh(profile.minimumRefresh), least.shortestDays >= 1 else {
      throw DisclosureError(
        .refresh,
        Wording(
          "profile \(profile.name): its minimum refresh \(profile.minimumRefresh) is no duration of a day or more",
          "方案 \(profile.name)：最短更新周期 \(profile.minimumRefresh) 不是一天以上的时间段"),
        hint: Wording("write for example P1M in protection.json5", "请在 protection.json5 中写成 P1M 一类的形式"))
    }
    guard let asked = Refresh(request.refresh) else {
      throw DisclosureError(
        .refresh, "refresh \(request.refresh) is no ISO 8601 duration of days, weeks, months or years",
        hint: "write for example P3M")
    }
    guard asked.shortestDays >= least.shortestDays else {
      throw DisclosureError(
        .refresh,
        "result \(request.result) refreshes every \(request.refresh), profile \(profile.name) allows \(profile.minimumRefresh) at the shortest",
        hint: "set refresh to \(profile.minimumRefresh) or longer")
    }
  }

  /// Refuses statistics that the profile or the tables do not allow.
  private func checkStatistics() throws(DisclosureError) {
    let profile = request.profile
    for place in request.measures {
      let measure = measures[place]
      if measure.statistics.contains(.variance), !profile.variance {
        throw DisclosureError(
          .statistic, "profile \(profile.name) allows no variance, which measure \(measure.name) declares",
          hint: "take variance out of the measure's statistics")
      }
      guard !measure.percentiles.isEmpty else { continue }
      guard profile.percentiles else {
        throw DisclosureError(
          .statistic, "profile \(profile.name) allows no percentiles, which measure \(measure.name) declares",
          hint: "take them out of the measure's statistics")
      }
      guard measure.bands.count >= 2, measure.bands[0] <= measure.lower else {
        throw DisclosureError(
          .statistic, "the bands of measure \(measure.name) do not hold all its values",
          hint: "declare at least two bands, the first from the measure's lower bound")
      }
      if let table = request.tables.first(where: { !$0.allSatisfy { shape.isIdentifying($0) } }) {
        let names = table.map { shape.dimensions[$0].name }.joined(separator: ", ")
        throw DisclosureError(
          .statistic,
          "measure \(measure.name) declares percentiles, and table [\(names)] has a response: bands are one already",
          hint: "put the table into a result of its own")
      }
    }
    if request.derived.contains(.change),
      !request.tables.contains(where: { !shape.periods.isDisjoint(with: $0) })
    {
      throw DisclosureError(
        .statistic, "result \(request.result) asks for changes, and none of its tables has a period",
        hint: "add a table over a dimension that is cut by period")
    }
  }

  /// The result of an earlier computation where it is younger than `refresh` and was declared as now: it goes out
  /// byte for byte as it was. Where the policy files have changed since and the profile is still the same, its record
  /// names the policy that is in force; no number is touched. Another `refresh` holds from the next computation on: by
  /// itself it makes none.
  package func carried(from history: ResultHistory) -> Released? {
    guard let held = history.stored(request.dataset, request.result, declaration: declaration),
      [request.refresh, held.refresh].contains(where: { refresh in
        Refresh(refresh).map { request.now < $0.after(held.released.computed) } ?? false
      })
    else { return nil }
    return held.released.inForce(under: request.policyHash)
  }

  /// A digest of everything that decides what is released beside the data.
  var declaration: String { Declaration.digest(request, shape: shape, measures: measures) }

  /// What decides whether a number may be shown beside the data: under other rules each draw is judged anew.
  package static func fingerprint(_ profile: ProtectionProfile) -> String {
    "2/\(profile.k)/\(profile.jitterWeights)/\(profile.pPercent)/\(profile.populationFloor)"
      + (profile.dominance.map { "/\($0.contributors),\($0.percent)" } ?? "")
      + (profile.countNoise == .two ? "" : "/counts \(profile.countNoise.rawValue)")
  }

  /// What a draw depends on beside the data: a number of which one draw is out has no other (DISCLOSURE 00, rule 1).
  static func draw(_ profile: ProtectionProfile) -> String {
    "\(profile.factors.lasting.rawValue),\(profile.factors.yearly.rawValue)"
  }
}

extension Sealer {
  /// The sets of dimensions whose cells stand behind the declared tables.
  package var tables: [DimensionSet] { request.tables.map { shape.behind($0) } }
  /// Changed units from which on a draw is not kept.
  package var k: Int { request.profile.k }
  /// Places of the measures that are released.
  package var releasedMeasures: [Int] { request.measures }
}
