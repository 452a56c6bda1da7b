import Bytes
import Catalogs
import Disclosure
import Policies
import Support
import Tables
import Testing

@testable import Results

/// Three registers of one city, and several datasets joined from them.
struct SeveralJoins {
  let folder: TemporaryFolder
  /// By name: `a`, `b`, `c` with tables of their own, and what is derived.
  var datasets: [String: Dataset] = [:]
  var order: [String] = []

  /// Lines `id,area,sex,income`, `id,kind,ill` and `id,ward,care`; which datasets are joined from which, in order.
  init(
    a: [String], b: [String], c: [String],
    joins: [(name: String, left: String, right: String, keep: Join.Keep)], tables: [[String]],
    measures: [String] = [], areas: [String] = ["A", "B", "A1", "A2", "B1"]
  ) throws {
    folder = try TemporaryFolder()
    func field(_ name: String, _ type: FieldType = .string) -> Field {
      var field = Field(name: name, type: type)
      field.constraints.required = true
      return field
    }
    func dimension(_ name: String, _ codes: [String], _ role: Catalogs.Dimension.Role = .identifying)
      -> Catalogs.Dimension
    {
      Catalogs.Dimension(
        name: name, title: Text(name), role: role, field: name,
        codes: codes.map {
          Code(
            code: $0, label: Text($0),
            parent: name == "area" && $0.count > 1 && !$0.hasPrefix("T") ? String($0.prefix(1)) : nil)
        })
    }
    let own: [(String, [String], [Field], [Catalogs.Dimension])] = [
      (
        "a", ["id,area,sex,income"] + a,
        [field("id"), field("area"), field("sex"), field("income", .integer)],
        [dimension("area", areas), dimension("sex", ["f", "m"])]
      ),
      (
        "b", ["id,kind,ill"] + b, [field("id"), field("kind"), field("ill")],
        [dimension("kind", ["x", "y"]), dimension("ill", ["0", "1"], .response)]
      ),
      (
        "c", ["id,ward,care"] + c, [field("id"), field("ward"), field("care")],
        [dimension("ward", ["u", "v"]), dimension("care", ["0", "1"], .response)]
      ),
    ]
    for (name, lines, fields, dimensions) in own {
      try folder.write(lines.joined(separator: "\n") + "\n", to: "\(name).csv")
      add(
        JoinedWorld.dataset(
          name, path: folder.path + "/\(name).csv", fields: fields, dimensions: dimensions,
          tables: tables.filter {
            $0.allSatisfy { dimension in dimensions.contains { $0.name == dimension } }
          },
          measures: measures.filter { measure in fields.contains { $0.name == measure } }))
    }
    for join in joins {
      guard let left = datasets[join.left], let right = datasets[join.right] else { continue }
      var fields = left.resources[0].schema.fields
      for var field in right.resources[0].schema.fields.dropFirst() {
        if join.keep == .left { field.constraints.required = false }
        fields.append(field)
      }
      let dimensions = left.dimensions + right.dimensions
      var made = JoinedWorld.dataset(
        join.name, path: "", fields: fields, dimensions: dimensions,
        tables: tables.filter { $0.allSatisfy { dimension in dimensions.contains { $0.name == dimension } } },
        measures: measures.filter { measure in fields.contains { $0.name == measure } })
      func side(_ dataset: Dataset) -> Join.Side {
        Join.Side(
          dataset: dataset.name, provider: dataset.provider, file: dataset.file,
          fields: dataset.resources[0].schema.fields.dropFirst().map { Join.Renamed($0.name, as: $0.name) },
          dimensions: dataset.dimensions.map { Join.Renamed($0.name, as: $0.name) })
      }
      made.join = Join(
        left: side(left), right: side(right), keep: join.keep, leftJoin: left.join, rightJoin: right.join)
      add(made)
    }
    var all = order.compactMap { datasets[$0] }
    Catalog.relate(&all)
    for dataset in all { datasets[dataset.name] = dataset }
  }

