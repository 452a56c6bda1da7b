/// Walks over one parameter's value and knows where it is, in characters (Unicode scalars) from 1.
struct QueryScanner {
  let parameter: String
  private let scalars: [Unicode.Scalar]
  private var at = 0

  init(parameter: String, value: String) {
    self.parameter = parameter
    scalars = Array(value.unicodeScalars)
  }

  var position: Int { at + 1 }
  var isAtEnd: Bool { at == scalars.count }
  var next: Unicode.Scalar? { isAtEnd ? nil : scalars[at] }

  /// Goes past that character if it stands here.
  mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    at += 1
    return true
  }

  mutating func expect(_ scalar: Unicode.Scalar, _ what: String) throws(QueryError) {
    guard skip(scalar) else { throw error(what) }
  }

  /// Everything up to one of those characters, or the end.
  mutating func read(until ends: Set<Unicode.Scalar>) -> String {
    let start = at
    while let scalar = next, !ends.contains(scalar) { at += 1 }
    return text(start..<at)
  }

  mutating func rest() -> String {
    defer { at = scalars.count }
    return text(at..<scalars.count)
  }

  /// What `rest` would return, without going there.
  var remaining: String { text(at..<scalars.count) }

  /// `"…"` with `\"` and `\\`, standing here; nil where no quotation mark does.
  mutating func quoted() throws(QueryError) -> String? {
    guard next == "\"" else { return nil }
    let start = position
    at += 1
    var text = String.UnicodeScalarView()
    while let scalar = next {
      at += 1
      if scalar == "\"" { return String(text) }
      if scalar == "\\" {
        guard let escaped = next else { break }
        at += 1
        text.append(escaped)
      } else {
        text.append(scalar)
      }
    }
    throw error("a quotation mark is not closed", at: start)
  }

  func error(_ message: String, at position: Int? = nil, hint: String? = nil) -> QueryError {
    QueryError(.syntax, parameter: parameter, position: position ?? self.position, message, hint: hint)
  }

  private func text(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[range])
    return String(view)
  }
}
