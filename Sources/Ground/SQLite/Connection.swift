internal import CSQLite

/// One open connection. `Database.use` lends it to one caller at a time.
package struct Connection: ~Copyable {
  let handle: OpaquePointer
  let path: String
  let guards: Guards
  /// The bytes that it reads, where it reads no file of its own.
  var image: DatabaseImage?
  /// Prepared statements that are not running, by their text.
  private var cache: [String: OpaquePointer] = [:]
  private static let cacheLimit = 64

  init(handle: OpaquePointer, path: String) {
    self.handle = handle
    self.path = path
    guards = Guards()
  }

  deinit {
    for statement in cache.values { sqlite3_finalize(statement) }
    sqlite3_set_authorizer(handle, nil, nil)
    sqlite3_progress_handler(handle, 0, nil, nil)
    sqlite3_close_v2(handle)
  }

  // MARK: Statements

  /// Prepares one statement and binds the values of the interpolations. It is compiled anew each time; `query` and
  /// `execute` reuse compiled statements.
  package mutating func prepare(_ sql: SQL) throws(DatabaseError) -> Statement {
    let statement = try compile(sql.text)
    try statement.bind(sql.values)
    return statement
  }

  private func compile(_ text: String) throws(DatabaseError) -> Statement {
    var statement: OpaquePointer?
    var text = text
    var rest = false
    let status = text.withUTF8 { utf8 -> Int32 in
      guard let start = utf8.baseAddress else { return SQLITE_OK }
      return start.withMemoryRebound(to: CChar.self, capacity: utf8.count) { start in
        var tail: UnsafePointer<CChar>?
        let status = sqlite3_prepare_v3(handle, start, Int32(utf8.count), 0, &statement, &tail)
        if let tail {
          let remainder = utf8[(tail - start)...]
          rest = remainder.contains { $0 > 0x20 && $0 != UInt8(ascii: ";") }
        }
        return status
      }
    }
    guard status == SQLITE_OK else { throw DatabaseError(handle, status, sql: text, path: path) }
    guard let statement else { throw .misuse("the statement is empty", sql: text) }
    let prepared = Statement(statement)
    guard !rest else { throw .misuse("more than one statement", sql: text) }
    return prepared
  }

  private mutating func take(_ sql: SQL) throws(DatabaseError) -> Statement {
    let statement: Statement
    if let cached = cache.removeValue(forKey: sql.text) {
      statement = Statement(cached)
    } else {
      statement = try compile(sql.text)
    }
    try statement.bind(sql.values)
    return statement
  }

  private mutating func giveBack(_ statement: consuming Statement) {
    statement.reset()
    statement.clearBindings()
    let text = statement.text
    guard cache[text] == nil else { return }
    if cache.count >= Connection.cacheLimit { clearCache() }
    cache[text] = statement.release()
  }

  /// Forgets compiled statements, which keep the permissions they were compiled under.
  mutating func clearCache() {
    for statement in cache.values { sqlite3_finalize(statement) }
    cache = [:]
  }

  // MARK: Running

  /// Runs a statement to its end; rows it returns are passed over.
  package mutating func execute(_ sql: SQL) throws(DatabaseError) {
    let statement = try take(sql)
    try statement.run()
    giveBack(statement)
  }

  /// Runs a script of several statements, made by the program: for schemas.
  package mutating func execute(script: StaticString) throws(DatabaseError) {
    try run(script: script.description)
  }

  mutating func run(script: String) throws(DatabaseError) {
    let status = sqlite3_exec(handle, script, nil, nil, nil)
    guard status == SQLITE_OK else { throw DatabaseError(handle, status, sql: script, path: path) }
  }

  /// All rows, each made into a value.
  package mutating func query<R>(_ sql: SQL, _ row: (borrowing Row) throws -> R) throws -> [R] {
    let statement = try take(sql)
    var rows: [R] = []
    while try statement.step() { rows.append(try row(statement.row)) }
    giveBack(statement)
    return rows
  }

  /// The same for a closure that cannot fail: only the database's own errors are thrown.
  package mutating func rows<R>(_ sql: SQL, _ row: (borrowing Row) -> R) throws(DatabaseError) -> [R] {
    let statement = try take(sql)
    var rows: [R] = []
    while try statement.step() { rows.append(row(statement.row)) }
    giveBack(statement)
    return rows
  }

  /// The first row, or nil where there is none.
  package mutating func first<R>(_ sql: SQL, _ row: (borrowing Row) throws -> R) throws -> R? {
    let statement = try take(sql)
    let found = try statement.step() ? try row(statement.row) : nil
    giveBack(statement)
    return found
  }

  /// Row after row without keeping them; the closure returns false to stop.
  package mutating func forEach(_ sql: SQL, _ row: (borrowing Row) throws -> Bool) throws {
    let statement = try take(sql)
    while try statement.step() { if try !row(statement.row) { break } }
    giveBack(statement)
  }

  /// The integer in the first column of the first row; nil where there is no row or it is NULL.
  package mutating func int(_ sql: SQL) throws(DatabaseError) -> Int64? {
    try rows(sql) { $0.isNull(0) ? nil : $0.int(0) }.first ?? nil
  }

  /// The text in the first column of the first row; nil where there is no row or it is NULL.
  package mutating func string(_ sql: SQL) throws(DatabaseError) -> String? {
    try rows(sql) { $0.string(0) }.first ?? nil
  }

  /// Rows the last INSERT, UPDATE or DELETE changed.
  package var changes: Int { Int(sqlite3_changes64(handle)) }

  package var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }
}