  /// Firms `id,trade,size` and a register of some of them, joined.
  init(firms: [String], b: [String], tables: [[String]], measures: [String]) throws {
    try self.init(
      a: firms.map {
        let parts = $0.split(separator: ",")
        return "\(parts[0]),T\(parts[1]),f,\(parts[2])"
      }, b: b, c: [], joins: [("ab", "a", "b", .matched)], tables: tables, measures: measures,
      areas: (0..<300).map { "T\($0)" })
  }

  private mutating func add(_ dataset: Dataset) {
    datasets[dataset.name] = dataset
    order.append(dataset.name)
  }

  /// The same where each dataset is looked at alone.
  var blind: SeveralJoins {
    var copy = self
    for name in order { copy.datasets[name]?.kin = [:] }
    return copy
  }

  func joined(_ name: String) throws -> Dataset {
    let dataset = try #require(datasets[name])
    guard dataset.join != nil else { return dataset }
    return try JoinedTables.make(dataset, from: order.compactMap { datasets[$0] }, in: folder.path)
  }

  func compute(
    _ name: String, _ profile: ProtectionProfile, history: ResultHistory = ResultHistory(), day: Int = 0
  ) throws -> Computed {
    let dataset = try joined(name)
    let data = try Microdata.read(dataset, keys: Samples.keys)
    return try Statistics.compute(
      data, try Statistics.survey(data, of: dataset, history: history), dataset: dataset,
      result: dataset.results[0], profile: profile, keys: Samples.keys, policyHash: "", history: history,
      now: Timestamp(secondsSince1970: 1_800_000_000).adding(days: day))
  }

  func lines(_ table: HeldSource?) throws -> [String] {
    let held = try #require(try table?.file())
    return String(decoding: try held.bytes(at: 0, held.count), as: UTF8.self).split(separator: "\n").map(
      String.init)
  }
}

@Suite struct `Several joins of one source` {
  private static let profile = Samples.profile(k: 5, divisor: 1, jitter: [16, 0, 0])

  /// Sixty units in each of two areas, and ten of A1 that nobody else knows; `absent` of them are not in c.
  private static func town(
    absent: Set<Int>, incomes: [Int: Int] = [:], joins: [(String, String, String, Join.Keep)],
    measures: [String] = []
  ) throws -> SeveralJoins {
    let units = 0..<120
    return try SeveralJoins(
      a: units.map {
        "\($0),\($0 < 60 ? "A1" : "B1"),\($0 % 2 == 0 ? "f" : "m"),\(incomes[$0] ?? 100 + $0)"
      }
        + (500..<510).map { "\($0),A1,f,100" },
      b: units.map { "\($0),\($0 % 3 == 0 ? "x" : "y"),\($0 / 2 % 2)" },
      c: units.filter { !absent.contains($0) }.map { "\($0),\($0 % 5 < 2 ? "u" : "v"),\($0 / 3 % 2)" },
      joins: joins, tables: [[], ["area"], ["kind"], ["ward"]], measures: measures)
  }

  private static func shown(_ released: Released) -> Set<String> {
    var shown: Set<String> = []
    for table in released.tables {
      for cell in table.cells where cell.values[0] != nil {
        shown.insert(zip(table.dimensions, cell.codes).map { "\($0)=\($1)" }.joined(separator: " "))
      }
    }
    return shown
  }

