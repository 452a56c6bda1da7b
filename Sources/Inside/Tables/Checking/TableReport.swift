package import Bytes

/// What reading a table against a schema showed.
package struct TableReport: Sendable {
  /// The file as it was named.
  package var file: String
  /// Records without the header.
  package var rows = 0
  /// Bytes of the source.
  package var bytes = 0
  /// All faults, shown or not.
  package var faultCount = 0
  /// The first faults, in the order of the file.
  package var faults: [CellFault] = []
  /// One for each field, in the schema's order.
  package var columns: [ColumnStatistics] = []
  package var seen: Seen
  /// False where reading stopped before the end; the last fault says why.
  package var isComplete = true

  /// Whether the table is whole and without a fault.
  package var isClean: Bool { faultCount == 0 && isComplete }

  /// For `--json` and reports.
  package var json: JSON {
    [
      "file": .string(file), "rows": JSON(rows), "bytes": JSON(bytes), "complete": .bool(isComplete),
      "seen": seen.json, "faultCount": JSON(faultCount), "faults": .array(faults.map(\.json)),
      "columns": .array(columns.map(\.json)),
    ]
  }

  /// Notes that reading could not go on.
  mutating func stop(at error: TableError) {
    isComplete = false
    faultCount += 1
    var reason = error.reason
    if let offset = error.offset { reason = "byte \(offset): " + reason }
    if let hint = error.hint { reason += " (\(hint))" }
    faults.append(
      CellFault(
        file: file, line: error.line ?? 0, record: rows + 1, column: error.column ?? 0, field: "", value: "",
        rule: .reading, expected: reason))
  }
}
