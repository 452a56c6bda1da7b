import Bytes

/// RDF in Turtle by the mapping of "Generating RDF from Tabular Data on the Web" (csv2rdf), minimal mode: a subject
/// for each record, a predicate for each column, typed literals; missing values give no triple.
final class TurtleTableWriter: TableWriter {
  private let output: Output
  private let base: String
  private var fields: [Field] = []
  private var predicates: [[UInt8]] = []

  init(_ output: Output, _ options: WriterOptions) {
    self.output = output
    base = options.baseIRI
  }

  func begin(_ schema: Schema) throws {
    fields = schema.fields
    predicates = fields.map { field in
      if let type = field.rdfType, type.contains(":") { return Array(" <\(Escape.turtleIRI(type))> ".utf8) }
      return Array(" <\(Escape.turtleIRI(base))#\(Percent.encode(field.name))> ".utf8)
    }
    try output.write("@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n")
  }

  func write(_ batch: Batch, _ columns: TypedColumns) throws {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(batch.storage.byteCount * 4)
    let subject = Array("<\(Escape.turtleIRI(base))#row=".utf8)
    for row in 0..<batch.rowCount {
      var isFirst = true
      for column in 0..<batch.columnCount where columns.columns[column].states[row] != 1 {
        if isFirst {
          bytes += subject
          Number.append(Int64(batch.firstRecord + row + 1), to: &bytes)  // row 1 is the header (RFC 7111)
          bytes += ">".utf8
        } else {
          bytes += " ;\n ".utf8
        }
        isFirst = false
        bytes += predicates[column]
        let text = ValueWriter.text(batch, columns, row, column, fields[column])
        bytes.append(Byte.quote)
        text.withUnsafeBufferPointer { Escape.turtle($0, to: &bytes) }
        bytes.append(Byte.quote)
        if columns.columns[column].states[row] == 0 { bytes += Self.datatype(fields[column], text).utf8 }
      }
      if !isFirst { bytes += " .\n".utf8 }
    }
    try output.write(bytes)
  }

  private static func datatype(_ field: Field, _ text: [UInt8]) -> String {
    switch field.type {
    case .integer: "^^xsd:integer"
    case .number: text.contains { $0 | 0x20 == 0x65 } ? "^^xsd:double" : "^^xsd:decimal"
    case .boolean: "^^xsd:boolean"
    case .date: "^^xsd:date"
    case .time: "^^xsd:time"
    case .datetime: "^^xsd:dateTime"
    case .year: "^^xsd:gYear"
    case .yearmonth: "^^xsd:gYearMonth"
    case .duration: "^^xsd:duration"
    case .string where field.format == "uri": "^^xsd:anyURI"
    default: ""
    }
  }

  func finish() throws { try output.finish() }
}
