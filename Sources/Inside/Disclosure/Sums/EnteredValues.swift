import Bytes

/// With which values prominent units entered the sums of each year.
///
/// Within a calendar year a unit's factor stays. Were a later value summed under it, whoever knows an earlier one, from an annual
/// report, would divide the factor out of the old sum and read the new value from the new one. A factor of its own for each
/// value, or for each band of values, does not help where values move by little: their path can be followed. So a unit goes on
/// with the value with which it first entered, whatever it has later; the year after, it enters with another value and another
/// factor. Only a value that is several times as large or as small enters beside the first, with a factor of its own.
/// How far it may move is the unit's secret of that year: were it known, the moment of the change would tell the value.
///
/// Of several datasets each keeps its own values; the same value has one factor in all. A measure that is new in the year and
/// shares its factors with one that is out goes on with what the unit entered with there: under another name, or beside the
/// first, its later value would be told by the same division.
package struct EnteredValues: Sendable, Equatable {
  /// A value and its place among those of the year: 0 is the first, whose factor is that of the year.
  struct Entry: Sendable, Equatable {
    let step: Int
    let value: Int64
  }

  /// By record key.
  typealias Units = [UInt64: [Entry]]

  /// By year of four digits, the dataset's first name, and the identity of the measure.
  private var years: [String: [String: [String: Units]]] = [:]

  package init() {}

  var isEmpty: Bool { years.isEmpty }

  /// What stands for each unit's value.
  /// - Parameters:
  ///   - values: what units have now; none of them is 0.
  ///   - alike: other measures under the same factors, with what units have of them now; nil for one that is gone.
  ///   - edge: by how much a value may differ from one with which the unit entered, as a ratio in units of 2⁻³².
  func entries(
    _ values: [UInt64: Int64], of measure: String, alike: [(measure: String, values: [UInt64: Int64]?)] = [],
    in dataset: String, year: String, edge: (UInt64) -> UInt64
  ) -> [UInt64: Entry] {
    let datasets = years[year] ?? [:]
    let own = datasets[dataset]?[measure] ?? [:]
    let all = datasets.values.flatMap { measures in
      ([measure] + alike.map(\.measure)).compactMap { measures[$0] }
    }
    let others = alike.compactMap { other in
      datasets[dataset]?[other.measure].map { (units: $0, values: other.values) }
    }
    var found: [UInt64: Entry] = [:]
    for (unit, value) in values {
      let width = edge(unit)
      if let held = own[unit]?.first(where: { EnteredValues.isNear(value, $0.value, width) }) {
        found[unit] = held
        continue
      }
      if own[unit] == nil, let held = EnteredValues.continued(value, unit, others, width) {
        found[unit] = held
        continue
      }
      let entered = all.flatMap { $0[unit] ?? [] }
      found[unit] =
        entered.first { $0.value == value }
        ?? Entry(step: (entered.map(\.step).max() ?? -1) + 1, value: value)
    }
    return found
  }

  /// What a unit goes on with in a measure that is new, where it entered another under the same factors before: of one that is
  /// gone the value, where it is near; of one that is still there, the same share of what it is now.
  private static func continued(
    _ value: Int64, _ unit: UInt64, _ others: [(units: Units, values: [UInt64: Int64]?)], _ width: UInt64
  ) -> Entry? {
    for other in others {
      guard let entries = other.units[unit] else { continue }
      guard let values = other.values else {
        if let held = entries.first(where: { isNear(value, $0.value, width) }) { return held }
        continue
      }
      guard let now = values[unit], now != 0,
        let held = entries.first(where: { isNear(now, $0.value, width) })
      else { continue }
      let share = Int64(clamping: Int128(value) * Int128(held.value) / Int128(now))
      return Entry(step: held.step, value: share == 0 ? value : share)
    }
    return nil
  }

  mutating func enter(_ entries: [UInt64: Entry], of measure: String, in dataset: String, year: String) {
    guard !entries.isEmpty else { return }
    var units = years[year]?[dataset]?[measure] ?? [:]
    for (unit, entry) in entries where units[unit]?.contains(entry) != true {
      units[unit, default: []].append(entry)
    }
    years[year, default: [:]][dataset, default: [:]][measure] = units
  }

  private static func isNear(_ one: Int64, _ other: Int64, _ edge: UInt64) -> Bool {
    guard (one < 0) == (other < 0) else { return false }
    let (low, high) = (min(one.magnitude, other.magnitude), max(one.magnitude, other.magnitude))
    return UInt128(high) << 32 <= UInt128(low) * UInt128(edge)
  }
}

