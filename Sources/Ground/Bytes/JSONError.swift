/// Bytes that are no acceptable JSON, or a value that has no canonical form.
package struct JSONError: Fault, Equatable {
  /// 1-based; 0 where the error belongs to a value and not to a text.
  package let line: Int
  /// 1-based, in Unicode scalars; 0 as above.
  package let column: Int
  package let reason: String

  package init(line: Int = 0, column: Int = 0, reason: String) {
    self.line = line
    self.column = column
    self.reason = reason
  }

  package var message: String { line > 0 ? "line \(line), column \(column): \(reason)" : reason }
}
