/// One page of rows, written out in the query's format.
package struct RowPage: Sendable {
  /// Names and types of the columns.
  package let columns: [(name: String, type: RowType)]
  package let bytes: [UInt8]
  package let rowCount: Int
  package let format: RowQuery.Format
  /// The value of `after` for the next page; nil on the last.
  package let next: String?
}
