import Disclosure

/// The finest cells there are, over all dimensions that any table uses, of the units that lie in one of them with
/// all their rows. What is known of such a cell is mergeable in any order (DISCLOSURE a.7), and every other cell is
/// rolled up from these.
struct BaseCells: Sendable {
  /// Places of the dimensions in the shape, ascending.
  let dimensions: [Int]
  /// Places of the measures, and for each the bands its values are counted in, or none.
  let measures: [Int]
  private let edges: [[Int64]]
  /// The codes of each cell, one cell after the other.
  private(set) var codes: [Int32] = []
  /// Distinct units of each cell, and the sum of their record keys modulo 2⁶⁴.
  private(set) var units: [Int32] = []
  private(set) var keys: [UInt64] = []
  /// For each measure the totals of each cell.
  private(set) var totals: [[CellTotals]]
  /// For each measure that has bands the units of each cell and band, cell by cell.
  private(set) var bands: [[BandTotals]]
  private var hashes: [UInt64] = []
  private var slots = [Int32](repeating: -1, count: 1 << 12)

  /// - Parameter edges: for each measure the least values of its bands, or none.
  init(dimensions: [Int], measures: [Int], edges: [[Int64]]) {
    self.dimensions = dimensions
    self.measures = measures
    self.edges = edges
    totals = measures.map { _ in [] }
    bands = measures.map { _ in [] }
  }

  /// The place of a dimension of the shape among its own.
  /// - Throws: `ResultError` where it is none of them: whoever took another would roll up other cells.
  func place(ofDimension dimension: Int) throws(ResultError) -> Int {
    guard let place = dimensions.firstIndex(of: dimension) else { throw ResultError.notRead }
    return place
  }

  /// The same of a measure.
  func place(ofMeasure measure: Int) throws(ResultError) -> Int {
    guard let place = measures.firstIndex(of: measure) else { throw ResultError.notRead }
    return place
  }

  /// The same without any cell.
  var emptied: BaseCells { BaseCells(dimensions: dimensions, measures: measures, edges: edges) }

  var count: Int { units.count }

  /// Bytes of memory, about.
  var size: Int {
    count * (dimensions.count * 4 + 20 + measures.count * MemoryLayout<CellTotals>.stride)
      + bands.reduce(0) { $0 + $1.count * MemoryLayout<BandTotals>.stride } + slots.count * 4
  }

  /// The place of the cell with these codes, which is made where it is not there yet.
  private mutating func place(of cell: UnsafeBufferPointer<Int32>) -> Int {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    for code in cell {
      hash = (hash ^ UInt64(UInt32(bitPattern: code))) &* 0xBF58_476D_1CE4_E5B9
      hash ^= hash >> 29
    }
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let known = Int(slots[slot])
      if hashes[known] == hash, isEqual(known, cell) { return known }
      slot = (slot + 1) & (slots.count - 1)
    }
    if count * 2 >= slots.count {
      grow()
      slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    }
    slots[slot] = Int32(count)
    hashes.append(hash)
    codes.append(contentsOf: cell)
    units.append(0)
    keys.append(0)
    for place in totals.indices {
      totals[place].append(CellTotals())
      for _ in edges[place] { bands[place].append(BandTotals()) }
    }
    return count - 1
  }

  private func isEqual(_ known: Int, _ cell: UnsafeBufferPointer<Int32>) -> Bool {
    let start = known * cell.count
    for place in cell.indices where codes[start + place] != cell[place] { return false }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (cell, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(cell)
    }
  }

  /// Adds units that have all their rows together.
  /// - Returns: units whose rows lie in different cells, which are left out.
  /// - Throws: `ResultError.value` where the values of one unit are too large together.
  mutating func add(
    _ wanted: Range<Int>, of data: Microdata, _ factors: [ProminentFactors]
  ) throws(ResultError) -> [Int32] {
    var scattered: [Int32] = []
    var cell = [Int32](repeating: 0, count: dimensions.count)
    let bases = measures.map { data.measures[$0].base }
    for unit in wanted {
      let first = Int(data.starts[unit]), end = Int(data.starts[unit + 1])
      for place in cell.indices { cell[place] = data.codes[dimensions[place]][first] }
      if end - first > 1, !isTogether(first..<end, cell, data) {
        scattered.append(Int32(unit))
        continue
      }
      let place = cell.withUnsafeBufferPointer { self.place(of: $0) }
      let key = data.keys[first]
      units[place] &+= 1
      keys[place] &+= key
      for (position, measure) in measures.enumerated() {
        let value =
          end - first == 1
          ? data.values[measure][first] : try data.value(of: first..<end, measure: measure)
        guard value != Microdata.missing else { continue }
        totals[position][place].add(
          value - bases[position], key: key, factor: factors[measure].factor(of: key))
        guard !edges[position].isEmpty, let band = edges[position].lastIndex(where: { $0 <= value }) else {
          continue
        }
        bands[position][place * edges[position].count + band].add(units: 1, key: key)
      }
    }
    return scattered
  }

  private func isTogether(_ rows: Range<Int>, _ cell: [Int32], _ data: Microdata) -> Bool {
    for place in cell.indices {
      let column = dimensions[place]
      for row in rows.dropFirst() where data.codes[column][row] != cell[place] { return false }
    }
    return true
  }

  /// Adds cells of other units.
  mutating func merge(_ other: BaseCells) {
    other.codes.withUnsafeBufferPointer { codes in
      for cell in 0..<other.count {
        let place = self.place(
          of: UnsafeBufferPointer(rebasing: codes[cell * dimensions.count..<(cell + 1) * dimensions.count]))
        units[place] &+= other.units[cell]
        keys[place] &+= other.keys[cell]
        for position in totals.indices {
          totals[position][place].merge(other.totals[position][cell])
          let count = edges[position].count
          for band in 0..<count {
            let more = other.bands[position][cell * count + band]
            bands[position][place * count + band].add(units: more.units, key: more.key)
          }
        }
      }
    }
  }

  mutating func removeAll() {
    codes.removeAll(keepingCapacity: true)
    units.removeAll(keepingCapacity: true)
    keys.removeAll(keepingCapacity: true)
    hashes.removeAll(keepingCapacity: true)
    for place in totals.indices {
      totals[place].removeAll(keepingCapacity: true)
      bands[place].removeAll(keepingCapacity: true)
    }
    for slot in slots.indices { slots[slot] = -1 }
  }
}
