import Bytes
import Glibc
import Releases
import Support
import Testing
import Trust

@testable import Crossing
@testable import Policies

@Suite struct `The release writer` {
  @Test func `gives its lock back, though a child that is being started has a copy of it`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/" + Layout.writerLock
    var lock: WriterLock? = try WriterLock(outside: folder.path)
    let open = try Files.list("/proc/self/fd").compactMap { Int32($0) }.first { number in
      (try? Files.symlinkTarget("/proc/self/fd/\(number)")) == path
    }
    let copy = dup(try #require(open))
    defer { close(copy) }
    #expect(throws: (any Error).self) { try WriterLock(outside: folder.path) }
    withExtendedLifetime(lock) {}
    lock = nil
    #expect(throws: Never.self) { try WriterLock(outside: folder.path) }
  }

  @Test func `publishes a release that a server opens and finds whole`() throws {
    let outside = try Outside()
    let number = try outside.publish("one")
    let release = try outside.current()
    #expect(release.number == number)
    try release.verifyParts()
    #expect(release.part("site/index.html.gz") != nil)
    #expect(
      try Gzip.decompress(release.bytes(of: "site/index.html.gz")) == release.bytes(of: "site/index.html"))
    #expect(try release.datasets() == ["airports"])
    let page = try release.rows("airports", resource: nil, items: [], milliseconds: 1000)
    #expect(
      String(decoding: page.bytes, as: UTF8.self)
        == #"[{"code":"PEK","name":"北京"},{"code":"SHA","name":"上海"}]"#)
  }

  @Test func `stores what did not change once`() throws {
    let outside = try Outside()
    try outside.publish("one")
    try outside.publish("two")
    let first = Files.join(outside.path, "releases/1/site/data/airports/airports.csv")
    let second = Files.join(outside.path, "releases/2/site/data/airports/airports.csv")
    #expect(links(second) == 3)
    #expect(try Files.read(first) == Files.read(second))
    #expect(links(Files.join(outside.path, "releases/2/site/index.html")) == 2)
  }

  @Test func `refuses open files and rows without the clearance for them`() throws {
    let outside = try Outside()
    let writer = try outside.writer()
    let entry = outside.clearance("airports", .entry)
    let other = outside.clearance("income", .rows)
    for (path, clearance) in [
      ("data/airports/airports.csv", entry), ("data/airports/airports.csv", other),
      ("data/airports/airports.csv", outside.portal), ("en/data/airports/a.csv", entry),
      ("data/airports.csv", other),
      ("datasets/airports/index.html", other), ("datasets/airports/index.html", outside.portal),
      ("datasets/page/2/index.html", outside.portal), ("results/airports/income/index.html", entry),
      ("en/results/airports/income/index.html", outside.portal),
    ] {
      #expect(throws: CrossingError(.clearance, path, "")) { try writer.file(path, [1], clearance) }
    }
    let path = try outside.folder.file("x")
    try Files.write([1], to: path)
    #expect(throws: CrossingError(.clearance, "rows/airports.a.sqlite", "")) {
      try writer.rows("airports", "a", from: path, entry)
    }
    #expect(throws: CrossingError(.clearance, "income", "")) {
      try writer.catalogue([outside.entry("income")], [entry])
    }
    #expect(throws: CrossingError(.clearance, "x.html", "")) { try writer.shell("x.html", [1], entry) }
  }

  @Test func `refuses a mixture of policies`() throws {
    let outside = try Outside()
    let writer = try outside.writer()
    try writer.file("index.html", [1], outside.portal)
    #expect(throws: CrossingError(.clearance, "about.html", "")) {
      try writer.file("about.html", [1], outside.clearance("", .portal, policy: "other"))
    }
  }

  @Test(arguments: ["../escape", "a//b", "a/./b", "", "a/../../b", "a\u{0}b"])
  func `refuses paths that leave the release`(path: String) throws {
    let outside = try Outside()
    let writer = try outside.writer()
    #expect(throws: CrossingError.self) { try writer.file(path, [1], outside.portal) }
  }

  @Test func `seals nothing that was not scanned, and nothing without settings`() throws {
    let outside = try Outside()
    let writer = try outside.writer()
    #expect(throws: CrossingError(.order, "seal", "")) { try writer.seal(decisions: nil, catalogueHash: "") }
    try outside.fill(writer, marker: "one")
    #expect(throws: CrossingError(.order, "seal", "")) { try writer.seal(decisions: nil, catalogueHash: "") }
    try writer.leakScan(outside.noSecrets())
    try writer.file("late.html", [1], outside.portal)
    #expect(throws: CrossingError(.order, "seal", "")) { try writer.seal(decisions: nil, catalogueHash: "") }
    #expect(throws: CrossingError(.order, "flip", "")) { try writer.flip() }
  }

  @Test func `lets only one writer in`() throws {
    let outside = try Outside()
    let writer = try outside.writer()
    #expect(throws: CrossingError.self) { try outside.writer() }
    try writer.abandon()
  }

  @Test func `takes parts over from an earlier release under today's clearance`() throws {
    let outside = try Outside()
    try outside.publish("one")
    let old = try outside.current()
    let writer = try outside.writer()
    let csv = "site/data/airports/airports.csv"
    #expect(throws: CrossingError(.clearance, "data/airports/airports.csv", "")) {
      try writer.carry(csv, from: old, outside.clearance("airports", .entry))
    }
    try writer.carry(csv, from: old, outside.clearance("airports", .rows))
    #expect(throws: CrossingError(.clearance, "settings.json", "")) {
      try writer.carry("settings.json", from: old, outside.portal)
    }
  }
}

