import Access
import Bytes
import Foundation
import Ledgers
import Releases
import Support
import Testing
import Trust

@testable import Serving

/// The server's half of a declared loss, cut short at each of its steps.
@Suite struct `A recovery of the answers log` {
  static let first = "example.org/answers"
  private let folder: TemporaryFolder
  private let state: OutsideState
  private let zhang: SigningKey
  private let noon = Timestamp(secondsSince1970: Timestamp.now().secondsSince1970)

  /// Where it is cut short the first time.
  enum Cut: CaseIterable { case nowhere, afterTheLog, afterTheDatabase }

  init() throws {
    folder = try TemporaryFolder()
    state = try OutsideState(folder: folder.path + "/outside")
    zhang = try SigningKey.generate()
  }

  private var people: [Registration] {
    [
      Registration(
        person: "zhang", roles: ["custodian"], key: zhang.publicKey,
        since: Timestamp(secondsSince1970: 0), until: nil)
    ]
  }

  private let tuple: JSON = ["subject": "00ff", "tuple": "01", "answer": "no-match"]

  private func answer(tuples: [JSON] = []) -> JSON {
    var entry: JSON = [
      "event": "answer", "client": "acme", "grant": 7, "dryRun": false, "time": .string(noon.rfc3339),
    ]
    if !tuples.isEmpty { entry["tuples"] = .array(tuples) }
    return entry
  }

  private func open(
    _ recoveries: [Recovery]? = nil
  ) throws -> (access: AccessStore, answers: Answers, told: [Wording]) {
    let access = try state.accessStore()
    let recoveries = try recoveries ?? state.recoveries(by: people)
    let ledger = try state.answersLedger(origin: Self.first, access: access, recoveries: recoveries)
    let answers = Answers(
      ledger: ledger, origin: ledger.origin, receiptKey: try state.receiptKey(), portal: Self.first)
    let told = try answers.replay(into: access, recoveries: recoveries)
    try answers.drain(access)
    try answers.tellGaps(access, people: people)
    try answers.closeBooks(access)
    return (access, answers, told)
  }

  private func copy(_ from: String, _ to: String) throws {
    try? FileManager.default.removeItem(atPath: to)
    try FileManager.default.copyItem(atPath: from, toPath: to)
  }

  /// One answer is in the backup, and two more with a failed tuple are lost. Gives what was left.
  private func lose() throws -> Seen {
    let backup = folder.path + "/backup"
    do {
      let (_, answers, _) = try open()
      _ = try answers.ledger.append(answer())
      try answers.ledger.persist()
    }
    try copy(state.answers, backup)
    do {
      let (access, answers, _) = try open()
      _ = try answers.ledger.append(answer(tuples: [tuple, tuple]))
      try answers.replay(into: access)
      try answers.closeBooks(access)
      #expect(access.used(7, on: noon) == 3)
    }
    try copy(backup, state.answers)
    #expect(throws: (any Error).self, "nothing is declared yet") { try open() }
    return Seen(
      try Ledger(
        reading: state.answers, origin: Self.first, key: try state.checkpointKey().publicKey
      ).head)
  }

  private func declare(_ left: Seen, by key: SigningKey? = nil) throws {
    let members = Recovery.members(
      epoch: 2, left: left, places: [("answers.head", 9)], reason: "disk", time: noon)
    let entry = try Author(person: "zhang", key: key ?? zhang).sign(members)
    try Files.write(try entry.canonical() + [0x0A], to: "\(state.folder)/\(Layout.recovered)")
  }

  @Test(arguments: Cut.allCases)
  func `gives nothing back, and is done once wherever it was cut short`(cut: Cut) throws {
    try declare(try lose())
    switch cut {
    case .nowhere: break
    case .afterTheLog:
      let access = try state.accessStore()
      _ = try state.answersLedger(
        origin: Self.first, access: access, recoveries: try state.recoveries(by: people))
    case .afterTheDatabase:
      let access = try state.accessStore()
      let recoveries = try state.recoveries(by: people)
      let ledger = try state.answersLedger(origin: Self.first, access: access, recoveries: recoveries)
      let counts = Counts(upTo: ledger.size, try access.storedCounts())
      _ = try access.recover(
        recoveries.map(\.entry), on: Ground(), places: [], counts: counts, now: noon)
    }
    do {
      let (access, answers, _) = try open()
      #expect(answers.origin == Self.first + "/2" && answers.gaps.count == 1)
      #expect(access.used(7, on: noon) == 3, "calls of what was lost count on")
      let guess = try #require(Guess(json: tuple))
      #expect(access.begin(guess, client: "acme", consent: nil, lockAfter: 1, now: noon) == .locked)
      let events = try (0..<answers.ledger.size).map { try answers.ledger.entry(at: $0)["event"]?.string }
      #expect(events.count { $0 == Ground.recovery } == 1, "\(events)")
    }
    // The log itself knows from now on, and the next start is like any other.
    try Files.remove("\(state.folder)/\(Layout.recovered)")
    let (access, answers, told) = try open()
    #expect(access.used(7, on: noon) == 3 && told.isEmpty && answers.gaps.count == 1)
  }

  @Test func `is nobody's but a registered person's`() throws {
    let left = try lose()
    try declare(left, by: try SigningKey.generate())
    #expect(throws: ServingError(.lost, Wording("", ""))) { try open() }
    #expect(Ledger.name(in: state.answers) == Self.first, "nothing was touched")
    // Taken up with a key that nobody knows, it is refused by what the log says.
    try declare(left)
    _ = try open()
    let others = [Registration]()
    let access = try state.accessStore()
    let ledger = try state.answersLedger(origin: Self.first, access: access)
    let answers = Answers(
      ledger: ledger, origin: ledger.origin, receiptKey: try state.receiptKey(), portal: Self.first)
    try answers.replay(into: access)
    #expect(throws: ServingError(.lost, Wording("", ""))) { try answers.tellGaps(access, people: others) }
  }

  @Test func `takes no consent of before it for unused`() throws {
    try declare(try lose())
    let (access, _, _) = try open()
    let wanted = Consent.Wanted(
      client: "acme", dataset: "d", result: "r", purpose: "p", subject: [], minutes: 60)
    func token(from time: Timestamp) throws -> String {
      try Consent.sign(
        wanted.payload(from: time, minutes: 30, number: "0123456789abcdef"), with: zhang)
    }
    let later = access.ground.recovered?.adding(seconds: 5) ?? noon
    func use(_ token: String) throws {
      _ = try access.consent(token, wanted: wanted, agents: [zhang.publicKey], now: later)
    }
    #expect(throws: Consent.Problem.used) { try use(token(from: noon.adding(seconds: -60))) }
    try use(token(from: later))
  }
}
