extension Batch {
  /// A number for some cells of a row, equal for equal cells: FNV-1a, 64 bits. It tells units apart within one run.
  package func mark(_ row: Int, _ columns: [Int]) -> UInt64 {
    columns.reduce(0) { whole, column in
      whole &* 31
        &+ withCell(row, column) { cell in
          cell.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }
    }
  }
}
