import Catalogs
import Policies
import Support
import Tables
import Testing

@testable import Disclosure
@testable import Results

@Suite struct `Units under other identifiers in the next version` {
  private typealias Row = [String: String]

  /// Twelve hundred firms in three sectors and four zones, a giant in each.
  private static let firms: [Row] = {
    var random = Generator(21)
    return (0..<1200).map { firm in
      let sales = firm < 12 ? 900_000 + 13_579 * firm : Int.random(in: 500..<20_000, using: &random)
      return [
        "id": "F\(10_000 + firm)", "zone": "z\(firm % 4)", "sector": "s\(firm / 4 % 3)", "sales": "\(sales)",
      ]
    }
  }()

  private static let sectors = Kinsfolk.dimension("sector", ["s0", "s1", "s2"])

  private static func change(_ rows: [Row], _ id: (Int, String) -> String) -> [Row] {
    rows.enumerated().map { place, row in row.merging(["id": id(place, row["id"] ?? "")]) { $1 } }
  }

  private static func dataset(
    _ kin: Kinsfolk, _ rows: [Row], _ name: String = "firms", zone: String = "zone", sales: String = "sales"
  ) throws -> Dataset {
    let rows = rows.map { $0.merging([zone: $0["zone"] ?? "", sales: $0["sales"] ?? ""]) { $1 } }
    return try kin.dataset(
      name, rows, [Kinsfolk.dimension(zone, ["z0", "z1", "z2", "z3"]), sectors],
      tables: [[], [zone], ["sector"], [zone, "sector"]], [Kinsfolk.measure(sales)])
  }

