import Bytes
import Synchronization

/// Reads a table, checks every cell against a schema and counts, in one pass, on all cores.
package enum TableCheck {
  /// What to do beside checking.
  package struct Options: Sendable {
    /// Values of code lists by name, for fields with a `codeList`.
    package var codeLists: [String: Set<String>] = [:]
    /// Keys that foreign keys point at, by `resource(field,field)`; from `TableCheck.keys`.
    package var references: [String: KeySet] = [:]
    /// Faults kept with their place; all are counted.
    package var shown = 20
    /// Whether to count distinct values and measure columns.
    package var statistics = true
    /// Most frequent values kept of each column.
    package var topCount = 10
    /// Whether a file that cannot be read to its end gives a report (`isComplete` false) instead of an error.
    package var reportsBrokenFiles = false
    /// Threads to use; 0: as many as there are cores.
    package var threads = 0
    /// Bytes read at a time.
    var blockSize = BlockStream.defaultSize

    package init(
      codeLists: [String: Set<String>] = [:], references: [String: KeySet] = [:], shown: Int = 20,
      statistics: Bool = true, topCount: Int = 10, reportsBrokenFiles: Bool = false, threads: Int = 0
    ) {
      self.codeLists = codeLists
      self.references = references
      self.shown = shown
      self.statistics = statistics
      self.topCount = topCount
      self.reportsBrokenFiles = reportsBrokenFiles
      self.threads = threads
    }
  }

  /// Checks `source` against `schema`. `each` gets every batch in order, in the schema's columns, with its values.
  ///
  /// Throws `TableError` where the file cannot be read to its end, and what `each` throws. Faults of cells are in
  /// the report: look at `isClean`.
  package static func run(
    _ source: TableSource, schema: Schema, codeLists: [String: Set<String>] = [:], shown: Int = 20,
    each: ((Batch, TypedColumns) throws -> Void)? = nil
  ) throws -> TableReport {
    try run(source, schema: schema, options: Options(codeLists: codeLists, shown: shown), each: each)
  }

  /// The same with all options. A `schema` of nil takes every column of the file as text (the geometry of features as
  /// geometry).
  package static func run(
    _ source: TableSource, schema: Schema?, options: Options,
    each: ((Batch, TypedColumns) throws -> Void)? = nil
  ) throws -> TableReport {
    let run: CheckRun
    do {
      run = try CheckRun(source, schema: schema, options: options)
    } catch let error as TableError where options.reportsBrokenFiles && error.blame == .data {
      return TableReport(brokenAtStart: source, error)
    }
    return try run.finish(each: each)
  }

  /// The keys that `fields` of a table make, for foreign keys of another.
  package static func keys(of source: TableSource, schema: Schema, fields: [String]) throws -> KeySet {
    var keys = KeySet()
    let places = fields.compactMap { schema.index(of: $0) }
    _ = try run(source, schema: schema, options: Options(statistics: false)) { batch, columns in
      for row in 0..<batch.rowCount where places.allSatisfy({ columns[$0].isValid(row) }) {
        var hash: UInt64 = 0
        for place in places {
          let text = batch.bytes(row, place)
          hash = BatchChecker.combine(hash, text.baseAddress.map { ByteHash.of($0, text.count) } ?? 1)
        }
        keys.fingerprints.insert(hash)
      }
    }
    return keys
  }
}

/// One check under way.
final class CheckRun {
  let reader: TableReader
  let schema: Schema
  private let source: TableSource
  private let options: TableCheck.Options
  private let checker: BatchChecker
  private var report: TableReport

  init(_ source: TableSource, schema: Schema?, options: TableCheck.Options) throws {
    self.source = source
    self.options = options
    reader = try TableReader(source, blockSize: options.blockSize)
    self.schema = schema ?? reader.schema
    report = TableReport(file: source.name, seen: reader.seen)
    var faults: [CellFault] = []
    let plan = try CheckPlan(
      schema: self.schema, header: reader.header, names: reader.columnNames,
      hasHeader: source.hasHeader,
      codeLists: options.codeLists, references: options.references, file: source.name, faults: &faults)
    report.faultCount = faults.count
    report.faults = Array(faults.prefix(options.shown))
    checker = BatchChecker(plan: plan, shown: options.shown, counts: options.statistics)
  }

  private struct Done: Sendable {
    var piece: Piece
    var error: TableError?
    var checked: BatchChecker.Result?
    var encoded: [[UInt8]] = []
  }

  func finish(each: ((Batch, TypedColumns) throws -> Void)?) throws -> TableReport {
    try finish(encoders: []) { batch, columns, _ in try each?(batch, columns) }
  }

