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
  /// All that stands in the file, read whenever it has changed.
  let rows: Mutex<Book>
  /// What the server judges by: what of it is accounted for.
  let book: Mutex<Book>
  let footing: Mutex<Footing>
  /// The number of the last administrative entry of the log: each answer names it, and waits for nobody.
  let serial = Atomic(0)
  /// Who tried what about whom: what limits guessing.
  let guesses: Mutex<GuessBook>

  /// Opens or makes the database at the path. `pepper` is the key under which API keys are stored; it lies in a
  /// file of its own, so that the database alone does not let anybody test keys.
  package init(path: String, pepper: Secret) throws {
    database = try Database(path: path, mode: .create, followsLinks: false)
    self.pepper = HMACKey(pepper)
    rows = Mutex(Book())
    book = Mutex(Book())
    footing = Mutex(Footing())
    guesses = Mutex(GuessBook())
    try database.use { (connection) throws in
      for statement in AccessTables.statements { try connection.execute(statement) }
      try Self.takeOver(&connection)
    }
    let kept = try database.use { (connection) throws in try GuessBook.read(&connection) }
    guesses.withLock { $0 = kept }
    try reload()
  }

  /// What the judge of calls stands on.
  struct Footing: Sendable {
    /// What the log accounts for; what waits in the outbox comes on top of it.
    var ground = Ground()
    var judge = GrantJudge()
    /// Why what waits in the outbox does not follow the log; nil where it does.
    var broken: Wording?
    var refused: [RefusedRow] = []
  }

  /// Reads the file again. The server calls it when `changed()` says so.
  package func reload() throws {
    let (fresh, waiting) = try database.use { (connection) throws in
      try connection.transaction(.deferred) { (connection) throws in
        (try Book.read(&connection), try Self.outbox(&connection))
      }
    }
    let judged = footing.withLock { footing in
      var ground = footing.ground
      footing.broken = nil
      do {
        let now = Timestamp.now()
        for waits in waiting { try ground.take(waits.entry, written: now) }
      } catch {
        let words = error as? AccessError
        footing.broken = Wording(
          words?.message(in: "en") ?? "\(error)", words?.message(in: "zh") ?? "\(error)")
      }
      var (judged, refused) = fresh.judged(on: ground, &footing.judge)
      judged.version = fresh.version
      footing.refused = refused
      return judged
    }
    rows.withLock { $0 = fresh }
    book.withLock { book in
      let (usage, minutes) = (book.usage, book.minutes)
      book = judged
      book.minutes = minutes
      // What is in memory has counted every answer; the file is a snapshot of it.
      for (slot, used) in usage { book.usage[slot] = max(used, book.usage[slot] ?? 0) }
    }
  }

  /// What stands in the file and counts for nothing, in words for the operator.
  package var refusedRows: [Wording] {
    footing.withLock { [$0.broken].compactMap { $0 } + $0.refused.map(\.words) }
  }

  /// The rows among it, each with why.
  package var refusals: [RefusedRow] { footing.withLock { $0.refused } }

  /// Makes a change and the entry that tells the ledger of it in one transaction.
  /// - Parameter touching: the rows it makes or changes; the entry says what they are then.
  func change(
    by author: Author, touching names: [RowName], _ entry: JSON, _ body: (inout Connection) throws -> Void
  ) throws {
    try change(by: author) { (connection) throws in
      try body(&connection)
      return (entry, names)
    }
  }

  /// The same where the entry tells what only the transaction knows, such as a number given in it.
  func change(
    by author: Author, _ body: (inout Connection) throws -> (entry: JSON, touching: [RowName])
  ) throws {
    try database.use { (connection) throws in
      try connection.transaction { (connection) throws in
        let (entry, names) = try body(&connection)
        var states: [JSON.Member] = []
        for name in names {
          let state = try Self.state(of: name, &connection) ?? Ground.closed
          states.append(JSON.Member(name.text, .string(state)))
        }
        try Self.enter(entry, rows: states, by: author, &connection)
      }
    }
    try reload()
  }

  /// Most bytes of an entry, less than the ledger takes: one that it does not take would stay in the outbox for ever, and
  /// every later one behind it.
  static let entryLimit = 48 << 10

  /// Entries the ledger has not been told of, oldest first.
  package func outbox() throws -> [(id: Int, entry: JSON)] {
    try database.use { (connection) throws in try Self.outbox(&connection) }
  }

  private static func outbox(_ connection: inout Connection) throws -> [(id: Int, entry: JSON)] {
    try connection.query("SELECT id, entry FROM outbox ORDER BY id") { row in
      (Int(row.int(0)), try JSON(parsing: row.bytes(1) ?? []))
    }
  }

  /// Forgets the entries up to and including the given one: the ledger holds them durably.
  package func drained(upTo id: Int, places: [(serial: Int, index: Int)] = []) throws {
    try database.use { (connection) throws in
      try connection.transaction { (connection) throws in
        for place in places {
          try connection.execute(
            "INSERT OR REPLACE INTO administrative VALUES(\(place.serial), \(place.index))")
        }
        try connection.execute("DELETE FROM outbox WHERE id <= \(id)")
      }
    }
  }
}
