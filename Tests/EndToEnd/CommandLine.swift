import Foundation
import Support
import Testing

/// The command line as a person meets it.
@Suite struct `The command line` {
  /// Every verb, from the program's own list.
  static let verbs: [String] = {
    let overview = (try? Doorsill.run(["help"]))?.text ?? ""
    return overview.split(separator: "\n").filter { $0.hasPrefix("  ") }.map { line in
      line.dropFirst(2).split(separator: " ", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
        .joined(separator: " ")
    }
  }()

  @Test func `has the verbs that were promised`() {
    for verb in [
      "init", "check", "classify", "person add", "approve", "publish", "serve", "doctor", "ca init",
      "ca issue",
      "ca revoke",
      "ca crl", "client add", "grant add", "grant approve", "key create", "key revoke", "ledger verify",
      "receipt verify", "result list", "result try", "release list", "release verify", "withdraw", "convert",
    ] { #expect(Self.verbs.contains(verb), "\(verb) in \(Self.verbs)") }
  }

  @Test(arguments: ["C.UTF-8", "zh_CN.UTF-8"])
  func `explains every verb and every option, with an example`(language: String) throws {
    #expect(Self.verbs.count > 20)
    for verb in Self.verbs {
      let page = try Doorsill.run(
        verb.split(separator: " ").map(String.init) + ["--help"], language: language)
      #expect(page.status == 0 && page.errorText.isEmpty, "\(verb): \(page.said)")
      let lines = page.text.split(separator: "\n").map(String.init)
      let isChinese = language.hasPrefix("zh")
      #expect(lines[0].hasPrefix("doorsill \(verb): "), "\(page.text)")
      #expect(
        lines.contains { $0.hasPrefix(isChinese ? "例: doorsill \(verb)" : "example: doorsill \(verb)") },
        "\(page.text)")
      let options = lines.filter { $0.hasPrefix("  --") }
      #expect(!options.isEmpty)
      for option in options {
        let text =
          option.split(separator: "  ", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces) ?? ""
        #expect(option.dropFirst(2).contains("  ") && text.count > 1, "\(verb): \(option)")
        #expect(
          text.unicodeScalars.contains { $0.value > 0x3000 } == isChinese
            || text.allSatisfy(\.isASCII) == !isChinese, "\(text)")
      }
    }
  }

  @Test func `ends with 2 and a suggestion for what was mistyped`() throws {
    let verb = try Doorsill.run(["publsh"])
    #expect(verb.status == 2 && verb.errorText.contains("did you mean 'publish'"), "\(verb.said)")
    let option = try Doorsill.run(["publish", "--portl", "x"])
    #expect(option.status == 2 && option.errorText.contains("did you mean --portal"), "\(option.said)")
    let bare = try Doorsill.run([])
    #expect(bare.status == 2 && bare.text.contains("publish"))
    let family = try Doorsill.run(["person"])
    #expect(family.text.contains("person add"))
    let second = try Doorsill.run(["grant", "aprove", "1"])
    #expect(second.status == 2 && second.errorText.contains("did you mean 'grant approve'"), "\(second.said)")
  }

  @Test func `ends with the status of who can mend it`() throws {
    let folder = try TemporaryFolder()
    let outside = try Doorsill.run(["publish"], folder: folder.path)
    #expect(outside.status == 2 && outside.errorText.contains("Catalog/catalog.json5"), "\(outside.said)")
    #expect(try Doorsill.run(["init", folder.path + "/portal"]).status == 0)
    let twice = try Doorsill.run(["init", folder.path + "/portal"])
    #expect(twice.status == 2, "\(twice.said)")
    let unknown = try Doorsill.run(["check", "bike-count", "--portal", folder.path + "/portal"])
    #expect(unknown.status == 2 && unknown.errorText.contains("bike-counts"), "\(unknown.said)")
    let early = try Doorsill.run(["serve", "--portal", folder.path + "/portal"])
    #expect(early.status == 3, "nothing is published yet: \(early.said)")
    // The nearest portal above is found.
    try folder.write("", to: "portal/below/deep/file")
    #expect(try Doorsill.run(["check"], folder: folder.path + "/portal/below/deep").status == 0)
    let rehearsed = try Doorsill.run(["publish", "--dry-run", "--portal", folder.path + "/portal"])
    #expect(rehearsed.status == 0)
    let address = try Doorsill.run(["serve", "--portal", folder.path + "/portal", "--listen", "256.1.1.1:80"])
    #expect([2, 3].contains(address.status) && !address.errorText.isEmpty, "\(address.said)")
  }

