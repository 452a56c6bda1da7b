package import Bytes
import SQLite
import Trust

/// After entries of the answers log were lost: the database may remember more than the log, and what it remembers of
/// closings and counts still holds.
extension AccessStore {
  /// Begins again where what is left of the log ends, in one transaction, and leaves the entries that say so in the outbox.
  ///
  /// What was closed since stays closed. Companies, certificates and keys that only the database knows are entered again
  /// as they stand, by name; grants are not: their signatures stood in what was lost, so they are proposed again.
  /// - Parameters:
  ///   - decisions: the signed declarations, in order, that the log does not have yet.
  ///   - ground: what the rest of the log accounts for, and where.
  ///   - counts: what was counted, up to the end of the log.
  /// - Returns: what the operator has to know.
  package func recover(
    _ decisions: [JSON], on ground: Ground, places: [(serial: Int, index: Int)], counts: Counts,
    now: Timestamp
  ) throws -> [Wording] {
    let told = try database.use { (connection) throws in
      try connection.transaction { (connection) throws in
        let waiting = try connection.query("SELECT entry FROM outbox ORDER BY id") {
          try JSON(parsing: $0.bytes(0) ?? [])
        }
        // What a crash cut short goes on.
        if let last = decisions.last, waiting.contains(where: { $0["decision"] == last }) {
          return [Wording]()
        }
        let isNewer = try Self.link(&connection).serial > ground.serial
        let book = try Book.read(&connection)
        let rows = isNewer ? Self.unaccounted(in: book, on: ground) : Self.closings(in: book, on: ground)
        try connection.execute("DELETE FROM outbox")
        try connection.execute("DELETE FROM administrative")
        for place in places {
          try connection.execute("INSERT INTO administrative VALUES(\(place.serial), \(place.index))")
        }
        try connection.execute("INSERT OR REPLACE INTO chain VALUES(1, \(ground.serial), \(ground.head))")
        try Self.write(counts, &connection)
        let rule = Author(rule: "what access.sqlite remembers of lost entries is entered again")
        for start in stride(from: 0, to: rows.count, by: Self.enteredAtOnce) {
          let some = Array(rows[start..<min(rows.count, start + Self.enteredAtOnce)])
          try Self.enter(
            ["event": .string(Ground.readoption), "time": .string(now.rfc3339)], rows: some, by: rule,
            &connection)
        }
        for decision in decisions {
          try Self.enter(
            [
              "event": .string(Ground.recovery), "decision": decision, "upTo": JSON(counts.upTo),
              "seal": .string(try counts.seal), "time": .string(now.rfc3339),
            ], rows: [], by: Author(rule: "declared in the decisions log"), &connection)
        }
        return rows.map { row in
          row.value.string == Ground.closed
            ? Wording("closed in what was lost, and stays so: \(row.key)", "在丢失的条目中已关闭，仍然关闭：\(row.key)")
            : Wording(
              "entered again as access.sqlite has it: \(row.key)", "按 access.sqlite 重新录入：\(row.key)")
        }
      }
    }
    try reload()
    return told
  }

  private static let enteredAtOnce = 250

  /// Rows that are closed, which the log does not know yet.
  private static func closings(in book: Book, on ground: Ground) -> [JSON.Member] {
    all(book).filter { $0.isClosed && ground.rows[$0.rowName.text] != Ground.closed }.map {
      JSON.Member($0.rowName.text, .string(Ground.closed))
    }
  }

  /// The same, and companies, certificates and keys that the log does not have as they are now.
  private static func unaccounted(in book: Book, on ground: Ground) -> [JSON.Member] {
    closings(in: book, on: ground)
      + all(book).filter { row in
        if case .grant = row.rowName { return false }
        return !row.isClosed && ground.rows[row.rowName.text] != row.state
      }.map { JSON.Member($0.rowName.text, .string($0.state)) }
  }

  private static func all(_ book: Book) -> [any Sealed] {
    book.clients.values.sorted { $0.id < $1.id }
      + book.certificates.values.sorted { $0.thumbprint < $1.thumbprint }
      + book.keys.values.sorted { $0.id < $1.id } + book.grants.values.sorted { $0.id < $1.id }
  }
}
