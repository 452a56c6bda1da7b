package import Bytes

/// What a table must look like (Table Schema, version 2).
package struct Schema: Sendable, Equatable {
  package var fields: [Field]
  /// Names of the fields that together name a record; empty: none.
  package var primaryKey: [String] = []
  package var foreignKeys: [ForeignKey] = []
  /// Further sets of fields whose values together occur once.
  package var uniqueKeys: [[String]] = []
  /// Texts that mean that there is no value.
  package var missingValues: [String] = [""]
  /// Whether the file must have exactly these columns in this order (`exact`), or may have them in another.
  package var fieldsMatch: FieldsMatch = .unordered

  /// How the columns of a file are matched with the fields.
  package enum FieldsMatch: String, CaseIterable, Sendable {
    /// The same names in the same order.
    case exact
    /// The same names in any order; the default here, since a file may be re-ordered without harm.
    case unordered = "equal"
    /// The file may have more columns, which are left out.
    case subset
  }

  /// Values of some fields that must exist as a key of another table.
  package struct ForeignKey: Sendable, Equatable {
    package var fields: [String]
    /// Name of the other resource; empty: this table itself.
    package var resource: String
    package var referenced: [String]

    package init(fields: [String], resource: String, referenced: [String]) {
      self.fields = fields
      self.resource = resource
      self.referenced = referenced
    }
  }

  package init(fields: [Field]) { self.fields = fields }

  /// Every column as text, nothing missing: what a table is before anybody declares anything.
  package static func text(_ names: [String]) -> Schema {
    var schema = Schema(fields: names.map { Field(name: $0) })
    schema.missingValues = []
    return schema
  }

  /// Reads a descriptor. `extraFieldKeys` are keys of fields that the caller reads itself.
  package init(node: Node, extraFieldKeys: [String] = [], extraKeys: [String] = []) throws(DocumentError) {
    let known = [
      "fields", "primaryKey", "foreignKeys", "uniqueKeys", "missingValues", "fieldsMatch", "$schema", "name",
      "title",
      "description",
    ]
    let members = try node.fields(known + extraKeys)
    fields = []
    let list = try members.required("fields")
    var seen: Set<ByteKey> = []
    for element in try list.elements() {
      let field = try Field(node: element, extraKeys: extraFieldKeys)
      guard seen.insert(ByteKey(field.name)).inserted else {
        throw element.error(
          Wording("the field \"\(field.name)\" is there twice", "字段“\(field.name)”出现两次"),
          hint: Wording("give each field its own name", "请为每个字段各取名称"))
      }
      fields.append(field)
    }
    guard !fields.isEmpty else {
      throw list.error(Wording("a schema needs at least one field", "结构 schema 至少须有一个字段"))
    }
    if let key = members.optional("primaryKey") { primaryKey = try names(key) }
    if let keys = members.optional("uniqueKeys") {
      for key in try keys.elements() { uniqueKeys.append(try names(key)) }
    }
    if let list = members.optional("missingValues") { missingValues = try strings(list) }
    if let match = members.optional("fieldsMatch") {
      let word = match.isArray ? try match.elements().first : match
      fieldsMatch = try word?.choice(of: FieldsMatch.self) ?? .unordered
    }
    if let keys = members.optional("foreignKeys") {
      for key in try keys.elements() {
        let parts = try key.fields(["fields", "reference"])
        let reference = try parts.required("reference").fields(["resource", "fields"])
        let own = try names(try parts.required("fields"))
        let other = try names(try reference.required("fields"), anywhere: true)
        guard own.count == other.count else {
          throw key.error(Wording("both sides of a foreign key need as many fields", "外键两侧的字段数须相同"))
        }
        foreignKeys.append(
          ForeignKey(
            fields: own, resource: try reference.optional("resource")?.string() ?? "", referenced: other))
      }
    }
  }

  /// One name or a list of names of fields that exist.
  private func names(_ node: Node, anywhere: Bool = false) throws(DocumentError) -> [String] {
    let places = node.isString ? [node] : try node.elements()
    var found: [String] = []
    for place in places {
      let name = try place.string()
      guard anywhere || index(of: name) != nil else {
        let near = nearest(name, in: fields.map(\.name))
        throw place.error(
          Wording("there is no field \"\(name)\"", "没有字段“\(name)”"), hint: near.map { .meant($0) })
      }
      found.append(name)
    }
    guard !found.isEmpty else { throw node.error(Wording("a key needs at least one field", "键至少须有一个字段")) }
    return found
  }

  /// Place of the field of that name, compared by bytes.
  package func index(of name: String) -> Int? { fields.firstIndex { sameBytes($0.name, name) } }

  /// The field of that name.
  package subscript(_ name: String) -> Field? { index(of: name).map { fields[$0] } }

  /// Table Schema, version 2.
  package var json: JSON {
    var members: [JSON.Member] = [
      .init("$schema", "https://datapackage.org/profiles/2.0/tableschema.json"),
      .init("fields", .array(fields.map(\.json))),
    ]
    if !primaryKey.isEmpty { members.append(.init("primaryKey", JSON(primaryKey))) }
    if !uniqueKeys.isEmpty { members.append(.init("uniqueKeys", .array(uniqueKeys.map { JSON($0) }))) }
    if !foreignKeys.isEmpty {
      members.append(
        .init(
          "foreignKeys",
          .array(
            foreignKeys.map { key in
              [
                "fields": JSON(key.fields),
                "reference": ["resource": .string(key.resource), "fields": JSON(key.referenced)],
              ]
            })))
    }
    if missingValues != [""] { members.append(.init("missingValues", JSON(missingValues))) }
    if fieldsMatch != .exact { members.append(.init("fieldsMatch", .array([.string(fieldsMatch.rawValue)]))) }
    return .object(members)
  }
}
