package import Disclosure

/// Restricted rows as numbers: for each row the record key of its unit, a code for each dimension and a value for
/// each measure. Rows of a unit are together, in the order of the source.
///
/// Rows beyond a limit are kept in a file without a name (see `Room`); then `keys`, `codes`, `values` and `starts`
/// are empty, and `forEachPart` gives them part by part.
package struct Microdata: Sendable {
  package private(set) var shape: Shape
  package private(set) var measures: [MeasureShape]
  /// How the rows of one unit in one cell become one value, for each measure.
  package let perUnit: [PerUnit]
  /// Record key of each row's unit, ascending.
  package private(set) var keys: [UInt64]
  /// For each dimension the place of each row's code, in a hierarchy the deepest known one; -1 where the row has none
  /// because its unit is not in the source that the dimension comes from.
  package private(set) var codes: [[Int32]]
  /// For each measure each row's value in units of 10⁻ˢᶜᵃˡᵉ, or `missing`.
  package private(set) var values: [[Int64]]
  /// First row of each unit, and the number of rows at the end.
  package private(set) var starts: [Int32]
  /// The rows that are not in memory.
  let stored: StoredRows?
  /// Where the stored rows have dimensions that the shape has not: the last columns, whose rows are given only where
  /// they have the first code of each; before them there may be others that say nothing of that.
  private let untold: Int

  /// How several rows of a unit in one cell become one value (DISCLOSURE a.1).
  package enum PerUnit: String, CaseIterable, Sendable { case sum, mean, last }

  /// Where rows are kept while they are computed with.
  package struct Room: Sendable {
    /// Bytes of rows that are held in memory.
    package let limit: Int
    /// Folder of the file that holds the rest. The file has no name and is gone with the process.
    package let folder: String

    package init(limit: Int = 96 << 20, folder: String) {
      self.limit = limit
      self.folder = folder
    }
  }

  /// Stands for a missing value.
  package static let missing = Int64.min

  /// Groups rows by unit.
  package init(
    shape: Shape, measures: [MeasureShape], perUnit: [PerUnit], keys: [UInt64], codes: [[Int32]],
    values: [[Int64]]
  ) {
    self.shape = shape
    self.measures = measures
    self.perUnit = perUnit
    stored = nil
    untold = 0
    let order = Microdata.order(keys)
    self.keys = order.map { keys[Int($0)] }
    self.codes = codes.map { column in order.map { column[Int($0)] } }
    self.values = values.map { column in order.map { column[Int($0)] } }
    var starts: [Int32] = []
    var last: UInt64?
    for (row, key) in self.keys.enumerated() where key != last {
      starts.append(Int32(row))
      last = key
    }
    starts.append(Int32(keys.count))
    self.starts = starts
  }

  /// Rows that are not in memory.
  init(
    shape: Shape, measures: [MeasureShape], perUnit: [PerUnit], stored: StoredRows, untold: Int = 0
  ) {
    self.untold = untold
    self.shape = shape
    self.measures = measures
    self.perUnit = perUnit
    self.stored = stored
    keys = []
    codes = shape.dimensions.map { _ in [] }
    values = measures.map { _ in [] }
    starts = [0]
  }

  /// Number of distinct units in memory.
  package var unitCount: Int { starts.count - 1 }
  /// Number of rows, wherever they are.
  package var rowCount: Int { stored?.rowCount ?? keys.count }

  /// The rows that may be told of, without the dimensions that no answer tells.
  package var told: Microdata {
    let hidden = shape.hidden.count
    guard shape.dimensions.count > shape.told.dimensions.count else { return self }
    if let stored {
      return Microdata(
        shape: shape.told, measures: measures, perUnit: perUnit, stored: stored, untold: hidden)
    }
    return Microdata(
      shape: shape.told, measures: measures, perUnit: perUnit,
      told: (keys: keys, codes: codes, values: values), hidden: hidden)
  }

  /// Those of some rows that have the first code of each of the last columns of codes, without these columns and without
  /// further ones before them that the shape has not.
  private init(
    shape: Shape, measures: [MeasureShape], perUnit: [PerUnit],
    told rows: (keys: [UInt64], codes: [[Int32]], values: [[Int64]]), hidden: Int
  ) {
    guard rows.codes.count > shape.dimensions.count else {
      self.init(
        shape: shape, measures: measures, perUnit: perUnit, keys: rows.keys, codes: rows.codes,
        values: rows.values)
      return
    }
    let said = rows.codes.suffix(hidden)
    let kept = rows.keys.indices.filter { row in said.allSatisfy { $0[row] == 0 } }
    self.init(
      shape: shape, measures: measures, perUnit: perUnit, keys: kept.map { rows.keys[$0] },
      codes: rows.codes.prefix(shape.dimensions.count).map { column in kept.map { column[$0] } },
      values: rows.values.map { column in kept.map { column[$0] } })
  }

  /// The same with the names that its draws have, beside those that are declared.
  func named(in history: ResultHistory) -> Microdata {
    var data = self
    data.shape = shape.named(history.names[shape.dataset])
    data.measures = measures.map { history.lasting($0, of: shape.dataset) }
    return data
  }

  /// The same as its draws know it: with the names of the first of them.
  var lasting: Microdata {
    var data = self
    data.shape = shape.lasting
    data.measures = measures.map { $0.named($0.lasting, lasting: $0.lasting, identity: $0.identity) }
    return data
  }

  /// The same with other names for its measures.
  func calling(_ names: [String]) -> Microdata {
    var data = self
    data.measures = zip(measures, names).map {
      $0.named($1, lasting: $1, identity: $0.identity)
    }
    return data
  }

  /// The same with other record keys for some units.
  func with(_ others: [UInt64: UInt64]) throws(ResultError) -> Microdata {
    guard let stored else {
      return Microdata(
        shape: shape, measures: measures, perUnit: perUnit, keys: keys.map { others[$0] ?? $0 },
        codes: codes, values: values)
    }
    var spill = try RowSpill(
      folder: stored.folder, codes: shape.dimensions.map(\.codes.count), measures: measures.count)
    for part in 0..<StoredRows.parts {
      let rows = try stored.rows(part)
      try spill.append(rows.keys.map { others[$0] ?? $0 }, rows.codes, rows.values)
    }
    return Microdata(
      shape: shape, measures: measures, perUnit: perUnit, stored: try spill.finish(), untold: untold)
  }

  /// Where rows are kept that do not fit into memory.
  var folder: String? { stored?.folder }

  /// Gives all rows, the units by ascending keys, in parts that hold whole units; `through` is the greatest key that
  /// a part may have.
  func forEachPart(
    _ body: (_ part: Microdata, _ through: UInt64) throws(ResultError) -> Void
  ) throws(ResultError) {
    guard let stored else { return try body(self, .max) }
    for number in 0..<StoredRows.parts {
      let rows = try stored.rows(number)
      try body(
        Microdata(shape: shape, measures: measures, perUnit: perUnit, told: rows, hidden: untold),
        StoredRows.greatestKey(number))
    }
  }

  /// Rows sorted by key, those of one key in their first order: by the leading bits into buckets, then each bucket.
  private static func order(_ keys: [UInt64]) -> [Int32] {
    let bits = 12
    // Keys of one part of the stored rows share their leading bits.
    let shared = min(keys.dropFirst().reduce(~0 as UInt64) { $0 & ~($1 ^ keys[0]) }.leadingOnes, 64 - bits)
    func bucket(_ key: UInt64) -> Int { Int((key << UInt64(shared)) >> UInt64(64 - bits)) }
    var starts = [Int](repeating: 0, count: 1 << bits + 1)
    for key in keys { starts[bucket(key) + 1] += 1 }
    for bucket in 1..<starts.count { starts[bucket] += starts[bucket - 1] }
    var next = starts
    var order = [Int32](repeating: 0, count: keys.count)
    for (row, key) in keys.enumerated() {
      let bucket = bucket(key)
      order[next[bucket]] = Int32(row)
      next[bucket] += 1
    }
    for bucket in 0..<(1 << bits) where starts[bucket + 1] - starts[bucket] > 1 {
      order[starts[bucket]..<starts[bucket + 1]].sort { left, right in
        let a = keys[Int(left)], b = keys[Int(right)]
        return a == b ? left < right : a < b
      }
    }
    return order
  }
}

extension UInt64 {
  fileprivate var leadingOnes: Int { (~self).leadingZeroBitCount }
}