  /// What is out after some versions, forty days apart, and the history.
  private static func publish(
    _ versions: [(Kinsfolk) throws -> [Dataset]]
  ) throws -> (out: [Released], history: ResultHistory) {
    var history = ResultHistory()
    var out: [Released] = []
    for (place, version) in versions.enumerated() {
      let kin = try Kinsfolk()
      let datasets = try version(kin)
      defer { withExtendedLifetime(kin) {} }
      let made = try Kinsfolk.publish(datasets, history, day: 40 * place)
      history = try ResultHistory(
        json: made.history.json, packed: try Samples.packed(made.history), unitMaps: made.history.unitMaps)
      #expect(history == made.history)
      out.append(try #require(made.out[datasets[0].name]))
    }
    return (out, history)
  }

  private static func values(_ released: Released) -> [[String?]] {
    released.tables.flatMap { table in table.cells.map(\.values) }
  }

  /// What a publisher may do to identifiers.
  enum Change: CaseIterable {
    case all, third, giants, prefix, spelling, permuted, giantsPermuted, shifted
  }

  private static func changed(_ change: Change, _ rows: [Row], version: Int) -> [Row] {
    switch change {
    case .all: self.change(rows) { place, _ in "V\(version)-\(place)" }
    case .third: self.change(rows) { place, id in (place + version) % 3 == 0 ? "V\(version)-\(place)" : id }
    case .giants:
      self.change(rows) { place, id in place < 12 || place % 90 == 20 ? "V\(version)-\(place)" : id }
    case .prefix: self.change(rows) { _, id in "v\(version):\(id)" }
    case .spelling:
      self.change(rows) { _, id in version % 2 == 0 ? id.lowercased() : "F-0" + id.dropFirst() }
    case .permuted:
      self.change(rows) { place, _ in rows[(place * 7 + version) % rows.count]["id"] ?? "" }
    case .giantsPermuted:
      self.change(rows) { place, id in place < 12 ? rows[(place + version) % 12]["id"] ?? "" : id }
    case .shifted: self.change(rows) { place, _ in "F\(10_000 + place + version)" }
    }
  }

  @Test(arguments: Change.allCases)
  func `are the units they were, so that nothing is drawn a second time`(_ change: Change) throws {
    let first = { (kin: Kinsfolk) in [try Self.dataset(kin, Self.firms)] }
    func other(_ version: Int) -> (Kinsfolk) throws -> [Dataset] {
      { [try Self.dataset($0, Self.changed(change, Self.firms, version: version))] }
    }
    let made = try Self.publish([first, other(1), other(2), first, other(3)])
    for released in made.out { #expect(Self.values(released) == Self.values(made.out[0])) }
    // Each giant has one factor.
    #expect(made.history.prominent["sales"]?.count == 12)
    // Others moved meanwhile: what is drawn anew is so under the same keys.
    let later = Self.firms.enumerated().map { place, row in
      place > 12 && place % 4 == 1 ? row.merging(["sales": "\(1000 + place)"]) { $1 } : row
    }
    let plain = try Self.publish([first, { [try Self.dataset($0, later)] }]).out
    let moved = try Self.publish([
      first, other(1), { [try Self.dataset($0, Self.changed(change, later, version: 1))] },
    ]).out
    #expect(Self.values(moved[2]) == Self.values(plain[1]) && Self.values(plain[1]) != Self.values(plain[0]))
  }

  @Test func `and where names of dimensions, fields and datasets change with them`() throws {
    let first = { (kin: Kinsfolk) in [try Self.dataset(kin, Self.firms)] }
    for (name, zone, sales) in [
      ("firms", "area", "sales"), ("firms", "zone", "turnover"), ("firms", "area", "turnover"),
      ("companies", "zone", "sales"),
    ] {
      let rows = Self.changed(.all, Self.firms, version: 1)
      let made = try Self.publish([
        first, { [try Self.dataset($0, rows, name, zone: zone, sales: sales)] },
      ]).out
      #expect(Self.values(made[1]) == Self.values(made[0]), "\(name) \(zone) \(sales)")
    }
  }

  @Test func `a giant that is nearly what it was keeps its factor under another identifier`() throws {
    let first = { (kin: Kinsfolk) in [try Self.dataset(kin, Self.firms)] }
    let next = Self.firms.enumerated().map { place, row in
      let sales = Int(row["sales"] ?? "") ?? 0
      return row.merging(["id": "N\(place)", "sales": "\(sales * 104 / 100 + place % 7)"]) { $1 }
    }
    let made = try Self.publish([first, { [try Self.dataset($0, next)] }])
    #expect(made.history.prominent["sales"]?.count == 12)
  }

  @Test func `who comes back under the first identifier is who was there first, and nobody else with them`()
    throws
  {
    // One leaves and another with the same values comes; then both are there.
    var without = Self.firms
    without[40]["id"] = "N1"
    let both = Self.firms + [without[40]]
    let versions: [(Kinsfolk) throws -> [Dataset]] = [Self.firms, without, both].map { rows in
      { [try Self.dataset($0, rows)] }
    }
    let made = try Self.publish(versions)
    #expect(made.history.earlier.isEmpty)
    let keys = try UnitMap.keys(try #require(made.history.unitMaps["firms"]), of: "firms")
    #expect(keys.count == 1201)
    #expect(try Self.publish(Array(versions.prefix(2))).history.earlier.count == 1)
  }

  @Test
  func `are known in a sibling by their old identifiers or by the new ones, and are nobody beside them`()
    throws
  {
    func version(_ one: [Row], _ two: [Row]) -> (Kinsfolk) throws -> [Dataset] {
      { [try Self.dataset($0, one, "one"), try Self.dataset($0, two, "two")] }
    }
    let rows = Self.changed(.third, Self.firms, version: 1)
    let all = Self.changed(.all, Self.firms, version: 2)
    let first = version(Self.firms, Self.firms)
    // Both have the new ones, one has, and then the other has them too.
    for versions in [
      [first, version(rows, rows)], [first, version(rows, Self.firms)],
      [first, version(all, Self.firms), version(rows, Self.firms), version(Self.firms, all)],
      [first, version(rows, Self.firms), version(rows, rows)],
    ] {
      let made = try Self.publish(versions)
      for released in made.out { #expect(Self.values(released) == Self.values(made.out[0])) }
      for name in ["one", "two"] {
        #expect(try UnitMap.keys(try #require(made.history.unitMaps[name]), of: name).count == 1200)
      }
    }
    // Whoever has the values of one who is gone, and stands beside them in the sibling, is another.
    var other = Self.firms
    other[40]["id"] = "N1"
    let made = try Self.publish([first, version(other, Self.firms + [other[40]])])
    #expect(made.history.earlier.isEmpty)
    let keys = try UnitMap.keys(try #require(made.history.unitMaps["two"]), of: "two")
    #expect(keys.count == 1201)
  }

  @Test func `other people are other people`() throws {
    // Nine in ten have values of their own: next year's sample has some like them, as chance will have it.
    var random = Generator(5)
    let others = Self.firms.enumerated().map { place, row in
      row.merging(["id": "N\(place)", "sales": "\(Int.random(in: 500..<20_000, using: &random))"]) { $1 }
    }
    let made = try Self.publish([
      { [try Self.dataset($0, Self.firms)] }, { [try Self.dataset($0, others)] },
    ])
    #expect(made.history.earlier.count < 12)
  }

  @Test func `have the keys they had in a file too`() throws {
    let folder = try TemporaryFolder()
    let data = try Cubes.world(rows: 3, units: 300, seed: 4)
    var spill = try RowSpill(
      folder: folder.path, codes: data.shape.dimensions.map(\.codes.count), measures: data.measures.count)
    try spill.append(data.keys, data.codes, data.values)
    let stored = Microdata(
      shape: data.shape, measures: data.measures, perUnit: data.perUnit, stored: try spill.finish())
    let others = Dictionary(
      Set(data.keys).sorted().prefix(200).map { ($0, $0 &* 0x9E37_79B9_7F4A_7C15) },
      uniquingKeysWith: { first, _ in first })
    let one = try data.with(others), two = try stored.with(others)
    let maps = (try UnitMap.encode(one, folder: nil), try UnitMap.encode(two, folder: nil))
    #expect(maps.0 == maps.1 && one.keys != data.keys && two.rowCount == one.rowCount)
  }
}
