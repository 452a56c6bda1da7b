import Bytes
import Releases
import Support
import System
import Testing
import Trust

@testable import Crossing
@testable import Policies

@Suite struct `An archive of a release` {
  /// A second outside folder that knows the first one's key.
  struct Far {
    let folder: TemporaryFolder
    let key: VerifyingKey

    init(_ near: Outside) throws {
      folder = try TemporaryFolder()
      key = near.key.publicKey
    }

    func adopt(_ path: String, step: ((String) throws -> Void)? = nil) throws -> Int {
      try ReleaseArchive.adopt(path, outside: folder.path, key: key, step: step)
    }

    func current() throws -> Release { try ReleaseStore(folder: folder.path, key: key).current() }
  }

  private func export(_ outside: Outside) throws -> String {
    let release = try outside.current()
    let path = try outside.folder.file("release-\(release.number).tar")
    try Files.remove(path)
    try ReleaseArchive.export(release, outside: Folder(outside.path), to: path, key: outside.key.publicKey)
    return path
  }

  @Test func `carries a release over a gap, byte for byte`() throws {
    let near = try Outside()
    try near.publish("one")
    let first = try export(near)
    let far = try Far(near)
    #expect(try far.adopt(first) == 1)
    try far.current().verifyParts()
    #expect(try far.current().manifest.encoded() == near.current().manifest.encoded())
    try near.publish("two")
    #expect(try far.adopt(export(near)) == 2)
    // What did not change is kept once here too.
    #expect(
      links(Files.join(far.folder.path, "releases/2/site/data/airports/airports.csv")) >= 2)
    // An old one does not come back.
    #expect(throws: CrossingError(.order, "release 1", "")) { try far.adopt(first) }
    #expect(try far.current().number == 2)
  }

  @Test func `can be listed by tar`() throws {
    let near = try Outside()
    try near.publish("one")
    let listed = try Subprocess.run("tar", ["tf", try export(near)])
    #expect(listed.status == 0)
    #expect(listed.text.hasPrefix("MANIFEST.json\nwithdrawn\nparts/"))
  }

  @Test func `is refused when a byte is changed, anything is missing, or another key signed it`() throws {
    let near = try Outside()
    try near.publish("one")
    let far = try Far(near)
    try near.publish("two")
    #expect(try far.adopt(export(near)) == 2)
    let other = try Outside()
    try other.publish("one")
    try other.publish("two")
    try other.publish("three")
    #expect(throws: ReleaseError.self) { try far.adopt(export(other)) }
    try near.publish("three")
    let third = try Files.read(try export(near))
    var random = SeededRandom(11)
    let bad = try near.folder.file("bad.tar")
    for round in 0..<60 {
      var bytes = third
      if round % 3 == 0 {
        bytes.removeLast(Int.random(in: 1025..<bytes.count, using: &random))
      } else {
        bytes[Int.random(in: 0..<bytes.count - 1024, using: &random)] ^= UInt8(1 << (round % 8))
      }
      try Files.write(bytes, to: bad)
      let error = #expect(throws: (any Error).self) { try far.adopt(bad) }
      #expect(error is CrossingError || error is ReleaseError, "\(error as Any)")
      #expect(try far.current().number == 2)
      try far.current().verifyParts()
    }
  }

  @Test(arguments: [
    "a part nobody named", "a part twice", "a byte behind the end", "a note in a header", "padding",
  ])
  func `is refused with anything in it that is not of the release`(_ what: String) throws {
    let near = try Outside()
    try near.publish("one")
    let path = try export(near)
    var bytes = try Files.read(path)
    let end = bytes.count - 2 * TapeHeader.block
    let modified = try near.current().manifest.created.secondsSince1970
    func member(_ name: String, _ content: [UInt8]) -> [UInt8] {
      TapeHeader(name: name, size: content.count).encoded(modified: modified) + content
        + [UInt8](repeating: 0, count: TapeHeader.padding(content.count))
    }
    switch what {
    case "a part nobody named":
      bytes.insert(contentsOf: member("parts/" + String(repeating: "0a", count: 32), [1, 2, 3]), at: end)
    case "a part twice":
      let part = try #require(try near.current().manifest.parts.first { $0.bytes < 4096 })
      let content = try near.current().bytes(of: part.path)
      bytes.insert(contentsOf: member("parts/" + part.sha256, content), at: end)
    case "a byte behind the end": bytes.append(1)
    case "a note in a header":
      // The group's name, under a checksum that is right.
      bytes.replaceSubrange(297..<301, with: "note".utf8)
      for place in 148..<156 { bytes[place] = 0x20 }
      let sum = String(bytes[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
      bytes.replaceSubrange(
        148..<156, with: (String(repeating: "0", count: 6 - sum.utf8.count) + sum).utf8 + [0, 0x20])
    default: bytes[TapeHeader.block + (try near.current().manifest.encoded().count)] = 1
    }
    let bad = try near.folder.file("bad.tar")
    try Files.write(bytes, to: bad)
    let far = try Far(near)
    #expect(throws: CrossingError(.altered, "archive", "")) { try far.adopt(bad) }
    #expect(throws: ReleaseError.self) { try far.current() }
    #expect(try far.adopt(path) == 1)
  }

  @Test func `leaves the old release serving when its adoption is cut anywhere`() throws {
    let near = try Outside()
    try near.publish("one")
    let far = try Far(near)
    _ = try far.adopt(export(near))
    try near.publish("two")
    let path = try export(near)
    var kill = 0
    while kill < 500 {
      var done = 0
      do {
        _ = try far.adopt(path) { _ in
          done += 1
          if done > kill { throw Killed() }
        }
        break
      } catch is Killed {}
      try far.current().verifyParts()
      if try far.current().number == 2 { break }
      kill += 1
    }
    #expect(kill > 20)
    try Housekeeping.cleanUp(outside: far.folder.path, key: far.key)
    #expect(try far.current().number == 2)
    try far.current().verifyParts()
  }

  @Test func `does not bring back what was withdrawn on either side`() throws {
    let near = try Outside()
    try near.publish("one")
    let before = try export(near)
    try Withdrawing.withdraw(
      "airports", outside: near.path, through: 1, reason: "wrong level", time: Outside.time, key: near.key)
    let after = try export(near)
    // The newer archive first carries the list, also for the release that came without.
    let far = try Far(near)
    #expect(try far.adopt(after) == 1)
    let release = try far.current()
    try release.verifyParts()
    #expect(release.part("site/data/airports/airports.csv") == nil)
    #expect(try ReleaseStore(folder: far.folder.path, key: far.key).isWithdrawn("airports"))
    let other = try Far(near)
    try Files.write(
      Files.read(Files.join(near.path, "withdrawn")), to: Files.join(other.folder.path, "withdrawn"))
    #expect(try other.adopt(before) == 1)
    #expect(try other.current().part("rows/airports.airports.sqlite") == nil)
    #expect(!Files.exists(Files.join(other.folder.path, "releases/1/rows/airports.airports.sqlite")))
  }
}

@Suite struct `A withdrawal` {
  @Test func `takes the parts out of every kept release and leaves holes that verify`() throws {
    let outside = try Outside()
    try outside.publish("one")
    try outside.publish("two")
    let store = try ReleaseStore(folder: outside.path, key: outside.key.publicKey)
    #expect(!store.isWithdrawn("airports"))
    try Withdrawing.withdraw(
      "airports", outside: outside.path, through: 2, reason: "holds names", time: Outside.time,
      key: outside.key)
    #expect(store.isWithdrawn("airports"))
    for number in [1, 2] {
      let release = try Release(
        "releases/\(number)", in: Folder(outside.path), key: outside.key.publicKey)
      try release.verifyParts()
      #expect(release.manifest.entries.count > release.manifest.parts.count)
      #expect(try !release.folder.exists("site/data/airports/airports.csv"))
    }
    // Its content is nowhere below the folder any more.
    for part in try Files.list(Files.join(outside.path, "releases/parts")) {
      #expect(
        !(try Files.read(Files.join(outside.path, "releases/parts/\(part)"))).starts(with: "code,name".utf8))
    }
    // A later release may hold it again, through the gate of its day.
    try outside.publish("three")
    #expect(!store.isWithdrawn("airports"))
    #expect(try outside.current().part("site/data/airports/airports.csv") != nil)
  }

  @Test func `is finished by the next writer when it is cut, and counts from its first line on`() throws {
    let outside = try Outside()
    try outside.publish("one")
    var kill = 0
    while true {
      var done = 0
      do {
        try Withdrawing.withdraw(
          "airports", outside: outside.path, through: nil, reason: "r", time: Outside.time, key: outside.key
        ) { _ in
          done += 1
          if done > kill { throw Killed() }
        }
        break
      } catch is Killed {}
      let store = try ReleaseStore(folder: outside.path, key: outside.key.publicKey)
      if kill > 0 { #expect(store.isWithdrawn("airports")) }
      try Housekeeping.cleanUp(outside: outside.path, key: outside.key.publicKey)
      try outside.current().verifyParts()
      if kill > 0 { #expect(try outside.current().part("site/data/airports/airports.csv") == nil) }
      kill += 1
    }
    #expect(kill > 1)
  }
}

@Suite struct `Old releases` {
  @Test func `are listed, compared and pruned, and their parts go with them`() throws {
    let outside = try Outside()
    for marker in ["one", "two", "three"] { try outside.publish(marker) }
    let store = try ReleaseStore(folder: outside.path, key: outside.key.publicKey)
    let list = try store.summaries()
    #expect(list.map(\.number) == [1, 2, 3])
    #expect(list.map(\.isCurrent) == [false, false, true])
    #expect(list[0].datasets == ["airports"])
    let difference = ManifestDifference(
      from: try store.release(1).manifest, to: try store.release(2).manifest)
    #expect(
      difference.changed.map(\.path) == [
        "site/datasets/airports/index.html", "site/index.html", "site/index.html.gz",
      ])
    #expect(difference.added.isEmpty && difference.removed.isEmpty)
    #expect(difference.datasets == ["airports"])
    let before = try Files.list(Files.join(outside.path, "releases/parts")).count
    #expect(try Housekeeping.prune(outside: outside.path, keeping: 1, key: outside.key.publicKey) == [1, 2])
    #expect(try Files.list(Files.join(outside.path, "releases/parts")).count == before - 6)
    try outside.current().verifyParts()
  }
}
