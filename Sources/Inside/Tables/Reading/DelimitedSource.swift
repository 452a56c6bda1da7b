import Bytes

/// CSV, TSV and their kin.
final class DelimitedSource: RecordSource {
  private(set) var header: [String] = []
  private(set) var above: [String] = []
  var seen: Seen
  private var blocks: BlockStream
  private let scanner: RecordScanner
  private let file: String
  private let checksText: Bool
  private var first: Piece?
  /// What is wrong with the first block, its line counted from 0.
  private var failure: TableError?

  /// Bytes looked at to find encoding and dialect.
  private static let sampleSize = 1 << 18

  init(_ source: TableSource, format: TableFormat, input: consuming InputFile, blockSize: Int)
    throws(TableError)
  {
    seen = Seen(format: format)
    file = input.name
    let sample = try input.peek(Self.sampleSize)
    let isWhole = sample.count < Self.sampleSize
    let encoding = try Self.encoding(source, sample: sample, isWhole: isWhole, input: input, seen: &seen)
    let mark = TextEncoding.marks.first { sample.starts(with: $0.bytes) && $0.encoding.name == encoding.name }
    let markLength =
      mark?.bytes.count ?? (Self.isGB(encoding) && sample.starts(with: [0x84, 0x31, 0x95, 0x33]) ? 4 : 0)
    seen.encoding = encoding.name
    seen.hasByteOrderMark = markLength > 0
    var text = Self.decode(sample, from: markLength, encoding)
    if text.count > 1 << 16 { text.removeSubrange((1 << 16)...) }

    let evidence = DialectEvidence(
      sample: text, delimiter: try Self.mark(source.delimiter, "delimiter", input.name),
      quote: try Self.byte(source.quote, "quote", input.name),
      escape: try Self.byte(source.escape, "escape", input.name) ?? nil,
      preferred: format == .tsv ? Byte.tab : Byte.comma, isWhole: isWhole && text.count < 1 << 16)
    seen.dialect = evidence.dialect
    seen.dialectCertainty = evidence.certainty
    seen.notes += evidence.notes
    seen.lineEnd = Self.lineEnd(text)

    let body = Array(text[evidence.separatorLine...])
    let width = Self.cells(body, evidence.dialect, skipping: source.skippedRecords).count
    scanner = RecordScanner(dialect: evidence.dialect, columns: width)
    checksText = encoding.converterName == nil
    try input.skip(
      markLength + (checksText ? evidence.separatorLine : evidence.separatorLine * encoding.unit))
    blocks = try BlockStream(input, encoding: encoding, dialect: evidence.dialect, size: blockSize)
    do throws(TableError) {
      try readHeader(source, separatorLines: evidence.separatorLine > 0 ? 1 : 0)
    } catch {
      // The records are told to be broken when they are asked for; what was seen of the file is known all the same.
      failure = error.moved(line: -1)
      let first = Self.cells(body, evidence.dialect, skipping: source.skippedRecords)
      header = source.hasHeader ? first : first.indices.map { "column\($0 + 1)" }
    }
  }

  var bytesRead: Int { blocks.bytesRead }

  func nextPiece() throws(TableError) -> Piece? {
    if let failure { throw failure }
    if let first {
      self.first = nil
      return first
    }
    return try nextBlock()
  }

  private func nextBlock() throws(TableError) -> Piece? {
    guard let block = try blocks.next() else {
      if blocks.hadEndOfFileByte {
        seen.notes.append(
          Wording("a DOS end-of-file byte (0x1A) at the end was dropped", "已略去文件末尾的 DOS 结束符（0x1A）"))
      }
      return nil
    }
    return Piece(
      storage: block.storage,
      splitter: Piece.Splitter(scanner: scanner, file: file, offset: block.offset, needsCheck: checksText))
  }

