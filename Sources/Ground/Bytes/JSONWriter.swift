/// Writes JSON piece by piece into `bytes`: for rows and catalogues. Commas are its affair, balance is the caller's.
/// Strings are escaped as RFC 8785 §3.2.2.2 says: only what must be.
package struct JSONWriter: Sendable {
  /// What has been written. The caller may take it and start again: `removeAll(keepingCapacity:)`.
  package var bytes: [UInt8]
  /// `<`, `>`, `&`, U+2028 and U+2029 are written as escapes, so that the text may stand inside a script element.
  package var escapesMarkup = false
  let pretty: Bool
  var needsComma = false
  var depth = 0

  package init(pretty: Bool = false, reserving capacity: Int = 0) {
    self.pretty = pretty
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  package mutating func beginObject() { open(UInt8(ascii: "{")) }
  package mutating func endObject() { close(UInt8(ascii: "}")) }
  package mutating func beginArray() { open(UInt8(ascii: "[")) }
  package mutating func endArray() { close(UInt8(ascii: "]")) }

  /// The key of the member whose value follows.
  package mutating func key(_ key: String) {
    string(key)
    bytes.append(UInt8(ascii: ":"))
    if pretty { bytes.append(0x20) }
    needsComma = false
  }

  /// A key prepared by `prepared(key:)`: for the columns of many rows.
  package mutating func key(prepared: [UInt8]) {
    separate()
    bytes.append(contentsOf: prepared)
    needsComma = false
  }

  /// The quoted, escaped key with its colon.
  package static func prepared(key: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.key(key)
    return writer.bytes
  }

  package mutating func string(_ text: String) {
    var text = text
    text.withUTF8 { string(utf8: $0) }
  }

  /// A string from UTF-8 that the caller knows to be valid.
  package mutating func string(utf8: UnsafeBufferPointer<UInt8>) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    Escape.json(utf8, to: &bytes, markup: escapesMarkup)
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  /// A number whose text the caller knows to be JSON.
  package mutating func rawNumber(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
    needsComma = true
  }

  /// The same from bytes.
  package mutating func rawNumber(utf8: UnsafeBufferPointer<UInt8>) {
    separate()
    bytes.append(contentsOf: utf8)
    needsComma = true
  }

  package mutating func int(_ value: Int) {
    separate()
    Number.append(Int64(value), to: &bytes)
    needsComma = true
  }

  package mutating func int(_ value: Int64) {
    separate()
    Number.append(value, to: &bytes)
    needsComma = true
  }

  /// The shortest text of a Double; null where it is not finite.
  package mutating func double(_ value: Double) {
    guard value.isFinite else { return null() }
    separate()
    Number.append(value, to: &bytes)
    needsComma = true
  }

  package mutating func bool(_ value: Bool) {
    separate()
    bytes.append(contentsOf: value ? "true".utf8 : "false".utf8)
    needsComma = true
  }

  package mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
    needsComma = true
  }

  /// A whole value.
  package mutating func value(_ value: JSON) {
    switch value {
    case .null: null()
    case .bool(let flag): bool(flag)
    case .number(let text): rawNumber(text)
    case .string(let text): string(text)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        key(member.key)
        self.value(member.value)
      }
      endObject()
    }
  }

  /// Forgets what was written, and keeps the room for it.
  package mutating func startOver() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
    depth = 0
  }

  /// A line feed between the values of NDJSON: the next value takes no comma.
  package mutating func newline() {
    bytes.append(0x0A)
    needsComma = false
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    depth += 1
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    depth -= 1
    if pretty, needsComma { indent() }
    bytes.append(bracket)
    needsComma = true
  }

  @inline(__always)
  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    if pretty, depth > 0, bytes.last != 0x20 { indent() }
  }

  private mutating func indent() {
    bytes.append(0x0A)
    bytes.append(contentsOf: repeatElement(0x20, count: 2 * max(0, depth)))
  }
}
