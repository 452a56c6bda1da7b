import Catalogs
import Policies
import Support
import Testing

@testable import Disclosure
@testable import Results

@Suite struct `A measure that follows from others` {
  /// Six hundred firms with what they earn at home and abroad, and what follows from that.
  private static let firms: [[String: String]] = {
    var random = Generator(17)
    return (0..<600).map { firm in
      let home = Int.random(in: 20_000..<900_000, using: &random)
      let abroad = firm % 5 == 0 ? 0 : Int.random(in: 10_000..<2_000_000, using: &random)
      let grants = firm % 13 == 0 ? Int.random(in: 1_000..<50_000, using: &random) : 0
      let costs = Int.random(in: 5_000..<1_500_000, using: &random)
      let (kind, all) = (firm % 3, home + abroad + grants)
      return [
        "id": "F\(10_000 + firm)", "zone": "z\(firm % 4)", "quarter": "q\(firm % 4)",
        "home": "\(home)", "abroad": "\(abroad)", "grants": "\(grants)", "costs": "\(costs)",
        "both": "\(home + abroad)", "all": "\(all)", "profit": "\(all - costs + 5_000_000)",
        "cents": "\(100 * (home + abroad))", "revised": "\(home + abroad + (firm % 150 == 7 ? 11 : 0))",
        // Others.
        "otherwise": "\(home + abroad + (firm % 25 == 7 ? 1_000 : 0))", "part": "\(home + grants)",
        "a": kind == 0 ? "1" : "0", "b": kind == 1 ? "1" : "0", "c": kind == 2 ? "1" : "0",
      ]
    }
  }()

  private static let zones = Kinsfolk.dimension("zone", ["z0", "z1", "z2", "z3"])
  private static let quarters = Kinsfolk.dimension("quarter", ["q0", "q1", "q2", "q3"])

  /// What the refusal says of versions of which each has datasets with some measures; nil where all is published.
  private static func said(_ versions: [[[String]]]) throws -> ResultError? {
    var history = ResultHistory()
    for (place, datasets) in versions.enumerated() {
      // Each version has tables of its own.
      let kin = try Kinsfolk()
      do {
        let made = try datasets.enumerated().map { number, fields in
          let dimension = number == 0 ? zones : quarters
          return try kin.dataset(
            "d\(number)", firms, [dimension], tables: [[], [dimension.name]],
            fields.map { Kinsfolk.measure($0, upper: $0.count == 1 ? "1" : "100000000000") })
        }
        history = try Kinsfolk.publish(made, history, day: 40 * place).history
      } catch let error as ResultError {
        return error
      }
    }
    return nil
  }

  @Test(arguments: [
    ["home", "abroad", "both"], ["both", "home", "abroad"], ["abroad", "cents", "home"],
    ["home", "abroad", "revised"], ["home", "abroad", "grants", "all"],
    ["home", "abroad", "grants", "costs", "profit"],
  ])
  func `is refused in one dataset, in a sibling and in the next version`(_ fields: [String]) throws {
    let last = try #require(fields.last), others = Array(fields.dropLast())
    for versions in [[[fields]], [[others, [last]]], [[others], [[last]]], [[others], [others, [last]]]] {
      let refusal = try #require(try Self.said(versions), "\(versions)")
      #expect(refusal.code == .disclosure && refusal.hint != nil && refusal.hint(in: "zh") != refusal.hint)
      #expect(fields.filter { refusal.message.contains($0) }.count >= 3, "\(refusal.message)")
    }
    #expect(try Self.said([[others]]) == nil)
  }

  @Test(arguments: [
    ["home", "abroad", "otherwise"], ["home", "abroad", "all"], ["part", "home", "abroad"], ["a", "b", "c"],
    ["home", "abroad", "costs", "a", "b", "c"],
  ])
  func `is told from measures that are all of their own`(_ fields: [String]) throws {
    #expect(try Self.said([[fields]]) == nil)
  }
}
