import Foundation
import Support
import Testing

extension `End to end` {
  /// `kill -9` at any moment of a publication.
  @Suite struct `A publication that is killed` {
    /// The table of bike-counts with another number in it each time.
    private static func table(_ count: Int) -> String {
      "point,day,bicycles\nNorth bridge,2026-03-02,\(count)\n"
    }

    private func served(_ server: RunningDoorsill) throws -> String {
      try server.curl("/data/bike-counts/counts.csv").text.filter { $0 != "\r" && $0 != "\r\n" && $0 != "\n" }
    }

    /// Nothing of an interrupted writer is left, and every part belongs to a release.
    private func expectTidy(_ portal: ScratchPortal) throws {
      let left = try Subprocess.run(
        "find", [".", "-name", ".building-*", "-o", "-name", "*.tmp", "-o", "-name", ".flipping"],
        folder: portal.outside)
      #expect(left.text.isEmpty, "\(left.text)")
      let lonely = try Subprocess.run(
        "find", ["releases/parts", "-type", "f", "-links", "1"], folder: portal.outside)
      #expect(lonely.text.isEmpty, "\(lonely.text)")
      #expect(try portal.run("release", "verify").status == 0)
      let log = try portal.run("ledger", "verify", "decisions")
      #expect(log.status == 0, "\(log.said)")
    }

    @Test func `leaves the old release or the new one, whole, and the next one cleans up`() throws {
      let world = try World.here()
      let portal = try world.plain.copied()
      let server = try RunningDoorsill(portal, gateway: false)
      defer { server.stop() }
      // How long one takes here, undisturbed.
      try portal.write(Self.table(1), "Catalog/bike-counts/bike-counts.csv")
      let start = Date.now
      try portal.publish().wanted(0, "publish")
      let whole = Date.now.timeIntervalSince(start)
      var good = 1
      let moments = 14
      for moment in 1...moments {
        let next = 1000 + moment
        try portal.write(Self.table(next), "Catalog/bike-counts/bike-counts.csv")
        let publishing = try Interactive(
          Doorsill.path, portal.publishWords(), environment: Doorsill.environment(home: portal.home))
        Thread.sleep(forTimeInterval: whole * Double(moment) / Double(moments))
        publishing.kill()
        publishing.end(within: 0)
        let release = try portal.run("release", "verify")
        #expect(release.status == 0, "at moment \(moment): \(release.said)")
        let current = try portal.text(".doorsill/outside/current/site/data/bike-counts/counts.csv")
        #expect(
          current.contains(",\(good)") || current.contains(",\(next)"), "at moment \(moment): \(current)")
        if current.contains(",\(next)") { good = next }
        let answer = try served(server)
        #expect(answer.hasPrefix("point,day,bicycles") && answer.contains("North bridge"), "\(answer)")
      }
      try portal.write(Self.table(2000), "Catalog/bike-counts/bike-counts.csv")
      let last = try portal.publish()
      #expect(last.status == 0, "\(last.said)")
      var text = ""
      for _ in 0..<40 where !text.contains(",2000") {
        text = try served(server)
        Thread.sleep(forTimeInterval: 0.1)
      }
      #expect(text.contains(",2000"))
      try expectTidy(portal)
    }

    @Test func `before there was any release leaves nothing that is served`() throws {
      let portal = try ScratchPortal.begin()
      let start = Date.now
      try portal.copied().publish().wanted(0, "publish")
      let whole = Date.now.timeIntervalSince(start)
      for moment in 1...5 {
        let publishing = try Interactive(
          Doorsill.path, portal.publishWords(), environment: Doorsill.environment(home: portal.home))
        Thread.sleep(forTimeInterval: whole * Double(moment) / 7)
        publishing.kill()
        publishing.end(within: 0)
        if try portal.currentRelease() != nil { #expect(try portal.run("release", "verify").status == 0) }
      }
      let done = try portal.publish()
      #expect(done.status == 0, "\(done.said)")
      try expectTidy(portal)
    }

    @Test(
      .enabled(if: Subprocess.find("strace") != nil, "strace is not installed: it kills at the exact call"),
      arguments: [
        "renameat2", "rename,renameat,renameat2", "fsync,fdatasync", "link,linkat", "symlink,symlinkat",
      ])
    func `at the exact call that moves, links or syncs`(calls: String) throws {
      let world = try World.here()
      let portal = try world.plain.copied()
      for time in [1, 2, 5, 20] {
        try portal.write(Self.table(100 + time), "Catalog/bike-counts/bike-counts.csv")
        let traced = try Subprocess.run(
          "strace",
          [
            "-f", "-o", "/dev/null", "-e", "trace=\(calls)", "-e", "inject=\(calls):signal=KILL:when=\(time)",
            Doorsill.path,
          ]
            + portal.publishWords(), environment: Doorsill.environment(home: portal.home), seconds: 300)
        // Some calls are not made so often; then it went through.
        #expect(traced.status != 1 && traced.status != 3, "\(traced.said)")
        let release = try portal.run("release", "verify")
        #expect(release.status == 0, "\(calls) \(time): \(release.said)")
      }
      try portal.write(Self.table(3000), "Catalog/bike-counts/bike-counts.csv")
      try portal.publish().wanted(0, "publish")
      #expect(try portal.text(".doorsill/outside/current/site/data/bike-counts/counts.csv").contains(",3000"))
      try expectTidy(portal)
    }

    @Test func `does not keep another from the lock, and two at once do not mix`() throws {
      let portal = try World.here().plain.copied()
      try portal.write(Self.table(7), "Catalog/bike-counts/bike-counts.csv")
      let first = try Interactive(
        Doorsill.path, portal.publishWords(), environment: Doorsill.environment(home: portal.home))
      var second = try portal.publish()
      #expect([0, 3].contains(second.status), "\(second.said)")
      #expect(first.end(within: 120) == 0 || second.status == 0, "one of the two goes through")
      second = try portal.publish()
      #expect(second.status == 0, "\(second.said)")
      try expectTidy(portal)
    }
  }
}
