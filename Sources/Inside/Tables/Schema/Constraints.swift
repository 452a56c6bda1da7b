import Bytes

/// What a field's values must be beside their type (Table Schema, "constraints").
package struct Constraints: Sendable, Equatable {
  /// No value may be missing.
  package var required = false
  /// No value may occur twice.
  package var unique = false
  /// The only values there are, as written.
  package var enumeration: [String]?
  /// A regular expression for the whole value.
  package var pattern: Pattern?
  /// Smallest value, as written, in the field's type.
  package var minimum: String?
  /// Greatest value, as written, in the field's type.
  package var maximum: String?
  package var exclusiveMinimum: String?
  package var exclusiveMaximum: String?
  /// Fewest Unicode scalars (text) or elements (arrays and objects).
  package var minLength: Int?
  /// Most Unicode scalars (text) or elements (arrays and objects).
  package var maxLength: Int?

  package init() {}

  static let keys = [
    "required", "unique", "enum", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "minLength", "maxLength",
  ]

  init(node: Node) throws(DocumentError) {
    let fields = try node.fields(Self.keys)
    required = try fields.optional("required")?.bool() ?? false
    unique = try fields.optional("unique")?.bool() ?? false
    if let list = fields.optional("enum") {
      var values: [String] = []
      for element in try list.elements() { values.append(try Self.scalar(element)) }
      guard !values.isEmpty else {
        throw list.error(Wording("an enum needs at least one value", "enum 至少须有一个取值"))
      }
      enumeration = values
    }
    if let text = fields.optional("pattern") {
      do {
        pattern = try Pattern(try text.string())
      } catch let error as PatternError {
        throw text.error(error.words, hint: error.advice)
      } catch let error as DocumentError {
        throw error
      } catch {
        throw text.error(Wording("\(error)", "该模式不可用"))
      }
    }
    minimum = try fields.optional("minimum").map(Self.scalar)
    maximum = try fields.optional("maximum").map(Self.scalar)
    exclusiveMinimum = try fields.optional("exclusiveMinimum").map(Self.scalar)
    exclusiveMaximum = try fields.optional("exclusiveMaximum").map(Self.scalar)
    minLength = try fields.optional("minLength").map(Self.length)
    maxLength = try fields.optional("maxLength").map(Self.length)
  }

  /// A bound or a choice: text, number or truth, as text.
  private static func scalar(_ node: Node) throws(DocumentError) -> String {
    if node.isString { return try node.string() }
    if node.isNumber { return node.json.numberText ?? node.numberText() }
    if node.isBool { return try node.bool() ? "true" : "false" }
    throw node.mismatch(Wording("a string, a number, true or false", "字符串、数值或真假值"))
  }

  private static func length(_ node: Node) throws(DocumentError) -> Int {
    let value = try node.int()
    guard value >= 0 else { throw node.error(Wording("a length cannot be negative", "长度不得为负")) }
    return value
  }

  var isEmpty: Bool { self == Constraints() }

  func json(type: FieldType) -> JSON {
    var members: [JSON.Member] = []
    if required { members.append(.init("required", true)) }
    if unique { members.append(.init("unique", true)) }
    if let enumeration { members.append(.init("enum", .array(enumeration.map { Self.bound($0, type) }))) }
    if let pattern { members.append(.init("pattern", .string(pattern.source))) }
    if let minimum { members.append(.init("minimum", Self.bound(minimum, type))) }
    if let maximum { members.append(.init("maximum", Self.bound(maximum, type))) }
    if let exclusiveMinimum { members.append(.init("exclusiveMinimum", Self.bound(exclusiveMinimum, type))) }
    if let exclusiveMaximum { members.append(.init("exclusiveMaximum", Self.bound(exclusiveMaximum, type))) }
    if let minLength { members.append(.init("minLength", JSON(minLength))) }
    if let maxLength { members.append(.init("maxLength", JSON(maxLength))) }
    return .object(members)
  }

  private static func bound(_ text: String, _ type: FieldType) -> JSON {
    switch type {
    case .integer, .number, .year: Scan.isJSONNumber(text) ? .number(text) : .string(text)
    case .boolean: text == "true" ? true : text == "false" ? false : .string(text)
    default: .string(text)
    }
  }
}
