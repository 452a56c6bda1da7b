import Bytes
import Catalogs
import Disclosure
import Support
import Tables
import Testing
import Trust

@testable import Results

@Suite struct `The expression of a score` {
  static let fields = [
    Field(name: "income", type: .integer), Field(name: "born", type: .date),
    Field(name: "name", type: .string),
    Field(name: "insured", type: .boolean),
  ]

  static func expression(_ text: String) throws(ResultError) -> ScoreExpression {
    try ScoreExpression(text, fields: fields, place: "dataset.json5: result band")
  }

  @Test(arguments: [
    "CASE WHEN income < 20000 THEN 'A' ELSE 'B' END", "iif(insured, 'yes', 'no')", "coalesce(name, '(none)')",
    "CASE WHEN born >= '2000-01-01' AND name LIKE '张%' THEN 'A' END", "max(income, 3) + abs(-1)",
    "\"name\" || ')'",
    "CASE income / 1000 WHEN 1 THEN 'A' ELSE substr(name, 1, 1) END", "income IN (1, 2, 3)",
  ])
  func `uses fields and functions of its arguments`(text: String) throws { _ = try Self.expression(text) }

  @Test(arguments: [
    "(SELECT 1)", "random()", "datetime('now')", "CURRENT_TIMESTAMP", "count(*)", "sum(income)",
    "(SELECT name FROM sqlite_schema)", "income IN (SELECT 1)", "EXISTS (SELECT 1)", "load_extension('x')",
    "readfile('/etc/passwd')", "randomblob(100)", "last_insert_rowid()", "sqlite_version()",
    "1) FROM row; DROP TABLE x; SELECT (1", "1) FROM \"row\" UNION SELECT (2", "income, name", "1; SELECT 2",
    "?1",
    ":name", "@x", "$x", "1 -- ", "1 /* x */", "'open", "(income", "income)", "", "no_such_field",
    "\"no_such\"",
    "printf('%99999999d', 1)", "RAISE(ABORT, 'x')",
  ])
  func `does nothing else`(text: String) {
    #expect(throws: ResultError(.declaration, "")) { try Self.expression(text) }
  }

  @Test func `that misspells a field is told which one is near`() {
    let error = #expect(throws: ResultError.self) { try Self.expression("CASE WHEN incom < 1 THEN 'A' END") }
    #expect(error?.message.contains("incom") == true && error?.hint == "did you mean \"income\"?")
  }
}

/// A register of three hundred persons, and results over it.
struct TagSample {
  let folder: TemporaryFolder
  static let key = Secret([UInt8](repeating: 9, count: 32))

  init(rows: String? = nil) throws {
    folder = try TemporaryFolder()
    var csv = "code,name,founded,income\n"
    for number in 0..<300 {
      csv += "C\(100_000_000 + number * 2_654_435 % 899_999_999),姓 名\(number),"
      csv += "\(CalendarDate(daysSince1970: 9000 + number * 13).iso),\(number * 100)\n"
    }
    try folder.write(rows ?? csv, to: "firms.csv")
  }

  func plan(_ result: ResultDeclaration, limits: (claims: Int, enumeration: Int) = (10, 30)) -> TagPlan {
    var code = Field(name: "code", type: .string)
    code.constraints.required = true
    let dataset = Dataset(
      name: "firms", file: "firms.json5", title: "Firms", description: "Firms", license: "x",
      provider: Provider(organization: "o", person: "p"), classification: Classification(level: "L3"),
      resources: [
        Resource(
          name: "firms", source: TableSource(path: folder.path + "/firms.csv", format: .csv),
          schema: Schema(
            fields: [
              code, Field(name: "name", type: .string), Field(name: "founded", type: .date),
              Field(name: "income", type: .integer),
            ]))
      ], subject: ["code"], results: [result])
    return TagPlan(
      dataset: dataset, result: result,
      profile: VerifyProfile(name: "verify", claimBits: limits.claims, enumerationBits: limits.enumeration),
      key: Self.key, draw: Samples.keys.draw, responsible: "Bureau", policyHash: "p",
      now: Timestamp(secondsSince1970: 0))
  }

  static func verify(consent: Bool = false) -> ResultDeclaration {
    ResultDeclaration(
      name: "registration", kind: .verify, title: "Registration", description: "d", profile: "verify",
      refresh: "P1Y", claims: ["name", "founded"], consent: consent)
  }

  static func score(_ expression: String, _ values: [String] = ["A", "B", "C"]) -> ResultDeclaration {
    ResultDeclaration(
      name: "band", kind: .score, title: "Band", description: "d", profile: "verify", refresh: "P1Y",
      output: ScoreOutput(expression: expression, values: values), consent: true, meaning: "what it means")
  }
}

