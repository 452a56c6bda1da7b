import Foundation
import Support
import Testing

extension `End to end` {
  /// Single records, asked about over mutual TLS.
  /// One after the other, because one of them counts the work that is done.
  @Suite(.serialized) struct `A check of one record` {
    static let identity = "/v1/results/patients/identity"
    static let senior = "/v1/results/patients/senior"

    /// A company with grants for both checks.
    private func company(_ id: String, _ world: World, callsPerDay: Int = 1000) throws -> Company {
      let company = try Company.register(id, at: world.portal)
      for result in ["identity", "senior"] {
        let grant = try world.portal.signed(
          by: "wang-wei", "grant", "add", "--client", id, "--dataset", "patients", "--result", result,
          "--purpose", "research", "--until", "2099-12-31", "--calls-per-day", String(callsPerDay)
        ).wanted(0, "grant add").text.filter(\.isNumber)
        try world.portal.signed(by: "li-na", "grant", "approve", grant).wanted(0, "grant approve")
      }
      return company
    }

    private func fields(_ person: Microdata.Person, name: String? = nil, number: String? = nil) -> [String:
      String]
    {
      ["person_no": number ?? person.number, "id_no": person.residentID, "name": name ?? person.name]
    }

    private func post(_ target: String, _ body: Any, as company: Company, _ world: World) throws -> HTTPAnswer
    {
      let bytes = try JSONSerialization.data(withJSONObject: body)
      return try world.server.ask(
        target, as: company,
        ["-H", "Content-Type: application/json", "--data-binary", String(decoding: bytes, as: UTF8.self)])
    }

    private func evaluations(_ world: World) throws -> Int? {
      try world.server.curl("/metrics").text.split(separator: "\n")
        .first { $0.hasPrefix("doorsill_tuple_evaluations_total ") }?.split(separator: " ").last.flatMap {
          Int($0)
        }
    }

    @Test func `agrees, does not, or knows nobody, in the same length and with the same work`() throws {
      let world = try World.here()
      let company = try company("checker", world)
      let person = world.microdata.persons[40]
      var answers: [HTTPAnswer] = []
      for fields in [
        fields(person), fields(person, name: "Nobody"), fields(person, number: "PN0000000000"),
        fields(person, name: "  " + person.name.uppercased()),
      ] {
        let before = try evaluations(world)
        answers.append(try post(Self.identity, ["fields": fields], as: company, world))
        #expect(try evaluations(world) == (before ?? 0) + 1)
      }
      #expect(answers.map(\.status) == [200, 200, 200, 200], "\(answers.map(\.said))")
      #expect(answers.map { $0.json["answer"] as? String } == ["match", "no-match", "no-match", "match"])
      #expect(answers[1].body == answers[2].body, "nobody is told who is on the register")
      #expect(Set(answers.map(\.body.count)).count == 1)
      let chinese = try world.server.ask(
        Self.identity, as: company,
        [
          "-H", "Content-Type: application/json", "-H", "Accept-Language: zh", "--data-binary",
          String(
            decoding: try JSONSerialization.data(withJSONObject: ["fields": fields(person)]), as: UTF8.self),
        ])
      #expect(chinese.json["text"] as? String == "一致")
    }

    @Test func `is in the log by keyed hashes only, and its receipt holds`() throws {
      let world = try World.here()
      let company = try company("logged", world)
      let person = world.microdata.persons[41]
      let answer = try post(Self.identity, ["fields": fields(person)], as: company, world)
      let folder = try TemporaryFolder()
      try folder.write(answer.receipt, to: "receipt.jws")
      try folder.write(answer.body, to: "answer.json")
      try folder.write(try world.server.curl("/.well-known/jwks.json").body, to: "jwks.json")
      let verified = try Doorsill.run(
        [
          "receipt", "verify", folder.path + "/receipt.jws", "--keys", folder.path + "/jwks.json", "--answer",
          folder.path + "/answer.json",
        ], home: world.portal.home)
      #expect(verified.status == 0, "\(verified.said)")
      let entries = try world.entries {
        $0["client"] as? String == "logged" && $0["event"] as? String == "answer"
      }
      let tuples = try #require(entries.first?["tuples"] as? [[String: Any]])
      #expect(tuples.count == 1 && tuples[0]["answer"] as? String == "match")
      let log = try world.portal.must("ledger", "show", "answers")
      #expect(!log.contains(person.number) && !log.contains(person.residentID) && !log.contains(person.name))
    }