struct Killed: Error {}

@Suite struct `A writer that is killed` {
  /// Every step of a publication, by counting them once.
  private static func steps(_ outside: Outside) throws -> [String] {
    var steps: [String] = []
    try outside.publish("two") { steps.append($0) }
    return steps
  }

  @Test func `leaves the old release or the new one, whole, at every step, and the next run cleans up`()
    throws
  {
    let count: Int
    do {
      let outside = try Outside()
      try outside.publish("one")
      count = try Self.steps(outside).count
    }
    #expect(count > 30)
    let outside = try Outside()
    try outside.publish("one")
    for kill in 0..<count {
      let before = try outside.current().number
      var done = 0
      #expect(throws: Killed.self) {
        try outside.publish("k\(kill)") { _ in
          done += 1
          if done > kill { throw Killed() }
        }
      }
      let release = try outside.current()
      try release.verifyParts()
      #expect(release.number == before || kill > count - 3, "step \(kill) of \(count)")
      // The next writer starts from order, its keys too; what the server is writing there is left to it.
      try Files.makeDirectory(outside.path + "/keys")
      let (own, its) = (outside.path + "/keys/.release.pub.9-1.tmp", outside.path + "/keys/.receipt.9-1.tmp")
      for path in [own, its] { try Files.write([1], to: path) }
      try Housekeeping.cleanUp(outside: outside.path, key: outside.key.publicKey)
      let left = try Files.list(Files.join(outside.path, "releases")).filter { $0.hasPrefix(".") }
      #expect(Set(left).isSubset(of: [".last", ".lock"]))
      #expect(!Files.exists(own) && Files.exists(its))
      for part in try Files.list(Files.join(outside.path, "releases/parts")) {
        #expect(links(Files.join(outside.path, "releases/parts/\(part)")) > 1)
      }
      #expect(try ReleaseStore.numbers(in: outside.path).last == outside.current().number)
    }
    // And publishes as if nothing had been.
    let number = try outside.publish("last")
    #expect(try outside.current().number == number)
    try outside.current().verifyParts()
  }

  @Test func `never gives a number to two different releases`() throws {
    let outside = try Outside()
    try outside.publish("one")
    for step in ["point", "remove"] {
      #expect(throws: Killed.self) {
        try outside.publish("cut") { what in
          if what.hasPrefix(step), what.hasSuffix("current") || what.hasSuffix(".flipping") { throw Killed() }
        }
      }
    }
    let numbers = try ReleaseStore.numbers(in: outside.path)
    #expect(try outside.publish("two") > numbers.last ?? 0)
    // Nor where it can no longer be read which was the last.
    try Files.write(Array("two\n".utf8), to: Files.join(outside.path, Layout.lastNumber))
    #expect(throws: CrossingError(.altered, Layout.lastNumber, "")) { try outside.publish("three") }
  }
}
