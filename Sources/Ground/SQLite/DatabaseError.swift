internal import CSQLite

/// What SQLite refused, with its code, its words and the SQL text. Bound values are never part of it.
///
/// It has the shape of `Fault`; the conformance is declared where both rooms are known.
package struct DatabaseError: Error, Sendable, Equatable, CustomStringConvertible {
  /// SQLite's primary result codes that callers tell apart (sqlite.org/rescode.html).
  package enum Code: Sendable, Equatable {
    case constraint(Constraint)
    /// Another connection holds the lock.
    case busy
    /// The deadline passed, or the call was interrupted.
    case interrupted
    /// The authorizer or the open mode does not allow it.
    case denied
    case readOnly
    case full
    case inputOutput
    case cannotOpen
    /// The file is damaged or no database.
    case corrupt
    /// A limit was exceeded: length of text, depth of an expression, number of columns.
    case tooLarge
    /// The SQL is wrong, or a value has the wrong type for a STRICT column.
    case invalid
    case outOfMemory
    /// Any other primary code.
    case other(Int32)
  }

  package enum Constraint: Sendable, Equatable {
    case unique, primaryKey, notNull, foreignKey, check, type, trigger, other
  }

  package let code: Code
  /// SQLite's extended result code.
  package let extendedCode: Int32
  /// SQLite's words.
  package let reason: String
  package let sql: String?
  package let path: String?

  package init(code: Int32, reason: String, sql: String? = nil, path: String? = nil) {
    extendedCode = code
    self.code = DatabaseError.classify(code)
    self.reason = reason
    self.sql = sql
    self.path = path
  }

  /// The last error of a connection.
  init(_ handle: OpaquePointer?, _ status: Int32, sql: String? = nil, path: String? = nil) {
    let extended = handle.map { sqlite3_extended_errcode($0) } ?? status
    let code = extended & 0xFF == status & 0xFF ? extended : status
    let reason = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(status))
    self.init(code: code, reason: reason, sql: sql, path: path)
  }

  /// A refusal of our own.
  static func misuse(_ reason: String, sql: String? = nil) -> DatabaseError {
    DatabaseError(code: SQLITE_MISUSE, reason: reason, sql: sql)
  }

  private static func classify(_ code: Int32) -> Code {
    switch code & 0xFF {
    case SQLITE_CONSTRAINT:
      switch code >> 8 {
      case 1: .constraint(.check)
      case 3: .constraint(.foreignKey)
      case 5: .constraint(.notNull)
      case 6, 10: .constraint(.primaryKey)
      case 7: .constraint(.trigger)
      case 8: .constraint(.unique)
      case 12: .constraint(.type)
      default: .constraint(.other)
      }
    case SQLITE_BUSY, SQLITE_LOCKED: .busy
    case SQLITE_INTERRUPT: .interrupted
    case SQLITE_AUTH, SQLITE_PERM: .denied
    case SQLITE_READONLY: .readOnly
    case SQLITE_FULL: .full
    case SQLITE_IOERR: .inputOutput
    case SQLITE_CANTOPEN: .cannotOpen
    case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
    case SQLITE_TOOBIG: .tooLarge
    case SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_RANGE: .invalid
    case SQLITE_NOMEM: .outOfMemory
    default: .other(code & 0xFF)
    }
  }

  /// Equal by code only.
  package static func == (left: DatabaseError, right: DatabaseError) -> Bool { left.code == right.code }

  package var message: String {
    "database\(path.map { " \($0)" } ?? ""): \(reason)\(sql.map { " in: \(DatabaseError.shortened($0))" } ?? "")"
  }

  package var hint: String? {
    switch code {
    case .full: "free space on that disk and run the command again; the last transaction was rolled back"
    case .busy: "another process is writing: try again when it is done"
    case .corrupt: "restore the file from a backup"
    case .cannotOpen: "check the path and the permissions of its folder"
    case .interrupted: "ask for less, or narrow the filter"
    default: nil
    }
  }

  /// Whether the system failed, rather than the data or the statement.
  package var isEnvironment: Bool {
    switch code {
    case .busy, .readOnly, .full, .inputOutput, .cannotOpen, .corrupt, .outOfMemory: true
    default: false
    }
  }

  package var description: String { message + (hint.map { " (\($0))" } ?? "") }

  private static func shortened(_ sql: String) -> String {
    let line = sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.count > 200 ? line.prefix(200) + "…" : line
  }
}
