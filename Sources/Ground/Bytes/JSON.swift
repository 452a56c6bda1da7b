/// A JSON value (RFC 8259): members keep their order and numbers their text.
package enum JSON: Sendable {
  case null
  case bool(Bool)
  /// The text of a number, in JSON's grammar.
  case number(String)
  case string(String)
  case array([JSON])
  case object([Member])

  /// One member of an object.
  package struct Member: Sendable, Equatable {
    package var key: String
    package var value: JSON

    package init(key: String, value: JSON) {
      self.key = key
      self.value = value
    }

    package init(_ key: String, _ value: JSON) { self.init(key: key, value: value) }

    package static func == (left: Member, right: Member) -> Bool {
      sameBytes(left.key, right.key) && left.value == right.value
    }
  }
}

extension JSON {
  package init(_ value: Int) { self = .number(String(value)) }
  package init(_ value: Int64) { self = .number(String(value)) }
  package init(_ value: String) { self = .string(value) }
  package init(_ value: Bool) { self = .bool(value) }

  /// A number in ECMAScript's shortest form; JSON has no infinities and no NaN, which become null.
  package init(_ value: Double) { self = value.isFinite ? .number(Number.text(value)) : .null }

  /// A string, or null.
  package init(_ value: String?) { self = value.map { .string($0) } ?? .null }

  /// An array of strings.
  package init(_ values: [String]) { self = .array(values.map { .string($0) }) }
}

extension JSON {
  /// The member of that name, compared by bytes; nil where there is none or this is no object.
  package subscript(_ key: String) -> JSON? {
    get {
      guard case .object(let members) = self else { return nil }
      return members.first { sameBytes($0.key, key) }?.value
    }
    /// Replaces the member in its place, appends a new one, removes it for nil. A value that is no object is left.
    set {
      guard case .object(var members) = self else { return }
      if let index = members.firstIndex(where: { sameBytes($0.key, key) }) {
        if let newValue { members[index].value = newValue } else { members.remove(at: index) }
      } else if let newValue {
        members.append(Member(key: key, value: newValue))
      }
      self = .object(members)
    }
  }

  /// The element at that place; nil outside the array or where this is none.
  package subscript(_ index: Int) -> JSON? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  package var isNull: Bool { if case .null = self { true } else { false } }
  package var string: String? { if case .string(let text) = self { text } else { nil } }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var array: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
  package var members: [Member]? { if case .object(let members) = self { members } else { nil } }
  /// The text of a number as written.
  package var numberText: String? { if case .number(let text) = self { text } else { nil } }

  /// A number whose text is a whole number within Int, without fraction or exponent.
  package var int: Int? {
    guard case .number(let text) = self, text.utf8.first != UInt8(ascii: "+") else { return nil }
    return Int(text)
  }

  /// A number as the nearest Double; nil where it is too large for one.
  package var double: Double? {
    guard case .number(let text) = self, let value = Double(text), value.isFinite else { return nil }
    return value
  }
}

extension JSON: Equatable {
  /// Equal values: strings by bytes, numbers by their text, members in order.
  package static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): sameBytes(a, b)
    case (.string(let a), .string(let b)): sameBytes(a, b)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(nilLiteral: ()) { self = .null }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int) { self.init(value) }
  package init(floatLiteral value: Double) { self.init(value) }
  package init(stringLiteral value: String) { self = .string(value) }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Member(key: $0.0, value: $0.1) })
  }
}
