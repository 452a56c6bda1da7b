import Bytes

/// Records of one table, read from front to back in pieces.
///
/// Getting a piece is serial; splitting it (`Piece.split`) needs no order, so that it may run on another thread.
protocol RecordSource: AnyObject {
  /// Names of the columns as the source has them; empty names and repetitions included.
  var header: [String] { get }
  var seen: Seen { get set }
  /// Texts of the records that stand above the header and are left out.
  var above: [String] { get }
  /// Columns that are no properties of a GeoJSON feature; nil in any other format.
  var featureColumns: FeatureColumns? { get }
  /// Bytes read so far.
  var bytesRead: Int { get }
  func nextPiece() throws(TableError) -> Piece?
}

extension RecordSource {
  var above: [String] { [] }
  var featureColumns: FeatureColumns? { nil }
}

/// Names of the columns that hold what a GeoJSON feature says beside its properties.
struct FeatureColumns: Sendable {
  var geometry: String
  /// Of the features' ids, where they have any.
  var id: String?
  /// Whether ids that read as numbers are numbers, as far as they were looked at.
  var hasNumbers = false
}

/// Some records, perhaps not yet split into cells.
struct Piece: Sendable {
  let storage: BatchStorage
  /// How to split it, if that is still to be done.
  var splitter: Splitter?

  struct Splitter: Sendable {
    let scanner: RecordScanner
    let file: String
    /// Offset in the file of the first byte, where offsets mean something.
    let offset: Int
    /// Whether the text may have bytes that are not UTF-8.
    let needsCheck: Bool
  }

  /// Splits the records. Lines in the error are counted from the first of the piece, from 0.
  func split() throws(TableError) {
    guard let splitter else { return }
    if splitter.needsCheck, let bad = UTF8Check.firstInvalid(storage.base, storage.byteCount) {
      throw TableError(
        .invalidByte, file: splitter.file, line: Lines.count(storage.base, bad),
        offset: splitter.offset + bad,
        Wording(
          "the byte \(hexadecimal(storage.base[bad])) is not UTF-8 here",
          "字节 \(hexadecimal(storage.base[bad])) 在此处不是 UTF-8"),
        hint: Wording(
          "the file is damaged, or part of it is in another encoding; have it exported again as UTF-8, or declare the encoding it really has",
          "文件已损坏，或一部分是别的编码：请重新导出为 UTF-8，或声明它真正的编码")
      )
    }
    do throws(ScanFault) {
      try splitter.scanner.split(storage)
    } catch {
      let quote = splitter.scanner.dialect.quote.map { String(Character(Unicode.Scalar($0))) } ?? ""
      let offset = splitter.needsCheck ? splitter.offset + error.offset : nil
      switch error.kind {
      case .unclosedQuote:
        throw TableError(
          .unclosedQuote, file: splitter.file, line: error.line, column: error.column, offset: offset,
          Wording("a cell opens with \(quote) and is never closed", "单元格以 \(quote) 开头，却没有结束的 \(quote)"),
          hint: Wording(
            "close the cell, write \(quote)\(quote) for a \(quote) that is data, or declare another quote",
            "请补上结束的引号；引号本身是数据时写成 \(quote)\(quote)，或声明别的引号")
        )
      case .textAfterQuote:
        throw TableError(
          .textAfterQuote, file: splitter.file, line: error.line, column: error.column, offset: offset,
          Wording("text follows the closing \(quote) of a cell", "单元格结束的 \(quote) 之后还有文字"),
          hint: Wording(
            "write \(quote)\(quote) for a \(quote) inside a quoted cell, or declare the escape that the file uses",
            "引号内的 \(quote) 要写成 \(quote)\(quote)，或声明文件所用的转义符")
        )
      case .invalidByte: return
      }
    }
  }
}

/// `0xFF`.
func hexadecimal(_ byte: UInt8) -> String {
  let text = String(byte, radix: 16, uppercase: true)
  return "0x" + (text.count == 1 ? "0" : "") + text
}
