/// Where a restricted value comes from, so that a finding can name it without showing it.
package struct SecretField: Sendable, Hashable, CustomStringConvertible {
  /// Why a value must not be found outside.
  package enum Kind: String, Sendable, CaseIterable {
    /// The field's role is identifier: every value is secret.
    case identifier
    /// A personal detector fired on the field.
    case detected
    /// Restricted text: secret are values of eight bytes or more that stand for one unit only.
    case text
  }

  package let dataset: String
  package let resource: String
  package let field: String
  package let kind: Kind

  package init(dataset: String, resource: String, field: String, kind: Kind) {
    self.dataset = dataset
    self.resource = resource
    self.field = field
    self.kind = kind
  }

  package var description: String { "\(dataset)/\(resource), field \(field)" }
}
