/// The values of a batch by type, one column after the other, in the schema's order.
package struct TypedColumns: Sendable {
  package var columns: [TypedColumn]

  package subscript(_ column: Int) -> TypedColumn { columns[column] }
}

/// The values of one column in one batch.
package struct TypedColumn: Sendable {
  /// Where the values are.
  package enum Storage: Sendable, Equatable {
    /// In `integers`: integer; boolean 0/1; date: days since 1970-01-01; time: microseconds since midnight;
    /// datetime: microseconds since 1970-01-01T00:00:00 (UTC if a zone was given, else as written); year;
    /// yearmonth: 12 × year + month − 1.
    case integers
    /// In `numbers`: the nearest Double. The exact decimal is the batch's text.
    case numbers
    /// In the batch: the cell's text.
    case text
  }

  /// What is known of one cell.
  package enum State: UInt8, Sendable { case valid, missing, invalid }

  package let storage: Storage
  /// `State` of each record, as raw values.
  package var states: [UInt8]
  /// One for each record where `storage` is `.integers`, else empty.
  package var integers: [Int64]
  /// One for each record where `storage` is `.numbers`, else empty.
  package var numbers: [Double]

  package func state(_ row: Int) -> State {
    // Only this room writes the bytes; one that says nothing would be a fault of the cell, which stops the table.
    guard let state = State(rawValue: states[row]) else { return .invalid }
    return state
  }
  package func isValid(_ row: Int) -> Bool { states[row] == State.valid.rawValue }
  /// The value, or nil where it is missing or invalid, or the column has no integers.
  package func integer(_ row: Int) -> Int64? { isValid(row) && storage == .integers ? integers[row] : nil }
  /// The value, or nil where it is missing or invalid, or the column is text. Integers count as numbers.
  package func number(_ row: Int) -> Double? {
    guard isValid(row) else { return nil }
    switch storage {
    case .numbers: return numbers[row]
    case .integers: return Double(integers[row])
    case .text: return nil
    }
  }
}
