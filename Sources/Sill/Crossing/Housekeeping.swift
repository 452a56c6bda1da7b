import Bytes
import Releases
import System
package import Trust

/// Order in the outside folder: what an interrupted writer left, old releases, parts that no release uses.
package enum Housekeeping {
  /// Names the release that is being given its place.
  static let flipping = "releases/.flipping"

  /// Removes what an interrupted publish, import or withdrawal left behind, and finishes withdrawals. Takes the
  /// writer's lock.
  package static func cleanUp(outside: String, key: VerifyingKey) throws {
    let lock = try WriterLock(outside: outside)
    try withExtendedLifetime(lock) { try cleanUp(Disk(outside: lock.outside), key: key) }
  }

  static func cleanUp(_ disk: Disk, key: VerifyingKey) throws {
    let outside = disk.outside
    for name in try outside.list(Layout.releases)
    where name.hasPrefix(Layout.buildingPrefix) || isTemporary(name) {
      try clear(Files.join(Layout.releases, name), disk)
    }
    for name in try outside.list() where isTemporary(name) { try clear(name, disk) }
    // Of the keys only those that publishing brings out: the server may be writing its own.
    for key in [Layout.releaseKey, Layout.verifyKey] {
      let folder = Files.parent(of: key)
      guard try outside.exists(folder) else { continue }
      for name in try outside.list(folder)
      where name.hasPrefix(".\(Files.name(of: key)).") && isTemporary(name) {
        try clear(Files.join(folder, name), disk)
      }
    }
    try settleFlip(disk)
    try Withdrawing.finish(disk, key: key)
    try removeUnusedParts(disk)
  }

  /// Removes what is of no use to anybody. What cannot be removed is in nobody's way: whoever serves may have laid it there.
  private static func clear(_ path: String, _ disk: Disk) throws {
    do { try disk.remove(path) } catch is FilesError {}
  }

  /// Left by an atomic write that was cut: `.name.<process>-<number>.tmp`.
  private static func isTemporary(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(".tmp") }

  /// A release that has its place but never had its turn is removed.
  private static func settleFlip(_ disk: Disk) throws {
    guard try disk.outside.exists(flipping) else { return }
    if let number = readNumber(flipping, disk.outside) {
      let current = try ReleaseStore.pointed(in: disk.outside)
      if let current, current != number {
        try disk.remove(Layout.release(number))
      } else if current == nil, try disk.outside.isFile("\(Layout.release(number))/\(Layout.manifest)") {
        // The very first release: it is whole, only the link is missing.
        try disk.replaceSymlink(Layout.current, target: Layout.release(number))
      }
    }
    try disk.remove(flipping)
  }

  /// Parts that stand in no release any more have one name only. What is no part of ours is left alone.
  static func removeUnusedParts(_ disk: Disk) throws {
    for name in try disk.outside.list(Layout.parts) where isPart(name) {
      let path = Files.join(Layout.parts, name)
      if let status = try disk.outside.status(path), status.kind == .file, status.links == 1 {
        try disk.remove(path)
      }
    }
  }

  /// A SHA-256 in hex.
  private static func isPart(_ name: String) -> Bool {
    name.utf8.count == 64
      && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// Removes the oldest releases until so many are left; the current one always stays. Returns the numbers removed.
  @discardableResult
  package static func prune(outside: String, keeping count: Int, key: VerifyingKey) throws -> [Int] {
    let lock = try WriterLock(outside: outside)
    return try withExtendedLifetime(lock) {
      let disk = Disk(outside: lock.outside)
      try cleanUp(disk, key: key)
      let current = try ReleaseStore(folder: outside, key: key).current().number
      let numbers = try ReleaseStore.numbers(in: lock.outside)
      let gone = numbers.dropLast(max(1, count)).filter { $0 != current }
      for number in gone { try disk.remove(Layout.release(number)) }
      try removeUnusedParts(disk)
      return gone
    }
  }

  /// One more than any number there is or was.
  static func nextNumber(_ outside: Folder) throws -> Int {
    var last = 0
    if try outside.exists(Layout.lastNumber) {
      guard let number = readNumber(Layout.lastNumber, outside) else {
        throw CrossingError(
          .altered, Layout.lastNumber,
          "\(outside.full(Layout.lastNumber)) holds no number: a number of a release could be used twice",
          hint: "write the highest number that a release ever had into it, or restore it from a backup")
      }
      last = number
    }
    return max(last, try ReleaseStore.numbers(in: outside).last ?? 0) + 1
  }

  private static func readNumber(_ name: String, _ outside: Folder) -> Int? {
    guard let bytes = try? outside.read(name, limit: 64), let text = stringValidating(bytes),
      let number = Int(text.prefix { $0 != "\n" }), (0..<1 << 52).contains(number)
    else { return nil }
    return number
  }
}
