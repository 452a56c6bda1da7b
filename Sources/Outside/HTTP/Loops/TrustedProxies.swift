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
    let named = Self.elements(RequestHeaders(head: head).values(field.rawValue).joined(separator: ","))
    var caller = address
    for element in named.reversed() {
      guard trusts(caller), let before = node(in: element) else { break }
      caller = before
    }
    return caller
  }

  private func node(in element: Substring) -> NetworkAddress? {
    switch field {
    case .xForwardedFor: return Self.node(element)
    case .forwarded:
      let pairs = Self.elements(String(element), at: ";").compactMap { pair -> Substring? in
        let parts = pair.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "for" else { return nil }
        return parts[1]
      }
      guard pairs.count == 1, var value = pairs.first else { return nil }
      if value.hasPrefix("\""), value.hasSuffix("\""), value.count > 1 {
        value = value.dropFirst().dropLast()
      }
      return Self.node(value)
    }
  }

  /// An address, perhaps with a port, IPv6 perhaps in brackets; nil for `unknown` and for hidden names.
  private static func node(_ text: Substring) -> NetworkAddress? {
    if text.hasPrefix("[") {
      return text.firstIndex(of: "]").flatMap { NetworkAddress(text: String(text[..<$0].dropFirst())) }
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    return NetworkAddress(text: String(parts.count == 2 ? parts[0] : text))
  }

  /// The parts between separators that stand in no quotation marks, without the white space around them.
  private static func elements(_ text: String, at separator: Character = ",") -> [Substring] {
    var isQuoted = false
    return text.split(omittingEmptySubsequences: true) { character in
      if character == "\"" { isQuoted.toggle() }
      return character == separator && !isQuoted
    }.map { part in
      let rest = part.drop { $0 == " " || $0 == "\t" }
      let end = rest.lastIndex { $0 != " " && $0 != "\t" }
      return end.map { rest[...$0] } ?? ""
    }.filter { !$0.isEmpty }
  }
}
