import Bytes
import Catalogs
import Policies
import Support
import Tables
import Testing

@testable import Disclosure
@testable import Results

/// Datasets of one key family on the disk, made by a test.
struct Kinsfolk {
  let folder: TemporaryFolder
  var rows: [String: [[String: String]]] = [:]

  init() throws { folder = try TemporaryFolder() }

  static func dimension(
    _ name: String, of field: String? = nil, _ codes: [String], parents: [String: String] = [:],
    bands: [String]? = nil, response: Bool = false
  ) -> Catalogs.Dimension {
    Catalogs.Dimension(
      name: name, title: Text(name), role: response ? .response : .identifying, field: field ?? name,
      codes: codes.map { Code(code: $0, label: Text($0), parent: parents[$0]) },
      banding: bands.map { Bands(edges: $0) })
  }

  static func measure(_ field: String, upper: String = "100000000", bands: [String] = []) -> Measure {
    var measure = Measure(
      field: field, title: Text(field), perUnit: .sum, lowerBound: "0", upperBound: upper,
      statistics: [.sum])
    measure.bands = bands
    return measure
  }

  /// Writes the table of a dataset: the subject `id`, a field for each dimension, and the measures.
  func dataset(
    _ name: String, _ rows: [[String: String]], _ dimensions: [Catalogs.Dimension], tables: [[String]],
    _ measures: [Measure] = []
  ) throws -> Dataset {
    var fields = ["id"]
    for field in dimensions.map(\.field) + measures.map(\.field) where !fields.contains(field) {
      fields.append(field)
    }
    let lines = rows.map { row in fields.map { row[$0] ?? "" }.joined(separator: ",") }
    try folder.write(
      ([fields.joined(separator: ",")] + lines).joined(separator: "\n") + "\n", to: "\(name).csv")
    var schema = Schema(
      fields: fields.map { name in
        let isNumber =
          measures.contains { $0.field == name }
          || dimensions.contains { $0.field == name && $0.banding != nil }
        var field = Field(name: name, type: isNumber ? .integer : .string)
        field.constraints.required = true
        return field
      })
    schema.primaryKey = ["id"]
    return Dataset(
      name: name, file: "Catalog/\(name)/dataset.json5", title: Text(name), description: "d", license: "x",
      provider: Provider(organization: name, person: "p"), classification: Classification(level: "L3"),
      resources: [
        Resource(
          name: name, source: TableSource(path: "\(folder.path)/\(name).csv", delimiter: ","), schema: schema)
      ], subject: ["id"], dimensions: dimensions,
      results: [
        ResultDeclaration(
          name: "r", kind: .statistic, title: "r", description: "r", profile: "test", refresh: "P1D",
          measures: measures, tables: tables)
      ], keyFamily: "firms")
  }

  /// Publishes datasets of the family one after the other.
  static func publish(
    _ datasets: [Dataset], _ before: ResultHistory = ResultHistory(), day: Int = 0,
    profile: ProtectionProfile = Samples.profile(divisor: 1, p: 1), blind: Bool = false
  ) throws -> (out: [String: Released], history: ResultHistory, survey: Survey) {
    let read = try datasets.map { (dataset: $0, data: try Microdata.read($0, keys: Samples.keys)) }
    let surveyed = try FamilySurvey(read, history: before, k: profile.k)
    var survey = surveyed.survey
    if blind { survey.nearby = [:] }
    var history = surveyed.history
    var out: [String: Released] = [:]
    for (dataset, data) in zip(datasets, surveyed.data) {
      let made = try Statistics.compute(
        data, survey, dataset: dataset, result: dataset.results[0], profile: profile,
        keys: Samples.keys, policyHash: "", history: history, isCompared: true,
        now: Timestamp(secondsSince1970: 1_800_000_000).adding(days: day))
      history = made.history
      out[dataset.name] = made.released
    }
    return (out, history, surveyed.survey)
  }
}

extension Released {
  /// A number of a table by its column and the codes of a cell.
  func number(_ dimensions: [String], _ codes: [String], _ column: String) -> String? {
    guard let table = tables.first(where: { $0.dimensions == dimensions }),
      let place = columns.firstIndex(where: { $0.name == column }),
      let cell = table.cells.first(where: { $0.codes == codes })
    else { return nil }
    return cell.values[place]
  }
}

