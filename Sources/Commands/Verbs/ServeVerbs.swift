import Bytes
import Glibc
import HTTP
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
          "--site", "DIR",
          Phrase("只提供一个文件夹中的静态文件", "serve the files of a bare folder, with no release behind it")),
        Option(
          "--listen", "ADDRESS",
          Phrase("门户地址（缺省 127.0.0.1:8080）", "the portal's address (default 127.0.0.1:8080)")),
        Option("--tls-certificate", "FILE", Phrase("门户的证书链（PEM）", "the portal's certificate chain, PEM")),
        Option("--tls-key", "FILE", Phrase("门户的私钥（PEM）", "the portal's private key, PEM")),
        Option(
          "--ocsp-staple", "FILE",
          Phrase(
            "随握手附送的 OCSP 应答（DER），文件更新后自动重读", "an OCSP response (DER) to staple; read again when it changes")),
        Option(
          "--client-ca", "FILE",
          Phrase(
            "与 --site 合用：要求客户端证书，由此机构签发（PEM）",
            "with --site: demand client certificates of this authority, PEM")),
        Option(
          "--client-crl", "FILE", repeats: true,
          Phrase(
            "与 --client-ca 合用：吊销列表（缺少即拒绝）",
            "with --client-ca: a revocation list (without one all are refused)")),
        Option(
          "--gateway", "ADDRESS",
          Phrase("接口地址，如 127.0.0.1:8443", "the gateway's address, such as 127.0.0.1:8443")),
        Option(
          "--gateway-certificate", "FILE", Phrase("接口的证书链（PEM）", "the gateway's certificate chain, PEM")),
        Option("--gateway-key", "FILE", Phrase("接口的私钥（PEM）", "the gateway's private key, PEM")),
        Option("--host", "NAME", repeats: true, Phrase("门户应答的主机名", "a host name the portal answers to")),
        Option(
          "--rate", "N",
          Phrase(
            "每个地址每秒请求数上限（缺省 200，0 为不限；本机地址不计）",
            "requests a second from one address (default 200, 0: no limit; loopback is not counted)")),
        Option(
          "--trusted-proxy", "ADDRESS", repeats: true,
          Phrase(
            "前置服务器的地址或网段（如 10.0.0.0/8）：其所述的来访地址用于日志与限额，他人所述一概不信",
            "a front server's address or network, such as 10.0.0.0/8: for whom it asks counts for logs and limits; nobody else is believed"
          )),
        Option(
          "--proxy-field", "FIELD",
          Phrase(
            "与 --trusted-proxy 合用：X-Forwarded-For（缺省）或 Forwarded（RFC 7239），只读其一",
            "with --trusted-proxy: X-Forwarded-For (default) or Forwarded (RFC 7239); that one alone is read")
        ),
        Option("--access-log", "FILE", Phrase("访问日志（- 为标准输出）", "the access log (-: standard output)")),
        Option(
          "--log-format", "FORMAT",
          Phrase(
            "访问日志格式：common、combined（缺省）或 json", "the access log's form: common, combined (default) or json")),
        Option("--slow-log", "FILE", Phrase("慢请求日志（JSON）", "a log of slow answers, JSON")),
        Option(
          "--slow", "MILLISECONDS", Phrase("多慢算慢（缺省 1000）", "what counts as slow (default 1000)")),
        Option(
          "--whole-addresses",
          Phrase("日志中保留完整地址（缺省截断）", "write callers' addresses whole into the logs, not cut")),
        Option(
          "--user", "NAME",
          Phrase(
            "以 root 启动时改为此用户（缺省：状态文件夹的属主）",
            "started as root, become this user (default: the owner of the state folder)")),
        Option(
          "--require-sandbox",
          Phrase("内核不能约束进程时拒绝启动", "refuse to start where the kernel cannot confine the process")),
        Option(
          "--clock-ran-ahead", "REASON",
          Phrase(
            "仅此一次：现在的时钟正确，而答复日志最后一条是时钟走快时写的；理由记入日志",
            "once: the clock is right now and ran ahead when the last entry of the answers log was written; the log is told why"
          )),
        Option(
          "--print-unit", "UNIT",
          Phrase(
            "输出 systemd 单元：\(ServeSamples.units.map(\.name).joined(separator: "、"))",
            "print a unit for systemd: \(ServeSamples.units.map(\.name).joined(separator: ", "))")),
        Option(
          "--print-front", "SERVER",
          Phrase("输出前置服务器的配置示例：nginx 或 caddy", "print a front server's configuration: nginx or caddy")),
      ],
      example: "doorsill serve --state .doorsill/outside --listen 127.0.0.1:8080", run: serve)
  ]

  private static func serve(_ invocation: Invocation) throws -> ExitStatus {
    if let unit = invocation.value("--print-unit") {
      return try print("--print-unit", unit, ServeSamples.units, invocation)
    }
    if let front = invocation.value("--print-front") {
      return try print("--print-front", front, ServeSamples.fronts, invocation)
    }
    // First of all: it takes what systemd left in the environment.
    let supervisor = Supervisor()
    if let folder = invocation.value("--site") { return try serveSite(folder, invocation, supervisor) }
    try needs(invocation, "--client-ca", "--site")
    try needs(invocation, "--client-crl", "--site")
    let outside = try invocation.outside()
    var options = ServeOptions(
      state: outside.folder, listen: invocation.value("--listen") ?? "127.0.0.1:8080")
    if let tls = try pair(invocation, "--tls-certificate", "--tls-key") {
      (options.tlsCertificate, options.tlsKey) = tls
    }
    try needs(invocation, "--ocsp-staple", "--tls-certificate")
    options.ocspStaple = invocation.value("--ocsp-staple")
    options.gateway = invocation.value("--gateway")
    if let tls = try pair(invocation, "--gateway-certificate", "--gateway-key") {
      (options.gatewayCertificate, options.gatewayKey) = tls
    }
    options.hosts = invocation.all("--host")
    options.logs = try logs(invocation)
    options.requestsPerSecond = try rate(invocation)
    options.proxies = try proxies(invocation)
    options.user = invocation.value("--user")
    options.requireSandbox = invocation.has("--require-sandbox")
    options.clockRanAhead = invocation.value("--clock-ran-ahead")
    options.mustBeClosed = insides(around: outside.folder)

    let signals = StopSignals()
    let server = try RunningServer(options, supervisor: supervisor)
    let terminal = invocation.terminal
    for line in server.confinement + server.warnings { terminal.note(warned(line, terminal)) }
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
  private static func serveSite(
    _ folder: String, _ invocation: Invocation, _ supervisor: Supervisor
  ) throws -> ExitStatus {
    var options = RunningSite.Options(
      folder: try Files.resolved(folder), listen: invocation.value("--listen") ?? "127.0.0.1:8080")
    options.hosts = invocation.all("--host")
    options.tls = try pair(invocation, "--tls-certificate", "--tls-key")
    try needs(invocation, "--ocsp-staple", "--tls-certificate")
    options.ocspStaple = invocation.value("--ocsp-staple")
    try needs(invocation, "--client-ca", "--tls-certificate")
    try needs(invocation, "--client-crl", "--client-ca")
    options.clients = invocation.value("--client-ca").map { ($0, invocation.all("--client-crl")) }
    options.logs = try logs(invocation)
    options.requestsPerSecond = try rate(invocation)
    options.proxies = try proxies(invocation)
    options.user = invocation.value("--user")
    options.requireSandbox = invocation.has("--require-sandbox")
    let signals = StopSignals()
    let site = try RunningSite(options, supervisor: supervisor)
    let terminal = invocation.terminal
    for line in site.confinement + site.warnings { terminal.note(warned(line, terminal)) }
    terminal.note("\(options.tls == nil ? "http" : "https")://\(site.address)/")
    signals.wait {
      do {
        try site.reload()
        terminal.note(Phrase("已重新读取证书与日志", "read certificates and logs again"))
        for line in site.warnings { terminal.note(warned(line, terminal)) }
      } catch {
        terminal.tell(error)
      }
    }
    site.stop()
    return .done
  }

  /// What a server must not be able to open: the portal folder around its state, where there is one.
  static func insides(around state: String) -> [String] {
    let above = Files.parent(of: Files.parent(of: state))
    return [above + "/Catalog", above + "/Policies", Files.parent(of: state) + "/inside"]
  }

  private static func warned(_ line: Wording, _ terminal: Terminal) -> String {
    let said = line.said(in: Phrase.language)
    return line.isWarning ? terminal.styled(said, .yellow) : said
  }

  // MARK: options

  /// Two options that make sense together only.
  private static func pair(
    _ invocation: Invocation, _ first: String, _ second: String
  ) throws -> (String, String)? {
    try needs(invocation, second, first)
    guard let value = invocation.value(first) else { return nil }
    return (value, try invocation.required(second))
  }

  private static func needs(_ invocation: Invocation, _ option: String, _ other: String) throws {
    guard !invocation.has(option) || invocation.has(other) else {
      throw UsageFault(Phrase("\(option) 需与 \(other) 合用", "\(option) goes with \(other)"))
    }
  }

  private static func logs(_ invocation: Invocation) throws -> LogOptions {
    var logs = LogOptions()
    logs.access = invocation.value("--access-log")
    logs.slow = invocation.value("--slow-log")
    logs.slowMilliseconds = try invocation.number("--slow") ?? logs.slowMilliseconds
    logs.wholeAddresses = invocation.has("--whole-addresses")
    try needs(invocation, "--log-format", "--access-log")
    try needs(invocation, "--slow", "--slow-log")
    if let text = invocation.value("--log-format") {
      guard let format = AccessLog.Format(rawValue: text) else {
        let all = AccessLog.Format.allCases.map(\.rawValue)
        throw UsageFault(
          Phrase(
            "--log-format 可取 \(all.joined(separator: "、"))，而不是“\(text)”",
            "--log-format takes \(all.joined(separator: ", ")), not '\(text)'"))
      }
      logs.format = format
    }
    return logs
  }

  private static func proxies(_ invocation: Invocation) throws -> TrustedProxies {
    try needs(invocation, "--proxy-field", "--trusted-proxy")
    var field = TrustedProxies.Field.xForwardedFor
    if let text = invocation.value("--proxy-field") {
      let all = TrustedProxies.Field.allCases
      guard let known = all.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
        let names = all.map(\.rawValue)
        throw UsageFault(
          Phrase(
            "--proxy-field 可取 \(names.joined(separator: "、"))，而不是“\(text)”",
            "--proxy-field takes \(names.joined(separator: ", ")), not '\(text)'"))
      }
      field = known
    }
    guard let proxies = TrustedProxies(invocation.all("--trusted-proxy"), field: field) else {
      throw UsageFault(
        Phrase(
          "--trusted-proxy 须为地址或网段，如 10.0.0.7 或 10.0.0.0/8",
          "--trusted-proxy takes an address or a network, such as 10.0.0.7 or 10.0.0.0/8"))
    }
    return proxies
  }

  private static func rate(_ invocation: Invocation) throws -> Int {
    guard let text = invocation.value("--rate") else { return 200 }
    guard let rate = Int(text), (0...1_000_000).contains(rate) else {
      throw UsageFault(
        Phrase("--rate 须为 0 至 1000000 的整数", "--rate takes a whole number from 0 to 1000000"))
    }
    return rate
  }

  private static func print(
    _ option: String, _ name: String, _ texts: [(name: String, text: String)], _ invocation: Invocation
  ) throws -> ExitStatus {
    guard let text = texts.first(where: { $0.name == name })?.text else {
      let all = texts.map(\.name)
      throw UsageFault(
        Phrase(
          "\(option) 可取 \(all.joined(separator: "、"))，而不是“\(name)”",
          "\(option) takes \(all.joined(separator: ", ")), not '\(name)'"))
    }
    invocation.terminal.print(text)
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