  /// `encoders` are run beside the checks, on all cores; `each` gets what they made, in the order of the table.
  func finish(
    encoders: [any BatchEncoder], each: (Batch, TypedColumns, [[UInt8]]) throws -> Void
  ) throws -> TableReport {
    let checker = checker
    let memories = MemoryPool(checker)
    let threads = options.threads > 0 ? options.threads : Pipeline<Piece, Done>.defaultThreads
    var tallies = [ColumnTally](repeating: ColumnTally(), count: checker.plan.columns.count)
    var ledgers = KeyLedgers(count: checker.plan.keys.count)
    let pipeline = Pipeline<Piece, Done>(threads: threads) { piece in
      do throws(TableError) {
        try piece.split()
      } catch {
        return Done(piece: piece, error: error, checked: nil)
      }
      let checked = memories.with { checker.check(piece.storage, &$0) }
      guard !encoders.isEmpty, piece.storage.rowCount > 0 else {
        return Done(piece: piece, error: nil, checked: checked)
      }
      let batch = checker.plan.shaped(Batch(storage: piece.storage, columnCount: 0))
      return Done(
        piece: piece, error: nil, checked: checked,
        encoded: encoders.map { $0.encode(batch, checked.columns) })
    }
    var broken: TableError?
    var footer = FooterEvidence()
    do {
      try pipeline.run {
        // What fails here stands behind pieces still at work: keep it until they are through.
        do throws(TableError) {
          return try reader.nextPieceUnplaced()
        } catch {
          broken = error
          return nil
        }
      } _: { done in
        if let error = done.error { throw error.moved(line: reader.line) }
        guard let checked = done.checked else { return }
        let batch = checker.plan.shaped(reader.number(done.piece))
        for index in tallies.indices { tallies[index].add(checked.tallies[index]) }
        for (index, keys) in checked.keys.enumerated() {
          try ledgers.add(keys, firstLine: batch.firstLine, to: index)
        }
        collect(checked, batch)
        footer.keep(batch)
        if batch.rowCount > 0 { try each(batch, checked.columns, done.encoded) }
      }
      if let broken { throw broken.moved(line: reader.line) }
    } catch let error as TableError where options.reportsBrokenFiles && error.blame == .data {
      report.stop(at: error)
    }
    try tellDuplicates(&ledgers)
    report.bytes = reader.bytesRead
    report.seen = reader.seen
    report.below = footer.lone
    if source.hasHeader { report.seen.notes += footer.remarks }
    if options.statistics {
      let counters = memories.merged()
      report.columns = checker.plan.columns.indices.map { index in
        ColumnStatistics(
          plan: checker.plan.columns[index], tally: tallies[index], counter: counters[index],
          topCount: options.topCount)
      }
    }
    return report
  }

  private func collect(_ checked: BatchChecker.Result, _ batch: Batch) {
    report.rows += batch.rowCount
    report.faultCount += checked.faultCount
    for (row, column, found) in checked.faults where report.faults.count < options.shown {
      report.faults.append(
        CellFault(
          file: source.name, line: batch.line(ofRow: row), record: batch.firstRecord + row,
          column: column < 0 ? 0 : Int(checker.plan.map[column]) + 1,
          field: column < 0 ? "" : checker.plan.columns[column].field.name, value: found.value,
          rule: found.rule,
          expected: found.expected))
    }
  }

  /// Tells the keys that occur twice, with their values read again where the source allows it.
  private func tellDuplicates(_ ledgers: inout KeyLedgers) throws {
    for (index, key) in checker.plan.keys.enumerated() {
      let (count, first) = try ledgers.duplicates(of: index, shown: options.shown)
      guard count > 0 else { continue }
      report.faultCount += count
      let values = KeyValues.read(
        source, lines: Set(first.map(\.line)), places: key.columns.map { Int(checker.plan.map[$0]) })
      for (line, earlier) in first where report.faults.count < options.shown * 2 {
        let found = values[line]
        report.faults.append(
          CellFault(
            file: source.name, line: line, record: found?.record ?? 0,
            column: key.columns.count == 1 ? Int(checker.plan.map[key.columns[0]]) + 1 : 0, field: key.name,
            value: found?.value ?? "…", rule: key.rule, expected: String(earlier)))
      }
    }
  }
}

/// Values of keys on some lines, read again for messages.
private enum KeyValues {
  static func read(
    _ source: TableSource, lines: Set<Int>, places: [Int]
  ) -> [Int: (record: Int, value: String)] {
    guard source.path != "-", let last = lines.max() else { return [:] }
    var found: [Int: (record: Int, value: String)] = [:]
    // What cannot be read any more only makes the message shorter.
    guard let reader = try? TableReader(source) else { return [:] }
    while let batch = try? reader.next(), batch.firstLine <= last {
      for row in 0..<batch.rowCount {
        let line = batch.line(ofRow: row)
        guard lines.contains(line), found[line] == nil else { continue }
        let value = places.map { CellFault.shortened(batch.bytes(row, $0)) }.joined(separator: ", ")
        found[line] = (batch.firstRecord + row, value)
      }
    }
    return found
  }
}

/// One ledger for each key.
private struct KeyLedgers: ~Copyable {
  private var others: [LedgerBox] = []

  private final class LedgerBox {
    var ledger = KeyLedger()
  }

  init(count: Int) { others = (0..<max(0, count)).map { _ in LedgerBox() } }

  mutating func add(_ entries: [KeyEntry], firstLine: Int, to index: Int) throws(TableError) {
    try others[index].ledger.add(entries, firstLine: firstLine)
  }

  mutating func duplicates(of index: Int, shown: Int) throws(TableError) -> (
    count: Int, first: [(line: Int, earlier: Int)]
  ) {
    try others[index].ledger.duplicates(shown: shown)
  }
}

/// The memories of the threads: each takes one while it checks a batch.
private final class MemoryPool: Sendable {
  private let free: Mutex<[BatchChecker.Memory]> = Mutex([])
  private let checker: BatchChecker

  init(_ checker: BatchChecker) { self.checker = checker }

  func with<R>(_ body: (inout BatchChecker.Memory) -> R) -> R {
    var memory = free.withLock { $0.popLast() } ?? checker.memory()
    let result = body(&memory)
    free.withLock { $0.append(memory) }
    return result
  }

  /// The counters of all threads together; the order of the threads does not matter.
  func merged() -> [DistinctCounter] {
    let memories = free.withLock { $0 }
    var counters = memories.first?.counters ?? checker.memory().counters
    for memory in memories.dropFirst() {
      for index in counters.indices { counters[index].merge(memory.counters[index]) }
    }
    return counters
  }
}
