import Catalogs
import Policies
import Support
import Testing

@testable import Disclosure
@testable import Results

@Suite struct `One quantity under two names` {
  /// Five hundred firms with sales in yuan and the same otherwise.
  private static let firms: [[String: String]] = {
    var random = Generator(3)
    return (0..<500).map { firm in
      let sales = firm % 7 == 0 ? 0 : Int.random(in: 20_000..<900_000, using: &random)
      let staff = Int.random(in: 1...6, using: &random)
      return [
        "id": "F\(10_000 + firm)", "zone": "z\(firm % 4)", "quarter": "q\(firm % 4)",
        "sales": "\(sales)", "copy": "\(sales)", "fen": "\(sales * 100)",
        "thousands": "\((sales + 500) / 1000)", "less": "\(sales + 70_000)", "rest": "\(1_000_000 - sales)",
        "revised": "\(firm == 99 ? 1 : sales)",
        "again": "\(firm % 5 == 0 ? sales * 21 / 20 : firm % 5 == 1 ? sales * 19 / 20 : sales)",
        // Others.
        "staff": "\(staff)", "rooms": "\(staff + Int.random(in: 0...1, using: &random))",
        "about": "\(sales * Int.random(in: 96...104, using: &random) / 100)", "same": "7",
        "has": sales > 0 ? "1" : "0",
      ]
    }
  }()

  private static let zones = Kinsfolk.dimension("zone", ["z0", "z1", "z2", "z3"])
  private static let quarters = Kinsfolk.dimension("quarter", ["q0", "q1", "q2", "q3"])

  /// What the refusal says of two fields in one dataset, in two, and one after the other; nil where all is published.
  private static func said(_ one: String, _ other: String) throws -> [ResultError?] {
    // Each version has tables of its own.
    var kin: [Kinsfolk] = []
    func dataset(_ name: String, _ fields: [String], _ dimension: Catalogs.Dimension = zones) throws
      -> Dataset
    {
      kin.append(try Kinsfolk())
      return try kin[kin.count - 1].dataset(
        name, firms, [dimension], tables: [[], [dimension.name]],
        fields.map { Kinsfolk.measure($0, upper: "100000000000") })
    }
    func refusal(_ versions: [[Dataset]]) throws -> ResultError? {
      var history = ResultHistory()
      for (place, datasets) in versions.enumerated() {
        do {
          history = try Kinsfolk.publish(datasets, history, day: 40 * place).history
        } catch let error as ResultError {
          return error
        }
      }
      return nil
    }
    let first = try dataset("one", [one])
    return [
      try refusal([[dataset("one", [one, other])]]),
      try refusal([[first, dataset("two", [other], quarters)]]),
      try refusal([[first], [dataset("one", [other])]]),
      try refusal([[first], [dataset("one", []), dataset("two", [other], quarters)]]),
    ]
  }

  @Test(arguments: ["copy", "fen", "thousands", "less", "rest", "revised"])
  func `is refused in one dataset, in a sibling and in the next version`(_ other: String) throws {
    for (place, refusal) in try Self.said("sales", other).enumerated() {
      // The very same values under another name go on with their draws, in another dataset of the same populations too.
      if place >= 2, ["copy", "revised"].contains(other) {
        #expect(refusal == nil)
        continue
      }
      let refusal = try #require(refusal, "\(place)")
      #expect(
        refusal.code == .disclosure && refusal.message.contains(other) && refusal.message.contains("sales"))
      #expect(refusal.hint != nil && refusal.hint(in: "zh") != refusal.hint)
    }
    // Whichever came first.
    #expect(try Self.said(other, "sales").prefix(2).allSatisfy { $0 != nil })
  }

  @Test func `is told from two that only go together`() throws {
    for (one, other) in [
      ("staff", "rooms"), ("sales", "about"), ("sales", "staff"), ("same", "staff"), ("has", "staff"),
    ] {
      #expect(try Self.said(one, other) == [nil, nil, nil, nil], "\(one) \(other)")
    }
  }

  @Test func `that was revised goes on where it is declared, and is refused in another dataset`() throws {
    let said = try Self.said("sales", "again")
    #expect(said.prefix(3) == [nil, nil, nil] && said[3]?.message.contains("again") == true)
  }
}
