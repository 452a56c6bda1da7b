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
  package let reason: String
  package let hint: String?
  /// Reason and hint in both languages, where they were given so.
  private var words: Wording?
  private var advice: Wording?

  package init(file: String, line: Int, column: Int, path: String, reason: String, hint: String? = nil) {
    self.file = file
    self.line = line
    self.column = column
    self.path = path
    self.reason = reason
    self.hint = hint
  }

  /// The same in both languages.
  package init(file: String, line: Int, column: Int, path: String, reason: Wording, hint: Wording?) {
    self.init(file: file, line: line, column: column, path: path, reason: reason.en, hint: hint?.en)
    words = reason
    advice = hint
  }

  package var message: String { place + reason }
  package func message(in language: String) -> String { place + (words?.said(in: language) ?? reason) }
  package func hint(in language: String) -> String? { advice?.said(in: language) ?? hint }

  private var place: String { "\(file):\(line):\(column): \(path.isEmpty ? "" : path + ": ")" }
}
