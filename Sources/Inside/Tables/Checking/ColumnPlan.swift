import Bytes

/// A field made ready for checking: everything that can be worked out before the first record is.
struct ColumnPlan: Sendable {
  /// What in a field's descriptor cannot be obeyed.
  struct Mistake: Error {
    var key: String
    var words: Wording
  }

  enum Kernel: Sendable {
    case text
    case integer
    case number
    case boolean(true: ByteTable, false: ByteTable)
    case date
    case time
    case datetime
    case year
    case yearMonth
    case formatted(DateFormat)
    case anyDate
    case rule(TextRule)
    case list(ListRule)
  }

  let field: Field
  let kernel: Kernel
  /// What a valid value is, in words.
  let kind: String
  let storage: TypedColumn.Storage
  /// Whether numbers have to be stripped of grouping, decimal comma or what surrounds them before they are read.
  let rewritesNumbers: Bool
  let missing: ByteTable
  let onlyEmptyIsMissing: Bool
  let nothingIsMissing: Bool
  private(set) var enumeration: ByteTable?
  private(set) var codes: ByteTable?
  /// Bounds with their rule, in the units of the column's storage.
  private(set) var integerBounds: [(rule: CellFault.Rule, bound: Int64, text: String)] = []
  private(set) var numberBounds: [(rule: CellFault.Rule, bound: Double, text: String)] = []
  /// Whether any rule beyond the type has to be applied.
  let hasRules: Bool
  let isUnique: Bool

  init(
    field: Field, missingValues: [String], codeLists: [String: Set<String>] = [:], isRequired: Bool = false
  ) throws(Mistake) {
    var field = field
    if isRequired { field.constraints.required = true }
    self.field = field
    let missingTexts = field.missingValues ?? missingValues
    missing = ByteTable(missingTexts)
    onlyEmptyIsMissing = missingTexts == [""]
    nothingIsMissing = missingTexts.isEmpty
    (kernel, kind) = try Self.kernel(field)
    storage = field.type.storage
    rewritesNumbers = field.groupChar != nil || field.decimalChar != "." || !field.bareNumber
    if field.decimalChar.utf8.count != 1 {
      throw Mistake(key: "decimalChar", words: Wording("must be one ASCII character", "须为一个 ASCII 字符"))
    }
    if let group = field.groupChar, group.unicodeScalars.count != 1 {
      throw Mistake(key: "groupChar", words: Wording("must be one character", "须为一个字符"))
    }
    let rules = field.constraints
    enumeration = rules.enumeration.map { ByteTable($0) }
    if let name = field.codeList {
      // A list the caller did not bring is not this room's to miss: catalogues check that it exists.
      codes = codeLists[name].map { ByteTable($0) }
    }
    isUnique = rules.unique
    hasRules =
      enumeration != nil || codes != nil || rules.pattern != nil || rules.minLength != nil
      || rules.maxLength != nil
      || rules.minimum != nil || rules.maximum != nil || rules.exclusiveMinimum != nil
      || rules.exclusiveMaximum != nil
    let bounds: [(CellFault.Rule, String?)] = [
      (.minimum, rules.minimum), (.maximum, rules.maximum), (.exclusiveMinimum, rules.exclusiveMinimum),
      (.exclusiveMaximum, rules.exclusiveMaximum),
    ]
    for case (let rule, let text?) in bounds {
      var copy = text
      let value = copy.withUTF8 { scan($0) }
      switch value {
      case .integer(let bound): integerBounds.append((rule, bound, text))
      case .number(let bound): numberBounds.append((rule, bound, text))
      case .text:
        throw Mistake(
          key: rule.rawValue,
          words: Wording(
            "the type \(field.type.rawValue) has no order, so no \(rule.rawValue)",
            "类型 \(field.type.rawValue) 没有大小之分，不能用 \(rule.rawValue)"))
      case nil:
        throw Mistake(
          key: rule.rawValue,
          words: Wording("\"\(text)\" is not \(kind)", "“\(text)”不是 \(field.type.rawValue) 类型的值"))
      }
    }
  }

  enum Value {
    case integer(Int64)
    case number(Double)
    case text
  }

