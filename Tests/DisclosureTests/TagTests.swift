import Bytes
import Testing
import Trust

@testable import Disclosure

@Suite struct `Tags of verify and score` {
  static let key = Secret((64..<96).map { $0 })
  static let draw = Secret((32..<64).map { $0 })

  static func request(
    _ kind: ReleasedKind = .verify, claims: [String] = ["name", "founded"], values: [String] = [],
    consent: Bool = true, limits: TagLimits = TagLimits(claimBits: 10, enumerationBits: 60)
  ) -> TagSealer.Request {
    TagSealer.Request(
      dataset: "enterprises", result: "registration", kind: kind, keyFamily: "enterprises", title: "t",
      subject: [.init(name: "code", title: "Code", form: .text)],
      claims: claims.map { .init(name: $0, title: Text($0), form: $0 == "founded" ? .date : .text) },
      values: values, meaning: "m", responsible: "r", asksConsent: consent, profile: "verify", limits: limits,
      policyHash: "p", now: .init(secondsSince1970: 0))
  }

  /// A register of so many firms with foreseeable names and days.
  static func rows(_ count: Int) -> [(code: String, name: String, founded: String)] {
    (0..<count).map { number in
      let body = (number * 7_919_177_771) % 1_000_000_000_000
      return (
        "9133\(String(repeating: "0", count: 12 - String(body).count))\(body)", "姓名\(number % 400)",
        CalendarDate(daysSince1970: 10_000 + number * 37 % 3000).iso
      )
    }
  }

  static func sealed(
    _ rows: [(code: String, name: String, founded: String)], _ request: TagSealer.Request = request(),
    cache: TagCache = TagCache(bytes: []), threads: Int = 2
  ) throws -> TagSealer.Sealed {
    var sealer = try TagSealer(request, key: key, draw: draw)
    for row in rows {
      let isTaken = sealer.add(subject: [row.code], claims: [row.name, row.founded])
      #expect(isTaken)
    }
    return try sealer.seal(cache: cache, threads: threads)
  }

  static func minted(_ sealer: TagSealer) throws -> TagSealer.Sealed { try sealer.seal(threads: 1) }

  @Test func `are the same bytes in any order of rows and on any number of threads, sorted and once each`()
    throws
  {
    let rows = Self.rows(600)
    let one = try Self.sealed(rows + rows, threads: 1)
    let two = try Self.sealed(rows.reversed(), threads: 3)
    #expect(one.released == two.released)
    let tags = try #require(one.released.tags)
    #expect(tags.count == 704 && tags.tags.count == 704 * 16 && one.report.tuples == 600)
    let list = (0..<704).map { Array(tags.tags[$0 * 16..<$0 * 16 + 16]) }
    #expect(zip(list, list.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
    let tag = TupleTag(key: Self.key, dataset: "enterprises", result: "registration", cost: .standard)
    #expect(list.contains(try tag.tag(of: [rows[5].code, rows[5].name, rows[5].founded]).tag))
    #expect(one.released.tables.isEmpty && one.released.protection.controls.allSatisfy { $0.cells <= 1 })
  }

  @Test func `are kept from before where tuple and key are the same, and computed anew for new ones`() throws
  {
    let rows = Self.rows(300)
    let first = try Self.sealed(rows)
    #expect(first.report.computed == 300)
    let cache = TagCache(bytes: first.cache.bytes)
    let again = try Self.sealed(rows, cache: cache)
    #expect(again.report.computed == 0 && again.released == first.released && again.cache == first.cache)
    let more = try Self.sealed(Self.rows(310), cache: cache)
    #expect(more.report.computed == 10)
    #expect(try Self.sealed(Self.rows(310)).released == more.released)
    #expect(try Self.sealed(rows, cache: TagCache(bytes: [1, 2, 3])).released == first.released)
    var sealer = try TagSealer(Self.request(), key: Secret([7]), draw: Self.draw)
    for row in rows { _ = sealer.add(subject: [row.code], claims: [row.name, row.founded]) }
    #expect(try sealer.seal(cache: cache, threads: 1).report.computed == 300)
  }

