import Glibc

/// A small table read whole into columns of cells: enough of RFC 4180 for the tables of this repository.
struct Table {
  let name: String
  let header: [String]
  /// Row by row; each cell's bytes.
  let rows: [[[UInt8]]]
  let bytes: Int

  init?(_ path: String) {
    guard let bytes = Self.read(path) else { return nil }
    name = path.split(separator: "/").last.map(String.init) ?? path
    self.bytes = bytes.count
    var records: [[[UInt8]]] = []
    var record: [[UInt8]] = []
    var cell: [UInt8] = []
    var quoted = false
    var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if quoted {
        if byte != 0x22 {
          cell.append(byte)
        } else if index < bytes.count, bytes[index] == 0x22 {
          cell.append(0x22)
          index += 1
        } else {
          quoted = false
        }
        continue
      }
      switch byte {
      case 0x22: quoted = true
      case 0x2C:
        record.append(cell)
        cell = []
      case 0x0D: continue
      case 0x0A:
        records.append(record + [cell])
        (record, cell) = ([], [])
      default: cell.append(byte)
      }
    }
    if !cell.isEmpty || !record.isEmpty { records.append(record + [cell]) }
    header = (records.first ?? []).map { String(decoding: $0, as: UTF8.self) }
    rows = Array(records.dropFirst())
  }

  func text(_ row: Int, _ column: Int) -> String { String(decoding: rows[row][column], as: UTF8.self) }

  private static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
    }
  }
}
