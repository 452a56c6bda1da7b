package import Catalogs
package import Disclosure
package import Policies

/// A declared statistic as far as another profile allows it, so that what the profile would show can be tried.
package struct FittedDeclaration: Sendable {
  /// Without what is left out, and refreshed as seldom as the profile asks.
  package let result: ResultDeclaration
  /// Tables with more dimensions than the profile allows.
  package let tooDeep: [[String]]
  /// How many statistics of measures it does not allow.
  package let statistics: Int

  /// Tables and statistics that are left out.
  package var leftOut: Int { tooDeep.count + statistics }

  package init(_ declared: ResultDeclaration, to profile: ProtectionProfile, shape: Shape) {
    var result = declared
    result.profile = profile.name
    func isDeep(_ table: [String]) -> Bool {
      let places = table.compactMap { shape.dimension($0) }
      let identifying = places.count { shape.isIdentifying($0) }
      return identifying > profile.maxIdentifying || places.count - identifying > profile.maxResponse
    }
    tooDeep = declared.tables.filter(isDeep)
    result.tables = declared.tables.filter { !isDeep($0) }
    var dropped = 0
    result.measures = declared.measures.compactMap { measure in
      var kept = measure
      kept.statistics = measure.statistics.filter { statistic in
        (profile.variance || statistic != .variance) && (profile.percentiles || !statistic.isPercentile)
      }
      dropped += measure.statistics.count - kept.statistics.count
      return kept.statistics.isEmpty ? nil : kept
    }
    statistics = dropped
    // A change needs a table with a period.
    if !result.tables.contains(where: { table in
      table.contains { shape.dimension($0).map(shape.periods.contains) ?? false }
    }) {
      result.derived = result.derived.filter { $0 != .change }
    }
    if let asked = Refresh(declared.refresh), let least = Refresh(profile.minimumRefresh),
      asked.shortestDays < least.shortestDays
    {
      result.refresh = profile.minimumRefresh
    }
    self.result = result
  }
}
