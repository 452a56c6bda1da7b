package import Bytes
import SQLite
import Synchronization
import Trust

/// What stands in the file, whether or not a call is admitted by it.
extension AccessStore {
  package func clients() throws -> [Client] {
    try reload()
    return rows.withLock { $0.clients.values.sorted { $0.id < $1.id } }
  }

  package func client(_ id: String) throws -> Client? { try clients().first { $0.id == id } }

  package func certificates() throws -> [ClientCertificate] {
    try reload()
    return rows.withLock { $0.certificates.values.sorted { ($0.client, $0.serial) < ($1.client, $1.serial) } }
  }

  package func keys() throws -> [APIKey] {
    try reload()
    return rows.withLock { $0.keys.values.sorted { $0.id < $1.id } }
  }

  package func grants() throws -> [Grant] {
    try reload()
    return rows.withLock { $0.grants.values.sorted { $0.id < $1.id } }
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
      return try Database(path: path, mode: .readOnly, followsLinks: false).use { (connection) throws in
        try connection.first("SELECT value FROM state WHERE name = 'ledger'") { Int($0.int(0)) } ?? 0
      }
    } catch let error as DatabaseError where [.cannotOpen, .readOnly, .busy].contains(error.code) {
      return nil
    }
  }

  /// A head that the database at a path remembers, read without opening it to be written; nil where there is none or it cannot
  /// be opened.
  package static func head(_ name: String, in path: String) throws -> (size: Int, root: [UInt8])? {
    do {
      return try Database(path: path, mode: .readOnly, followsLinks: false).use { (connection) throws in
        // A database of 0.1 remembers none.
        guard try connection.int("SELECT count(*) FROM sqlite_master WHERE name = 'heads'") == 1 else {
          return nil
        }
        return try connection.first("SELECT size, root FROM heads WHERE name = \(name)") {
          (Int($0.int(0)), $0.bytes(1) ?? [])
        }
      }
    } catch let error as DatabaseError where [.cannotOpen, .readOnly, .busy].contains(error.code) {
      return nil
    }
  }

  /// Counts an answer found in the ledger at start, which the stored counts do not include yet.
  package func replay(grant: Int, time: Timestamp, calls: Int = 1) {
    book.withLock { $0.usage[Book.Slot(grant: grant, day: Self.day(of: time)), default: 0] += calls }
  }

  /// Writes the counts down, with the ledger index up to which they hold. Days before that of the last entry are forgotten:
  /// by the log's own time, so that a clock that was wrong for once gives no call back.
  package func snapshot(_ counts: Counts) throws {
    try database.use { (connection) throws in
      try connection.transaction { (connection) throws in try Self.write(counts, &connection) }
    }
  }

  static func write(_ counts: Counts, _ connection: inout Connection) throws {
    try connection.execute("DELETE FROM usage")
    for (slot, used) in counts.usage {
      try connection.execute("INSERT INTO usage VALUES(\(slot.grant), \(slot.day), \(used))")
    }
    try counts.guesses.write(&connection)
    try connection.execute(
      "INSERT INTO state VALUES('ledger', \(counts.upTo)) ON CONFLICT(name) DO UPDATE SET value = excluded.value"
    )
  }

  /// The counts as they are now.
  package func counts(upTo index: Int, lastEntry: Timestamp) -> Counts {
    let day = Self.day(of: lastEntry)
    let usage = book.withLock { book in
      book.usage = book.usage.filter { $0.key.day >= day }
      return book.usage
    }
    let guesses = guesses.withLock { guesses in
      guesses.forget(before: lastEntry)
      return guesses
    }
    return Counts(upTo: index, usage: usage, guesses: guesses)
  }

  /// The counts as they stand in the file.
  package func storedCounts() throws -> Counts {
    let upTo = try countedUpTo()
    return try database.use { (connection) throws in
      Counts(
        upTo: upTo, usage: try Book.readUsage(&connection), guesses: try GuessBook.read(&connection))
    }
  }

  /// Begins to count anew, where what the file says was not what the log says was written there.
  package func forgetCounts() {
    book.withLock { $0.usage = [:] }
    guesses.withLock { $0 = GuessBook() }
  }
}

extension AccessStore {
  /// Counts at least what was counted elsewhere: after a loss the greater of two memories holds.
  package func countAtLeast(_ counts: Counts) {
    book.withLock { book in
      for (slot, used) in counts.usage { book.usage[slot] = max(used, book.usage[slot] ?? 0) }
    }
    guesses.withLock { $0.remember(counts.guesses) }
  }

  /// Entries of the answers log that the database at a path remembers, under whatever name; nil where this process may not
  /// open it.
  package static func remembered(in path: String) throws -> Int? {
    guard let counted = try counted(in: path) else { return nil }
    let heads = try Database(path: path, mode: .readOnly, followsLinks: false).use { (connection) throws in
      try connection.query("SELECT size FROM heads WHERE name = 'answers' OR name LIKE 'answers/%'") {
        Int($0.int(0))
      }
    }
    return max(counted, heads.max() ?? 0)
  }
}

/// Calls and guesses that were counted, up to an index of the log.
package struct Counts: Sendable {
  package let upTo: Int
  let usage: [Book.Slot: Int]
  let guesses: GuessBook

  init(upTo: Int, usage: [Book.Slot: Int], guesses: GuessBook) {
    self.upTo = upTo
    self.usage = usage
    self.guesses = guesses
  }

  /// The same counts as if they went up to another index.
  package init(upTo: Int, _ counts: Counts) {
    self.init(upTo: upTo, usage: counts.usage, guesses: counts.guesses)
  }

  package var isEmpty: Bool { usage.isEmpty && guesses.isEmpty }

  /// SHA-256 over all of it, hex: the log says so, and a file that says otherwise was changed.
  package var seal: String {
    get throws {
      var hash = Digest.SHA256()
      let calls = usage.map { "\($0.key.grant) \($0.key.day) \($0.value)\n" }.sorted()
      hash.update(Array("doorsill/counts/1 \(upTo)\n".utf8))
      for line in calls + guesses.lines { hash.update(Array(line.utf8)) }
      return Hex.encode(hash.finish())
    }
  }
}