  @Test func `withhold what differs between two of them by one person`() throws {
    let world = try Self.town(absent: [7], joins: [("ab", "a", "b", .matched), ("ac", "a", "c", .matched)])
    // Each for itself, both tell of A1: sixty persons and fifty-nine, and the difference is one.
    for name in ["ab", "ac"] {
      let alone = Self.shown(try world.blind.compute(name, Self.profile).released)
      #expect(alone.isSuperset(of: ["", "area=A", "area=A1", "area=B1"]), "\(name): \(alone)")
      let together = Self.shown(try world.compute(name, Self.profile).released)
      #expect(together.isDisjoint(with: ["", "area=A", "area=A1"]), "\(name): \(together)")
      #expect(together.isSuperset(of: ["area=B1", "area=B"]), "\(name): \(together)")
    }
    // Five are enough, and so is nobody.
    for absent in [Set([]), Set(0..<5)] {
      let other = try Self.town(
        absent: absent, joins: [("ab", "a", "b", .matched), ("ac", "a", "c", .matched)])
      #expect(Self.shown(try other.compute("ab", Self.profile).released).contains("area=A1"))
    }
  }

  @Test func `leave what is out, and withhold what comes later beside it`() throws {
    let joins: [(String, String, String, Join.Keep)] = [
      ("ab", "a", "b", .matched), ("ac", "a", "c", .matched),
    ]
    let before = try Self.town(absent: [7], joins: [joins[0]])
    let first = try before.compute("ab", Self.profile)
    #expect(Self.shown(first.released).contains("area=A1"))
    let world = try Self.town(absent: [7], joins: joins)
    let again = try world.compute("ab", Self.profile, history: first.history, day: 40)
    #expect(again.report.carried > 0 && Self.shown(again.released).contains("area=A1"))
    let second = try world.compute("ac", Self.profile, history: again.history, day: 40)
    #expect(Self.shown(second.released).isDisjoint(with: ["", "area=A", "area=A1"]))
  }

