import Foundation
import Support
import Testing

/// A portal of its own for attacks over the wire: in its register one district is empty, one is too small, and in one
/// all but five people have the same sex, so that a cell is held back because it nearly is the whole district.
final class Besieged: Sendable {
  static let (small, nearly, empty) = (Microdata.smallDistrict, "5", "6")

  let microdata: Microdata
  let portal: ScratchPortal
  let server: RunningDoorsill
  let acme: Company

  @TaskLocal static var shared: Besieged?

  static func here() throws -> Besieged {
    guard let shared else {
      throw Failure("the besieged portal is missing: this test belongs below its suite")
    }
    return shared
  }

  init() throws {
    microdata = World.microdata
    portal = try ScratchPortal.begin(microdata: microdata)
    let districts = #"enum: ["1", "2", "3", "4", "9"]"#
    #expect(Descriptors.patients.contains(districts))
    try portal.write(
      Descriptors.patients.replacing(districts, with: #"enum: ["1", "2", "3", "4", "5", "6", "9"]"#),
      "Catalog/patients/dataset.json5")
    // Two rows a person: eighty of one sex, five of the other.
    let more = Microdata(seed: 7, count: 85).csv.split(separator: "\n").dropFirst().enumerated().map {
      var fields = $1.split(separator: ",").map(String.init)
      fields[3] = Self.nearly
      fields[4] = $0 < 160 ? "1" : "2"
      return fields.joined(separator: ",") + "\n"
    }
    try portal.write(microdata.csv + more.joined(), "Catalog/patients/patients.csv")
    try portal.publish().wanted(0, "publish")
    try portal.must("ca", "init", "--name", "Test authority")
    try portal.must("ca", "issue-server", "--name", "localhost", "--out", portal.folder.path + "/tls")
    acme = try Company.register("acme", at: portal)
    server = try RunningDoorsill(portal)
  }

  /// A company that may check records as well.
  func checker(_ id: String) throws -> Company {
    let company = try Company.register(id, at: portal)
    let grant = try portal.signed(
      by: "wang-wei", "grant", "add", "--client", id, "--dataset", "patients", "--result", "identity",
      "--purpose", "research", "--until", "2099-12-31", "--calls-per-day", "5000"
    ).wanted(0, "grant add").text.filter(\.isNumber)
    try portal.signed(by: "li-na", "grant", "approve", grant).wanted(0, "grant approve")
    return company
  }

  /// Checks tuples; more than one go as a batch.
  func check(_ tuples: [[String: String]], as company: Company) throws -> HTTPAnswer {
    let body: [String: Any] =
      tuples.count == 1 ? ["fields": tuples[0]] : ["batch": tuples.map { ["fields": $0] }]
    let bytes = try JSONSerialization.data(withJSONObject: body, options: .sortedKeys)
    return try server.ask(
      "/v1/results/patients/identity", as: company,
      ["-H", "Content-Type: application/json", "--data-binary", String(decoding: bytes, as: UTF8.self)])
  }

  func tuple(_ person: Microdata.Person, number: String? = nil, name: String? = nil) -> [String: String] {
    ["person_no": number ?? person.number, "id_no": person.residentID, "name": name ?? person.name]
  }

  struct Scope: SuiteTrait, TestScoping {
    func provideScope(
      for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
      let besieged = try Besieged()
      defer { besieged.server.stop() }
      try await Besieged.$shared.withValue(besieged) { try await function() }
    }
  }
}

extension HTTPAnswer {
  /// Status, header fields and body, without what every answer has of its own: time, number, signature, what is left
  /// of the quota, and the words that the question named itself.
  func told(without words: [String] = []) -> String {
    let own: Set = ["date", "request-id", "x-request-id", "doorsill-receipt", "ratelimit"]
    let fields = headers.map { own.contains($0.key) ? $0.key : "\($0.key): \($0.value)" }.sorted()
    let said = words.reduce(text) { $0.replacing("\"\($1)\"", with: "\"\"") }
    return "\(status)\n\(fields.joined(separator: "\n"))\n\n\(said)"
  }
}

/// Attacks of DISCLOSURE section (b) that only the wire can bear: B8, B9's lengths and B10.
@Suite(Besieged.Scope(), .serialized) struct `An attacker with a certificate and a key` {
  private func answers(_ answer: HTTPAnswer) -> [String] {
    (answer.json["answers"] as? [[String: String]] ?? []).map { $0["answer"] ?? "" }
  }

  // MARK: B9, B10

  @Test func `cannot tell an empty cell from a small one or from one that nearly is its district`() throws {
    let here = try Besieged.here()
    var classes: [String] = [], lengths: Set<Int> = []
    for (district, sex) in [
      (Besieged.empty, "1"), (Besieged.empty, "2"), (Besieged.small, "1"), (Besieged.small, "2"),
      (Besieged.nearly, "1"), (Besieged.nearly, "2"),
    ] {
      let answer = try here.server.ask(
        "/v1/results/patients/costs?select=count,cost.sum&district=eq.\(district)&sex=eq.\(sex)",
        as: here.acme)
      #expect(answer.status == 200 && answer.text.contains("withheld"), "\(district) \(sex): \(answer.said)")
      classes.append(answer.told(without: [district, sex]))
      lengths.insert(answer.body.count)
    }
    #expect(Set(classes).count == 1, "\(Set(classes).joined(separator: "\n---\n"))")
    #expect(lengths.count == 1)
    // The sixth district has eighty of one sex, which is shown where nothing can be subtracted.
    let whole = try here.server.ask(
      "/v1/results/patients/costs?select=count&district=eq.\(Besieged.nearly)", as: here.acme)
    let count = (whole.json["cells"] as? [[String: Any]])?.first?["count"] as? Int
    #expect(abs((count ?? 0) - 85) <= 7, "\(whole.said)")
  }

  @Test func `gets one refusal for all questions beyond the grammar, whatever the data`() throws {
    let here = try Besieged.here()
    var classes: Set<String> = []
    for query in [
      "select=count&district=eq.7", "select=count&district=eq.99",
      "select=count&district=in.(5,6)&district=eq.5",
      "select=count&district=gt.5", "select=count&cost=gt.100", "select=count&person_no=eq.1", "select=cost",
      "select=count,count", "select=count&or=(district.eq.5)", "select=count%2B1", "nonsense",
      "select=count&limit=1",
    ] {
      let answer = try here.server.ask("/v1/results/patients/costs?" + query, as: here.acme)
      #expect(answer.status == 400)
      classes.insert(answer.told())
    }
    #expect(classes.count == 1, "\(classes.joined(separator: "\n---\n"))")
  }

  @Test
  func
    `gets one answer for what is not there and what is not granted, and one for all keys that are no good`()
    throws
  {
    let here = try Besieged.here()
    let absent = try [
      "patients/identity", "patients/senior", "patients/nothing", "nobody/costs", "stations/stations",
    ].map { try here.server.ask("/v1/results/" + $0, as: here.acme) }
    #expect(absent.allSatisfy { $0.status == 404 }, "\(absent.map(\.said))")
    #expect(Set(absent.map { $0.told() }).count == 1)
    let posted = try ["identity", "nothing"].map {
      try here.server.ask(
        "/v1/results/patients/\($0)", as: here.acme, ["-H", "Content-Type: application/json", "-d", "{}"])
    }
    #expect(Set(posted.map { $0.told() }).count == 1 && posted[0].status == 404, "\(posted.map(\.said))")

    let other = try Company.register("other", at: here.portal)
    let revoked = try Company.register("revoked", at: here.portal)
    try here.portal.must("key", "revoke", revoked.keyID)
    let unknown = String(here.acme.key.dropLast(8)) + "00000000"
    let target = "/v1/results/patients/costs?select=district,count"
    let bad = try [
      (here.acme.identity, other.key), (here.acme.identity, unknown), (revoked.identity, revoked.key),
      (here.acme.identity, "x"), (here.acme.identity, here.acme.key + "x"),
    ].map { try here.server.gateway(target, $0 + ["-H", "Authorization: Bearer \($1)"]) }
    #expect(bad.allSatisfy { $0.status == 401 && $0.code == "key-invalid" }, "\(bad.map(\.said))")
    #expect(Set(bad.map { $0.told() }).count == 1, "\(bad.map { $0.told() })")
  }

  @Test func `is not told by a check who is on the register, before a lock nor behind it`() throws {
    let here = try Besieged.here()
    let company = try here.checker("curious")
    let person = here.microdata.persons[100]
    let there = (0..<5).map { here.tuple(person, name: "Somebody \($0)") }
    let nowhere = (0..<5).map { here.tuple(person, number: "PN0000000000", name: "Somebody \($0)") }
    var lengths: Set<Int> = []
    for (known, unknown) in zip(there, nowhere) {
      let pair = try [known, unknown].map { try here.check([$0], as: company) }
      #expect(pair[0].status == 200 && pair[0].told() == pair[1].told(), "\(pair.map { $0.told() })")
      lengths.formUnion(pair.map(\.body.count))
    }
    let last = try here.check([there[4]], as: company)
    #expect(last.json["answer"] as? String == "unavailable" && last.json["reason"] as? String == "locked")
    // The right statement is as long as a wrong one, and what is locked as both.
    let right = try here.check([here.tuple(here.microdata.persons[101])], as: company)
    #expect(right.json["answer"] as? String == "match", "\(right.said)")
    #expect(lengths.union([right.body.count]).count == 1, "\(lengths) \(right.body.count)")
  }

  // MARK: B8

  @Test func `who tries one number after the other is suspended within two hundred, and has found nobody`()
    throws
  {
    let here = try Besieged.here()
    let company = try here.checker("walker")
    var random = SeededRandom(8)
    var tried = 0, found = 0
    var last: HTTPAnswer?
    while tried < 1000 {
      // Tuples of people who are there, but with numbers that are drawn.
      let batch = (0..<50).map { place in
        here.tuple(
          here.microdata.persons[200 + place],
          number: "PN" + Microdata.padded(Int.random(in: 0..<1_000_000, using: &random), 6)
            + Microdata.padded(Int.random(in: 0..<2400, using: &random), 4))
      }
      let answer = try here.check(batch, as: company)
      last = answer
      guard answer.status == 200 else { break }
      tried += batch.count
      found += answers(answer).count { $0 == "match" }
    }
    #expect(tried <= 200 && found == 0, "\(tried) tried, \(found) found")
    #expect(last?.status == 403 && last?.code == "client-suspended", "\(last?.said ?? "")")
    #expect(try alarms(here, "failing").contains { $0["client"] as? String == "walker" })
  }

  @Test func `who goes through the names of one person is locked after three, the right name among the rest`()
    throws
  {
    let here = try Besieged.here()
    let company = try here.checker("sweeper")
    let person = here.microdata.persons[300]
    let names = (0..<60).map { here.microdata.persons[500 + $0].name } + [person.name]
    let answer = try here.check(names.map { here.tuple(person, name: $0) }, as: company)
    #expect(answers(answer).prefix(3).allSatisfy { $0 == "no-match" }, "\(answer.said)")
    #expect(answers(answer).dropFirst(3).allSatisfy { $0 == "unavailable" } && answers(answer).count == 61)
    #expect(
      try here.check([here.tuple(person)], as: company).json["reason"] as? String == "locked", "and stays so")
  }

