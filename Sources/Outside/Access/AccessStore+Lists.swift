package import Bytes
import SQLite
import Synchronization

extension AccessStore {
  package func clients() throws -> [Client] {
    try reload()
    return book.withLock { $0.clients.values.sorted { $0.id < $1.id } }
  }

  package func client(_ id: String) throws -> Client? { try clients().first { $0.id == id } }

  package func certificates() throws -> [ClientCertificate] {
    try reload()
    return book.withLock { $0.certificates.values.sorted { ($0.client, $0.serial) < ($1.client, $1.serial) } }
  }

  package func keys() throws -> [APIKey] {
    try reload()
    return book.withLock { $0.keys.values.sorted { $0.id < $1.id } }
  }

  package func grants() throws -> [Grant] {
    try reload()
    return book.withLock { $0.grants.values.sorted { $0.id < $1.id } }
  }

  package func existingGrant(_ id: Int) throws -> Grant {
    guard let grant = try grants().first(where: { $0.id == id }) else {
      throw AccessError(
        .unknownGrant, Wording("there is no grant \(id)", "没有授权 \(id)"),
        hint: Wording("'doorsill grant list' shows them", "可用 doorsill grant list 查看"))
    }
    return grant
  }

  package func existingClient(_ id: String) throws -> Client {
    let known = try clients()
    guard let client = known.first(where: { $0.id == id }) else {
      throw AccessError(
        .unknownClient, Wording("there is no client '\(id)'", "没有客户“\(id)”"),
        hint: nearest(id, in: known.map(\.id)).map {
          Wording("did you mean '\($0)'?", "是否指“\($0)”？")
        } ?? Wording("add it with 'doorsill client add'", "请用 doorsill client add 添加"))
    }
    return client
  }
}

extension AccessStore {
  /// The first ledger index whose answers the stored counts do not include.
  package func countedUpTo() throws -> Int {
    try database.use { (connection) throws in
      try connection.first("SELECT value FROM state WHERE name = 'ledger'") { Int($0.int(0)) } ?? 0
    }
  }

  /// Entries of the answers log that the database at a path has counted; nil where this process may not open it. Changes
  /// nothing; throws where the file is damaged or no database.
  package static func counted(in path: String) throws -> Int? {
    do {
      return try Database(path: path, mode: .readOnly).use { (connection) throws in
        try connection.first("SELECT value FROM state WHERE name = 'ledger'") { Int($0.int(0)) } ?? 0
      }
    } catch let error as DatabaseError where [.cannotOpen, .readOnly, .busy].contains(error.code) {
      return nil
    }
  }

  /// Counts an answer found in the ledger at start, which the stored counts do not include yet.
  package func replay(grant: Int, time: Timestamp, calls: Int = 1) {
    book.withLock { $0.usage[Book.Slot(grant: grant, day: Self.day(of: time)), default: 0] += calls }
  }

  /// Writes the counts down, with the ledger index up to which they hold. Days long past are forgotten.
  package func snapshot(ledgerIndex: Int, now: Timestamp) throws {
    let today = Self.day(of: now)
    let usage = book.withLock { book in
      book.usage = book.usage.filter { $0.key.day >= today }
      return book.usage
    }
    let guesses = guesses.withLock { guesses in
      guesses.forget(before: now)
      return guesses
    }
    try database.use { (connection) throws in
      try connection.transaction { (connection) throws in
        try connection.execute("DELETE FROM usage")
        for (slot, used) in usage {
          try connection.execute("INSERT INTO usage VALUES(\(slot.grant), \(slot.day), \(used))")
        }
        try guesses.write(&connection)
        try connection.execute(
          "INSERT INTO state VALUES('ledger', \(ledgerIndex)) ON CONFLICT(name) DO UPDATE SET value = excluded.value"
        )
      }
    }
  }
}
