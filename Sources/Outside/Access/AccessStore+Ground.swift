package import Bytes
import SQLite
import Synchronization
import Trust

extension AccessStore {
  /// Stands the judge of calls on what the log accounts for.
  package func stand(on ground: Ground) throws {
    footing.withLock { $0.ground = ground }
    serial.store(ground.serial, ordering: .relaxed)
    try reload()
  }

  /// Takes an administrative entry that has just entered the log.
  package func take(_ entry: JSON, written: Timestamp) throws {
    let now = try footing.withLock { footing in
      try footing.ground.take(entry, written: written)
      return footing.ground.serial
    }
    serial.store(now, ordering: .relaxed)
  }

  /// Whether the log has this very entry, which a crash may have left in the outbox.
  package func isLogged(_ entry: JSON) throws -> Bool {
    try footing.withLock { try $0.ground.holds(entry) }
  }

  /// What the log accounts for.
  package var ground: Ground { footing.withLock { $0.ground } }

  /// The number of the last administrative entry of the log.
  package var administrative: Int { serial.load(ordering: .relaxed) }

  /// The people whose signatures count under grants, and the portal that terms must name. What does not hold by them
  /// counts for nothing from the next call on.
  package func recognise(_ people: [Registration], portal: String) throws {
    footing.withLock { $0.judge.recognise(people, portal: portal) }
    try reload()
  }

  /// Where in the log the administrative entries stand, as far as the file knows.
  package func places() throws -> [(serial: Int, index: Int)] {
    try database.use { (connection) throws in
      try connection.query("SELECT serial, log_index FROM administrative ORDER BY serial") { row in
        (Int(row.int(0)), Int(row.int(1)))
      }
    }
  }

  /// Writes down where they stand.
  package func remember(places: [(serial: Int, index: Int)]) throws {
    try database.use { (connection) throws in
      try connection.transaction { (connection) throws in
        try connection.execute("DELETE FROM administrative")
        for place in places {
          try connection.execute("INSERT INTO administrative VALUES(\(place.serial), \(place.index))")
        }
      }
    }
  }

  /// Compares the file with what the log accounts for, and returns what the operator has to know. A file that is older
  /// than the log opens nothing that was closed since, and goes on from where the log is; one that knows of more, or of
  /// something else, is refused (`.chain`).
  package func compare(with ground: Ground) throws -> [Wording] {
    guard let missing = try behind(ground) else { return [] }
    try database.use { (connection) throws in
      try connection.execute(
        "INSERT OR REPLACE INTO chain VALUES(1, \(missing.whole.serial), \(missing.whole.head))")
    }
    return [
      Wording(
        "access.sqlite is older than the answers log by \(missing.count) administrative entries: who was entered in them is not known any more, what they closed stays closed",
        "access.sqlite 比答复日志少 \(missing.count) 条管理条目：其中录入的已不存在，其中关闭的仍然关闭")
    ]
  }

  /// By how many administrative entries the file is behind the log, with all that there are; nil where it is not. Writes
  /// nothing. Throws `.chain` where it knows of more, or of something else.
  package func behind(_ ground: Ground) throws -> (count: Int, whole: Ground)? {
    var whole = ground
    for waits in try outbox() { try whole.take(waits.entry, written: .now()) }
    let (serial, head) = try database.use { (connection) throws in try Self.link(&connection) }
    if serial == whole.serial, head == whole.head { return nil }
    guard serial < whole.serial, serial == 0 || whole.heads[serial - 1] == head else {
      throw AccessError(
        .chain,
        Wording(
          "access.sqlite has seen administrative entry \(serial), and the log with what waits for it ends with \(whole.serial): one was taken out, or they are not of one moment",
          "access.sqlite 已见第 \(serial) 条管理条目，而日志连同待写条目止于第 \(whole.serial) 条：有条目被取走，或二者不属同一时刻"),
        hint: .oneMoment)
    }
    return (whole.serial - serial, whole)
  }

  /// The last link of the chain: number and hash.
  static func link(_ connection: inout Connection) throws -> (serial: Int, head: String) {
    try connection.first("SELECT serial, head FROM chain") { (Int($0.int(0)), $0.string(1) ?? "") } ?? (0, "")
  }

