import Bytes
import SQLite
import Support
import Testing

@testable import Releases

/// How SQLite goes about a query, as it says itself.
@Suite struct `The plan of a row query` {
  private let folder: TemporaryFolder
  private let path: String
  static let fields = [
    RowField(name: "station", type: .string, indexed: true),
    RowField(name: "year", type: .integer, indexed: true),
    RowField(name: "value", type: .number),
  ]

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.file("rows.sqlite")
    let builder = try RowsFile.Builder(path: path, fields: Self.fields)
    try builder.append(
      rows: (0..<3000).map { row in
        [.text("s\(row * 7 % 11)"), .integer(Int64(2000 + row % 9)), .number("\(row % 101).25")]
      })
    try builder.finish()
  }

  private func source() throws -> RowSource {
    let (bytes, hash) = try PartFile.hash(path)
    return try RowSource(
      path: path, part: Part(path: "rows/a.b.sqlite", bytes: bytes, sha256: hash, kind: .rows, dataset: "a"),
      resource: "b")
  }

  private func statement(_ query: [(String, String)]) throws -> SQL {
    let query = try RowQuery.parse(query.map { (name: $0.0, value: $0.1) }, fields: Self.fields)
    return try CompiledRowQuery(query, exact: false, part: "").statement()
  }

  private func plan(_ query: [(String, String)]) throws -> [String] {
    let statement = try statement(query)
    return try Database(path: path, mode: .readOnly).use { connection in
      try connection.rows("EXPLAIN QUERY PLAN " + statement) { $0.string(3) ?? "" }
    }
  }

  @Test(arguments: [
    [("select", "station,value.mean()")], [("select", "station,year,count()")],
    [("select", "year,value.max()"), ("order", "value.max().desc")],
    [("select", "station,value.mean()"), ("year", "gt.2003")],
    [("select", "station,value.mean()"), ("year", "not.eq.2003")],
    [("select", "station,value.mean()"), ("station", "like.s1*")],
    [("select", "station,count()"), ("value", "eq.4.25")],
  ]) func `reads the rows in their order where groups take all of them`(query: [(String, String)]) throws {
    let plan = try plan(query)
    #expect(plan.contains("SCAN rows") && !plan.contains { $0.contains("INDEX") }, "\(plan)")
  }

  @Test(arguments: [
    ([("select", "station,value.mean()"), ("year", "eq.2003")], "SEARCH rows USING INDEX i1"),
    ([("select", "year,value.mean()"), ("station", "in.(s1,s2)")], "SEARCH rows USING INDEX i0"),
    ([("select", "station,value.mean()"), ("year", "is.null")], "SEARCH rows USING INDEX i1"),
    (
      [("select", "value.mean()"), ("year", "gte.2003"), ("year", "lt.2004")], "SEARCH rows USING INDEX i1"
    ),
    ([("select", "station,count()")], "SCAN rows USING COVERING INDEX i0"),
    ([("select", "station,count()"), ("station", "gt.s2")], "SEARCH rows USING COVERING INDEX i0"),
    ([("select", "count()")], "SCAN rows USING COVERING INDEX"),
    ([("select", "station,value"), ("year", "eq.2003")], "SEARCH rows USING INDEX i1"),
  ]) func `goes by an index where it leads to few rows or is all that is asked for`(
    query: [(String, String)], step: String
  ) throws {
    let plan = try plan(query)
    #expect(plan.contains { $0.hasPrefix(step) }, "\(plan)")
  }

  @Test(arguments: [
    [("select", "station,year,value.sum(),value.mean(),count()")],
    [("select", "year,station.max(),value.min()")],
    [("select", "station,value.sum()"), ("year", "gt.2003"), ("order", "value.sum().desc")],
  ]) func `gives the same groups as an index would`(query: [(String, String)]) throws {
    let rows = try Database(path: path, mode: .readOnly).use { connection in
      func texts(_ sql: SQL) throws -> [String] {
        try connection.rows(sql) { row in
          (0..<3).map { "\(row.string($0) ?? "")" }.joined(separator: "|")
        }
      }
      let statement = try statement(query)
      #expect(statement.text.contains(" NOT INDEXED"))
      let other = SQL(trusted: statement.text.replacing(" NOT INDEXED", with: ""), values: statement.values)
      return (try texts(statement), try texts(other))
    }
    #expect(rows.0 == rows.1 && rows.0.count >= 5)
    let items = query.map { (name: $0.0, value: $0.1) }
    #expect(
      try source().page(RowQuery.parse(items, fields: Self.fields), milliseconds: 5000).rowCount
        == rows.0.count)
  }
}
