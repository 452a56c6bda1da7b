package import Access
package import Bytes
package import Ledgers
package import Releases
import Trust

/// What a start reads of the answers log: the administrative entries, and what was not counted yet.
extension Answers {
  /// How long an answer or a guess counts, in seconds, with an hour to spare.
  static let memory: Int64 = 25 * 3600

  /// Stands the access database on what the log says, and counts the answers that its counts do not include. Refuses a log
  /// that lacks entries which the database has counted, and a database that has seen other entries than the log.
  /// - Returns: what the operator has to know.
  /// - Parameter recoveries: what people declared as lost of the log, verified.
  @discardableResult
  package func replay(into access: AccessStore, recoveries: [Recovery] = []) throws -> [Wording] {
    var told = try recover(access, recoveries)
    let start = try access.countedUpTo()
    guard start <= ledger.size else { throw OutsideState.lostEntries(ledger.size, counted: start) }
    let ground = try ground(in: access)
    try access.stand(on: ground)
    told += try access.compare(with: ground)
    let stored = try access.storedCounts()
    let isFirst = start == 0 && stored.isEmpty
    if try !count(from: start, into: access, seal: isFirst ? nil : try stored.seal) {
      // Told only where something was counted: a database of 0.1 has no seal.
      if start > 0 {
        told.append(
          Wording(
            "the counts in access.sqlite are not those the log was told of: the last day was counted again from the log",
            "access.sqlite 中的计数与日志所记不符：已按日志重新计数最近一日"))
      }
      access.forgetCounts()
      _ = try count(from: try beginning(), into: access, seal: nil)
    }
    return told
  }

  /// Goes on after a declared loss, where the log bears a new name and does not say yet why.
  private func recover(_ access: AccessStore, _ recoveries: [Recovery]) throws -> [Wording] {
    let epoch = LogNames.epoch(of: origin, first: portal) ?? 1
    guard epoch > 1 else { return [] }
    let ground = try ground(in: access)
    let pending = recoveries.filter { $0.epoch > ground.recoveries.count + 1 && $0.epoch <= epoch }
    guard ground.recoveries.count + pending.count == epoch - 1 else {
      throw OutsideState.undeclared(origin)
    }
    guard let last = pending.last else { return [] }
    try access.stand(on: ground)
    // The database counted what was lost; what is left of the log may have counted more.
    let remembered = try access.storedCounts()
    access.forgetCounts()
    _ = try count(from: try beginning(), into: access, seal: nil)
    access.countAtLeast(remembered)
    let counts = access.counts(upTo: ledger.size, lastEntry: ledger.lastTime)
    var places: [(serial: Int, index: Int)] = []
    for index in 0..<ledger.size {
      if let serial = Ground.serial(of: try ledger.entry(at: index)) { places.append((serial, index)) }
    }
    let told = try access.recover(
      pending.map(\.entry), on: ground, places: places, counts: counts, now: time(.now()))
    try drain(access)
    return [
      Wording(
        "entries of the answers log are lost, as \(last.by) declared: it goes on as \(origin) from \(counts.upTo) entries",
        "按 \(last.by) 的声明，答复日志有条目丢失：自 \(counts.upTo) 条起以 \(origin) 继续")
    ] + told
  }

  /// Says to everybody what was lost, and refuses a log whose new name nobody declared who might.
  func tellGaps(_ access: AccessStore, people: [Registration]) throws {
    var (name, gaps) = (portal, [String]())
    for entered in access.ground.recoveries {
      guard let recovery = Recovery(entry: entered.decision), OutsideState.isSigned(recovery, by: people)
      else { throw OutsideState.undeclared(origin) }
      let next = LogNames.name(portal, epoch: recovery.epoch)
      gaps.append(
        try LogGap(
          log: name, next: next, from: entered.upTo, known: recovery.known, by: recovery.by,
          reason: recovery.reason,
          time: recovery.time
        ).statement(signedWith: receiptKey))
      name = next
    }
    guard name == origin else { throw OutsideState.undeclared(origin) }
    self.gaps = gaps
  }

  /// Counts entries from an index on. False, and nothing is counted, where no entry says that the counts up to there have
  /// this seal; nil asks for none.
  private func count(
    from start: Int, into access: AccessStore, seal: String?
  ) throws -> Bool {
    var entries: [JSON] = []
    var isSealed = seal == nil
    for index in start..<ledger.size {
      let entry = try ledger.entry(at: index)
      switch entry["event"]?.string {
      case "answer": entries.append(entry)
      case "counted", Ground.recovery:
        if entry["upTo"]?.int == start, entry["seal"]?.string == seal { isSealed = true }
      // What was counted by a clock that ran ahead left out the days before.
      case Ledger.clockCorrected where seal != nil: return false
      default: continue
      }
    }
    guard isSealed else { return false }
    for entry in entries {
      guard entry["dryRun"]?.bool != true, let grant = entry["grant"]?.int,
        let time = entry["time"]?.string.flatMap({ Timestamp(rfc3339: $0) })
      else { continue }
      let tuples = entry["tuples"]?.array
      access.replay(grant: grant, time: time, calls: tuples?.count ?? 1)
      for tuple in tuples ?? [] { replay(tuple, client: entry["client"]?.string ?? "", time, into: access) }
    }
    return true
  }

