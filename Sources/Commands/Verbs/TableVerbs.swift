import Bytes
import Glibc
import Tables

/// `convert`: the room of tables for people at a shell.
enum TableVerbs {
  static let all: [Verb] = [
    Verb(
      "convert", "FILE", Phrase("读取任意数据表，写成任意格式", "read any table, write any format"),
      options: [
        Option(
          "--to", "FORMAT",
          Phrase("目标格式（缺省：按 --out 的扩展名，否则 csv）", "the format (default: by the extension of --out, else csv)")),
        Option("--out", "FILE", Phrase("写入的文件（缺省：标准输出）", "where it goes (default: standard output)")),
        Option("--sheet", "NAME", Phrase("工作表", "the sheet of a workbook")),
        Option(
          "--encoding", "E",
          Phrase("编码，如 gb18030（缺省：按证据判断）", "the encoding, such as gb18030 (default: by evidence)")),
        Option("--delimiter", "C", Phrase("分隔符", "the delimiter")),
        Option("--quote", "C", Phrase("引号", "the quote")),
        Option("--no-header", Phrase("第一行也是数据", "the first record is data too")),
        Option("--infer", Phrase("先从数据推断字段类型", "propose the types from the data first")),
        Option("--schema", "FILE", Phrase("Table Schema（JSON 或 JSON5）", "a Table Schema, JSON or JSON5")),
        .json,
      ],
      example: "doorsill convert 居民.csv --encoding gb18030 --to json", run: convert)
  ]

  private static func convert(_ invocation: Invocation) throws -> ExitStatus {
    let path = try invocation.operands(1, 1)[0]
    var source = TableSource(path: path)
    source.encoding = invocation.value("--encoding")
    source.delimiter = invocation.value("--delimiter")
    source.quote = invocation.value("--quote")
    source.sheet = invocation.value("--sheet")
    source.hasHeader = !invocation.has("--no-header")
    let out = invocation.value("--out")
    var schema = try invocation.value("--schema").map { file in
      try Schema(node: try Document(json5: try Files.read(file, limit: 16 << 20), file: file).root)
    }
    if invocation.has("--infer") {
      guard schema == nil else {
        throw UsageFault(Phrase("--infer 与 --schema 只能用一个", "give --infer or --schema, not both"))
      }
      guard path != "-" else {
        throw UsageFault(
          Phrase("标准输入不能先推断再读取", "standard input cannot be read twice"),
          hint: Phrase("先存成文件", "store it in a file first"))
      }
      schema = try inferSchema(source).schema
    }
    let sink = out.map { OutputSink.file($0) } ?? .descriptor(1)
    let report = try Tables.convert(source, schema: schema, to: try format(invocation, out), output: sink)
    if invocation.has("--json") {
      // With the table on standard output, its report goes beside it.
      let text = String(decoding: report.json.serialized(pretty: true), as: UTF8.self)
      if out == nil { invocation.terminal.note(text) } else { invocation.terminal.print(text) }
    } else {
      PortalVerbs.tell(report.faults, count: report.faultCount, invocation.terminal)
    }
    return report.isClean ? .done : .refused
  }

  private static func format(_ invocation: Invocation, _ out: String?) throws -> TableFormat {
    guard let name = invocation.value("--to") else {
      return out.flatMap { TableFormat(fileName: $0) } ?? .csv
    }
    guard let format = TableFormat(named: name) else {
      let known = TableFormat.allCases.map(\.rawValue)
      throw UsageFault(
        Phrase("没有格式“\(name)”", "there is no format '\(name)'"),
        hint: Phrase("可用：\(known.joined(separator: "、"))", "known: \(known.joined(separator: ", "))"))
    }
    return format
  }
}
