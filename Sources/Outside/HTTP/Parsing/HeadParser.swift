/// Reads one request line and its header section, byte by byte (RFC 9112 §2 to §5).
///
/// `parse` may be called with ever longer prefixes of the same bytes and goes on where it stopped; what it
/// decides depends only on the bytes, never on how they were cut into segments.
package struct HeadParser: Sendable {
  private enum State: Sendable { case emptyLines, method, target, version, endingLine, fields }

  private var state = State.emptyLines
  private var emptyLines = 0
  private var fieldScanner: FieldScanner
  /// The next byte to read, counted from the first byte handed over.
  package private(set) var position = 0

  private(set) var lineStart = 0
  private(set) var methodEnd = 0
  private(set) var targetEnd = 0
  private(set) var minorVersion: UInt8 = 1
  /// The method is HEAD: even a refusal has no content then (RFC 9110 §9.3.2).
  private(set) var isHead = false
  var fields: [FieldPosition] { fieldScanner.fields }

  /// Nothing of a request has been read (empty lines before it do not count).
  package var isAtStart: Bool { state == .emptyLines }

  package init(limits: Limits) {
    fieldScanner = FieldScanner(byteLimit: limits.headerBytes, countLimit: limits.headerFields, keeps: true)
  }

  /// True when the whole head has been read; it then ends at `position`.
  ///
  /// - Parameter bytes: everything since the end of the previous request.
  package mutating func parse(_ bytes: borrowing Span<UInt8>, limits: Limits) throws(Refusal) -> Bool {
    while position < bytes.count {
      switch state {
      case .emptyLines: guard try skipEmptyLine(bytes) else { return false }
      case .method: try readMethod(bytes, limits)
      case .target: try readTarget(bytes, limits)
      case .version: guard try readVersion(bytes, limits) else { return false }
      case .endingLine:
        guard bytes[position] == Octet.lineFeed else { throw .badRequestLine }
        position += 1
        state = .fields
      case .fields:
        return try fieldScanner.scan(bytes, from: &position)
      }
    }
    return false
  }

  /// A server should ignore empty lines before a request line (RFC 9112 §2.2); this one ignores four.
  private mutating func skipEmptyLine(_ bytes: borrowing Span<UInt8>) throws(Refusal) -> Bool {
    let byte = bytes[position]
    guard byte == Octet.carriageReturn else {
      guard byte != Octet.lineFeed else { throw .badRequestLine }
      lineStart = position
      state = .method
      return true
    }
    guard position + 1 < bytes.count else { return false }
    guard bytes[position + 1] == Octet.lineFeed, emptyLines < 4 else { throw .badRequestLine }
    emptyLines += 1
    position += 2
    return true
  }

  private mutating func readMethod(_ bytes: borrowing Span<UInt8>, _ limits: Limits) throws(Refusal) {
    let end = min(bytes.count, lineStart + limits.methodBytes)
    while position < end, Octet.isToken(bytes[position]) { position += 1 }
    if position < end {
      guard bytes[position] == Octet.space, position > lineStart else { throw .badRequestLine }
      methodEnd = position
      isHead =
        position - lineStart == 4 && bytes[lineStart] == 0x48 && bytes[lineStart + 1] == 0x45
        && bytes[lineStart + 2] == 0x41 && bytes[lineStart + 3] == 0x44
      position += 1
      state = .target
    } else if position - lineStart >= limits.methodBytes {
      throw .unknownMethod
    }
  }

  private mutating func readTarget(_ bytes: borrowing Span<UInt8>, _ limits: Limits) throws(Refusal) {
    let end = min(bytes.count, lineStart + limits.requestLineBytes + 1)
    while position < end, bytes[position] &- 0x21 < 0x5E { position += 1 }
    if position < end {
      guard bytes[position] == Octet.space, position > methodEnd + 1 else { throw .badRequestLine }
      targetEnd = position
      position += 1
      state = .version
    } else if position > lineStart + limits.requestLineBytes {
      throw .requestLineTooLong
    }
  }

  private mutating func readVersion(_ bytes: borrowing Span<UInt8>, _ limits: Limits) throws(Refusal) -> Bool
  {
    while position < bytes.count {
      guard position <= lineStart + limits.requestLineBytes else { throw .requestLineTooLong }
      let byte = bytes[position]
      switch position - targetEnd - 1 {
      case 0: guard byte == 0x48 else { throw .badVersion }
      case 1, 2: guard byte == 0x54 else { throw .badVersion }
      case 3: guard byte == 0x50 else { throw .badVersion }
      case 4: guard byte == Octet.slash else { throw .badVersion }
      case 5, 7: guard Octet.isDigit(byte) else { throw .badVersion }
      case 6: guard byte == 0x2E else { throw .badVersion }
      default:
        guard byte == Octet.carriageReturn else { throw .badVersion }
        guard bytes[targetEnd + 6] == 0x31 else { throw .unsupportedVersion }
        minorVersion = bytes[targetEnd + 8] &- 0x30
        position += 1
        state = .endingLine
        return true
      }
      position += 1
    }
    return false
  }
}
