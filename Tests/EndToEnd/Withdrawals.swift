import Foundation
import Support
import Testing

extension `End to end` {
  /// What is taken out is gone with the next request, from every kept release, and does not come back.
  @Suite struct `What was open once` {
    private static let restricted = Descriptors.register(
      level: "L2",
      extra: #"by: "wang-wei", legalBasis: { zh: "测试用法", en: "A law" }, reason: { zh: "内部", en: "Internal" }"#
    )

    /// A portal whose first release has an open dataset `register`, and a server of it.
    private func open() throws -> (portal: ScratchPortal, server: RunningDoorsill) {
      let portal = try World.here().plain.copied()
      try portal.write(Descriptors.register(level: "L1"), "Catalog/register/dataset.json5")
      try portal.write("number,remark,amount\n1,first,10\n2,second,20\n", "Catalog/register/register.csv")
      try portal.publish().wanted(0, "publish")
      return (portal, try RunningDoorsill(portal, gateway: false))
    }

    private func files(of dataset: String, in portal: ScratchPortal) throws -> String {
      try Subprocess.run(
        "find",
        [
          portal.outside, "-type", "f", "(", "-path", "*data/\(dataset)/*", "-o", "-name", "\(dataset).*",
          ")",
        ]
      ).text
    }

    private let paths = [
      "/data/register/rows.csv", "/data/register/rows.parquet", "/data/register/datapackage.json",
      "/api/v1/datasets/register/rows",
    ]

