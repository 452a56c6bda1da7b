import Disclosure

extension Microdata {
  /// The values of some units, and of some more that chance chose: record keys are random, and units lie in their order.
  /// - Throws: `ResultError.value` where the values of one unit are too large together.
  func surveyed(_ wanted: Set<UInt64>) throws(ResultError) -> [SurveyedUnit] {
    var found: [SurveyedUnit] = []
    var chosen = 0
    try forEachPart { (part, _) throws(ResultError) in
      for unit in 0..<part.unitCount {
        let rows = Int(part.starts[unit])..<Int(part.starts[unit + 1])
        let key = part.keys[rows.lowerBound]
        if chosen < Microdata.surveyedByChance {
          chosen += 1
        } else if wanted.isEmpty {
          return
        } else if !wanted.contains(key) {
          continue
        }
        var values: [Int64?] = []
        for measure in measures.indices {
          let value = try part.value(of: rows, measure: measure)
          values.append(value == Microdata.missing ? nil : value)
        }
        found.append(SurveyedUnit(key: key, values: values))
      }
    }
    return found
  }

  private static let surveyedByChance = 1000
}
