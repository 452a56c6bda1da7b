/// The header fields of a response, in the order they were set. Names compare without case.
package struct Headers: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// One field.
  package struct Field: Sendable, Equatable {
    package let name: String
    package let value: String
  }

  package private(set) var fields: [Field] = []

  package init() {}

  package init(dictionaryLiteral elements: (String, String)...) {
    fields = elements.map { Field(name: $0.0, value: $0.1) }
  }

  /// The first value of a name; setting it replaces all, setting nil removes all.
  package subscript(_ name: String) -> String? {
    get { fields.first { equalsIgnoringCase($0.name, name) }?.value }
    set {
      fields.removeAll { equalsIgnoringCase($0.name, name) }
      if let newValue { fields.append(Field(name: name, value: newValue)) }
    }
  }

  /// Adds a field beside others of its name (`Link`, `Set-Cookie`).
  package mutating func append(_ name: String, _ value: String) {
    fields.append(Field(name: name, value: value))
  }

  /// Sets a field only where the name is not there yet.
  package mutating func setDefault(_ name: String, _ value: String) {
    if self[name] == nil { append(name, value) }
  }

  /// Writes the fields as they go on the wire. What no field may hold (CR, LF, other controls) becomes a space,
  /// so that no value can begin a field of its own.
  func render(into bytes: inout [UInt8]) {
    for field in fields {
      bytes.append(contentsOf: field.name.utf8)
      bytes.append(Octet.colon)
      bytes.append(Octet.space)
      for byte in field.value.utf8 { bytes.append(Octet.isFieldContent(byte) ? byte : Octet.space) }
      bytes.append(Octet.carriageReturn)
      bytes.append(Octet.lineFeed)
    }
  }
}

/// Compares two ASCII words without case.
package func equalsIgnoringCase(_ left: String, _ right: String) -> Bool {
  guard left.utf8.count == right.utf8.count else { return false }
  return zip(left.utf8, right.utf8).allSatisfy { Octet.lowercased($0) == Octet.lowercased($1) }
}
