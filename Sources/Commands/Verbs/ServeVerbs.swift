import Bytes
import Dispatch
import Glibc
import Publishing
import Serving

/// `serve`: portal and gateway.
enum ServeVerbs {
  static let all: [Verb] = [
    Verb(
      "serve", "", Phrase("启动门户与接口", "serve portal and gateway"),
      options: [
        .state, .portal,
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

    // Signals are taken by this thread alone: the server's own threads inherit the mask.
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
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
    while true {
      var signal: Int32 = 0
      guard sigwait(&signals, &signal) == 0 else { continue }
      if signal == SIGHUP {
        server.reload()
        terminal.note(Phrase("已重新读取证书与日志", "read certificates and logs again"))
        continue
      }
      terminal.note(Phrase("正在结束：等待进行中的请求", "stopping: requests in flight are finished"))
      server.stop()
      return .done
    }
  }

  private static func scheme(_ options: ServeOptions) -> String {
    options.tlsCertificate == nil ? "http" : "https"
  }
}
