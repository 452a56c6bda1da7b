import Bytes
import Catalogs
import Disclosure
import Policies
import Support
import Tables
import Testing

@testable import Results

/// Two registers of one city, and what is joined from them.
struct JoinedWorld {
  let folder: TemporaryFolder
  var left: Dataset
  var right: Dataset
  var both: Dataset

  static let family = "persons"

  static func dimension(_ name: String, _ codes: [String], parents: [String: String] = [:])
    -> Catalogs.Dimension
  {
    Catalogs.Dimension(
      name: name, title: Text(name), role: name == "ill" ? .response : .identifying, field: name,
      codes: codes.map { Code(code: $0, label: Text($0), parent: parents[$0]) })
  }

  static func dataset(
    _ name: String, path: String, fields: [Field], dimensions: [Catalogs.Dimension], tables: [[String]],
    measures: [String] = [], perUnit: Measure.PerUnit = .last
  ) -> Dataset {
    Dataset(
      name: name, file: "Catalog/\(name)/dataset.json5", title: Text(name), description: "d", license: "x",
      provider: Provider(organization: name, person: "p"), classification: Classification(level: "L3"),
      resources: [
        Resource(
          name: name, source: TableSource(path: path, delimiter: ","), schema: Schema(fields: fields))
      ], subject: ["id"], dimensions: dimensions,
      results: [
        ResultDeclaration(
          name: "r", kind: .statistic, title: "r", description: "r", profile: "test", refresh: "P1D",
          measures: measures.map {
            Measure(
              field: $0, title: Text($0), perUnit: perUnit, lowerBound: "0", upperBound: "1000000",
              statistics: [.sum])
          }, tables: tables)
      ], keyFamily: family)
  }

  /// - Parameters:
  ///   - left: lines `id,area,sex,income`; `right`: lines `id,kind,ill,cost`.
  init(
    left: [String], right: [String], tables: [[String]] = [[], ["area"], ["kind"], ["area", "kind"]],
    measures: [String] = [], perUnit: Measure.PerUnit = .last
  ) throws {
    folder = try TemporaryFolder()
    try folder.write((["id,area,sex,income"] + left).joined(separator: "\n") + "\n", to: "left.csv")
    try folder.write((["id,kind,ill,cost"] + right).joined(separator: "\n") + "\n", to: "right.csv")
    func field(_ name: String, _ type: FieldType = .string) -> Field {
      var field = Field(name: name, type: type)
      field.constraints.required = true
      return field
    }
    let places = Self.dimension(
      "area", ["A", "B", "A1", "A2", "A3", "B1"], parents: ["A1": "A", "A2": "A", "A3": "A", "B1": "B"])
    let mine = [places, Self.dimension("sex", ["f", "m"])]
    let theirs = [Self.dimension("kind", ["x", "y", "z"]), Self.dimension("ill", ["0", "1"])]
    let (own, other) = (
      [field("id"), field("area"), field("sex"), field("income", .integer)],
      [field("id"), field("kind"), field("ill"), field("cost", .integer)]
    )
    self.left = Self.dataset(
      "left", path: folder.path + "/left.csv", fields: own, dimensions: mine,
      tables: [[], ["area"], ["sex"], ["area", "sex"]])
    self.right = Self.dataset(
      "right", path: folder.path + "/right.csv", fields: other, dimensions: theirs,
      tables: [[], ["kind"], ["ill"], ["kind", "ill"]])
    both = Self.dataset(
      "both", path: "", fields: own + other.dropFirst(), dimensions: mine + theirs, tables: tables,
      measures: measures, perUnit: perUnit)
    func renamed(_ names: [String]) -> [Join.Renamed] { names.map { Join.Renamed($0, as: $0) } }
    both.join = Join(
      left: Join.Side(
        dataset: "left", provider: self.left.provider, file: self.left.file,
        fields: renamed(["area", "sex", "income"]), dimensions: renamed(["area", "sex"])),
      right: Join.Side(
        dataset: "right", provider: self.right.provider, file: self.right.file,
        fields: renamed(["kind", "ill", "cost"]), dimensions: renamed(["kind", "ill"])))
    var all = [self.left, self.right, both]
    Catalog.relate(&all)
    (self.left, self.right, both) = (all[0], all[1], all[2])
  }

