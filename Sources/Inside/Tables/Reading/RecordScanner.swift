import Glibc

/// A place in a block of text at which splitting cannot go on.
struct ScanFault: Error, Equatable {
  enum Kind: Equatable { case unclosedQuote, textAfterQuote, invalidByte }
  var kind: Kind
  /// Lines after the first of the block.
  var line: Int
  /// Cell of the record, from 1.
  var column: Int
  /// Bytes from the start of the block.
  var offset: Int
}

/// Splits a block of whole records into cells, eight bytes at a time.
///
/// Works in place: doubled quotes are closed up where they stand, so a cell is always one run of the block's bytes.
struct RecordScanner: Sendable {
  let dialect: Dialect
  /// Cells of a record; one means that a blank line is a record with an empty cell.
  let columns: Int

  /// Fills the index of `storage`, whose bytes are whole records (the last may lack its line end).
  func split(_ storage: BatchStorage) throws(ScanFault) {
    guard dialect.isPlain else {
      return try PatientScanner(dialect: dialect, columns: columns).split(storage)
    }
    let base = storage.base
    let count = storage.byteCount
    let quote = dialect.quote
    let hasQuote = quote.map { memchr(base, Int32($0), count) != nil } ?? false
    let hasReturn = memchr(base, Int32(Byte.carriageReturn), count) != nil
    // Three copies of one loop: what a block does not contain need not be looked for.
    if hasQuote {
      try scan(storage, quotes: true, returns: true)
    } else if hasReturn {
      try scan(storage, quotes: false, returns: true)
    } else {
      try scan(storage, quotes: false, returns: false)
    }
  }

  /// High bit clear in every byte of `word` equal to that of `pattern`; the other bits mean nothing.
  @inline(__always) private func differing(_ word: UInt64, _ pattern: UInt64) -> UInt64 {
    let x = word ^ pattern
    return ((x & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7F7F_7F7F_7F7F_7F7F) | x
  }

  @inline(__always)
  private func scan(_ storage: BatchStorage, quotes: Bool, returns: Bool) throws(ScanFault) {
    let base = storage.base
    let end = storage.byteCount
    let delimiter = dialect.delimiter[0]
    let quote = dialect.quote ?? 0
    let ones: UInt64 = 0x0101_0101_0101_0101
    let delimiters = UInt64(delimiter) &* ones
    let feeds = UInt64(Byte.lineFeed) &* ones
    let carriageReturns = UInt64(Byte.carriageReturn) &* ones
    let quoteMarks = UInt64(quote) &* ones
    var at = 0
    var cellStart = 0
    var rowCells = 0  // cells already closed in this record
    var line = 0
    var rowLine = 0

    @inline(__always) func closeCell(_ stop: Int) {
      storage.append(cell: BatchStorage.cell(start: cellStart, length: stop - cellStart))
      rowCells &+= 1
    }
    @inline(__always) func closeRecord(_ stop: Int) {
      if rowCells != 0 || stop != cellStart || columns == 1 {
        closeCell(stop)
        storage.endRow(line: rowLine)
      }
      rowCells = 0
      line &+= 1
      rowLine = line
    }

    words: while at < end {
      let word = UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self)
      var same = differing(word, delimiters) & differing(word, feeds)
      if returns { same &= differing(word, carriageReturns) }
      if quotes { same &= differing(word, quoteMarks) }
      var hits = ~same & 0x8080_8080_8080_8080
      while hits != 0 {
        let place = at &+ (hits.trailingZeroBitCount &>> 3)
        hits &= hits &- 1
        if place >= end { break }
        let byte = base[place]
        if byte == delimiter {
          closeCell(place)
          cellStart = place &+ 1
        } else if byte == Byte.lineFeed {
          closeRecord(place)
          cellStart = place &+ 1
        } else if quotes && byte == quote {
          guard place == cellStart else { continue }  // a quote inside a bare cell is data
          let closed = try quotedCell(storage, from: place, line: line, column: rowCells + 1)
          storage.append(cell: BatchStorage.cell(start: place + 1, length: closed.length))
          rowCells &+= 1
          line += closed.lines
          at = closed.next
          if at >= end {
            storage.endRow(line: rowLine)
            rowCells = 0
            cellStart = end
            rowLine = line + 1
            break words
          }
          if base[at] == delimiter {
            at += 1
            cellStart = at
            if at == end { break words }
            continue words
          }
          storage.endRow(line: rowLine)
          rowCells = 0
          line += 1
          rowLine = line
          at += base[at] == Byte.carriageReturn && at + 1 < end && base[at + 1] == Byte.lineFeed ? 2 : 1
          cellStart = at
          continue words
        } else if returns {
          closeRecord(place)
          cellStart = place &+ 1
          if cellStart < end, base[cellStart] == Byte.lineFeed {
            cellStart &+= 1
            at = cellStart
            continue words
          }
        }
      }
      at &+= 8
    }
    if cellStart < end || rowCells > 0 { closeRecord(end) }  // the last line end is missing
    storage.lineCount = line
  }

  /// Closes the quoted cell that opens at `open`: its length after closing up doubled quotes, the place of
  /// the byte behind the closing quote, and the line ends inside.
  private func quotedCell(
    _ storage: BatchStorage, from open: Int, line: Int, column: Int
  ) throws(ScanFault) -> (length: Int, next: Int, lines: Int) {
    let base = storage.base
    let end = storage.byteCount
    let quote = dialect.quote ?? Byte.quote
    var to = open + 1
    var from = open + 1
    while true {
      guard let found = memchr(base + from, Int32(quote), end - from) else {
        throw ScanFault(kind: .unclosedQuote, line: line, column: column, offset: open)
      }
      let place = UnsafeRawPointer(found) - UnsafeRawPointer(base)
      let run = place - from
      if to != from { memmove(base + to, base + from, run) }
      to += run
      if place + 1 < end, base[place + 1] == quote {
        base[to] = quote
        to += 1
        from = place + 2
        continue
      }
      let length = to - (open + 1)
      let next = place + 1
      if next < end {
        let byte = base[next]
        guard byte == dialect.delimiter[0] || byte == Byte.lineFeed || byte == Byte.carriageReturn else {
          throw ScanFault(kind: .textAfterQuote, line: line, column: column, offset: next)
        }
      }
      return (length, next, Lines.count(base + open + 1, length))
    }
  }
}

/// Counting line ends as editors do: LF, CRLF and CR alone are one each.
enum Lines {
  static func count(_ start: UnsafePointer<UInt8>, _ length: Int) -> Int {
    guard length > 0 else { return 0 }
    var lines = 0
    var at = 0
    while at < length, let found = memchr(start + at, Int32(Byte.lineFeed), length - at) {
      lines += 1
      at = UnsafeRawPointer(found) - UnsafeRawPointer(start) + 1
    }
    at = 0
    while at < length, let found = memchr(start + at, Int32(Byte.carriageReturn), length - at) {
      at = UnsafeRawPointer(found) - UnsafeRawPointer(start) + 1
      if at == length || start[at] != Byte.lineFeed { lines += 1 }
    }
    return lines
  }
}
