extension RequestHead {
  /// Exactly one Host field, valid by RFC 3986 §3.2.2; HTTP/1.0 may leave it out (RFC 9112 §3.2).
  static func host(
    _ known: KnownFields, in bytes: [UInt8], required: Bool, fields: [FieldPosition]
  ) throws(Refusal) -> (whole: Range<Int>, name: Range<Int>)? {
    guard let index = known.host else {
      guard !required else { throw .badHost }
      return nil
    }
    guard known.hosts == 1 else { throw .badHost }
    let whole = fields[index].value
    guard let name = hostName(bytes, whole) else { throw .badHost }
    return (whole, name)
  }

  /// The host without its port, or nil where the text is no `host [ ":" port ]`.
  static func hostName(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int>? {
    var at = range.lowerBound
    let end = range.upperBound
    if at < end, bytes[at] == 0x5B {
      at += 1
      let start = at
      while at < end, Octet.isAddress6(bytes[at]) { at += 1 }
      guard at > start, at < end, bytes[at] == 0x5D else { return nil }
      at += 1
    } else {
      while at < end, Octet.isRegisteredName(bytes[at]) { at += 1 }
      guard at > range.lowerBound, bytes.percentsAreComplete(range.lowerBound..<at) else { return nil }
    }
    let name = range.lowerBound..<at
    guard at < end else { return name }
    guard bytes[at] == Octet.colon, (1...5).contains(end - at - 1) else { return nil }
    var port = 0
    for index in (at + 1)..<end {
      guard Octet.isDigit(bytes[index]) else { return nil }
      port = port * 10 + Int(bytes[index] - 0x30)
    }
    return port <= 65535 ? name : nil
  }

  /// Whether two authorities are one: the same name, whatever its case, and the same port, which a scheme has without
  /// its being said (RFC 9110 §4.2.3).
  static func isSameAuthority(
    _ bytes: [UInt8], _ left: Range<Int>, _ right: Range<Int>, usualPort: Int
  ) -> Bool {
    guard let leftName = hostName(bytes, left), let rightName = hostName(bytes, right) else { return false }
    func port(_ whole: Range<Int>, _ name: Range<Int>) -> Int {
      guard name.upperBound < whole.upperBound else { return usualPort }
      return bytes[(name.upperBound + 1)..<whole.upperBound].reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }
    return leftName.count == rightName.count
      && zip(leftName, rightName).allSatisfy { Octet.lowercased(bytes[$0]) == Octet.lowercased(bytes[$1]) }
      && port(left, leftName) == port(right, rightName)
  }

  /// One length or chunked, never both, never twice (RFC 9112 §6.1 to §6.3).
  static func framing(
    _ known: KnownFields, in bytes: [UInt8], isHTTP10: Bool, limits: Limits, fields: [FieldPosition]
  ) throws(Refusal) -> Framing {
    if let coding = known.transferEncoding {
      guard known.contentLength == nil else { throw .bothLengthAndChunked }
      guard !isHTTP10, known.transferEncodings == 1 else { throw .badTransferEncoding }
      let value = fields[coding].value
      guard !bytes.matches(value, ignoringCaseOf: "chunked") else { return .chunked }
      let isWord = !value.isEmpty && value.allSatisfy { Octet.lowercased(bytes[$0]) &- 0x61 < 26 }
      throw isWord && !bytes.matches(value, ignoringCaseOf: "identity")
        ? .unknownTransferEncoding : .badTransferEncoding
    }
    guard let length = known.contentLength else { return .none }
    let value = fields[length].value
    guard known.contentLengths == 1, (1...19).contains(value.count) else { throw .badContentLength }
    var number: UInt64 = 0
    for index in value {
      guard Octet.isDigit(bytes[index]) else { throw .badContentLength }
      number = number &* 10 &+ UInt64(bytes[index] - 0x30)
    }
    guard number <= UInt64(limits.bodyBytes) else { throw .bodyTooLarge }
    return number == 0 ? .none : .length(Int(number))
  }

  /// Reads every Connection field from the first on: its options are words between commas.
  static func connectionOptions(
    from first: Int, _ fields: [FieldPosition], in bytes: [UInt8]
  ) -> (close: Bool, keepAlive: Bool) {
    var close = false
    var keepAlive = false
    for index in first..<fields.count where bytes.matches(fields[index].name, ignoringCaseOf: "connection") {
      bytes.forEachListElement(in: fields[index].value) { element in
        if bytes.matches(element, ignoringCaseOf: "close") { close = true }
        if bytes.matches(element, ignoringCaseOf: "keep-alive") { keepAlive = true }
      }
    }
    return (close, keepAlive)
  }
}

extension [UInt8] {
  /// The elements of a comma-separated list, without the space around them (RFC 9110 §5.6.1).
  func forEachListElement(in range: Range<Int>, _ body: (Range<Int>) -> Void) {
    var start = range.lowerBound
    while start <= range.upperBound {
      var end = start
      while end < range.upperBound, self[end] != Octet.comma { end += 1 }
      let element = trimmed(start..<end)
      if !element.isEmpty { body(element) }
      start = end + 1
    }
  }

  /// A range without the spaces and tabs at its ends.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high, self[low] == Octet.space || self[low] == Octet.tab { low += 1 }
    while high > low, self[high - 1] == Octet.space || self[high - 1] == Octet.tab { high -= 1 }
    return low..<high
  }
}
