import Bytes
import Catalogs
import Policies
import Support
import Tables
import Testing

@testable import Disclosure
@testable import Results

@Suite struct `Tables that are called otherwise, go and come back` {
  private typealias Row = [String: String]

  /// Nine hundred people with four conditions.
  private static func people(_ prefix: String = "P", seed: UInt64 = 5) -> [Row] {
    var random = Generator(seed)
    return (0..<900).map { person in
      [
        "id": "\(prefix)\(10_000 + person)", "zone": "z\(Int.random(in: 0..<4, using: &random))",
        "sector": "s\(Int.random(in: 0..<3, using: &random))",
        "size": "b\(Int.random(in: 0..<2, using: &random))",
        "form": "f\(Int.random(in: 0..<3, using: &random))",
        "sales": "\(Int.random(in: 500..<2000, using: &random))",
      ]
    }
  }

  /// The rows of a later version: of each zone twelve people are in the next one, others each time.
  private static func moved(_ rows: [Row], _ version: Int) -> [Row] {
    guard version > 0 else { return rows }
    var taken: [String: Int] = [:]
    return rows.enumerated().map { place, row in
      guard (place / 7) % 9 == version % 9, let zone = row["zone"], taken[zone, default: 0] < 12 else {
        return row
      }
      taken[zone, default: 0] += 1
      return row.merging(["zone": "z\(((Int(zone.dropFirst()) ?? 0) + 1) % 4)"]) { $1 }
    }
  }

  /// A dataset of one version: what it is called, its rows, and its fields by what it calls the dimensions cut from them.
  private struct Table {
    let name: String
    let rows: [Row]
    let fields: [String]
    /// Appended to every name and code.
    var mark = ""
    /// By which name its numbers are compared.
    let known: String

    init(_ name: String, _ rows: [Row], _ fields: [String], mark: String = "", as known: String? = nil) {
      (self.name, self.rows, self.fields, self.mark, self.known) = (name, rows, fields, mark, known ?? name)
    }

    func made(in kin: Kinsfolk) throws -> Dataset {
      let rows = rows.map { row in
        Dictionary(
          uniqueKeysWithValues: row.map { ($0.key, fields.contains($0.key) ? $0.value + mark : $0.value) })
      }
      let dimensions = fields.map { field in
        Kinsfolk.dimension(field + mark, of: field, Set(rows.compactMap { $0[field] }).sorted())
      }
      let names = dimensions.map(\.name)
      return try kin.dataset(
        name, rows, dimensions,
        tables: [[]] + names.map { [$0] } + (names.count > 1 ? [Array(names.prefix(2))] : []),
        [Kinsfolk.measure("sales")])
    }
  }

  /// The numbers of all versions, forty days apart, by the first names of everything.
  private static func numbers(_ versions: [[Table]]) throws -> [[String: [String?]]] {
    let kin = try Kinsfolk()
    var history = ResultHistory()
    var found: [[String: [String?]]] = []
    for (place, tables) in versions.enumerated() {
      let datasets = try tables.map { try $0.made(in: kin) }
      let made = try Kinsfolk.publish(datasets, history, day: 40 * place)
      history = try ResultHistory(
        json: made.history.json, packed: try Samples.packed(made.history), unitMaps: made.history.unitMaps)
      #expect(history == made.history)
      var numbers: [String: [String?]] = [:]
      for table in tables {
        for cells in made.out[table.name]?.tables ?? [] {
          for cell in cells.cells {
            let told = zip(cells.dimensions, cell.codes).map { dimension, code in
              "\(dimension.dropLast(table.mark.count))=\(code.dropLast(table.mark.count))"
            }
            numbers[([table.known] + told.sorted()).joined(separator: " ")] = cell.values
          }
        }
      }
      found.append(numbers)
    }
    return found
  }

