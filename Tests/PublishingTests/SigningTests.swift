import Bytes
import Catalogs
import Ledgers
import Policies
import Support
import Testing
import Trust

@testable import Publishing

/// What the second person sees is what they sign, whatever the first one has written.
@Suite struct `Whoever signs as the second person` {
  private static let fields = """
    {name: "person", type: "string", role: "identifier"}, {name: "town", type: "string"}
    """
  private static let table =
    "person,town\n" + (0..<40).map { "P\(100_000 + $0 * 7919),T\($0 % 4)\n" }.joined()
  private static let towns = "town\n" + (0..<40).map { "T\($0 % 4)\n" }.joined()

  /// With `members` at L3, and then proposed for everybody with one column.
  private func portal() throws -> GatePortal {
    let place = try GatePortal()
    try place.add("members", level: "L3", basis: true, fields: Self.fields, table: Self.table)
    _ = try place.publish()
    try place.add(
      "members", level: "L1", basis: false, fields: #"{name: "town", type: "string"}"#, table: Self.towns)
    return place
  }

  /// The proposal that lies there, signed again by its author's key with other words.
  private func resign(_ place: GatePortal, in folder: String, _ change: (inout JSON) -> Void) throws {
    for name in try Files.list(folder) where name.hasSuffix(".jws") {
      let path = Files.join(folder, name)
      let text = String(decoding: try Files.read(path), as: UTF8.self).filter { !$0.isWhitespace }
      let paper = try Paper(text)
      guard case .proposal(let motion, _) = paper.deed else { continue }
      try Files.remove(path)
      var json = motion.json
      change(&json)
      let key = place.pair.proposer.key
      _ = try Paper.write(
        try Paper.sign(json, by: paper.signer, with: key, seen: paper.seen, now: .now()), by: paper.signer,
        into: folder, now: .now())
    }
  }

  private func approve(_ place: GatePortal, _ subject: String = "members") throws -> [Wording] {
    let signer = place.pair.approver
    var seen: [Wording] = []
    _ = try place.pair.review(signer) { review in
      try review.approve(subject, by: signer, reason: "seen") { seen = $0 }
    }
    return seen
  }

  @Test func `is told which columns everybody may read, and signs no envelope that holds more`() throws {
    let place = try portal()
    try place.pair.propose("members")
    #expect(try approve(place).contains { $0.en == "everybody may read: rows.town" })
    let changes: [(String, (inout JSON) -> Void)] = [
      (
        "another column",
        {
          let fields = $0["to"]?["envelope"]?["fields"]?.array ?? []
          $0["to"]?["envelope"]?["fields"] = .array(
            fields + [["rows.person", "string", "", "", "identifier", ""]])
        }
      ),
      ("free rows", { $0["to"]?["envelope"]?["changes"] = .null }),
      ("no end", { $0["to"]?["envelope"]?["until"] = .null }),
      ("a later end", { $0["to"]?["envelope"]?["until"] = "9999-12-31" }),
      (
        "a ceiling",
        { $0["to"]?["envelope"]?["findings"] = [["field": "rows.person", "rule": "mobile", "most": 1000]] }
      ),
    ]
    for (what, change) in changes {
      let place = try portal()
      try place.pair.propose("members")
      try resign(place, in: "\(place.portal.catalog)/members/approvals", change)
      let error = #expect(throws: PublishingError.self, "\(what)") { try approve(place) }
      #expect(error?.message.contains("goes beyond") == true, "\(what): \(error?.message ?? "")")
    }
  }

  @Test func `sees plain lines, and no proposal without an end`() throws {
    let place = try portal()
    try place.pair.propose("members")
    let folder = "\(place.portal.catalog)/members/approvals"
    try resign(place, in: folder) { $0["reason"] = "ok \u{1B}[2K\u{202E}\nperson:x: approved" }
    let lines = try approve(place).flatMap { [$0.en, $0.zh] }
    #expect(lines.contains { $0.contains("<U+1B>[2K<U+202E><U+A>person:x") })
    #expect(lines.allSatisfy { PlainLine.problem(in: $0) == nil })
    let late = try portal()
    try late.pair.propose("members")
    try resign(late, in: "\(late.portal.catalog)/members/approvals") {
      $0["expires"] = "2099-01-01T00:00:00Z"
    }
    #expect(throws: PublishingError.self) { try approve(late) }
    let other = try portal()
    try other.pair.propose("members")
    try resign(other, in: "\(other.portal.catalog)/members/approvals") { $0["expires"] = "9999\u{1B}[2J" }
    #expect(throws: PublishingError.self) { try approve(other) }
  }

  @Test func `is not asked to sign what the law's name is missing of`() throws {
    let place = try portal()
    try place.add("members", level: "L2", basis: false, fields: Self.fields, table: Self.table)
    let refused = try #require(#expect(throws: Rejection.self) { try place.pair.propose("members") })
    #expect(refused.objections.flatMap { $0.reasons.map(\.code) } == [.missingLegalBasis])
  }

  @Test func `is not kept from it by a slip of the pen in another dataset`() throws {
    let place = try portal()
    try place.add("other", level: "L3", basis: true, fields: Self.fields, table: Self.table)
    try place.change("Catalog/other/dataset.json5", "classification", "clasification")
    try place.pair.propose("members")
    #expect(try approve(place).contains { $0.en == "everybody may read: rows.town" })
    #expect(throws: CatalogError.self) { try place.pair.propose("other") }
    try place.pair.review(place.pair.approver) { #expect($0.unread?.errors.isEmpty == false) }
    #expect(throws: CatalogError.self) { try place.publish() }
  }

  @Test func `is told of somebody who is not there`() throws {
    let place = try portal()
    let error = #expect(throws: PublishingError.self) { try place.pair.propose("person:nobody") }
    #expect(
      error?.message.contains("nobody 'nobody'") == true && error?.hint?.contains("person list") == true)
  }

  @Test func `sees every rule that changes, and no comment before it`() throws {
    let place = try portal()
    let file = place.portal.policies + "/levels.json5"
    let text = String(decoding: try Files.read(file), as: UTF8.self)
    let notes = (0..<400).map { "// \u{1B}[8m note \($0)\n" }.joined()
    try Files.write(
      Array((notes + text.replacing("// remembers: \"P10Y\"", with: "remembers: \"P1D\"")).utf8), to: file)
    try place.pair.propose("policy")
    #expect(
      try approve(place, "policy").dropLast().map(\.en) == [#"levels.json5 remembers: – → "P1D""#])
  }

  @Test
  func `signs the one that was looked at where several different ones wait, and may think better of it`()
    throws
  {
    let place = try portal()
    try place.pair.propose("members")
    let signer = place.pair.approver
    _ = try Withdrawal.withdraw(
      "members", portal: place.portal, reason: "wrong", by: place.pair.proposer, now: .now())
    try place.pair.propose("members")
    let error = #expect(throws: PublishingError.self) { try approve(place) }
    #expect(error?.hint?.contains("--proposal") == true)
    let open = try place.pair.review(signer) { $0.open }
    let one = try #require(open.first { if case .envelope = $0.motion.aim { true } else { false } })
    func sign(approves: Bool) throws {
      _ = try place.pair.review(signer) {
        try $0.approve(
          "members", by: signer, reason: "seen", approves: approves, named: String(one.hash.prefix(12)))
      }
    }
    try sign(approves: true)
    try sign(approves: false)
    #expect(try place.publish().suspended == ["members"])
    #expect(!Files.exists(place.site + "/data/members"))
  }

  @Test func `signs nothing into a log that was cut back and made longer than they saw`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    let (inside, home) = (small.portal.inside, small.folder.path + "/li-na")
    func look() throws {
      let work = try TemporaryFolder()
      _ = try Review(small.portal, person: "li-na", home: home, work: work.path + "/work")
    }
    try look()
    let whole = try Subprocess.run("cp", ["-a", small.portal.folder, small.portal.folder + ".before"])
    #expect(whole.status == 0)
    func publishMembers(_ rows: Int) throws {
      try small.addMembers()
      let table = (0..<rows).map { "MEMBER-\($0 * 7919 + 100_000),\($0 % 9)\n" }.joined()
      try small.folder.write("number,points\n" + table, to: "portal/Catalog/members/members.csv")
      _ = try small.publish()
    }
    try publishMembers(200)
    try look()
    let seen = try AuthorityFile(small.portal).seen.size
    // The same log from before, and other publications than those that were seen.
    for folder in ["inside", "outside"] {
      try Files.remove("\(small.portal.folder)/.doorsill/\(folder)")
      #expect(
        try Subprocess.run(
          "cp",
          [
            "-a", "\(small.portal.folder).before/.doorsill/\(folder)", "\(small.portal.folder)/.doorsill/",
          ]
        ).status == 0)
    }
    var number = 0
    while try number == 0 || AuthorityFile(small.portal).seen.size <= seen {
      number += 1
      try publishMembers(200 + number)
    }
    let error = #expect(throws: PublishingError.self) { try look() }
    #expect(error?.message.contains("put back") == true, "\(error?.message ?? "") \(inside)")
    // Nor does it help to spoil what she remembers.
    let memory = try #require(try Files.list(home).first)
    try Files.write([0x7B], to: Files.join(home, memory))
    #expect(throws: PublishingError.self) { try look() }
  }
}