    @Test func `counts each tuple of a batch, and locks a subject after three that failed`() throws {
      let world = try World.here()
      let company = try company("batcher", world, callsPerDay: 20)
      let (one, two) = (world.microdata.persons[42], world.microdata.persons[43])
      let batch =
        ["a", "b", "c", one.name].map { ["fields": fields(one, name: $0)] } + [["fields": fields(two)]]
      let answer = try post(Self.identity, ["batch": batch], as: company, world)
      let answers = (answer.json["answers"] as? [[String: String]] ?? []).map { $0["answer"] ?? "" }
      #expect(answers == ["no-match", "no-match", "no-match", "unavailable", "match"], "\(answer.said)")
      #expect((answer.json["answers"] as? [[String: String]])?[3]["reason"] == "locked")
      #expect(answer.headers["ratelimit"]?.hasPrefix("\"daily\";r=15;t=") == true, "\(answer.headers)")
      // Another company is not locked out by it.
      let other = try self.company("bystander", world)
      #expect(
        try post(Self.identity, ["fields": fields(one)], as: other, world).json["answer"] as? String
          == "match")
      let many = Array(repeating: ["fields": fields(two)], count: 16)
      let refused = try post(Self.identity, ["batch": many], as: company, world)
      #expect(refused.status == 429 && refused.code == "quota-exceeded", "\(refused.said)")
    }

