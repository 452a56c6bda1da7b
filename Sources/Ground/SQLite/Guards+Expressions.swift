internal import CSQLite
internal import Synchronization

extension Connection {
  /// From now on statements may only compute: they read no table, call no function but those named (in small letters),
  /// and hold no more SELECTs than that, all statements together. Everything else is denied while a statement is
  /// compiled. For an expression over bound values that somebody else wrote.
  package mutating func allowExpressions(
    calling functions: Set<String>, selects: Int
  ) throws(DatabaseError) {
    clearCache()
    guards.expression.withLock { $0 = (functions, selects) }
    let status = sqlite3_set_authorizer(
      handle,
      { context, action, _, second, _, _ in
        guard let context else { return SQLITE_DENY }
        let guards = Unmanaged<Guards>.fromOpaque(context).takeUnretainedValue()
        switch action {
        case SQLITE_SELECT:
          return guards.expression.withLock { expression in
            expression.selects -= 1
            return expression.selects >= 0 ? SQLITE_OK : SQLITE_DENY
          }
        case SQLITE_FUNCTION:
          guard let second else { return SQLITE_DENY }
          let name = String(cString: second).lowercased()
          return guards.expression.withLock { $0.functions.contains(name) } ? SQLITE_OK : SQLITE_DENY
        default: return SQLITE_DENY
        }
      }, Unmanaged.passUnretained(guards).toOpaque())
    guard status == SQLITE_OK else { throw DatabaseError(handle, status, path: path) }
  }
}