@Suite struct `A check of scores` {
  static func faults(_ expression: String, rows: Bool = true) throws -> [any Fault] {
    let sample = try TagSample()
    var score = TagSample.score(expression)
    score.output?.place = "firms.json5:9:21: results[0].output.expression"
    let dataset = sample.plan(score).dataset
    return try ScoreCheck.faults(in: dataset, codeLists: [:], readsRows: rows)
  }

  @Test(arguments: [
    ("CASE WHEN incom < 100 THEN 'A' ELSE 'B' END", "no such column: incom", "did you mean \"income\"?"),
    ("CASE WHEN random() < 100 THEN 'A' ELSE 'B' END", "", "it may use fields of the row"),
    ("CASE WHEN income < 100 THEN 'A'", "", ""), ("(SELECT 'A')", "", ""),
  ])
  func `names file, line, key path and what to do before any row is read`(
    expression: String, what: String, hint: String
  ) throws {
    let faults = try Self.faults(expression, rows: false)
    #expect(faults.count == 1)
    let fault = try #require(faults.first)
    #expect(fault.message.hasPrefix("firms.json5:9:21: results[0].output.expression: the expression"))
    #expect(fault.message.contains(what) && fault.hint?.contains(hint) == true, "\(fault)")
    #expect(fault.message(in: "zh").hasPrefix("firms.json5:9:21: results[0].output.expression：评分的表达式"))
  }

  @Test func `finds a row whose score is no declared value`() throws {
    let fault = try #require(try Self.faults("CASE WHEN income < 29900 THEN 'A' ELSE 'Z' END").first)
    #expect(fault.message.contains("firms.csv:301: record 300: its score is \"Z\""))
    #expect(fault.hint(in: "zh")?.contains("声明的取值：A、B、C") == true)
    #expect(try Self.faults("CASE WHEN income < 29900 THEN 'A' ELSE 'B' END").isEmpty)
  }
}

@Suite struct `Tags computed from a table` {
  @Test func `recognise each row in any spelling, and nothing else`() throws {
    let sample = try TagSample()
    let made = try sample.plan(TagSample.verify()).seal(cache: TagCache(bytes: []), threads: 2)
    let tags = try #require(made.released.tags)
    #expect(tags.count == 352 && made.report.tuples == 300 && made.report.skipped == 0 && !tags.needsConsent)
    #expect(tags.subject.map(\.name) == ["code"] && tags.claims.map(\.form) == [.text, .date])
    #expect(tags.responsible == "Bureau")
    let again = try sample.plan(TagSample.verify()).seal(cache: made.cache, threads: 1)
    #expect(again.released == made.released && again.report.computed == 0)
  }

  @Test func `of a score hold its value and publish no rule`() throws {
    let sample = try TagSample()
    let rule = "CASE WHEN income < 10000 THEN 'A' WHEN income < 20000 THEN 'B' ELSE 'C' END"
    let made = try sample.plan(TagSample.score(rule)).seal(cache: TagCache(bytes: []), threads: 2)
    let tags = try #require(made.released.tags)
    #expect(tags.values == ["A", "B", "C"] && tags.meaning == "what it means" && tags.answerLength == 1)
    #expect(!String(decoding: made.released.json.serialized(), as: UTF8.self).contains("income"))
  }

  @Test(arguments: [
    ("CASE WHEN income < 100 THEN 'A' ELSE 'Z' END", "\"Z\""),
    ("CASE WHEN income < 100 THEN 'A' END", "NULL"),
  ])
  func `of a score are refused with line and value where a value is not declared`(rule: String, value: String)
    throws
  {
    let sample = try TagSample()
    let error = #expect(throws: ResultError(.value, "")) {
      try sample.plan(TagSample.score(rule)).seal(cache: TagCache(bytes: []))
    }
    #expect(
      error?.message.contains("firms.csv:3: record 2") == true && error?.message.contains(value) == true)
  }

  @Test func `are refused with the price where guessing is too cheap`() throws {
    let sample = try TagSample()
    let plan = sample.plan(TagSample.verify(), limits: (10, 90))
    let error = #expect(throws: ResultError(.disclosure, "")) { try plan.seal(cache: TagCache(bytes: [])) }
    #expect(error?.message.contains("2^90") == true && error?.hint?.contains("consent: true") == true)
  }

  @Test func `are refused where a row names no subject`() throws {
    let sample = try TagSample(rows: "code,name,founded,income\nC1,a,2001-01-01,1\n\u{3000},b,2001-01-02,2\n")
    let error = #expect(throws: ResultError(.value, "")) {
      try sample.plan(TagSample.verify(consent: true)).seal(cache: TagCache(bytes: []))
    }
    #expect(error?.message.contains("firms.csv:3") == true)
  }
}
