/// The values of structured fields (RFC 9651 §3): what newer fields such as `Want-Repr-Digest` and `RateLimit` are
/// written in.
package enum BareItem: Sendable, Equatable {
  /// Up to fifteen digits.
  case integer(Int)
  /// In thousandths: up to twelve digits before the point and three after it.
  case decimal(thousandths: Int)
  /// Visible ASCII and space.
  case string(String)
  case token(String)
  case bytes([UInt8])
  case boolean(Bool)
  /// Seconds since 1970.
  case date(Int)
  /// Any text.
  case display(String)
}

/// Names with values, each once, in order (RFC 9651 §3.1.2).
package struct FieldParameters: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  package private(set) var members: [(name: String, value: BareItem)] = []

  package init() {}
  package init(dictionaryLiteral elements: (String, BareItem)...) {
    for (name, value) in elements { self[name] = value }
  }

  /// A name given again keeps its place and takes the new value.
  package subscript(_ name: String) -> BareItem? {
    get { members.first { $0.name == name }?.value }
    set {
      let place = members.firstIndex { $0.name == name }
      switch (place, newValue) {
      case (let place?, let value?): members[place] = (name, value)
      case (let place?, nil): members.remove(at: place)
      case (nil, let value?): members.append((name, value))
      case (nil, nil): break
      }
    }
  }

  package static func == (left: FieldParameters, right: FieldParameters) -> Bool {
    left.members.elementsEqual(right.members) { $0.name == $1.name && $0.value == $1.value }
  }
}

/// A value with its parameters (RFC 9651 §3.3).
package struct FieldItem: Sendable, Equatable {
  package var value: BareItem
  package var parameters: FieldParameters

  package init(_ value: BareItem, _ parameters: FieldParameters = [:]) {
    self.value = value
    self.parameters = parameters
  }
}

/// A member of a list or a dictionary: an item, or several in parentheses (RFC 9651 §3.1.1).
package enum FieldMember: Sendable, Equatable {
  case item(FieldItem)
  case inner([FieldItem], FieldParameters)
}

/// Members by name, in order (RFC 9651 §3.2).
package struct FieldDictionary: Sendable, Equatable {
  package private(set) var members: [(name: String, member: FieldMember)] = []

  package init() {}

  /// A name given again keeps its place and takes the new value.
  package subscript(_ name: String) -> FieldMember? {
    get { members.first { $0.name == name }?.member }
    set {
      let place = members.firstIndex { $0.name == name }
      switch (place, newValue) {
      case (let place?, let value?): members[place] = (name, value)
      case (let place?, nil): members.remove(at: place)
      case (nil, let value?): members.append((name, value))
      case (nil, nil): break
      }
    }
  }

  /// The number of a member that is a plain one, such as a preference.
  package func integer(_ name: String) -> Int? {
    if case .item(let item) = self[name], case .integer(let number) = item.value { number } else { nil }
  }

  package static func == (left: FieldDictionary, right: FieldDictionary) -> Bool {
    left.members.elementsEqual(right.members) { $0.name == $1.name && $0.member == $1.member }
  }
}

/// Why bytes are no structured field, and where; such a field counts as absent (RFC 9651 §4.2).
package struct StructuredFieldError: Error, Equatable {
  /// The byte at which it stopped making sense.
  package let position: Int
}
