import Bytes

/// Writes structured fields in their canonical form (RFC 9651 §4.1); nil where a value cannot be written: a number with
/// too many digits, a string that is not ASCII, a name that is none.
package enum StructuredFieldWriter {
  package static func item(_ item: FieldItem) -> String? {
    guard let value = bare(item.value), let parameters = parameters(item.parameters) else { return nil }
    return value + parameters
  }

  /// An empty list is not sent at all (§4.1): the empty text.
  package static func list(_ members: [FieldMember]) -> String? { joined(members.map(member), ", ") }

  package static func dictionary(_ dictionary: FieldDictionary) -> String? {
    joined(
      dictionary.members.map { name, value in
        guard isKey(name) else { return nil }
        if case .item(let item) = value, item.value == .boolean(true) {
          return parameters(item.parameters).map { name + $0 }
        }
        return member(value).map { "\(name)=\($0)" }
      }, ", ")
  }

  private static func joined(_ parts: [String?], _ separator: String) -> String? {
    let known = parts.compactMap { $0 }
    return known.count == parts.count ? known.joined(separator: separator) : nil
  }

  private static func member(_ member: FieldMember) -> String? {
    switch member {
    case .item(let item): return self.item(item)
    case .inner(let items, let parameters):
      guard let inside = joined(items.map { item($0) }, " "), let after = self.parameters(parameters) else {
        return nil
      }
      return "(\(inside))\(after)"
    }
  }

  private static func parameters(_ parameters: FieldParameters) -> String? {
    joined(
      parameters.members.map { name, value in
        guard isKey(name) else { return nil }
        return value == .boolean(true) ? ";\(name)" : bare(value).map { ";\(name)=\($0)" }
      }, "")
  }

  private static func isKey(_ name: String) -> Bool {
    guard let first = name.utf8.first, StructuredSyntax.isLower(first) || first == 0x2A else { return false }
    return name.utf8.allSatisfy(StructuredSyntax.isKey)
  }

  private static func bare(_ value: BareItem) -> String? {
    switch value {
    case .integer(let number): return integer(number)
    case .decimal(let thousandths):
      guard thousandths.magnitude < 1_000_000_000_000_000 else { return nil }
      let (whole, part) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1000)
      var digits = String(String(1000 + part).dropFirst())
      while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
      return "\(thousandths < 0 ? "-" : "")\(whole).\(digits)"
    case .string(let text):
      guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
      return "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    case .token(let text):
      guard let first = text.utf8.first, StructuredSyntax.isAlpha(first) || first == 0x2A,
        text.utf8.allSatisfy(StructuredSyntax.isToken)
      else { return nil }
      return text
    case .bytes(let bytes): return ":\(Base64.encode(bytes)):"
    case .boolean(let flag): return flag ? "?1" : "?0"
    case .date(let seconds): return integer(seconds).map { "@\($0)" }
    case .display(let text):
      var coded = "%\""
      for byte in text.utf8 {
        if (0x20...0x7E).contains(byte), byte != Octet.percent, byte != Octet.quote {
          coded.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
          coded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
      }
      return coded + "\""
    }
  }

  private static func integer(_ number: Int) -> String? {
    (-999_999_999_999_999...999_999_999_999_999).contains(number) ? String(number) : nil
  }
}