  /// The first entry that still counts today.
  private func beginning() throws -> Int {
    let oldest = ledger.lastTime.adding(seconds: -Self.memory)
    var index = ledger.size
    while index > 0, try ledger.time(at: index - 1) >= oldest { index -= 1 }
    return index
  }

  /// Walks the administrative entries of the log: from the places that the database remembers, and through the whole log
  /// where these are not what the log itself says of its last entries.
  private func ground(in access: AccessStore) throws -> Ground {
    let (ground, places) = try ledger.ground(from: try access.places(), counted: try access.countedUpTo())
    if let places { try access.remember(places: places) }
    return ground
  }

  // MARK: Closing

  /// Writes the counts down and tells the log of them, so that a start knows whether they were changed; and where the log
  /// is, so that an older one is known.
  package func closeBooks(_ access: AccessStore) throws {
    let counts = access.counts(upTo: ledger.size, lastEntry: ledger.lastTime)
    let content = try Counts(upTo: 0, counts).seal
    if content != lastCounted, !(lastCounted.isEmpty && counts.isEmpty) {
      _ = try ledger.append([
        "event": "counted", "upTo": JSON(counts.upTo), "seal": .string(try counts.seal),
        "administrative": JSON(access.administrative), "time": .string(time(.now()).rfc3339),
      ])
      lastCounted = content
      try access.snapshot(counts)
    }
    guard ledger.size > 0 else { return }
    let head = ledger.head
    try access.setHead(OutsideState.answersHead(origin, first: portal), size: head.size, root: head.root)
  }

  // MARK: The clock

  /// Seconds by which a clock may be behind the last entry: time stands still for as long.
  static let patience = 60.0

  /// Refuses to go on where the clock is before the last entry: quotas and receipts would be dated back.
  package func checkClock(_ now: Timestamp) throws(ServingError) {
    let last = ledger.lastTime
    guard last.seconds(since: now) > Self.patience else { return }
    throw ServingError(
      .clock,
      Wording(
        "the clock says \(now.rfc3339), and the last entry of the answers log is of \(last.rfc3339): time does not go back",
        "时钟为 \(now.rfc3339)，而答复日志最后一条为 \(last.rfc3339)：时间不能倒退"),
      hint: Wording(
        "set the clock right (timedatectl) and start again; where it is right and ran ahead then, start once with --clock-ran-ahead REASON, which the log is told",
        "请校准时钟（timedatectl）后再启动；若现在正确而当时走快，请用 --clock-ran-ahead 理由 启动一次，日志会记下"))
  }

  /// Goes on from the clock, which is behind the last entry because it ran ahead when that was written. The log is told
  /// why, and what counts today is counted again.
  package func goBack(to now: Timestamp, reason: String) throws {
    guard ledger.lastTime > now else { return }
    let entry: JSON = [
      "event": .string(Ledger.clockCorrected), "from": .string(ledger.lastTime.rfc3339),
      "to": .string(now.rfc3339), "reason": .string(reason), "time": .string(now.rfc3339),
    ]
    try ledger.correctClock(entry, now: now)
    resetTime(to: ledger.lastTime)
  }

  // MARK: The people

  /// Takes the people of a release as those whose signatures count under grants, where they are not taken yet.
  package func recognise(_ release: Release, in access: AccessStore) throws {
    guard recognised != release.number else { return }
    try access.recognise(Self.signers(of: release.settings), portal: portal)
    recognised = release.number
  }

  /// The people with their keys and the time for which they were registered. A release of 0.1 knew no such time: whoever
  /// it names has always been there.
  package static func signers(of settings: Settings) throws -> [Registration] {
    let all =
      settings.registrations
      ?? settings.people.compactMap { person in
        person.key.map {
          Settings.Registration(
            person: person.id, organization: person.organization, roles: person.roles, key: $0,
            since: Timestamp(secondsSince1970: 0), until: nil)
        }
      }
    return try signers(all)
  }

  /// The same of a list.
  package static func signers(_ all: [Settings.Registration]) throws -> [Registration] {
    try all.map {
      Registration(
        person: $0.person, roles: $0.roles, key: try VerifyingKey(raw: Base64.decodeURL($0.key) ?? []),
        since: $0.since, until: $0.until)
    }
  }
}
