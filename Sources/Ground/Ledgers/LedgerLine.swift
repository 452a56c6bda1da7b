import Bytes
import Trust

/// One entry as it stands in the log: a line of canonical JSON (RFC 8785)
///
///     {"after":12,"entry":{…},"index":14,"time":"2026-11-21T13:00:00.000000000Z","~sum":"0123456789abcdef"}
///
/// `after` is how many entries were durable when this one was written: whoever reads it knows that those were
/// committed. `~sum` are the first eight bytes of SHA-256 over what stands before it, so that each line tells by
/// itself whether it is whole. The leaf of the Merkle tree is the line without its newline.
struct LedgerLine {
  /// Most bytes of a line: what c2sp.org/tlog-tiles can bundle.
  static let sizeLimit = 65_535

  let bytes: [UInt8]
  let after: Int
  let index: Int
  let time: Timestamp
  private let entryRange: Range<Int>

  /// The entry as it was appended, canonical.
  var entryBytes: [UInt8] { Array(bytes[entryRange]) }

  private static let head = Array(#"{"after":"#.utf8)
  private static let entryKey = Array(#","entry":"#.utf8)
  private static let indexKey = Array(#","index":"#.utf8)
  private static let timeKey = Array(#","time":""#.utf8)
  private static let sumKey = Array(#"","~sum":""#.utf8)
  private static let end = Array(#""}"#.utf8)
  private static let timeSize = 30

  /// Writes a line for an entry in canonical form.
  static func write(entry: [UInt8], after: Int, index: Int, time: Timestamp) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(entry.count + 140)
    line += head
    line += String(after).utf8
    line += entryKey
    line += entry
    line += indexKey
    line += String(index).utf8
    line += timeKey
    line += time.rfc3339Nanoseconds.utf8
    let sum = Hex.encode(Array(Digest.sha256(line).prefix(8)))
    line += sumKey
    line += sum.utf8
    line += end
    return line
  }

  /// Reads a line; nil if any byte is not as it was written.
  init?(_ bytes: [UInt8]) {
    let (end, sumKey, timeKey) = (LedgerLine.end, LedgerLine.sumKey, LedgerLine.timeKey)
    let summed = bytes.count - end.count - 16 - sumKey.count
    let timeStart = summed - LedgerLine.timeSize
    let timeKeyStart = timeStart - timeKey.count
    guard bytes.count <= LedgerLine.sizeLimit, timeKeyStart > LedgerLine.head.count, bytes.ends(with: end),
      bytes.starts(with: LedgerLine.head), bytes[summed...].starts(with: sumKey),
      bytes[timeKeyStart...].starts(with: timeKey),
      let sum = Hex.decode(
        String(decoding: bytes[(summed + sumKey.count)..<(bytes.count - end.count)], as: UTF8.self)),
      bytes.withUnsafeBytes({ Digest.sha256(UnsafeRawBufferPointer(rebasing: $0[..<summed])) }).starts(
        with: sum),
      let time = Timestamp(rfc3339: String(decoding: bytes[timeStart..<summed], as: UTF8.self))
    else { return nil }
    var place = LedgerLine.head.count
    guard let after = LedgerLine.number(bytes, &place), bytes[place...].starts(with: LedgerLine.entryKey)
    else { return nil }
    let entryStart = place + LedgerLine.entryKey.count
    // The index stands directly before the time, whatever the entry itself may hold.
    var indexStart = timeKeyStart
    while indexStart > entryStart, (0x30...0x39).contains(bytes[indexStart - 1]) { indexStart -= 1 }
    let entryEnd = indexStart - LedgerLine.indexKey.count
    place = indexStart
    guard entryEnd > entryStart, bytes[entryEnd...].starts(with: LedgerLine.indexKey),
      let index = LedgerLine.number(bytes, &place), place == timeKeyStart
    else { return nil }
    self.bytes = bytes
    self.after = after
    self.index = index
    self.time = time
    entryRange = entryStart..<entryEnd
  }

  private static func number(_ bytes: [UInt8], _ place: inout Int) -> Int? {
    let start = place
    var value = 0
    while place < bytes.count, (0x30...0x39).contains(bytes[place]) {
      let (next, isOver) = value.multipliedReportingOverflow(by: 10)
      guard !isOver, next <= Int.max - 9 else { return nil }
      value = next + Int(bytes[place] - 0x30)
      place += 1
    }
    return place > start ? value : nil
  }
}

extension [UInt8] {
  fileprivate func ends(with other: [UInt8]) -> Bool { suffix(other.count).elementsEqual(other) }
}
