import Bytes
import Glibc
import Tables

/// `convert`: the room of tables for people at a shell.
enum TableVerbs {
  /// What the owner of a table may declare about it; what is declared always wins.
  static let declarations: [Option] = [
    Option(
      "--from", "FORMAT",
      Phrase("源格式（缺省：按扩展名与内容判断）", "the format it has (default: by extension and content)")),
    Option("--sheet", "NAME", Phrase("工作表，或数据库的表", "the sheet of a workbook, or the table of a database")),
    Option(
      "--path", "KEYS",
      Phrase("JSON 中到达记录的键，如 result.records", "keys that lead to the records of a JSON, as result.records")),
    Option(
      "--encoding", "E",
      Phrase("编码，如 gb18030（缺省：按证据判断）", "the encoding, such as gb18030 (default: by evidence)")),
    Option("--delimiter", "C", Phrase("分隔符", "the delimiter")),
    Option("--quote", "C", Phrase("引号", "the quote")),
    Option("--skip", "N", Phrase("跳过表头上方的 N 行标题", "leave out N records above the header")),
    Option("--no-header", Phrase("第一行也是数据", "the first record is data too")),
    Option("--schema", "FILE", Phrase("Table Schema（JSON 或 JSON5）", "a Table Schema, JSON or JSON5")),
  ]

  /// Those of them that a descriptor has words for, so that what is proposed reads the table as it was read.
  static let readings = declarations.filter {
    ["--from", "--sheet", "--encoding", "--delimiter", "--skip", "--no-header"].contains($0.name)
  }

  static let all: [Verb] = [
    Verb(
      "convert", "FILE", Phrase("读取任意数据表，写成任意格式", "read any table, write any format"),
      options: [
        Option(
          "--to", "FORMAT",
          Phrase("目标格式（缺省：按 --out 的扩展名，否则 csv）", "the format (default: by the extension of --out, else csv)")),
        Option("--out", "FILE", Phrase("写入的文件（缺省：标准输出）", "where it goes (default: standard output)")),
        Option("--infer", Phrase("先从数据推断字段类型", "propose the types from the data first")),
      ] + declarations + [.json],
      example: "doorsill convert 居民.csv --encoding gb18030 --to json", run: convert)
  ]

  private static func convert(_ invocation: Invocation) throws -> ExitStatus {
    let path = try invocation.operands(1, 1)[0]
    let source = try source(path, invocation)
    // As for input, - is the standard one.
    let out = invocation.value("--out").flatMap { $0 == "-" ? nil : $0 }
    guard out != "" else {
      throw UsageFault(Phrase("--out 缺少文件名", "--out needs the name of a file"))
    }
    var schema = try schema(invocation)
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
    var options = ConvertOptions()
    options.check.reportsBrokenFiles = true
    let report = try Tables.convert(
      source, schema: schema, to: try format(invocation, out), output: sink, options: options)
    if invocation.has("--json") {
      // With the table on standard output, its report goes beside it.
      let text = String(decoding: report.json.serialized(pretty: true), as: UTF8.self)
      if out == nil { invocation.terminal.note(text) } else { invocation.terminal.print(text) }
    } else {
      tell(report, invocation.terminal)
    }
    return report.isClean ? .done : .refused
  }

  /// `check FILE…`: tables that are in no portal, each checked by itself; a broken one does not keep the others from it.
  static func check(_ files: [String], _ invocation: Invocation) throws -> ExitStatus {
    var reports: [TableReport] = []
    let schema = try schema(invocation)
    for file in files {
      let source = try source(file, invocation)
      let report = try TableCheck.run(
        source, schema: schema, options: TableCheck.Options(reportsBrokenFiles: true))
      reports.append(report)
      if !invocation.has("--json") {
        tell(report, invocation.terminal)
        if report.isClean, report.seen.doubts.isEmpty {
          tell(report.gaps(isDeclared: schema != nil), of: report.file, invocation.terminal)
        }
      }
    }
    if invocation.has("--json") {
      let json: JSON = reports.count == 1 ? reports[0].json : .array(reports.map(\.json))
      invocation.terminal.print(bytes: json.serialized(pretty: true) + [0x0A])
    } else {
      invocation.terminal.table(
        [[Phrase("文件", "file").said, Phrase("行", "rows").said, Phrase("错误", "faults").said]]
          + reports.map {
            [
              $0.file, String($0.rows),
              isWhole($0, schema)
                ? invocation.terminal.styled("✓", .green)
                : invocation.terminal.styled($0.isClean ? "?" : String($0.faultCount), .red),
            ]
          })
    }
    return reports.allSatisfy { isWhole($0, schema) } ? .done : .refused
  }

  /// Whether a table has no fault and was read whole: its columns are known by a schema or a header that is one.
  private static func isWhole(_ report: TableReport, _ schema: Schema?) -> Bool {
    report.gaps(isDeclared: schema != nil).isEmpty
  }

  /// Says on standard error what was seen and every fault.
  private static func tell(_ report: TableReport, _ terminal: Terminal) {
    tell(report.seen.notes, of: report.file, terminal)
    PortalVerbs.tell(report.faults, count: report.faultCount, terminal)
  }

  /// What a reader saw that a person should know.
  static func tell(_ notes: [Wording], of file: String, _ terminal: Terminal) {
    for note in notes {
      terminal.note("\(file)\(Phrase("：提示：", ": note: ").said)\(note.said(in: Phrase.language))")
    }
  }

  /// A table as the call declares it.
  static func source(_ path: String, _ invocation: Invocation) throws -> TableSource {
    var source = TableSource(path: path)
    source.format = try invocation.value("--from").map { try format(named: $0) }
    source.encoding = invocation.value("--encoding")
    source.delimiter = invocation.value("--delimiter")
    source.quote = invocation.value("--quote")
    source.sheet = invocation.value("--sheet")
    source.jsonPath = invocation.value("--path")?.split(separator: ".").map(String.init) ?? []
    source.hasHeader = !invocation.has("--no-header")
    if let text = invocation.value("--skip") {
      guard let count = Int(text), count >= 0 else {
        throw UsageFault(Phrase("--skip 应为行数，不是“\(text)”", "--skip takes a number of records, not '\(text)'"))
      }
      source.skippedRecords = count
    }
    return source
  }

  private static func schema(_ invocation: Invocation) throws -> Schema? {
    try invocation.value("--schema").map { file in
      try Schema(
        node: try Document(json5: try Files.read(file, limit: 16 << 20, from: .named), file: file).root)
    }
  }

  private static func format(_ invocation: Invocation, _ out: String?) throws -> TableFormat {
    try invocation.value("--to").map { try format(named: $0) } ?? out.flatMap { TableFormat(fileName: $0) }
      ?? .csv
  }

  private static func format(named name: String) throws -> TableFormat {
    guard let format = TableFormat(named: name) else {
      let known = TableFormat.allCases.map(\.rawValue)
      throw UsageFault(
        Phrase("没有格式“\(name)”", "there is no format '\(name)'"),
        hint: Phrase("可用：\(known.joined(separator: "、"))", "known: \(known.joined(separator: ", "))"))
    }
    return format
  }
}
