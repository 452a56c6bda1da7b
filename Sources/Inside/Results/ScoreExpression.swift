import Bytes
import Catalogs
import SQLite
import Tables

/// The rule of a `score`: one SQLite expression over the fields of a row, evaluated at publication and never published.
///
/// It can read the row's own fields and call functions whose result depends on their arguments alone; tables,
/// subqueries, clocks, randomness and everything else SQLite knows are denied while it is compiled.
struct ScoreExpression {
  /// Functions whose result depends on their arguments alone, and that need no more memory than they are given.
  static let functions: Set<String> = [
    "abs", "coalesce", "glob", "ifnull", "iif", "instr", "length", "like", "lower", "ltrim", "max", "min",
    "nullif",
    "replace", "round", "rtrim", "sign", "substr", "substring", "trim", "unicode", "upper",
  ]
  /// Longest expression, in bytes.
  static let longest = 10_000

  private let database: Database
  private let sql: String
  private let fields: [Field]
  private let place: String

  /// The expression of a declared score.
  init(_ output: ScoreOutput, of result: ResultDeclaration, fields: [Field]) throws(ResultError) {
    try self.init(
      output.expression, fields: fields, place: output.place.isEmpty ? "result \(result.name)" : output.place)
  }

  /// Compiles the expression once, so that what is wrong with it is said before a row is read.
  /// - Parameter place: where it stands, for messages: `file:line:column: key path`.
  /// - Throws: `ResultError.declaration` with SQLite's words and what to do.
  init(_ expression: String, fields: [Field], place: String) throws(ResultError) {
    self.fields = fields
    self.place = place
    try Self.check(expression, place)
    let columns = fields.map { SQL.identifier($0.name) }.joined(separator: ", ")
    let marks = Array(repeating: "?", count: fields.count).joined(separator: ", ")
    // The line feed ends a comment that the expression may close with.
    sql = "WITH \"row\"(\(columns)) AS (SELECT \(marks)) SELECT (\(expression)\n) FROM \"row\""
    do {
      database = try Database()
    } catch {
      throw ResultError(.environment, error.reason)
    }
    _ = try rows { (_) throws(DatabaseError) in }
  }

  /// One expression and nothing else: brackets in balance and never closed before they are opened.
  private static func check(_ expression: String, _ place: String) throws(ResultError) {
    func refused(_ en: String, _ zh: String) -> ResultError {
      let example = "CASE WHEN income < 20000 THEN 'A' ELSE 'B' END"
      return ResultError(
        .declaration,
        Wording("\(place): the expression of the score \(en)", "\(place)：评分的表达式\(zh)"),
        hint: Wording(
          "write one expression over the fields, such as \(example)", "写一个关于字段的表达式，如 \(example)"))
    }
    guard expression.utf8.count <= longest else {
      throw refused("is longer than \(longest) bytes", "超过 \(longest) 字节")
    }
    guard !expression.utf8.contains(0) else { throw refused("holds a NUL", "含 NUL 字符") }
    var depth = 0
    var quote: UInt8?
    for byte in expression.utf8 {
      if let open = quote {
        if byte == open { quote = nil }
        continue
      }
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): quote = byte
      case UInt8(ascii: "["): quote = UInt8(ascii: "]")
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"):
        depth -= 1
        guard depth >= 0 else { throw refused("closes a bracket that it did not open", "有多余的右括号") }
      case UInt8(ascii: ";"): throw refused("holds a semicolon: it is more than one statement", "含分号：不止一条语句")
      case UInt8(ascii: "?"), UInt8(ascii: "@"), UInt8(ascii: "$"), UInt8(ascii: "#"):
        throw refused("holds a parameter", "含参数")
      case UInt8(ascii: ":"): throw refused("holds a parameter", "含参数")
      default: continue
      }
    }
    guard depth == 0, quote == nil else { throw refused("leaves a bracket or a quote open", "有未闭合的括号或引号") }
    for comment in ["--", "/*"] where expression.contains(comment) {
      throw refused("holds a comment or two minus signs in a row", "含注释或连续两个减号")
    }
  }

  /// The value of each row of a batch as text; nil for NULL.
  func values(_ batch: Batch, _ typed: TypedColumns) throws(ResultError) -> [String?] {
    try rows { (statement) throws(DatabaseError) in
      var values: [String?] = []
      values.reserveCapacity(batch.rowCount)
      for row in 0..<batch.rowCount {
        for (column, field) in fields.enumerated() {
          try statement.bind(column + 1, Self.value(batch, typed[column], row, column, field))
        }
        values.append(try statement.step() ? statement.row.string(0) : nil)
        statement.reset()
      }
      return values
    }
  }

  /// Compiles under guard and lends the statement.
  private func rows<R: Sendable>(
    _ body: (borrowing Statement) throws(DatabaseError) -> R
  ) throws(ResultError) -> R {
    do throws(DatabaseError) {
      return try database.use { (connection) throws(DatabaseError) in
        try connection.allowExpressions(calling: Self.functions, selects: 2)
        connection.limit(.length, to: 1_000_000)
        let nulls = Array(repeating: SQL.Value.null, count: fields.count)
        let statement = try connection.prepare(SQL(trusted: sql, values: nulls))
        guard statement.columnCount == 1 else {
          throw DatabaseError(code: 1, reason: "it gives \(statement.columnCount) values")
        }
        return try body(statement)
      }
    } catch {
      throw refusal(error)
    }
  }

  private func refusal(_ error: DatabaseError) -> ResultError {
    let word = error.reason.split(separator: " ").last.map(String.init) ?? ""
    let near = error.reason.hasPrefix("no such column") ? nearest(word, in: fields.map(\.name)) : nil
    let functions = Self.functions.sorted().joined(separator: ", ")
    let names = fields.map(\.name).joined(separator: ", ")
    let hint =
      error.code == .denied || error.reason.contains("function")
      ? Wording(
        "it may use fields of the row and these functions: \(functions)", "可用本行字段与以下函数：\(functions)")
      : near.map { Wording("did you mean \"\($0)\"?", "是否指 \($0)？") }
        ?? Wording("fields: \(names)", "字段：\(names)")
    return ResultError(
      .declaration,
      Wording(
        "\(place): the expression of the score: \(error.reason)", "\(place)：评分的表达式：\(error.reason)"),
      hint: hint)
  }

  /// A cell as SQLite computes with it: whole numbers and booleans as integers, other numbers as doubles, days as
  /// `2025-12-31`, the rest as its text.
  private static func value(
    _ batch: Batch, _ column: TypedColumn, _ row: Int, _ place: Int, _ field: Field
  ) -> SQL.Value {
    guard column.isValid(row) else { return .null }
    switch field.type {
    case .integer, .boolean, .year: return .integer(column.integer(row) ?? 0)
    case .number: return .real(column.number(row) ?? 0)
    case .date:
      return .text(CalendarDate(daysSince1970: Int(column.integer(row) ?? 0)).iso)
    default: return .text(batch.text(row, place))
    }
  }
}
