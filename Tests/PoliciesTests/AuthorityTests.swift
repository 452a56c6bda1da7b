import Policies
import Testing

/// The fold of the decisions log, as a value.
@Suite struct `The authority` {
  static func person(_ id: String, _ roles: [String], _ organization: String = "bureau") -> Registration.Terms
  {
    Registration.Terms(id: id, organization: organization, roles: roles, key: "ed25519:\(id)")
  }

  /// zhang publishes, li is the second person, wu is of another agency; a restricted set and an open one are out.
  static func begun(
    _ people: [Registration.Terms] = [
      person("zhang", ["custodian"]), person("li", ["approver"]), person("wu", ["custodian"], "agency"),
    ]
  ) throws -> Authority {
    var authority = Authority(
      Authority.Genesis(
        portal: "00", manager: "bureau", policy: "p1", theme: "t1", scale: ["L1", "L2", "L3"],
        approver: "approver",
        people: people, recovery: ["ed25519:sealed"]), at: 0)
    try publish(
      &authority, [change("residents", "L3", envelope("residents", "L3")), change("bikes", "L1")], release: 1,
      at: 1,
      by: people.first?.id ?? "")
    return authority
  }

  static func envelope(_ name: String, _ level: String, findings: Int = 0) -> Envelope {
    Envelope(
      dataset: name, family: name, owner: "agency", level: level, legalBasis: nil, fields: [], codeLists: [:],
      text: "t",
      findings: findings == 0 ? [] : [Envelope.Ceiling(field: "mobile", rule: "mobile", most: findings)],
      subject: "s", results: "r", views: "v")
  }

  static func change(
    _ name: String, _ level: String, _ envelope: Envelope? = nil, agreement: String = ""
  ) -> Deed.Change {
    Deed.Change(
      name: name, level: level, owner: "agency", family: name, envelope: envelope,
      envelopeHash: envelope.map { "\($0.level) \($0.findings.count)" } ?? "", agreement: agreement,
      content: "c")
  }

  static func publication(
    _ changes: [Deed.Change], release: Int, policy: String = "p1", theme: String = "t1",
    agreements: [String] = []
  ) -> Deed.Publication {
    Deed.Publication(
      release: release, policy: policy, theme: theme, manager: "bureau", scale: ["L1", "L2", "L3"],
      approver: "approver", agreements: agreements, changed: changes, gone: [])
  }

  static func publish(
    _ authority: inout Authority, _ changes: [Deed.Change], release: Int, at index: Int,
    by person: String = "zhang",
    time: String = "2026-11-30T10:00:00Z"
  ) throws(DeedFault) {
    try authority.take(
      signed(.publication(publication(changes, release: release)), by: person, seen: index, time: time),
      at: index)
    try authority.take(
      SignedDeed(.published(release: release, history: ""), by: "service", key: "", seen: 0, time: time),
      at: index + 1)
  }

  static func signed(
    _ deed: Deed, by person: String, key: String? = nil, seen: Int = 1, time: String = "2026-11-30T10:00:00Z"
  ) -> SignedDeed {
    SignedDeed(deed, by: person, key: key ?? "ed25519:\(person)", seen: seen, time: time)
  }

  /// A proposal from the state that is, and a signature under it.
  static func agree(
    _ authority: inout Authority, _ subject: String, _ aim: Motion.Aim, hash: String = "h1",
    by proposer: String = "zhang",
    and approver: String? = "li", at index: Int = 10
  ) throws(DeedFault) {
    let motion = Motion(
      subject: subject, from: authority.at(subject), aim: aim, reason: "r", expires: "2026-12-30T00:00:00Z")
    try authority.take(signed(.proposal(motion, hash: hash), by: proposer, seen: index), at: index)
    guard let approver else { return }
    try authority.take(
      signed(.vote(proposal: hash, approves: true), by: approver, seen: index), at: index + 1)
  }

  func code(_ body: () throws(DeedFault) -> Void) -> DeedFault.Code? {
    do {
      try body()
      return nil
    } catch { return error.code }
  }

  @Test func `believes nobody but who is registered with that key, and had seen it`() throws {
    var authority = try Self.begun()
    let deed = Deed.publication(Self.publication([], release: 2))
    func code(_ signed: SignedDeed) -> DeedFault.Code? {
      self.code { () throws(DeedFault) in try authority.take(signed, at: 9) }
    }
    #expect(code(Self.signed(deed, by: "zhang", key: "ed25519:another")) == .notRegistered)
    #expect(code(Self.signed(deed, by: "nobody")) == .notRegistered)
    #expect(code(Self.signed(deed, by: "zhang", seen: 0)) == .seenTooLittle)
    #expect(code(Self.signed(deed, by: "li")) == .role)
    #expect(code(Self.signed(deed, by: "zhang")) == nil)
  }

