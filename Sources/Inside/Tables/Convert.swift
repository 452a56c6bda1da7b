import Bytes

/// How a conversion goes about it.
package struct ConvertOptions {
  package var check = TableCheck.Options()
  package var writer = WriterOptions()

  package init() {}
}

/// Reads any table and writes it in another format, in one pass. The report tells what was seen and every fault.
///
/// Without a schema every column is text. A table with faults is written as far as its cells go (a cell that is not
/// of its type stays text where the format can hold it), so look at the report's `isClean`. A file that cannot be read
/// to its end is not written at all: that is thrown, or with `check.reportsBrokenFiles` the report's last fault.
package func convert(
  _ source: TableSource, schema: Schema? = nil, to format: TableFormat, output: OutputSink,
  options: ConvertOptions = ConvertOptions()
) throws -> TableReport {
  try export(source, schema: schema, to: [(format, output)], options: options)
}

/// The same into several formats from one reading.
package func export(
  _ source: TableSource, schema: Schema? = nil, to outputs: [(format: TableFormat, sink: OutputSink)],
  options: ConvertOptions = ConvertOptions()
) throws -> TableReport {
  var options = options
  if !source.hasHeader { options.writer.hasHeader = false }
  do {
    if let schema, outputs.contains(where: { $0.format == .parquet }) {
      options.writer.decimals = try DecimalMeasure.decimals(
        of: source, schema: schema, but: options.writer.decimals)
    }
    let run = try CheckRun(source, schema: schema, options: options.check)
    let writers = try outputs.map { try makeWriter($0.format, to: $0.sink, options: options.writer) }
    for writer in writers { try writer.begin(run.schema) }
    // Text formats are made on all cores, ahead of their turn.
    let ahead = writers.map { $0 as? any EncodedWriter }
    let report = try run.finish(encoders: ahead.compactMap { $0?.encoder }) { batch, columns, encoded in
      var made = encoded.makeIterator()
      for (writer, early) in zip(writers, ahead) {
        if let early, let bytes = made.next() {
          try early.write(encoded: bytes)
        } else {
          try writer.write(batch, columns)
        }
      }
    }
    if report.isComplete { for writer in writers { try writer.finish() } }
    return report
  } catch let error as TableError where options.check.reportsBrokenFiles && error.blame == .data {
    return TableReport(brokenAtStart: source, error)
  }
}
