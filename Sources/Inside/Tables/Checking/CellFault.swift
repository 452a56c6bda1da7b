package import Bytes

/// Something in a table that its schema does not allow, at its place.
package struct CellFault: Sendable, Equatable {
  /// What was broken: Table Schema's own names where it has them.
  package enum Rule: String, CaseIterable, Sendable {
    case type, format, required, unique, primaryKey, uniqueKey, foreignKey
    case enumeration = "enum"
    case pattern, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, codeList
    /// A record has fewer or more cells than there are columns.
    case width
    /// A record is the header once more.
    case repeatedHeader
    /// The header does not have the columns that the schema declares.
    case header
    /// The file cannot be read any further.
    case reading
  }

  package var file: String
  /// Line of the file on which the record begins, from 1.
  package var line: Int
  /// Number of the record without the header, from 1; 0 for the table as a whole.
  package var record: Int
  /// Column of the table, from 1; 0 for the record as a whole.
  package var column: Int
  /// Name of the field; empty for the record as a whole.
  package var field: String
  /// The value as written, shortened to 60 characters.
  package var value: String
  package var rule: Rule
  /// What the rule asks for: a type, a bound, a pattern, a list.
  package var expected: String
  /// Bytes from the start of the file, where reading could not go on and that place is known.
  package private(set) var offset: Int?
  /// Chinese for `expected`, where that is a sentence.
  private var chineseWords: String?

  package init(
    file: String, line: Int, record: Int, column: Int, field: String, value: String, rule: Rule,
    expected: String
  ) {
    self.file = file
    self.line = line
    self.record = record
    self.column = column
    self.field = field
    self.value = value
    self.rule = rule
    self.expected = expected
  }

  /// A fault that is told in its own words: of the header, or of reading.
  init(
    file: String, line: Int, record: Int, column: Int, field: String, value: String, rule: Rule,
    words: Wording,
    offset: Int? = nil
  ) {
    self.init(
      file: file, line: line, record: record, column: column, field: field, value: value, rule: rule,
      expected: words.en)
    chineseWords = words.zh
    self.offset = offset
  }

  /// What is wrong, in English.
  package var message: String { message(in: "en") }

  /// What is wrong, for a person who never saw the schema; `zh…` is Chinese, all else English.
  package func message(in language: String) -> String {
    language.hasPrefix("zh") ? chinese : english
  }

  private var english: String {
    switch rule {
    case .type, .format: "\"\(value)\" is not \(expected)"
    case .required: "a value is missing, and the field requires one"
    case .unique: "\"\(value)\" is there already on line \(expected); the field's values are unique"
    case .primaryKey: "the key \"\(value)\" is there already on line \(expected)"
    case .uniqueKey: "the values \"\(value)\" are together on line \(expected) already"
    case .foreignKey: "\"\(value)\" does not exist in \(expected)"
    case .enumeration: "\"\(value)\" is not one of \(expected)"
    case .pattern: "\"\(value)\" does not have the form \(expected)"
    case .minimum: "\"\(value)\" is less than \(expected)"
    case .maximum: "\"\(value)\" is more than \(expected)"
    case .exclusiveMinimum: "\"\(value)\" is not more than \(expected)"
    case .exclusiveMaximum: "\"\(value)\" is not less than \(expected)"
    case .minLength: "\"\(value)\" is shorter than \(expected)"
    case .maxLength: "\"\(value)\" is longer than \(expected)"
    case .codeList: "\"\(value)\" is not in the code list \(expected)"
    case .width: "the record has \(value) cells, the table has \(expected) columns"
    case .repeatedHeader:
      "the header stands here again (\"\(value)\" …): delete the line, it is not data"
    case .header, .reading: expected
    }
  }

  private var chinese: String {
    switch rule {
    case .type, .format: "“\(value)”不是\(CellFault.chineseKind(expected))"
    case .required: "缺少必填值"
    case .unique: "“\(value)”与第 \(expected) 行重复，该字段的值不得重复"
    case .primaryKey: "主键“\(value)”与第 \(expected) 行重复"
    case .uniqueKey: "“\(value)”的组合与第 \(expected) 行重复"
    case .foreignKey: "“\(value)”在 \(expected) 中不存在"
    case .enumeration: "“\(value)”不在允许的取值 \(expected) 之中"
    case .pattern: "“\(value)”不符合格式 \(expected)"
    case .minimum: "“\(value)”小于最小值 \(expected)"
    case .maximum: "“\(value)”大于最大值 \(expected)"
    case .exclusiveMinimum: "“\(value)”必须大于 \(expected)"
    case .exclusiveMaximum: "“\(value)”必须小于 \(expected)"
    case .minLength: "“\(value)”的长度小于 \(expected)"
    case .maxLength: "“\(value)”的长度大于 \(expected)"
    case .codeList: "“\(value)”不在代码表 \(expected) 中"
    case .width: "本行有 \(value) 个单元格，表头有 \(expected) 列"
    case .repeatedHeader: "表头在此重复出现（“\(value)”……）：这一行不是数据，请删除"
    case .header: chineseWords ?? expected
    case .reading: "无法继续读取：\(chineseWords ?? expected)"
    }
  }

  private static func chineseKind(_ kind: String) -> String {
    switch kind {
    case "a whole number": "整数"
    case "a whole number within 64 bits": "64 位以内的整数"
    case "a number": "数值"
    case "a date (YYYY-MM-DD)": "日期（YYYY-MM-DD）"
    case "a time (hh:mm:ss)": "时间（hh:mm:ss）"
    case "a date and time (YYYY-MM-DDThh:mm:ss)": "日期时间（YYYY-MM-DDThh:mm:ss）"
    case "a year (YYYY)": "年份（YYYY）"
    case "a month (YYYY-MM)": "年月（YYYY-MM）"
    default: "规定的类型（\(kind)）"
    }
  }

  /// The whole line a person reads: `file:line: column 3 (field): message`; `zh…` is Chinese, all else English.
  package func description(in language: String) -> String {
    let isChinese = language.hasPrefix("zh")
    var place = file
    if line > 0 { place += ":\(line)" }
    if column > 0 { place += isChinese ? "：第 \(column) 列" : ": column \(column)" }
    if !field.isEmpty { place += isChinese ? "（\(field)）" : " (\(field))" }
    return place + (isChinese ? "：" : ": ") + message(in: language)
  }

  /// For reports.
  package var json: JSON {
    var members: [JSON.Member] = [
      .init("file", .string(file)), .init("line", JSON(line)), .init("record", JSON(record)),
      .init("column", JSON(column)), .init("field", .string(field)), .init("value", .string(value)),
      .init("rule", .string(rule.rawValue)), .init("message", .string(message)),
    ]
    if let offset { members.append(.init("offset", JSON(offset))) }
    return .object(members)
  }

  /// At most 60 characters of a value.
  static func shortened(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    let head = String(decoding: bytes.prefix(256), as: UTF8.self)
    return bytes.count <= 256 && head.count <= 60 ? head : String(head.prefix(59)) + "…"
  }
}

extension CellFault: CustomStringConvertible {
  /// The whole line in English.
  package var description: String { description(in: "en") }
}
