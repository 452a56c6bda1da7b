import Bytes
import Glibc
import HTTP
import Publishing
import Serving
import Trust

/// `serve`: portal and gateway.
enum ServeVerbs {
  static let all: [Verb] = [
    Verb(
      "serve", "", Phrase("启动门户与接口", "serve portal and gateway"),
      options: [
        .state, .portal,
        Option(
          "--site", "DIR",
          Phrase("只提供一个文件夹中的静态文件", "serve the files of a bare folder, with no release behind it")),
        Option(
          "--listen", "ADDRESS",
          Phrase("门户地址（缺省 127.0.0.1:8080）", "the portal's address (default 127.0.0.1:8080)")),
        Option("--tls-certificate", "FILE", Phrase("门户的证书链（PEM）", "the portal's certificate chain, PEM")),
        Option("--tls-key", "FILE", Phrase("门户的私钥（PEM）", "the portal's private key, PEM")),
        Option(
          "--gateway", "ADDRESS",
          Phrase("接口地址，如 127.0.0.1:8443", "the gateway's address, such as 127.0.0.1:8443")),
        Option(
          "--gateway-certificate", "FILE", Phrase("接口的证书链（PEM）", "the gateway's certificate chain, PEM")),
        Option("--gateway-key", "FILE", Phrase("接口的私钥（PEM）", "the gateway's private key, PEM")),
        Option("--host", "NAME", repeats: true, Phrase("门户应答的主机名", "a host name the portal answers to")),
        Option("--access-log", "FILE", Phrase("访问日志", "the access log")),
        Option(
          "--require-sandbox",
          Phrase("内核不能约束进程时拒绝启动", "refuse to start where the kernel cannot confine the process")),
      ],
      example: "doorsill serve --state .doorsill/outside --listen 127.0.0.1:8080", run: serve)
  ]

  private static func serve(_ invocation: Invocation) throws -> ExitStatus {
    if let folder = invocation.value("--site") { return try serveSite(folder, invocation) }
    let outside = try invocation.outside()
    var options = ServeOptions(
      state: outside.folder, listen: invocation.value("--listen") ?? "127.0.0.1:8080")
    options.tlsCertificate = invocation.value("--tls-certificate")
    options.tlsKey = invocation.value("--tls-key")
    options.gateway = invocation.value("--gateway")
    options.gatewayCertificate = invocation.value("--gateway-certificate")
    options.gatewayKey = invocation.value("--gateway-key")
    options.hosts = invocation.all("--host")
    options.accessLog = invocation.value("--access-log")
    options.requireSandbox = invocation.has("--require-sandbox")
    // The portal folder around the state, where there is one, must be closed to the server.
    let above = Files.parent(of: Files.parent(of: outside.folder))
    options.mustBeClosed = [
      above + "/Catalog", above + "/Policies", Files.parent(of: outside.folder) + "/inside",
    ]

    let signals = StopSignals()
    let server = try RunningServer(options)
    let terminal = invocation.terminal
    for line in server.confinement { terminal.note(line) }
    terminal.note(
      Phrase(
        "门户：\(scheme(options))://\(server.portalAddress)/",
        "portal: \(scheme(options))://\(server.portalAddress)/"))
    if let gateway = server.gatewayAddress {
      terminal.note(Phrase("接口：https://\(gateway)/v1/", "gateway: https://\(gateway)/v1/"))
    }
    signals.wait {
      server.reload()
      terminal.note(Phrase("已重新读取证书与日志", "read certificates and logs again"))
    }
    terminal.note(Phrase("正在结束：等待进行中的请求", "stopping: requests in flight are finished"))
    server.stop()
    return .done
  }

  /// The files of a folder by the same code, without a release behind them.
  private static func serveSite(_ folder: String, _ invocation: Invocation) throws -> ExitStatus {
    let address = invocation.value("--listen") ?? "127.0.0.1:8080"
    guard let listen = ListenAddress(address) else {
      throw UsageFault(
        Phrase("“\(address)”不是地址", "'\(address)' is not an address"),
        hint: Phrase("写成 127.0.0.1:8080", "write it as 127.0.0.1:8080"))
    }
    var tls: TLSHolder?
    if let certificate = invocation.value("--tls-certificate") {
      let configuration = TLSConfiguration(
        role: .portal, certificateChainPEM: try Files.read(certificate, limit: 1 << 20),
        privateKeyPEM: try Files.read(try invocation.required("--tls-key"), limit: 1 << 20))
      tls = TLSHolder(try TLSContext(configuration))
    }
    let signals = StopSignals()
    let server = try Server.site(
      folder: try Files.resolved(folder), addresses: [listen], hosts: invocation.all("--host"), tls: tls)
    try server.start()
    let scheme = tls == nil ? "http" : "https"
    for address in server.addresses { invocation.terminal.note("\(scheme)://\(address)/") }
    signals.wait {}
    server.drain()
    return .done
  }

  private static func scheme(_ options: ServeOptions) -> String {
    options.tlsCertificate == nil ? "http" : "https"
  }
}

/// The signals that stop or reload a server. They are taken by the thread that waits, alone: threads made after this
/// inherit the mask.
private struct StopSignals {
  private var set = sigset_t()

  init() {
    sigemptyset(&set)
    for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Returns when the process is asked to stop; runs `reload` at each SIGHUP.
  func wait(_ reload: () -> Void) {
    var set = set
    while true {
      var signal: Int32 = 0
      guard sigwait(&set, &signal) == 0 else { continue }
      guard signal == SIGHUP else { return }
      reload()
    }
  }
}
