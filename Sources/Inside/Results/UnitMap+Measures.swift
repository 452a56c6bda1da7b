import Bytes
import Disclosure

extension UnitMap {
  /// A measure as it was when a map was written.
  struct Measured {
    let shape: MeasureShape
    let perUnit: Microdata.PerUnit
  }

  /// The measures of a map.
  /// - Throws: `ResultError.environment` where the stored bytes are no map.
  static func measures(_ stored: StoredUnits, of dataset: String) throws(ResultError) -> [Measured] {
    var measures: [Measured] = []
    for old in try head(stored, of: dataset)["measures"]?.array ?? [] {
      guard let name = old["name"]?.string, let scale = old["scale"]?.int,
        let perUnit = old["perUnit"]?.string.flatMap(Microdata.PerUnit.init(rawValue:))
      else { throw unreadable(dataset) }
      let shape = MeasureShape(
        name: name, identity: old["identity"]?.string, title: Text(name), unit: nil, scale: scale, step: 1,
        lower: .min, upper: .max, complete: false, statistics: [])
      measures.append(Measured(shape: shape, perUnit: perUnit))
    }
    return measures
  }

  /// What units had of measures of the family that no dataset declares now, of which giants carry factors: a field that goes
  /// on under another name is the same field.
  /// - Parameters:
  ///   - declared: the identities of today's measures.
  ///   - wanted: units whose values are given; of others those that chance chose.
  static func former(
    _ history: ResultHistory, besides declared: Set<String>, _ wanted: Set<UInt64>
  ) throws(ResultError) -> [Survey.Former] {
    var gone = Set(history.factorNames.keys).subtracting(declared)
    var former: [Survey.Former] = []
    for (name, stored) in history.unitMaps.sorted(by: { $0.key < $1.key }) where !gone.isEmpty {
      let held = try measures(stored, of: name).filter { gone.contains($0.shape.identity) }
      guard !held.isEmpty else { continue }
      let shape = try disclosing { () throws(DisclosureError) in
        try Shape(dataset: name, keyFamily: name, dimensions: [])
      }
      let like = Microdata(
        shape: shape, measures: held.map(\.shape), perUnit: held.map(\.perUnit), keys: [], codes: [],
        values: held.map { _ in [] })
      var reader = try Reader(stored, like: like)
      let units = try reader.units(through: .max).surveyed(wanted)
      former.append(Survey.Former(measures: held.map(\.shape.identity), units: units))
      gone.subtract(held.map(\.shape.identity))
    }
    return former
  }
}