extension EnteredValues {
  /// By year, dataset and measure: for each unit and value the record key, the step and the value, eight bytes each, in base64.
  var json: JSON {
    .object(
      sorted(years) { datasets in
        .object(
          sorted(datasets) { measures in
            .object(sorted(measures) { .string(EnteredValues.text($0)) })
          })
      })
  }

  private func sorted<Value>(_ named: [String: Value], _ json: (Value) -> JSON) -> [JSON.Member] {
    named.sorted { $0.key < $1.key }.map { .init($0.key, json($0.value)) }
  }

  private static func text(_ units: Units) -> String {
    var bytes: [UInt8] = []
    for (unit, entries) in units.sorted(by: { $0.key < $1.key }) {
      for entry in entries {
        for number in [unit, UInt64(entry.step), UInt64(bitPattern: entry.value)] {
          for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: number >> (56 - 8 * place))) }
        }
      }
    }
    return Base64.encode(bytes)
  }

  /// Nil for anything that `json` did not write.
  init?(_ json: JSON) {
    guard let years = json.members else { return nil }
    for year in years {
      guard let datasets = year.value.members else { return nil }
      for dataset in datasets {
        guard let measures = dataset.value.members else { return nil }
        for measure in measures {
          guard let units = measure.value.string.flatMap(EnteredValues.units) else { return nil }
          self.years[year.key, default: [:]][dataset.key, default: [:]][measure.key] = units
        }
      }
    }
  }

  private static func units(_ text: String) -> Units? {
    guard let bytes = Base64.decode(text), bytes.count % 24 == 0 else { return nil }
    var units: Units = [:]
    for at in stride(from: 0, to: bytes.count, by: 24) {
      let numbers = (0..<3).map { number in
        bytes[at + 8 * number..<at + 8 * number + 8].reduce(0) { $0 << 8 | UInt64($1) }
      }
      // A year has fewer steps than that, and none is a value of 0.
      guard numbers[1] < 1 << 20, numbers[2] != 0 else { return nil }
      units[numbers[0], default: []].append(
        Entry(step: Int(numbers[1]), value: Int64(bitPattern: numbers[2])))
    }
    return units
  }
}

extension Sealer {
  /// For each measure the factors of its prominent units in the year in which the result is drawn.
  /// - Throws: `DisclosureError` for a measure that was not surveyed: its giants would carry none.
  package func factors(
    _ survey: Survey, _ history: ResultHistory
  ) throws(DisclosureError) -> [ProminentFactors] {
    try entering(survey, history).factors
  }

  /// The same, and what the history becomes by it.
  func entering(
    _ survey: Survey, _ history: ResultHistory
  ) throws(DisclosureError) -> (factors: [ProminentFactors], entered: EnteredValues) {
    let year = String(request.now.rfc3339.prefix(4))
    let dataset = history.firstName(of: request.dataset)
    var entered = history.entered
    var all: [ProminentFactors] = []
    for (place, measure) in measures.enumerated() {
      guard let name = survey.factorNames[measure.identity] else {
        throw DisclosureError(
          .dimensions,
          Wording("measure \(measure.name) was not surveyed", "度量 \(measure.name) 未经普查"),
          hint: .faultOfTheProgram)
      }
      let values = survey.values[request.dataset]?[measure.identity] ?? [:]
      let known = history.factorNames.merging(survey.factorNames) { $1 }
      let alike = known.filter { $0.value == name && $0.key != measure.identity }.keys.sorted()
      let entries = history.entered.entries(
        values, of: measure.identity,
        alike: alike.map {
          ($0, survey.factorNames[$0] == nil ? nil : survey.values[request.dataset]?[$0] ?? [:])
        },
        in: dataset, year: year, edge: { unitFactors.edge($0, year: year) })
      var found: [UInt64: UInt64] = [:]
      for unit in survey.prominent[measure.identity] ?? [] {
        let entry = entries[unit]
        let factor = unitFactors.factor(unit, of: name, year: year, step: entry?.step ?? 0)
        // Over all its rows the unit comes to what it entered with; in part of them to the same part of that.
        found[unit] =
          if let entry, let value = values[unit], value != 0 {
            UInt64(clamping: UInt128(factor) * UInt128(entry.value.magnitude) / UInt128(value.magnitude))
          } else { factor }
      }
      all.append(ProminentFactors(found))
      if request.measures.contains(place) {
        entered.enter(entries, of: measure.identity, in: dataset, year: year)
      }
    }
    return (all, entered)
  }
}
