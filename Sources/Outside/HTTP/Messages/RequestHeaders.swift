/// The header fields of a request: a view on the bytes as they came.
package struct RequestHeaders: Sendable {
  let head: RequestHead

  /// The value of the first field with this name (without case), or nil. Bytes that are no UTF-8 read as U+FFFD.
  package subscript(_ name: String) -> String? {
    guard let index = firstIndex(of: name) else { return nil }
    return text(head.fields[index].value)
  }

  /// The values of every field with this name, in order.
  package func values(_ name: String) -> [String] {
    head.fields.filter { matches($0, name) }.map { text($0.value) }
  }

  /// How many fields have this name.
  package func count(_ name: String) -> Int {
    head.fields.reduce(0) { matches($1, name) ? $0 + 1 : $0 }
  }

  /// Every field, as sent.
  package var all: [(name: String, value: String)] { head.fields.map { (text($0.name), text($0.value)) } }

  /// Where the value of a field lies in the head's bytes: the way without strings.
  func range(_ name: StaticString) -> Range<Int>? {
    for field in head.fields where head.bytes.matches(field.name, ignoringCaseOf: name) { return field.value }
    return nil
  }

  /// The ranges of every value of a name.
  func ranges(_ name: StaticString) -> [Range<Int>] {
    head.fields.compactMap { head.bytes.matches($0.name, ignoringCaseOf: name) ? $0.value : nil }
  }

  private func firstIndex(of name: String) -> Int? { head.fields.firstIndex { matches($0, name) } }

  private func matches(_ field: FieldPosition, _ name: String) -> Bool {
    guard field.name.count == name.utf8.count else { return false }
    return zip(field.name, name.utf8).allSatisfy { Octet.lowercased(head.bytes[$0]) == Octet.lowercased($1) }
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: head.bytes[range], as: UTF8.self) }
}
