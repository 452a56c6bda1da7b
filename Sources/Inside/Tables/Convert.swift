import Bytes

/// How a conversion goes about it.
package struct ConvertOptions {
  package var check = TableCheck.Options()
  package var writer = WriterOptions()
  /// Whether a format that cannot hold the table is left out, and the others are written.
  package var leavesOut = false

  package init() {}
}

/// What an export wrote.
package struct Exported: Sendable {
  package let report: TableReport
  /// Formats that cannot hold the table, and why; nothing of them was written.
  package let leftOut: [(format: TableFormat, why: TableError)]
}

/// Reads any table and writes it in another format, in one pass. The report tells what was seen and every fault.
///
/// Without a schema every column is text. A table with faults is written as far as its cells go (a cell that is not
/// of its type stays text where the format can hold it), so look at the report's `isClean`. A file that cannot be read
/// to its end is not written at all: that is thrown, or with `check.reportsBrokenFiles` the report's last fault. What
/// the format cannot hold is thrown.
package func convert(
  _ source: TableSource, schema: Schema? = nil, to format: TableFormat, output: OutputSink,
  options: ConvertOptions = ConvertOptions()
) throws -> TableReport {
  try export(source, schema: schema, to: [(format, output)], options: options).report
}

/// The same into several formats from one reading: the one way by which a table becomes files. `each` gets every batch
/// in order, beside the writers.
package func export(
  _ source: TableSource, schema: Schema? = nil, to outputs: [(format: TableFormat, sink: OutputSink)],
  options: ConvertOptions = ConvertOptions(), each: (Batch, TypedColumns) throws -> Void = { _, _ in }
) throws -> Exported {
  var options = options
  if !source.hasHeader { options.writer.hasHeader = false }
  do {
    if let schema, outputs.contains(where: { $0.format == .parquet }) {
      options.writer.decimals = try DecimalMeasure.decimals(
        of: source, schema: schema, but: options.writer.decimals)
    }
    let run = try CheckRun(source, schema: schema, options: options.check)
    if let columns = run.reader.featureColumns, let id = columns.id {
      options.writer.featureID = (id, columns.hasNumbers)
    }
    var writers = WriterSet(leavesOut: options.leavesOut)
    for output in outputs { try writers.begin(output.format, output.sink, run.schema, options.writer) }
    let report = try run.finish(encoders: writers.encoders) { batch, columns, encoded in
      try writers.write(batch, columns, encoded)
      try each(batch, columns)
    }
    if report.isComplete { try writers.finish() }
    return Exported(report: report, leftOut: writers.leftOut)
  } catch let failure as WriterSet.Failure {
    throw failure.error
  } catch let error as TableError where options.check.reportsBrokenFiles && error.blame == .data {
    return Exported(report: TableReport(brokenAtStart: source, error), leftOut: [])
  }
}

/// The writers of one export, in the order of its outputs.
private struct WriterSet {
  /// A writer's own error, told apart from those of reading, which a report may hold.
  struct Failure: Error { let error: any Error }

  private let leavesOut: Bool
  /// Nil once a writer was left out; its output is gone with it.
  private var writers: [(any TableWriter)?] = []
  private var formats: [TableFormat] = []
  private(set) var leftOut: [(format: TableFormat, why: TableError)] = []

  init(leavesOut: Bool) { self.leavesOut = leavesOut }

  /// Text formats are made on all cores, ahead of their turn.
  var encoders: [any BatchEncoder] { writers.compactMap { ($0 as? any EncodedWriter)?.encoder } }

  mutating func begin(
    _ format: TableFormat, _ sink: OutputSink, _ schema: Schema, _ options: WriterOptions
  ) throws {
    formats.append(format)
    writers.append(nil)
    try attempt(writers.count - 1) {
      let writer = try makeWriter(format, to: sink, options: options)
      try writer.begin(schema)
      return writer
    }
  }

  mutating func write(_ batch: Batch, _ columns: TypedColumns, _ encoded: [[UInt8]]) throws {
    var made = encoded.makeIterator()
    for place in writers.indices {
      guard let writer = writers[place] else { continue }
      try attempt(place) {
        if let early = writer as? any EncodedWriter, let bytes = made.next() {
          try early.write(encoded: bytes)
        } else {
          try writer.write(batch, columns)
        }
        return writer
      }
    }
  }

  mutating func finish() throws {
    for place in writers.indices {
      guard let writer = writers[place] else { continue }
      try attempt(place) {
        try writer.finish()
        return writer
      }
    }
  }

  /// Runs a writer's step; a format that the table does not fit into is left out where that is allowed.
  private mutating func attempt(_ place: Int, _ step: () throws -> any TableWriter) throws {
    do {
      writers[place] = try step()
    } catch let error as TableError where leavesOut && error.code == .tooLarge {
      // Those whose work is done ahead hold any table, and their turn must not shift.
      guard !(writers[place] is any EncodedWriter) else { throw Failure(error: error) }
      writers[place] = nil
      leftOut.append((formats[place], error))
    } catch {
      throw Failure(error: error)
    }
  }
}