  /// Puts an entry, linked and signed, into the outbox.
  static func enter(
    _ entry: JSON, rows: [JSON.Member], by author: Author, _ connection: inout Connection
  ) throws {
    let (serial, head) = try link(&connection)
    var entry = entry
    entry["serial"] = JSON(serial + 1)
    entry["previous"] = .string(head)
    if !rows.isEmpty { entry["rows"] = .object(rows) }
    let signed = try author.sign(entry)
    let bytes = try signed.canonical()
    guard bytes.count <= entryLimit else { throw AccessError.tooLong(bytes.count) }
    let text = String(decoding: bytes, as: UTF8.self)
    let link = try Ground.hash(signed)
    try connection.execute("INSERT INTO outbox(entry) VALUES(\(text))")
    try connection.execute("INSERT OR REPLACE INTO chain VALUES(1, \(serial + 1), \(link))")
  }

  /// What an entry says of a row as it stands now; nil where it is gone.
  static func state(of name: RowName, _ connection: inout Connection) throws -> String? {
    switch name {
    case .client(let id):
      try connection.first("\(sql: Book.clients) WHERE id = \(id)", Client.init(row:))?.state
    case .certificate(let thumbprint):
      try connection.first(
        "\(sql: Book.certificates) WHERE thumbprint = \(thumbprint)", ClientCertificate.init(row:))?.state
    case .key(let id):
      try connection.first("\(sql: Book.keys) WHERE id = \(id)", APIKey.init(row:))?.state
    case .grant(let id):
      try connection.first("\(sql: Book.grants) WHERE id = \(id)", Grant.init(row:))?.state
    }
  }

  /// Rows in one entry of a taking-over.
  private static let adoptedAtOnce = 250

  /// Brings a file of an earlier form to this one. Rows that were there before any was accounted for are taken over as
  /// they stand, and the log is told of each: it says what was trusted. Only before the first link.
  static func takeOver(_ connection: inout Connection) throws {
    let isLinked = { (connection: inout Connection) throws in
      try connection.first("SELECT serial FROM chain", { Int($0.int(0)) }) != nil
    }
    guard try !isLinked(&connection) else { return }
    try connection.transaction { (connection) throws in
      // Another process may have come first.
      guard try !isLinked(&connection) else { return }
      try adopt(&connection)
    }
  }

  private static func adopt(_ connection: inout Connection) throws {
    let columns = try connection.query("SELECT name FROM pragma_table_info('grants')") { $0.string(0) ?? "" }
    for column in AccessTables.grantColumns where !columns.contains(column.name) {
      try connection.execute(column.statement)
    }
    try connection.execute("INSERT INTO chain VALUES(1, 0, '')")
    let book = try Book.read(&connection)
    let rows: [any Sealed] =
      book.clients.values.sorted { $0.id < $1.id }
      + book.certificates.values.sorted { $0.thumbprint < $1.thumbprint }
      + book.keys.values.sorted { $0.id < $1.id } + book.grants.values.sorted { $0.id < $1.id }
    for start in stride(from: 0, to: rows.count, by: adoptedAtOnce) {
      let some = rows[start..<min(rows.count, start + adoptedAtOnce)]
      let states = some.map { JSON.Member($0.rowName.text, .string($0.state)) }
      try enter(
        ["event": .string(Ground.adoption), "time": .string(Timestamp.now().rfc3339)], rows: states,
        by: Author(rule: "what an earlier version wrote is taken over"), &connection)
    }
  }

  // MARK: Heads

  /// The head of another log, or of this one, as it was when it was last looked at: size and root.
  package func head(_ name: String) throws -> (size: Int, root: [UInt8])? {
    try database.use { (connection) throws in
      try connection.first("SELECT size, root FROM heads WHERE name = \(name)") {
        (Int($0.int(0)), $0.bytes(1) ?? [])
      }
    }
  }

  package func setHead(_ name: String, size: Int, root: [UInt8]) throws {
    try database.use { (connection) throws in
      try connection.execute("INSERT OR REPLACE INTO heads VALUES(\(name), \(size), \(root))")
    }
  }
}
