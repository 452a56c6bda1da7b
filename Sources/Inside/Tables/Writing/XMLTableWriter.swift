import Bytes

/// XML 1.0: `<table><row><field>…</field>…</row>…</table>`, each element named like its field, missing values left out.
///
/// Characters that a name cannot hold are written `_xHHHH_`. A value with characters that XML cannot hold at all is
/// base64, with the attribute `encoding="base64"`. `XMLTableWriter.schema` is the XML Schema beside it.
final class XMLTableWriter: EncodedWriter {
  private let output: Output
  private var rows = XMLEncoder(Schema(fields: []))
  var encoder: any BatchEncoder { rows }

  init(_ output: Output) { self.output = output }

  func begin(_ schema: Schema) throws {
    rows = XMLEncoder(schema)
    try output.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<table>\n")
  }

  func write(encoded bytes: [UInt8]) throws { try output.write(bytes) }

  func finish() throws {
    try output.write("</table>\n")
    try output.finish()
  }

  /// Element names of the fields: their own where XML allows it, all different.
  static func names(_ schema: Schema) -> [String] {
    var taken: Set<String> = []
    return schema.fields.map { field in
      let base = name(field.name)
      var candidate = base
      var number = 2
      while !taken.insert(candidate).inserted {
        candidate = "\(base)_\(number)"
        number += 1
      }
      return candidate
    }
  }

  private static func name(_ text: String) -> String {
    var name = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
      let value = scalar.value
      let starts =
        scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
        || (0xC0...0x2FF).contains(value) && value != 0xD7 && value != 0xF7
        || (0x370...0x1FFF).contains(value) && value != 0x37E
        || (0x3001...0xD7FF).contains(value) || (0xF900...0xFDCF).contains(value)
        || (0x10000...0xEFFFF).contains(value)
      let goes =
        index > 0 && (scalar == "-" || scalar == "." || ("0"..."9").contains(scalar) || value == 0xB7)
      if starts || goes {
        name.unicodeScalars.append(scalar)
      } else {
        let hex = String(value, radix: 16, uppercase: true)
        name += "_x" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex + "_"
      }
    }
    return name.lowercased().hasPrefix("xml") ? "_" + name : name
  }
}

/// Records as elements.
struct XMLEncoder: BatchEncoder {
  private let fields: [Field]
  private let opening: [[UInt8]]
  private let closing: [[UInt8]]

  init(_ schema: Schema) {
    fields = schema.fields
    opening = XMLTableWriter.names(schema).map { Array("<\($0)>".utf8) }
    closing = XMLTableWriter.names(schema).map { Array("</\($0)>".utf8) }
  }

  func encode(_ batch: Batch, _ columns: TypedColumns) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(batch.storage.byteCount * 4)
    for row in 0..<batch.rowCount {
      bytes += "<row>".utf8
      for column in 0..<batch.columnCount where columns.columns[column].states[row] != 1 {
        let text = ValueWriter.text(batch, columns, row, column, fields[column])
        text.withUnsafeBufferPointer { append($0, column, &bytes) }
      }
      bytes += "</row>\n".utf8
    }
    return bytes
  }

  private func append(_ text: UnsafeBufferPointer<UInt8>, _ column: Int, _ bytes: inout [UInt8]) {
    guard Self.fits(text) else {
      bytes += opening[column].dropLast()
      bytes += " encoding=\"base64\">".utf8
      bytes += Base64.encode(Array(text)).utf8
      bytes += closing[column]
      return
    }
    bytes += opening[column]
    Escape.xml(text, to: &bytes)
    bytes += closing[column]
  }

  /// Whether XML 1.0 can hold the characters (§2.2) and a parser gives them back (§2.11 turns CR into LF).
  private static func fits(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    for (at, byte) in text.enumerated() {
      if byte < 0x20, byte != Byte.tab, byte != Byte.lineFeed { return false }
      // U+FFFE and U+FFFF.
      if byte == 0xEF, at + 2 < text.count, text[at + 1] == 0xBF, text[at + 2] >= 0xBE { return false }
    }
    return true
  }
}

/// The XML Schema (1.0) of a table's XML.
package func xmlSchema(for schema: Schema) -> [UInt8] {
  var text = """
    <?xml version="1.0" encoding="UTF-8"?>
    <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
      <xs:element name="table"><xs:complexType><xs:sequence>
        <xs:element name="row" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>

    """
  for (field, name) in zip(schema.fields, XMLTableWriter.names(schema)) {
    let type: String? =
      switch field.type {
      case .integer, .year: "xs:integer"
      case .number: "xs:double"
      case .boolean: "xs:boolean"
      case .date: "xs:date"
      case .time: "xs:time"
      case .datetime: "xs:dateTime"
      case .yearmonth: "xs:gYearMonth"
      case .duration: "xs:duration"
      default: nil
      }
    let least = field.constraints.required ? "" : " minOccurs=\"0\""
    if let type {
      text += "      <xs:element name=\"\(name)\"\(least) type=\"\(type)\"/>\n"
    } else {
      text += """
              <xs:element name="\(name)"\(least)><xs:complexType><xs:simpleContent><xs:extension base="xs:string">
                <xs:attribute name="encoding" type="xs:string"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>

        """
    }
  }
  text += """
        </xs:sequence></xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
    </xs:schema>

    """
  return Array(text.utf8)
}
