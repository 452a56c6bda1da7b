import Bytes
import Disclosure
package import Policies
import Trust

/// Populations that a number makes, the same on every machine: what profiles are qualified on beside real data. One has
/// units that cluster, the other places with few people.
package enum GeneratedPopulation: String, CaseIterable, Sendable {
  /// Employees of a region: firms of very different size, wages that go with firm, industry and occupation; asked is who
  /// earns much.
  case wages
  /// A health survey: districts of 60 to 2,600 persons in five counties; asked is who is ill for long.
  case health

  /// Every table of one identifying dimension and the response, of two, and where the profile allows it of three.
  package func target(_ profile: ProtectionProfile) throws(ResultError) -> Target {
    let shape = try disclosing { () throws(DisclosureError) in
      try Shape(dataset: rawValue, keyFamily: "generated/" + rawValue, dimensions: dimensions)
    }
    var generator = AttackGenerator(rawValue.utf8.reduce(0) { $0 &* 257 &+ UInt64($1) })
    let people =
      switch self {
      case .wages: GeneratedPopulation.employees(&generator)
      case .health: GeneratedPopulation.inhabitants(&generator)
      }
    let data = Microdata(
      shape: shape, measures: [], perUnit: [], keys: people.map { _ in generator.next() },
      codes: shape.dimensions.indices.map { place in people.map { $0[place] } }, values: [])
    let response = shape.dimensions.count - 1
    var tables: [[Int]] = []
    var groups: [[Int]] = [[]]
    for _ in 0..<profile.maxIdentifying {
      groups = groups.flatMap { group in ((group.last ?? -1) + 1..<response).map { group + [$0] } }
      tables += groups.map { $0 + [response] }
    }
    return Target(
      data, tables: tables, measures: [], profile: profile,
      keys: ProtectionKeys(
        record: Secret(Array("generated".utf8)), draw: Secret(Array(rawValue.utf8))))
  }

  /// Coins in a quarter of all who can be told apart.
  package func canaries(_ target: Target) -> Canaries {
    let response = target.data.shape.dimensions.count - 1
    return Canaries(secret: response, sides: (0, 1), unique: Array(0..<response), share: 0.25)
  }

  private var dimensions: [ReleasedDimension] {
    func dimension(_ name: String, _ count: Int, below parents: Int = 0, response: Bool = false)
      -> ReleasedDimension
    {
      let above = (0..<parents).map { ReleasedCode(code: "\(name)-\($0)", label: "", parent: nil) }
      let codes = (0..<count).map { code in
        ReleasedCode(
          code: "\(name)\(code)", label: "", parent: parents == 0 ? nil : "\(name)-\(code % parents)")
      }
      return ReleasedDimension(
        name: name, title: "", role: response ? .response : .identifying, codes: codes + above)
    }
    return switch self {
    case .wages:
      [
        dimension("industry", 12), dimension("region", 9, below: 3), dimension("size", 4),
        dimension("occupation", 8), dimension("age", 5), dimension("sex", 2),
        dimension("high", 2, response: true),
      ]
    case .health:
      [
        dimension("district", 24, below: 5), dimension("age", 6), dimension("work", 4),
        dimension("insurance", 3), dimension("smoker", 3), dimension("sex", 2),
        dimension("ill", 2, response: true),
      ]
    }
  }

  /// Firms until 12,000 work in them: one in n has n times the least size. A wage is a product of effects, its logarithm a
  /// sum; some two in ten earn much.
  private static func employees(_ generator: inout AttackGenerator) -> [[Int32]] {
    var people: [[Int32]] = []
    while people.count < 12_000 {
      let size = min(900, Int(3 / max(generator.unit(), 0.003)))
      let industry = generator.below(12, falling: true), region = generator.below(9, falling: true)
      let firm = generator.spread() / 2
      let place: Int32 = size < 10 ? 0 : size < 50 ? 1 : size < 250 ? 2 : 3
      for _ in 0..<size {
        let occupation = generator.below(8, falling: true), age = generator.below(5)
        let sex = generator.below(2)
        let wage =
          firm + generator.spread() + Double(occupation) / 6 + Double(age) / 8 + Double(place) / 10
          - Double(sex) / 8 - Double(industry % 5) / 10
        people.append([industry, region, place, occupation, age, sex, wage > 1.6 ? 1 : 0])
      }
    }
    return people
  }

  private static func inhabitants(_ generator: inout AttackGenerator) -> [[Int32]] {
    var people: [[Int32]] = []
    for district in 0..<24 {
      // From 60 on, each nearly a fifth larger than the one before.
      let size = (0..<district).reduce(60) { size, _ in size + size * 18 / 100 }
      for _ in 0..<size {
        let age = generator.below(6), work = generator.below(4, falling: true)
        let smoker = generator.below(3, falling: true)
        let risk = 0.04 + 0.08 * Double(age) + 0.05 * Double(smoker) + 0.004 * Double(district)
        people.append(
          [
            Int32(district), age, work, generator.below(3, falling: true), smoker, generator.below(2),
            generator.unit() < risk ? 1 : 0,
          ])
      }
    }
    return people
  }
}

extension AttackGenerator {
  /// From 0 to below 1.
  fileprivate mutating func unit() -> Double { Double(next() >> 11) / 0x1p53 }

  /// A code below `count`; falling, the first ones are the most frequent.
  fileprivate mutating func below(_ count: Int32, falling: Bool = false) -> Int32 {
    let first = Int32(unit() * Double(count))
    return falling ? min(first, Int32(unit() * Double(count))) : first
  }

  /// Of mean 0 and deviation 1, near to normal: twelve numbers from 0 to 1, less six.
  fileprivate mutating func spread() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + unit() } }
}
