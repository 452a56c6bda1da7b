internal import CSQLite

/// What a column of a row holds.
package enum Kind: Sendable {
  case null, integer, real, text, bytes
}

/// The current row of a statement. It is valid until the next step; columns count from 0.
package struct Row: ~Copyable {
  let statement: OpaquePointer

  init(_ statement: OpaquePointer) { self.statement = statement }

  package var count: Int { Int(sqlite3_column_count(statement)) }

  /// The column's name as the query gives it.
  package func name(_ index: Int) -> String {
    sqlite3_column_name(statement, Int32(index)).map { String(cString: $0) } ?? ""
  }

  package func kind(_ index: Int) -> Kind {
    switch sqlite3_column_type(statement, Int32(index)) {
    case SQLITE_INTEGER: .integer
    case SQLITE_FLOAT: .real
    case SQLITE_TEXT: .text
    case SQLITE_BLOB: .bytes
    default: .null
    }
  }

  package func isNull(_ index: Int) -> Bool { sqlite3_column_type(statement, Int32(index)) == SQLITE_NULL }

  /// As SQLite converts it; NULL is 0.
  package func int(_ index: Int) -> Int64 { sqlite3_column_int64(statement, Int32(index)) }

  /// As SQLite converts it; NULL is 0.
  package func double(_ index: Int) -> Double { sqlite3_column_double(statement, Int32(index)) }

  package func bool(_ index: Int) -> Bool { int(index) != 0 }

  /// The text, or nil for NULL. Bytes that are not UTF-8 are repaired; `withText` gives them as they are.
  package func string(_ index: Int) -> String? {
    guard !isNull(index) else { return nil }
    return withText(index) { String(decoding: $0, as: UTF8.self) }
  }

  /// The bytes, or nil for NULL.
  package func bytes(_ index: Int) -> [UInt8]? {
    guard !isNull(index) else { return nil }
    return withBytes(index) { Array($0) }
  }

  /// The UTF-8 of the column in place, without a copy; empty for NULL. The buffer is valid inside the call only.
  package func withText<R, E: Error>(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R)
    throws(E) -> R
  {
    let start = sqlite3_column_text(statement, Int32(index))
    let count = Int(sqlite3_column_bytes(statement, Int32(index)))
    return try body(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
  }

  /// The bytes of the column in place, without a copy; empty for NULL. The buffer is valid inside the call only.
  package func withBytes<R, E: Error>(
    _ index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    let start = sqlite3_column_blob(statement, Int32(index))
    let count = Int(sqlite3_column_bytes(statement, Int32(index)))
    let bytes = start?.assumingMemoryBound(to: UInt8.self)
    return try body(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
  }
}