  @Test func `opens nothing by one signature`() throws {
    var authority = try Self.begun()
    let before = authority
    for change in [
      Self.change("residents", "L1"), Self.change("residents", "L2", Self.envelope("residents", "L2")),
      Self.change("residents", "L3", Self.envelope("residents", "L3", findings: 1)),
      Self.change("contacts", "L1", Self.envelope("contacts", "L1", findings: 80)),
      Self.change("bikes", "L1", Self.envelope("bikes", "L1", findings: 2)),
    ] {
      #expect(
        code { () throws(DeedFault) in try Self.publish(&authority, [change], release: 2, at: 5) } == .opened,
        "\(change.name) \(change.level)")
    }
    for publication in [
      Self.publication([], release: 2, policy: "p2"), Self.publication([], release: 2, theme: "t2"),
    ] {
      let deed = Self.signed(.publication(publication), by: "zhang")
      #expect(code { () throws(DeedFault) in try authority.take(deed, at: 5) } == .opened)
    }
    #expect(authority == before, "what does not count changes nothing")
  }

  @Test func `opens by two, once: the state moves on`() throws {
    var authority = try Self.begun()
    let open = Self.envelope("residents", "L1", findings: 3)
    try Self.agree(&authority, "dataset:residents", .envelope(open))
    let kept = authority
    try Self.publish(&authority, [Self.change("residents", "L1", open, agreement: "h1")], release: 2, at: 12)
    #expect(authority.datasets["residents"]?.level == "L1")
    #expect(authority.datasets["residents"]?.levels == ["L1", "L3"], "the peak is not forgotten")
    // One person closes; the old agreement opens nothing again.
    try Self.publish(
      &authority, [Self.change("residents", "L3", Self.envelope("residents", "L3"))], release: 3, at: 14)
    #expect(
      code { () throws(DeedFault) in
        try Self.publish(
          &authority, [Self.change("residents", "L1", open, agreement: "h1")], release: 4, at: 16)
      } == .unknownProposal)
    // Nor one that waited while the state moved.
    var moved = kept
    try Self.publish(
      &moved, [Self.change("residents", "L3", Self.envelope("residents", "L3", findings: 0))], release: 2,
      at: 12)
    #expect(moved.datasets["residents"]?.at == 1, "content within the envelope moves nothing")
    try moved.take(Self.signed(.suspended(["residents"]), by: "wu"), at: 14)
    #expect(
      code { () throws(DeedFault) in
        try Self.publish(&moved, [Self.change("residents", "L1", open, agreement: "h1")], release: 3, at: 15)
      } == .stale)
  }

  @Test func `does not count an approval by the proposer, by who publishes, or past its time`() throws {
    var authority = try Self.begun()
    let open = Self.envelope("residents", "L1")
    #expect(
      code { () throws(DeedFault) in
        try Self.agree(&authority, "dataset:residents", .envelope(open), by: "li", and: "li")
      } == .alone)
    try Self.agree(&authority, "dataset:residents", .envelope(open), hash: "h2", by: "li", and: "zhang")
    let change = Self.change("residents", "L1", open, agreement: "h2")
    #expect(
      code { () throws(DeedFault) in try Self.publish(&authority, [change], release: 2, at: 20) } == .alone)
    #expect(
      code { () throws(DeedFault) in
        try Self.publish(&authority, [change], release: 2, at: 20, by: "wu", time: "2027-02-01T00:00:00Z")
      } == .stale)
    #expect(
      code { () throws(DeedFault) in try Self.publish(&authority, [change], release: 2, at: 20, by: "wu") }
        == nil)
  }

  @Test func `takes out for good by two, for a while by one, and remembers the name`() throws {
    var authority = try Self.begun()
    #expect(
      code { () throws(DeedFault) in
        try authority.take(Self.signed(.retired(["bikes"], proposal: "none"), by: "zhang"), at: 5)
      } == .unknownProposal)
    try authority.take(Self.signed(.suspended(["bikes"]), by: "zhang"), at: 5)
    #expect(authority.datasets["bikes"]?.status == .suspended)
    #expect(
      code { () throws(DeedFault) in
        try Self.publish(&authority, [Self.change("bikes", "L1")], release: 2, at: 6)
      } == .opened)
    try Self.agree(&authority, "dataset:bikes", .retire)
    try authority.take(Self.signed(.retired(["bikes"], proposal: "h1"), by: "zhang"), at: 12)
    #expect(
      code { () throws(DeedFault) in
        try Self.publish(&authority, [Self.change("bikes", "L1")], release: 2, at: 13)
      } == .gone)
  }

  @Test func `registers who joins by their own key and somebody who is registered`() throws {
    var authority = try Self.begun([Self.person("zhang", ["custodian", "administrator"])])
    let terms = Self.person("li", ["approver"])
    // Not by the newcomer alone, nor by somebody else's key.
    try Self.agree(&authority, "person:li", .person(terms), by: "li", and: nil)
    #expect(authority.person("li") == nil)
    #expect(
      code { () throws(DeedFault) in
        try Self.agree(&authority, "person:li", .person(terms), hash: "h2", by: "zhang", and: nil)
      } == .notRegistered)
    try authority.take(Self.signed(.vote(proposal: "h1", approves: true), by: "zhang"), at: 12)
    #expect(authority.person("li")?.since == 12)
    // From now on it is an approver who registers people.
    try Self.agree(
      &authority, "person:mallory", .person(Self.person("mallory", ["approver"])), hash: "h3", by: "mallory",
      and: "zhang", at: 20)
    #expect(authority.person("mallory") == nil)
    // Nor does the last approver go.
    try Self.agree(&authority, "person:li", .leave, hash: "h4", by: "zhang", and: nil, at: 30)
    #expect(
      code { () throws(DeedFault) in
        try authority.take(Self.signed(.vote(proposal: "h4", approves: true), by: "li", seen: 31), at: 31)
      } == .lastApprover)
  }

  @Test func `lets nobody make a second person of their own: where two decide, two accept who joins`() throws
  {
    func joined(by voters: String..., begun people: [Registration.Terms]? = nil) throws -> Bool {
      var authority = try people.map { try Self.begun($0) } ?? Self.begun()
      let terms = Self.person("ghost", ["custodian"])
      try Self.agree(&authority, "person:ghost", .person(terms), by: "ghost", and: nil)
      for (number, voter) in voters.enumerated() {
        try authority.take(Self.signed(.vote(proposal: "h1", approves: true), by: voter), at: 11 + number)
      }
      return authority.person("ghost") != nil
    }
    #expect(try !joined(by: "li"), "an approver alone")
    #expect(try !joined(by: "li", "li"))
    #expect(try !joined(by: "zhang", "wu"), "nobody who registers people")
    #expect(try joined(by: "zhang", "li"))
    #expect(try joined(by: "li", "wu"))
    // Who decides nothing is no second person either; where there is one, there is nobody to ask.
    let few = [Self.person("zhang", ["custodian"]), Self.person("desk", ["agent"])]
    #expect(try joined(by: "zhang", begun: few))
    #expect(
      try !joined(
        by: "li", "desk", begun: few + [Self.person("li", ["approver"])]))
  }

  @Test func `lets a mandate publish new rows of its dataset, as it stands, and nothing else`() throws {
    let time = "2026-11-30T10:00:00Z"
    let bikes = Mandate(dataset: "bikes", source: "s", hours: 24, leastRows: 80, until: "2026-12-31")
    var authority = try Self.begun()
    func announce(
      _ publication: Deed.Publication, _ at: Authority, by person: String = SignedDeed.service,
      time: String = time
    ) -> DeedFault.Code? {
      var copy = at
      return code { () throws(DeedFault) in
        try copy.take(
          SignedDeed(.publication(publication), by: person, key: "", seen: 0, time: time), at: 9)
      }
    }
    let rows = Self.publication([Self.change("bikes", "L1")], release: 2)
    #expect(announce(rows, authority) == .mandate)
    #expect(
      code { () throws(DeedFault) in try authority.take(Self.signed(.mandate(bikes), by: "li"), at: 5) }
        == .role)
    try authority.take(Self.signed(.mandate(bikes), by: "zhang"), at: 5)
    #expect(announce(rows, authority) == nil)
    #expect(announce(rows, authority, by: "zhang") == .notRegistered, "nobody's name without their key")
    #expect(announce(rows, authority, time: "2027-01-01T00:00:00Z") == .mandate)
    for other in [
      Self.publication([], release: 2), Self.publication(rows.changed, release: 2, policy: "p2"),
      Self.publication(rows.changed, release: 2, theme: "t2"),
      Self.publication([Self.change("bikes", "L2")], release: 2),
      Self.publication([Self.change("bikes", "L1", Self.envelope("bikes", "L1"))], release: 2),
      Self.publication([Self.change("bikes", "L1", agreement: "h1")], release: 2),
      Self.publication(
        rows.changed + [Self.change("residents", "L3", Self.envelope("residents", "L3"))], release: 2),
      Self.publication(rows.changed + [Self.change("new", "L1")], release: 2),
    ] { #expect(announce(other, authority) == .mandate, "\(other)") }
    var away = authority
    try away.take(Self.signed(.suspended(["bikes"]), by: "zhang"), at: 6)
    #expect(announce(rows, away) == .mandate)
    try Self.agree(&away, "dataset:bikes", .envelope(Self.envelope("bikes", "L1")))
    try Self.publish(
      &away, [Self.change("bikes", "L1", Self.envelope("bikes", "L1"), agreement: "h1")], release: 2, at: 12,
      by: "wu")
    #expect(away.mandate("bikes", at: time) == nil, "a mandate is for the state it was given for")
    var gone = authority
    try gone.take(Self.signed(.mandateEnded("bikes"), by: "wu"), at: 6)
    #expect(announce(rows, gone) == .mandate)
    var left = authority
    try Self.agree(&left, "person:zhang", .leave, by: "wu")
    #expect(announce(rows, left) == .mandate, "whoever gave it is a custodian no more")
  }

  @Test func `makes another recovery key by two, or by the only one there is`() throws {
    var authority = try Self.begun()
    try Self.agree(&authority, Motion.recovery, .recovery(["ed25519:new"]), and: nil)
    #expect(authority.recovery == ["ed25519:sealed"])
    try authority.take(Self.signed(.vote(proposal: "h1", approves: true), by: "wu"), at: 11)
    #expect(authority.recovery == ["ed25519:sealed"], "nobody of them registers people")
    try authority.take(Self.signed(.vote(proposal: "h1", approves: true), by: "li"), at: 12)
    #expect(authority.recovery == ["ed25519:new"] && authority.at(Motion.recovery) == 12)
    // By the approver's word it is the custodian who joins in.
    try Self.agree(
      &authority, Motion.recovery, .recovery(["ed25519:newer"]), hash: "h2", by: "li", and: "zhang", at: 20)
    #expect(authority.recovery == ["ed25519:newer"])
    var alone = try Self.begun([Self.person("zhang", ["custodian"])])
    try Self.agree(&alone, Motion.recovery, .recovery(["ed25519:new"]), and: nil)
    #expect(alone.recovery == ["ed25519:new"])
  }

  @Test func `lets none of its people through alone, whatever they try`() throws {
    var authority = try Self.begun()
    try authority.take(Self.signed(.suspended(["bikes"]), by: "zhang"), at: 5)
    for attempt in authority.attempts(now: "2026-11-30T10:00:00Z") {
      #expect(attempt.tries > 0 && attempt.succeeded.isEmpty, "\(attempt)")
    }
    // The only one there is can invent another, and that is said.
    let alone = try Self.begun([Self.person("zhang", ["custodian"])])
    let came = alone.attempts(now: "2026-11-30T10:00:00Z").filter { !$0.succeeded.isEmpty }
    #expect(came.map(\.kind) == [.newPerson] && came.first?.succeeded == ["zhang"], "\(came)")
  }

  @Test func `replaces a lost key by two others, or by one and the recovery key`() throws {
    let fresh = Registration.Terms(
      id: "li", organization: "bureau", roles: ["approver"], key: "ed25519:fresh")
    func renewed(_ voters: [(id: String, key: String)], of people: [Registration.Terms]? = nil) throws
      -> String?
    {
      var authority = try people.map { try Self.begun($0) } ?? Self.begun()
      let motion = Motion(
        subject: "person:li", from: authority.at("person:li"), aim: .person(fresh), reason: "lost",
        expires: "2026-12-30T00:00:00Z")
      try authority.take(Self.signed(.proposal(motion, hash: "h1"), by: "li", key: "ed25519:fresh"), at: 10)
      for (number, voter) in voters.enumerated() {
        try authority.take(
          Self.signed(.vote(proposal: "h1", approves: true), by: voter.id, key: voter.key), at: 11 + number)
      }
      return authority.person("li")?.terms.key
    }
    let (zhang, wu, sealed) = (
      (id: "zhang", key: "ed25519:zhang"), (id: "wu", key: "ed25519:wu"),
      (id: "recovery", key: "ed25519:sealed")
    )
    #expect(try renewed([zhang]) == "ed25519:li")
    #expect(try renewed([zhang, wu]) == "ed25519:fresh")
    #expect(try renewed([sealed]) == "ed25519:li")
    #expect(try renewed([zhang, sealed]) == "ed25519:fresh")
    let alone = [Self.person("li", ["custodian", "approver"])]
    #expect(try renewed([sealed], of: alone) == "ed25519:fresh")
    #expect(throws: DeedFault.self) { try renewed([(id: "recovery", key: "ed25519:other")]) }
    // And the recovery key does nothing else.
    var authority = try Self.begun()
    try Self.agree(&authority, "dataset:residents", .envelope(Self.envelope("residents", "L1")), and: nil)
    #expect(
      code { () throws(DeedFault) in
        try authority.take(
          Self.signed(.vote(proposal: "h1", approves: true), by: "recovery", key: "ed25519:sealed"), at: 12)
      } == .recovery)
  }

  @Test func `moves on what was served only`() throws {
    var authority = try Self.begun()
    let intent = Self.signed(
      .publication(Self.publication([Self.change("bikes", "L2", Self.envelope("bikes", "L2"))], release: 2)),
      by: "zhang")
    try authority.take(intent, at: 5)
    #expect(authority.datasets["bikes"]?.level == "L1" && authority.release == 1)
    try authority.take(SignedDeed(.abandoned(release: 2), by: "service", key: "", seen: 0, time: ""), at: 6)
    #expect(
      code { () throws(DeedFault) in
        try authority.take(
          SignedDeed(.published(release: 2, history: ""), by: "service", key: "", seen: 0, time: ""), at: 7)
      } == .order)
    try authority.take(intent, at: 8)
    try authority.take(
      SignedDeed(.published(release: 2, history: "h"), by: "service", key: "", seen: 0, time: ""), at: 9)
    #expect(authority.datasets["bikes"]?.level == "L2" && authority.datasets["bikes"]?.at == 8)
  }
}

