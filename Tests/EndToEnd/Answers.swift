import Foundation
import Support
import Testing

extension `End to end` {
  /// What a company gets, and what it can prove with it.
  @Suite struct `An answer` {
    static let target = "/v1/results/patients/costs?select=district,sex,count,cost.mean"

    @Test func `has counts, means and withheld cells, and looks alike however often it is asked for`() throws
    {
      let world = try World.here()
      let answer = try world.server.ask(Self.target, as: world.acme)
      #expect(answer.status == 200, "\(answer.said)")
      let cells = try #require(answer.json["cells"] as? [[String: Any]])
      #expect(cells.contains { $0["count"] is Int && $0["cost.mean"] is NSNumber }, "\(answer.text)")
      let small = cells.filter { $0["district"] as? String == Microdata.smallDistrict }
      #expect(small.count == 2 && small.allSatisfy { !($0["count"] is Int) }, "\(small)")
      #expect(answer.text.contains("withheld"))
      #expect(try world.server.ask(Self.target, as: world.globex).body == answer.body, "whoever asks")
      #expect(answer.headers["cache-control"] == "private, no-store")
    }

    @Test func `is near the truth where it is given, and the truth is not in it`() throws {
      let world = try World.here()
      let answer = try world.server.ask("/v1/results/patients/costs?select=sex,count", as: world.acme)
      let cells = try #require(answer.json["cells"] as? [[String: Any]])
      let rows = world.microdata.csv.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
      for cell in cells {
        let persons = Set(rows.filter { String($0[4]) == cell["sex"] as? String }.map { $0[0] }).count
        let count = try #require(cell["count"] as? Int)
        #expect(abs(count - persons) < 60, "\(count) of \(persons): units are counted, not rows")
      }
      #expect(cells.count == 2)
    }

    @Test func `speaks the language that is asked for, with the same cells`() throws {
      let world = try World.here()
      let chinese = try world.server.ask(
        Self.target, as: world.acme, ["-H", "Accept-Language: zh-CN,en;q=0.5"])
      let english = try world.server.ask(Self.target, as: world.acme, ["-H", "Accept-Language: en"])
      #expect(chinese.text != english.text)
      let cells = [chinese, english].map { answer in
        (answer.json["cells"] as? [[String: Any]])?.map { "\($0["district"] ?? "") \($0["count"] ?? "")" }
          ?? []
      }
      #expect(cells[0] == cells[1] && !cells[0].isEmpty)
    }

    @Test func `comes with a receipt that holds offline, and not with one byte changed`() throws {
      let world = try World.here()
      let files = try Evidence(try world.server.ask(Self.target, as: world.acme), world)
      let good = try files.verify()
      #expect(good.status == 0 && good.text.contains("Company acme (acme)"), "\(good.said)")
      #expect(good.text.contains("research"))

      // Every byte counts: of the answer …
      for place in stride(from: 0, to: files.answer.count, by: max(1, files.answer.count / 12)) {
        var forged = files.answer
        forged[place] ^= 1
        #expect(try files.verify(answer: forged).status == 1, "byte \(place) of the answer")
      }
      // … and of the receipt.
      for place in stride(from: 0, to: files.receipt.count, by: max(1, files.receipt.count / 24)) {
        var forged = files.receipt
        forged[place] = forged[place] == 0x41 ? 0x42 : 0x41
        #expect(try files.verify(receipt: forged).status == 1, "byte \(place) of the receipt")
      }
      // The last character of base64url has bits that mean nothing; they must be zero.
      var last = files.receipt
      last[last.count - 1] = last[last.count - 1] == 0x42 ? 0x43 : 0x42
      #expect(try files.verify(receipt: last).status == 1)
      #expect(try files.verify(answer: []).status == 1)
      let other = try world.server.ask("/v1/results/patients/costs?select=sex,count", as: world.acme)
      #expect(try files.verify(answer: other.body).status == 1)
    }

