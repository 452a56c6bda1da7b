package import Bytes
import SQLite
import Trust

/// A row of the access database that gives somebody a power, by its table and name.
package enum RowName: Sendable, Hashable {
  case client(String), certificate(String), key(String), grant(Int)

  /// As administrative entries name it.
  package var text: String {
    switch self {
    case .client(let id): "clients/\(id)"
    case .certificate(let thumbprint): "certificates/\(thumbprint)"
    case .key(let id): "keys/\(id)"
    case .grant(let id): "grants/\(id)"
    }
  }
}

/// What the administrative entries of the answers log account for: the content of every row that gives a power.
///
/// Each such entry has a number (`serial`), SHA-256 over the one before (`previous`), and for every row it makes or changes
/// the seal over what the row says then (`rows`), or that it is closed for good. So a row that nobody ever entered, that
/// was changed since, or whose revocation was taken back is known by itself, and so is an entry that was taken out.
package struct Ground: Sendable {
  /// What stands in `rows` for what was revoked. It never opens again.
  static let closed = "closed"

  /// SHA-256 over each entry, hex, in their order.
  private(set) var heads: [String] = []
  /// Seal, or `closed`, by row.
  private(set) var rows: [String: String] = [:]
  /// Rows that were there before anything was sealed, and were taken over as they stood.
  private(set) var adopted: Set<String> = []
  /// When the entries that proposed and approved a grant entered the log.
  private(set) var proposed: [Int: Timestamp] = [:]
  private(set) var approved: [Int: Timestamp] = [:]

  /// A decision by which the log went on under another name after entries were lost, and how many were left.
  package struct Recovered: Sendable {
    package let decision: JSON
    package let upTo: Int
  }

  /// All of these, and when the last entered the log.
  package private(set) var recoveries: [Recovered] = []
  package private(set) var recovered: Timestamp?

  package init() {}

  /// How many there are.
  package var serial: Int { heads.count }
  package var head: String { heads.last ?? "" }

  /// The number of an administrative entry; nil for any other.
  package static func serial(of entry: JSON) -> Int? {
    entry["previous"]?.string == nil ? nil : entry["serial"]?.int
  }

  /// Whether this very entry was taken already.
  package func holds(_ entry: JSON) throws -> Bool {
    guard let serial = Self.serial(of: entry), serial > 0, serial <= heads.count else { return false }
    return heads[serial - 1] == (try Self.hash(entry))
  }

  /// Takes the next entry; one that was taken already changes nothing. Throws `.chain` where it does not follow.
  /// - Parameter written: when it entered the log.
  package mutating func take(_ entry: JSON, written: Timestamp) throws {
    guard let number = Self.serial(of: entry), try !holds(entry) else { return }
    guard number == serial + 1, entry["previous"]?.string == head else {
      throw AccessError(
        .chain,
        Wording(
          "administrative entry \(number) does not follow entry \(serial): one was taken out, or two histories meet",
          "第 \(number) 条管理条目不接第 \(serial) 条：有条目被取走，或两段历史混在一起"),
        hint: .oneMoment)
    }
    let isAdoption = entry["event"]?.string == Self.adoption
    for member in entry["rows"]?.members ?? [] where rows[member.key] != Self.closed {
      rows[member.key] = member.value.string ?? Self.closed
      if isAdoption { adopted.insert(member.key) }
    }
    if let grant = entry["grant"]?.int {
      switch entry["event"]?.string {
      case "grant.added": proposed[grant] = written
      case "grant.approved": approved[grant] = written
      default: break
      }
    }
    if entry["event"]?.string == Self.recovery, let decision = entry["decision"],
      let upTo = entry["upTo"]?.int
    {
      recoveries.append(Recovered(decision: decision, upTo: upTo))
      recovered = written
    }
    heads.append(try Self.hash(entry))
  }

  static let adoption = "access.adopted"
  /// The entry with which a log goes on after a loss, and those before it that enter what only the database remembers.
  package static let recovery = "recovered"
  static let readoption = "recovered.rows"

  static func hash(_ entry: JSON) throws -> String { Hex.encode(Digest.sha256(try entry.canonical())) }

  /// SHA-256 over a row's name and all it says.
  static func seal(_ name: RowName, _ content: [String?]) -> String {
    Hex.encode(Digest.sha256(LengthPrefix.join([name.text] + content.map { $0.map { "=" + $0 } ?? "" })))
  }
}

/// A row that the administrative entries account for.
protocol Sealed {
  var rowName: RowName { get }
  /// Everything it says, in a fixed order.
  var content: [String?] { get }
  /// Whether it gives no power any more, for good.
  var isClosed: Bool { get }
}

extension Sealed {
  /// What an entry says of it.
  var state: String { isClosed ? Ground.closed : Ground.seal(rowName, content) }
}

extension Client: Sealed {
  var rowName: RowName { .client(id) }
  var content: [String?] { [id, name, contact, status.rawValue, created.rfc3339] }
  var isClosed: Bool { false }
}

extension ClientCertificate: Sealed {
  var rowName: RowName { .certificate(thumbprint) }
  var content: [String?] {
    [thumbprint, client, Hex.encode(publicKeyHash), Hex.encode(issuerKeyHash), serial, notAfter.rfc3339]
  }
  var isClosed: Bool { revoked != nil }
}

extension APIKey: Sealed {
  var rowName: RowName { .key(id) }
  var content: [String?] {
    [
      id, client, Hex.encode(mac), thumbprint, Hex.encode(publicKeyHash), Hex.encode(issuerKeyHash),
      created.rfc3339, expires.rfc3339,
    ]
  }
  var isClosed: Bool { revoked != nil }
}

extension Grant: Sealed {
  var rowName: RowName { .grant(id) }
  var content: [String?] {
    [
      String(id), client, dataset, result, purpose, starts.rfc3339, ends.rfc3339, String(callsPerDay),
      status.rawValue, proposer, approver, approval, created.rfc3339, level, portal, proposal,
    ]
  }
  var isClosed: Bool { status == .revoked }
}

extension Wording {
  /// What to do where the parts of the outside state are not of one moment.
  package static let oneMoment = Wording(
    "keep everything as it is, and restore .doorsill/outside from a backup, the log and the database of one moment",
    "请保留现状，并从备份恢复 .doorsill/outside，日志与数据库须为同一时刻")
}