  @Test func `tell neither how many subjects there are, nor how many came or went`() throws {
    // Registers of these sizes cannot be told apart by their parts' sizes.
    #expect(Set((589...640).map(TagPadding.size)).count == 1)
    for count in [0, 1, 15, 16, 100, 999, 1_000_000] {
      let size = TagPadding.size(count)
      #expect(size >= count + count / 16 + 16 && size * 8 <= (count + count / 16 + 16) * 9)
    }
    func tags(_ count: Int) throws -> Set<[UInt8]> {
      let bytes = try #require(try Self.sealed(Self.rows(count)).released.tags).tags
      let all = Set(stride(from: 0, to: bytes.count, by: 16).map { Array(bytes[$0..<$0 + 16]) })
      #expect(all.count == bytes.count / 16)
      return all
    }
    let first = try tags(590)
    #expect(try tags(590) == first)
    // One firm more: what is new, what is gone and what stays are no numbers of firms.
    var seen: [(added: Int, gone: Int, kept: Int)] = []
    for count in 591...596 {
      let now = try tags(count)
      seen.append((now.subtracting(first).count, first.subtracting(now).count, now.intersection(first).count))
    }
    #expect(seen.allSatisfy { $0.added > 6 && $0.added == $0.gone && $0.kept > 590 }, "\(seen)")
    #expect(Set(seen.map(\.kept)).count > 3)
  }

  @Test func `price of one known subject is that of its claims, without those of finding it`() {
    let price = GuessingPrice(
      subjectBits: 30, claims: [.init(name: "c", largestShare: 0.25, values: 9, followsFromSubject: false)],
      cost: .standard)
    #expect(price.personBits == price.enumerationBits - 30)
  }

  @Test func `are refused where guessing is too cheap and nobody is asked`() throws {
    let cheap = Self.request(claims: [], consent: false)
    var sealer = try TagSealer(cheap, key: Self.key, draw: Self.draw)
    for row in Self.rows(50) { _ = sealer.add(subject: [row.code], claims: []) }
    let error = #expect(throws: DisclosureError(.guessing, "")) { () throws -> TagReport in
      try Self.minted(sealer).report
    }
    #expect(error?.message.contains("2^60") == true && error?.message.contains("entropy") == true)
    #expect(error?.hint?.contains("consent: true") == true)
    let asked = try Self.sealed(Self.rows(50), Self.request(consent: true))
    #expect(asked.report.reasons.contains(.cheap) && asked.released.tags?.needsConsent == true)
  }

  @Test func `need no consent where the bounds hold`() throws {
    let limits = TagLimits(claimBits: 10, enumerationBits: 50)
    let sealed = try Self.sealed(Self.rows(600), Self.request(consent: false, limits: limits))
    #expect(sealed.report.reasons.isEmpty && sealed.released.tags?.needsConsent == false)
    #expect(sealed.report.price.enumerationBits > 50)
    // What is public is rounded down.
    let price = try #require(sealed.released.tags?.price)
    #expect(Double(price.bits) <= sealed.report.price.enumerationBits)
  }

  @Test func `leave out a row whose claim is missing or no day, and refuse one without subject`() throws {
    var sealer = try TagSealer(Self.request(), key: Self.key, draw: Self.draw)
    let taken = [
      sealer.add(subject: ["a"], claims: [nil, "2015-03-02"]),
      sealer.add(subject: ["a"], claims: ["n", "soon"]),
      sealer.add(subject: [" "], claims: ["n", "2015-03-02"]),
      sealer.add(subject: ["a"], claims: ["n", "2015-03-02"]),
    ]
    #expect(taken == [true, true, false, true])
    let report = try sealer.seal(threads: 1).report
    #expect(report.tuples == 1 && report.skipped == 2)
  }

  @Test func `hide a score's value, and have one for each tuple`() throws {
    let request = Self.request(.score, claims: [], values: ["A", "B", "C"])
    var sealer = try TagSealer(request, key: Self.key, draw: Self.draw)
    for place in 0..<60 { _ = sealer.add(subject: ["s\(place)"], claims: [], answer: UInt8(place % 3)) }
    let tags = try #require(try sealer.seal(threads: 2).released.tags)
    #expect(tags.tags.count == 80 * 17 && tags.answerLength == 1)
    let tag = TupleTag(key: Self.key, dataset: "enterprises", result: "registration", cost: .standard)
    let made = try tag.tag(of: ["s7"])
    let place = try #require((0..<80).first { Array(tags.tags[$0 * 17..<$0 * 17 + 16]) == made.tag })
    #expect(tags.tags[place * 17 + 16] ^ made.mask == 1, "s7 has the second value")
    var other = try TagSealer(request, key: Self.key, draw: Self.draw)
    _ = other.add(subject: ["s"], claims: [], answer: 0)
    _ = other.add(subject: ["S "], claims: [], answer: 1)
    #expect(throws: DisclosureError(.guessing, "")) { () throws -> TagReport in
      try Self.minted(other).report
    }
  }

  @Test func `are read back from the history as they were`() throws {
    let released = try Self.sealed(Self.rows(20)).released
    var packed = PackedReader([])
    #expect(Released(json: released.json, packed: &packed, tags: released.tags?.tags ?? []) == released)
  }
}