  /// Takes the header off the first block, which is therefore split at once.
  private func readHeader(_ source: TableSource, separatorLines: Int) throws(TableError) {
    let piece: Piece
    do {
      guard let block = try nextBlock() else { return }
      piece = block
      try piece.split()
    } catch {
      throw error.moved(line: 1 + separatorLines)
    }
    let storage = piece.storage
    var dropped = min(source.skippedRecords, storage.rowCount)
    for row in 0..<dropped {
      above += storage.cellRange(ofRow: row).map {
        String(decoding: storage.bytes(of: storage.cells[$0]), as: UTF8.self)
      }
    }
    let isHeaderThere = source.hasHeader && dropped < storage.rowCount
    if dropped < storage.rowCount {
      let cells = storage.cellRange(ofRow: dropped)
      if isHeaderThere {
        header = cells.map { String(decoding: storage.bytes(of: storage.cells[$0]), as: UTF8.self) }
      } else {
        header = cells.indices.map { "column\($0 - cells.lowerBound + 1)" }
      }
    }
    if isHeaderThere {
      let doubt = HeaderEvidence.title(in: storage, at: dropped) ?? HeaderEvidence.values(in: header)
      if let doubt { seen.doubt(doubt) }
      dropped += 1
    }
    for _ in 0..<dropped { storage.dropFirstRow() }
    storage.lineCount += separatorLines
    if separatorLines > 0 { storage.shiftLines(by: separatorLines) }
    first = Piece(storage: storage, splitter: nil)
  }

  private static func encoding(
    _ source: TableSource, sample: [UInt8], isWhole: Bool, input: borrowing InputFile, seen: inout Seen
  ) throws(TableError) -> TextEncoding {
    if let name = source.encoding {
      let declared = try TableError.encoding(named: name, input.name)
      seen.encodingCertainty = .declared
      // `utf-16` with a big-endian mark is big-endian.
      if declared.unit > 1, let mark = TextEncoding.marks.first(where: { sample.starts(with: $0.bytes) }),
        mark.encoding.unit == declared.unit
      {
        return mark.encoding
      }
      return declared
    }
    var evidence = EncodingEvidence(sample: sample, isWhole: isWhole)
    if evidence.certainty == .assumed, !isWhole, input.isSeekable, !sample.contains(where: { $0 >= 0x80 }) {
      if let later = try firstHigh(input, from: sample.count) {
        evidence = EncodingEvidence(sample: later, isWhole: false)
      } else {
        evidence.certainty = .certain
      }
    }
    seen.encodingCertainty = evidence.certainty
    if let note = evidence.note { seen.notes.append(note) }
    return evidence.encoding
  }

  /// A sample around the first byte that is not ASCII, however late in the file it comes.
  private static func firstHigh(_ input: borrowing InputFile, from start: Int) throws(TableError) -> [UInt8]?
  {
    var place = start
    while true {
      let block = try input.bytes(at: place, 1 << 20)
      if block.isEmpty { return nil }
      let high = block.withUnsafeBufferPointer { buffer -> Int? in
        var at = 0
        while at + 8 <= buffer.count {
          if UnsafeRawBufferPointer(buffer).loadUnaligned(fromByteOffset: at, as: UInt64.self)
            & 0x8080_8080_8080_8080
            != 0
          {
            break
          }
          at += 8
        }
        return (at..<buffer.count).first { buffer[$0] >= 0x80 }
      }
      if let high { return try input.bytes(at: place + high, 1 << 16) }
      place += block.count
    }
  }

  private static func isGB(_ encoding: TextEncoding) -> Bool { encoding.converterName == "GB18030" }