  /// The derived dataset with its rows.
  func joined() throws -> Dataset { try JoinedTables.make(both, from: [left, right], in: folder.path) }

  func lines(_ table: HeldSource?) throws -> [String] {
    let held = try #require(try table?.file())
    return String(decoding: try held.bytes(at: 0, held.count), as: UTF8.self).split(separator: "\n").map(
      String.init)
  }

  func read(_ dataset: Dataset, room: Microdata.Room? = nil) throws -> Microdata {
    try Microdata.read(dataset, keys: Samples.keys, room: room)
  }

  func compute(
    _ dataset: Dataset, profile: ProtectionProfile, history: ResultHistory = ResultHistory(),
    room: Microdata.Room? = nil, day: Int = 0
  ) throws -> Computed {
    let data = try read(dataset, room: room)
    return try Statistics.compute(
      data, try Statistics.survey(data, of: dataset, history: history), dataset: dataset,
      result: dataset.results[0], profile: profile, keys: Samples.keys, policyHash: "", history: history,
      now: Timestamp(secondsSince1970: 1_800_000_000).adding(days: day))
  }
}

@Suite struct `Two restricted tables joined` {
  @Test func `give the rows of units that both have, and apart those of one alone`() throws {
    var world = try JoinedWorld(
      left: ["1,A1,f,10", "2,\"A1\",m,20", " 3 ,B1,f,30", "4,B1,m,40"],
      right: ["3,x,0,7", "1,\"z\",1,5", "9,y,1,9", "1,x,0,6"])
    world.both.resources[0].schema.fields[3].title = "Income"
    let joined = try world.joined()
    #expect(
      try world.lines(joined.resources[0].source.held).sorted() == [
        "1,A1,f,10,x,0,6", "1,A1,f,10,z,1,5", "3,B1,f,30,x,0,7", "id,area,sex,income,kind,ill,cost",
      ])
    let everybody = try #require(joined.join?.world).source
    #expect(
      try world.lines(everybody).sorted() == [
        "1,A1,f,10,x,0,6,11", "1,A1,f,10,z,1,5,11", "2,A1,m,20,,,,10", "3,B1,f,30,x,0,7,11",
        "4,B1,m,40,,,,10", "9,,,,y,1,9,01", "id,area,sex,income,kind,ill,cost,@",
      ])
    #expect(
      try Files.list(world.folder.path) == ["left.csv", "right.csv"], "no file has the name of a joined table"
    )
    // Rows of one unit keep the order of their source.
    #expect(
      try world.lines(joined.resources[0].source.held).filter { $0.hasPrefix("1,") } == [
        "1,A1,f,10,z,1,5", "1,A1,f,10,x,0,6",
      ])
  }

  @Test func `keep quotes, missing values and whatever stands in a text`() throws {
    var world = try JoinedWorld(
      left: ["1,\"a, \"\"b\"\"\n c\",é,1", "2,,x,2"], right: ["1,k,0,1", "2,,1,2"])
    for place in [1, 2, 4] { world.both.resources[0].schema.fields[place].constraints.required = false }
    world.left.resources[0].schema.fields[1].constraints.required = false
    world.right.resources[0].schema.fields[1].constraints.required = false
    let joined = try world.joined()
    var cells: [[String]] = []
    _ = try TableCheck.run(joined.resources[0].source, schema: joined.resources[0].schema) { batch, _ in
      for row in 0..<batch.rowCount { cells.append((0..<7).map { batch.text(row, $0) }) }
    }
    #expect(
      cells.sorted { $0[0] < $1[0] } == [
        ["1", "a, \"b\"\n c", "é", "1", "k", "0", "1"], ["2", "", "x", "2", "", "1", "2"],
      ])
  }

  @Test func `are refused where a unit has several rows on both sides`() throws {
    let world = try JoinedWorld(left: ["1,A1,f,1", "1,A2,f,1"], right: ["1,x,0,1", "2,x,0,1", "1,y,0,1"])
    let error = try #require(throws: ResultError.self) { try world.joined() }
    #expect(error == ResultError(.table, ""))
    #expect(error.message.contains("records 1 and 2 of \"left\"") && error.message.contains("derive"))
    #expect(error.message(in: "zh").contains("多条记录") && error.hint(in: "zh") != nil)
  }

  @Test func `are refused a sum over values that the join repeats`() throws {
    let rows = (left: ["1,A1,f,1"], right: ["1,x,0,1", "1,y,0,2"])
    let world = try JoinedWorld(left: rows.left, right: rows.right, measures: ["income"], perUnit: .sum)
    let error = try #require(throws: ResultError.self) { try world.joined() }
    #expect(error.message.contains("results.r") && error.message(in: "zh").contains("重复计算"))
    _ = try JoinedWorld(left: rows.left, right: rows.right, measures: ["income"], perUnit: .last).joined()
    _ = try JoinedWorld(left: rows.left, right: rows.right, measures: ["cost"], perUnit: .sum).joined()
  }

  @Test func `name the row of a source that has no unit`() throws {
    let world = try JoinedWorld(left: ["1,A1,f,1"], right: ["1,x,0,1", " ,x,0,1"])
    let error = try #require(throws: ResultError.self) { try world.joined() }
    #expect(error.message.contains("right.csv:3: record 2"))
  }

  // MARK: What is told

  /// Sixty units in each of two areas, those of both areas of kind x or y.
  private static func town(extra left: [String] = [], _ right: [String] = []) throws -> JoinedWorld {
    let units = 0..<120
    return try JoinedWorld(
      left: units.map { "\($0),\($0 < 60 ? "A1" : "B1"),\($0 % 2 == 0 ? "f" : "m"),\($0)" } + left,
      right: units.map { "\($0),\($0 % 3 == 0 ? "x" : "y"),\($0 % 2),\($0)" } + right,
      measures: ["income"])
  }

  private static let profile = Samples.profile(k: 5, divisor: 1, jitter: [16, 0, 0])

  private static func shown(_ released: Released) -> Set<String> {
    var shown: Set<String> = []
    for table in released.tables {
      for cell in table.cells where cell.values[0] != nil {
        shown.insert(zip(table.dimensions, cell.codes).map { "\($0)=\($1)" }.joined(separator: " "))
      }
    }
    return shown
  }

  @Test func `withhold a population that one unit without a match tells apart from its source`() throws {
    let whole = try Self.town()
    let all = Self.shown(try whole.compute(whole.joined(), profile: Self.profile).released)
    #expect(all.isSuperset(of: ["", "area=A1", "area=B1", "kind=x", "kind=y", "area=A1 kind=x"]))

    // One person of A1 whom the right register does not know: the source's A1 less the join's would be that person.
    let one = try Self.town(extra: ["500,A1,f,1"])
    let released = try one.compute(one.joined(), profile: Self.profile).released
    let shown = Self.shown(released)
    #expect(shown.isDisjoint(with: ["", "area=A1", "area=A"]))
    // B1 is the same in both, and of A1 a kind is told whose complement is larger.
    #expect(shown.isSuperset(of: ["area=B1", "area=B", "kind=x", "kind=y", "area=A1 kind=x"]))
    // What is withheld bears the one marker, in counts and in sums.
    let table = try #require(released.tables.first { $0.dimensions == ["area"] })
    let cell = try #require(table.cells.first { $0.codes == ["A1"] })
    #expect(cell.withheld && cell.values.allSatisfy { $0 == nil })

    // The same from the other side, and both are told apart: five of each are enough.
    let other = try Self.town(extra: [], ["500,x,0,1"])
    let theirs = Self.shown(try other.compute(other.joined(), profile: Self.profile).released)
    #expect(theirs.isDisjoint(with: ["", "kind=x"]) && theirs.isSuperset(of: ["area=A1", "kind=y"]))
    let five = try Self.town(extra: (0..<5).map { "50\($0),A1,f,1" }, (0..<5).map { "60\($0),x,0,1" })
    #expect(Self.shown(try five.compute(five.joined(), profile: Self.profile).released) == all)
  }

  @Test func `give a unit that outweighs a cell of the source its factor, though the join has it not`() throws
  {
    // Six persons of A1 without a match are enough to be counted. One of them has nearly all the income of the six: the
    // source's sum less the join's would tell it, were the source's sum not moved by that person's factor.
    var world = try Self.town(extra: [9000, 1, 1, 1, 1, 1].enumerated().map { "50\($0),A1,f,\($1)" })
    world.left.results[0].measures = world.both.results[0].measures
    let source = try world.compute(world.left, profile: Self.profile)
    #expect(source.history.prominent["income"]?.count == 1)
    func sum(_ released: Released) throws -> Double {
      let table = try #require(released.tables.first { $0.dimensions == ["area"] })
      let cell = try #require(table.cells.first { $0.codes == ["A1"] })
      let sum = try #require(released.columns.firstIndex { $0.name == "income.sum" })
      return try #require(cell.values[sum].flatMap(Double.init))
    }
    let joined = try world.compute(world.joined(), profile: Self.profile, history: source.history)
    let rest = try sum(source.released) - sum(joined.released)
    // The other noise of the two sums is at most one and a half times their scale each, 282 together.
    #expect(abs(rest - 9005) > 282, "\(rest)")
  }

  @Test func `say nothing of who is in which source`() throws {
    let world = try Self.town(extra: ["500,A1,f,1"], (0..<9).map { "60\($0),x,0,1" })
    let made = try world.compute(world.joined(), profile: Self.profile)
    let text = String(decoding: made.released.json.serialized(), as: UTF8.self)
    #expect(!text.contains("@") && made.released.dimensions.map(\.name) == ["area", "kind"])
    #expect(
      made.released.tables.allSatisfy {
        $0.cells.count
          == [1, 6, 3, 18][
            $0.dimensions.count == 2 ? 3 : $0.dimensions.isEmpty ? 0 : $0.dimensions == ["area"] ? 1 : 2]
      })
    #expect(made.cube == nil)
  }

  /// Every pair of a shown population of a source and a shown one of the join whose predicate implies it.
  @Test(arguments: 1...12) func `leave no pair of populations that differ by fewer than k units`(seed: UInt64)
    throws
  {
    var generator = Generator(seed)
    let k = 4
    var left: [String] = [], right: [String] = []
    var areas: [Int: String] = [:], sexes: [Int: String] = [:], kinds: [Int: Set<String>] = [:]
    let panel = seed % 3 == 0
    for unit in 0..<260 {
      let where_ = Int.random(in: 0..<40, using: &generator)
      if where_ != 0 {
        areas[unit] = ["A1", "A1", "A2", "A3", "B1", "B1"].randomElement(using: &generator)
        sexes[unit] = Int.random(in: 0..<5, using: &generator) == 0 ? "m" : "f"
        left.append(
          "\(unit),\(areas[unit] ?? ""),\(sexes[unit] ?? ""),\(Int.random(in: 0..<99, using: &generator))")
      }
      guard where_ > 1 else { continue }
      for _ in 0..<(panel ? Int.random(in: 1...3, using: &generator) : 1) {
        let kind = ["x", "x", "y", "z"].randomElement(using: &generator) ?? "x"
        kinds[unit, default: []].insert(kind)
        right.append("\(unit),\(kind),\(Int.random(in: 0...1, using: &generator)),1")
      }
    }
    let world = try JoinedWorld(
      left: left.shuffled(using: &generator), right: right.shuffled(using: &generator),
      tables: [
        [], ["area"], ["sex"], ["kind"], ["area", "kind"], ["sex", "kind"], ["area", "sex"],
        ["area", "sex", "kind"],
      ])
    let profile = Samples.profile(k: k, identifying: 3, divisor: 1, jitter: [16, 0, 0])
    let tree = ["A1": "A", "A2": "A", "A3": "A", "B1": "B"]

    /// Units of a side that meet conditions.
    func units(_ conditions: [String: String], of sides: [Int]) -> Set<Int> {
      Set(
        (0..<260).filter { unit in
          guard !sides.contains(0) || areas[unit] != nil, !sides.contains(1) || kinds[unit] != nil else {
            return false
          }
          return conditions.allSatisfy { name, code in
            switch name {
            case "area": areas[unit] == code || areas[unit].flatMap { tree[$0] } == code
            case "sex": sexes[unit] == code
            default: kinds[unit]?.contains(code) == true
            }
          }
        })
    }
    func shown(_ dataset: Dataset) throws -> [[String: String]] {
      try world.compute(dataset, profile: profile).released.tables.flatMap { table in
        table.cells.filter { !$0.withheld && !table.dimensions.contains("ill") }.map { cell in
          Dictionary(uniqueKeysWithValues: zip(table.dimensions, cell.codes))
        }
      }
    }
    func implies(_ narrow: [String: String], _ wide: [String: String]) -> Bool {
      wide.allSatisfy { name, code in narrow[name] == code || narrow[name].flatMap { tree[$0] } == code }
    }
    let told = try shown(try world.joined())
    var tried = 0, small = 0
    for (side, source) in [(0, world.left), (1, world.right)] {
      for wide in try shown(source) {
        let whole = units(wide, of: [side])
        for narrow in told where implies(narrow, wide) {
          tried += 1
          let rest = whole.subtracting(units(narrow, of: [0, 1])).count
          #expect(rest == 0 || rest >= k, "\(source.name) \(wide) less \(narrow): \(rest)")
        }
        // What would be there without the guard: the join's own population of the same predicate.
        let same = units(wide, of: [0, 1])
        if same.count >= k, (1..<k).contains(whole.count - same.count) { small += 1 }
      }
    }
    #expect(tried > 20 && small > 0, "the world has pairs to find: \(tried), \(small)")
  }

  // MARK: Budget, files, versions

  @Test func `cost the budget of their sources, and the sources cost theirs`() throws {
    var world = try Self.town()
    world.left.results[0].measures = world.both.results[0].measures
    let joined = try world.joined()
    let loose = Samples.profile(k: 5, divisor: 1, jitter: [16, 0, 0])
    // 120 units a population at most one sum: the source's of four areas leave the join nothing. Counts of populations
    // cost nothing.
    let tight = Samples.profile(k: 5, divisor: 100, jitter: [16, 0, 0])
    let alone = try world.compute(joined, profile: tight)
    #expect(!alone.released.tables.isEmpty)
    let source = try world.compute(world.left, profile: loose)
    let after = try world.compute(joined, profile: tight, history: source.history)
    #expect(after.released.tables.isEmpty && after.report.tables.contains { $0.notWritten == .overBudget })
    // And the other way round.
    let first = try world.compute(joined, profile: loose)
    let half = Samples.profile(k: 5, divisor: 20, jitter: [16, 0, 0])
    let later = try world.compute(world.right, profile: half, history: first.history)
    #expect(
      later.released.tables.count < (try world.compute(world.right, profile: half)).released.tables.count)
    // A dataset of another family is not touched.
    var stranger = world.right
    stranger.keyFamily = "others"
    #expect(
      try world.compute(stranger, profile: tight, history: first.history).released.tables.count
        == world.compute(stranger, profile: tight).released.tables.count)
  }

  @Test func `give the same bytes from rows in a file, and are carried over`() throws {
    let world = try Self.town(extra: ["500,A1,f,1"], (0..<9).map { "60\($0),x,0,1" })
    let joined = try world.joined()
    let room = Microdata.Room(limit: 100, folder: world.folder.path)
    let one = try world.compute(joined, profile: Self.profile)
    let two = try world.compute(joined, profile: Self.profile, room: room)
    #expect(one.released.json.serialized() == two.released.json.serialized())
    #expect(one.history.json.serialized() == two.history.json.serialized())
    guard case .bytes(let bytes) = one.history.unitMaps["both"],
      case .file(let path) = two.history.unitMaps["both"]
    else {
      Issue.record("the maps are not where they should be")
      return
    }
    #expect(try Files.read(path) == bytes)
    // Days later nothing has changed, and every number stays.
    let again = try world.compute(joined, profile: Self.profile, history: one.history, day: 40)
    #expect(again.report.carried > 0 && again.released.tables == one.released.tables)
  }

  @Test func `need their rows before anything is computed`() throws {
    let world = try Self.town()
    #expect(throws: ResultError(.environment, "")) {
      var dataset = world.both
      dataset.resources[0].source.path = world.folder.path + "/left.csv"
      dataset.resources[0].schema = world.left.resources[0].schema
      dataset.dimensions = world.left.dimensions
      dataset.results[0].measures = []
      _ = try world.read(dataset)
    }
  }
}
