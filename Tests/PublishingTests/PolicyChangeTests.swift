import Bytes
import Catalogs
import Policies
import Support
import Testing
import Trust

@testable import Publishing

/// The policy files are changed as any level is: with reason and second person, judged under the policy before.
@Suite struct `A change of policy` {
  let small: SmallPortal

  init() throws {
    small = try SmallPortal()
    _ = try small.publish()
    try small.edit("Policies/access.json5", "callsPerDay: 1000", "callsPerDay: 2000")
  }

  private func refusal(as person: String? = "wang-wei") -> Rejection? {
    #expect(throws: Rejection.self) { try small.publish(as: person) }
  }

  @Test func `waits for a proposal and the signature of a second person`() throws {
    #expect(refusal()?.objections.map(\.dataset) == ["policy"])
    try small.pair.propose("policy")
    #expect(refusal()?.objections.first?.needs.map(\.isProposed) == [true])
    try small.pair.approve("policy")
    #expect(try small.publish().outcome == .published)
    #expect(try small.publish().outcome == .unchanged, "the signature has done its work")
    // And is no good for the way back and forth again.
    try small.edit("Policies/access.json5", "callsPerDay: 2000", "callsPerDay: 1000")
    #expect(refusal() != nil)
    try small.agree("policy")
    #expect(try small.publish().outcome == .published)
    try small.edit("Policies/access.json5", "callsPerDay: 1000", "callsPerDay: 2000")
    #expect(refusal() != nil)
  }

  @Test func `is not for the one who publishes to sign, nor for nobody to publish`() throws {
    try small.agree("policy")
    #expect(refusal(as: "li-na") != nil)
    #expect(throws: PublishingError(.refused, Wording("", ""))) { try small.publish(as: nil) }
    #expect(try small.publish().outcome == .published)
  }

  @Test func `is not signed by its proposer, nor by somebody without the role`() throws {
    try small.pair.propose("policy")
    #expect(throws: PublishingError(.refused, Wording("", ""))) {
      try small.pair.approve("policy", by: small.pair.proposer)
    }
    #expect(refusal() != nil)
    // li-na is a custodian too: what she proposes, a custodian's signature does not make good.
    let other = Pair(portal: small.portal, proposer: small.pair.approver, approver: small.pair.proposer)
    try other.propose("policy")
    #expect(throws: PublishingError(.refused, Wording("", ""))) { try other.approve("policy") }
  }

  @Test func `that goes on after the signature needs another`() throws {
    try small.agree("policy")
    try small.edit("Policies/access.json5", "callsPerDay: 2000", "callsPerDay: 3000")
    #expect(refusal() != nil)
    // And one that was undone needs none.
    try small.edit("Policies/access.json5", "callsPerDay: 3000", "callsPerDay: 1000")
    #expect(try small.publish().outcome == .unchanged)
  }

  @Test func `has nothing to sign where there is none`() throws {
    try small.edit("Policies/access.json5", "callsPerDay: 2000", "callsPerDay: 1000")
    #expect(throws: PublishingError(.refused, Wording("", ""))) { try small.agree("policy") }
  }

  @Test func `is not what only a comment says differently`() throws {
    try small.edit("Policies/access.json5", "callsPerDay: 2000", "callsPerDay: 1000")
    try small.edit("Policies/levels.json5", "// The secrecy scale", "// The secrecy  scale")
    #expect(try small.publish().outcome == .unchanged)
  }
}

/// What was agreed to about data holds as long as they stay within it.
@Suite struct `An approval of a dataset` {
  let place: GatePortal

  /// Published open, with the telephones in it approved.
  init() throws {
    place = try GatePortal()
    try place.addTelephones()
    try place.approve("offices")
    try place.publish()
  }

  private func files() throws -> [String] {
    try Files.list(place.folder.path + "/Catalog/offices/approvals").sorted()
  }

  private func codes() throws -> [Problem.Code] {
    try place.objections { try place.publish() }.first?.reasons.map(\.code) ?? []
  }

  @Test func `outlives changes of the policy, as long as the envelope fits`() throws {
    for calls in 1...3 {
      try place.change("Policies/access.json5", "callsPerDay: \(calls)000", "callsPerDay: \(calls + 1)000")
      try place.approve("policy")
      #expect(try place.publish().outcome == .published)
    }
    try place.weakenDetector()
    try place.approve("policy")
    #expect(try place.publish().outcome == .published)
    #expect(try files().count == 2, "a proposal and a signature")
  }

  @Test func `lets rows be added, and not exchanged`() throws {
    try place.folder.write(
      "office,telephone\nEast,13800138000\nWest,13900139000\nNorth,13700137000\n",
      to: "Catalog/offices/rows.csv")
    #expect(try place.publish().outcome == .published)
    try place.folder.write(
      "office,telephone\nEast,13800138001\nWest,13900139001\nNorth,13700137001\n",
      to: "Catalog/offices/rows.csv")
    #expect(try codes().contains(.leftEnvelope))
    try place.approve("offices")
    #expect(try place.publish().outcome == .published)
    #expect(try files().count == 4, "nobody's signature is written over")
  }

