import Bytes
import Glibc

extension Wording {
  static func noCharacter(of encoding: TextEncoding) -> Wording {
    Wording("this byte is no character of \(encoding)", "此字节不是 \(encoding) 的字符")
  }
  static let damagedOrOther = Wording(
    "the file is damaged or in another encoding; declare it, or have it exported as UTF-8",
    "文件已损坏或是别的编码：请声明编码，或重新导出为 UTF-8")
  static let setTemporaryFolder = Wording("set TMPDIR to a folder with room", "请把 TMPDIR 设为有空间的文件夹")
  static let damagedDatabase = Wording(
    "the database is damaged or is none (SQLite)", "数据库已损坏，或不是 SQLite 数据库")
}

/// The system's word for what went wrong last, or for the given number.
func systemReason(_ number: Int32 = errno) -> String { String(cString: strerror(number)) }

extension TableError {
  static func noConverter(_ encoding: TextEncoding, _ file: String) -> TableError {
    TableError(
      .converterMissing, file: file,
      Wording("the system has no converter for \(encoding)", "系统没有 \(encoding) 的转换程序"),
      hint: Wording(
        "install glibc's gconv modules, or convert the file to UTF-8", "请安装 glibc 的 gconv 模块，或把文件转成 UTF-8"))
  }

  /// The encoding of a name that somebody declared.
  static func encoding(named name: String, _ file: String) throws(TableError) -> TextEncoding {
    if let encoding = TextEncoding(named: name) { return encoding }
    throw TableError(
      .unknownEncoding, file: file, Wording("the encoding \(name) is not known", "不认识编码“\(name)”"),
      hint: Wording(
        "known: \(TextEncoding.names.joined(separator: ", "))",
        "可用：\(TextEncoding.names.joined(separator: "、"))"))
  }
}
