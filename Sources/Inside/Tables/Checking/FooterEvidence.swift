import Bytes

/// What the last records say about themselves: totals that would be counted twice, and notes that are no record.
struct FooterEvidence {
  /// The last records, each with its line.
  private var last: [(line: Int, cells: [String])] = []

  private static let kept = 5
  private static let totals = [
    "合计", "总计", "小计", "共计", "总和", "累计", "合 计", "总 计", "total", "totals", "grand total", "subtotal", "sum",
    "sum total", "overall",
  ]
  private static let notes = [
    "注:", "注：", "备注", "说明", "来源", "资料来源", "数据来源", "填表", "制表", "note", "source", "* ",
  ]

  /// Keeps the end of a batch. Its rows are looked at once there are no more.
  mutating func keep(_ batch: Batch) {
    let rows = max(0, batch.rowCount - Self.kept)..<batch.rowCount
    for row in rows {
      last.append(
        (
          batch.line(ofRow: row),
          (0..<min(batch.columnCount, 64)).map { column in
            let bytes = batch.bytes(row, column)
            return bytes.count <= 200 ? String(decoding: bytes, as: UTF8.self) : "…"
          }
        ))
    }
    if last.count > Self.kept { last.removeFirst(last.count - Self.kept) }
  }

  /// Texts of the last records that hold nothing else, as a note below a table does.
  var lone: [String] {
    last.compactMap { _, cells in
      let filled = cells.filter { !$0.isEmpty }
      return cells.count > 1 && filled.count == 1 ? filled[0] : nil
    }
  }

  /// What is to be said, for the owner to judge: the records are data all the same.
  var remarks: [Wording] {
    last.compactMap { line, cells in
      guard cells.count > 1, let first = cells.first(where: { !$0.isEmpty }) else { return nil }
      let word = first.filter { $0 != " " && $0 != "\u{3000}" && $0 != ":" && $0 != "：" }.lowercased()
      if Self.totals.contains(where: { $0 == word || $0 == first.lowercased() }) {
        return Wording(
          "line \(line) looks like a total (\"\(first)\"): it is read as a record, and would be counted twice; delete it",
          "第 \(line) 行像是“\(first)”行：它按一条记录读取，会被重复计算；请删除")
      }
      let isAlone = cells.count { !$0.isEmpty } == 1
      if isAlone, Self.notes.contains(where: { first.lowercased().hasPrefix($0) }) {
        return Wording(
          "line \(line) looks like a note below the table (\"\(first.prefix(30))\"): delete it",
          "第 \(line) 行像是表下的说明（“\(first.prefix(30))”）：请删除")
      }
      return nil
    }
  }
}
