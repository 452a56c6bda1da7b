package import HTTP

/// How a server is to run.
package struct ServeOptions: Sendable {
  /// `.doorsill/outside`.
  package var state: String
  /// Address of the portal, such as `127.0.0.1:8080`.
  package var listen: String
  /// TLS of the portal, where it does not stand behind a front server: PEM files.
  package var tlsCertificate: String?
  package var tlsKey: String?
  /// A DER OCSP response that the portal staples to its handshakes; read again when the file changes.
  package var ocspStaple: String?
  /// Address of the gateway; nil where only the portal is served.
  package var gateway: String?
  package var gatewayCertificate: String?
  package var gatewayKey: String?
  /// Host names the portal answers to; empty for any.
  package var hosts: [String] = []
  /// Whom to become where the process was started as root; nil: the owner of the state.
  package var user: String?
  package var logs = LogOptions()
  /// Requests a second the portal takes from one address, averaged; 0: no limit.
  package var requestsPerSecond = 200
  /// Front servers that are believed when they say for whom they ask.
  package var proxies = TrustedProxies.none
  /// Why the last entry of the answers log is of a time that has not come yet; nil where the clock must not be behind it.
  package var clockRanAhead: String?
  /// Refuse to start where the kernel cannot confine the process.
  package var requireSandbox = false
  /// Paths that must be closed to the running server; the start-up check proves it.
  package var mustBeClosed: [String] = []

  package init(state: String, listen: String) {
    self.state = state
    self.listen = listen
  }
}

/// What a server writes down about the requests it answers.
package struct LogOptions: Sendable {
  /// One line for each answer; `-` is standard output.
  package var access: String?
  /// One JSON line for each answer that took longer than `slowMilliseconds`.
  package var slow: String?
  package var slowMilliseconds = 1000
  package var format = AccessLog.Format.combined
  /// Write the callers' addresses whole, not cut.
  package var wholeAddresses = false

  package init() {}

  /// Opens the two logs.
  func open() throws(ServerError) -> (access: AccessLog?, slow: AccessLog?) {
    var opened: (access: AccessLog?, slow: AccessLog?)
    if let access {
      opened.access = try AccessLog(path: access, format: format, truncatesAddresses: !wholeAddresses)
    }
    if let slow {
      opened.slow = try AccessLog(path: slow, format: .json, truncatesAddresses: !wholeAddresses)
    }
    return opened
  }

  /// The folders the logs are made anew in after a rotation.
  var folders: [String] {
    [access, slow].compactMap { $0 }.filter { $0 != "-" }.map { Doorstep.folder(of: $0) }
  }

  var limits: Limits {
    var limits = Limits()
    limits.slowMilliseconds = slowMilliseconds
    return limits
  }
}
