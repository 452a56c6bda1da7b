package import Bytes
package import Tables

/// One table of a dataset.
package struct Resource: Sendable {
  package var name: String
  package var title: Text?
  /// Absolute path, format, encoding and dialect of the source.
  package var source: TableSource
  package var schema: Schema
  /// What the catalogue says of a field beyond its schema, by field name; every field has an entry.
  package var fields: [String: FieldMeta]

  package init(
    name: String, title: Text? = nil, source: TableSource, schema: Schema, fields: [String: FieldMeta] = [:]
  ) {
    self.name = name
    self.title = title
    self.source = source
    self.schema = schema
    self.fields = fields
  }

  package func field(_ name: String) -> Field? { schema.fields.first { $0.name == name } }
}

/// What the catalogue says of a field beyond its schema.
package struct FieldMeta: Sendable, Hashable {
  /// The roles a field may declare.
  package static let roles = ["identifier", "quasi", "sensitive", "measure"]

  /// Declared level of the field.
  package var level: String?
  /// One of `roles`.
  package var role: String?
  /// Id of one of the catalogue's code lists; the field's values must be codes of it.
  package var codeList: String?

  package init(level: String? = nil, role: String? = nil, codeList: String? = nil) {
    self.level = level
    self.role = role
    self.codeList = codeList
  }
}
