import Disclosure

/// What is told of a unit, as a number: equal for equal codes and values, in whatever order its rows stand.
struct UnitContent: Equatable {
  var hash: UInt64
  /// Whether it has a value that is not 0: of codes alone too many are alike.
  var isTold: Bool

  /// The same as one of several datasets tells it.
  func of(_ dataset: Int) -> UnitContent {
    UnitContent(hash: UnitContent.mixed(hash, UInt64(dataset) + 1), isTold: isTold)
  }

  static func sum(_ one: UnitContent?, _ other: UnitContent?) -> UnitContent? {
    guard let one, let other else { return one ?? other }
    return UnitContent(hash: one.hash &+ other.hash, isTold: one.isTold || other.isTold)
  }

  @inline(__always)
  static func mixed(_ hash: UInt64, _ number: UInt64) -> UInt64 {
    var mixed = (hash ^ number) &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ mixed >> 32) &* 0xD6E8_FEB8_6659_FD93
    return mixed ^ mixed >> 29
  }
}

/// Compares the units of a map with those of today's rows by the dimensions and measures that both have.
struct UnitComparison {
  /// What a unit has of a measure over all its rows, and where they lie.
  struct Place {
    let codes: UInt64
    let value: Int64
  }

  /// One unit in both versions.
  struct Pair {
    let key: UInt64
    let before: Place?
    let now: Place?

    /// Whether it is still about what it was.
    var isNear: Bool {
      guard let before, let now else { return false }
      return before.codes == now.codes && UnitComparison.areNear(before.value, now.value)
    }
  }

  private let stored: StoredUnits
  private let data: Microdata
  var dimensions: [Int]
  private let measures: [Int]
  /// Whether both have the same dimensions.
  let isWhole: Bool

  /// - Parameter data: rows that are told of, with the names that draws have.
  init(_ stored: StoredUnits, _ data: Microdata) throws(ResultError) {
    (self.stored, self.data) = (stored, data)
    let known = try UnitMap.Reader(stored, like: data).known
    (dimensions, measures) = (known.dimensions, known.measures)
    isWhole = known.isWhole && dimensions.count == data.shape.dimensions.count
  }

  /// Whether there is anything to know units by.
  var hasMeasures: Bool { !measures.isEmpty }

  /// By half at most.
  static func areNear(_ one: Int64, _ other: Int64) -> Bool {
    guard one != 0, other != 0, (one < 0) == (other < 0) else { return false }
    let (low, high) = (min(one.magnitude, other.magnitude), max(one.magnitude, other.magnitude))
    return UInt128(high) * 2 <= UInt128(low) * 3
  }

  /// Every unit with what was and is told of it, by ascending keys.
  func forEach(_ body: (_ key: UInt64, _ before: UnitContent?, _ now: UnitContent?) -> Void)
    throws(ResultError)
  {
    try forEachUnit { key, before, rows, now, others in
      body(
        key, rows.isEmpty ? nil : content(rows, before), others.isEmpty ? nil : content(others, now))
    }
  }

  /// Every unit with what it had and has of each measure.
  func forEachValue(_ body: (_ unit: Pair, _ measure: Int) -> Void) throws(ResultError) {
    guard !measures.isEmpty else { return }
    try forEachUnit { key, before, rows, now, others throws(ResultError) in
      let (was, isNow) = (codes(rows, before), codes(others, now))
      for measure in measures {
        var (old, new): (Place?, Place?) = (nil, nil)
        if !rows.isEmpty { old = Place(codes: was, value: try value(rows, before, measure)) }
        if !others.isEmpty { new = Place(codes: isNow, value: try value(others, now, measure)) }
        body(Pair(key: key, before: old, now: new), measure)
      }
    }
  }

  private func forEachUnit(
    _ body: (UInt64, Microdata, Range<Int>, Microdata, Range<Int>) throws(ResultError) -> Void
  ) throws(ResultError) {
    var reader = try UnitMap.Reader(stored, like: data)
    try data.forEachPart { (now, through) throws(ResultError) in
      let before = try reader.units(through: through)
      var old = 0, new = 0
      while old < before.unitCount || new < now.unitCount {
        let was = old < before.unitCount ? before.keys[Int(before.starts[old])] : .max
        let isNow = new < now.unitCount ? now.keys[Int(now.starts[new])] : .max
        let takesOld = old < before.unitCount && (new == now.unitCount || was <= isNow)
        let takesNew = new < now.unitCount && (old == before.unitCount || isNow <= was)
        try body(
          min(was, isNow), before, takesOld ? before.rows(of: old) : 0..<0, now,
          takesNew ? now.rows(of: new) : 0..<0)
        if takesOld { old += 1 }
        if takesNew { new += 1 }
      }
    }
  }

  private func content(_ rows: Range<Int>, _ data: Microdata) -> UnitContent {
    var content = UnitContent(hash: 0, isTold: false)
    for row in rows {
      var hash: UInt64 = 0
      for place in dimensions {
        hash = UnitContent.mixed(hash, UInt64(UInt32(bitPattern: data.codes[place][row])))
      }
      for place in measures {
        let value = data.values[place][row]
        if value != 0, value != Microdata.missing { content.isTold = true }
        hash = UnitContent.mixed(hash, UInt64(bitPattern: value))
      }
      content.hash &+= hash
    }
    return content
  }

  private func codes(_ rows: Range<Int>, _ data: Microdata) -> UInt64 {
    var sum: UInt64 = 0
    for row in rows {
      var hash: UInt64 = 0
      for place in dimensions {
        hash = UnitContent.mixed(hash, UInt64(UInt32(bitPattern: data.codes[place][row])))
      }
      sum &+= hash
    }
    return sum
  }

  private func value(_ rows: Range<Int>, _ data: Microdata, _ measure: Int) throws(ResultError) -> Int64 {
    let value = try data.value(of: rows, measure: measure)
    return value == Microdata.missing ? 0 : value
  }
}

extension Microdata {
  fileprivate func rows(of unit: Int) -> Range<Int> { Int(starts[unit])..<Int(starts[unit + 1]) }
}
