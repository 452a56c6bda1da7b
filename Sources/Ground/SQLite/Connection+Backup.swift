internal import CSQLite

extension Connection {
  /// Copies the whole database, as it is now, into the file `path`, which is replaced and synced. A
  /// failure may leave it half written: copy to another name and rename. Writers are not held up for
  /// longer than a batch of pages.
  package mutating func backup(to path: String) throws(DatabaseError) {
    var target = try Connection.open(path: path, mode: .create, options: .bulk)
    try target.run(script: "PRAGMA synchronous = FULL")
    guard let backup = sqlite3_backup_init(target.handle, "main", handle, "main") else {
      throw DatabaseError(target.handle, sqlite3_errcode(target.handle), path: path)
    }
    var status = SQLITE_OK
    var patience = 200
    repeat {
      status = sqlite3_backup_step(backup, 1024)
      if status == SQLITE_BUSY || status == SQLITE_LOCKED {
        patience -= 1
        sqlite3_sleep(25)
        if patience > 0 { status = SQLITE_OK }
      }
    } while status == SQLITE_OK
    let finished = sqlite3_backup_finish(backup)
    guard status == SQLITE_DONE, finished == SQLITE_OK else {
      throw DatabaseError(target.handle, status == SQLITE_DONE ? finished : status, path: path)
    }
  }

  /// Writes a compact copy without free pages into the new file `path` (`VACUUM INTO`).
  package mutating func vacuum(into path: String) throws(DatabaseError) { try execute("VACUUM INTO \(path)") }
}
