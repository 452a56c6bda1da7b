import Bytes
import Testing

@testable import Releases

@Suite struct `A protected result` {
  private func parse(_ query: [(String, String)]) throws -> ResultQuery {
    try ResultQuery.parse(query.map { (name: $0.0, value: $0.1) }, of: try #require(HandMade.result))
  }

  private func cells(_ query: [(String, String)]) throws -> String {
    let result = try #require(HandMade.result)
    let answer = ResultAnswer(result, query: try parse(query), release: 7)
    let json = try JSON(parsing: answer.body(language: "en"))
    return String(decoding: try #require(json["cells"]).serialized(), as: UTF8.self)
  }

  @Test func `is answered in the shape the documentation gives`() throws {
    let result = try #require(HandMade.result)
    let query = try parse([("select", "division,count"), ("division", "in.(3301,3302)")])
    let answer = ResultAnswer(result, query: query, release: 7)
    #expect(
      String(decoding: answer.body(language: "en"), as: UTF8.self)
        == #"{"dataset":"residents","result":"income","release":7,"cells":[{"division":"3301","count":120},"#
        + #"{"division":"3302","count":null,"withheld":true}],"units":{},"band95":{"count":4},"#
        + #""protection":{"profile":"strict"},"note":"Noise was added"}"#)
    #expect(answer.cellCount == 2)
    #expect(answer.withheldCount == 1)
  }

  static let answered: [([(String, String)], String)] = [
    (
      [("select", "division,income.mean"), ("division", "eq.3301")],
      #"[{"division":"3301","income.mean":41000.5}]"#
    ),
    ([("select", "division,count()"), ("division", "in.(\"a,b\")")], #"[{"division":"a,b","count":55}]"#),
    ([("division", "eq.a,b")], #"[{"division":"a,b","count":55,"income.mean":null,"withheld":true}]"#),
    (
      [("select", "count"), ("division", "eq.3301"), ("sex", "in.(f,m)")],
      #"[{"division":"3301","sex":"f","count":61},{"division":"3301","sex":"m","count":58}]"#
    ),
    (
      [("select", "sex,division,count"), ("sex", "eq.m"), ("division", "eq.3302")],
      #"[{"division":"3302","sex":"m","count":11}]"#
    ),
    (
      [("sex", "eq.f"), ("select", "count"), ("division", "eq.3302")],
      #"[{"division":"3302","sex":"f","count":null,"withheld":true}]"#
    ),
  ]

  @Test(arguments: answered.indices) func `lists cells and never merges them`(index: Int) throws {
    #expect(try cells(Self.answered[index].0) == Self.answered[index].1)
  }

  @Test func `answers without a selection from the first table that has the dimensions`() throws {
    #expect(try cells([]).contains("3302"))
    #expect(!(try cells([]).contains("sex")))
    #expect(try cells([("sex", "eq.m")]).contains(#""sex":"m""#))
  }

  static let refused: [[(String, String)]] = [
    [("order", "count.desc")], [("limit", "1")], [("offset", "1")], [("after", "x")], [("count", "gt.5")],
    [("income.mean", "gte.1")], [("division", "gt.3301")], [("division", "neq.3301")],
    [("division", "not.eq.3301")],
    [("division", "like.33*")], [("division", "is.null")], [("division", "3301")], [("division", "eq")],
    [("division", "eq.")], [("division", "eq.9999")], [("division", "in.()")], [("division", "in.(3301")],
    [("division", "in.(3301)x")], [("division", "in.3301")], [("division", "in.(3301,3301)")],
    [("division", "in.(3301,*)")], [("division", "eq.3301"), ("division", "eq.3302")],
    [("select", "division,count"), ("select", "count")], [("select", "")],
    [("select", "division,division,count")],
    [("select", "*")], [("select", "income")], [("select", "income.max()")], [("select", "count,median")],
    [("select", "division,count,secret")], [("format", "xml")], [("format", "json"), ("format", "json")],
    [("dry_run", "1")], [("dry_run", "true"), ("dry_run", "true")], [("or", "(division.eq.3301)")],
    [("and", "x")],
    [("having", "count.gt.3")], [("Division", "eq.3301")], [("division ", "eq.3301")], [("", "")],
    [("lang", "ZH")], [("lang", "")], [("lang", "zh"), ("lang", "en")], [("division", "EQ.3301")],
    [("division", "eq. 3301")], [("division", "eq.3301%00")],
  ]

  @Test(arguments: refused.indices) func `refuses everything else with one identical error`(index: Int) throws
  {
    let error = #expect(throws: QueryError.self, "\(Self.refused[index])") { try parse(Self.refused[index]) }
    #expect(error == QueryError.result, "\(Self.refused[index])")
  }

  @Test func `names the nearest table that was published`() throws {
    let error = #expect(throws: QueryError.self) { try parse([("select", "sex,count")]) }
    #expect(error?.code == .notPublished)
    #expect(error?.message == "no table over sex was published; published are: division; division,sex")
    #expect(error?.hint == "the nearest published table: select=division,sex,count,income.mean")
    #expect(error?.message(in: "zh") == "没有公布按 sex 的表；已公布：division；division,sex")
    #expect(error?.hint(in: "zh") == "最接近的已公布的表：select=division,sex,count,income.mean")
    #expect(throws: QueryError.self) { try parse([("select", "count")]) }
  }

  @Test func `is written as CSV too`() throws {
    let answer = ResultAnswer(
      try #require(HandMade.result), query: try parse([("select", "division,count"), ("format", "csv")]),
      release: 7)
    #expect(
      String(decoding: answer.body(.csv, language: "zh"), as: UTF8.self)
        == "division,division_label,count,count_low95,count_high95,withheld,release,note\r\n"
        + "3301,杭州,120,116,124,,7,已加噪声\r\n3302,宁波,,,,true,7,\r\n\"a,b\",odd,55,51,59,,7,\r\n")
  }

  @Test func `is read back as it was stored, and not with undeclared codes or words for numbers`() throws {
    let result = try #require(HandMade.result)
    let bytes = result.json.serialized()
    let cells = result.cells
    let again = try StoredResult(parsing: bytes, cells: { _ in cells }, tags: HeldBytes([]), part: "r")
    #expect(again.json == result.json)
    #expect(again.cells.bytes == cells.bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    let dimension = "[\"division\"]"
    for (from, to) in [
      (dimension, "[\"town\"]"), (dimension, "[\"sex\"]"), ("\"statistic\"", "\"verify\""),
      ("\"count\"", "7"),
      ("\"width\":4", "\"width\":5"),
    ] {
      #expect(throws: ReleaseError.self, "\(from)") {
        try StoredResult(
          parsing: Array(text.replacing(from, with: to).utf8), cells: { _ in cells }, tags: HeldBytes([]),
          part: "r")
      }
    }
    for length in [0, 1, cells.bytes.count - 4, cells.bytes.count + 4] {
      let other = StoredCells(
        HeldBytes(Array((cells.bytes + cells.bytes).prefix(length))), width: cells.width)
      #expect(throws: ReleaseError.self) {
        try StoredResult(parsing: bytes, cells: { _ in other }, tags: HeldBytes([]), part: "r")
      }
    }
    func made(_ codes: [String], _ values: [String?]) throws -> StoredResult {
      try StoredResult(
        dataset: "d", result: "r", title: "t", dimensions: result.dimensions, columns: result.columns,
        tables: [(["division"], [.init(codes: codes, values: values)])], protection: [:], note: "n")
    }
    #expect(throws: Never.self) { try made(["3301"], ["-0.5", nil]) }
    for (codes, values) in [
      (["3399"], ["1", "2"]), (["3301"], ["1"]), (["3301", "f"], ["1", "2"]), (["3301"], ["1", "many"]),
      (["3301"], ["1", "1e5"]), (["3301"], ["01", "1"]), (["3301"], ["1.50", "1"]), (["3301"], ["", "1"]),
    ] as [([String], [String?])] {
      #expect(throws: ReleaseError.self, "\(codes) \(values)") { try made(codes, values) }
    }
  }

  @Test(arguments: [
    ["0", "120", "-7", nil], ["12.5", "0.001", "-0.25", "41000.5"],
    ["9223372036854775807", "-9223372036854775807", nil, "1"],
    ["170141183460469231731687303715884105727", "-170141183460469231731687303715884105727", nil, "3"],
    ["92233720368547758.075", "1", nil, "0"],
  ]) func `keeps every number's text, however long, and what is withheld`(values: [String?]) throws {
    let dimension = StoredResult.Dimension(
      name: "a", title: "A", role: "identifying",
      codes: values.indices.map { .init(code: "c\($0)", label: "c", parent: nil) })
    let result = try StoredResult(
      dataset: "d", result: "r", title: "t", dimensions: [dimension],
      columns: [.init(name: "x", title: "X", unit: nil, sd: nil)],
      tables: [(["a"], values.enumerated().map { .init(codes: ["c\($0.offset)"], values: [$0.element]) })],
      protection: [:], note: "n")
    let stored = StoredCells(HeldBytes(result.cells.bytes), width: result.cells.width)
    let again = try StoredResult(
      parsing: result.json.serialized(), cells: { _ in stored }, tags: HeldBytes([]), part: "r")
    for (place, value) in values.enumerated() {
      #expect(again.value(again.tables[0], cell: place, column: 0) == value)
    }
  }

  @Test func `finds a tag among its tags, and only whole ones`() throws {
    let tags = (0..<100).flatMap { number in
      [UInt8](repeating: UInt8(number * 2), count: 16) + [UInt8(number)]
    }
    let described: JSON = [
      "subject": [["name": "code", "title": "Code", "form": "text"]],
      "claims": [["name": "founded", "title": "Founded", "form": "date"]],
      "scrypt": ["n": 2, "r": 8, "p": 1], "tagLength": 16, "answerLength": 1, "count": 100,
      "values": ["A", "B"], "meaning": "m", "responsible": "r",
      "price": ["subjectBits": 1, "claimBits": 2, "costBits": 3], "needsConsent": false,
    ]
    let stored = try #require(StoredTags(json: described, bytes: tags))
    for number in 0..<100 {
      #expect(stored.answer(to: [UInt8](repeating: UInt8(number * 2), count: 16)) == [UInt8(number)])
      #expect(stored.answer(to: [UInt8](repeating: UInt8(number * 2 + 1), count: 16)) == nil)
    }
    #expect(stored.answer(to: [0]) == nil)
    #expect(StoredTags(json: described, bytes: Array(tags.dropLast())) == nil)
    #expect(StoredTags(json: stored.json, bytes: tags) == stored)
  }
}

@Suite struct `The catalogue` {
  private let made: HandMade
  private let release: Release

