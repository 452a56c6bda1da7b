import Bytes

/// Checks whole batches; used by every thread with its own `Memory`.
struct BatchChecker: Sendable {
  let plan: CheckPlan
  let shown: Int
  let counts: Bool

  /// What a thread keeps from batch to batch.
  struct Memory: Sendable {
    var counters: [DistinctCounter]
    var matchers: [PatternMatcher?]
  }

  /// What one batch amounts to, with lines and rows counted from the batch.
  struct Result: Sendable {
    var columns: TypedColumns
    var tallies: [ColumnTally]
    var faults: [(row: Int, column: Int, found: ColumnChecker.Found)]
    var faultCount: Int
    var keys: [[KeyEntry]]
  }

  func memory() -> Memory {
    Memory(
      counters: plan.columns.map { _ in DistinctCounter() },
      matchers: plan.columns.map { $0.field.constraints.pattern.map { PatternMatcher($0) } })
  }

  func check(_ storage: BatchStorage, _ memory: inout Memory) -> Result {
    storage.measure(columns: plan.width)
    let rows = storage.rowCount
    var result = Result(columns: TypedColumns(columns: []), tallies: [], faults: [], faultCount: 0, keys: [])
    var keyHashes: [Int: [UInt64]] = [:]
    var cells = [UInt64](repeating: 0, count: rows)
    if !storage.isEven { findRagged(storage, &result) }
    if !plan.header.isEmpty { findHeaders(storage, &result) }
    let keyed = Set(plan.keys.flatMap(\.columns) + plan.foreign.flatMap(\.columns))
    for (index, column) in plan.columns.enumerated() {
      gather(Int(plan.map[index]), storage, &cells)
      let checker = ColumnChecker(plan: column, shown: shown, counts: counts)
      let checked = cells.withUnsafeBufferPointer { cells in
        checker.check(
          cells, in: storage, counter: &memory.counters[index], matcher: &memory.matchers[index])
      }
      if keyed.contains(index) { keyHashes[index] = hashes(cells, checked.column.states, storage) }
      result.columns.columns.append(checked.column)
      result.tallies.append(checked.tally)
      result.faultCount += checked.faultCount
      for fault in checked.faults { result.faults.append((fault.row, index, fault)) }
    }
    for key in plan.keys { result.keys.append(entries(key.columns, keyHashes, storage)) }
    for check in plan.foreign { judge(check, keyHashes, storage, &result) }
    if result.faults.count > 1 {
      result.faults.sort { ($0.row, $0.column) < ($1.row, $1.column) }
      if result.faults.count > shown { result.faults.removeSubrange(shown...) }
    }
    return result
  }

  /// The cells of one column, row by row; a cell that is not there is null.
  private func gather(_ place: Int, _ storage: BatchStorage, _ cells: inout [UInt64]) {
    let width = plan.width
    cells.withUnsafeMutableBufferPointer { target in
      if place < 0 {
        for row in 0..<target.count { target[row] = BatchStorage.nullFlag }
      } else if storage.isEven {
        var from = place
        for row in 0..<target.count {
          target[row] = storage.cells[from]
          from &+= width
        }
      } else {
        for row in 0..<target.count {
          let range = storage.cellRange(ofRow: row)
          target[row] = place < range.count ? storage.cells[range.lowerBound + place] : BatchStorage.nullFlag
        }
      }
    }
  }

  private func findRagged(_ storage: BatchStorage, _ result: inout Result) {
    var kept = 0
    for row in 0..<storage.rowCount {
      let count = storage.cellRange(ofRow: row).count
      guard count != plan.width else { continue }
      result.faultCount += 1
      guard kept < shown else { continue }
      kept += 1
      result.faults.append(
        (
          row, -1,
          ColumnChecker.Found(row: row, value: String(count), rule: .width, expected: String(plan.width))
        ))
    }
  }

  /// Tells the records that are the header once more, as files that were put together have them.
  private func findHeaders(_ storage: BatchStorage, _ result: inout Result) {
    let first = plan.header[0].count
    for row in 0..<storage.rowCount {
      let cells = storage.cellRange(ofRow: row)
      guard cells.count == plan.header.count, BatchStorage.length(storage.cells[cells.lowerBound]) == first,
        zip(cells, plan.header).allSatisfy({ storage.bytes(of: storage.cells[$0]).elementsEqual($1) })
      else { continue }
      result.faultCount += 1
      guard result.faults.count < shown else { continue }
      let name = String(decoding: plan.header[0].prefix(60), as: UTF8.self)
      result.faults.append(
        (row, -1, ColumnChecker.Found(row: row, value: name, rule: .repeatedHeader, expected: "")))
    }
  }

  /// A hash for each row, 0 where there is no valid value.
  private func hashes(_ cells: [UInt64], _ states: [UInt8], _ storage: BatchStorage) -> [UInt64] {
    cells.indices.map { row in
      guard states[row] == 0 else { return 0 }
      let text = storage.bytes(of: cells[row])
      return text.baseAddress.map { ByteHash.of($0, text.count) } ?? 1
    }
  }

  static func combine(_ hash: UInt64, _ next: UInt64) -> UInt64 {
    ByteHash.mix(hash ^ 0x9E37_79B9_7F4A_7C15, next &+ 0xD1B5_4A32_D192_ED03)
  }

  private func entries(_ columns: [Int], _ hashes: [Int: [UInt64]], _ storage: BatchStorage) -> [KeyEntry] {
    let parts = columns.compactMap { hashes[$0] }
    guard parts.count == columns.count else { return [] }
    var entries: [KeyEntry] = []
    entries.reserveCapacity(storage.rowCount)
    rows: for row in 0..<storage.rowCount {
      var hash: UInt64 = 0
      var check: UInt64 = 0x1234_5678_9ABC_DEF1
      for part in parts {
        if part[row] == 0 { continue rows }
        hash = Self.combine(hash, part[row])
        check = ByteHash.mix(check ^ part[row], 0xE703_7ED1_A0B4_28DB)
      }
      entries.append(
        KeyEntry(hash: hash, check: UInt32(truncatingIfNeeded: check >> 13), line: storage.rowLines[row]))
    }
    return entries
  }

  private func judge(
    _ check: ForeignCheck, _ hashes: [Int: [UInt64]], _ storage: BatchStorage, _ result: inout Result
  ) {
    let parts = check.columns.compactMap { hashes[$0] }
    guard parts.count == check.columns.count, let first = check.columns.first else { return }
    var kept = 0
    rows: for row in 0..<storage.rowCount {
      var hash: UInt64 = 0
      for part in parts {
        if part[row] == 0 { continue rows }
        hash = Self.combine(hash, part[row])
      }
      guard !check.keys.fingerprints.contains(hash) else { continue }
      result.faultCount += 1
      guard kept < shown else { continue }
      kept += 1
      let value = check.columns.map { column -> String in
        let range = storage.cellRange(ofRow: row)
        let place = Int(plan.map[column])
        guard place >= 0, place < range.count else { return "" }
        return CellFault.shortened(storage.bytes(of: storage.cells[range.lowerBound + place]))
      }.joined(separator: ", ")
      result.faults.append(
        (row, first, ColumnChecker.Found(row: row, value: value, rule: .foreignKey, expected: check.target)))
    }
  }
}
