internal import CSQLite

/// A prepared statement, for loops that bind and step themselves. It must not outlive the call that gave the
/// connection. Parameters count from 1, columns from 0.
package struct Statement: ~Copyable {
  let handle: OpaquePointer

  init(_ handle: OpaquePointer) { self.handle = handle }

  deinit { sqlite3_finalize(handle) }

  /// The current row, after `step` has said that there is one.
  package var row: Row { Row(handle) }

  /// The SQL it was compiled from, with `?` for values.
  package var text: String { sqlite3_sql(handle).map { String(cString: $0) } ?? "" }

  package var parameterCount: Int { Int(sqlite3_bind_parameter_count(handle)) }
  package var columnCount: Int { Int(sqlite3_column_count(handle)) }
  package var isReadOnly: Bool { sqlite3_stmt_readonly(handle) != 0 }

  /// Makes it ready to run again. Bound values stay.
  package func reset() { sqlite3_reset(handle) }

  /// Forgets the bound values.
  package func clearBindings() { sqlite3_clear_bindings(handle) }

  /// Runs to the next row; false at the end.
  package func step() throws(DatabaseError) -> Bool {
    let status = sqlite3_step(handle)
    switch status {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let error = DatabaseError(sqlite3_db_handle(handle), status, sql: text)
      sqlite3_reset(handle)
      throw error
    }
  }

  /// Runs to the end and resets: for an INSERT in a loop.
  package func run() throws(DatabaseError) {
    while try step() {}
    sqlite3_reset(handle)
  }

  package func bind(_ index: Int, _ value: Int64) throws(DatabaseError) {
    try check(sqlite3_bind_int64(handle, Int32(index), value))
  }

  package func bind(_ index: Int, _ value: Int) throws(DatabaseError) { try bind(index, Int64(value)) }

  package func bind(_ index: Int, _ value: Double) throws(DatabaseError) {
    try check(sqlite3_bind_double(handle, Int32(index), value))
  }

  package func bind(_ index: Int, _ value: String) throws(DatabaseError) {
    var value = value
    try check(value.withUTF8 { bindText(index, $0) })
  }

  /// Text from UTF-8 that the caller knows to be valid.
  package func bind(_ index: Int, utf8 value: UnsafeBufferPointer<UInt8>) throws(DatabaseError) {
    try check(bindText(index, value))
  }

  package func bind(_ index: Int, _ value: [UInt8]) throws(DatabaseError) {
    try check(
      value.withUnsafeBytes { bytes in
        bytes.isEmpty
          ? sqlite3_bind_zeroblob(handle, Int32(index), 0)
          : doorsill_bind_blob(handle, Int32(index), bytes.baseAddress, UInt64(bytes.count))
      })
  }

  package func bindNull(_ index: Int) throws(DatabaseError) {
    try check(sqlite3_bind_null(handle, Int32(index)))
  }

  package func bind(_ index: Int, _ value: SQL.Value) throws(DatabaseError) {
    switch value {
    case .null: try bindNull(index)
    case .integer(let value): try bind(index, value)
    case .real(let value): try bind(index, value)
    case .text(let value): try bind(index, value)
    case .bytes(let value): try bind(index, value)
    }
  }

  /// Binds all parameters; their number must be right.
  package func bind(_ values: [SQL.Value]) throws(DatabaseError) {
    guard values.count == parameterCount else {
      throw .misuse("\(values.count) values for \(parameterCount) parameters", sql: text)
    }
    for (index, value) in values.enumerated() { try bind(index + 1, value) }
  }

  private func bindText(_ index: Int, _ value: UnsafeBufferPointer<UInt8>) -> Int32 {
    guard let start = value.baseAddress else { return doorsill_bind_text(handle, Int32(index), "", 0) }
    return start.withMemoryRebound(to: CChar.self, capacity: value.count) {
      doorsill_bind_text(handle, Int32(index), $0, UInt64(value.count))
    }
  }

  private func check(_ status: Int32) throws(DatabaseError) {
    if status != SQLITE_OK { throw DatabaseError(sqlite3_db_handle(handle), status, sql: text) }
  }

  /// Gives the handle up without finalizing it.
  consuming func release() -> OpaquePointer {
    let handle = handle
    discard self
    return handle
  }
}