@Suite struct `Datasets of one key family` {
  /// Six hundred firms of four zones; a sector that parts them otherwise.
  private static func firms(_ count: Int = 600, giant: Int? = nil) -> [[String: String]] {
    var random = Generator(7)
    return (0..<count).map { firm in
      let sales = firm == giant ? 400_000 : Int.random(in: 500..<2000, using: &random)
      return [
        "id": "F\(10_000 + firm)", "zone": "z\(firm % 4)", "quarter": "q\(firm % 4)",
        "sector": "s\(firm == giant ? 9 : firm / 4 % 3)", "sales": "\(sales)", "turnover": "\(sales)",
        "cents": "\(sales * 100)", "age": "\(firm % 60)",
        "about": "\(sales * (96 + firm % 9) / 100)", "double": "\(sales * (92 + firm % 17) / 50)",
      ]
    }
  }

  private static let zones = Kinsfolk.dimension("zone", ["z0", "z1", "z2", "z3"])
  private static let quarters = Kinsfolk.dimension("quarter", ["q0", "q1", "q2", "q3"])
  private static let sectors = Kinsfolk.dimension("sector", ["s0", "s1", "s2", "s9"])
  private static let sales = Kinsfolk.measure("sales")

  @Test func `the same units have one number in two datasets, whatever their conditions are called`() throws {
    let kin = try Kinsfolk()
    let rows = Self.firms()
    let one = try kin.dataset("one", rows, [Self.zones], tables: [[], ["zone"]], [Self.sales])
    let two = try kin.dataset("two", rows, [Self.quarters], tables: [[], ["quarter"]], [Self.sales])
    let three = try kin.dataset("three", rows, [Self.zones], tables: [[], ["zone"]], [Self.sales])
    let out = try Kinsfolk.publish([one, two, three]).out
    for column in ["count", "sales.sum"] {
      let whole = try ["one", "two", "three"].map { try #require(out[$0]?.number([], [], column)) }
      #expect(Set(whole).count == 1, "\(column)")
      for zone in 0..<4 {
        let parts = try [
          #require(out["one"]?.number(["zone"], ["z\(zone)"], column)),
          #require(out["two"]?.number(["quarter"], ["q\(zone)"], column)),
          #require(out["three"]?.number(["zone"], ["z\(zone)"], column)),
        ]
        #expect(Set(parts).count == 1, "\(column) \(zone)")
      }
    }
    // In whatever order they come.
    let other = try Kinsfolk.publish([three, two, one]).out
    for name in ["one", "two", "three"] { #expect(other[name]?.tables == out[name]?.tables) }
  }

  @Test func `a sibling that comes later has the numbers that are out`() throws {
    let kin = try Kinsfolk()
    var rows = Self.firms()
    let first = try Kinsfolk.publish([
      try kin.dataset("one", rows, [Self.zones], tables: [[], ["zone"]], [Self.sales])
    ])
    // Three firms less, which carry-over keeps apart from nobody.
    rows.removeAll { ["F10000", "F10001", "F10004"].contains($0["id"]) }
    let one = try kin.dataset("one", rows, [Self.zones], tables: [[], ["zone"]], [Self.sales])
    let two = try kin.dataset("two", rows, [Self.quarters], tables: [[], ["quarter"]], [Self.sales])
    for order in [[one, two], [two, one]] {
      let out = try Kinsfolk.publish(order, first.history, day: 40).out
      #expect(out["one"]?.tables == first.out["one"]?.tables)
      for zone in 0..<4 {
        for column in ["count", "sales.sum"] {
          #expect(
            out["two"]?.number(["quarter"], ["q\(zone)"], column)
              == first.out["one"]?.number(["zone"], ["z\(zone)"], column), "\(column) \(zone)")
        }
      }
    }
  }

  @Test
  func
    `a firm that is a giant in a sibling's tables alone carries its factor in all, from the first release`()
    throws
  {
    let kin = try Kinsfolk()
    let rows = Self.firms(giant: 1)
    // Nothing of the first dataset alone shows that the giant is one: its zone has as much beside it.
    let plain = rows.map { row in
      row.merging(["sales": row["id"] == "F10001" ? "10000" : row["sales"] ?? ""]) { $1 }
    }
    let one = try kin.dataset("one", plain, [Self.zones], tables: [[], ["zone"]], [Self.sales])
    let two = try kin.dataset("two", plain, [Self.sectors], tables: [["sector"]], [Self.sales])
    let alone = try Kinsfolk.publish([one])
    let together = try Kinsfolk.publish([one, two])
    var keys = RecordKeys(Samples.keys, family: "firms")
    let giant = keys.key(of: "F10001")
    #expect(alone.survey.prominent["sales"]?.contains(giant) != true)
    #expect(together.survey.prominent["sales"]?.contains(giant) == true)
    let sums = try [alone, together].map {
      try #require($0.out["one"]?.number(["zone"], ["z1"], "sales.sum").flatMap(Int.init))
    }
    #expect(abs(sums[0] - sums[1]) > 100)
    // The other zones have no giant and are as they were.
    #expect(
      alone.out["one"]?.number(["zone"], ["z2"], "count")
        == together.out["one"]?.number(["zone"], ["z2"], "count"))
    // Sticky: of the family, whoever declares what later.
    let later = try Kinsfolk.publish([one], together.history, day: 40)
    #expect(later.survey.prominent["sales"]?.contains(giant) == true)
  }

