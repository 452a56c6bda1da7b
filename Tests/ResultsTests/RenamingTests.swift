import Catalogs
import Policies
import Support
import Tables
import Testing

@testable import Disclosure
@testable import Results

@Suite struct `What is called otherwise in the next version` {
  private typealias Row = [String: String]

  /// Nine hundred firms in three sectors and four zones, with a response.
  private static let firms: [Row] = {
    var random = Generator(11)
    return (0..<900).map { firm in
      let sales = Int.random(in: 500..<2000, using: &random)
      let staff = Int.random(in: 1..<60, using: &random)
      return [
        "id": "F\(10_000 + firm)", "zone": "z\(firm % 4)", "sector": "s\(firm / 4 % 3)",
        "ill": "\(Int.random(in: 0..<2, using: &random))", "sales": "\(sales)", "staff": "\(staff)",
      ]
    }
  }()

  /// Some later: thirty of one zone and sector have left, others have sold more or moved.
  private static let later: [Row] = firms.enumerated().compactMap { place, row in
    if row["zone"] == "z1", row["sector"] == "s0", place < 400 { return nil }
    var row = row
    if place % 9 == 0 { row["sales"] = "\(Int(row["sales"] ?? "").map { $0 + 77 } ?? 0)" }
    if place % 50 == 7 { row["zone"] = "z\((place + 1) % 4)" }
    return row
  }

  private static let zones = Kinsfolk.dimension("zone", ["z0", "z1", "z2", "z3"])
  private static let sectors = Kinsfolk.dimension("sector", ["s0", "s1", "s2"])
  private static let ill = Kinsfolk.dimension("ill", ["0", "1"], response: true)
  private static let sales = Kinsfolk.measure("sales")
  private static let tables = [[], ["zone"], ["sector"], ["zone", "sector"], ["zone", "ill"]]
  private static let broad = Samples.profile(divisor: 1, p: 1)

  /// One version: its rows, and by which names it calls what it has.
  private struct Version {
    var rows = firms
    var dimensions = [zones, sectors, ill]
    var tables = `What is called otherwise in the next version`.tables
    var measures = [sales]
    var name = "firms"

    /// The same with other names for dimensions.
    func calling(_ names: [String: String]) -> Version {
      var other = self
      other.dimensions = dimensions.map { dimension in
        Kinsfolk.dimension(
          names[dimension.name] ?? dimension.name, of: dimension.field, dimension.codes.map(\.code),
          parents: Dictionary(
            dimension.codes.compactMap { code in code.parent.map { (code.code, $0) } },
            uniquingKeysWith: { first, _ in first }), response: dimension.role == .response)
      }
      other.tables = tables.map { $0.map { names[$0] ?? $0 } }
      return other
    }

    /// The same with other codes of a field.
    func coding(_ field: String, _ codes: [String: String]) -> Version {
      var other = self
      other.rows = rows.map { $0.merging([field: codes[$0[field] ?? ""] ?? $0[field] ?? ""]) { $1 } }
      other.dimensions = dimensions.map { dimension in
        guard dimension.field == field else { return dimension }
        return Kinsfolk.dimension(
          dimension.name, of: field, dimension.codes.map { codes[$0.code] ?? $0.code }.sorted(),
          parents: Dictionary(
            dimension.codes.compactMap { code in
              code.parent.map { (codes[code.code] ?? code.code, codes[$0] ?? $0) }
            }, uniquingKeysWith: { first, _ in first }), response: dimension.role == .response)
      }
      return other
    }

    func with(_ rows: [Row]) -> Version {
      var other = self
      other.rows = rows
      return other
    }
  }

