internal import CSQLite
internal import Glibc
internal import Synchronization

/// What SQLite's callbacks look at while a statement is compiled or runs.
final class Guards: Sendable {
  /// Tables a statement may read; nil allows everything.
  let allowed = Mutex<Set<String>?>(nil)
  /// What an expression may call, and how many SELECTs may still be compiled.
  let expression = Mutex<(functions: Set<String>, selects: Int)>(([], 0))
  /// What ends a statement that runs.
  let bounds = Mutex(Bounds())

  struct Bounds: Sendable {
    /// Nanoseconds of the monotonic clock; 0 is no deadline.
    var deadline: UInt64 = 0
    /// Bytes that the library may hold in all.
    var memory = Int.max
    var isUnwanted: (@Sendable () -> Bool)?

    var areExceeded: Bool {
      deadline != 0 && Guards.now() > deadline || memory < .max && sqlite3_memory_used() > memory
        || isUnwanted?() == true
    }
  }

  static func now() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
  }
}

/// What may be limited per connection (sqlite.org/c3ref/c_limit_attached.html).
package enum Limit: Sendable {
  /// Bytes of a string, blob or row.
  case length
  /// Bytes of a statement.
  case sqlLength
  case columns
  case expressionDepth
  case compoundSelects
  case functionArguments
  case attachedDatabases
  case likePatternLength
  case parameters
  /// Instructions of a compiled statement.
  case programSteps

  var code: Int32 {
    switch self {
    case .length: SQLITE_LIMIT_LENGTH
    case .sqlLength: SQLITE_LIMIT_SQL_LENGTH
    case .columns: SQLITE_LIMIT_COLUMN
    case .expressionDepth: SQLITE_LIMIT_EXPR_DEPTH
    case .compoundSelects: SQLITE_LIMIT_COMPOUND_SELECT
    case .functionArguments: SQLITE_LIMIT_FUNCTION_ARG
    case .attachedDatabases: SQLITE_LIMIT_ATTACHED
    case .likePatternLength: SQLITE_LIMIT_LIKE_PATTERN_LENGTH
    case .parameters: SQLITE_LIMIT_VARIABLE_NUMBER
    case .programSteps: SQLITE_LIMIT_VDBE_OP
    }
  }
}

extension Connection {
  /// From now on statements may only read these tables (and use functions); everything else is denied while it is
  /// compiled. A view needs its tables allowed too. Names are compared without regard to ASCII case, as SQLite does.
  package mutating func allow(reading tables: [String]) throws(DatabaseError) {
    clearCache()
    var names: Set<String> = []
    for table in tables {
      names.insert(table.lowercased())
      // A full-text table reads its own shadow tables, which hold nothing else (sqlite.org/fts5.html §9).
      for part in ["data", "idx", "content", "docsize", "config"] {
        names.insert("\(table.lowercased())_\(part)")
      }
    }
    guards.allowed.withLock { [names] in $0 = names }
    let status = sqlite3_set_authorizer(
      handle,
      { context, action, first, second, _, _ in
        guard let context else { return SQLITE_DENY }
        let guards = Unmanaged<Guards>.fromOpaque(context).takeUnretainedValue()
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE: return SQLITE_OK
        case SQLITE_READ:
          guard let first else { return SQLITE_DENY }
          let table = String(cString: first).lowercased()
          return guards.allowed.withLock { $0?.contains(table) ?? true } ? SQLITE_OK : SQLITE_DENY
        case SQLITE_PRAGMA:
          // Full-text tables ask it to see whether they changed.
          return first.map { String(cString: $0) } == "data_version" && second == nil
            ? SQLITE_OK : SQLITE_DENY
        case SQLITE_FUNCTION:
          guard let second else { return SQLITE_DENY }
          return refusedFunctions.contains(String(cString: second).lowercased()) ? SQLITE_DENY : SQLITE_OK
        default: return SQLITE_DENY
        }
      }, Unmanaged.passUnretained(guards).toOpaque())
    guard status == SQLITE_OK else { throw DatabaseError(handle, status, path: path) }
  }

  /// Lifts `allow(reading:)`.
  package mutating func allowEverything() {
    clearCache()
    guards.allowed.withLock { $0 = nil }
    sqlite3_set_authorizer(handle, nil, nil)
  }

  /// Sets a limit and returns the former one.
  @discardableResult
  package mutating func limit(_ limit: Limit, to value: Int) -> Int {
    Int(sqlite3_limit(handle, limit.code, Int32(clamping: value)))
  }

  /// How long a locked database is waited for; five seconds unless set.
  package mutating func setBusyTimeout(milliseconds: Int) {
    sqlite3_busy_timeout(handle, Int32(clamping: milliseconds))
  }

  /// Runs the body; statements still running after so many milliseconds fail with `.interrupted`, and so do those that run
  /// when the library holds more than so many bytes or nobody wants the answer any more. Inside another deadline the
  /// earlier one holds.
  /// - Parameter isUnwanted: asked again and again on this thread; must be quick.
  @discardableResult
  package mutating func withDeadline<R>(
    milliseconds: Int, memory: Int = .max, isUnwanted: (@Sendable () -> Bool)? = nil,
    _ body: (inout Connection) throws -> R
  ) throws -> R {
    let outer = guards.bounds.withLock { $0 }
    let deadline = Guards.now() + UInt64(max(0, milliseconds)) * 1_000_000
    guards.bounds.withLock { bounds in
      bounds.deadline = outer.deadline == 0 ? deadline : min(outer.deadline, deadline)
      bounds.memory = min(outer.memory, memory)
      bounds.isUnwanted = isUnwanted ?? outer.isUnwanted
    }
    sqlite3_progress_handler(
      handle, 1000,
      { context in
        guard let context else { return 0 }
        let guards = Unmanaged<Guards>.fromOpaque(context).takeUnretainedValue()
        return guards.bounds.withLock { $0 }.areExceeded ? 1 : 0
      }, Unmanaged.passUnretained(guards).toOpaque())
    defer {
      guards.bounds.withLock { $0 = outer }
      if outer.deadline == 0 { sqlite3_progress_handler(handle, 0, nil, nil) }
    }
    return try body(&self)
  }
}

/// Functions that reach beyond the database's rows or eat memory on demand.
private let refusedFunctions: Set<String> = [
  "load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "randomblob", "zeroblob",
  "sqlite_offset",
  "sqlite_log",
]
