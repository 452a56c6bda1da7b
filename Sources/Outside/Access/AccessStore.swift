package import Bytes
import SQLite
import Synchronization
package import Trust

/// The access database: clients, certificates, keys and grants, and the judge of every call.
///
/// The command line changes the file; the running server sees each change with the next call, because SQLite's
/// `data_version` tells it that another connection has written. Quotas are counted in memory and in the ledger.
package final class AccessStore: Sendable {
  let database: Database
  let pepper: HMACKey
  /// What the server judges by, read from the file whenever it has changed.
  let book: Mutex<Book>
  /// Who tried what about whom: what limits guessing.
  let guesses: Mutex<GuessBook>

  /// Opens or makes the database at the path. `pepper` is the key under which API keys are stored; it lies in a
  /// file of its own, so that the database alone does not let anybody test keys.
  package init(path: String, pepper: Secret) throws {
    database = try Database(path: path, mode: .create)
    self.pepper = HMACKey(pepper)
    book = Mutex(Book())
    guesses = Mutex(GuessBook())
    try database.use { (connection) throws in
      for statement in AccessTables.statements { try connection.execute(statement) }
    }
    let kept = try database.use { (connection) throws in try GuessBook.read(&connection) }
    guesses.withLock { $0 = kept }
    try reload()
  }

  /// Reads the file again. The server calls it when `changed()` says so.
  package func reload() throws {
    let fresh = try database.use { (connection) throws in try Book.read(&connection) }
    book.withLock { book in
      let usage = book.usage
      book = fresh
      // What is in memory has counted every answer; the file is a snapshot of it.
      for (slot, used) in usage { book.usage[slot] = max(used, book.usage[slot] ?? 0) }
    }
  }

  /// Makes a change and the entry that tells the ledger of it in one transaction.
  func change(by author: Author, _ entry: JSON, _ body: (inout Connection) throws -> Void) throws {
    try change(by: author) { (connection) throws in
      try body(&connection)
      return entry
    }
  }

  /// The same where the entry tells what only the transaction knows, such as a number given in it.
  func change(by author: Author, _ body: (inout Connection) throws -> JSON) throws {
    try database.use { (connection) throws in
      try connection.transaction { (connection) throws in
        let entry = try author.sign(try body(&connection)).canonical()
        guard entry.count <= Self.entryLimit else { throw AccessError.tooLong(entry.count) }
        let text = String(decoding: entry, as: UTF8.self)
        try connection.execute("INSERT INTO outbox(entry) VALUES(\(text))")
      }
    }
    try reload()
  }

  /// Most bytes of an entry, less than the ledger takes: one that it does not take would stay in the outbox for ever, and
  /// every later one behind it.
  static let entryLimit = 48 << 10

  /// Entries the ledger has not been told of, oldest first.
  package func outbox() throws -> [(id: Int, entry: JSON)] {
    try database.use { (connection) throws in
      try connection.query("SELECT id, entry FROM outbox ORDER BY id") { row in
        (Int(row.int(0)), try JSON(parsing: row.bytes(1) ?? []))
      }
    }
  }

  /// Forgets the entries up to and including the given one: the ledger holds them durably.
  package func drained(upTo id: Int) throws {
    try database.use { (connection) throws in try connection.execute("DELETE FROM outbox WHERE id <= \(id)") }
  }
}