  @Test(arguments: [
    ("title: \"offices\"", "title: \"persons\""), ("description: \"offices\"", "description: \"list\""),
    (#"{ name: "telephone", type: "string" }"#, #"{ name: "telephone", type: "any" }"#),
    (#"level: "L1", reason: "offices""#, #"level: "L1", reason: "other""#),
  ]) func `does not cover other words or columns`(_ old: String, _ new: String) throws {
    try place.change("Catalog/offices/dataset.json5", old, new)
    #expect(try codes().contains(.leftEnvelope))
    try place.approve("offices")
    #expect(try place.publish().outcome == .published)
  }

  @Test func `is of the very bytes that were looked at`() throws {
    try place.change("Catalog/offices/dataset.json5", "title: \"offices\"", "title: \"desks\"")
    try place.approve("offices")
    try place.folder.write(
      "office,telephone\nEast,13800138000\nWest,13900139000\nSouth,13700137000\n",
      to: "Catalog/offices/rows.csv")
    #expect(try codes().contains(.approvalStale))
  }

  @Test func `does not open again what was closed since`() throws {
    try place.change(
      "Catalog/offices/dataset.json5", #"level: "L1", reason: "offices""#,
      #"level: "L3", legalBasis: "A law""#)
    #expect(try place.publish().outcome == .published, "one person closes")
    try place.change(
      "Catalog/offices/dataset.json5", #"level: "L3", legalBasis: "A law""#,
      #"level: "L1", reason: "offices""#)
    let objections = try place.objections { try place.publish() }
    #expect(objections.map(\.dataset) == ["offices"])
    try place.approve("offices")
    #expect(try place.publish().outcome == .published)
  }

  @Test func `outlives its signer's role`() throws {
    let line = #"id: "zhou-min", organization: "data-bureau", roles: ["approver", "auditor"]"#
    try place.change("Policies/access.json5", line, line.replacing(#""approver", "#, with: ""))
    let objections = try place.objections { try place.publish() }
    #expect(objections.map(\.dataset) == ["person:zhou-min"], "who is registered is the log's to say")
    #expect(throws: PublishingError(.refused, Wording("", ""))) { try place.approve("person:nobody") }
  }

  @Test func `is not to be had where nothing waits for one`() throws {
    #expect(throws: PublishingError(.refused, Wording("", ""))) { try place.pair.approve("offices") }
    #expect(throws: PublishingError(.refused, Wording("", ""))) { try place.approve("bike-counts") }
  }
}

@Suite struct `An approval` {
  @Test func `is refused for a dataset that is not there, with the nearest name`() throws {
    let small = try SmallPortal()
    do {
      try small.agree("bike-count")
      Issue.record("signed for nothing")
    } catch let error as PublishingError {
      #expect(error == PublishingError(.unknownDataset, Wording("", "")))
      #expect(error.hint?.contains("bike-counts") == true)
    }
  }

  @Test func `is refused from a key that the log does not know`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    try small.edit("Policies/access.json5", "callsPerDay: 1000", "callsPerDay: 2000")
    try small.pair.propose("policy")
    let forged = Review.Signer(id: "li-na", key: try SigningKey.generate())
    #expect(throws: PublishingError(.refused, Wording("", ""))) {
      try small.pair.approve("policy", by: forged)
    }
  }

  @Test func `of two people in one second are two files`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    try small.edit("Policies/access.json5", "callsPerDay: 1000", "callsPerDay: 2000")
    let now = Timestamp.now()
    let pair = small.pair
    for reason in ["one", "two"] {
      _ = try pair.review(pair.proposer, now) { try $0.propose("policy", by: pair.proposer, reason: reason) }
    }
    #expect(try Files.list(small.portal.policies + "/approvals").count == 2)
  }
}

@Suite struct `An entry of the decisions log` {
  @Test func `is signed by the person over all that it says`() throws {
    let key = try SigningKey.generate()
    let entry = try Author(person: "li-na", key: key).sign(["event": "level", "dataset": "x"])
    #expect(entry["by"]?.string == "li-na")
    let signature = try #require(entry["signature"]?.string)
    let unsigned = JSON.object((entry.members ?? []).filter { $0.key != "signature" })
    let signed = try JWS.verify(signature, keys: [key.publicKey])
    #expect(signed.payload == Digest.sha256(try unsigned.canonical()))
  }

  @Test func `says that nobody signed it where nobody did`() throws {
    let entry = try Author(systemUser: "root").sign(["event": "level"])
    #expect(entry["by"]?.string == "unsigned:root" && entry["signature"] == nil)
  }
}