  /// Expects what is told of a table in a version to be what it is where nothing but the rows changes.
  private static func expect(
    _ versions: [[Table]], like plain: [[Table]], _ what: String, at places: [(Int, Int)]? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let (made, plain) = (try numbers(versions), try numbers(plain))
    for (one, other) in places ?? Array(zip(versions.indices, plain.indices)) {
      var differing: [String] = []
      for (cell, values) in plain[other] where made[one][cell] != values { differing.append(cell) }
      #expect(
        differing.isEmpty, "\(what), version \(one): \(differing.sorted())", sourceLocation: sourceLocation)
      #expect(plain[other].values.contains { $0[0] != nil }, sourceLocation: sourceLocation)
    }
  }

  /// What is appended to every name and code from the second version on, another thing each time.
  private static func mark(_ version: Int) -> String { version == 0 ? "" : "-\(version)" }

  private static let rows = people()
  private static let few = ["sector"]
  private static let all = ["zone", "sector", "size"]

  @Test func `one that is renamed again and again goes on as itself where a sibling has gone`() throws {
    let first = [Table("aaa", Self.rows, ["size"]), Table("people", Self.rows, Self.all)]
    let plain = (1..<5).map { [Table("people", Self.moved(Self.rows, $0), Self.all)] }
    for names in [["b", "c", "d", "e"], ["c", "people", "d", "people"], ["aaa", "people", "aaa", "b"]] {
      let other = (1..<5).map {
        [Table(names[$0 - 1], Self.moved(Self.rows, $0), Self.all, mark: Self.mark($0), as: "people")]
      }
      try Self.expect([first] + other, like: [first] + plain, "\(names)")
    }
  }

  @Test func `another table under its name in between draws nothing anew`() throws {
    // Nobody of it, or some.
    for shared in [0, 60] {
      let between = Self.people("Q", seed: 9) + Self.rows.suffix(shared)
      let versions = (0..<4).flatMap { version in
        [
          [Table("people", Self.moved(Self.rows, version), Self.all, mark: Self.mark(version))],
          [Table("people", Self.moved(between, version), Self.all, mark: Self.mark(version), as: "other")],
        ]
      }
      try Self.expect(
        versions, like: (0..<4).map { [Table("people", Self.moved(Self.rows, $0), Self.all)] },
        "\(shared) in both",
        at: (0..<4).map { (2 * $0, $0) })
    }
    // Or a table of the same people with nothing else in common.
    let versions = (0..<3).flatMap { version in
      [
        [Table("people", Self.moved(Self.rows, version), ["zone", "sector"], mark: Self.mark(version))],
        [Table("people", Self.rows, ["form"], mark: Self.mark(version), as: "other")],
      ]
    }
    let plain = (0..<3).flatMap { version in
      [
        [Table("people", Self.moved(Self.rows, version), ["zone", "sector"])],
        [Table("people", Self.rows, ["form"], as: "other")],
      ]
    }
    try Self.expect(versions, like: plain, "of the same people")
  }

  @Test func `siblings that change names with one another keep their own draws`() throws {
    let fields = [["zone", "sector"], ["form"], ["size", "sector"]]
    let names = ["one", "three", "two"]
    func version(_ version: Int, shift: Int, mark: String) -> [Table] {
      fields.indices.map { place in
        Table(
          names[(place + shift) % 3], Self.moved(Self.rows, version), fields[place], mark: mark,
          as: names[place])
      }
    }
    try Self.expect(
      (0..<4).map { version($0, shift: $0, mark: Self.mark($0)) },
      like: (0..<4).map { version($0, shift: 0, mark: "") },
      "of the same people")
    // Of other people each.
    func apart(_ version: Int, shift: Int, mark: String) -> [Table] {
      names.indices.map { place in
        let rows = Self.people("P\(place)", seed: UInt64(20 + place))
        return Table(
          names[(place + shift) % 3], Self.moved(rows, version), Self.all, mark: mark, as: names[place])
      }
    }
    try Self.expect(
      (0..<4).map { apart($0, shift: $0, mark: Self.mark($0)) },
      like: (0..<4).map { apart($0, shift: 0, mark: "") },
      "of other people")
  }

  @Test func `one that was away for some versions comes back as what it was`() throws {
    let others = [Table("others", Self.rows, ["form"])]
    let first = others + [Table("people", Self.rows, Self.all)]
    let plain = [first, others, others, others + [Table("people", Self.moved(Self.rows, 1), Self.all)]]
    for name in ["people", "anew"] {
      let back = others + [Table(name, Self.moved(Self.rows, 1), Self.all, mark: "-1", as: "people")]
      // While it is away another has its name, or tells of its people.
      for between in [
        [], [Table("people", Self.people("Q"), Self.all, as: "q")],
        [Table("more", Self.rows, ["size"], as: "q")],
      ] {
        try Self.expect(
          [first, others + between, others + between, back], like: plain, "\(name) \(between.count)")
      }
    }
  }

  @Test func `what is parted and made one again keeps its labels`() throws {
    let whole = (0..<3).map { [Table("people", Self.moved(Self.rows, $0), Self.all)] }
    func parts(_ version: Int) -> [Table] {
      let rows = Self.moved(Self.rows, version)
      return ["s0", "s1", "s2"].map { (sector: String) in
        Table(
          "part-\(version)-\(sector)", rows.filter { $0["sector"] == sector }, Self.all,
          mark: Self.mark(version),
          as: "people \(sector)")
      }
    }
    let made = try Self.numbers([whole[0], parts(0), whole[1], parts(1), whole[2]])
    let plain = try Self.numbers(whole)
    for (place, other) in [(0, 0), (2, 1), (4, 2)] {
      #expect(plain[other].allSatisfy { made[place][$0.key] == $0.value }, "version \(place)")
    }
    for sector in ["s0", "s1", "s2"] {
      #expect(made[1]["people \(sector) sector=\(sector)"] == plain[0]["people sector=\(sector)"])
      #expect(made[3]["people \(sector) sector=\(sector)"] == plain[1]["people sector=\(sector)"])
    }
  }

  @Test func `who averages over twenty versions knows no more than of one, whatever was done in between`()
    throws
  {
    var errors: [Double] = []
    for seed in 1...2 as ClosedRange<UInt64> {
      var random = Generator(seed)
      let rows = Self.people(seed: 40 + seed)
      var found: [String: [Double]] = [:]
      var history = ResultHistory()
      for version in 0..<20 {
        let now = Self.moved(rows, version)
        // One that had one of these names may have gone, or tell of something else.
        var names = (["b", "c", "d"] + ["e", "f", "g"].map { $0 + "\(version)" }).shuffled(using: &random)
        func table(_ rows: [Row], _ fields: [String], _ part: String = "") -> Table {
          Table(names.removeLast(), rows, fields, mark: Self.mark(version), as: part)
        }
        var tables: [Table] = []
        switch Int.random(in: 0..<6, using: &random) {
        case _ where version == 0: tables = [table(now, Self.all)]
        case 0: tables = [table(Self.people("Q", seed: seed), Self.all, "other")]
        case 1, 2:
          for part in ["b0", "b1"] {
            tables.append(table(now.filter { $0["size"] == part }, ["zone", "sector"], "size=\(part)"))
          }
        default: tables = [table(now, Self.all.shuffled(using: &random))]
        }
        names = ["a\(version)"]
        tables.append(table(now, [["form"], ["sector"]].randomElement(using: &random) ?? []))
        let kin = try Kinsfolk()
        let datasets = try tables.map { try $0.made(in: kin) }
        let made = try Kinsfolk.publish(datasets, history, day: 40 * version)
        history = made.history
        var told: [String: Double] = [:]
        for table in tables where table.known != "other" {
          for cells in made.out[table.name]?.tables ?? [] {
            for cell in cells.cells {
              guard let count = cell.values[0].flatMap(Double.init) else { continue }
              var conditions = zip(cells.dimensions, cell.codes).map { dimension, code in
                "\(dimension.dropLast(table.mark.count))=\(code.dropLast(table.mark.count))"
              }
              if !table.known.isEmpty { conditions.append(table.known) }
              let units = now.count { row in
                conditions.allSatisfy { condition in
                  let parts = condition.split(separator: "=").map(String.init)
                  return row[parts[0]] == parts[1]
                }
              }
              told[conditions.sorted().joined(separator: " ")] = count - Double(units)
            }
          }
        }
        for (cell, error) in told { found[cell, default: []].append(error) }
      }
      // The others stay who they are.
      for (cell, all) in found where all.count >= 6 && cell.contains("zone") {
        errors.append(all.reduce(0, +) / Double(all.count))
      }
    }
    let exact = Double(errors.count { abs($0) < 0.5 }) / Double(errors.count)
    let deviation = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
    #expect(errors.count > 40 && deviation >= 1 && exact <= 0.35)
  }

  @Test func `a dataset that comes beside one of the same people has labels of its own`() throws {
    let kin = try Kinsfolk()
    let (one, two) = (Table("one", Self.rows, Self.all), Table("two", Self.rows, ["form"]))
    let first = try Kinsfolk.publish([try one.made(in: kin)])
    let both = try Kinsfolk.publish([try one.made(in: kin), try two.made(in: kin)], first.history, day: 40)
    #expect(both.history.roots == [:] && both.history.lines.keys.sorted() == ["one", "two"])
    // The first goes, and another takes its name: its root is not that of the first.
    let third = try Kinsfolk.publish(
      [try Table("three", Self.rows, Self.all).made(in: kin), try two.made(in: kin)], both.history, day: 80)
    let fourth = try Kinsfolk.publish(
      [
        try Table("three", Self.rows, Self.all).made(in: kin), try two.made(in: kin),
        try Table("one", Self.people("Q"), Self.all).made(in: kin),
      ], third.history, day: 120)
    #expect(fourth.history.roots == ["three": "one", "one": "one~2"])
    #expect(fourth.history.datasets == ["one", "three", "two"])
  }

  @Test func `a history of before says the root of a dataset by the one that it went on as`() throws {
    let kin = try Kinsfolk()
    let made = try Kinsfolk.publish([try Table("one", Self.rows, Self.few).made(in: kin)]).history
    let members = (made.json.members ?? []).filter { !["roots", "seen", "version"].contains($0.key) }
    let json = JSON.object(
      members + [
        .init("version", JSON(3)), .init("continued", ["two": "one", "three": "two", "a": "b", "b": "a"]),
      ])
    let read = try ResultHistory(json: json, packed: try Samples.packed(made), unitMaps: made.unitMaps)
    #expect(read.roots["two"] == "one" && read.roots["three"] == "one" && read.drawn == made.drawn)
    #expect(read.seen == [:])
  }
}
