/// Splits byte by byte: for dialects with a delimiter of several bytes or an escape, and to judge the fast one by.
struct PatientScanner: Sendable {
  let dialect: Dialect
  let columns: Int

  /// As `RecordScanner.split`.
  func split(_ storage: BatchStorage) throws(ScanFault) {
    _ = try walk(storage, isLast: true)
  }

  /// Bytes up to the end of the last whole record of an unfinished block; 0 where there is none.
  static func cut(_ block: UnsafeBufferPointer<UInt8>, dialect: Dialect) -> Int {
    let storage = BatchStorage(byteCapacity: block.count)
    storage.appendBytes(block.count) { place in
      if let base = block.baseAddress { place.update(from: base, count: block.count) }
      return block.count
    }
    storage.seal(at: block.count)
    // A fault is found again, and told, when the block is split.
    guard let end = try? PatientScanner(dialect: dialect, columns: 1).walk(storage, isLast: false) else {
      return 0
    }
    return end
  }

  private func walk(_ storage: BatchStorage, isLast: Bool) throws(ScanFault) -> Int {
    let base = storage.base
    let end = storage.byteCount
    let delimiter = dialect.delimiter
    var at = 0
    var line = 0
    var rowLine = 0
    var rowCells = 0
    var whole = 0

    func delimits(_ place: Int) -> Bool {
      guard place + delimiter.count <= end else { return false }
      for (index, byte) in delimiter.enumerated() where base[place + index] != byte { return false }
      return true
    }

    while at < end {
      var to = at
      let cellStart: Int
      var wasQuoted = false
      if let quote = dialect.quote, base[at] == quote {
        let opened = at
        wasQuoted = true
        cellStart = at + 1
        to = cellStart
        at += 1
        var isClosed = false
        while at < end {
          let byte = base[at]
          if let escape = dialect.escape, byte == escape, at + 1 < end {
            base[to] = base[at + 1]
            to += 1
            at += 2
          } else if byte == quote {
            if at + 1 < end, base[at + 1] == quote {
              base[to] = quote
              to += 1
              at += 2
            } else {
              at += 1
              isClosed = true
              break
            }
          } else {
            base[to] = byte
            to += 1
            at += 1
          }
        }
        guard isClosed else {
          if !isLast { return whole }
          throw ScanFault(kind: .unclosedQuote, line: line, column: rowCells + 1, offset: opened)
        }
        guard at == end || base[at] == Byte.lineFeed || base[at] == Byte.carriageReturn || delimits(at) else {
          throw ScanFault(kind: .textAfterQuote, line: line, column: rowCells + 1, offset: at)
        }
        line += Lines.count(base + cellStart, to - cellStart)
      } else {
        cellStart = at
        while at < end, base[at] != Byte.lineFeed, base[at] != Byte.carriageReturn, !delimits(at) {
          if let escape = dialect.escape, base[at] == escape, at + 1 < end { at += 1 }
          base[to] = base[at]
          to += 1
          at += 1
        }
      }
      let isBlank = rowCells == 0 && to == cellStart && !wasQuoted
      if at < end, delimits(at) {
        storage.append(cell: BatchStorage.cell(start: cellStart, length: to - cellStart))
        rowCells += 1
        at += delimiter.count
        if at < end { continue }
        if !isLast { return whole }
        storage.append(cell: BatchStorage.cell(start: end, length: 0))
        storage.endRow(line: rowLine)
        break
      }
      if at == end, !isLast { return whole }
      if !isBlank || columns == 1 {
        storage.append(cell: BatchStorage.cell(start: cellStart, length: to - cellStart))
        storage.endRow(line: rowLine)
      }
      rowCells = 0
      if at < end {
        let isReturn = base[at] == Byte.carriageReturn
        at += 1
        if isReturn {
          if at == end, !isLast { return whole }
          if at < end, base[at] == Byte.lineFeed { at += 1 }
        }
      }
      line += 1
      rowLine = line
      whole = at
    }
    storage.lineCount = line
    return whole
  }
}