@Suite struct `The price of guessing` {
  private func claim(_ share: Double, _ values: Int, follows: Bool = false) -> GuessingPrice.Claim {
    GuessingPrice.Claim(name: "c", largestShare: share, values: values, followsFromSubject: follows)
  }
  private let limits = TagLimits(claimBits: 10, enumerationBits: 60)

  @Test func `of a resident is too low without consent`() {
    // Within one prefecture about 6·10⁸ identifiers: 2^29.2.
    let resident = GuessingPrice(subjectBits: 29.2, claims: [claim(0.002, 20_000)], cost: .standard)
    #expect(resident.reasons(limits) == [.cheap, .fewBits])
    #expect(resident.enumerationBits > 45 && resident.enumerationBits < 60)
  }

  @Test func `of a credit code with two independent claims is high enough`() {
    let enterprise = GuessingPrice(
      subjectBits: 34.6, claims: [claim(0.001, 9000), claim(0.001, 5000)], cost: .standard)
    #expect(enterprise.reasons(limits).isEmpty)
  }

  @Test func `counts no claim that follows from the subject, and always asks for consent with a binary fact`()
  {
    let follows = GuessingPrice(
      subjectBits: 46, claims: [claim(0.0001, 30_000, follows: true)], cost: .standard)
    #expect(follows.claimBits == 0 && follows.reasons(limits).contains(.fewBits))
    let binary = GuessingPrice(
      subjectBits: 60, claims: [claim(0.0001, 9000), claim(0.5, 2)], cost: .standard)
    #expect(binary.reasons(limits) == [.binary])
    let score = GuessingPrice(
      subjectBits: 60, claims: [claim(0.0001, 9000)], cost: .standard, binaryScore: "adult")
    #expect(score.reasons(limits) == [.binary] && score.binaryFacts == ["adult"])
  }

  @Test func `is counted from the table: places that vary, known forms, and days that stand in a number`() {
    var tally = TagTally(claims: 2)
    for number in 0..<1000 {
      let day = CalendarDate(daysSince1970: number * 11).iso
      let digits = day.filter { $0 != "-" }
      tally.count(
        subject: ["459907\(digits)\(String(1000 + number).suffix(3))x"], claims: [day, "n\(number % 16)"])
    }
    let claims = tally.claims(named: ["born", "name"])
    #expect(claims[0].followsFromSubject && claims[0].bits == 0)
    #expect(!claims[1].followsFromSubject && abs(claims[1].bits - 4) < 0.05)
    #expect(tally.subjectBits < 29.2, "never more than the residents of a prefecture")
    var running = TagTally(claims: 0)
    for number in 0..<10_000 {
      running.count(
        subject: ["SYN" + String(repeating: "0", count: 9 - String(number).count) + String(number)],
        claims: [])
    }
    #expect(abs(running.subjectBits - 13.29) < 0.05, "ten thousand numbers in a row are 2^13.3")
  }
}
