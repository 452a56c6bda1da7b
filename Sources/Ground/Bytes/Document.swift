/// A JSON5 document (spec.json5.org) that people edit: every value knows its line, column and key path.
///
/// Stricter than the specification in one way: a repeated key is an error.
package struct Document: Sendable {
  package let root: Node
  package let file: String

  /// Reads the whole text. `file` is how errors call it. Nesting beyond `JSON.depthLimit`, repeated keys and bytes
  /// that are not UTF-8 are refused with their place; a byte order mark is white space.
  package init(json5 bytes: [UInt8], file: String) throws(DocumentError) {
    self.file = file
    root = try bytes.withUnsafeBufferPointer { (buffer) throws(DocumentError) in
      var parser = JSON5Parser(input: buffer, file: file)
      return try parser.document()
    }
  }

  package init(json5 text: String, file: String) throws(DocumentError) {
    try self.init(json5: Array(text.utf8), file: file)
  }
}
