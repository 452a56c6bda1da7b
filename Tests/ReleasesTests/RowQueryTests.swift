import Bytes
import Support
import Testing

@testable import Releases

@Suite struct `Open rows` {
  private let made: HandMade
  private let release: Release

  init() throws {
    made = try HandMade()
    release = try made.open()
  }

  private func ask(_ query: [(String, String)]) throws -> (String, RowPage) {
    let page = try release.rows(
      "airports", resource: nil, items: query.map { (name: $0.0, value: $0.1) }, milliseconds: 5_000)
    return (String(decoding: page.bytes, as: UTF8.self), page)
  }

  @Test func `are written with exact numbers, booleans and nulls in all three formats`() throws {
    let select = ("select", "id,name,income,open,since")
    #expect(
      try ask([select]).0
        == #"[{"id":1,"name":"北京, \"首都\"","income":12.5,"open":true,"since":"2001-02-03"},"#
        + #"{"id":2,"name":"上海","income":12345678901234567.25,"open":false,"since":"1999-12-31"},"#
        + #"{"id":3,"name":"Hangzhou","income":null,"open":null,"since":null},"#
        + #"{"id":9007199254740993,"name":"100%_[x]*","income":-0.1,"open":true,"since":"2020-02-29"}]"#)
    #expect(
      try ask([("select", "id,income,name,open"), ("format", "csv"), ("limit", "2")]).0
        == "id,income,name,open\r\n1,12.5,\"北京, \"\"首都\"\"\",true\r\n2,12345678901234567.25,上海,false\r\n")
    #expect(
      try ask([("select", "id,open"), ("format", "ndjson"), ("limit", "2")]).0
        == "{\"id\":1,\"open\":true}\n{\"id\":2,\"open\":false}\n")
  }

  @Test func `with fields named as parameters and functions are asked for, and told how`() throws {
    let fields = ["order", "count", "x.sum", "x"].map {
      RowField(name: $0, type: .integer, title: nil, unit: nil, indexed: false)
    }
    let filtered = try RowQuery.parse([("\"order\"", "eq.3")], fields: fields)
    #expect(filtered.filters.map(\.field) == [0])
    let error = #expect(throws: QueryError.self) { try RowQuery.parse([("order", "eq.3")], fields: fields) }
    #expect(error?.hint?.contains("\"order\"=eq.") == true)
    let grouped = try RowQuery.parse([("select", "count,count(),x.sum,x.sum()")], fields: fields)
    #expect(grouped.items.map(grouped.name(of:)) == ["count", "count()", "x.sum", "x.sum()"])
    let plain = try RowQuery.parse([("select", "order,count()")], fields: fields)
    #expect(plain.items.map(plain.name(of:)) == ["order", "count"])
  }

  static let accepted: [([(String, String)], String)] = [
    ([("id", "eq.2")], "[2]"), ([("id", "neq.2")], "[1,3,9007199254740993]"),
    ([("id", "gt.2.5")], "[3,9007199254740993]"),
    ([("id", "gte.2"), ("id", "lte.3")], "[2,3]"), ([("id", "not.gt.1")], "[1]"),
    ([("id", "eq.9007199254740993")], "[9007199254740993]"), ([("id", "eq.9007199254740992")], "[]"),
    ([("income", "lt.0")], "[9007199254740993]"), ([("income", "eq.12.50")], "[1]"),
    ([("income", "eq.1.25e1")], "[1]"),
    ([("income", "is.null")], "[3]"), ([("income", "not.is.null")], "[1,2,9007199254740993]"),
    ([("open", "is.true")], "[1,9007199254740993]"), ([("open", "eq.false")], "[2]"),
    ([("kind", "in.(city)")], "[1,2]"), ([("kind", "in.(\"city\",village)")], "[1,2]"),
    ([("id", "in.(1,3)")], "[1,3]"), ([("kind", "not.in.(city)")], "[3,9007199254740993]"),
    ([("name", "like.*京*")], "[1]"), ([("name", "like.Hang%")], "[3]"), ([("name", "like.hang*")], "[]"),
    ([("name", "like._海")], "[2]"), ([("name", "like.100\\%\\_[x]\\*")], "[9007199254740993]"),
    ([("name", "eq.100%_[x]*")], "[9007199254740993]"), ([("name", "eq.'; DROP TABLE rows;--")], "[]"),
    ([("since", "gte.2001-02-03")], "[1,9007199254740993]"),
    ([("since", "eq.2020-02-29")], "[9007199254740993]"),
    ([("\"order\"", "eq.9")], "[1]"), ([("a.b", "eq.x")], "[1,3]"), ([("\"a.b\"", "eq.y")], "[2]"),
    ([("order", "id.desc"), ("limit", "2")], "[9007199254740993,3]"),
    ([("order", "income.desc")], "[2,1,9007199254740993,3]"),
    ([("order", "income")], "[3,9007199254740993,1,2]"),
    ([("order", "income.asc.nullslast")], "[9007199254740993,1,2,3]"),
    ([("order", "kind.desc,id.desc")], "[9007199254740993,3,2,1]"),
    ([("order", "\"order\"")], "[9007199254740993,3,2,1]"),
  ]

  @Test(arguments: accepted.indices) func `are filtered and ordered`(index: Int) throws {
    let (query, expected) = Self.accepted[index]
    let text = try ask([("select", "id")] + query).0
    #expect(text.replacing("{\"id\":", with: "").replacing("}", with: "") == expected, "\(query)")
  }

  static let gathered: [(String, [(String, String)], String)] = [
    ("count()", [], #"[{"count":4}]"#),
    ("kind,count()", [], #"[{"kind":"city","count":2},{"kind":"town","count":2}]"#),
    (
      "kind,income.count(),id.max()", [("order", "kind.desc")],
      #"[{"kind":"town","income.count":1,"id.max":9007199254740993},{"kind":"city","income.count":2,"id.max":2}]"#
    ),
    ("id.sum(),id.mean()", [("id", "lt.4")], #"[{"id.sum":6,"id.mean":2}]"#),
    ("income.mean()", [("id", "eq.3")], #"[{"income.mean":null}]"#),
    ("income.sum()", [("id", "in.(1,9007199254740993)")], #"[{"income.sum":12.4}]"#),
    ("open,since.min()", [("open", "is.true")], #"[{"open":true,"since.min":"2001-02-03"}]"#),
    ("kind,count()", [("order", "count().desc,kind.desc"), ("limit", "1")], #"[{"kind":"town","count":2}]"#),
    (
      "\"a.b\",count()", [("order", "\"a.b\".desc.nullslast")],
      #"[{"a.b":"y","count":1},{"a.b":"x","count":2},{"a.b":null,"count":1}]"#
    ),
    ("a.b.max()", [], #"[{"a.b.max":"y"}]"#),
  ]

  @Test(arguments: gathered.indices) func `are counted, summed and grouped`(index: Int) throws {
    let (select, query, expected) = Self.gathered[index]
    #expect(try ask([("select", select)] + query).0 == expected)
  }

  static let refused: [([(String, String)], QueryError.Code, String, Int?)] = [
    ([("select", "id,nmae")], .unknownField, "select", 4), ([("select", "")], .syntax, "select", 1),
    ([("select", "id,,name")], .syntax, "select", 4), ([("select", "id,id")], .syntax, "select", 4),
    ([("select", "name.sum()")], .unknownOperator, "select", 6),
    ([("select", "income.median()")], .unknownOperator, "select", 8),
    ([("select", "income.sum")], .syntax, "select", 1), ([("select", "id;DROP")], .unknownField, "select", 1),
    ([("select", "\"id")], .syntax, "select", 1),
    ([("select", "id"), ("select", "name")], .repeated, "select", nil),
    ([("nmae", "eq.x")], .unknownField, "nmae", nil), ([("id", "2")], .unknownOperator, "id", 1),
    ([("id", "eq")], .syntax, "id", 3), ([("id", "eq.x")], .value, "id", 4),
    ([("id", "not.eq.x")], .value, "id", 8),
    ([("id", "eq.")], .value, "id", 4), ([("id", "eq.0x1p3")], .value, "id", 4),
    ([("income", "eq.nan")], .value, "income", 4),
    ([("id", "like.1*")], .unknownOperator, "id", 1), ([("id", "in.1,2")], .syntax, "id", 4),
    ([("id", "in.(1,2")], .syntax, "id", 8), ([("id", "in.(1,2)x")], .syntax, "id", 9),
    ([("id", "in.(1,x)")], .value, "id", 7),
    ([("id", "is.true")], .syntax, "id", 4), ([("open", "is.maybe")], .syntax, "open", 4),
    ([("open", "eq.1")], .value, "open", 4),
    ([("since", "gt.2001-02-30")], .value, "since", 4), ([("kind", "ilike.x")], .unknownOperator, "kind", 1),
    ([("order", "nmae")], .unknownField, "order", 1), ([("order", "id,kind.up")], .unknownField, "order", 4),
    ([("order", "id.desc,id")], .syntax, "order", 9), ([("order", "count()")], .syntax, "order", 1),
    ([("select", "kind,count()"), ("order", "id")], .syntax, "order", 1),
    ([("order", "")], .syntax, "order", 1),
    ([("limit", "0")], .value, "limit", 1), ([("limit", "-1")], .value, "limit", 1),
    ([("limit", "1e3")], .value, "limit", 1),
    ([("limit", "10001")], .limit, "limit", 1), ([("offset", "5")], .unknownField, "offset", nil),
    ([("format", "xml")], .value, "format", 1), ([("after", "x")], .cursor, "after", 1),
    ([("or", "(id.eq.1)")], .unknownField, "or", nil),
    ([("and", "x")], .unknownField, "and", nil), ([("", "x")], .unknownField, "", nil),
    ([("kind", "eq." + String(repeating: "x", count: 20_000))], .limit, "kind", nil),
  ]

  @Test(arguments: refused.indices) func `refuse what is not in the grammar, naming parameter and position`(
    index: Int
  ) throws {
    let (query, code, parameter, position) = Self.refused[index]
    let error = #expect(throws: QueryError.self, "\(query)") { try ask(query) }
    #expect(error?.code == code, "\(query): \(String(describing: error))")
    #expect(error?.parameter == parameter)
    #expect(error?.position == position, "\(query): \(error?.message ?? "")")
  }

  @Test func `offer the nearest name`() throws {
    let error = #expect(throws: QueryError.self) { try ask([("select", "nmae")]) }
    #expect(error?.hint == "did you mean name?")
  }

  @Test(arguments: [
    [("order", "income.desc")], [("order", "income.asc.nullslast,id")], [("order", "open,kind.desc")], [],
    [("order", "open.desc.nullsfirst")], [("select", "kind,a.b,count()"), ("order", "count().desc")],
    [("select", "since,count()")],
  ]) func `go on from page to page without losing or doubling a row`(query: [(String, String)]) throws {
    let whole = try ask(query + [("format", "ndjson")]).0
    var pages = ""
    var after: String?
    var count = 0
    repeat {
      let (text, page) = try ask(
        query + [("format", "ndjson"), ("limit", "1")] + (after.map { [("after", $0)] } ?? []))
      pages += text
      after = page.next
      count += 1
    } while after != nil && count < 10
    #expect(pages == whole)
  }

  @Test func `refuse the cursor of another query`() throws {
    let next = try #require(try ask([("order", "id"), ("limit", "1")]).1.next)
    #expect(throws: QueryError.self) {
      try ask([("order", "id.desc"), ("limit", "1"), ("after", next)])
    }
    #expect(throws: QueryError.self) {
      try ask([("order", "id"), ("kind", "eq.city"), ("after", next)])
    }
    #expect(try ask([("order", "id"), ("limit", "2"), ("after", next)]).1.rowCount == 2)
  }

  @Test func `stop at the deadline`() throws {
    let path = try made.folder.file("big.sqlite")
    let builder = try RowsFile.Builder(path: path, fields: [RowField(name: "t", type: .string)])
    try builder.append { inserter in
      for number in 0..<200_000 {
        try inserter.text("value \(number)")
        try inserter.endRow()
      }
    }
    try builder.finish()
    let (bytes, hash) = try PartFile.hash(path)
    let source = try RowSource(
      path: path, part: Part(path: "rows/a.b.sqlite", bytes: bytes, sha256: hash, kind: .rows, dataset: "a"),
      resource: "b")
    let query = try RowQuery.parse([("t", "like.*nothing*")], fields: source.fields)
    let error = #expect(throws: QueryError.self) { try source.page(query, milliseconds: 1) }
    #expect(error?.code == .deadline)
    #expect(try source.page(query, milliseconds: 60_000).rowCount == 0)
  }

  @Test func `can be asked by several threads at once`() async throws {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<16 {
        group.addTask {
          try release.rows("airports", resource: "main", items: [("kind", "eq.city")], milliseconds: 5_000)
            .rowCount
        }
      }
      for try await count in group { #expect(count == 2) }
    }
  }
}