  @Test func `five who take turns raise an alarm at the tenth failure, and lock nobody else`() throws {
    let here = try Besieged.here()
    let person = here.microdata.persons[400]
    var tried = 0
    for number in 0..<5 {
      let company = try here.checker("turn-\(number)")
      for _ in 0..<2 {
        let answer = try here.check([here.tuple(person, name: "Name \(tried)")], as: company)
        #expect(answer.json["answer"] as? String == "no-match", "\(answer.said)")
        tried += 1
      }
    }
    let told = try alarms(here, "subject")
    #expect(
      told.count == 1 && told.first?["count"] as? Int == 10 && told.first?["clients"] as? Int == 5, "\(told)")
    let honest = try here.checker("honest")
    #expect(try here.check([here.tuple(person)], as: honest).json["answer"] as? String == "match")
  }

  /// Alarms of a kind in the log, waited for: the reader sees them as of the last checkpoint.
  private func alarms(_ here: Besieged, _ kind: String) throws -> [[String: Any]] {
    var found: [[String: Any]] = []
    for _ in 0..<40 {
      found = try here.portal.entries(of: "answers").filter {
        $0["event"] as? String == "alarm" && $0["kind"] as? String == kind
      }
      if !found.isEmpty { break }
      Thread.sleep(forTimeInterval: 0.25)
    }
    return found
  }
}
