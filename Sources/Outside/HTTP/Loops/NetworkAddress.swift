import Glibc

/// An IPv4 or IPv6 address with its port, as the kernel gave it.
package struct NetworkAddress: Sendable, Hashable {
  /// The sixteen bytes of the address; IPv4 in its IPv6-mapped form (RFC 4291 §2.5.5.2).
  let high: UInt64
  let low: UInt64
  package let port: UInt16

  init(high: UInt64, low: UInt64, port: UInt16) {
    self.high = high
    self.low = low
    self.port = port
  }

  /// Reads an address without port, as people and front servers write it.
  init?(text: String) {
    guard let (storage, _) = ListenAddress(host: text, port: 0).socketAddress(port: 0) else { return nil }
    self.init(storage)
  }

  /// Reads a socket address.
  init(_ storage: sockaddr_storage) {
    var storage = storage
    if storage.ss_family == sa_family_t(AF_INET6) {
      let address = withUnsafeBytes(of: &storage) { $0.loadUnaligned(as: sockaddr_in6.self) }
      let bytes = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
      high = bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
      low = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
      port = UInt16(bigEndian: address.sin6_port)
    } else {
      let address = withUnsafeBytes(of: &storage) { $0.loadUnaligned(as: sockaddr_in.self) }
      high = 0
      low = 0xFFFF_0000_0000 | UInt64(UInt32(bigEndian: address.sin_addr.s_addr))
      port = UInt16(bigEndian: address.sin_port)
    }
  }

  package var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

  /// 127.0.0.0/8 and ::1.
  package var isLoopback: Bool { isIPv4 ? low >> 24 & 0xFF == 127 : high == 0 && low == 1 }

  /// The network it is counted under: an IPv4 /24, an IPv6 /56.
  var network: NetworkAddress {
    isIPv4
      ? NetworkAddress(high: 0, low: low & ~0xFF, port: 0)
      : NetworkAddress(high: high & ~0xFF, low: 0, port: 0)
  }

  /// The address alone, without the port: what a rate is counted for (an IPv6 /64 is one caller).
  var host: NetworkAddress { NetworkAddress(high: high, low: isIPv4 ? low : 0, port: 0) }

  /// The address as text, without the port (RFC 5952).
  package var text: String {
    if isIPv4 {
      return stride(from: 24, through: 0, by: -8).map { String(low >> UInt64($0) & 0xFF) }.joined(
        separator: ".")
    }
    return NetworkAddress.text6(high, low)
  }

  /// The address with the caller's own part cut off (the last octet, the last 80 bits), for logs.
  package var truncatedText: String {
    isIPv4
      ? NetworkAddress(high: 0, low: low & ~0xFF, port: 0).text : NetworkAddress.text6(high & ~0xFFFF, 0)
  }

  private static func text6(_ high: UInt64, _ low: UInt64) -> String {
    let groups = [high, low].flatMap { half in
      stride(from: 48, through: 0, by: -16).map { UInt16(truncatingIfNeeded: half >> UInt64($0)) }
    }
    var best = 0..<0
    var at = 0
    while at < 8 {
      var end = at
      while end < 8, groups[end] == 0 { end += 1 }
      if end - at > max(1, best.count) { best = at..<end }
      at = max(end, at + 1)
    }
    guard !best.isEmpty else { return groups.map { String($0, radix: 16) }.joined(separator: ":") }
    let left = groups[..<best.lowerBound].map { String($0, radix: 16) }.joined(separator: ":")
    let right = groups[best.upperBound...].map { String($0, radix: 16) }.joined(separator: ":")
    return left + "::" + right
  }
}

/// An address to listen on, as written by people: `127.0.0.1:8080`, `[::1]:8080`, `:8080` for every address.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
  package let host: String
  package let port: UInt16

  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard !digits.isEmpty, digits.utf8.allSatisfy(Octet.isDigit), let port = UInt16(digits) else {
      return nil
    }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    if host.isEmpty || host == "*" { host = "::" }
    if host == "localhost" { host = "127.0.0.1" }
    self.host = host
    self.port = port
    guard socketAddress(port: port) != nil else { return nil }
  }

  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// The kernel's form of it.
  func socketAddress(port: UInt16) -> (storage: sockaddr_storage, length: socklen_t)? {
    var storage = sockaddr_storage()
    var four = sockaddr_in()
    if inet_pton(AF_INET, host, &four.sin_addr) == 1 {
      four.sin_family = sa_family_t(AF_INET)
      four.sin_port = port.bigEndian
      withUnsafeMutableBytes(of: &storage) { into in withUnsafeBytes(of: four) { into.copyMemory(from: $0) } }
      return (storage, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
    var six = sockaddr_in6()
    guard inet_pton(AF_INET6, host, &six.sin6_addr) == 1 else { return nil }
    six.sin6_family = sa_family_t(AF_INET6)
    six.sin6_port = port.bigEndian
    withUnsafeMutableBytes(of: &storage) { into in withUnsafeBytes(of: six) { into.copyMemory(from: $0) } }
    return (storage, socklen_t(MemoryLayout<sockaddr_in6>.size))
  }
}
