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
  /// Texts that stand alone in the last records, where notes below a table stand.
  package var below: [String] = []
  /// False where reading stopped before the end; the last fault says why.
  package var isComplete = true

  /// Whether the table is whole and without a fault.
  package var isClean: Bool { faultCount == 0 && isComplete }

  /// Why not all of the file was read as the table it should be; empty where it was. Only then has whoever looked at
  /// every record seen all there is.
  ///
  /// Of a bare table (`isDeclared` false) the header itself may be in doubt; one whose columns are those that its
  /// descriptor declares is none.
  package func gaps(isDeclared: Bool) -> [Wording] {
    // Where the header is none, faults of the records only follow from it.
    if !isDeclared, !seen.doubts.isEmpty { return seen.doubts }
    var gaps: [Wording] = []
    if let last = faults.last, !isComplete {
      gaps.append(Wording(last.description(in: "en"), last.description(in: "zh")))
    } else if faultCount > 0 {
      let first = faults.first
      gaps.append(
        Wording(
          "it has \(faultCount) fault\(faultCount == 1 ? "" : "s")"
            + (first.map { ", the first: \($0.description(in: "en"))" } ?? ""),
          "有 \(faultCount) 处错误" + (first.map { "，第一处：\($0.description(in: "zh"))" } ?? "")))
    }
    if rows == 0, isComplete { gaps.append(Wording("it has no record below its header", "表头之下没有任何记录")) }
    return gaps
  }

  /// For `--json` and reports.
  package var json: JSON {
    .object(
      [.init("file", .string(file))] + seen.members + [
        .init("rows", JSON(rows)), .init("bytes", JSON(bytes)), .init("complete", .bool(isComplete)),
        .init("faultCount", JSON(faultCount)), .init("faults", .array(faults.map(\.json))),
        .init("columns", .array(columns.map(\.json))),
      ])
  }

  /// Of a table whose beginning cannot be read.
  init(brokenAtStart source: TableSource, _ error: TableError) {
    self.init(
      file: source.name, seen: Seen(format: source.format ?? TableFormat(fileName: source.path) ?? .csv))
    stop(at: error)
  }

  init(file: String, seen: Seen) {
    self.file = file
    self.seen = seen
  }

  /// Notes that reading could not go on.
  mutating func stop(at error: TableError) {
    isComplete = false
    faultCount += 1
    func said(in language: String) -> String {
      let isChinese = language.hasPrefix("zh")
      let place = error.offset.map { isChinese ? "字节 \($0)：" : "byte \($0): " } ?? ""
      let hint = error.hint(in: language).map { isChinese ? "（\($0)）" : " (\($0))" } ?? ""
      return place + error.reason.said(in: language) + hint
    }
    faults.append(
      CellFault(
        file: file, line: error.line ?? 0, record: rows + 1, column: error.column ?? 0, field: "", value: "",
        rule: .reading, words: Wording(said(in: "en"), said(in: "zh")), offset: error.offset))
  }
}