  /// Publishes versions one after the other, forty days apart, and gives the last.
  private static func publish(_ versions: [Version]) throws -> (released: Released, history: ResultHistory) {
    let kin = try Kinsfolk()
    var history = ResultHistory()
    var released: Released?
    for (place, version) in versions.enumerated() {
      let dataset = try kin.dataset(
        version.name, version.rows, version.dimensions, tables: version.tables, version.measures)
      let made = try Kinsfolk.publish([dataset], history, day: 40 * place, profile: broad)
      // As it is written and read again.
      history = try ResultHistory(
        json: made.history.json, packed: try Samples.packed(made.history), unitMaps: made.history.unitMaps)
      #expect(history == made.history)
      released = made.out[version.name]
    }
    return (try #require(released), history)
  }

  /// All numbers of a release, by the conditions as they are called at first.
  private static func numbers(
    _ released: Released, _ names: [String: String] = [:], codes: [String: [String: String]] = [:]
  ) -> [[String]: [String?]] {
    var found: [[String]: [String?]] = [:]
    for table in released.tables {
      for cell in table.cells {
        let conditions = zip(table.dimensions, cell.codes).map { dimension, code in
          let name = names[dimension] ?? dimension
          return "\(name)=\(codes[name]?[code] ?? code)"
        }
        found[conditions.sorted()] = cell.values
      }
    }
    return found
  }

  /// What a publisher may do to names.
  private enum Change: CaseIterable {
    case dimension, two, swapped, code, permuted, everything, dataset
  }

  /// A version after the change, and how to say its cells as before.
  private static func changed(_ change: Change, _ version: Version) -> (
    version: Version, names: [String: String], codes: [String: [String: String]]
  ) {
    let shift = ["z0": "z1", "z1": "z2", "z2": "z3", "z3": "z0"]
    let back = Dictionary(uniqueKeysWithValues: shift.map { ($0.value, $0.key) })
    switch change {
    case .dimension: return (version.calling(["zone": "area"]), ["area": "zone"], [:])
    case .two:
      return (
        version.calling(["zone": "area", "sector": "branch", "ill": "sick"]),
        ["area": "zone", "branch": "sector", "sick": "ill"], [:]
      )
    case .swapped:
      return (
        version.calling(["zone": "sector", "sector": "zone"]), ["zone": "sector", "sector": "zone"], [:]
      )
    case .code:
      return (version.coding("zone", ["z0": "north"]), [:], ["zone": ["north": "z0"]])
    case .permuted: return (version.coding("zone", shift), [:], ["zone": back])
    case .everything:
      return (version.coding("zone", shift).calling(["zone": "area"]), ["area": "zone"], ["zone": back])
    case .dataset:
      var other = version.calling(["zone": "area"])
      other.name = "companies"
      return (other, ["area": "zone"], [:])
    }
  }

  @Test func `populations keep their numbers, and where many changed their labels, under whatever names`()
    throws
  {
    let first = Version()
    for rows in [Self.firms, Self.later] {
      let plain = try Self.numbers(Self.publish([first, first.with(rows)]).released)
      for change in Change.allCases {
        let other = Self.changed(change, first.with(rows))
        let made = try Self.publish([first, other.version])
        #expect(Self.numbers(made.released, other.names, codes: other.codes) == plain, "\(change)")
        // And back to what it was called.
        let back = try Self.publish([first, other.version, first.with(rows)])
        #expect(Self.numbers(back.released) == plain, "\(change)")
        // Or as ever after, with changes of the time.
        let again = try Self.publish([first, Self.changed(change, first).version, other.version])
        #expect(Self.numbers(again.released, other.names, codes: other.codes) == plain, "\(change)")
      }
    }
  }

  @Test func `codes of a tree go on with those above them`() throws {
    let parents = ["z0": "a", "z1": "a", "z2": "b", "z3": "c"]
    var first = Version()
    first.dimensions[0] = Kinsfolk.dimension(
      "zone", ["a", "b", "c", "z0", "z1", "z2", "z3"], parents: parents)
    let codes = ["a": "b", "b": "a", "z2": "y"]
    let back = ["b": "a", "a": "b", "y": "z2"]
    for rows in [Self.firms, Self.later] {
      let plain = try Self.numbers(Self.publish([first, first.with(rows)]).released)
      let other = try Self.publish([first, first.with(rows).coding("zone", codes).calling(["zone": "area"])])
      #expect(Self.numbers(other.released, ["area": "zone"], codes: ["zone": back]) == plain)
    }
  }

  @Test func `codes that stay what they are go on where others are made one`() throws {
    func merged(_ rows: [Row]) -> Version {
      Version(rows: rows).coding("zone", ["z0": "a", "z1": "b", "z2": "c", "z3": "c"]).calling([
        "zone": "area"
      ])
    }
    var one = merged(Self.later)
    one.dimensions[0] = Kinsfolk.dimension("area", of: "zone", ["a", "b", "c"])
    let plain = try Self.numbers(Self.publish([Version(), Version(rows: Self.later)]).released)
    let made = try Self.numbers(
      Self.publish([Version(), one]).released, ["area": "zone"], codes: ["zone": ["a": "z0", "b": "z1"]])
    for code in ["z0", "z1"] { #expect(made[["zone=\(code)"]] == plain[["zone=\(code)"]]) }
  }

  @Test func `a dimension that was dropped for a while comes back as what it was`() throws {
    let first = Version()
    var without = first
    without.dimensions.removeFirst()
    without.tables = [[], ["sector"]]
    let plain = try Self.numbers(Self.publish([first, without, first.with(Self.later)]).released)
    let other = try Self.publish([first, without, first.with(Self.later).calling(["zone": "area"])])
    #expect(Self.numbers(other.released, ["area": "zone"]) == plain)
  }

  @Test func `another dimension in place of one is another one, and a new code draws for itself`() throws {
    let first = Version()
    var other = first
    // Units lie in it as chance will have it.
    other.rows = Self.firms.enumerated().map { place, row in
      row.merging(["form": place % 20 == 3 ? "other" : "ltd"]) { $1 }
    }
    other.dimensions[1] = Kinsfolk.dimension("form", ["ltd", "other"])
    other.tables = [[], ["zone"], ["form"], ["zone", "form"]]
    #expect(try Self.publish([first, other]).history.names["firms"] == nil)
    // z0 is called z9, and z0 is somewhere else now.
    var moved = first.coding("zone", ["z0": "z9"])
    moved.rows = moved.rows.enumerated().map { place, row in
      place % 3 == 0 && row["zone"] == "z1" ? row.merging(["zone": "z0"]) { $1 } : row
    }
    moved.dimensions[0] = Kinsfolk.dimension("zone", ["z0", "z1", "z2", "z3", "z9"])
    let names = try #require(try Self.publish([first, moved]).history.names["firms"]?.dimensions["zone"])
    #expect(names.codes == ["z9": "z0", "z0": "z0~2"])
  }

  @Test func `two dimensions made one, or one made two, are refused until the old ones stand beside`() throws
  {
    var apart = Version(tables: [[], ["zone", "sector"]])
    apart.dimensions = [Self.zones, Self.sectors]
    var joined = Version(tables: [[], ["both"]])
    func both(_ rows: [Row]) -> [Row] {
      rows.map { $0.merging(["both": ($0["zone"] ?? "") + ($0["sector"] ?? "")]) { $1 } }
    }
    joined.rows = both(Self.firms)
    let codes = Set(joined.rows.compactMap { $0["both"] }).sorted()
    joined.dimensions = [Kinsfolk.dimension("both", codes)]
    for (one, other, kept) in [
      (apart, joined.with(both(Self.later)), ["zone", "sector"]),
      (joined, apart.with(both(Self.later)), ["both"]),
    ] {
      do {
        _ = try Self.publish([one, other])
        Issue.record("published")
      } catch let error as ResultError {
        #expect(error.code == .declaration && error.hint?.contains(kept.joined(separator: ", ")) == true)
        #expect(error.hint(in: "zh")?.contains("保留维度") == true)
      }
      // Declared beside they keep the numbers, though no table has them.
      var beside = other
      beside.dimensions += one.dimensions
      let plain = try Self.numbers(Self.publish([one, one.with(both(Self.later))]).released)
      let made = try Self.numbers(Self.publish([one, beside]).released)
      #expect(Set(made.values.map { $0[1] }) == Set(plain.values.map { $0[1] }))
      #expect(Set(made.values.map { $0[0] }) == Set(plain.values.map { $0[0] }))
    }
  }

  @Test func `a coarser level that is declared later draws nothing anew`() throws {
    let first = Version(tables: [[], ["zone"], ["zone", "sector"]])
    var tree = first
    tree.dimensions[0] = Kinsfolk.dimension(
      "zone", ["a", "b", "c", "z0", "z1", "z2", "z3"], parents: ["z0": "a", "z1": "b", "z2": "c", "z3": "c"])
    var other = first
    other.rows = other.rows.map { $0.merging(["part": "p" + ($0["zone"] ?? "").dropFirst()]) { $1 } }
    other.dimensions.append(Kinsfolk.dimension("part", ["p0", "p1", "p2", "p3"]))
    other.tables.append(["part"])
    let later = Self.later.map { $0.merging(["part": "p" + ($0["zone"] ?? "").dropFirst()]) { $1 } }
    let plain = try Self.numbers(Self.publish([first, first, first.with(later)]).released)
    for more in [tree, other] {
      let made = try Self.numbers(Self.publish([first, more, more.with(later)]).released)
      for (conditions, values) in plain { #expect(made[conditions] == values, "\(conditions)") }
    }
    let made = try Self.numbers(Self.publish([first, tree, tree.with(later)]).released)
    #expect(made[["zone=b"]] == made[["zone=z1"]])
  }

  @Test func `codes that hold nearly the same people keep to their names`() throws {
    // Everybody is in every month but for a few who are missing in two of them.
    let months = (1...4).map { "2024-0\($0)" }
    func visits(_ months: [String], missing: [String: Int]) -> [Row] {
      Self.firms.prefix(400).enumerated().flatMap { place, row in
        months.filter { place >= missing[$0] ?? 0 }.map { row.merging(["month": $0]) { $1 } }
      }
    }
    let kin = try Kinsfolk()
    func version(_ missing: [String: Int]) throws -> Dataset {
      var dataset = try kin.dataset(
        "firms", visits(months, missing: missing), [Kinsfolk.dimension("month", months)], tables: [["month"]])
      dataset.resources[0].schema.primaryKey = []
      return dataset
    }
    let first = try Kinsfolk.publish([try version(["2024-01": 1, "2024-03": 2])])
    let next = try Kinsfolk.publish([try version(["2024-01": 2, "2024-03": 1])], first.history, day: 40)
    #expect(next.history.names["firms"] == nil)
  }

  // MARK: Measures

  @Test func `a field that is called otherwise goes on with its draws`() throws {
    let first = Version()
    func renamed(_ rows: [Row]) -> Version {
      Version(
        rows: rows.map { $0.merging(["turnover": $0["sales"] ?? ""]) { $1 } },
        measures: [Kinsfolk.measure("turnover")])
    }
    let without = Version(measures: [])
    for rows in [Self.firms, Self.later] {
      let plain = try Self.numbers(Self.publish([first, first.with(rows)]).released)
      #expect(try Self.numbers(Self.publish([first, renamed(rows)]).released) == plain)
      #expect(
        try Self.numbers(Self.publish([first, renamed(Self.firms), first.with(rows)]).released) == plain)
      #expect(
        try Self.numbers(Self.publish([first, without, renamed(rows)]).released)
          == Self.numbers(Self.publish([first, without, first.with(rows)]).released))
    }
  }

  @Test func `a field that is revised and called otherwise again and again goes on as one`() throws {
    let first = Version()
    var versions = [first]
    for version in 1..<5 {
      let rows = Self.firms.enumerated().map { place, row in
        let sales = Int(row["sales"] ?? "") ?? 0
        let revised = (place * 7 + version) % 4 == 0 ? sales * (version % 2 == 0 ? 101 : 99) / 100 : sales
        return row.merging(["sales\(version)": "\(revised)"]) { $1 }
      }
      versions.append(Version(rows: rows, measures: [Kinsfolk.measure("sales\(version)")]))
    }
    let history = try Self.publish(versions).history
    #expect(history.identities["sales4"] == "sales" && history.measuresOut == ["sales"])
    // Of two one is the other, revised, whatever the names say, and the second is not.
    var two = Version(
      rows: versions[1].rows, measures: [Kinsfolk.measure("staff"), Kinsfolk.measure("sales1")])
    two.rows = two.rows.map {
      $0.merging(["other": "\(1 + (Int($0["sales"] ?? "") ?? 0) * 37 % 1009)"]) { $1 }
    }
    two.measures.append(Kinsfolk.measure("other"))
    let identities = try Self.publish([first, two]).history.identities
    #expect(identities == ["sales1": "sales"])
  }

  @Test func `two fields that change names with one another keep their own draws`() throws {
    let first = Version(measures: [Self.sales, Kinsfolk.measure("staff")])
    func swapped(_ rows: [Row]) -> Version {
      first.with(rows.map { $0.merging(["sales": $0["staff"] ?? "", "staff": $0["sales"] ?? ""]) { $1 } })
    }
    let plain = try Self.publish([first, first.with(Self.later)]).released
    let made = try Self.publish([first, swapped(Self.later)]).released
    for zone in 0..<4 {
      #expect(
        plain.number(["zone"], ["z\(zone)"], "sales.sum") == made.number(["zone"], ["z\(zone)"], "staff.sum"))
      #expect(
        plain.number(["zone"], ["z\(zone)"], "staff.sum") == made.number(["zone"], ["z\(zone)"], "sales.sum"))
    }
  }
}
