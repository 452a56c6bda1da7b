internal import CSQLite

/// How a transaction takes its locks (sqlite.org/lang_transaction.html).
package enum TransactionKind: String, Sendable {
  /// With the first read or write.
  case deferred = "DEFERRED"
  /// The write lock at once: nothing can come between reading and writing.
  case immediate = "IMMEDIATE"
  case exclusive = "EXCLUSIVE"
}

extension Connection {
  /// Runs the body in a transaction: committed when it returns, rolled back when it throws. Inside another
  /// transaction it is a savepoint.
  @discardableResult
  package mutating func transaction<R>(
    _ kind: TransactionKind = .immediate, _ body: (inout Connection) throws -> R
  ) throws -> R {
    let nested = isInTransaction
    try run(script: nested ? "SAVEPOINT nested" : "BEGIN \(kind.rawValue)")
    do {
      let result = try body(&self)
      try run(script: nested ? "RELEASE nested" : "COMMIT")
      return result
    } catch {
      // SQLite may have rolled back by itself (disk full); a second attempt then fails, and says nothing new.
      if isInTransaction { try? run(script: nested ? "ROLLBACK TO nested; RELEASE nested" : "ROLLBACK") }
      throw error
    }
  }

  package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// The schema version that the program keeps in the file (`PRAGMA user_version`).
  package mutating func userVersion() throws(DatabaseError) -> Int {
    Int(try int("PRAGMA user_version") ?? 0)
  }

  package mutating func setUserVersion(_ version: Int) throws(DatabaseError) {
    try run(script: "PRAGMA user_version = \(version)")
  }

  /// Moves the write-ahead log into the database file and empties it.
  package mutating func checkpoint() throws(DatabaseError) { _ = try int("PRAGMA wal_checkpoint(TRUNCATE)") }

  /// What `PRAGMA integrity_check` finds wrong; empty when the file is sound.
  package mutating func integrityFaults() throws(DatabaseError) -> [String] {
    try rows("PRAGMA integrity_check") { $0.string(0) ?? "" }.filter { $0 != "ok" }
  }
}
