/// A fault in a document that a person wrote, at its place.
package struct DocumentError: Fault, Equatable {
  /// The file as the reader was given it.
  package let file: String
  /// 1-based.
  package let line: Int
  /// 1-based, in Unicode scalars.
  package let column: Int
  /// The key path, as `resources[0].schema.fields[2].type`; empty for the whole document.
  package let path: String
  /// What is wrong, without the place.
  package let words: Wording
  /// What to do, where it is not plain.
  package let advice: Wording?

  package init(file: String, line: Int, column: Int, path: String, reason: Wording, hint: Wording? = nil) {
    self.file = file
    self.line = line
    self.column = column
    self.path = path
    words = reason
    advice = hint
  }

  /// The English of `words`.
  package var reason: String { words.en }
  package var hint: String? { advice?.en }
  package var message: String { place + words.en }
  package func message(in language: String) -> String { place + words.said(in: language) }
  package func hint(in language: String) -> String? { advice?.said(in: language) }

  private var place: String { "\(file):\(line):\(column): \(path.isEmpty ? "" : path + ": ")" }
}