/// What two people may agree to about the portal's memory.
extension `The authority` {
  private static func agree(_ authority: inout Authority, _ subject: String, _ aim: Motion.Aim, at index: Int)
    throws
  {
    let motion = Motion(
      subject: subject, from: authority.at(subject), aim: aim, reason: "r", expires: "2027-01-01T00:00:00Z")
    try authority.take(
      Self.signed(
        .proposal(motion, hash: "\(subject) \(index)"), by: "zhang", seen: index, time: "2026-11-30T10:00:00Z"
      ),
      at: index)
    try authority.take(
      Self.signed(
        .vote(proposal: "\(subject) \(index)", approves: true), by: "li", seen: index + 1,
        time: "2026-11-30T10:00:00Z"),
      at: index + 1)
  }

  @Test func `lets two key families stay two, and a memory go, from the publication on that says so`() throws
  {
    var authority = try Self.begun()
    let pair = Motion.families("persons", "clients")
    #expect(pair == Motion.families("clients", "persons") && pair == "family:clients+persons")
    try Self.agree(&authority, pair, .apart(most: 12), at: 3)
    try Self.agree(&authority, Motion.fingerprints("residents"), .forget, at: 5)
    #expect(authority.apart.isEmpty && authority.forgotten.isEmpty)
    let hashes = ["\(pair) 3", "fingerprints:residents 5"]
    try authority.take(
      Self.signed(
        .publication(Self.publication([], release: 2, agreements: hashes)), by: "zhang", seen: 7,
        time: "2026-11-30T10:00:00Z"), at: 7)
    #expect(authority.apart.isEmpty)
    try authority.take(
      SignedDeed(
        .published(release: 2, history: ""), by: "service", key: "", seen: 0, time: "2026-11-30T10:00:00Z"),
      at: 8)
    #expect(authority.apart == ["clients+persons": Authority.Apart(most: 12, at: 7)])
    #expect(authority.forgotten == ["residents": 7] && authority.used.isSuperset(of: hashes))
    // Once used, it is not used again.
    #expect(throws: DeedFault.self) {
      try authority.take(
        Self.signed(
          .publication(Self.publication([], release: 3, agreements: hashes)), by: "zhang", seen: 9,
          time: "2026-11-30T10:00:00Z"), at: 9)
    }
  }
}