  @Test(arguments: [
    ("C.UTF-8", "there is no verb"), ("en_GB.UTF-8", "there is no verb"), ("zh_CN.UTF-8", "没有命令"),
    ("zh_TW", "没有命令"),
    ("de_DE.UTF-8", "there is no verb"),
  ])
  func `speaks the language of LANG`(language: String, words: String) throws {
    let done = try Doorsill.run(["nonsense"], language: language)
    #expect(done.status == 2 && done.errorText.contains(words), "\(done.said)")
  }

  @Test func `speaks Chinese to the end: init, publish, classify`() throws {
    let folder = try TemporaryFolder()
    let made = try Doorsill.run(["init", "p"], folder: folder.path, language: "zh_CN.UTF-8")
    #expect(made.status == 0 && made.errorText.contains("门户已建立"), "\(made.said)")
    try folder.write("correct horse battery staple\n", to: "home/passphrase")
    let portal = try ScratchPortal.at(folder, "p")
    try portal.addPerson("wang-wei", role: "custodian")
    let published = try Doorsill.run(
      portal.publishWords(), home: portal.home, folder: folder.path, language: "zh_CN.UTF-8")
    #expect(published.status == 0 && published.text.contains("已发布第 1 版"), "\(published.said)")
    let classified = try Doorsill.run(
      ["classify", "--portal", "p"], folder: folder.path, language: "zh_CN.UTF-8")
    #expect(classified.text.contains("无条件开放"), "\(classified.said)")
    try folder.write("point,day,bicycles\nA,2026-03-02,x\n", to: "p/Catalog/bike-counts/bike-counts.csv")
    let refused = try Doorsill.run(
      ["publish", "--dry-run", "--portal", "p"], folder: folder.path, language: "zh_CN.UTF-8")
    #expect(refused.status == 1 && refused.errorText.contains("“x”不是整数"), "\(refused.said)")
    #expect(refused.errorText.contains("错误:"), "\(refused.errorText)")
    let english = refused.errorText.split(separator: "\n").filter {
      $0.hasPrefix("doorsill:") && $0.allSatisfy { $0.isASCII || $0 == "…" }
    }
    #expect(english.isEmpty, "not in Chinese: \(english)")
  }

  @Test func `prints JSON that machines read, and nothing else, with --json`() throws {
    let portal = try ScratchPortal.begin()
    try portal.publish().wanted(0, "publish")
    for words in [
      ["check"], ["classify"], ["person", "list"], ["release", "list"], ["result", "list"],
      ["client", "list"],
      ["grant", "list"], ["key", "list"], ["ca", "list"], ["ledger", "verify"],
    ] {
      let done = try Doorsill.run(words + ["--json", "--portal", portal.path], home: portal.home)
      #expect(done.status == 0, "\(words): \(done.said)")
      #expect(throws: Never.self, "\(words): \(done.text)") {
        try JSONSerialization.jsonObject(with: Data(done.output))
      }
    }
  }

  @Test func `needs nothing but its binary: init, publish and serve from an empty folder`() throws {
    let folder = try TemporaryFolder()
    try Subprocess.run("cp", [Doorsill.path, folder.path + "/doorsill"]).wanted(0, "cp")
    func alone(_ words: String...) throws -> Subprocess {
      try Subprocess.run(
        "env", ["-i", "HOME=" + folder.path, "./doorsill"] + words, folder: folder.path, seconds: 120)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["doorsill"])
    try alone("init", "portal").wanted(0, "init")
    try folder.write("correct horse battery staple\n", to: "passphrase")
    try alone(
      "person", "add", "wang-wei", "--name", "王伟", "--organization", "data-bureau", "--role", "custodian",
      "--passphrase-file", "passphrase", "--portal", "portal"
    ).wanted(0, "person add")
    try alone("publish", "--as", "wang-wei", "--passphrase-file", "passphrase", "--portal", "portal").wanted(
      0, "publish")
    let portal = try ScratchPortal.at(folder, "portal")
    let server = try RunningDoorsill(portal, gateway: false, binary: folder.path + "/doorsill")
    defer { server.stop() }
    let page = try server.curl("/en/datasets/bike-counts/")
    #expect(page.status == 200 && page.text.contains("Bicycle counts"), "\(page.said)")
    #expect(try server.curl("/data/bike-counts/counts.csv").text.contains("North bridge"))
    // Every link of the page to one of our own files leads somewhere: the theme came out of the binary.
    for match in page.text.matches(of: /(?:href|src)="(\/assets\/[^"]+)"/) {
      #expect(try server.curl(String(match.1)).status == 200, "\(match.1)")
    }
    #expect(page.text.contains("/assets/"))
    server.stop()
    #expect(server.log.contains("ended with 0"), "a gentle end is a good end: \(server.log)")
  }
}
