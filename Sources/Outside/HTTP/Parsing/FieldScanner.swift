/// Where one field lies in the bytes of its head: the name as sent, and the value without the space around it.
package struct FieldPosition: Sendable, Equatable {
  var nameStart: UInt32
  var nameEnd: UInt32
  var valueStart: UInt32
  var valueEnd: UInt32

  var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
  var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
}

/// Reads the lines of a header or trailer section byte by byte (RFC 9112 §5).
///
/// The state depends on the bytes seen and on nothing else, so the verdict is the same however the bytes were
/// cut into segments. Folded lines, space before the colon, bare CR and bare LF are refused.
struct FieldScanner: Sendable {
  private enum State: Sendable { case lineStart, endingSection, name, beforeValue, value, endingLine }

  private var state = State.lineStart
  private var current = FieldPosition(nameStart: 0, nameEnd: 0, valueStart: 0, valueEnd: 0)
  private(set) var fields: [FieldPosition] = []
  private var count = 0
  /// Bytes the whole section may have, and lines.
  private let byteLimit: Int
  private let countLimit: Int
  /// Trailers are checked and dropped: nothing may be decided by what comes after a body (RFC 9110 §6.5.1).
  private let keeps: Bool
  private var consumed = 0

  init(byteLimit: Int, countLimit: Int, keeps: Bool) {
    self.byteLimit = byteLimit
    self.countLimit = countLimit
    self.keeps = keeps
  }

  /// Reads from `position` on, and moves it. True when the empty line that ends the section was read.
  mutating func scan(_ bytes: borrowing Span<UInt8>, from position: inout Int) throws(Refusal) -> Bool {
    let start = position
    // The limit is a place in the stream, not in the segment.
    let end = min(bytes.count, start + (byteLimit + 2 - consumed))
    var at = start
    while at < end {
      let byte = bytes[at]
      switch state {
      case .lineStart:
        if byte == Octet.carriageReturn {
          state = .endingSection
        } else {
          guard Octet.isToken(byte) else { throw .badField }
          current.nameStart = UInt32(truncatingIfNeeded: at)
          state = .name
        }
        at += 1
      case .name:
        var next = at
        while next < end, Octet.isToken(bytes[next]) { next += 1 }
        if next < end {
          guard bytes[next] == Octet.colon else { throw .badField }
          current.nameEnd = UInt32(truncatingIfNeeded: next)
          state = .beforeValue
          next += 1
        }
        at = next
      case .beforeValue:
        if byte == Octet.space || byte == Octet.tab {
          at += 1
        } else {
          current.valueStart = UInt32(truncatingIfNeeded: at)
          state = .value
        }
      case .value:
        var next = at
        while next < end, Octet.isFieldContent(bytes[next]) { next += 1 }
        if next < end {
          guard bytes[next] == Octet.carriageReturn else { throw .badField }
          current.valueEnd = UInt32(truncatingIfNeeded: next)
          state = .endingLine
          next += 1
        }
        at = next
      case .endingLine:
        guard byte == Octet.lineFeed else { throw .badField }
        count += 1
        guard count <= countLimit else { throw .fieldsTooLarge }
        if keeps {
          while current.valueEnd > current.valueStart,
            bytes[Int(current.valueEnd) - 1] == Octet.space || bytes[Int(current.valueEnd) - 1] == Octet.tab
          {
            current.valueEnd -= 1
          }
          if fields.isEmpty { fields.reserveCapacity(12) }
          fields.append(current)
        }
        state = .lineStart
        at += 1
      case .endingSection:
        guard byte == Octet.lineFeed else { throw .badField }
        consumed += at + 1 - start
        position = at + 1
        return true
      }
    }
    consumed += at - start
    position = at
    guard consumed < byteLimit + 2 else { throw .fieldsTooLarge }
    return false
  }
}
