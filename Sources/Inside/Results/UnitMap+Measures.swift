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

  /// A map's dimensions and measures without its units, as far as they are wanted; all where nothing is said.
  /// - Parameter shape: today's, with the names that the draws have. Maps that do not say which code is below which are
  ///   taken to be like it.
  static func former(
    _ stored: StoredUnits, of shape: Shape, _ dimensions: Set<String>? = nil, _ measures: Set<String>? = nil
  ) throws(ResultError) -> Microdata {
    let dataset = shape.dataset
    var found: [ReleasedDimension] = []
    for old in try head(stored, of: dataset)["dimensions"]?.array ?? [] {
      guard let name = old["name"]?.string, let codes = old["codes"]?.array?.compactMap(\.string) else {
        throw unreadable(dataset)
      }
      guard dimensions?.contains(name) ?? true else { continue }
      var parents = old["parents"]?.array?.map { $0.string ?? "" } ?? []
      if parents.count != codes.count {
        let today = shape.dimension(name).map { shape.dimensions[$0].codes } ?? []
        let above = Dictionary(today.map { ($0.code, $0.parent) }, uniquingKeysWith: { first, _ in first })
        let all = Set(codes)
        parents = codes.map { code in (above[code] ?? nil).flatMap { all.contains($0) ? $0 : nil } ?? "" }
      }
      found.append(
        ReleasedDimension(
          name: name, title: Text(name), role: .identifying,
          codes: zip(codes, parents).map { code, parent in
            ReleasedCode(code: code, label: Text(code), parent: parent.isEmpty ? nil : parent)
          }))
    }
    let held = try self.measures(stored, of: dataset).filter { measures?.contains($0.shape.name) ?? true }
    let former = try disclosing { () throws(DisclosureError) in
      try Shape(dataset: dataset, keyFamily: shape.keyFamily, dimensions: found)
    }
    return Microdata(
      shape: former, measures: held.map(\.shape), perUnit: held.map(\.perUnit), keys: [],
      codes: found.map { _ in [] }, values: held.map { _ in [] })
  }

  /// What units had of measures of the family that are out and that no dataset declares now: a field that goes on under
  /// another name is the same field.
  /// - Parameters:
  ///   - declared: the identities of today's measures.
  ///   - wanted: units whose values are given; of others those that chance chose.
  static func former(
    _ history: ResultHistory, besides declared: Set<String>, _ wanted: Set<UInt64>
  ) throws(ResultError) -> [Survey.Former] {
    var gone = history.measuresOut.subtracting(declared)
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
