package import Bytes

/// One column of a table (Table Schema, "field descriptor").
package struct Field: Sendable, Equatable {
  /// Name of the column, as in the header and in every output.
  package var name: String
  package var type: FieldType
  /// Refines the type: `email`, `uri`, `uuid`, `binary` for strings; a date pattern; `array` or `object` for points.
  package var format: String?
  package var constraints = Constraints()
  /// Between whole and fraction of a number; default `.`.
  package var decimalChar = "."
  /// Between thousands of a number; default none.
  package var groupChar: String?
  /// Whether a number stands alone; if not, what surrounds it (currency, per cent) is cut off.
  package var bareNumber = true
  package var trueValues = ["true", "True", "TRUE", "1"]
  package var falseValues = ["false", "False", "FALSE", "0"]
  /// Texts that mean that there is no value, if other than the schema's.
  package var missingValues: [String]?
  /// Between two items of a list; default `,`.
  package var delimiter: String?
  /// What the items of a list are; default text.
  package var itemType: FieldType?
  package var title: Text?
  package var description: Text?
  /// Unit of the values (`CNY/year`, `km²`).
  package var unit: String?
  /// Name of a code list that holds the values allowed.
  package var codeList: String?
  /// What an RDF vocabulary calls the field.
  package var rdfType: String?
  /// An example of a value.
  package var example: String?

  package init(name: String, type: FieldType = .string, title: Text? = nil) {
    self.name = name
    self.type = type
    self.title = title
  }

  static let keys = [
    "name", "type", "format", "constraints", "decimalChar", "groupChar", "bareNumber", "trueValues",
    "falseValues",
    "missingValues", "delimiter", "itemType", "title", "description", "unit", "codeList", "rdfType",
    "example",
  ]

  init(node: Node, extraKeys: [String]) throws(DocumentError) {
    let fields = try node.fields(Self.keys + extraKeys)
    let nameNode = try fields.required("name")
    name = try nameNode.string()
    guard !name.isEmpty else { throw nameNode.error(Wording("a field needs a name", "字段须有名称")) }
    guard !name.utf8.contains(0) else {
      throw nameNode.error(Wording("a field's name cannot hold a NUL", "字段名不得含 NUL 字符"))
    }
    type = try fields.optional("type")?.choice(of: FieldType.self) ?? .string
    format = try fields.optional("format")?.string()
    if format == "default" { format = nil }
    decimalChar = try fields.optional("decimalChar")?.string() ?? "."
    groupChar = try fields.optional("groupChar")?.string()
    bareNumber = try fields.optional("bareNumber")?.bool() ?? true
    if let list = fields.optional("trueValues") { trueValues = try strings(list) }
    if let list = fields.optional("falseValues") { falseValues = try strings(list) }
    if let list = fields.optional("missingValues") { missingValues = try strings(list) }
    delimiter = try fields.optional("delimiter")?.string()
    itemType = try fields.optional("itemType")?.choice(of: FieldType.self)
    title = try fields.optional("title")?.text()
    description = try fields.optional("description")?.text()
    unit = try fields.optional("unit")?.string()
    codeList = try fields.optional("codeList")?.string()
    rdfType = try fields.optional("rdfType")?.string()
    if let node = fields.optional("example") {
      example = node.isString ? try node.string() : node.numberText()
    }
    if let node = fields.optional("constraints") {
      constraints = try Constraints(node: node)
    }
    do {
      _ = try ColumnPlan(field: self, missingValues: [])
    } catch {
      throw (fields.optional(error.key) ?? fields.optional("constraints")?[error.key] ?? node).error(
        error.words)
    }
  }

  /// Table Schema (version 2) with every key that is not its default.
  package var json: JSON {
    var members: [JSON.Member] = [.init("name", .string(name)), .init("type", .string(type.rawValue))]
    if let format { members.append(.init("format", .string(format))) }
    if let title { members.append(.init("title", title.json)) }
    if let description { members.append(.init("description", description.json)) }
    if let unit { members.append(.init("unit", .string(unit))) }
    if let codeList { members.append(.init("codeList", .string(codeList))) }
    if let rdfType { members.append(.init("rdfType", .string(rdfType))) }
    if let example { members.append(.init("example", .string(example))) }
    if decimalChar != "." { members.append(.init("decimalChar", .string(decimalChar))) }
    if let groupChar { members.append(.init("groupChar", .string(groupChar))) }
    if !bareNumber { members.append(.init("bareNumber", false)) }
    let plain = Field(name: name, type: type)
    if trueValues != plain.trueValues { members.append(.init("trueValues", JSON(trueValues))) }
    if falseValues != plain.falseValues { members.append(.init("falseValues", JSON(falseValues))) }
    if let delimiter { members.append(.init("delimiter", .string(delimiter))) }
    if let itemType { members.append(.init("itemType", .string(itemType.rawValue))) }
    if let missingValues { members.append(.init("missingValues", JSON(missingValues))) }
    if !constraints.isEmpty { members.append(.init("constraints", constraints.json(type: type))) }
    return .object(members)
  }
}

/// A list of strings.
func strings(_ node: Node) throws(DocumentError) -> [String] {
  var values: [String] = []
  for element in try node.elements() { values.append(try element.string()) }
  return values
}