  init() throws {
    made = try HandMade()
    release = try made.open()
  }

  private func find(_ text: String, _ language: String, _ change: (inout CatalogueFilter) -> Void = { _ in })
    throws -> [String]
  {
    var filter = CatalogueFilter()
    filter.text = text
    change(&filter)
    return try release.search(filter, language: language).datasets.compactMap { $0["id"]?.string }
  }

  @Test(arguments: [
    ("机场", ["airports", "weather"]), ("民用机场", ["airports"]), ("人口", ["population"]), ("口", ["population"]),
    ("跑道", ["airports"]), ("机场 气象", ["weather"]), ("场机", []), ("航空", ["airports"]), ("统计人口", []),
    ("中", ["airports"]), ("录", ["airports"]), ("weather", ["weather"]), ("ＷＥＡＴＨＥＲ", ["weather"]),
  ]) func `is searched in Chinese, by any part of a phrase`(text: String, expected: [String]) throws {
    #expect(try find(text, "zh") == expected)
  }

  @Test(arguments: [
    ("airport", ["airports"]), ("AIRPORTS", ["airports"]), ("runway", ["airports"]),
    ("popul", ["population"]),
    ("city", []), ("cities", ["population"]), ("cafe naive", ["weather"]), ("airports population", []),
    ("\" OR title:*", []), ("NEAR(", []), ("   ", []), ("", ["airports", "population", "weather"]),
    ("county", []), ("counties", ["population"]), ("observation", ["weather"]),
  ]) func `is searched in English, by beginnings of words, and takes no syntax`(
    text: String, expected: [String]
  ) throws {
    #expect(try find(text, "en") == expected)
  }

  @Test func `ranks titles first, filters, pages, counts and hides`() throws {
    #expect(try find("机场", "zh").first == "airports")
    #expect(try find("", "en") { $0.theme = "transport" } == ["airports"])
    #expect(try find("", "en") { ($0.limit, $0.offset) = (1, 1) } == ["population"])
    #expect(try find("", "en") { $0.order = .title } == ["airports", "population", "weather"])
    let page = try release.search(CatalogueFilter(), language: "en", hiding: ["weather"])
    #expect(page.total == 2)
    #expect(page.facets.first { $0.kind == "theme" }?.counts.map(\.value) == ["t", "transport"])
    #expect(page.facets.first { $0.kind == "format" }?.counts.map(\.count) == [2, 2])
  }
}
