/// Writes records of CSV (RFC 4180) for tables that are made for one run and read again at once.
enum CSVRecord {
  /// A record with its line end. One of a single empty cell is quoted: an empty line is no record.
  static func line(_ cells: [String]) -> [UInt8] {
    guard cells != [""] else { return Array("\"\"\n".utf8) }
    var bytes: [UInt8] = []
    for (place, cell) in cells.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: ",")) }
      var cell = cell
      cell.withUTF8 { append($0, to: &bytes) }
    }
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  /// One cell, in quotes where it needs them.
  static func append(_ cell: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    let plain = cell.allSatisfy { $0 != 0x2C && $0 != 0x22 && $0 != 0x0A && $0 != 0x0D && $0 != 0x20 }
    guard !plain else { return bytes.append(contentsOf: cell) }
    bytes.append(0x22)
    for byte in cell {
      if byte == 0x22 { bytes.append(0x22) }
      bytes.append(byte)
    }
    bytes.append(0x22)
  }
}
