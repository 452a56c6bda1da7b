import Synchronization
package import Trust

/// Where a server listens, and who answers there.
package struct Listener: Sendable {
  package enum Source: Sendable, Equatable {
    case address(ListenAddress)
    /// Sockets that listen already: opened while the process still had the right to, or handed over by systemd.
    case opened(OpenedSockets)
  }

  package let source: Source
  package let handler: any Handler
  package let tls: TLSHolder?
  package let hosts: HostPolicy
  /// Fields that every answer of this listener has.
  package let headers: Headers
  /// Whether `Limits.requestsPerSecond` counts here.
  package let limitsRate: Bool
  /// Whether pages of every origin may read what is answered here (CORS): for what is public anyway.
  package let crossOrigin: Bool

  package init(
    _ address: ListenAddress, handler: any Handler, tls: TLSHolder? = nil, hosts: HostPolicy = .any,
    headers: Headers = Listener.securityHeaders, limitsRate: Bool = true, crossOrigin: Bool = false
  ) {
    self.init(
      .address(address), handler: handler, tls: tls, hosts: hosts, headers: headers, limitsRate: limitsRate,
      crossOrigin: crossOrigin)
  }

  package init(
    _ source: Source, handler: any Handler, tls: TLSHolder? = nil, hosts: HostPolicy = .any,
    headers: Headers = Listener.securityHeaders, limitsRate: Bool = true, crossOrigin: Bool = false
  ) {
    self.limitsRate = limitsRate
    self.crossOrigin = crossOrigin
    self.source = source
    self.handler = handler
    self.tls = tls
    self.hosts = hosts
    var headers = headers
    if tls != nil { headers.setDefault("Strict-Transport-Security", Listener.strictTransport) }
    self.headers = headers
  }

  /// Several loops watch one socket, and nobody but the giver closes it.
  var isShared: Bool { if case .opened(let sockets) = source { sockets.isShared } else { false } }

  /// Who came by TLS once comes by TLS for two years (RFC 6797); other ports and names of the host are not meant.
  private static let strictTransport = "max-age=63072000"

  /// What every answer says, whatever it is: no guessing of types, no framing, no scripts but our own.
  package static let securityHeaders: Headers = [
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
      + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
  ]
}

/// Which hosts a listener answers for; any other is 421 (RFC 9110 §7.4, §15.5.20).
package enum HostPolicy: Sendable {
  case any
  /// Names without port, compared without case; IPv6 addresses in brackets.
  case names(Set<String>)

  /// - Parameter host: without the port, lower case.
  func accepts(_ bytes: [UInt8], _ host: Range<Int>?) -> Bool {
    guard case .names(let names) = self, let host else { return true }
    return names.contains { name in
      name.utf8.count == host.count
        && zip(name.utf8, host).allSatisfy { Octet.lowercased($0) == Octet.lowercased(bytes[$1]) }
    }
  }
}

/// The TLS context of a listener, exchangeable while it runs: new connections take the new one, open ones keep
/// theirs.
package final class TLSHolder: Sendable {
  private let current: Mutex<TLSContext>

  package init(_ context: TLSContext) { current = Mutex(context) }

  package func replace(with context: TLSContext) { current.withLock { $0 = context } }

  var context: TLSContext { current.withLock { $0 } }
}
