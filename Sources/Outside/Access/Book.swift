import Bytes
import SQLite

/// The contents of the access database as the judge of calls needs them.
struct Book: Sendable {
  struct Slot: Hashable {
    let grant: Int
    let day: String
  }

  var version: Int64 = -1
  var clients: [String: Client] = [:]
  var certificates: [String: ClientCertificate] = [:]
  /// Keys by their HMAC.
  var keys: [[UInt8]: APIKey] = [:]
  var grants: [Int: Grant] = [:]
  var grantsByClient: [String: [Grant]] = [:]
  /// Grants under which a second person's signature holds.
  var approved: Set<Int> = []
  var usage: [Slot: Int] = [:]
  var minutes = MinuteBook()

  static func read(_ connection: inout Connection) throws -> Book {
    var book = Book()
    book.version = try dataVersion(&connection)
    for client in try connection.query(Self.clients, Client.init(row:)) { book.clients[client.id] = client }
    for certificate in try connection.query(Self.certificates, ClientCertificate.init(row:)) {
      book.certificates[certificate.thumbprint] = certificate
    }
    for key in try connection.query(Self.keys, APIKey.init(row:)) { book.keys[key.mac] = key }
    for grant in try connection.query("\(sql: Self.grants) ORDER BY id", Grant.init(row:)) {
      book.add(grant)
    }
    book.usage = try readUsage(&connection)
    return book
  }

  static func readUsage(_ connection: inout Connection) throws -> [Slot: Int] {
    let usage = try connection.query("SELECT grant_id, day, used FROM usage") { row in
      (slot: Slot(grant: Int(row.int(0)), day: row.string(1) ?? ""), used: Int(row.int(2)))
    }
    return Dictionary(usage.map { ($0.slot, $0.used) }, uniquingKeysWith: max)
  }

  mutating func add(_ grant: Grant) {
    grants[grant.id] = grant
    grantsByClient[grant.client, default: []].append(grant)
  }

  static let clients: SQL = "SELECT id, name, contact, status, created FROM clients"
  static let certificates: SQL =
    "SELECT thumbprint, client, public_key_hash, issuer_key_hash, serial, not_after, revoked FROM certificates"
  static let keys: SQL =
    "SELECT id, client, thumbprint, public_key_hash, issuer_key_hash, created, expires, revoked, mac FROM keys"
  static let grants: SQL = """
    SELECT id, client, dataset, result, purpose, starts, ends, calls_per_day, status, proposer, approver, approval, created,
      level, portal, proposal FROM grants
    """

  /// A number that changes when another connection has written (sqlite.org/pragma.html#pragma_data_version).
  static func dataVersion(_ connection: inout Connection) throws -> Int64 {
    try connection.first("PRAGMA data_version") { $0.int(0) } ?? -1
  }
}

extension Row {
  func time(_ index: Int) throws -> Timestamp {
    guard let time = try optionalTime(index) else { throw damaged(Wording("a time is missing", "缺少时间")) }
    return time
  }

  func optionalTime(_ index: Int) throws -> Timestamp? {
    guard let text = string(index) else { return nil }
    guard let time = Timestamp(rfc3339: text) else {
      throw damaged(Wording("'\(text)' is not a time", "“\(text)”不是时间"))
    }
    return time
  }

  func text(_ index: Int) throws -> String {
    guard let text = string(index) else { throw damaged(Wording("a value is missing", "缺少一个值")) }
    return text
  }

  private func damaged(_ what: Wording) -> AccessError {
    AccessError(
      .damaged, Wording("access.sqlite is damaged: \(what.en)", "access.sqlite 已损坏：\(what.zh)"),
      hint: Wording("restore it from a backup", "请从备份恢复"))
  }
}

extension Client {
  init(row: borrowing Row) throws {
    self.init(
      id: try row.text(0), name: try row.text(1), contact: try row.text(2),
      status: Status(rawValue: try row.text(3)) ?? .suspended, created: try row.time(4))
  }
}

extension ClientCertificate {
  init(row: borrowing Row) throws {
    self.init(
      thumbprint: try row.text(0), client: try row.text(1), publicKeyHash: row.bytes(2) ?? [],
      issuerKeyHash: row.bytes(3) ?? [], serial: try row.text(4), notAfter: try row.time(5),
      revoked: try row.optionalTime(6))
  }
}

extension APIKey {
  init(row: borrowing Row) throws {
    self.init(
      id: try row.text(0), client: try row.text(1), thumbprint: try row.text(2),
      publicKeyHash: row.bytes(3) ?? [],
      issuerKeyHash: row.bytes(4) ?? [], created: try row.time(5), expires: try row.time(6),
      revoked: try row.optionalTime(7), mac: row.bytes(8) ?? [])
  }
}

extension Grant {
  init(row: borrowing Row) throws {
    self.init(
      id: Int(row.int(0)), client: try row.text(1), dataset: try row.text(2), result: try row.text(3),
      purpose: try row.text(4), starts: try row.time(5), ends: try row.time(6), callsPerDay: Int(row.int(7)),
      status: Status(rawValue: try row.text(8)) ?? .revoked, proposer: try row.text(9),
      approver: row.string(10),
      approval: row.string(11), created: try row.time(12), level: row.string(13), portal: row.string(14),
      proposal: row.string(15))
  }
}
