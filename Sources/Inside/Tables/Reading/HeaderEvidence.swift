import Bytes
/// What the first records say about the header: titles above it, empty or repeated names.
struct HeaderEvidence {
  private(set) var notes: [Wording] = []

  /// Judges the record at `row` as a header, with the records that follow it.
  init(_ storage: BatchStorage, at row: Int) {
    let width = storage.cellRange(ofRow: row).count
    func filled(_ row: Int) -> Int {
      storage.cellRange(ofRow: row).count { BatchStorage.isFilled(storage.cells[$0]) }
    }
    let rows = row..<min(row + 10, storage.rowCount)
    guard width > 1 || rows.contains(where: { storage.cellRange(ofRow: $0).count > 1 }) else { return }
    if filled(row) <= 1,
      let better = rows.first(where: { filled($0) > 1 && filled($0) >= widest(rows, filled) })
    {
      let line = Int(storage.rowLines[better]) + 1
      let count = better - row
      notes.append(
        Wording(
          "the first \(count == 1 ? "record looks" : "\(count) records look") like a title above the header, "
            + "which seems to be on line \(line): skip \(count) record\(count == 1 ? "" : "s")",
          "前 \(count) 行像是表头上方的标题，表头似在第 \(line) 行：请跳过 \(count) 行"))
      return
    }
    var names: Set<[UInt8]> = []
    var empty: [Int] = []
    var repeated: [String] = []
    for (place, index) in storage.cellRange(ofRow: row).enumerated() {
      let name = Array(storage.bytes(of: storage.cells[index]))
      if name.isEmpty {
        empty.append(place + 1)
      } else if !names.insert(name).inserted {
        repeated.append(String(decoding: name, as: UTF8.self))
      }
    }
    if !empty.isEmpty {
      let places = empty.map(String.init)
      notes.append(
        Wording(
          "column \(places.joined(separator: ", ")) has no name", "第 \(places.joined(separator: "、")) 列没有列名"))
    }
    if !repeated.isEmpty {
      notes.append(
        Wording(
          "the column name \(repeated.joined(separator: ", ")) is there more than once",
          "列名“\(repeated.joined(separator: "、"))”重复出现"))
    }
  }

  private func widest(_ rows: Range<Int>, _ filled: (Int) -> Int) -> Int { rows.map(filled).max() ?? 0 }

  /// The names made usable: none empty, none twice (also not in another case, for SQL), in the same order.
  static func usable(_ header: [String]) -> [String] {
    var taken: Set<String> = []
    var names: [String] = []
    for (index, name) in header.enumerated() {
      let base = name.isEmpty ? "column\(index + 1)" : name
      var candidate = base
      var number = 2
      while !taken.insert(candidate.lowercased()).inserted {
        candidate = "\(base)_\(number)"
        number += 1
      }
      names.append(candidate)
    }
    return names
  }
}

extension BatchStorage {
  /// Whether a cell has any bytes.
  static func isFilled(_ cell: UInt64) -> Bool { (cell >> 32) & 0x7FFF_FFFF != 0 }
}
