import Bytes
import SQLite

/// What limits guessing (DISCLOSURE a.12): failed tuples for each client and subject, recent outcomes of each client,
/// consent tokens that are used up. Unknown subjects count like known ones, so a lock says nothing of them.
package struct GuessBook: Sendable {
  /// Whether a tuple may be tried.
  package enum Permit: Sendable, Equatable { case allowed, locked, consentUsed }

  /// How long a failure counts, in seconds.
  static let memory: Int64 = 86_400
  /// Outcomes of a client that are looked at, and how many there must be before they say anything.
  static let window = 200
  static let least = 100
  /// So many identifiers within such a distance are a walk through them.
  static let walk = (identifiers: 20, distance: UInt64(1000))

  struct Pair: Hashable {
    let client: String
    let subject: [UInt8]
  }

  struct Failure: Equatable {
    let tuple: [UInt8]
    let time: Int64
  }

  private(set) var failures: [Pair: [Failure]] = [:]
  /// Which clients failed about a subject: the way from a subject to its pairs.
  private var clients: [[UInt8]: Set<String>] = [:]
  /// Latest outcomes of each client, the newest last.
  private(set) var outcomes: [String: [Bool]] = [:]
  private var lastCall: [String: Timestamp] = [:]
  private(set) var consents: [[UInt8]: Int64] = [:]
  private var alarmed: [[UInt8]: Int64] = [:]
  private var ordinals: [String: (rising: [UInt64], told: Int64)] = [:]

  // MARK: A tuple

  mutating func begin(
    _ guess: Guess, client: String, consent: Consent?, lockAfter limit: Int, now: Timestamp
  ) -> Permit {
    let pair = Pair(client: client, subject: guess.subject)
    let oldest = now.secondsSince1970 - Self.memory
    var failed = (failures[pair] ?? []).filter { $0.time > oldest }
    guard failed.count < limit else { return .locked }
    if let consent {
      guard consents[consent.id] == nil else { return .consentUsed }
      consents[consent.id] = consent.expires.secondsSince1970
    }
    if !failed.contains(where: { $0.tuple == guess.tuple }) {
      failed.append(Failure(tuple: guess.tuple, time: now.secondsSince1970))
    }
    failures[pair] = failed
    clients[guess.subject, default: []].insert(client)
    return .allowed
  }

  mutating func settle(
    _ guess: Guess, client: String, agreed: Bool, alarmAt limit: Int, now: Timestamp
  ) -> [Alarm] {
    if agreed { remove(guess, client) }
    var alarms: [Alarm] = []
    var recent = outcomes[client] ?? []
    recent.append(agreed)
    if recent.count > Self.window { recent.removeFirst(recent.count - Self.window) }
    let misses = recent.count { !$0 }
    if recent.count >= Self.least, misses * 2 > recent.count {
      alarms.append(Alarm(kind: .failing, client: client, subject: nil, count: misses, clients: 1))
      // Whoever is let in again begins anew.
      recent = []
    }
    outcomes[client] = recent
    if !agreed, let alarm = aboutSubject(guess.subject, limit, now) { alarms.append(alarm) }
    if let ordinal = guess.ordinal, let alarm = aboutWalk(client, ordinal, now) { alarms.append(alarm) }
    return alarms
  }

  mutating func takeBack(_ guess: Guess, client: String, consent: Consent?) {
    remove(guess, client)
    if let consent { consents[consent.id] = nil }
  }

  private mutating func remove(_ guess: Guess, _ client: String) {
    let pair = Pair(client: client, subject: guess.subject)
    failures[pair]?.removeAll { $0.tuple == guess.tuple }
    guard failures[pair]?.isEmpty == true else { return }
    failures[pair] = nil
    clients[guess.subject]?.remove(client)
    if clients[guess.subject]?.isEmpty == true { clients[guess.subject] = nil }
  }

  // MARK: A client's pace

  /// Whether the client may call now: one whose recent checks failed by more than a fifth, once a second.
  mutating func keepsPace(_ client: String, now: Timestamp) -> Bool {
    let recent = outcomes[client] ?? []
    guard recent.count >= Self.least, recent.count(where: { !$0 }) * 5 > recent.count else { return true }
    if let last = lastCall[client], now < last.adding(seconds: 1) { return false }
    lastCall[client] = now
    return true
  }

  // MARK: Alarms

  /// Failed tuples about a subject across clients, told once a day. Nobody is locked out by others.
  private mutating func aboutSubject(_ subject: [UInt8], _ limit: Int, _ now: Timestamp) -> Alarm? {
    let oldest = now.secondsSince1970 - Self.memory
    guard (alarmed[subject] ?? .min) <= oldest else { return nil }
    let involved = clients[subject] ?? []
    let count = involved.reduce(0) { sum, client in
      sum + (failures[Pair(client: client, subject: subject)] ?? []).count { $0.time > oldest }
    }
    guard count >= limit else { return nil }
    alarmed[subject] = now.secondsSince1970
    return Alarm(kind: .subject, client: nil, subject: subject, count: count, clients: involved.count)
  }

  private mutating func aboutWalk(_ client: String, _ ordinal: UInt64, _ now: Timestamp) -> Alarm? {
    var seen = ordinals[client] ?? ([], .min)
    let place = seen.rising.firstIndex { $0 >= ordinal } ?? seen.rising.count
    guard place == seen.rising.count || seen.rising[place] != ordinal else { return nil }
    seen.rising.insert(ordinal, at: place)
    let (size, distance) = Self.walk
    let isWalk = (max(0, place - size + 1)...place).contains { first in
      first + size <= seen.rising.count && seen.rising[first + size - 1] - seen.rising[first] <= distance
    }
    // The one farthest from here is forgotten: what is close by is what tells.
    if seen.rising.count > Self.window {
      let isLow = ordinal - seen.rising[0] > seen.rising[seen.rising.count - 1] - ordinal
      seen.rising.remove(at: isLow ? 0 : seen.rising.count - 1)
    }
    let isNew = seen.told <= now.secondsSince1970 - Self.memory || seen.told == .min
    if isWalk, isNew { seen.told = now.secondsSince1970 }
    ordinals[client] = seen
    return isWalk && isNew
      ? Alarm(kind: .sequence, client: client, subject: nil, count: size, clients: 1) : nil
  }

  /// An identifier's place among its like: its digits as a number; with letters in it, digits and letters to base 36.
  /// Check characters at the end are left out: one of numbers, two of credit codes (GB 11643, GB 32100).
  static func ordinal(of subject: [String]) -> UInt64? {
    var digits = subject.joined().utf8.filter { 0x30...0x39 ~= $0 || 0x61...0x7A ~= $0 }
    guard digits.count >= 6 else { return nil }
    let isNumber = digits.dropLast().allSatisfy { $0 <= 0x39 }
    digits.removeLast(isNumber ? (digits.count == 18 ? 1 : 0) : (digits.count == 18 ? 2 : 0))
    let base: UInt64 = isNumber ? 10 : 36
    return digits.suffix(isNumber ? 18 : 12).reduce(0) { value, byte in
      value * base + UInt64(byte <= 0x39 ? byte - 0x30 : byte - 0x57)
    }
  }

  // MARK: Keeping

  /// Forgets what no longer counts.
  mutating func forget(before now: Timestamp) {
    let oldest = now.secondsSince1970 - Self.memory
    failures = failures.mapValues { $0.filter { $0.time > oldest } }.filter { !$0.value.isEmpty }
    clients = [:]
    for pair in failures.keys { clients[pair.subject, default: []].insert(pair.client) }
    consents = consents.filter { $0.value > now.secondsSince1970 - 3600 }
    alarmed = alarmed.filter { $0.value > oldest }
  }

  /// Takes in what another book remembers of the same clients: nothing that either counts is forgotten.
  mutating func remember(_ other: GuessBook) {
    for (pair, failed) in other.failures {
      let known = Set((failures[pair] ?? []).map(\.tuple))
      failures[pair, default: []] += failed.filter { !known.contains($0.tuple) }
      clients[pair.subject, default: []].insert(pair.client)
    }
    for (client, recent) in other.outcomes where recent.count > outcomes[client]?.count ?? 0 {
      outcomes[client] = recent
    }
    consents.merge(other.consents) { max($0, $1) }
  }

  var isEmpty: Bool { failures.isEmpty && outcomes.isEmpty && consents.isEmpty }

  /// What is kept, as sorted lines: two books that say the same have the same.
  var lines: [String] {
    let failed = failures.flatMap { pair, failures in
      failures.map {
        "failure \(pair.client) \(Hex.encode(pair.subject)) \(Hex.encode($0.tuple)) \($0.time)\n"
      }
    }
    let recent = outcomes.map { client, agreed in
      "outcome \(client) \(agreed.map { $0 ? "1" : "0" }.joined())\n"
    }
    return (failed + recent + consents.map { "consent \(Hex.encode($0.key)) \($0.value)\n" }).sorted()
  }

  func write(_ connection: inout Connection) throws {
    for table in ["failures", "outcomes", "consents"] as [SQL] {
      try connection.execute("DELETE FROM \(sql: table)")
    }
    for (pair, failed) in failures {
      for failure in failed {
        try connection.execute(
          "INSERT INTO failures VALUES(\(pair.client), \(pair.subject), \(failure.tuple), \(failure.time))")
      }
    }
    for (client, recent) in outcomes {
      try connection.execute(
        "INSERT INTO outcomes VALUES(\(client), \(recent.map { $0 ? 1 : 0 } as [UInt8]))")
    }
    for (id, expires) in consents { try connection.execute("INSERT INTO consents VALUES(\(id), \(expires))") }
  }

  static func read(_ connection: inout Connection) throws -> GuessBook {
    var book = GuessBook()
    let failed = try connection.query("SELECT client, subject, tuple, time FROM failures ORDER BY time") {
      row in
      (
        Pair(client: row.string(0) ?? "", subject: row.bytes(1) ?? []),
        Failure(tuple: row.bytes(2) ?? [], time: row.int(3))
      )
    }
    for (pair, failure) in failed {
      book.failures[pair, default: []].append(failure)
      book.clients[pair.subject, default: []].insert(pair.client)
    }
    let recent = try connection.query("SELECT client, agreed FROM outcomes") { row in
      (row.string(0) ?? "", (row.bytes(1) ?? []).map { $0 == 1 })
    }
    for (client, agreed) in recent { book.outcomes[client] = agreed }
    let used = try connection.query("SELECT id, expires FROM consents") { row in
      (row.bytes(0) ?? [], row.int(1))
    }
    for (id, expires) in used { book.consents[id] = expires }
    return book
  }
}
