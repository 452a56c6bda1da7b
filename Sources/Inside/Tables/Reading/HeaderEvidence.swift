import Bytes

/// What the first records say about the header: titles above it, values in its place, names that cannot stay.
enum HeaderEvidence {
  /// What is said where the record at `row` is a title, by the records that follow it.
  static func title(in storage: BatchStorage, at row: Int) -> Wording? {
    let rows = row..<min(row + 10, storage.rowCount)
    let filled = rows.map { row in
      storage.cellRange(ofRow: row).count { BatchStorage.isFilled(storage.cells[$0]) }
    }
    guard let first = filled.first, let widest = filled.max(), first <= 1, widest > 1,
      let better = filled.firstIndex(of: widest)
    else { return nil }
    return title(above: better, line: Int(storage.rowLines[row + better]) + 1)
  }

  /// A title stands where the header should.
  static func title(above count: Int, line: Int) -> Wording {
    Wording(
      "the first \(count == 1 ? "record looks" : "\(count) records look") like a title above the header, "
        + "which seems to be on line \(line): skip \(count) record\(count == 1 ? "" : "s") (--skip \(count))",
      "前 \(count) 行像是表头上方的标题，表头似在第 \(line) 行：请跳过 \(count) 行（--skip \(count)）")
  }

  /// Values stand where the names of the columns should: all numbers and dates, or nothing at all, or mostly figures.
  static func values(in header: [String]) -> Wording? {
    let filled = header.filter { !$0.allSatisfy(\.isWhitespace) }
    guard !header.isEmpty, filled.allSatisfy(isValue) || areFigures(filled) else { return nil }
    return Wording(
      "the first record holds values and no names of columns: if there is no header, say so (--no-header)",
      "第一行是数值而不是列名：若没有表头，请注明（--no-header）")
  }

  /// Whether most of a record are numbers that name no columns: a record of a table, 东城区,1818,28507,53597. Years,
  /// days and months, numbers in rising or falling order and codes of one length may well be names.
  private static func areFigures(_ filled: [String]) -> Bool {
    let numbers = filled.map { $0.replacing(",", with: "") }.filter { text in
      var text = text
      return text.withUTF8 { bytes in
        bytes.baseAddress.map { bytes.count <= 40 && ValueScanner.number($0, bytes.count) != nil } ?? false
      }
    }
    guard numbers.count >= 3, numbers.count * 2 > filled.count else { return false }
    if Set(numbers.map(\.utf8.count)).count == 1 { return false }
    let values = numbers.map { Double($0) ?? 0 }
    if values.allSatisfy({ $0 == $0.rounded() && (1...366 ~= $0 || 1900...2100 ~= $0) }) { return false }
    let steps = zip(values, values.dropFirst())
    return !steps.allSatisfy { $0 < $1 } && !steps.allSatisfy { $0 > $1 }
  }

  private static func isValue(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { buffer in
      guard let start = buffer.baseAddress, buffer.count <= 40 else { return false }
      return ValueScanner.number(start, buffer.count) != nil || ValueScanner.date(start, buffer.count) != nil
        || ValueScanner.datetime(start, buffer.count) != nil
    }
  }

  /// What is said of names that cannot stay as they are.
  static func renamed(_ header: [String]) -> [Wording] {
    let names = usable(header)
    var empty: [String] = []
    var changed: [(from: String, to: String, isEqual: Bool)] = []
    var before: Set<ByteKey> = []
    for (index, (old, new)) in zip(header, names).enumerated() {
      defer { before.insert(ByteKey(old)) }
      if sameBytes(old, new) { continue }
      if old.isEmpty {
        empty.append(String(index + 1))
      } else {
        changed.append((old, new, before.contains(ByteKey(old))))
      }
    }
    var notes: [Wording] = []
    if !empty.isEmpty {
      notes.append(
        Wording(
          "column \(empty.joined(separator: ", ")) has no name: it is called column\(empty[0])"
            + (empty.count > 1 ? " and so on" : ""),
          "第 \(empty.joined(separator: "、")) 列没有列名：改称 column\(empty[0])\(empty.count > 1 ? " 等" : "")"))
    }
    for (from, to, isEqual) in changed.prefix(5) {
      notes.append(
        isEqual
          ? Wording(
            "the column name \(from) is there more than once: one is called \(to)",
            "列名“\(from)”重复出现：其一改称 \(to)")
          : Wording(
            "the column name \(from) differs from another only in case: it is called \(to)",
            "列名“\(from)”与另一列只有大小写不同：改称 \(to)"))
    }
    if changed.count > 5 {
      notes.append(
        Wording("\(changed.count - 5) more columns are renamed alike", "另有 \(changed.count - 5) 列同样改名"))
    }
    return notes
  }

  /// The names made usable: none empty, none twice (also not in another case, for SQL), in the same order.
  static func usable(_ header: [String]) -> [String] {
    var taken: Set<String> = []
    // The number that each name comes to next, so that thousands of equal names take no longer than others.
    var next: [String: Int] = [:]
    var names: [String] = []
    for (index, name) in header.enumerated() {
      let base = name.isEmpty ? "column\(index + 1)" : name
      var candidate = base
      let key = base.lowercased()
      var number = next[key] ?? 2
      while !taken.insert(candidate.lowercased()).inserted {
        candidate = "\(base)_\(number)"
        number += 1
      }
      if number > 2 { next[key] = number }
      names.append(candidate)
    }
    return names
  }
}

extension BatchStorage {
  /// Whether a cell has any bytes.
  static func isFilled(_ cell: UInt64) -> Bool { (cell >> 32) & 0x7FFF_FFFF != 0 }
}