  @Test func `make a chain whose rows are those of units that all have`() throws {
    let world = try SeveralJoins(
      a: ["1,A1,f,10", "2,A1,m,20", "3,B1,f,30"], b: ["1,x,0", "2,y,1"],
      c: ["2,u,1", "2,v,0", "3,u,0", "9,v,1"],
      joins: [("ab", "a", "b", .matched), ("abc", "ab", "c", .matched)], tables: [[]])
    let joined = try world.joined("abc")
    #expect(
      try world.lines(joined.resources[0].source.held).sorted() == [
        "2,A1,m,20,y,1,u,1", "2,A1,m,20,y,1,v,0", "id,area,sex,income,kind,ill,ward,care",
      ])
    #expect(
      try world.lines(try #require(joined.join?.world).source).sorted() == [
        "1,A1,f,10,x,0,,,110", "2,A1,m,20,y,1,u,1,111", "2,A1,m,20,y,1,v,0,111", "3,B1,f,30,,,u,0,101",
        "9,,,,,,v,1,001", "id,area,sex,income,kind,ill,ward,care,@",
      ])
  }

  @Test func `are judged at every link of a chain`() throws {
    let joins: [(String, String, String, Join.Keep)] = [
      ("ab", "a", "b", .matched), ("abc", "ab", "c", .matched),
    ]
    let world = try Self.town(absent: [7], joins: joins)
    #expect(Self.shown(try world.compute("ab", Self.profile).released).contains("area=A1"))
    let shown = Self.shown(try world.compute("abc", Self.profile).released)
    #expect(shown.isDisjoint(with: ["", "area=A", "area=A1"]) && shown.contains("area=B1"), "\(shown)")
    #expect(Self.shown(try world.blind.compute("abc", Self.profile).released) == shown, "the lattice sees it")
  }

  @Test func `keep rows without a partner, with missing values`() throws {
    let world = try SeveralJoins(
      a: ["1,A1,f,10", "2,A1,m,20"], b: ["1,x,0", "3,y,1"], c: [], joins: [("kept", "a", "b", .left)],
      tables: [[]])
    let joined = try world.joined("kept")
    #expect(
      try world.lines(joined.resources[0].source.held).sorted() == [
        "1,A1,f,10,x,0", "2,A1,m,20,,", "id,area,sex,income,kind,ill",
      ])
    let data = try Microdata.read(joined, keys: Samples.keys)
    #expect(data.shape.dimensions.map(\.name) == ["area", "sex", "kind", "ill", "@b", "@a"])
    #expect(data.told.unitCount == 2)
    // Not stated is a code of its own, which only those have who are told of.
    let kind = data.codes[2].sorted()
    #expect(kind == [0, 1, 2], "\(kind)")
  }

  @Test func `count who has no partner only where they are enough, and those who have one too`() throws {
    func shown(_ absent: Set<Int>) throws -> Set<String> {
      let world = try SeveralJoins(
        a: (0..<120).map { "\($0),\($0 < 60 ? "A1" : "B1"),f,1" }, b: [],
        c: (0..<120).filter { !absent.contains($0) }.map { "\($0),u,\($0 / 3 % 2)" },
        joins: [("kept", "a", "c", .left)], tables: [[], ["area"], ["area", "care"], ["care"]])
      return Self.shown(try world.compute("kept", Self.profile).released)
    }
    let none = try shown([])
    #expect(none.isSuperset(of: ["", "area=A1", "area=B1", "area=A1 care=1"]))
    // One person of A1 has no partner: whoever subtracts the codes from everybody has that person.
    let one = try shown([7])
    #expect(one.isDisjoint(with: ["", "area=A1", "area=A1 care=1", "care=1"]), "\(one)")
    #expect(one.isSuperset(of: ["area=B1", "area=B1 care=1"]))
    let ten = try shown(Set(0..<10))
    #expect(ten.isSuperset(of: ["", "area=A1", "area=A1 care=-", "area=A1 care=1"]), "\(ten)")
  }

  @Test func `cost one another's budget`() throws {
    let joins: [(String, String, String, Join.Keep)] = [
      ("ab", "a", "b", .matched), ("ac", "a", "c", .matched),
    ]
    let world = try Self.town(absent: Set(0..<10), joins: joins, measures: ["income"])
    let tight = Samples.profile(k: 5, divisor: 100, jitter: [16, 0, 0])
    let alone = try world.compute("ac", tight)
    #expect(!alone.released.tables.isEmpty)
    let first = try world.compute("ab", Self.profile)
    let after = try world.compute("ac", tight, history: first.history)
    #expect(after.report.tables.contains { $0.notWritten == .overBudget }, "\(after.report.tables)")
    #expect(after.released.tables.count < alone.released.tables.count)
    // The source pays for both.
    let half = try world.compute("a", tight, history: first.history)
    #expect(half.report.budgetUsed > (try world.compute("a", tight)).report.budgetUsed)
  }

  @Test func `give a unit its factor that outweighs what is in one of them and not in the other`() throws {
    // Six persons of A1 are in the first join and not in the second, one of them with nearly all the six have.
    let incomes = Dictionary(uniqueKeysWithValues: (0..<120).map { ($0, $0 == 3 ? 1000 : $0 < 6 ? 1 : 900) })
    let world = try Self.town(
      absent: Set(0..<6), incomes: incomes,
      joins: [("ab", "a", "b", .matched), ("ac", "a", "c", .matched)], measures: ["income"])
    for name in ["ab", "ac"] {
      #expect(try world.compute(name, Self.profile).history.prominent["income"]?.count == 1, "\(name)")
    }
    // Of the first alone nothing tells that the six are apart.
    #expect(try world.blind.compute("ab", Self.profile).history.prominent["income"] == nil)
  }

  @Test func `are attacked together with their sources`() throws {
    let joins: [(String, String, String, Join.Keep)] = [
      ("ab", "a", "b", .matched), ("ac", "a", "c", .matched),
    ]
    let world = try Self.town(absent: [7], joins: joins, measures: ["income"])
    func lines(_ world: SeveralJoins, _ judged: SeveralJoins) throws -> [String: AttackLine] {
      let results = try world.order.compactMap { name -> JointResult? in
        guard let dataset = judged.datasets[name] else { return nil }
        let names = Dictionary(uniqueKeysWithValues: dataset.dimensions.map { ($0.name, $0.name) })
        return JointResult(
          try world.compute(name, Self.profile).released, names: names,
          tables: dataset.tables.filter(\.isRequired).map(\.dataset), made: dataset.tables.map(\.dataset))
      }
      let data = try Microdata.read(try judged.joined("ab"), keys: Samples.keys)
      let lines = try Attacks.joint(data, results, profile: Self.profile)
      return Dictionary(uniqueKeysWithValues: lines.map { ($0.attack, $0) })
    }
    let alone = try lines(world.blind, world)
    #expect(
      alone["J1"]?.passes == false && (alone["J1"]?.value ?? 0) >= 3, "\(alone["J1"]?.detail("en") ?? "")")
    let together = try lines(world, world)
    #expect(together["J1"]?.value == 0 && together["J1"]?.passes == true)
    #expect(together.values.allSatisfy { $0.passes }, "\(together.mapValues(\.measured))")
    #expect(together["J4"]?.value == nil && together["J4"]?.detail("zh").contains("未评判") == true)
  }

  /// Firms of three hundred trades; in each one giant that no other register knows, and nine small ones. With others of
  /// its size in the register the giant stands out of the difference alone.
  @Test(arguments: [300, 40_000]) func `leave no giant to be read off a source less its join`(others: Int)
    throws
  {
    var generator = Generator(7)
    var lines: [String] = [], known: [String] = []
    for trade in 0..<300 {
      for unit in 0..<30 {
        let id = trade * 100 + unit
        let size =
          unit == 0
          ? Int.random(in: 5_000...50_000, using: &generator)
          : Int.random(in: 1...(unit < 10 ? 300 : others), using: &generator)
        lines.append("\(id),\(trade),\(size)")
        if unit >= 10 { known.append("\(id),x,\(unit % 2)") }
      }
    }
    let world = try SeveralJoins(
      firms: lines, b: known, tables: [["area"]], measures: ["income"])
    let results = try ["a", "b", "ab"].map { name in
      let dataset = try #require(world.datasets[name])
      return JointResult(
        try world.compute(name, Self.profile).released,
        names: Dictionary(uniqueKeysWithValues: dataset.dimensions.map { ($0.name, $0.name) }),
        tables: dataset.tables.filter(\.isRequired).map(\.dataset), made: dataset.tables.map(\.dataset))
    }
    let data = try Microdata.read(try world.joined("ab"), keys: Samples.keys)
    let line = try #require(
      try Attacks.joint(data, results, profile: Self.profile).first { $0.attack == "J4" })
    #expect(line.passes && line.value != nil, "\(line.measured) \(line.detail("en"))")
    // A system with a threshold alone fails: the attack bites.
    var bare = try JointTables(data, results)
    for place in bare.tables.indices where bare.tables[place].dataset != "b" {
      let first = bare.tables[place].dataset == "a" ? 0 : 10
      for cell in bare.tables[place].counts.indices { bare.tables[place].counts[cell] = 30 - first }
      var sums = bare.tables[place].counts.map { _ in Int128(0) as Int128? }
      for text in lines {
        let parts = text.split(separator: ",").compactMap { Int($0) }
        if parts[0] % 100 >= first { sums[parts[1]] = sums[parts[1]].map { $0 + Int128(parts[2]) } }
      }
      bare.tables[place].sums["income"] = sums
    }
    let failing = Set(try Attacks.joint(bare, profile: Self.profile).filter { !$0.passes }.map(\.attack))
    #expect(failing == ["J3", "J4"])
  }

  /// Every pair of shown populations of datasets that have a table in common, one within the conditions of the other.
  @Test(arguments: 1...10) func `leave no pair that differs by fewer than k units`(seed: UInt64) throws {
    var generator = Generator(seed)
    let k = 4
    var rows: [String: [String]] = ["a": [], "b": [], "c": []]
    var codes: [Int: [String: String]] = [:]
    var members: [Int: Set<String>] = [:]
    for unit in 0..<300 {
      let lot = Int.random(in: 0..<60, using: &generator)
      func add(_ table: String, _ values: [(String, String)]) {
        members[unit, default: []].insert(table)
        for (name, code) in values { codes[unit, default: [:]][name] = code }
        rows[table, default: []].append(([String(unit)] + values.map(\.1)).joined(separator: ","))
      }
      if lot > 0 {
        add(
          "a",
          [
            ("area", ["A1", "A1", "A2", "B1", "B1"].randomElement(using: &generator) ?? "A1"),
            ("sex", Int.random(in: 0..<4, using: &generator) == 0 ? "m" : "f"), ("income", "1"),
          ])
      }
      if lot > 6 || lot == 0 {
        add("b", [("kind", ["x", "x", "y"].randomElement(using: &generator) ?? "x"), ("ill", "0")])
      }
      if lot > 8 || lot == 3 {
        add("c", [("ward", ["u", "v"].randomElement(using: &generator) ?? "u"), ("care", "1")])
      }
    }
    let world = try SeveralJoins(
      a: rows["a"] ?? [], b: rows["b"] ?? [], c: rows["c"] ?? [],
      joins: [
        ("ab", "a", "b", .matched), ("ac", "a", "c", .matched), ("abc", "ab", "c", .matched),
        ("kept", "a", "b", .left), ("bc", "b", "c", .matched),
      ],
      tables: [
        [], ["area"], ["sex"], ["kind"], ["ward"], ["area", "kind"], ["area", "sex"], ["area", "ward"],
        ["kind", "ward"],
      ])
    let profile = Samples.profile(k: k, identifying: 3, divisor: 1, jitter: [16, 0, 0])
    func units(_ conditions: [String: String], of dataset: Dataset) -> Set<Int> {
      let required = Set(dataset.tables.filter(\.isRequired).map(\.dataset))
      let optional = Set(dataset.join?.optional ?? [])
      return Set(
        (0..<300).filter { unit in
          guard let own = members[unit], required.isSubset(of: own) else { return false }
          return conditions.allSatisfy { name, code in
            let isKnown = name != "kind" || own.contains("b")
            guard isKnown else { return code == "-" && optional.contains("b") }
            return codes[unit]?[name] == code
              || name == "area" && codes[unit]?[name].map { String($0.prefix(1)) } == code
          }
        })
    }
    func shown(_ name: String, _ world: SeveralJoins) throws -> [[String: String]] {
      try world.compute(name, profile).released.tables.flatMap { table in
        table.cells.filter { !$0.withheld }.map {
          Dictionary(uniqueKeysWithValues: zip(table.dimensions, $0.codes))
        }
      }
    }
    func small(_ world: SeveralJoins, _ judged: SeveralJoins) throws -> (tried: Int, small: [String]) {
      var told: [String: [([String: String], Set<Int>)]] = [:]
      for name in world.order {
        let dataset = try #require(world.datasets[name])
        told[name] = try shown(name, world).map { ($0, units($0, of: dataset)) }
      }
      var tried = 0
      var found: [String] = []
      for one in world.order {
        for other in judged.order where one != other && judged.datasets[one]?.kin[other] != nil {
          for (narrow, inside) in told[one] ?? [] {
            for (wide, all) in told[other] ?? []
            where wide.allSatisfy({ name, code in
              narrow[name] == code || name == "area" && narrow[name].map { String($0.prefix(1)) } == code
            }) {
              tried += 1
              let rest = inside.symmetricDifference(all).count
              if (1..<k).contains(rest) { found.append("\(one) \(narrow), \(other) \(wide): \(rest)") }
            }
          }
        }
      }
      return (tried, found)
    }
    let together = try small(world, world)
    #expect(together.small.isEmpty, "\(together.small.prefix(5))")
    let alone = try small(world.blind, world)
    #expect(together.tried > 50 && !alone.small.isEmpty, "there are pairs to find: \(alone)")
  }
}
