/// The front servers that are believed when they say for whom they ask. Nobody else is.
package struct TrustedProxies: Sendable, Equatable {
  /// Where a front server says it. One field alone is read: a front server that writes one of them passes the other on as
  /// its caller sent it.
  package enum Field: String, Sendable, CaseIterable {
    case xForwardedFor = "X-Forwarded-For"
    /// RFC 7239.
    case forwarded = "Forwarded"
  }

  private struct Network: Sendable, Equatable {
    let high: UInt64
    let low: UInt64
    let highMask: UInt64
    let lowMask: UInt64
  }

  private let networks: [Network]
  private let field: Field

  /// Nobody is believed.
  package static let none = TrustedProxies(networks: [], field: .xForwardedFor)

  private init(networks: [Network], field: Field) {
    self.networks = networks
    self.field = field
  }

  /// - Parameter texts: addresses and networks, such as `10.0.0.7`, `10.0.0.0/8` and `2001:db8::/32`. Nil where one of them
  ///   is neither.
  package init?(_ texts: [String], field: Field = .xForwardedFor) {
    var networks: [Network] = []
    for text in texts {
      guard let network = Self.network(text) else { return nil }
      networks.append(network)
    }
    self.init(networks: networks, field: field)
  }

  private static func network(_ text: String) -> Network? {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = NetworkAddress(text: String(parts[0])) else { return nil }
    var bits = 128
    if parts.count == 2 {
      let most = address.isIPv4 ? 32 : 128
      guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(parts[1]), count <= most
      else { return nil }
      bits = 128 - most + count
    }
    // A shift by the whole width gives nothing, as it should.
    let highMask = UInt64.max << UInt64(64 - min(64, bits))
    let lowMask = UInt64.max << UInt64(64 - max(0, bits - 64))
    return Network(
      high: address.high & highMask, low: address.low & lowMask, highMask: highMask, lowMask: lowMask)
  }

  func trusts(_ address: NetworkAddress) -> Bool {
    networks.contains { address.high & $0.highMask == $0.high && address.low & $0.lowMask == $0.low }
  }

  /// For whom the request of a connection from this address is: the last address named that is no trusted front server's.
  /// Whatever stands before it a caller may have written.
  func caller(_ address: NetworkAddress, _ head: RequestHead) -> NetworkAddress {
    guard !networks.isEmpty, trusts(address) else { return address }
    let text = Array(RequestHeaders(head: head).values(field.rawValue).joined(separator: ",").utf8)
    var caller = address
    for element in Self.parts(text[...], at: UInt8(ascii: ","), quoted: field == .forwarded).reversed() {
      guard trusts(caller), let before = node(in: element) else { break }
      caller = before
    }
    return caller
  }

  private func node(in element: ArraySlice<UInt8>) -> NetworkAddress? {
    switch field {
    case .xForwardedFor: return Self.node(element)
    case .forwarded:
      let pairs = Self.parts(element, at: UInt8(ascii: ";"), quoted: true).compactMap { pair in
        let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1)
        return sides.count == 2 && String(decoding: sides[0], as: UTF8.self).lowercased() == "for"
          ? sides[1] : nil
      }
      guard pairs.count == 1, var value = pairs.first else { return nil }
      if value.count > 1, value.first == UInt8(ascii: "\""), value.last == UInt8(ascii: "\"") {
        value = value.dropFirst().dropLast()
      }
      return Self.node(value)
    }
  }

  /// An address, perhaps with a port, IPv6 perhaps in brackets, and nothing else; nil for `unknown` and for hidden names.
  private static func node(_ bytes: ArraySlice<UInt8>) -> NetworkAddress? {
    let text = String(decoding: bytes, as: UTF8.self)
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      let address = NetworkAddress(text: String(text[..<end].dropFirst()))
      return isPort(text[text.index(after: end)...]) && address?.isIPv4 == false ? address : nil
    }
    guard let colon = text.firstIndex(of: ":"), !text[text.index(after: colon)...].contains(":") else {
      return NetworkAddress(text: text)
    }
    return isPort(text[colon...]) ? NetworkAddress(text: String(text[..<colon])) : nil
  }

  /// Nothing, or a colon and a port.
  private static func isPort(_ text: Substring) -> Bool {
    let digits = text.utf8.dropFirst()
    return text.isEmpty
      || text.first == ":" && (1...5).contains(digits.count)
        && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// The parts between separators, without the white space around them. They are told from the end, which the front servers
  /// wrote: a quotation mark that a caller left open makes no part of theirs its own.
  /// - Parameter quoted: whether a separator may stand in quotation marks (RFC 9110, 5.6.4); X-Forwarded-For has none.
  private static func parts(
    _ text: ArraySlice<UInt8>, at separator: UInt8, quoted: Bool
  ) -> [ArraySlice<UInt8>] {
    var parts: [ArraySlice<UInt8>] = []
    var isQuoted = false
    var end = text.endIndex
    for place in text.indices.reversed() {
      if quoted, text[place] == UInt8(ascii: "\"") {
        let escapes = text[..<place].reversed().prefix { $0 == UInt8(ascii: "\\") }.count
        if escapes.isMultiple(of: 2) { isQuoted.toggle() }
      } else if text[place] == separator, !isQuoted {
        parts.append(text[(place + 1)..<end])
        end = place
      }
    }
    parts.append(text[text.startIndex..<end])
    let blanks: [UInt8] = [0x20, 0x09]
    return parts.reversed().map { part in
      let rest = part.drop { blanks.contains($0) }
      return rest.lastIndex { !blanks.contains($0) }.map { rest[...$0] } ?? []
    }.filter { !$0.isEmpty }
  }
}
