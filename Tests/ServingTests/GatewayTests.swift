import Bytes
import Foundation
import Releases
import Support
import Testing

@testable import Serving

@Suite struct `The language of an answer` {
  @Test(arguments: [
    ("", "zh"), ("en", "en"), ("en-GB", "en"), ("EN-us", "en"), ("zh-Hans-CN", "zh"), ("de", "zh"),
    ("de, en", "en"),
    ("zh;q=0.2, en;q=0.9", "en"), ("en;q=0.2, zh", "zh"), ("en;q=0.5, zh;q=0.5", "en"), ("en;q=0", "zh"),
    ("zh;q=0, en;q=0.001", "en"), ("*", "zh"), (",,;q=1,", "zh"), ("en ; q=0.9 , de", "en"),
    ("english", "zh"),
    ("en;level=1;q=0.1, zh;q=0.3", "zh"),
  ])
  func `is the best that is accepted and spoken`(field: String, language: String) {
    #expect(GatewayCore.language(accepting: field, of: ["zh", "en"]) == language)
  }

  @Test func `is the portal's first where nothing is accepted`() {
    #expect(GatewayCore.language(accepting: "fr", of: ["mn", "zh"]) == "mn")
    #expect(GatewayCore.language(accepting: "fr", of: []) == "en")
  }
}

@Suite struct `The names of the logs` {
  @Test func `are the portal's host and a word, without the rest of its address`() {
    #expect(LogNames.host("https://data.example.org") == "data.example.org")
    #expect(LogNames.host("https://data.example.org/open/data") == "data.example.org")
    #expect(LogNames.host("") == "doorsill")
    #expect(LogNames.answers(host: "data.example.org") == "data.example.org/answers")
    #expect(LogNames.host(ofDecisions: LogNames.decisions(host: "a.example:8443")) == "a.example:8443")
    #expect(LogNames.host(ofDecisions: "a.example/answers") == nil)
  }
}

/// The proof that goes with each answer can be made in one place only. The compiler holds this; here is what it is
/// told to hold.
@Suite struct `A receipted answer` {
  private func source(_ path: String) throws -> String {
    try String(contentsOfFile: Places.root + "/Sources/Outside/" + path, encoding: .utf8)
  }

  /// Code of a folder without comments, by file.
  private func code(below folder: String) throws -> [String: [Substring]] {
    let root = Places.root + "/Sources/" + folder
    let names = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".swift") }
    return Dictionary(
      uniqueKeysWithValues: try names.map { name in
        let text = try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8)
        return (name, text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") })
      })
  }

  @Test func `cannot be made outside this room: its initialiser and those of its proofs are internal`() throws
  {
    for (path, type) in [
      ("Serving/Gateway/Receipted.swift", "Receipted"), ("Access/Admission.swift", "Admission"),
    ] {
      let text = try source(path)
      let body = try #require(text.firstRange(of: "struct \(type)")).upperBound
      let end = text[body...].firstRange(of: "\n}")?.lowerBound ?? text.endIndex
      let initialisers = text[body..<end].split(separator: "\n").filter { $0.contains("init(") }
      #expect(initialisers.count == 1, "\(type): \(initialisers)")
      #expect(
        initialisers.allSatisfy { !$0.contains("package") && !$0.contains("public") }, "\(initialisers)")
    }
  }

  @Test func `is made in one place, after its entry is in the log`() throws {
    var places: [String] = []
    for (name, lines) in try code(below: "Outside/Serving") {
      for line in lines where line.contains("Receipted(") && !line.contains("struct") { places.append(name) }
    }
    #expect(places == ["Gateway/GatewayCore+Statistic.swift"])
    let text = try source("Serving/Gateway/GatewayCore+Statistic.swift")
    let append = try #require(text.firstRange(of: "answers.ledger.append("))
    let made = try #require(text.firstRange(of: "return Receipted("))
    #expect(append.lowerBound < made.lowerBound)
  }

  @Test func `is all that the handlers of results give back`() throws {
    let text = try source("Serving/Gateway/GatewayCore+Statistic.swift")
    #expect(text.contains("func statistic(_ request: Request) -> Result<Receipted, GatewayRefusal>"))
    #expect(text.contains("private func answer(_ request: Request) throws(GatewayRefusal) -> Receipted"))
  }
}
