import Bytes
import Disclosure
import Trust

extension Attacks {
  // MARK: S10 stored parts

  /// What is stored of a check of single records tells by its size how many there are, and by its order who came first:
  /// registers of ten sizes that follow on each other are sealed, one of them in two orders.
  package static func storedParts() throws(ResultError) -> [AttackLine] {
    let key = Secret([UInt8](repeating: 7, count: 32))
    let numbers = Array(1000..<1010)
    let parts = try disclosing { () throws(DisclosureError) in
      try numbers.map { count throws(DisclosureError) in try part(of: Array(0..<count), key) }
    }
    let sizes = Set(parts.map(\.count))
    let turned = try disclosing { () throws(DisclosureError) in
      try part(of: Array((0..<(numbers.first ?? 0)).reversed()), key)
    }
    let orders = turned == parts[0] ? 1 : 2
    return [
      AttackLine(
        "S10", .both("存储部分的长度", "size of stored parts"),
        metric: .both("十个相邻规模的不同长度", "sizes of 10 registers"), Double(sizes.count), bar: "≤ 2",
        passes: sizes.count <= 2),
      AttackLine(
        "S10", .both("存储部分的次序", "order of stored parts"), metric: .both("两种次序的不同正文", "bodies of 2 orders"),
        Double(orders), bar: "1", passes: orders == 1),
    ]
  }

  private static func part(of people: [Int], _ key: Secret) throws(DisclosureError) -> [UInt8] {
    let request = TagSealer.Request(
      dataset: "s10", result: "s10", kind: .verify, keyFamily: "s10", title: "s10",
      subject: [ReleasedTags.Field(name: "subject", title: "subject", form: .text)], claims: [],
      meaning: "s10", responsible: "s10", asksConsent: true, profile: "verify",
      limits: TagLimits(claimBits: 0, enumerationBits: 0),
      policyHash: "", now: Timestamp(secondsSince1970: 1_700_000_000))
    var sealer = try TagSealer(request, key: key, draw: key, cost: .init(n: 2, r: 1, p: 1))
    for person in people { _ = sealer.add(subject: ["P\(100_000 + person)"], claims: []) }
    return try sealer.seal(threads: 1).released.tags?.tags ?? []
  }
}
