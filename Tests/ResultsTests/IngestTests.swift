import Bytes
import Catalogs
import Disclosure
import Foundation
import Policies
import Tables
import Testing

@testable import Results

@Suite struct `Reading restricted tables` {
  /// A dataset over a file with these lines.
  static func dataset(
    _ lines: [String], subject: [String] = ["id"], dimensions: [Catalogs.Dimension]? = nil,
    required: Set<String> = []
  ) throws -> Dataset {
    let path = FileManager.default.temporaryDirectory.appending(path: "doorsill-\(UUID().uuidString).csv")
      .path
    try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    var fields = [
      Field(name: "id"), Field(name: "part"), Field(name: "sex", type: .integer),
      Field(name: "birth", type: .date),
      Field(name: "place"), Field(name: "weight", type: .number), Field(name: "income", type: .number),
    ]
    for index in fields.indices { fields[index].constraints.required = required.contains(fields[index].name) }
    let resource = Resource(
      name: "r", source: TableSource(path: path, delimiter: ","), schema: Schema(fields: fields))
    return Dataset(
      name: "d", file: "dataset.json5", title: "d", description: "d", license: "x",
      provider: Provider(organization: "o", person: "p"), classification: Classification(level: "L3"),
      resources: [resource], subject: subject, dimensions: try dimensions ?? Self.dimensions(),
      results: [
        ResultDeclaration(
          name: "r", kind: .statistic, title: "r", description: "r", profile: "strict", refresh: "P1Y",
          measures: [
            Measure(
              field: "income", title: "income", perUnit: .sum, lowerBound: "0", upperBound: "1000000",
              scale: 2)
          ], tables: [["sex"]])
      ])
  }

  static func dimensions() throws -> [Catalogs.Dimension] {
    let asOf = try #require(CalendarDate(iso: "2025-12-31"))
    return [
      Catalogs.Dimension(
        name: "sex", title: "sex", role: .identifying, field: "sex",
        codes: [Code(code: "1", label: "m"), Code(code: "2", label: "f")]),
      Catalogs.Dimension(
        name: "age", title: "age", role: .identifying, field: "birth",
        codes: [
          Code(code: "0-17", label: "0"), Code(code: "18-59", label: "18"), Code(code: "60+", label: "60"),
        ],
        banding: Bands(edges: ["0", "18", "60"], asOf: asOf)),
      Catalogs.Dimension(
        name: "place", title: "place", role: .identifying, field: "place",
        codes: [
          Code(code: "A", label: "A"), Code(code: "A1", label: "A1", parent: "A"),
          Code(code: "B", label: "B"),
        ]),
      Catalogs.Dimension(
        name: "weight", title: "weight", role: .response, field: "weight",
        codes: [Code(code: "low", label: "low"), Code(code: "high", label: "high")],
        banding: Bands(edges: ["0", "70.5"])),
    ]
  }

  static let head = "id,part,sex,birth,place,weight,income"

  static func read(_ dataset: Dataset) throws -> Microdata {
    defer { try? FileManager.default.removeItem(atPath: dataset.resources[0].source.path) }
    return try Microdata.read(dataset, keys: Samples.keys)
  }

  /// Codes of one unit's only row, by name.
  static func codes(_ data: Microdata, _ unit: String) throws -> [String] {
    var keys = RecordKeys(Samples.keys, family: "d")
    let key = keys.key(of: unit)
    let row = try #require(data.keys.firstIndex(of: key))
    return data.shape.dimensions.indices.map {
      data.shape.dimensions[$0].codes[Int(data.codes[$0][row])].code
    }
  }

  @Test func `codes numbers, ages, places and bands`() throws {
    let data = try Self.read(
      Self.dataset([
        Self.head, "a,1,1,2007-12-31,A1,70.5,12.345", "b,1,02,2008-01-01,A,70.4,0",
        " c ,1,2,1965-12-31,B,0,1e3",
        "d,1,2,1966-01-01,B,,", "e,1,,,,1,1",
      ]))
    #expect(try Self.codes(data, "a") == ["1", "18-59", "A1", "high"])
    #expect(try Self.codes(data, "b") == ["2", "0-17", "A", "low"])
    #expect(try Self.codes(data, "c") == ["2", "60+", "B", "low"])
    #expect(try Self.codes(data, "d") == ["2", "18-59", "B", "-"])
    #expect(try Self.codes(data, "e") == ["-", "-", "-", "low"])
    #expect(data.values[0].filter { $0 != Microdata.missing }.sorted() == [0, 100, 1235, 100_000])
    #expect(data.values[0].count { $0 == Microdata.missing } == 1)
  }