  @Test func `a measure that a join calls otherwise is drawn as in its source`() throws {
    var world = try JoinedWorld(
      left: (0..<400).map {
        "\($0),\(["A1", "A2", "A3", "B1"][$0 % 4]),\($0 % 2 == 0 ? "f" : "m"),\(700 + $0 * 37 % 900)"
      },
      right: (0..<400).map { "\($0),\(["x", "y", "z"][$0 % 3]),\($0 % 5 == 0 ? 1 : 0),\($0)" },
      tables: [[], ["area"]])
    func income(_ field: String) -> Measure {
      Measure(
        field: field, title: "i", perUnit: .last, lowerBound: "0", upperBound: "1000000", statistics: [.sum])
    }
    world.left.results[0].measures = [income("income")]
    world.left.results[0].tables = [[], ["area"]]
    world.both.results[0].measures = [income("pay")]
    world.both.resources[0].schema.fields[3].name = "pay"
    world.both.join?.left.fields[2] = Join.Renamed("income", as: "pay")
    world.both.join?.tables[0].fields[2] = Join.Renamed("income", as: "pay")
    let out = try Kinsfolk.publish([world.left, try world.joined()]).out
    let sums = [
      out["left"]?.number(["area"], ["A1"], "income.sum"), out["both"]?.number(["area"], ["A1"], "pay.sum"),
    ]
    #expect(sums[0] != nil && sums[0] == sums[1])
    #expect(
      out["left"]?.number([], [], "income.sum") == out["both"]?.number([], [], "pay.sum")
        && out["left"]?.number([], [], "count") == out["both"]?.number([], [], "count"))
  }

  @Test func `one measure under two names is refused, and what is nearly a multiple shares its factors`()
    throws
  {
    let kin = try Kinsfolk()
    let rows = Self.firms(giant: 1)
    let one = try kin.dataset("one", rows, [Self.zones], tables: [[], ["zone"]], [Self.sales])
    let copy = try kin.dataset("two", rows, [Self.zones], tables: [["zone"]], [Kinsfolk.measure("turnover")])
    do {
      _ = try Kinsfolk.publish([one, copy])
      Issue.record("published")
    } catch let error as ResultError {
      #expect(error.message.contains("sales of one") && error.message.contains("turnover of two"))
      #expect(error.hint(in: "zh")?.contains("同一字段名") == true)
    }
    let about = try kin.dataset("two", rows, [Self.zones], tables: [["zone"]], [Kinsfolk.measure("about")])
    let survey = try Kinsfolk.publish([one, about]).survey
    #expect(survey.factorNames["about"] == "sales")
    let first = try Kinsfolk.publish([one])
    let other = ProtectionProfile(
      name: "other", k: 10, jitterWeights: [16], maxIdentifying: 3, maxResponse: 1, pPercent: 1,
      factors: .init(.eight, .eight), budgetDivisor: 1, populationFloor: 1, variance: false,
      percentiles: false, minimumRefresh: "P1D")
    #expect(throws: ResultError(.disclosure, "")) {
      // The sibling alone is due; the first is carried over whole.
      let read = try [one, about].map { (dataset: $0, data: try Microdata.read($0, keys: Samples.keys)) }
      let surveyed = try FamilySurvey(read, history: first.history, k: 10)
      _ = try Statistics.compute(
        read[1].data, surveyed.survey, dataset: about, result: about.results[0], profile: other,
        keys: Samples.keys, policyHash: "", history: surveyed.history, isCompared: true)
    }
  }

  @Test func `all measures of the family together tell a count no better than it tells itself`() throws {
    let kin = try Kinsfolk()
    let rows = Self.firms().map { row in
      row.merging((0..<8).map { ("m\($0)", "\(100 + ((Int(row["sales"] ?? "") ?? 0) * ($0 + 3)) % 97)") }) {
        $1
      }
    }
    let measures = (0..<8).map { Kinsfolk.measure("m\($0)") }
    let one = try kin.dataset("one", rows, [Self.zones], tables: [[], ["zone"]], Array(measures[..<4]))
    let two = try kin.dataset("two", rows, [Self.zones], tables: [[], ["zone"]], Array(measures[4...]))
    let (alone, together) = (try Kinsfolk.publish([one]), try Kinsfolk.publish([one, two]))
    #expect(alone.survey.measures == 4 && together.survey.measures == 8)
    #expect(alone.out["one"]?.tables != together.out["one"]?.tables)
  }

  // MARK: Differences

  /// Of each shown cell the identifying conditions, and who fits them in the rows of its dataset.
  private static func populations(_ released: Released?, _ rows: [[String: String]]) -> [[String]: Set<
    String
  >] {
    var found: [[String]: Set<String>] = [:]
    for table in released?.tables ?? [] {
      for cell in table.cells where cell.values[0] != nil {
        let pairs = zip(table.dimensions, cell.codes).filter { $0.0 != "ill" }
        let who = rows.filter { row in pairs.allSatisfy { row[$0.0] == $0.1 } }
        found[pairs.map { "\($0.0)=\($0.1)" }] = Set(who.compactMap { $0["id"] })
      }
    }
    return found
  }

  /// Pairs of shown populations of two datasets that differ by 1 to 9 units.
  private static func differing(
    _ out: [String: Released], _ one: [[String: String]], _ two: [[String: String]]
  ) -> [String] {
    let (left, right) = (populations(out["one"], one), populations(out["two"], two))
    return left.flatMap { mine in
      right.filter { (1..<10).contains(mine.value.symmetricDifference($0.value).count) }.map {
        "\(mine.key) \($0.key)"
      }
    }
  }

  private static let ill = Kinsfolk.dimension("ill", ["0", "1"], response: true)

  @Test func `no two shown populations of two siblings differ by a few units, in whatever order they come`()
    throws
  {
    let kin = try Kinsfolk()
    var before = 0
    for seed in 1...12 {
      var random = Generator(UInt64(seed))
      let all = Self.firms().map { row in
        row.merging([
          "zone": "z\(Int.random(in: 0..<4, using: &random))",
          "ill": "\(Int.random(in: 0..<2, using: &random))",
        ]) { $1 }
      }.map { row in row.merging(["quarter": "q" + (row["zone"] ?? "").dropFirst()]) { $1 } }
      // Some are missing in either, in one zone or anywhere.
      let gone = Int.random(in: 1..<8, using: &random)
      let lost = Set(all.shuffled(using: &random).prefix(gone).compactMap { $0["id"] })
      let rows = seed % 2 == 0 ? all : Array(all.dropFirst(seed % 5))
      let fewer = all.filter { !lost.contains($0["id"] ?? "") }
      let tables = [[], ["ill"], ["zone"], ["zone", "ill"], ["sector", "zone"], ["sector", "ill"]]
      let one = try kin.dataset("one", rows, [Self.zones, Self.sectors, Self.ill], tables: tables)
      // The same conditions, and on fields that are called otherwise.
      let other = seed % 3 == 0 ? Self.quarters : Self.zones
      let two = try kin.dataset(
        "two", fewer, [other, Self.sectors, Self.ill],
        tables: tables.map { $0.map { $0 == "zone" ? other.name : $0 } })
      for order in [[one, two], [two, one]] {
        before += Self.differing(try Kinsfolk.publish(order, blind: true).out, rows, fewer).count
        let made = try Kinsfolk.publish(order)
        #expect(Self.differing(made.out, rows, fewer) == [], "\(seed)")
        // A month later what is out is still out, and nothing is added.
        let again = try Kinsfolk.publish(order.reversed(), made.history, day: 40).out
        #expect(
          again["one"]?.tables == made.out["one"]?.tables && again["two"]?.tables == made.out["two"]?.tables)
      }
    }
    #expect(before > 100, "\(before)")
  }

  @Test func `equal siblings, and those with very different units, stay as they are`() throws {
    let kin = try Kinsfolk()
    let rows = Self.firms()
    let tables = [[], ["zone"], ["sector", "zone"]]
    let one = try kin.dataset("one", rows, [Self.zones, Self.sectors], tables: tables)
    for other in [
      rows, Array(rows.prefix(300)), Array(rows.dropFirst(200)), rows.filter { $0["zone"] != "z1" },
    ] {
      let two = try kin.dataset("two", other, [Self.zones, Self.sectors], tables: tables)
      #expect(
        try Kinsfolk.publish([one, two]).out["two"]?.tables
          == Kinsfolk.publish([one, two], blind: true).out["two"]?.tables)
    }
  }

  // MARK: Names

  @Test func `under another name a dataset goes on with its draws and its budget`() throws {
    let kin = try Kinsfolk()
    var rows = Self.firms()
    let tables = [[], ["zone"], ["sector"], ["zone", "sector"]]
    let dimensions = [Self.zones, Self.sectors]
    let first = try Kinsfolk.publish([try kin.dataset("one", rows, dimensions, tables: tables, [Self.sales])])
    rows.removeAll { ["F10000", "F10001"].contains($0["id"]) }
    let renamed = try kin.dataset("anew", rows, dimensions, tables: tables, [Self.sales])
    let second = try Kinsfolk.publish([renamed], first.history, day: 40)
    #expect(second.out["anew"]?.tables == first.out["one"]?.tables)
    #expect(
      second.out["anew"]?.protection.budgetUsed == first.out["one"]?.protection.budgetUsed)
    // And back again.
    let third = try Kinsfolk.publish(
      [try kin.dataset("one", rows, dimensions, tables: tables, [Self.sales])], second.history, day: 80)
    #expect(third.out["one"]?.tables == first.out["one"]?.tables)
    // Ten firms of a zone have left since the first draw, under either name.
    rows.removeAll { $0["zone"] == "z0" && (Int(($0["id"] ?? "").dropFirst()) ?? 0) < 10_040 }
    let fourth = try Kinsfolk.publish(
      [try kin.dataset("again", rows, dimensions, tables: tables, [Self.sales])], third.history, day: 120)
    #expect(
      fourth.out["again"]?.number(["zone"], ["z1"], "sales.sum")
        == first.out["one"]?.number(["zone"], ["z1"], "sales.sum"))
    #expect(
      fourth.out["again"]?.number(["zone"], ["z0"], "sales.sum")
        != first.out["one"]?.number(["zone"], ["z0"], "sales.sum"))
  }

  @Test func `the name under which a dataset was known, and its units, are kept in the history`() throws {
    let kin = try Kinsfolk()
    let first = try Kinsfolk.publish([try kin.dataset("one", Self.firms(), [Self.zones], tables: [["zone"]])])
    var second = try Kinsfolk.publish(
      [try kin.dataset("anew", Self.firms(), [Self.zones], tables: [["zone"]])], first.history, day: 40
    ).history
    second.units = try FamilySurvey.units(second)
    #expect(second.roots == ["anew": "one"] && second.units?.count == 600)
    let read = try ResultHistory(
      json: second.json, packed: try Samples.packed(second), unitMaps: second.unitMaps)
    #expect(read == second)
  }

  // MARK: Declarations

  @Test func `two cuts of one field are refused in two datasets as in one`() throws {
    let kin = try Kinsfolk()
    let rows = Self.firms()
    func cut(_ name: String, _ bands: [String], response: Bool = false) -> Catalogs.Dimension {
      Kinsfolk.dimension(name, of: "age", bands.map { "\($0)+" }, bands: bands, response: response)
    }
    func message(_ one: [Catalogs.Dimension], _ two: [Catalogs.Dimension], _ measures: [Measure] = []) throws
      -> String?
    {
      do {
        _ = try Kinsfolk.publish([
          try kin.dataset("one", rows, one, tables: one.map { [$0.name] }),
          try kin.dataset("two", rows, two, tables: two.map { [$0.name] }, measures),
        ])
        return nil
      } catch let error as ResultError where error.code == .declaration {
        #expect(
          error.hint != nil && error.message(in: "zh").contains("划分") == !error.message.contains("declared"))
        return error.message
      }
    }
    let ages = cut("age", ["0", "18", "25"])
    #expect(try message([ages], [cut("years", ["0", "18", "25"])]) == nil)
    for other in [cut("age", ["0", "19", "26"]), cut("years", ["0", "19", "26"], response: true)] {
      let said = try #require(try message([ages], [other]))
      #expect(said.contains("of one") && said.contains("of two") && said.contains("age"))
    }
    #expect(try message([ages], [Self.zones], [Kinsfolk.measure("age", bands: ["0", "20"])]) != nil)
    // Trees over one field must be one tree.
    func tree(_ parents: [String: String]) -> Catalogs.Dimension {
      Kinsfolk.dimension("zone", ["z0", "z1", "z2", "z3", "a", "b"], parents: parents)
    }
    let halves = tree(["z0": "a", "z1": "a", "z2": "b", "z3": "b"])
    #expect(try message([halves], [halves]) == nil)
    #expect(try message([halves], [Self.zones]) != nil)
    #expect(try message([halves], [tree(["z0": "a", "z1": "b", "z2": "b", "z3": "b"])]) != nil)
  }

  @Test func `one measure is declared in one way in all datasets of the family`() throws {
    let kin = try Kinsfolk()
    let rows = Self.firms()
    let one = try kin.dataset("one", rows, [Self.zones], tables: [["zone"]], [Self.sales])
    var finer = Self.sales
    finer.scale = 2
    let two = try kin.dataset("two", rows, [Self.quarters], tables: [["quarter"]], [finer])
    do {
      _ = try Kinsfolk.publish([one, two])
      Issue.record("published")
    } catch let error as ResultError {
      #expect(error.code == .declaration && error.message.contains("sales of two"))
    }
  }

  @Test func `a measure that is out keeps its digits`() throws {
    let kin = try Kinsfolk()
    let rows = Self.firms()
    let one = try kin.dataset("one", rows, [Self.zones], tables: [["zone"]], [Self.sales])
    let first = try Kinsfolk.publish([one])
    var finer = Self.sales
    finer.scale = 2
    let other = try kin.dataset("one", rows, [Self.zones], tables: [["zone"]], [finer])
    do {
      _ = try Kinsfolk.publish([other], first.history, day: 40)
      Issue.record("published")
    } catch let error as ResultError {
      #expect(error.code == .declaration && error.message.contains("scale 0"))
    }
  }

  @Test func `a field that goes on under another name keeps the factors of its giants`() throws {
    let kin = try Kinsfolk()
    let rows = Self.firms(giant: 1)
    let tables = [["zone"], ["sector"]]
    func version(_ field: String) throws -> Dataset {
      try kin.dataset("one", rows, [Self.zones, Self.sectors], tables: tables, [Kinsfolk.measure(field)])
    }
    let first = try Kinsfolk.publish([try version("sales")])
    #expect(first.survey.factorNames["sales"] == "sales")
    let second = try Kinsfolk.publish([try version("turnover")], first.history, day: 40)
    #expect(second.survey.factorNames["sales"] == "sales" && second.survey.factorNames["turnover"] == nil)
    // Also where a version without any was between.
    let counts = try kin.dataset("one", rows, [Self.zones, Self.sectors], tables: tables)
    let between = try Kinsfolk.publish([counts], first.history, day: 40)
    let third = try Kinsfolk.publish([try version("double")], between.history, day: 80)
    #expect(third.survey.factorNames["double"] == "sales")
    // What is nearly the same is the same, revised.
    let revised = try Kinsfolk.publish([try version("about")], between.history, day: 80)
    #expect(revised.history.identities["about"] == "sales" && revised.survey.factorNames["about"] == nil)
    // What has nothing to do with it has factors of its own.
    let age = try Kinsfolk.publish([try version("age")], first.history, day: 40)
    #expect(age.survey.factorNames["age"] == "age")
  }
}
