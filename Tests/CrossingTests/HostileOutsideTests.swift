import Bytes
import Glibc
import Releases
import Support
import System
import Testing
import Trust

@testable import Crossing

/// The outside folder is where the server writes too. One that was taken over may put a link anywhere in it, at any
/// moment; what an inside verb then does may fail, but nothing behind the link is read into a release, changed or removed.
@Suite struct `A server that was taken over` {
  /// What lies beside the outside folder: things named like those that housekeeping removes.
  private struct Treasure {
    let path: String
    private static let hash = String(repeating: "0a", count: 32)
    private static let names = [
      hash, "1/MANIFEST.json", "1/site/index.html", ".building-9/tree/x", ".flipping", ".last", ".lock",
      ".x.1-2.tmp",
      ".release.pub.1-2.tmp", "release.pub", "verify", "parts/\(hash)", "data/airports/airports.csv",
      "site/data/airports/airports.csv", "airports.airports.sqlite", "MANIFEST.json",
    ]

    init(_ folder: TemporaryFolder) throws {
      path = folder.path + "/treasure"
      for name in Self.names { try folder.write("gold of \(name)", to: "treasure/\(name)") }
    }

    var isWhole: Bool {
      let below = try? Self.below(path)
      return below == Self.names.sorted()
        && Self.names.allSatisfy { (try? Files.read("\(path)/\($0)")) == Array("gold of \($0)".utf8) }
    }

    private static func below(_ path: String) throws -> [String] {
      try Files.list(path).flatMap { name in
        Files.isDirectory("\(path)/\(name)") ? try below("\(path)/\(name)").map { "\(name)/\($0)" } : [name]
      }.sorted()
    }
  }

  enum Act: CaseIterable { case publish, cleanUp, prune, withdraw, adopt }

  private func perform(
    _ act: Act, _ outside: Outside, archive: String, step: ((String) throws -> Void)? = nil
  ) throws {
    switch act {
    case .publish: try outside.publish("three", step: step)
    case .cleanUp: try Housekeeping.cleanUp(outside: outside.path, key: outside.key.publicKey)
    case .prune: _ = try Housekeeping.prune(outside: outside.path, keeping: 1, key: outside.key.publicKey)
    case .withdraw:
      try Withdrawing.withdraw(
        "airports", outside: outside.path, through: nil, reason: "r", time: Outside.time, key: outside.key,
        step: step)
    case .adopt:
      _ = try ReleaseArchive.adopt(archive, outside: outside.path, key: outside.key.publicKey, step: step)
    }
  }

  /// An outside folder with two releases, and an archive of the second that a third could come from.
  private func made() throws -> (outside: Outside, treasure: Treasure, archive: String) {
    let outside = try Outside()
    try outside.publish("one")
    try outside.publish("two")
    let archive = try outside.folder.file("two.tar")
    _ = try ReleaseArchive.export(
      outside.current(), outside: Folder(outside.path), to: archive, key: outside.key.publicKey)
    return (outside, try Treasure(outside.folder), archive)
  }

  @Test(
    arguments: [
      "releases", "releases/parts", "releases/1", "releases/2", "releases/1/site", "releases/2/site",
      "releases/2/site/data", "releases/2/rows", "releases/.building-3", "releases/.building-9", "keys",
      "releases/1/MANIFEST.json", "releases/.last", "releases/.flipping", "releases/.lock", "current",
    ], Act.allCases)
  func `loses what it can reach by a link, and nothing behind it`(_ place: String, _ act: Act) throws {
    let (outside, treasure, archive) = try made()
    let path = Files.join(outside.path, place)
    if act == .adopt {
      // Release 2 comes again: only the first is here.
      guard !place.hasPrefix("releases/2/") else { return }
      try Files.remove(Files.join(outside.path, "releases/2"))
      try Files.remove(Files.join(outside.path, "releases/.last"))
    }
    try Files.remove(path)
    let isFile = ["MANIFEST.json", ".last", ".flipping", ".lock"].contains(Files.name(of: place))
    #expect(symlink(treasure.path + (isFile ? "/1/MANIFEST.json" : ""), path) == 0)
    try? perform(act, outside, archive: archive)
    #expect(treasure.isWhole)
  }

  @Test(
    arguments: ["releases/parts", "releases/.building-3", "releases/1", "releases"], [Act.publish, .withdraw])
  func `gains nothing by swapping a folder at any moment`(_ place: String, _ act: Act) throws {
    let (whole, _, archive) = try made()
    var steps = 0
    try perform(act, whole, archive: archive) { _ in steps += 1 }
    #expect(steps > 5)
    for moment in stride(from: 0, to: steps, by: 3) {
      let (outside, treasure, archive) = try made()
      let path = Files.join(outside.path, place)
      var now = 0
      try? perform(act, outside, archive: archive) { _ in
        defer { now += 1 }
        guard now == moment else { return }
        rename(path, path + "-away")
        symlink(treasure.path, path)
      }
      #expect(treasure.isWhole, "step \(moment)")
    }
  }

  @Test(arguments: ["9223372036854775807", "007", "4503599627370497", "3"])
  func `names no release by a file, and none that has no next`(_ name: String) throws {
    let (outside, _, _) = try made()
    try Files.write([], to: Files.join(outside.path, "releases/\(name)"))
    // It may stand in the way; it never stops the program, nor leaves a gap in the numbers.
    _ = try? outside.publish("three")
    #expect([2, 3].contains(try outside.current().number))
  }

  @Test func `makes nobody serve what the link current points at elsewhere`() throws {
    let (outside, _, _) = try made()
    let link = Files.join(outside.path, "current")
    for target in ["../treasure", "releases/../../treasure", "/etc", "releases/02x", "releases"] {
      try Files.replaceSymlink(at: link, target: target)
      #expect(throws: ReleaseError.self) { try outside.current() }
    }
  }
}
