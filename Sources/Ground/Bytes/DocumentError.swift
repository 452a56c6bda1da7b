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

  package init(file: String, line: Int, column: Int, path: String, reason: String, hint: String? = nil) {
    self.file = file
    self.line = line
    self.column = column
    self.path = path
    self.reason = reason
    self.hint = hint
  }

  package var message: String { "\(file):\(line):\(column): \(path.isEmpty ? "" : path + ": ")\(reason)" }
}
