/// How a server is to run.
package struct ServeOptions: Sendable {
  /// `.doorsill/outside`.
  package var state: String
  /// Address of the portal, such as `127.0.0.1:8080`.
  package var listen: String
  /// TLS of the portal, where it does not stand behind a front server: PEM files.
  package var tlsCertificate: String?
  package var tlsKey: String?
  /// Address of the gateway; nil where only the portal is served.
  package var gateway: String?
  package var gatewayCertificate: String?
  package var gatewayKey: String?
  /// Host names the portal answers to; empty for any.
  package var hosts: [String] = []
  package var accessLog: String?
  /// Refuse to start where the kernel cannot confine the process.
  package var requireSandbox = false
  /// Paths that must be closed to the running server; the start-up check proves it.
  package var mustBeClosed: [String] = []

  package init(state: String, listen: String) {
    self.state = state
    self.listen = listen
  }
}