  /// The sample in UTF-8, as far as it can be decoded; what cannot is told when it is read.
  private static func decode(_ sample: [UInt8], from start: Int, _ encoding: TextEncoding) -> [UInt8] {
    guard encoding.converterName != nil else { return Array(sample[start...]) }
    guard var transcoder = try? Transcoder(from: encoding, skipped: 0) else { return [] }
    var text: [UInt8] = []
    // In small steps, so that a bad byte costs only what follows it.
    var at = start
    while at < sample.count, text.count < 1 << 16 {
      let step = sample[at..<min(at + 1024, sample.count)]
      at += step.count
      let made = step.withUnsafeBufferPointer { buffer -> [UInt8]? in
        let capacity = Transcoder.bound(buffer.count + 4)
        var isDone = true
        let piece = [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
          guard let base = target.baseAddress else { return }
          do throws(Transcoder.Refusal) {
            count = try transcoder.convert(buffer, into: base, capacity: capacity)
          } catch {
            isDone = false
          }
        }
        return isDone ? piece : nil
      }
      guard let made else { break }
      text += made
    }
    return text
  }

  /// Cells of the first record behind those skipped, as far as a sample of the text goes.
  private static func cells(_ text: [UInt8], _ dialect: Dialect, skipping: Int) -> [String] {
    let storage = BatchStorage(byteCapacity: text.count + 1)
    text.withUnsafeBufferPointer { buffer in
      storage.appendBytes(buffer.count) { place in
        if let base = buffer.baseAddress { place.update(from: base, count: buffer.count) }
        return buffer.count
      }
    }
    storage.seal(at: text.count)
    // A fault later in the sample leaves the records before it.
    try? RecordScanner(dialect: dialect, columns: 0).split(storage)
    guard storage.rowCount > 0 else { return [] }
    return storage.cellRange(ofRow: min(skipping, storage.rowCount - 1)).map {
      String(decoding: storage.bytes(of: storage.cells[$0]), as: UTF8.self)
    }
  }

  private static func lineEnd(_ text: [UInt8]) -> String? {
    guard let at = text.firstIndex(where: { $0 == Byte.lineFeed || $0 == Byte.carriageReturn }) else {
      return nil
    }
    if text[at] == Byte.lineFeed { return "LF" }
    return at + 1 < text.count && text[at + 1] == Byte.lineFeed ? "CRLF" : "CR"
  }

  private static func chinese(_ what: String) -> String {
    what == "delimiter" ? "分隔符" : what == "quote" ? "引号" : "转义符"
  }

  private static func mark(_ text: String?, _ what: String, _ file: String) throws(TableError) -> [UInt8]? {
    guard let text else { return nil }
    switch text {
    case "\\t", "tab": return [Byte.tab]
    default: break
    }
    guard text.unicodeScalars.count == 1, let scalar = text.unicodeScalars.first, scalar.value != 0,
      scalar != "\n", scalar != "\r", scalar != "\""
    else {
      throw TableError(
        .dialect, file: file,
        Wording("the \(what) must be one character and no line end", "\(Self.chinese(what))必须是一个字符，且不是换行"),
        hint: Wording("as , ; \\t or |", "如 , ; \\t 或 |"))
    }
    return Array(text.utf8)
  }

  private static func byte(_ text: String?, _ what: String, _ file: String) throws(TableError) -> UInt8?? {
    guard let text else { return .none }
    if text.isEmpty { return .some(nil) }
    guard let byte = text.utf8.first, text.utf8.count == 1, byte > 0x1F, byte < 0x7F else {
      throw TableError(
        .dialect, file: file,
        Wording(
          "the \(what) must be one ASCII character, or empty for none",
          "\(Self.chinese(what))必须是一个 ASCII 字符，或留空表示没有"))
    }
    return .some(byte)
  }
}

extension BatchStorage {
  /// Counts lines that stood before the block.
  func shiftLines(by lines: Int) {
    for row in 0..<rowCount { rowLines[row] += UInt32(lines) }
  }
}

extension TableError {
  /// The same error with its line, counted from 0 in a piece, put at its place in the file.
  func moved(line first: Int) -> TableError {
    var moved = self
    moved.line = line.map { $0 + first }
    return moved
  }

  /// The same error at a line, where it has none yet.
  func placed(line: Int) -> TableError {
    var placed = self
    if placed.line == nil, line > 0 { placed.line = line }
    return placed
  }
}