  @Test(arguments: [
    ("a,1,3,2000-01-01,A,1,1", "record 2, field sex: \"3\" is no declared code of dimension sex"),
    ("a,1,1,2026-01-01,A,1,1", "record 2, field birth: \"2026-01-01\" is no declared code of dimension age"),
    ("a,1,1,2000-01-01,C,1,1", "record 2, field place: \"C\" is no declared code"),
    ("a,1,1,2000-01-01,A,-1,1", "record 2, field weight: \"-1\" is no declared code"),
    (
      "a,1,1,2000-01-01,A,1,1000000.01",
      "record 2, field income: \"1000000.01\" is outside the declared bounds"
    ),
    ("a,1,1,2000-01-01,A,1,-1", "record 2, field income: \"-1\" is outside the declared bounds"),
    (",1,1,2000-01-01,A,1,1", "record 2, field id: \"\" names no unit"),
  ])
  func `refuses what has no declared place, by record and field`(line: String, message: String) throws {
    let dataset = try Self.dataset([Self.head, "z,1,1,2000-01-01,A,1,1", line])
    let error = #expect(throws: ResultError.self) { try Self.read(dataset) }
    #expect(error?.code == .value)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(":3:") == true)
    #expect(error?.hint != nil)
  }

  @Test(arguments: [
    "a,1,1,2000-02-30,A,1,1", "a,1,1,2000-01-01,A,1,NaN", "a,1,1,2000-01-01,A,1,INF",
    "a,1,1,2000-01-01,A,x,1",
  ])
  func `a table with faults is not computed from`(line: String) throws {
    let dataset = try Self.dataset([Self.head, "z,1,1,2000-01-01,A,1,1", line])
    #expect(throws: ResultError(.table, "")) { try Self.read(dataset) }
  }

  @Test func `units are told apart by all parts of the subject, in one normal form`() throws {
    let data = try Self.read(
      Self.dataset(
        [
          Self.head, "a,1,1,2000-01-01,A,1,1", "a,2,1,2000-01-01,A,1,1", "a ,1,1,2000-01-01,A,1,1",
          "Zo\u{EB},1,1,2000-01-01,A,1,1", "Zoe\u{308},1,1,2000-01-01,A,1,1",
        ], subject: ["id", "part"]))
    #expect(data.rowCount == 5)
    #expect(data.unitCount == 3)
  }

  @Test func `a field that is required has no code for missing values`() throws {
    let open = try Self.read(Self.dataset([Self.head, "a,1,1,2000-01-01,A,1,1"]))
    #expect(open.shape.dimensions[0].codes.map { $0.code } == ["1", "2", "-"])
    #expect(!open.measures[0].complete)
    let closed = try Self.read(
      Self.dataset([Self.head, "a,1,1,2000-01-01,A,1,1"], required: ["sex", "income"]))
    #expect(closed.shape.dimensions[0].codes.map { $0.code } == ["1", "2"])
    #expect(closed.measures[0].complete)
  }

  @Test(arguments: [Catalogs.Dimension.Role.identifying, .response])
  func `a second cut of the same field is refused, whatever its role`(_ role: Catalogs.Dimension.Role) throws
  {
    var dimensions = try Self.dimensions()
    dimensions.append(
      Catalogs.Dimension(
        name: "group", title: "group", role: role, field: "birth",
        codes: [Code(code: "0+", label: "0")],
        banding: Bands(edges: ["0"], asOf: CalendarDate(iso: "2025-12-31"))))
    let dataset = try Self.dataset([Self.head, "a,1,1,2000-01-01,A,1,1"], dimensions: dimensions)
    #expect(throws: ResultError(.declaration, "")) { try Self.read(dataset) }
  }

  @Test func `and bands of a measure are one`() throws {
    let rich = Catalogs.Dimension(
      name: "rich", title: "rich", role: .response, field: "income",
      codes: [Code(code: "0+", label: "0")], banding: Bands(edges: ["0"], asOf: nil))
    var dataset = try Self.dataset(
      [Self.head, "a,1,1,2000-01-01,A,1,1"], dimensions: Self.dimensions() + [rich])
    #expect(throws: Never.self) { try Self.read(dataset) }
    dataset.results[0].measures[0].bands = ["0", "1000"]
    #expect(throws: ResultError(.declaration, "")) { try Self.read(dataset) }
  }

  @Test func `an empty table is a dataset of nobody`() throws {
    let data = try Self.read(Self.dataset([Self.head]))
    #expect(data.unitCount == 0)
    let target = Target(data, tables: [[0], [0, 1]], measures: [0], profile: .strict, keys: Samples.keys)
    let made = try target.publish()
    #expect(made.released.tables.isEmpty)
    #expect(made.report.tables.allSatisfy { $0.notWritten != nil })
  }
}
