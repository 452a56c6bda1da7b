/// Takes the chunked coding off a body, byte by byte (RFC 9112 §7.1). Extensions are checked and dropped, their
/// sum is bounded; so are trailers.
struct ChunkedDecoder: Sendable {
  private enum State: Sendable {
    case size, extensionName, extensionValue, extensionToken, quoted, escaped, afterQuoted
    case endingSize, data, endingData, endedData, trailers
  }

  private var state = State.size
  private var digits = 0
  private var nameBytes = 0
  private var size: UInt64 = 0
  private var extensionBytes = 0
  private var trailers: FieldScanner

  init(limits: Limits) {
    trailers = FieldScanner(byteLimit: limits.trailerBytes, countLimit: limits.headerFields, keeps: false)
  }

  /// Reads from `position` on, appends what the chunks hold to `body`, moves `position`.
  /// True when the last chunk and the trailers were read.
  mutating func decode(
    _ bytes: borrowing Span<UInt8>, from position: inout Int, into body: inout [UInt8], limits: Limits
  ) throws(Refusal) -> Bool {
    while position < bytes.count {
      switch state {
      case .data: takeData(bytes, &position, &body)
      case .trailers: return try trailers.scan(bytes, from: &position)
      case .endingData:
        guard bytes[position] == Octet.carriageReturn else { throw .badChunk }
        position += 1
        state = .endedData
      case .endedData:
        guard bytes[position] == Octet.lineFeed else { throw .badChunk }
        position += 1
        startChunk()
      case .endingSize:
        guard bytes[position] == Octet.lineFeed else { throw .badChunk }
        position += 1
        guard size <= UInt64(limits.bodyBytes - body.count) else { throw .bodyTooLarge }
        state = size == 0 ? .trailers : .data
      case .size: try readSize(bytes[position], &position, limits)
      default:
        try readExtension(bytes[position], limits)
        position += 1
      }
    }
    return false
  }

  private mutating func startChunk() {
    state = .size
    digits = 0
    size = 0
  }

  private mutating func takeData(
    _ bytes: borrowing Span<UInt8>, _ position: inout Int, _ body: inout [UInt8]
  ) {
    let count = Int(min(size, UInt64(bytes.count - position)))
    bytes.extracting(position..<(position + count)).withUnsafeBufferPointer { body.append(contentsOf: $0) }
    position += count
    size -= UInt64(count)
    if size == 0 { state = .endingData }
  }

  private mutating func readSize(_ byte: UInt8, _ position: inout Int, _ limits: Limits) throws(Refusal) {
    if let digit = Octet.hexadecimal(byte) {
      digits += 1
      guard digits <= 16 else { throw .badChunk }
      size = size << 4 | UInt64(digit)
    } else {
      guard digits > 0 else { throw .badChunk }
      try endValue(byte, limits)
    }
    position += 1
  }

  /// `*( ";" chunk-ext-name [ "=" chunk-ext-val ] )`, without the optional space nobody sends.
  private mutating func readExtension(_ byte: UInt8, _ limits: Limits) throws(Refusal) {
    switch state {
    case .extensionName:
      if Octet.isToken(byte) {
        nameBytes += 1
      } else if byte == Octet.equals, nameBytes > 0 {
        state = .extensionValue
      } else {
        guard nameBytes > 0 else { throw .badChunk }
        return try endValue(byte, limits)
      }
    case .extensionValue:
      if byte == Octet.quote {
        state = .quoted
      } else {
        guard Octet.isToken(byte) else { throw .badChunk }
        state = .extensionToken
      }
    case .extensionToken:
      if !Octet.isToken(byte) { return try endValue(byte, limits) }
    case .quoted:
      if byte == Octet.quote {
        state = .afterQuoted
      } else if byte == Octet.backslash {
        state = .escaped
      } else {
        guard Octet.isFieldContent(byte) else { throw .badChunk }
      }
    case .escaped:
      guard Octet.isFieldContent(byte) else { throw .badChunk }
      state = .quoted
    default: return try endValue(byte, limits)
    }
    try countExtensionByte(limits)
  }

  /// After a size or an extension: another extension, or the end of the line.
  private mutating func endValue(_ byte: UInt8, _ limits: Limits) throws(Refusal) {
    if byte == Octet.semicolon {
      state = .extensionName
      nameBytes = 0
      try countExtensionByte(limits)
    } else {
      guard byte == Octet.carriageReturn else { throw .badChunk }
      state = .endingSize
    }
  }

  private mutating func countExtensionByte(_ limits: Limits) throws(Refusal) {
    extensionBytes += 1
    guard extensionBytes <= limits.chunkExtensionBytes else { throw .bodyTooLarge }
  }
}
