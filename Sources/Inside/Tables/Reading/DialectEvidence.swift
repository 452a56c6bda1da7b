import Bytes
/// What the first records of a text say about its dialect.
struct DialectEvidence {
  var dialect: Dialect
  var certainty: Certainty
  var notes: [Wording] = []
  /// Bytes of an Excel `sep=` line at the beginning.
  var separatorLine = 0

  private static let candidates: [UInt8] = [Byte.comma, Byte.tab, 0x3B, 0x7C, 0x1F, 0x5E]  // , ⇥ ; | US ^

  /// Judges decoded text. What is declared is taken as it is.
  init(sample: [UInt8], delimiter: [UInt8]?, quote: UInt8??, escape: UInt8?, preferred: UInt8, isWhole: Bool)
  {
    var sample = sample
    var declared = delimiter
    if let line = Self.separatorLine(sample) {
      separatorLine = line.length
      sample.removeFirst(line.length)
      if declared == nil { declared = [line.delimiter] }
      notes.append(
        Wording("the first line says which delimiter is used (sep=) and is not data", "第一行（sep=）说明分隔符，不是数据"))
    }
    if !isWhole, let end = sample.lastIndex(where: { $0 == Byte.lineFeed || $0 == Byte.carriageReturn }) {
      sample.removeSubrange((end + 1)...)
    }
    let quoteMark: UInt8? = quote ?? Byte.quote
    if let declared {
      dialect = Dialect(delimiter: declared, quote: quoteMark, escape: escape)
      certainty = .declared
    } else {
      let order = [preferred] + Self.candidates.filter { $0 != preferred }
      var best: Reading?
      for candidate in order {
        let tried = Dialect(delimiter: [candidate], quote: quoteMark, escape: escape)
        guard let reading = Reading(sample, dialect: tried), reading.width > 1 else { continue }
        if let rival = best, !reading.beats(rival) { continue }
        best = reading
      }
      dialect = best?.dialect ?? Dialect(delimiter: [preferred], quote: quoteMark, escape: escape)
      certainty = best.map { $0.share >= 0.9 ? .likely : .assumed } ?? .assumed
    }
    // Backslash escapes: only where nobody declared how cells are quoted, doubling makes no sense of the sample and
    // escaping does.
    var isDeclared = false
    if case .some = quote { isDeclared = true }
    if escape == nil, !isDeclared, quoteMark == Byte.quote, Self.hasEscapedQuote(sample),
      Reading(sample, dialect: dialect) == nil
    {
      var escaped = dialect
      escaped.escape = 0x5C
      if Reading(sample, dialect: escaped) != nil {
        dialect = escaped
        notes.append(
          Wording("quotes inside cells are escaped by a backslash, not doubled", "单元格内的引号以反斜杠转义，而非双写"))
      }
    }
  }

  private static func hasEscapedQuote(_ sample: [UInt8]) -> Bool {
    for at in sample.indices.dropLast() where sample[at] == 0x5C && sample[at + 1] == Byte.quote {
      return true
    }
    return false
  }

  /// `sep=;` as Excel writes and obeys it.
  private static func separatorLine(_ sample: [UInt8]) -> (delimiter: UInt8, length: Int)? {
    guard sample.count >= 6, sample.prefix(4).elementsEqual("sep=".utf8), sample[4] != Byte.lineFeed,
      sample[4] != Byte.carriageReturn, sample[4] != Byte.quote
    else { return nil }
    if sample[5] == Byte.lineFeed { return (sample[4], 6) }
    if sample[5] == Byte.carriageReturn {
      return (sample[4], sample.count > 6 && sample[6] == Byte.lineFeed ? 7 : 6)
    }
    return nil
  }
}

/// A sample as one dialect reads it.
private struct Reading {
  let dialect: Dialect
  /// The most frequent number of cells.
  var width = 0
  /// Share of records that have it.
  var share = 0.0
  /// Whether the first record has it.
  var firstAgrees = false
  /// Whether every delimiter stands between two digits, as a decimal comma does.
  var isBetweenDigits = false

  init?(_ sample: [UInt8], dialect: Dialect) {
    self.dialect = dialect
    let storage = BatchStorage(byteCapacity: sample.count + 1)
    sample.withUnsafeBufferPointer { buffer in
      storage.appendBytes(buffer.count) { place in
        if let base = buffer.baseAddress { place.update(from: base, count: buffer.count) }
        return buffer.count
      }
    }
    storage.seal(at: sample.count)
    guard (try? RecordScanner(dialect: dialect, columns: 0).split(storage)) != nil else { return nil }
    guard storage.rowCount > 0 else { return }
    var counts: [Int: Int] = [:]
    for row in 0..<storage.rowCount { counts[storage.cellRange(ofRow: row).count, default: 0] += 1 }
    // Ties go to the wider reading.
    guard let most = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { return }
    width = most.key
    share = Double(most.value) / Double(storage.rowCount)
    firstAgrees = storage.cellRange(ofRow: 0).count == width
    if dialect.delimiter == [Byte.comma] {
      isBetweenDigits = sample.indices.allSatisfy { at in
        sample[at] != Byte.comma
          || at > 0 && at + 1 < sample.count && sample[at - 1] &- 0x30 < 10 && sample[at + 1] &- 0x30 < 10
      }
    }
  }

  func beats(_ rival: Reading) -> Bool {
    if firstAgrees != rival.firstAgrees { return firstAgrees }
    if share != rival.share { return share > rival.share }
    return rival.isBetweenDigits && !isBetweenDigits
  }
}
