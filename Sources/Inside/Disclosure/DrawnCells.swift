/// The draws over one set of dimensions: for each quantity the value of every combination of codes that has been
/// drawn, and which units changed since. Combinations are numbered; no cell has a text of its own.
package struct DrawnCells: Sendable, Equatable {
  /// One dimension with the codes of its draws, which may be more than are declared today.
  package struct Axis: Sendable, Equatable {
    package let name: String
    package let codes: [String]
  }

  /// The draws of one quantity: `n`, `income.n`, `income.sum`.
  package struct Quantity: Sendable, Equatable {
    package let name: String
    /// In units of the quantity; nothing where it was withheld, and where nothing was drawn.
    package internal(set) var values: NumberColumn
    /// The places that were drawn.
    package internal(set) var drawn: PlaceSet
    /// For each draw the units that changed since.
    package internal(set) var changed: ChangeLog
  }

  package let axes: [Axis]
  /// How far apart two neighbouring codes of each axis are.
  package let strides: [Int]
  /// Number of combinations.
  package let count: Int
  package internal(set) var quantities: [Quantity] = []

  /// Nil for more than 2³¹ combinations.
  init?(_ axes: [Axis]) {
    self.axes = axes
    var strides = [Int](repeating: 1, count: axes.count)
    var count = 1
    for place in axes.indices.reversed() {
      strides[place] = count
      let (product, overflow) = count.multipliedReportingOverflow(by: max(1, axes[place].codes.count))
      guard !overflow, product <= Int(Int32.max) else { return nil }
      count = product
    }
    self.strides = strides
    self.count = count
  }

  /// No draws yet over some dimensions.
  init?(_ grid: Grid, of shape: Shape) {
    self.init(
      grid.dimensions.map {
        Axis(name: shape.dimensions[$0].name, codes: shape.dimensions[$0].codes.map(\.code))
      })
  }

  /// The dimensions by name.
  package var names: [String] { axes.map(\.name) }

  /// The place of a cell of today's grid. Declared codes stand first on every axis.
  package func place(of cell: Int, in grid: Grid) -> Int {
    guard strides != grid.strides else { return cell }
    var place = 0
    for axis in strides.indices {
      place += cell / grid.strides[axis] % max(1, grid.sizes[axis]) * strides[axis]
    }
    return place
  }

  /// The place of a quantity, which is made where it is not there yet.
  mutating func quantity(_ name: String) -> Int {
    if let place = quantities.firstIndex(where: { $0.name == name }) { return place }
    quantities.append(
      Quantity(
        name: name, values: NumberColumn(count: count), drawn: PlaceSet(count: count), changed: ChangeLog()))
    return quantities.count - 1
  }

  /// The same draws with the axes of a grid of today; codes that are no longer declared follow those that are, as
  /// far as something was drawn of them. Nil where there are too many.
  package func aligned(to grid: Grid, of shape: Shape) -> DrawnCells? {
    guard var fresh = DrawnCells(grid, of: shape) else { return nil }
    guard fresh.axes != axes else { return self }
    let order = fresh.axes.map { axis in axes.firstIndex { $0.name == axis.name } }
    var extended: [Axis] = []
    for (axis, old) in zip(fresh.axes, order) {
      guard let old else { return nil }
      let known = Set(axis.codes)
      let used = usedCodes(old)
      extended.append(
        Axis(
          name: axis.name,
          codes: axis.codes
            + axes[old].codes.enumerated().filter { used[$0.offset] && !known.contains($0.element) }.map(
              \.element)))
    }
    guard let target = DrawnCells(extended) else { return nil }
    fresh = target
    // For each old axis and code what it adds to the new place; -1 where nothing was drawn of it.
    let parts = axes.enumerated().map { old, axis -> [Int] in
      guard let new = order.firstIndex(of: old) else { return [] }
      let places = Dictionary(
        extended[new].codes.enumerated().map { ($0.element, $0.offset) },
        uniquingKeysWith: { first, _ in first })
      return axis.codes.map { code in places[code].map { $0 * fresh.strides[new] } ?? -1 }
    }
    for quantity in quantities {
      let made = fresh.quantity(quantity.name)
      quantity.drawn.forEach { place in
        var new = 0
        for axis in axes.indices {
          new += parts[axis][place / strides[axis] % max(1, axes[axis].codes.count)]
        }
        fresh.quantities[made].drawn.insert(new)
        fresh.quantities[made].values[new] = quantity.values[place]
        for change in quantity.changed.units(at: place) {
          fresh.quantities[made].changed.append(change, at: new)
        }
      }
    }
    return fresh
  }

  /// Of an axis which codes something was drawn of.
  private func usedCodes(_ axis: Int) -> [Bool] {
    let size = max(1, axes[axis].codes.count)
    var used = [Bool](repeating: false, count: size)
    for quantity in quantities { quantity.drawn.forEach { used[$0 / strides[axis] % size] = true } }
    return used
  }

  /// Notes a unit that changed since the draw at a place.
  package mutating func append(_ change: ResultHistory.Changed, to quantity: Int, at place: Int) {
    quantities[quantity].changed.append(change, at: place)
  }

  /// Takes out a unit whose change was undone.
  package mutating func remove(_ unit: UInt64, from quantity: Int, at place: Int) {
    quantities[quantity].changed.remove(unit, at: place)
  }

  /// Whether anything is drawn at all.
  var isEmpty: Bool { quantities.allSatisfy { $0.drawn.isEmpty } }
}