    @Test func `needs a consent where the result asks for it: for this person, client and purpose, and once`()
      throws
    {
      let world = try World.here()
      let company = try company("asker", world)
      let persons = world.microdata.persons
      func ask(_ person: Microdata.Person, _ consent: String?) throws -> [String: Any] {
        var body: [String: Any] = ["fields": ["person_no": person.number, "name": person.name]]
        if let consent { body["consent"] = consent }
        return try post(Self.senior, body, as: company, world).json
      }
      func token(_ person: Microdata.Person, client: String = "asker") throws -> String {
        try world.portal.signed(
          by: "desk", "consent", "issue", "patients/senior", "person_no=\(person.number)", "--client", client,
          "--purpose", "research"
        ).wanted(0, "consent issue").text.trimmingCharacters(in: .whitespacesAndNewlines)
      }
      let missing = try ask(persons[50], nil)
      #expect(
        missing["answer"] as? String == "unavailable" && missing["reason"] as? String == "consent-missing")
      let good = try token(persons[50])
      let answer = try ask(persons[50], good)
      #expect(answer["answer"] as? String == "match", "\(answer)")
      #expect(["S", "N"].contains(answer["value"] as? String ?? ""))
      #expect(try ask(persons[50], good)["reason"] as? String == "consent-used")
      let fresh = try token(persons[51])
      #expect(try ask(persons[52], fresh)["reason"] as? String == "consent-foreign")
      #expect(
        try ask(persons[51], try token(persons[51], client: "acme"))["reason"] as? String == "consent-foreign"
      )
      #expect(try ask(persons[51], fresh + "x")["answer"] as? String == "unavailable")
      #expect(try ask(persons[51], fresh)["answer"] as? String == "match", "what was refused was not used up")
      let stranger = try world.portal.signed(
        by: "wang-wei", "consent", "issue", "patients/senior", "person_no=\(persons[51].number)", "--client",
        "asker",
        "--purpose", "research"
      ).wanted(0, "consent issue").text.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(try ask(persons[51], stranger)["reason"] as? String == "consent-untrusted")
    }

    @Test func `says what to send instead of what was sent, and costs nothing then`() throws {
      let world = try World.here()
      let company = try company("learner", world, callsPerDay: 2)
      let person = world.microdata.persons[60]
      var misspelt = fields(person)
      misspelt["nmae"] = misspelt.removeValue(forKey: "name")
      var short = fields(person)
      short["id_no"] = nil
      let bodies: [(Any, String)] = [
        (["fields": misspelt], "name"), (["fields": short], "id_no"),
        (["fields": ["x": 1], "more": 2], "fields"),
        (["batch": [Any]()], "1 to 100"), ([String](), "object"),
        (["batch": Array(repeating: ["fields": fields(person)], count: 101)], "1 to 100"),
      ]
      for (body, word) in bodies {
        let answer = try post(Self.identity, body, as: company, world)
        #expect(answer.status == 400 && answer.code == "body" && answer.text.contains(word), "\(answer.said)")
      }
      let dry = try post(Self.identity + "?dry_run=true", ["fields": fields(person)], as: company, world)
      #expect(dry.status == 200 && dry.json["dryRun"] as? Bool == true && dry.json["answer"] == nil)
      #expect(dry.json["remaining"] as? Int == 2, "\(dry.said)")
      let get = try world.server.ask(Self.identity, as: company)
      #expect(get.status == 405 && get.headers["allow"]?.contains("POST") == true)
      let form = try world.server.ask(Self.identity, as: company, ["-d", "name=x"])
      #expect(form.status == 415, "\(form.said)")
      #expect(try post("/v1/results/patients/costs", [:], as: company, world).status == 405)
      let unknown = try post("/v1/results/patients/nothing", ["fields": [:]], as: company, world)
      #expect(unknown.status == 404)
    }

    @Test func `is told by the list of results and the gateway's own description`() throws {
      let world = try World.here()
      let company = try company("reader", world)
      let results = try world.server.ask("/v1/results", as: company).json["results"] as? [[String: Any]] ?? []
      let identity = try #require(results.first { $0["result"] as? String == "identity" })
      #expect((identity["claims"] as? [[String: String]])?.map { $0["name"] } == ["name", "id_no"])
      #expect(identity["needsConsent"] as? Bool == false && identity["price"] != nil)
      let document = try world.server.gateway("/openapi.json", company.identity)
      #expect(document.status == 200 && document.json["openapi"] as? String == "3.1.0")
      #expect(!document.text.contains("patients"), "what results there are is told to those with a grant")
    }

    @Test func `hides its rule and shows its meaning on the page of the result`() throws {
      let world = try World.here()
      let page = try world.server.curl("/en/results/patients/senior/").text
      #expect(
        page.contains("Old enough for the senior card") && page.contains("Health")
          && page.contains("Price of guessing"))
      #expect(!page.contains("CASE WHEN"))
      let release = world.portal.folder.path + "/portal/.doorsill/outside/current"
      let found = try Subprocess.run("grep", ["-rl", "CASE WHEN age", release + "/"])
      #expect(found.text.isEmpty, "\(found.text)")
    }
  }

  @Suite struct `A client's own keys over the gateway` {
    @Test func `are changed over by the client itself, two at a time`() throws {
      let world = try World.here()
      let company = try Company.register("rotator", at: world.portal)
      let target = "/v1/keys"
      let bare = try world.server.gateway(target, company.identity + ["-X", "POST"])
      #expect(bare.status == 401 && bare.code == "key-required", "\(bare.said)")
      let made = try world.server.ask(target, as: company, ["-X", "POST"])
      #expect(made.status == 201, "\(made.said)")
      let key = try #require(made.json["key"] as? String)
      #expect(try world.server.ask(target, as: company, ["-X", "POST"]).code == "too-many-keys")
      let new = ["-H", "Authorization: Bearer \(key)"]
      let old = try world.server.gateway(
        "/v1/keys/\(company.keyID)", company.identity + new + ["-X", "DELETE"])
      #expect(old.status == 204, "\(old.said)")
      #expect(try world.server.ask("/v1/me", as: company).code == "key-invalid")
      #expect(try world.server.gateway("/v1/me", company.identity + new).status == 200)
      let foreign = try world.server.gateway(
        "/v1/keys/\(world.acme.keyID)", company.identity + new + ["-X", "DELETE"])
      #expect(foreign.status == 404)
      #expect(try world.server.ask("/v1/me", as: world.acme).status == 200)
    }
  }
}