    @Test func `has an entry in the log, to which its receipt points`() throws {
      let world = try World.here()
      let answer = try world.server.ask(
        "/v1/results/patients/costs?select=sex,count,cost.sum", as: world.acme)
      let files = try Evidence(answer, world)
      let claims = try files.claims()
      let index = try #require((claims["ledger"] as? [String: Any])?["index"] as? Int, "\(claims)")
      try files.folder.write(answer.body, to: "hashed")
      let hash = try Subprocess.run("sha256sum", [files.folder.path + "/hashed"]).text.prefix(64)
      let entries = try world.entries { $0["answer"] as? String == String(hash) }
      #expect(!entries.isEmpty, "no entry for \(hash)")
      #expect(
        entries.allSatisfy { $0["client"] as? String == "acme" && $0["purpose"] as? String == "research" })
      // The proof of inclusion is the company's to ask for, and nobody else's.
      let proof = try world.server.ask("/v1/receipts/\(index)", as: world.acme)
      #expect(proof.status == 200 && proof.text.contains("index \(index)"), "\(proof.said)")
      #expect(try world.server.ask("/v1/receipts/\(index)", as: world.globex).status == 404)
    }

    @Test func `and a refusal each have their entry, once`() throws {
      let world = try World.here()
      let company = try Company.register("counted", at: world.portal, callsPerDay: 3)
      for _ in 0..<5 { _ = try world.server.ask(Self.target, as: company) }
      _ = try world.server.gateway(Self.target, world.globex.identity + company.authorization)
      let entries = try world.entries(atLeast: 4) {
        $0["client"] as? String == "counted" && ["answer", "refusal"].contains($0["event"] as? String)
      }
      #expect(entries.filter { $0["event"] as? String == "answer" }.count == 3)
      let refusals = entries.compactMap { $0["code"] as? String }
      // The second of a minute is counted with those that follow.
      #expect((1...2).contains(refusals.filter { $0 == "quota-exceeded" }.count), "\(refusals)")
      let administrative = try world.entries {
        $0["client"] as? String == "counted" && $0["event"] as? String == "grant.approved"
      }
      #expect(administrative.first?["approver"] as? String == "li-na")
    }

    @Test func `that is only rehearsed counts nothing and is not the answer`() throws {
      let world = try World.here()
      let company = try Company.register("careful", at: world.portal, callsPerDay: 5)
      let rehearsal = try world.server.ask(Self.target + "&dry_run=true", as: company)
      #expect(rehearsal.status == 200 && rehearsal.json["dryRun"] as? Bool == true, "\(rehearsal.said)")
      #expect(rehearsal.json["remaining"] as? Int == 5)
      let me = try world.server.ask("/v1/me", as: company)
      let grants = try #require(me.json["grants"] as? [[String: Any]])
      #expect(grants.first?["remaining"] as? Int == 5, "\(me.text)")
      #expect(me.json["client"] as? String == "careful")
    }

    @Test func `is what a local call gives`() throws {
      let world = try World.here()
      let answer = try world.server.ask(Self.target, as: world.acme, ["-H", "Accept-Language: en"])
      let local = try world.portal.must(
        "result", "try", "patients/costs", "select=district,sex,count,cost.mean", "--json")
      #expect(answer.text == local)
    }
  }
}

/// An answer with its receipt and the portal's keys, as files a company keeps.
struct Evidence {
  let folder: TemporaryFolder
  let answer: [UInt8]
  let receipt: [UInt8]

  init(_ answer: HTTPAnswer, _ world: World) throws {
    guard answer.status == 200, !answer.receipt.isEmpty else { throw Failure("no receipt: \(answer.said)") }
    folder = try TemporaryFolder()
    self.answer = answer.body
    receipt = Array(answer.receipt.utf8)
    try folder.write(try world.server.curl("/.well-known/jwks.json").body, to: "jwks.json")
  }

  /// `receipt verify`, which needs nothing but these three files.
  func verify(receipt: [UInt8]? = nil, answer: [UInt8]? = nil) throws -> Subprocess {
    try folder.write(receipt ?? self.receipt, to: "receipt.jws")
    try folder.write(answer ?? self.answer, to: "answer.json")
    return try Doorsill.run(
      ["receipt", "verify", "receipt.jws", "--keys", "jwks.json", "--answer", "answer.json"],
      folder: folder.path)
  }

  func claims() throws -> [String: Any] {
    _ = try verify().wanted(0, "receipt verify")
    let shown = try Doorsill.run(
      ["receipt", "verify", "receipt.jws", "--keys", "jwks.json", "--json"], folder: folder.path
    ).wanted(0, "receipt verify --json")
    return try JSONSerialization.jsonObject(with: Data(shown.output)) as? [String: Any] ?? [:]
  }
}
