import Foundation
import Support
import Testing
import Trust

@testable import HTTP

@Suite struct `The request corpus` {
  /// Four thousand segments of one byte take a busy machine longer than a real header may take.
  private var patient: Limits {
    var limits = Limits()
    limits.headerSeconds = 120
    return limits
  }

  private func faults(_ outcomes: [CorpusRunner.Outcome]) -> [String] {
    outcomes.filter { !$0.faults.isEmpty }.map { "\($0.name): \($0.faults.joined(separator: "; "))" }
  }

  @Test func `is passed whole, and every split of the bytes gives the same verdicts`() throws {
    let cases = try CorpusCase.all()
    #expect(cases.count == 466)
    let site = try TestSite(limits: patient)
    let runner = CorpusRunner(port: site.port, tls: nil)
    let whole = try runner.run(cases, split: .whole)
    #expect(faults(whole) == [])
    for split in [CorpusRunner.Split.every(1), .every(7), .random] {
      let pieces = try runner.run(cases, split: split)
      #expect(faults(pieces) == [], "\(split)")
      let differences = zip(whole, pieces).filter { $0.got != $1.got }.map {
        "\($0.name): \($0.got) \($1.got)"
      }
      #expect(differences == [], "\(split)")
    }
  }

  @Test func `is passed whole over TLS, and over mutual TLS, with a goodbye at each end`() throws {
    let cases = try CorpusCase.all()
    let identities = try TestIdentities()
    let portal = try TestSite(limits: patient, tls: TLSHolder(identities.portal))
    #expect(
      faults(try CorpusRunner(port: portal.port, tls: identities.visitor).run(cases, split: .whole)) == [])
    let gateway = try TestSite(limits: patient, tls: TLSHolder(identities.gateway))
    #expect(
      faults(try CorpusRunner(port: gateway.port, tls: identities.client).run(cases, split: .random)) == [])
  }

  /// `./dev bench corpus`: a measurement and no test, for nginx may be there or not.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["DOORSILL_CORPUS"] != nil))
  func `is fired at nginx too, and the table of both is printed`() throws {
    let site = try TestSite(limits: patient)
    let nginx = try Nginx(serving: site.folder.path + "/root")
    defer { nginx.stop() }
    var table: [String: [Int]] = [:]
    for (column, bar) in CorpusCase.Bar.allCases.enumerated() {
      let cases = try CorpusCase.all(bar)
      for (half, port) in [site.port, nginx.port].enumerated() {
        for outcome in try CorpusRunner(port: port, tls: nil).run(cases, split: .whole) {
          for row in [String(outcome.name.prefix { $0 != "/" }), "all"] {
            table[row, default: [0, 0, 0, 0, 0]][0] += column + half == 0 ? 1 : 0
            table[row, default: [0, 0, 0, 0, 0]][1 + 2 * column + half] += outcome.faults.isEmpty ? 1 : 0
          }
        }
      }
    }
    // The whole last.
    for (name, counts) in table.sorted(by: {
      ($0.key == "all" ? "~" : $0.key) < ($1.key == "all" ? "~" : $1.key)
    }) {
      print("CORPUS\t\(name)\t" + counts.map(String.init).joined(separator: "\t") + "\t\(nginx.version)")
    }
  }
}

/// An nginx with its defaults over a folder, but for the place that takes POST and hosts it does not know.
private struct Nginx {
  let port: UInt16
  let version: String
  private let process = Process()
  private let folder: TemporaryFolder

  init(serving root: String) throws {
    guard let port = FreePort.find(),
      let program = Subprocess.find("nginx") ?? Subprocess.find("/usr/sbin/nginx")
    else { throw RawConnection.Failure("no nginx: apt-get install nginx-light") }
    self.port = port
    let folder = try TemporaryFolder()
    self.folder = folder
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
      "\($0)_temp_path \(folder.path)/\($0);"
    }.joined(separator: " ")
    try folder.write(
      """
      worker_processes 1; daemon off; master_process off; pid \(folder.path)/pid; error_log \(folder.path)/log crit;
      events { worker_connections 1024; }
      http {
        \(temporary) access_log off; types { text/html html; text/plain txt; } default_type application/octet-stream;
        server { listen 127.0.0.1:\(port) default_server; return 421; }
        server {
          listen 127.0.0.1:\(port); server_name localhost 127.0.0.1 [::1]; root \(root);
          location = /__sink__ { return 200 "ok"; }
        }
      }
      """, to: "nginx.conf")
    // `nginx version: nginx/1.22.1`
    let said = try Subprocess.run(program, ["-v"]).errorText.split(separator: "/").last ?? ""
    version = said.trimmingCharacters(in: .whitespacesAndNewlines)
    process.executableURL = URL(filePath: program)
    process.arguments = ["-c", folder.path + "/nginx.conf", "-e", folder.path + "/log"]
    try process.run()
    for _ in 0..<100 {
      if (try? RawConnection(port: port)) != nil { return }
      Thread.sleep(forTimeInterval: 0.05)
    }
    throw RawConnection.Failure(
      "nginx does not listen: \(String(decoding: try folder.read("log"), as: UTF8.self))")
  }

  func stop() {
    // A test's threads may have SIGTERM blocked, and what they start inherits that.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
