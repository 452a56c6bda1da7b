import Bytes
import Testing
import Trust

@testable import Disclosure

@Suite struct `Tags of verify and score` {
  static let key = Secret((64..<96).map { $0 })
  static func tags(_ result: String = "registration") -> TupleTag {
    TupleTag(key: key, dataset: "enterprises", result: result, cost: .standard)
  }

  @Test func `depend on every field, the result and the key, and on nothing else`() throws {
    let tuple = ["91330100MA27XXXX0A", "张伟", "2015-03-02"]
    let tag = try Self.tags().tag(of: tuple)
    #expect(try Self.tags().tag(of: tuple).tag == tag.tag)
    #expect(tag.tag.count == 16)
    for place in tuple.indices {
      var other = tuple
      other[place] += "1"
      #expect(try Self.tags().tag(of: other).tag != tag.tag)
    }
    #expect(try Self.tags().tag(of: ["91330100MA27XXXX0A张伟", "", "2015-03-02"]).tag != tag.tag)
    #expect(try Self.tags("licence").tag(of: tuple).tag != tag.tag)
    let other = TupleTag(key: Secret([1]), dataset: "enterprises", result: "registration", cost: .standard)
    #expect(try other.tag(of: tuple).tag != tag.tag)
  }

  @Test func `are sealed sorted and once each`() throws {
    let sealer = TagSealer(
      dataset: "enterprises", result: "registration", kind: .verify, keyFamily: "enterprises", title: "t",
      subject: ["code"], claims: ["name"])
    let price = GuessingPrice(subjects: 1e12, claims: [("name", 0.001, 900, false)], cost: .standard)
    let tags = try ["b", "a", "c", "a"].map { (try Self.tags().tag(of: [$0, "x"]).tag, UInt8(0)) }
    let one = try sealer.seal(
      tags, price: price, needsConsent: true, profile: "verify", policyHash: "",
      now: .init(secondsSince1970: 0))
    let two = try sealer.seal(
      tags.reversed(), price: price, needsConsent: true, profile: "verify", policyHash: "",
      now: .init(secondsSince1970: 0))
    #expect(one == two)
    #expect(one.tags?.tags.count == 3 * 16)
    #expect(one.tags?.needsConsent == true)
    #expect(one.tables.isEmpty && one.json["tables"] == .array([]))
  }

  @Test func `a resident's identifier is too cheap to guess without consent`() {
    // Within one prefecture about 6·10⁸ identifiers.
    let resident = GuessingPrice(subjects: 6e8, claims: [("name", 0.002, 20_000, false)], cost: .standard)
    #expect(resident.needsConsent(enumeration: 60, claims: 10))
    #expect(resident.enumerationBits > 45 && resident.enumerationBits < 60)
    // A credit code with two independent claims is not.
    let enterprise = GuessingPrice(
      subjects: 1e14, claims: [("legal", 0.001, 9000, false), ("registered", 0.001, 5000, false)],
      cost: .standard)
    #expect(!enterprise.needsConsent(enumeration: 60, claims: 10))
    // A claim that follows from the subject adds nothing; a binary fact always asks for consent.
    let follows = GuessingPrice(subjects: 1e14, claims: [("birth", 0.0001, 30_000, true)], cost: .standard)
    #expect(follows.claimBits == 0 && follows.needsConsent(enumeration: 60, claims: 10))
    let binary = GuessingPrice(
      subjects: 1e14, claims: [("legal", 0.0001, 9000, false), ("adult", 0.5, 2, false)], cost: .standard)
    #expect(binary.needsConsent(enumeration: 60, claims: 10))
  }
}
