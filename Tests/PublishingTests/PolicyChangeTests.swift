import Bytes
import Catalogs
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
    #expect(refusal(as: nil) != nil, "without a name nobody can be the other person")
    #expect(try small.publish().outcome == .published)
  }

  @Test func `is not signed by somebody without the role`() throws {
    try small.approve("policy", as: "wang-wei")
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
