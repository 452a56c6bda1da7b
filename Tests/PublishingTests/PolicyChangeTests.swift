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

  @Test func `waits for the signature of a second person`() throws {
    #expect(refusal()?.objections.map(\.dataset) == ["policy"])
    try small.approve("policy")
    #expect(try small.publish().outcome == .published)
    #expect(try small.publish().outcome == .unchanged, "the signature has done its work")
  }

  @Test func `is not for the one who publishes to sign, nor for nobody to publish`() throws {
    try small.approve("policy")
    #expect(refusal(as: "li-na") != nil)
    #expect(throws: PublishingError(.refused, Wording("", ""))) { try small.publish(as: nil) }
    #expect(throws: Rejection.self, "without a name nobody can be the other person") {
      try small.publish(as: nil, dryRun: true)
    }
    #expect(try small.publish().outcome == .published)
  }

  @Test func `is not signed by somebody without the role`() throws {
    #expect(throws: PublishingError(.refused, Wording("", ""))) {
      try small.approve("policy", as: "wang-wei")
    }
    #expect(refusal() != nil)
  }

  @Test func `that goes on after the signature needs another`() throws {
    try small.approve("policy")
    try small.edit("Policies/access.json5", "callsPerDay: 2000", "callsPerDay: 3000")
    #expect(refusal() != nil)
    // And one that was undone needs none.
    try small.edit("Policies/access.json5", "callsPerDay: 3000", "callsPerDay: 1000")
    #expect(try small.publish().outcome == .unchanged)
  }

  @Test func `has nothing to sign where there is none`() throws {
    try small.edit("Policies/access.json5", "callsPerDay: 2000", "callsPerDay: 1000")
    #expect(throws: PublishingError(.refused, Wording("", ""))) { try small.approve("policy") }
  }

  @Test func `is not what only a comment says differently`() throws {
    try small.edit("Policies/access.json5", "callsPerDay: 2000", "callsPerDay: 1000")
    try small.edit("Policies/levels.json5", "// The secrecy scale", "// The secrecy  scale")
    #expect(try small.publish().outcome == .unchanged)
  }
}

/// Who is registered has nothing to do with what was approved about data.
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

  /// What the gate is asked about it; the portal is free again afterwards.
  private func asked() throws -> GateRequest {
    let publisher = try place.publisher()
    let dataset = try #require(publisher.catalog.dataset("offices"))
    return try publisher.request(
      Examination(dataset, catalog: publisher.catalog, policies: publisher.policies))
  }

  @Test func `outlives changes of the policy that do not judge data, one after the other`() throws {
    for calls in 1...3 {
      try place.change("Policies/access.json5", "callsPerDay: \(calls)000", "callsPerDay: \(calls + 1)000")
      try place.approve("policy")
      #expect(try place.publish().outcome == .published)
    }
    #expect(try files().count == 1)
  }

  @Test func `of 0.1, which names the whole policy, outlives them too`() throws {
    let name = try #require(try files().first)
    try Files.remove("\(place.folder.path)/Catalog/offices/approvals/\(name)")
    let request = try asked()
    _ = try Approvals.write(
      ApprovalStatement(
        dataset: "offices", from: "L3", to: "L1", evidenceHash: request.evidenceHash,
        policyHash: request.policyHash, reason: "seen", proposer: "lin-hai", approver: "zhou-min",
        time: .now()),
      with: place.approver, into: place.folder.path + "/Catalog/offices/approvals")
    try place.publish()
    for calls in 1...3 {
      try place.change("Policies/access.json5", "callsPerDay: \(calls)000", "callsPerDay: \(calls + 1)000")
      try place.approve("policy")
      #expect(try place.publish().outcome == .published)
    }
  }

  @Test func `is given anew where detectors or levels change, and then lets it pass`() throws {
    try place.change("Policies/detectors.json5", "// ", "//  ")
    #expect(try place.publish().outcome == .unchanged, "a comment judges nothing")
    try place.weakenDetector()
    try place.approve("policy")
    let objections = try place.objections { try place.publish() }
    #expect(objections.map(\.dataset) == ["offices"])
    #expect(objections.first?.reasons.contains { $0.code == .approvalStale } == true)
    try place.approve("offices")
    #expect(try place.publish().outcome == .published)
  }

  @Test func `is given anew where the evidence changes, and then lets it pass`() throws {
    try place.folder.write(
      "office,telephone\nEast,13800138000\nWest,13900139000\nNorth,13700137000\n",
      to: "Catalog/offices/rows.csv")
    #expect(try place.objections { try place.publish() }.map(\.dataset) == ["offices"])
    try place.approve("offices")
    #expect(try place.publish().outcome == .published)
    #expect(try files().count == 2, "nobody's signature is written over")
  }

  @Test func `counts no more once its signer has lost the role`() throws {
    try place.change(
      "Policies/access.json5", #"roles: ["approver", "auditor"]"#, #"roles: ["auditor"]"#)
    try place.approve("policy")
    #expect(
      try place.objections { try place.publish() }.first?.reasons.contains {
        $0.code == .approvalWithoutRole
      } == true)
  }

  @Test func `is not to be had where nothing waits for one`() throws {
    #expect(throws: PublishingError(.refused, Wording("", ""))) { try place.approve("offices") }
    #expect(throws: PublishingError(.refused, Wording("", ""))) { try place.approve("bike-counts") }
  }
}

@Suite struct `An approval` {
  @Test func `is refused for a dataset that is not there, with the nearest name`() throws {
    let small = try SmallPortal()
    do {
      try small.approve("bike-count")
      Issue.record("signed for nothing")
    } catch let error as PublishingError {
      #expect(error == PublishingError(.unknownDataset, Wording("", "")))
      #expect(error.hint?.contains("bike-counts") == true)
    }
  }

  @Test func `is refused from a key that the policy does not know`() throws {
    let small = try SmallPortal()
    #expect(throws: PublishingError(.refused, Wording("", ""))) {
      try Approving.sign(
        "bike-counts", portal: small.portal, approver: "li-na", key: try SigningKey.generate(), reason: "r",
        now: .now())
    }
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