/// A set of places among a fixed number of them.
package struct PlaceSet: Sendable, Equatable {
  fileprivate var words: [UInt64]

  package init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

  package func contains(_ place: Int) -> Bool { words[place >> 6] >> UInt64(place & 63) & 1 == 1 }
  package mutating func insert(_ place: Int) { words[place >> 6] |= 1 << UInt64(place & 63) }
  package mutating func remove(_ place: Int) { words[place >> 6] &= ~(1 << UInt64(place & 63)) }
  package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  /// Ascending.
  package func forEach(_ body: (Int) -> Void) {
    for (index, word) in words.enumerated() where word != 0 {
      var rest = word
      while rest != 0 {
        body(index << 6 | rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
  }
}

/// For some places the units that changed there, in the order they were noted. Memory grows with the units.
package struct ChangeLog: Sendable {
  /// For each place with changes the last one's index.
  private var last: [Int32: Int32] = [:]
  private var units: [ResultHistory.Changed] = []
  /// For each change the one before it at the same place, or -1.
  private var before: [Int32] = []

  package init() {}

  package var isEmpty: Bool { last.isEmpty }

  package mutating func append(_ change: ResultHistory.Changed, at place: Int) {
    before.append(last.updateValue(Int32(units.count), forKey: Int32(place)) ?? -1)
    units.append(change)
  }

  /// Changes at a place, but no more than `limit` of them are counted.
  package func count(at place: Int, limit: Int = .max) -> Int {
    var count = 0
    var index = last[Int32(place)] ?? -1
    while index >= 0, count < limit {
      count += 1
      index = before[Int(index)]
    }
    return count
  }

  package func units(at place: Int) -> [ResultHistory.Changed] {
    var found: [ResultHistory.Changed] = []
    var index = last[Int32(place)] ?? -1
    while index >= 0 {
      found.append(units[Int(index)])
      index = before[Int(index)]
    }
    return found.reversed()
  }

  /// What a unit contributed to the draw at a place; nil where it has not changed since.
  package func contribution(of unit: UInt64, at place: Int) -> UInt64? {
    var index = last[Int32(place)] ?? -1
    while index >= 0 {
      if units[Int(index)].unit == unit { return units[Int(index)].contribution }
      index = before[Int(index)]
    }
    return nil
  }

  /// Takes out a unit whose change was undone.
  package mutating func remove(_ unit: UInt64, at place: Int) {
    var next: Int32 = -1
    var index = last[Int32(place)] ?? -1
    while index >= 0 {
      let earlier = before[Int(index)]
      if units[Int(index)].unit == unit {
        if next >= 0 {
          before[Int(next)] = earlier
        } else {
          last[Int32(place)] = earlier >= 0 ? earlier : nil
        }
        return
      }
      next = index
      index = earlier
    }
  }

  /// The places with changes, ascending.
  package var places: [Int] { last.keys.sorted().map(Int.init) }
}

extension ChangeLog: Equatable {
  package static func == (one: ChangeLog, other: ChangeLog) -> Bool {
    one.places == other.places && one.places.allSatisfy { one.units(at: $0) == other.units(at: $0) }
  }
}

extension DrawnCells {
  func pack(into packed: inout PackedWriter) throws {
    packed.append(UInt64(axes.count))
    for axis in axes {
      packed.append(axis.name)
      packed.append(UInt64(axis.codes.count))
      for code in axis.codes { packed.append(code) }
    }
    packed.append(UInt64(quantities.count))
    for quantity in quantities.sorted(by: { $0.name < $1.name }) {
      packed.append(quantity.name)
      try quantity.values.pack(into: &packed)
      try packed.append(quantity.drawn.words)
      let places = quantity.changed.places
      packed.append(UInt64(places.count))
      for place in places {
        let units = quantity.changed.units(at: place)
        packed.append(UInt64(place))
        packed.append(UInt64(units.count))
        try packed.append(units.flatMap { [$0.unit, $0.contribution] })
      }
    }
  }

  /// Nil for anything that `pack` did not write.
  init?(_ packed: inout PackedReader) {
    guard let dimensions = packed.number(), dimensions <= 64 else { return nil }
    var axes: [Axis] = []
    for _ in 0..<dimensions {
      guard let name = packed.text(), let count = packed.number() else { return nil }
      var codes: [String] = []
      for _ in 0..<count {
        guard let code = packed.text() else { return nil }
        codes.append(code)
      }
      axes.append(Axis(name: name, codes: codes))
    }
    self.init(axes)
    guard let quantities = packed.number() else { return nil }
    for _ in 0..<quantities {
      guard let name = packed.text(), let values = NumberColumn(&packed), values.count == count,
        let words = packed.numbers((count + 63) / 64, UInt64.self), let places = packed.number()
      else { return nil }
      var drawn = PlaceSet(count: 0)
      drawn.words = words
      var changed = ChangeLog()
      for _ in 0..<places {
        guard let place = packed.number(), place < count, let units = packed.number(),
          let numbers = packed.numbers(2 * Int(clamping: units), UInt64.self)
        else { return nil }
        for index in stride(from: 0, to: numbers.count, by: 2) {
          changed.append(.init(unit: numbers[index], contribution: numbers[index + 1]), at: Int(place))
        }
      }
      self.quantities.append(Quantity(name: name, values: values, drawn: drawn, changed: changed))
    }
  }
}