    @Test func `is gone at once where it is restricted, and rolling back does not bring it`() throws {
      let (portal, server) = try open()
      defer { server.stop() }
      for path in paths { #expect(try server.curl(path).status == 200, "\(path)") }
      let kept = try #require(try portal.currentRelease())
      let cached = try server.curl("/data/register/rows.csv").headers["cache-control"] ?? ""
      #expect(cached.contains("max-age=300"), "caches hold it for minutes only: \(cached)")
      try portal.write(Self.restricted, "Catalog/register/dataset.json5")
      try portal.publish().wanted(0, "publish restricted")
      for path in paths { #expect([404, 410].contains(try server.curl(path).status), "\(path)") }
      #expect(try server.curl("/api/v1/datasets/register").json["openness"] as? String == "conditional")
      #expect(try files(of: "register", in: portal) == "", "its files left every kept release")
      try portal.must("release", "verify", String(kept))
      let shown = try portal.must("release", "show", String(kept), "--json")
      #expect(shown.contains("\"holes\"") && !shown.contains("\"holes\": 0"), "\(shown)")
      let back = try portal.signed(by: "wang-wei", "release", "rollback", String(kept), "--reason", "try")
      #expect(back.status == 0, "\(back.said)")
      for path in paths { #expect([404, 410].contains(try server.curl(path).status), "\(path)") }
      #expect(try files(of: "register", in: portal) == "")
    }

    @Test func `is gone at once where it is withdrawn, with a page that says so, and stays out`() throws {
      let (portal, server) = try open()
      defer { server.stop() }
      let kept = try #require(try portal.currentRelease())
      // A catalogue that cannot be read does not stand in the way.
      let descriptor = try portal.text("Catalog/register/dataset.json5")
      try portal.write("{ nonsense", "Catalog/register/dataset.json5")
      func withdraw() throws -> Subprocess {
        try portal.signed(by: "wang-wei", "withdraw", "register", "--reason", "It <names> people", "--yes")
      }
      try withdraw().wanted(0, "withdraw")
      for path in paths { #expect([404, 410].contains(try server.curl(path).status), "\(path) at once") }
      try portal.write(descriptor, "Catalog/register/dataset.json5")
      try portal.approve("register").wanted(0, "approve")
      try withdraw().wanted(0, "withdraw for good")
      func expectGone(_ when: String) throws {
        for path in paths { #expect([404, 410].contains(try server.curl(path).status), "\(path) \(when)") }
        for (path, words) in [("/datasets/register/", "已撤回"), ("/en/datasets/register/", "withdrawn")] {
          let page = try server.curl(path, ["-H", "Accept: text/html"])
          #expect(page.status == 410 && page.text.contains(words), "\(path) \(when): \(page.said)")
          #expect(page.text.contains("It &lt;names&gt; people") && !page.text.contains("{{"))
          #expect(page.headers["cache-control"] == "no-store")
        }
        #expect(try server.curl("/data/register/rows.csv").code == "withdrawn")
        #expect(try files(of: "register", in: portal) == "", "\(when)")
        #expect(try server.curl("/api/v1/search?q=register").json["total"] as? Int == 0)
      }
      try expectGone("after withdrawing")
      try portal.must("release", "verify", String(kept))
      try portal.publish().wanted(0, "publish without it")
      try expectGone("after the next publication")
      try portal.must("release", "verify")
      let stone = try portal.text(".doorsill/outside/current/site/en/datasets/register/index.html")
      #expect(stone.contains("It &lt;names&gt; people"), "the static page says so too")
      try portal.signed(by: "wang-wei", "release", "rollback", String(kept), "--reason", "try").wanted(
        0, "rollback")
      try expectGone("after rolling back")
      let again = try portal.signed(by: "wang-wei", "withdraw", "register", "--reason", "again", "--yes")
      #expect(again.status == 1 && again.errorText.contains("before"), "\(again.said)")
    }
  }

  /// The verbs around releases that are kept.
  @Suite struct `A kept release` {
    private let path = ".doorsill/outside/current/site/data/bike-counts/counts.csv"

    /// Two releases, of which the second has another count.
    private func twice() throws -> ScratchPortal {
      let portal = try World.here().plain.copied()
      let counts = try portal.text("Catalog/bike-counts/bike-counts.csv")
      try portal.write(counts.replacing(",987", with: ",111"), "Catalog/bike-counts/bike-counts.csv")
      try portal.publish().wanted(0, "publish")
      return portal
    }

    @Test func `is shown and compared`() throws {
      let portal = try twice()
      let shown = try portal.must("release", "show", "1")
      #expect(shown.contains("bike-counts") && shown.contains("unconditional"), "\(shown)")
      let difference = try portal.must("release", "diff", "1", "2")
      #expect(difference.contains("~ site/data/bike-counts/counts.csv"), "\(difference)")
      #expect(!difference.contains("site/data/stations/stations.csv"), "\(difference)")
      #expect(try portal.must("release", "diff", "2", "2") == "")
      for words in [["show", "9"], ["diff", "1", "9"], ["show", "one"]] {
        let wrong = try Doorsill.run(["release"] + words + ["--portal", portal.path], home: portal.home)
        #expect(wrong.status != 0 && !wrong.errorText.isEmpty, "\(words)")
      }
    }

    @Test func `comes back as a new release, until the next publication takes the sources again`() throws {
      let portal = try twice()
      let rehearsed = try portal.run("release", "rollback", "1", "--reason", "wrong", "--dry-run")
      #expect(rehearsed.status == 0, "\(rehearsed.said)")
      #expect(try portal.currentRelease() == 2)
      let back = try portal.signed(by: "wang-wei", "release", "rollback", "1", "--reason", "A wrong count")
      #expect(back.status == 0, "\(back.said)")
      #expect(try portal.currentRelease() == 3)
      #expect(try portal.text(path).contains(",987"))
      try portal.must("release", "verify")
      let entry = try #require(
        try portal.entries(of: "decisions").last { $0["event"] as? String == "rollback" })
      #expect(entry["to"] as? Int == 1 && entry["by"] as? String == "wang-wei")
      #expect(entry["reason"] as? String == "A wrong count")
      try portal.publish().wanted(0, "publish")
      #expect(try portal.text(path).contains(",111"))
      let served = try portal.signed(by: "wang-wei", "release", "rollback", "4", "--reason", "x")
      #expect(served.status == 2 && served.errorText.contains("release 4"), "\(served.said)")
      #expect(try portal.run("release", "rollback", "1", "--reason", "x").status == 2, "nobody is named")
      #expect(try portal.run("release", "rollback", "1").status == 2, "a reason is asked for")
    }

    @Test func `is judged by today's gate when it comes back`() throws {
      let portal = try World.here().plain.copied()
      try portal.write(Descriptors.register(level: "L1"), "Catalog/register/dataset.json5")
      try portal.write("number,remark,amount\n1,first,10\n", "Catalog/register/register.csv")
      try portal.publish().wanted(0, "publish")
      // Today's descriptor asks for more than the earlier table holds.
      try portal.write(
        Descriptors.register(level: "L1").replacing("minimum: 0, maximum", with: "minimum: 15, maximum"),
        "Catalog/register/dataset.json5")
      try portal.write("number,remark,amount\n1,first,16\n", "Catalog/register/register.csv")
      try portal.publish().wanted(0, "publish")
      let back = try portal.signed(by: "wang-wei", "release", "rollback", "2", "--reason", "x")
      #expect(back.status == 1 && back.errorText.contains("amount"), "\(back.said)")
      #expect(try portal.currentRelease() == 3)
    }

    @Test func `is carried over a gap as one file, and served there when it is whole`() throws {
      let portal = try twice()
      let archive = portal.folder.path + "/release-2.tar"
      try portal.must("release", "export", "--out", archive)
      #expect(try portal.run("release", "export", "--out", archive).status == 2, "nothing is overwritten")
      let other = portal.folder.path + "/other"
      let without = try Doorsill.run(["release", "import", archive, "--state", other])
      #expect(without.status != 0 && without.errorText.contains("release.pub"), "\(without.said)")
      try portal.folder.write(
        try portal.read(".doorsill/outside/keys/release.pub"), to: "other/keys/release.pub")
      let changed = portal.folder.path + "/changed.tar"
      try Subprocess.run("cp", [archive, changed]).wanted(0, "cp")
      try Subprocess.run(
        "bash",
        ["-c", "printf X | dd of=\(changed) bs=1 seek=$(($(stat -c %s \(changed)) / 2)) conv=notrunc"]
      ).wanted(0, "dd")
      #expect(try Doorsill.run(["release", "import", changed, "--state", other]).status == 1)
      #expect(!FileManager.default.fileExists(atPath: other + "/current"))
      try Doorsill.run(["release", "import", archive, "--state", other]).wanted(0, "import")
      try Doorsill.run(["release", "verify", "--state", other]).wanted(0, "verify")
      let there = try portal.folder.read("other/current/site/data/bike-counts/counts.csv")
      #expect(try portal.read(path) == there)
      let again = try Doorsill.run(["release", "import", archive, "--state", other])
      #expect(again.status != 0 && again.errorText.contains("newer"), "\(again.said)")
    }
  }
}
