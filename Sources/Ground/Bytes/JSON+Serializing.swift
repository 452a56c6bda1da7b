extension JSON {
  /// The text as UTF-8, members in their order; `pretty` indents by two spaces and ends with a line feed.
  package func serialized(pretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(pretty: pretty)
    writer.value(self)
    if pretty { writer.bytes.append(0x0A) }
    return writer.bytes
  }

  /// The text for a script element of an HTML page: `<`, `>`, `&`, U+2028 and U+2029 are escaped.
  package func serializedForScript(pretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(pretty: pretty)
    writer.escapesMarkup = true
    writer.value(self)
    return writer.bytes
  }

  /// The canonical text (RFC 8785): members sorted by UTF-16 code units, numbers in ECMAScript's shortest form.
  /// Throws for a repeated key, a number beyond Double, and a whole number that Double would change silently.
  package func canonical() throws(JSONError) -> [UInt8] {
    var writer = JSONWriter()
    try writer.canonical(self)
    return writer.bytes
  }
}

extension JSONWriter {
  fileprivate mutating func canonical(_ value: JSON) throws(JSONError) {
    switch value {
    case .number(let text): rawNumber(try JSONWriter.canonicalNumber(text))
    case .array(let elements):
      beginArray()
      for element in elements { try canonical(element) }
      endArray()
    case .object(let members):
      beginObject()
      let sorted = members.sorted { precedesInUTF16($0.key, $1.key) }
      for (index, member) in sorted.enumerated() {
        if index > 0, sameBytes(sorted[index - 1].key, member.key) {
          throw JSONError(reason: "the key \"\(member.key)\" is repeated")
        }
        key(member.key)
        try canonical(member.value)
      }
      endObject()
    default: self.value(value)
    }
  }

  fileprivate static func canonicalNumber(_ text: String) throws(JSONError) -> String {
    if let whole = Int64(text) {
      guard Double(exactly: whole) != nil else {
        throw JSONError(reason: "the number \(text) has no exact canonical form: write it as a string")
      }
      return Number.text(Double(whole))
    }
    guard Scan.isJSONNumber(text), let value = Double(text) else {
      throw JSONError(reason: "\"\(text)\" is not a number of JSON")
    }
    guard value.isFinite else { throw JSONError(reason: "the number \(text) is too large") }
    let canonical = Number.text(value)
    if text.utf8.allSatisfy({ $0 != UInt8(ascii: ".") && $0 | 0x20 != UInt8(ascii: "e") }), canonical != text
    {
      throw JSONError(reason: "the number \(text) has no exact canonical form: write it as a string")
    }
    return canonical
  }
}

/// The order of UTF-16 code units, by comparing UTF-8: they differ only where a character beyond the basic plane
/// (lead byte F0…F4, a surrogate in UTF-16) meets one of U+E000…U+FFFF (lead byte EE or EF).
func precedesInUTF16(_ left: String, _ right: String) -> Bool {
  var rest = right.utf8.makeIterator()
  for a in left.utf8 {
    guard let b = rest.next() else { return false }
    if a == b { continue }
    if a >= 0xEE, b >= 0xEE, (a >= 0xF0) != (b >= 0xF0) { return a >= 0xF0 }
    return a < b
  }
  return rest.next() != nil
}
