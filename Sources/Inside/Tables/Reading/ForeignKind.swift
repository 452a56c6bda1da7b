import Bytes

/// A kind of file that is no table we read, by its true name, and what to do about it.
struct ForeignKind: Sendable, Equatable {
  let name: Wording
  let advice: Wording
  /// Endings of the kind itself: under any other the file is called disguised.
  let endings: Set<String>

  init(_ en: String, _ zh: String, _ advice: Wording, endings: Set<String> = []) {
    name = Wording(en, zh)
    self.advice = advice
    self.endings = endings
  }

  static func == (left: ForeignKind, right: ForeignKind) -> Bool { left.name.en == right.name.en }

  /// The refusal of a file of this kind.
  func refusal(of file: String) -> TableError {
    let base = file.split(separator: "/").last.map(String.init) ?? file
    let ending = base.lastIndex(of: ".").map { base[base.index(after: $0)...].lowercased() }
    let disguise = ending.flatMap { endings.contains($0) || $0.count > 8 ? nil : $0 }
    return TableError(
      .unknownFormat, file: file,
      Wording(
        "is \(name.en)" + (disguise.map { " saved as .\($0)" } ?? ""),
        "是" + (disguise.map { "另存为 .\($0) 的" } ?? "") + name.zh), hint: advice)
  }

  private static let resave = Wording(
    "open it in a spreadsheet program and save it as .xlsx or CSV", "请用表格软件打开，另存为 .xlsx 或 CSV")
  private static let noTable = Wording(
    "give the table itself, as CSV or .xlsx", "请提供数据表本身（CSV 或 .xlsx）")
  private static let unpack = Wording("unpack it, and give the table inside", "请解压后提供其中的表")

  static let html = ForeignKind("an HTML page", "HTML 网页", resave, endings: ["html", "htm"])
  static let spreadsheetML = ForeignKind(
    "an XML Spreadsheet 2003 workbook", "XML Spreadsheet 2003 工作簿（XML 表格）", resave)
  static let wordML = ForeignKind("a Word 2003 XML document", "Word 2003 XML 文档", noTable)
  static let flatODS = ForeignKind(
    "a flat OpenDocument file", "单文件 OpenDocument 文档", resave, endings: ["fods"])
  static let xml = ForeignKind(
    "an XML document", "XML 文档",
    Wording("have it exported as CSV, JSON or .xlsx", "请导出为 CSV、JSON 或 .xlsx"), endings: ["xml"])
  static let webArchive = ForeignKind(
    "a web archive (MHTML)", "单文件网页（MHTML）", resave, endings: ["mht", "mhtml"])
  static let contacts = ForeignKind("an address book (vCard)", "通讯录（vCard）", noTable, endings: ["vcf"])
  static let calendar = ForeignKind("a calendar (iCalendar)", "日历（iCalendar）", noTable, endings: ["ics"])
  static let oldWorkbook = ForeignKind(
    "a workbook of the old binary format (Excel 97-2003)", "旧版二进制工作簿（Excel 97-2003）",
    Wording("open it in a spreadsheet program and save it as .xlsx", "请用表格软件打开，另存为 .xlsx"), endings: ["xls"])
  static let encrypted = ForeignKind(
    "a workbook with a password (encrypted)", "带密码（加密）的工作簿",
    Wording("save it as .xlsx without a password", "请另存为不带密码的 .xlsx"))
  static let oldWord = ForeignKind("a Word document", "Word 文档", noTable, endings: ["doc", "wps"])
  static let oldOffice = ForeignKind(
    "an office file of the old binary format", "旧版二进制办公文件", resave, endings: ["ppt", "msg", "et"])
  static let pdf = ForeignKind("a PDF document", "PDF 文档", noTable, endings: ["pdf"])
  static let richText = ForeignKind("a rich text (RTF) document", "RTF 文档", noTable, endings: ["rtf"])
  static let postscript = ForeignKind(
    "a PostScript document", "PostScript 文档", noTable, endings: ["ps", "eps"])
  static let picture = ForeignKind(
    "a picture", "图片", noTable, endings: ["png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp"])
  static let gzip = ForeignKind(
    "compressed by gzip", "gzip 压缩文件", Wording("unpack it first: gunzip", "请先解压：gunzip"),
    endings: ["gz", "tgz"])
  static let archive = ForeignKind(
    "a compressed archive", "压缩包", unpack, endings: ["rar", "7z", "bz2", "xz", "zst", "tar", "cab"])
  static let privateKey = ForeignKind(
    "a private key", "私钥", Wording("give a table, and keep the key where it is", "请提供数据表；私钥请勿移动"),
    endings: ["pem", "key"])
  static let program = ForeignKind("a program", "可执行程序", noTable, endings: ["exe", "dll", "so"])
  static let binary = ForeignKind("binary data and no text", "二进制数据，不是文本", noTable)
  static let zip = ForeignKind(
    "a zip file and no workbook (.xlsx)", "zip 压缩包，不是工作簿（.xlsx）", unpack, endings: ["zip"])
  static let wordDocument = ForeignKind("a Word document", "Word 文档", noTable, endings: ["docx", "docm"])
  static let slides = ForeignKind("a presentation", "演示文稿", noTable, endings: ["pptx", "pptm"])
  static let binaryWorkbook = ForeignKind(
    "a binary workbook (.xlsb)", "二进制工作簿（.xlsb）", resave, endings: ["xlsb"])
  static let openDocument = ForeignKind(
    "an OpenDocument file", "OpenDocument 文档", resave, endings: ["ods", "odt", "odp"])
  static let shapefile = ForeignKind(
    "a zip file with a shapefile", "含 Shapefile 的压缩包",
    Wording("have it exported as GeoJSON", "请导出为 GeoJSON"), endings: ["zip"])

  /// What a zip file is by the names of its parts.
  init(zipNames names: [String]) {
    let names = names.map { $0.lowercased().replacing("\\", with: "/") }
    func has(_ test: (String) -> Bool) -> Bool { names.contains(where: test) }
    self =
      if has({ $0 == "xl/workbook.bin" }) {
        .binaryWorkbook
      } else if has({ $0.hasPrefix("word/") }) {
        .wordDocument
      } else if has({ $0.hasPrefix("ppt/") }) {
        .slides
      } else if has({ $0 == "mimetype" }) && has({ $0 == "content.xml" }) {
        .openDocument
      } else if has({ $0.hasSuffix(".shp") }) {
        .shapefile
      } else {
        .zip
      }
  }
}