  /// Reads one value outside the hot loop; nil: it is not of the type.
  func scan(_ text: UnsafeBufferPointer<UInt8>) -> Value? {
    guard let start = text.baseAddress, text.count > 0 else { return storage == .text ? .text : nil }
    let count = text.count
    switch kernel {
    case .text: return .text
    case .integer:
      if rewritesNumbers {
        let plain = NumberRewriter(field).rewrite(text)
        return plain.withUnsafeBufferPointer { buffer in
          buffer.baseAddress.flatMap { ValueScanner.integer($0, buffer.count) }.map { .integer($0) }
        }
      }
      return ValueScanner.integer(start, count).map { .integer($0) }
    case .number:
      if rewritesNumbers {
        let plain = NumberRewriter(field).rewrite(text)
        return plain.withUnsafeBufferPointer { buffer in
          buffer.baseAddress.flatMap { ValueScanner.number($0, buffer.count) }.map { .number($0) }
        }
      }
      return ValueScanner.number(start, count).map { .number($0) }
    case .boolean(let yes, let no):
      return yes.contains(start, count) ? .integer(1) : no.contains(start, count) ? .integer(0) : nil
    case .date: return ValueScanner.date(start, count).map { .integer($0) }
    case .time:
      return ValueScanner.time(start, count).map {
        .integer($0.microseconds - Int64($0.zone ?? 0) * 1_000_000)
      }
    case .datetime: return ValueScanner.datetime(start, count).map { .integer($0) }
    case .year: return ValueScanner.year(start, count).map { .integer($0) }
    case .yearMonth: return ValueScanner.yearMonth(start, count).map { .integer($0) }
    case .formatted(let format):
      guard let read = format.read(text) else { return nil }
      switch field.type {
      case .date: return .integer(read.days)
      case .time: return .integer(read.microseconds)
      default: return .integer(read.days * 86_400_000_000 + read.microseconds)
      }
    case .anyDate: return AnyDate.read(text, field.type).map { .integer($0) }
    case .rule(let rule): return rule.accepts(text) ? .text : nil
    case .list(let rule): return rule.accepts(text) ? .text : nil
    }
  }

  private static func kernel(_ field: Field) throws(Mistake) -> (Kernel, String) {
    func formatted(_ plain: Kernel, _ kind: String) throws(Mistake) -> (Kernel, String) {
      switch field.format {
      case nil: return (plain, kind)
      case "any": return (.anyDate, "a \(field.type.rawValue) in a usual form")
      case let pattern?:
        guard let format = DateFormat(pattern) else {
          throw Mistake(
            key: "format",
            words: Wording(
              "the pattern \(pattern) is not understood (known: %Y %y %m %d %e %H %M %S %f %z)",
              "不支持格式 \(pattern)（可用：%Y %y %m %d %e %H %M %S %f %z）"))
        }
        return (.formatted(format), "a \(field.type.rawValue) of the form \(pattern)")
      }
    }
    switch field.type {
    case .string, .any:
      guard let format = field.format, field.type == .string else { return (.text, "text") }
      guard let rule = TextRule(stringFormat: format) else {
        throw Mistake(
          key: "format",
          words: Wording(
            "\(format) is no format of strings (known: email, uri, uuid, binary)",
            "字符串没有格式 \(format)（可用：email、uri、uuid、binary）"))
      }
      return (.rule(rule), rule.kind)
    case .integer: return (.integer, "a whole number")
    case .number: return (.number, "a number")
    case .boolean:
      let words = (field.trueValues.prefix(2) + field.falseValues.prefix(2)).joined(separator: ", ")
      return (
        .boolean(true: ByteTable(field.trueValues), false: ByteTable(field.falseValues)),
        "true or false (\(words))"
      )
    case .date: return try formatted(.date, "a date (YYYY-MM-DD)")
    case .time: return try formatted(.time, "a time (hh:mm:ss)")
    case .datetime: return try formatted(.datetime, "a date and time (YYYY-MM-DDThh:mm:ss)")
    case .year: return (.year, "a year (YYYY)")
    case .yearmonth: return (.yearMonth, "a month (YYYY-MM)")
    case .duration: return (.rule(.duration), TextRule.duration.kind)
    case .geopoint:
      switch field.format {
      case nil: return (.rule(.point), TextRule.point.kind)
      case "array": return (.rule(.pointArray), TextRule.pointArray.kind)
      case "object": return (.rule(.pointObject), TextRule.pointObject.kind)
      default:
        throw Mistake(
          key: "format",
          words: Wording(
            "a geopoint is written as default, array or object", "geopoint 的格式为 default、array 或 object"))
      }
    case .geojson:
      switch field.format {
      case nil: return (.rule(.geojson), TextRule.geojson.kind)
      case "topojson": return (.rule(.topojson), TextRule.topojson.kind)
      default:
        throw Mistake(
          key: "format",
          words: Wording("geojson is written as default or topojson", "geojson 的格式为 default 或 topojson"))
      }
    case .array: return (.rule(.array), TextRule.array.kind)
    case .object: return (.rule(.object), TextRule.object.kind)
    case .list:
      let rule = try ListRule(field)
      return (.list(rule), rule.kind)
    }
  }
}
