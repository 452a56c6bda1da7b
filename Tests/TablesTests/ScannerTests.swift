import Testing

@testable import Tables

/// Splits bytes with one of the two scanners.
private func split(_ bytes: [UInt8], _ dialect: Dialect, columns: Int, patiently: Bool) -> Result<
  [[[UInt8]]], ScanFault
> {
  let storage = BatchStorage(byteCapacity: bytes.count + 1)
  bytes.withUnsafeBufferPointer { buffer in
    storage.appendBytes(buffer.count) { place in
      if let base = buffer.baseAddress { place.update(from: base, count: buffer.count) }
      return buffer.count
    }
  }
  storage.seal(at: bytes.count)
  do throws(ScanFault) {
    if patiently {
      try PatientScanner(dialect: dialect, columns: columns).split(storage)
    } else {
      try RecordScanner(dialect: dialect, columns: columns).split(storage)
    }
  } catch {
    return .failure(error)
  }
  return .success(
    (0..<storage.rowCount).map { row in
      storage.cellRange(ofRow: row).map { Array(storage.bytes(of: storage.cells[$0])) }
    })
}

@Suite struct `The record scanner` {
  @Test(arguments: [UInt64](1...8))
  func `agrees with the patient one on any bytes`(_ seed: UInt64) {
    var random = Seeded(seed)
    let alphabets: [[UInt8]] = [
      Array("ab,\"\n".utf8), Array("a,\r\n".utf8), Array("abcdefgh12345,\n".utf8), Array("ab,\"\r\n".utf8),
      Array("\",\n".utf8), Array("区划\",\n".utf8),
    ]
    for _ in 0..<4000 {
      let alphabet = random.pick(alphabets)
      let bytes = (0..<random.below(40)).map { _ in random.pick(alphabet) }
      let columns = random.below(3)
      let fast = split(bytes, Dialect(), columns: columns, patiently: false)
      let slow = split(bytes, Dialect(), columns: columns, patiently: true)
      #expect(fast == slow, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
  }

  @Test(arguments: [UInt64](1...4))
  func `gives the same records whatever the size of the blocks`(_ seed: UInt64) throws {
    var random = Seeded(seed)
    let scratch = try Scratch()
    for number in 0..<60 {
      var text = ""
      for _ in 0..<random.below(40) {
        let cells = (0..<3).map { _ -> String in
          let body = (0..<random.below(12)).map { _ in
            random.pick(["a", "b", ",", "\"\"", "\n", "\r\n", "文", " "])
          }.joined()
          return random.below(2) == 0 ? "\"\(body)\"" : random.pick(["", "1", "plain", "5\" pipe"])
        }
        text += cells.joined(separator: ",") + random.pick(["\n", "\r\n", "\r"])
      }
      let path = try scratch.file("\(number).csv", text)
      let source = TableSource(path: path, encoding: "utf-8", delimiter: ",", quote: "\"", hasHeader: false)
      let whole = try records(source)
      for size in [1, 7, 64] { #expect(try records(source, blockSize: size) == whole) }
    }
  }

  @Test func `tells where a quote is not closed`() throws {
    let scratch = try Scratch()
    let path = try scratch.file("open.csv", "a,b\n1,2\n3,\"never\n4,5\n")
    let error = #expect(throws: TableError.self) { try records(TableSource(path: path)) }
    #expect(error?.code == .unclosedQuote)
    #expect(error?.line == 3)
    #expect(error?.column == 2)
    #expect(error?.offset == 10)
  }

  @Test func `tells what follows a closing quote`() throws {
    let scratch = try Scratch()
    let path = try scratch.file("after.csv", "a,b\n1,\"x\"y\n")
    let error = #expect(throws: TableError.self) { try records(TableSource(path: path)) }
    #expect(error?.code == .textAfterQuote)
    #expect(error?.line == 2)
  }

  @Test func `counts lines inside quotes`() throws {
    let scratch = try Scratch()
    let path = try scratch.file("lines.csv", "a,b\n1,\"x\ny\r\nz\"\n2,3\n\n4,5\n")
    let reader = try TableReader(TableSource(path: path))
    let batch = try #require(try reader.next())
    #expect((0..<batch.rowCount).map { batch.line(ofRow: $0) } == [2, 5, 7])
  }

  @Test func `reads a cell of twenty million bytes`() throws {
    let scratch = try Scratch()
    let long = String(repeating: "长", count: 7_000_000)
    let path = try scratch.file("long.csv", "a,b\n1,\"\(long)\"\n2,x\n")
    let rows = try records(TableSource(path: path, hasHeader: false))
    #expect(rows.count == 3)
    #expect(rows[1][1].utf8.count == 21_000_000)
    #expect(rows[2] == ["2", "x"])
  }
}
