import Bytes
import Policies
import Releases
import Support
import Testing
import Trust

@testable import Publishing

/// The people that a release carries out, with the time for which each was registered.
@Suite struct `The people of the log` {
  @Test
  func `go into the settings with their intervals: who began, who joined, who left, who has another key`()
    throws
  {
    let small = try SmallPortal()
    let begin = try #require(Timestamp(rfc3339: "2026-11-30T08:00:00Z"))
    _ = try small.publish(at: begin)
    func registrations() throws -> [Settings.Registration] {
      try #require(try ReleaseStore(folder: small.portal.outside).current().settings.registrations)
    }
    let first = try registrations()
    #expect(first.map(\.person).sorted() == ["li-na", "wang-wei"])
    for one in first {
      #expect(one.since == Timestamp(secondsSince1970: 0) && one.until == nil, "they have always been there")
      #expect(one.roles == (one.person == "li-na" ? ["approver", "custodian"] : ["custodian"]))
    }
    // zhou joins, accepted by both.
    let (zhou, renewed) = (try SigningKey.generate(), try SigningKey.generate())
    func join(_ key: SigningKey, accepted signers: [Review.Signer]) throws {
      let signer = Review.Signer(id: "zhou", key: key)
      _ = try small.pair.review(signer) { try $0.join(by: signer, madeBy: "zhou") }
      for other in signers { try small.pair.approve("person:zhou", by: other) }
    }
    try small.add("zhou", roles: ["custodian"], key: zhou)
    try join(zhou, accepted: [small.pair.proposer])
    #expect(throws: Rejection.self) { _ = try small.publish() }
    try small.pair.approve("person:zhou")
    _ = try small.publish()
    let joined = try #require(try registrations().last { $0.person == "zhou" })
    #expect(joined.until == nil && joined.since > begin)
    #expect(try VerifyingKey(raw: Base64.decodeURL(joined.key) ?? []).text == zhou.publicKey.text)
    // And has another key: the old one has its end where the new one begins.
    let file = small.portal.policies + "/access.json5"
    let text = String(decoding: try Files.read(file), as: UTF8.self)
    try Files.write(Array(text.replacing(zhou.publicKey.text, with: renewed.publicKey.text).utf8), to: file)
    try join(renewed, accepted: [small.pair.proposer, small.pair.approver])
    _ = try small.publish()
    let both = try registrations().filter { $0.person == "zhou" }
    #expect(both.count == 2 && both[0].until == both[1].since && both[1].until == nil, "\(both)")
    // Who leaves keeps the interval in which their signature counts.
    let lines = String(decoding: try Files.read(file), as: UTF8.self).split(separator: "\n")
    let rest = lines.filter { !$0.contains(renewed.publicKey.text) }.joined(separator: "\n")
    try Files.write(Array(rest.utf8), to: file)
    try small.agree("person:zhou")
    _ = try small.publish()
    let left = try registrations()
    #expect(left.count == 4 && left.filter { $0.person == "zhou" }.allSatisfy { $0.until != nil }, "\(left)")
  }
}
