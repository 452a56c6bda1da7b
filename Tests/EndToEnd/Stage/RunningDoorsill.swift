import Foundation
import Support
import Synchronization

/// A `doorsill serve` on free ports. It ends with `stop`, with the last reference, or when this process ends, however
/// it ends: its shell waits on a pipe that only this process holds.
final class RunningDoorsill: Sendable {
  let port: UInt16
  let gatewayPort: UInt16
  let authority: String
  private let shell: Interactive
  private let publicAuthority: String?

  /// `secure` names the authority of the portal's own certificate, where it speaks TLS.
  init(
    _ portal: ScratchPortal, gateway: Bool = true, options: [String] = [], secure: String? = nil,
    binary: String = Doorsill.path, environment: [String: String] = [:]
  ) throws {
    guard let port = FreePort.find(), let gatewayPort = FreePort.find() else { throw Failure("no free port") }
    self.port = port
    self.gatewayPort = gatewayPort
    publicAuthority = secure
    authority = portal.folder.path + "/tls/ca.pem"
    let tls = portal.folder.path + "/tls"
    var words = [binary, "serve", "--state", portal.outside, "--listen", "127.0.0.1:\(port)"]
    if gateway {
      words += [
        "--gateway", "127.0.0.1:\(gatewayPort)", "--gateway-certificate", tls + "/server.pem",
        "--gateway-key",
        tls + "/server.key",
      ]
    }
    shell = try Interactive(
      "bash", ["-c", Self.script] + words + options,
      environment: Doorsill.environment(home: portal.home).merging(environment) { $1 })
    try waitUntilReady()
  }

  /// `$0` and `$@` are the server; the end of standard input ends it, gently first. (What a shell runs in the
  /// background has no standard input of its own, hence descriptor 3.)
  private static let script = """
    exec 3<&0
    "$0" "$@" </dev/null 3<&- & server=$!
    { while read -r word <&3; do kill -"$word" $server; done; kill -TERM $server
      for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do kill -0 $server || exit; sleep 0.25; done
      kill -KILL $server; } 2>/dev/null &
    wait $server; echo "ended with $?" >&2; kill $! 2>/dev/null
    """

  deinit { stop() }

  private func waitUntilReady() throws {
    for _ in 0..<600 {
      let answer = try curl("/healthz", seconds: 2)
      // What it says at its start it has said once it names its address; on a busy machine that comes after an answer.
      if answer.status == 200, shell.errors.contains("portal: ") { return }
      guard !shell.errors.contains("ended with") else { break }
      Thread.sleep(forTimeInterval: 0.05)
    }
    throw Failure("the server does not answer: \(shell.errors)")
  }

  /// What it has said on standard error so far.
  var log: String { shell.errors }

  /// Ends the server and waits for it.
  func stop() { shell.end(within: 10) }

  /// Sends a signal by name, such as `HUP`.
  func signal(_ name: String) { shell.send(name + "\n") }

  /// A request to the public portal.
  func curl(_ target: String, _ options: [String] = [], seconds: Int = 20) throws -> HTTPAnswer {
    guard let publicAuthority else {
      return try HTTPAnswer.curl("http://127.0.0.1:\(port)\(target)", options, seconds: seconds)
    }
    return try HTTPAnswer.curl(
      "https://localhost:\(port)\(target)", ["--cacert", publicAuthority] + options, seconds: seconds)
  }

  /// A request to the gateway, as a company with its certificate and key.
  func ask(_ target: String, as company: Company, _ options: [String] = []) throws -> HTTPAnswer {
    try gateway(target, company.identity + company.authorization + options)
  }

  /// A request to the gateway with the given options alone.
  func gateway(_ target: String, _ options: [String]) throws -> HTTPAnswer {
    try HTTPAnswer.curl(
      "https://localhost:\(gatewayPort)\(target)",
      ["--cacert", authority, "--resolve", "localhost:\(gatewayPort):127.0.0.1"] + options, seconds: 20)
  }
}

/// What curl got.
struct HTTPAnswer {
  /// 0 where there was no answer at all.
  let status: Int
  /// By lower-case name; the last of equals.
  let headers: [String: String]
  let body: [UInt8]
  /// curl's own exit status and complaint.
  let exit: Int32
  let complaint: String

  var text: String { String(decoding: body, as: UTF8.self) }
  var json: [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
  }
  /// The stable code of a problem (RFC 9457).
  var code: String? { json["code"] as? String }
  var receipt: String { headers["doorsill-receipt"] ?? "" }
  var said: String { "\(status) \(code ?? "") curl \(exit) \(complaint)\n\(text.prefix(500))" }

  static func curl(_ url: String, _ options: [String], seconds: Int) throws -> HTTPAnswer {
    let folder = try TemporaryFolder()
    let (head, body) = (folder.path + "/head", folder.path + "/body")
    let done = try Subprocess.run(
      "curl",
      [
        "-q", "-sS", "--noproxy", "*", "--max-time", String(seconds), "-D", head, "-o", body, "-w",
        "%{http_code}",
      ]
        + options + [url], seconds: Double(seconds) + 10)
    let lines = String(decoding: (try? folder.read("head")) ?? [], as: UTF8.self).split(
      whereSeparator: \.isNewline)
    var headers: [String: String] = [:]
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
        in: .whitespaces)
    }
    return HTTPAnswer(
      status: Int(done.text) ?? 0, headers: headers, body: (try? folder.read("body")) ?? [],
      exit: done.status,
      complaint: done.errorText.trimmingCharacters(in: .newlines))
  }
}
