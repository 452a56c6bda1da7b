import Foundation
import Support
import Testing

extension `End to end` {
  /// Two restricted registers of two agencies, joined inside the door.
  @Suite struct `A result over two registers` {
    static let stays = #"""
      {
        name: "stays", title: { zh: "住院（合成）", en: "Stays (synthetic)" },
        description: { zh: "由测试生成。", en: "Made by a test." },
        keywords: [{ zh: "住院", en: "stays" }], themes: ["population"], license: "CC0-1.0", synthetic: true,
        provider: { organization: "civil-affairs", person: "zhang-lei" }, updateFrequency: "never",
        classification: { level: "L3", legalBasis: { zh: "法", en: "A law" }, reason: { zh: "个人", en: "Persons" }, by: "zhang-lei" },
        keyFamily: "patients",
        resources: [{
          name: "stays", title: { zh: "住院", en: "Stays" }, path: "stays.csv", format: "csv", encoding: "utf-8",
          schema: { primaryKey: ["person_no"], fields: [
            { name: "person_no", type: "string", level: "L3", role: "identifier", constraints: { required: true } },
            { name: "stayed", type: "string", role: "sensitive", constraints: { required: true, enum: ["0", "1"] } },
          ] },
        }],
        subject: ["person_no"],
        dimensions: [{ name: "stayed", role: "response", title: { zh: "住院", en: "Stayed" } }],
      }
      """#
    static let joined = #"""
      {
        name: "stay-costs", title: { zh: "住院费用（合成）", en: "Costs of stays (synthetic)" },
        description: { zh: "门内关联。", en: "Joined inside the door." },
        keywords: [{ zh: "关联", en: "joined" }], themes: ["population"], license: "CC0-1.0", synthetic: true,
        provider: { organization: "health-commission", person: "he-yan" }, updateFrequency: "never",
        classification: { level: "L3", legalBasis: { zh: "法", en: "A law" }, reason: { zh: "个人", en: "Persons" }, by: "he-yan" },
        derive: { left: "patients", right: "stays" },
        results: [{
          name: "costs", kind: "statistic", title: { zh: "费用", en: "Costs" }, profile: "strict",
          tables: [["stayed"], []],
        }, {
          name: "stayed", kind: "verify", title: { zh: "住院核验", en: "Stay" }, profile: "verify",
          claims: ["name", "id_no"], consent: true,
        }],
      }
      """#

    @Test func `is published, answered, and signed for with both providers named`() throws {
      let portal = try ScratchPortal.begin(microdata: World.microdata)
      // All but a hundred; a person the left register does not know would be told by the difference.
      let rows = World.microdata.persons.dropFirst(100).enumerated().map { place, person in
        "\(person.number),\(place % 3 == 0 ? 1 : 0)\n"
      }
      // Few tables of its own, so that there is budget left for those of the join.
      try portal.write(
        Descriptors.patients.replacing(
          "tables: [[\"district\"], [\"sex\"], [\"district\", \"sex\"]]", with: "tables: [[\"sex\"]]"),
        "Catalog/patients/dataset.json5")
      try portal.write(Self.stays, "Catalog/stays/dataset.json5")
      try portal.write("person_no,stayed\n" + rows.joined(), "Catalog/stays/stays.csv")
      try portal.write(Self.joined, "Catalog/stay-costs/dataset.json5")
      let classified = try portal.run("classify", "stay-costs").wanted(0, "classify")
      #expect(classified.text.contains("“patients”, which is held at L3"), "\(classified.said)")
      try portal.publish().wanted(0, "publish")
      #expect(try Subprocess.run("find", [portal.inside + "/work", "-type", "f"]).text == "")
      try portal.must("ca", "init", "--name", "Test authority")
      try portal.must("ca", "issue-server", "--name", "localhost", "--out", portal.folder.path + "/tls")
      let company = try Company.register("joint", at: portal)
      let grant = try portal.signed(
        by: "wang-wei", "grant", "add", "--client", "joint", "--dataset", "stay-costs", "--result", "costs",
        "--purpose", "research", "--until", "2099-12-31"
      ).wanted(0, "grant add").text.filter(\.isNumber)
      try portal.signed(by: "li-na", "grant", "approve", grant).wanted(0, "grant approve")
      let server = try RunningDoorsill(portal)
      defer { server.stop() }
      let answer = try server.ask("/v1/results/stay-costs/costs?select=stayed,count", as: company)
      let cells = try #require(answer.json["cells"] as? [[String: Any]], "\(answer.said)")
      let counts = cells.compactMap { $0["count"] as? Int }
      #expect(counts.count == 2 && abs(counts.reduce(0, +) - 2300) < 15, "\(cells)")
      let claims = try #require(Self.claims(answer.receipt))
      let provider = try #require(claims["provider"] as? String)
      for agency in ["Health Commission", "Civil Affairs Bureau"] {
        #expect(provider.contains(agency), "\(provider)")
      }
      // What the custodian tries is what is served.
      let tried = try portal.run("result", "try", "stay-costs/costs", "select=stayed,count").wanted(
        0, "result try")
      for count in counts {
        #expect(tried.text.filter { $0 != "," }.contains(String(count)), "\(tried.text)")
      }
      try check(portal, server, company)
      let page = try server.curl("/en/datasets/stay-costs/").text
      #expect(page.contains("Joined from") && page.contains("/en/datasets/stays/"))
      // A source that goes takes the join with it.
      let gone = try portal.signed(by: "wang-wei", "withdraw", "stays", "--reason", "wrong", "--yes").wanted(
        0, "withdraw")
      #expect(gone.errorText.contains("stay-costs, stays"), "\(gone.said)")
      #expect([404, 410].contains(try server.ask("/v1/results/stay-costs/costs", as: company).status))
    }

    /// A check of one record over the join: whoever is in both registers agrees, whoever is in one is nobody to it.
    private func check(_ portal: ScratchPortal, _ server: RunningDoorsill, _ company: Company) throws {
      let target = "/v1/results/stay-costs/stayed"
      let grant = try portal.signed(
        by: "wang-wei", "grant", "add", "--client", "joint", "--dataset", "stay-costs", "--result", "stayed",
        "--purpose", "research", "--until", "2099-12-31"
      ).wanted(0, "grant add").text.filter(\.isNumber)
      try portal.signed(by: "li-na", "grant", "approve", grant).wanted(0, "grant approve")
      func ask(_ person: Microdata.Person, name: String? = nil) throws -> HTTPAnswer {
        let consent = try portal.signed(
          by: "desk", "consent", "issue", "stay-costs/stayed", "person_no=\(person.number)", "--client",
          "joint",
          "--purpose", "research"
        ).wanted(0, "consent issue").text.trimmingCharacters(in: .whitespacesAndNewlines)
        let fields = ["person_no": person.number, "id_no": person.residentID, "name": name ?? person.name]
        let body = try JSONSerialization.data(
          withJSONObject: ["fields": fields, "consent": consent] as [String: Any])
        return try server.ask(
          target, as: company,
          ["-H", "Content-Type: application/json", "--data-binary", String(decoding: body, as: UTF8.self)])
      }
      let persons = World.microdata.persons
      let answers = try [ask(persons[200]), ask(persons[201], name: "Nobody"), ask(persons[20])]
      #expect(answers.map(\.status) == [200, 200, 200], "\(answers.map(\.said))")
      #expect(answers.map { $0.json["answer"] as? String } == ["match", "no-match", "no-match"])
      #expect(answers[1].body == answers[2].body, "who is in one register only is like nobody")
      let provider = try #require(Self.claims(answers[0].receipt)?["provider"] as? String)
      #expect(provider.contains("Civil Affairs Bureau"), "\(provider)")
      // Without the person's consent nothing is told.
      let person = persons[202]
      let bare = try JSONSerialization.data(
        withJSONObject: [
          "fields": ["person_no": person.number, "id_no": person.residentID, "name": person.name]
        ])
      let refused = try server.ask(
        target, as: company,
        ["-H", "Content-Type: application/json", "--data-binary", String(decoding: bare, as: UTF8.self)])
      #expect(refused.json["reason"] as? String == "consent-missing", "\(refused.said)")
      // In the store are keyed tags, and no word of either register.
      let log = try portal.must("ledger", "show", "answers")
      #expect(!log.contains(persons[200].number) && !log.contains(persons[200].name))
    }

    /// What a JWS says, unchecked.
    private static func claims(_ jws: String) -> [String: Any]? {
      let parts = jws.split(separator: ".")
      guard parts.count == 3 else { return nil }
      var text = String(parts[1]).replacing("-", with: "+").replacing("_", with: "/")
      while text.utf8.count % 4 != 0 { text += "=" }
      return Data(base64Encoded: text).flatMap {
        try? JSONSerialization.jsonObject(with: $0) as? [String: Any]
      }
    }
  }
}
