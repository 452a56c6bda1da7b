package import Bytes
import SQLite

/// Any SQLite file, read value by value: for the leak scan, which must see values that are spread over pages.
package enum StoredDatabase {
  /// The first bytes of every SQLite file.
  package static let magic = Array("SQLite format 3\0".utf8)

  /// Hands over the text and blobs of every table, with the name of its table; each name and every definition of the
  /// schema too. Numbers are handed over as their text.
  package static func forEachValue(
    _ file: HeldFile, _ body: (_ table: String, _ value: UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws {
    let database = try file.withDescriptor { descriptor, start in
      Result { try Database(opened: descriptor, start: start, count: file.count, name: file.name) }
    }.get()
    try database.use { connection in
      let schema = try connection.rows("SELECT type, name, sql FROM sqlite_master ORDER BY rowid") {
        ($0.string(0) ?? "", $0.string(1) ?? "", $0.string(2) ?? "")
      }
      for (type, name, definition) in schema {
        var text = definition
        try text.withUTF8 { try body("sqlite_master", $0) }
        // A virtual table's content lies in its shadow tables, which are listed too.
        guard type == "table", !definition.uppercased().hasPrefix("CREATE VIRTUAL") else { continue }
        try connection.forEach("SELECT * FROM \(identifier: name)") { row in
          for column in 0..<row.count {
            switch row.kind(column) {
            case .null: break
            case .text, .integer, .real: try row.withText(column) { try body(name, $0) }
            case .bytes: try row.withBytes(column) { try body(name, $0) }
            }
          }
          return true
        }
      }
    }
  }
}
