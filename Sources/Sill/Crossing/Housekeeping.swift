import Bytes
import Releases
package import Trust

/// Order in the outside folder: what an interrupted writer left, old releases, parts that no release uses.
package enum Housekeeping {
  /// Names the release that is being given its place.
  static let flipping = "releases/.flipping"

  /// Removes what an interrupted publish, import or withdrawal left behind, and finishes withdrawals. Takes the
  /// writer's lock.
  package static func cleanUp(outside: String, key: VerifyingKey) throws {
    let lock = try WriterLock(outside: outside)
    try withExtendedLifetime(lock) { try cleanUp(outside: outside, key: key, disk: Disk()) }
  }

  static func cleanUp(outside: String, key: VerifyingKey, disk: Disk) throws {
    let releases = Files.join(outside, Layout.releases)
    for name in try Files.list(releases) where name.hasPrefix(Layout.buildingPrefix) || isTemporary(name) {
      try disk.remove(Files.join(releases, name))
    }
    for name in try Files.list(outside) where isTemporary(name) { try disk.remove(Files.join(outside, name)) }
    // Of the keys only those that publishing brings out: the server may be writing its own.
    for key in [Layout.releaseKey, Layout.verifyKey] {
      let folder = Files.join(outside, Files.parent(of: key))
      guard Files.exists(folder) else { continue }
      for name in try Files.list(folder) where name.hasPrefix(".\(Files.name(of: key)).") && isTemporary(name)
      {
        try disk.remove(Files.join(folder, name))
      }
    }
    try settleFlip(outside: outside, disk: disk)
    try Withdrawing.finish(outside: outside, key: key, disk: disk)
    try removeUnusedParts(outside: outside, disk: disk)
  }

  /// Left by an atomic write that was cut: `.name.<process>-<number>.tmp`.
  private static func isTemporary(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(".tmp") }

  /// A release that has its place but never had its turn is removed.
  private static func settleFlip(outside: String, disk: Disk) throws {
    let mark = Files.join(outside, flipping)
    guard Files.exists(mark) else { return }
    if let number = readNumber(mark) {
      let link = Files.join(outside, Layout.current)
      let current = Files.isSymlink(link) ? try Files.symlinkTarget(link) : nil
      if let current, current != Layout.release(number) {
        try disk.remove(Files.join(outside, Layout.release(number)))
      } else if current == nil,
        Files.isFile(Files.join(outside, "\(Layout.release(number))/\(Layout.manifest)"))
      {
        // The very first release: it is whole, only the link is missing.
        try disk.replaceSymlink(Files.join(outside, Layout.current), target: Layout.release(number))
      }
    }
    try disk.remove(mark)
  }

  /// Parts that stand in no release any more have one name only.
  static func removeUnusedParts(outside: String, disk: Disk) throws {
    let store = Files.join(outside, Layout.parts)
    for name in try Files.list(store) {
      let path = Files.join(store, name)
      if Disk.linkCount(path) == 1 { try disk.remove(path) }
    }
  }

  /// Removes the oldest releases until so many are left; the current one always stays. Returns the numbers removed.
  @discardableResult
  package static func prune(outside: String, keeping count: Int, key: VerifyingKey) throws -> [Int] {
    let lock = try WriterLock(outside: outside)
    return try withExtendedLifetime(lock) {
      let disk = Disk()
      try cleanUp(outside: outside, key: key, disk: disk)
      let current = try ReleaseStore(folder: outside, key: key).current().number
      let numbers = try ReleaseStore.numbers(in: outside)
      let gone = numbers.dropLast(max(1, count)).filter { $0 != current }
      for number in gone { try disk.remove(Files.join(outside, Layout.release(number))) }
      try removeUnusedParts(outside: outside, disk: disk)
      return gone
    }
  }

  /// One more than any number there is or was.
  static func nextNumber(outside: String) throws -> Int {
    let path = Files.join(outside, Layout.lastNumber)
    var last = 0
    if Files.exists(path) {
      guard let number = readNumber(path) else {
        throw CrossingError(
          .altered, Layout.lastNumber, "\(path) holds no number: a number of a release could be used twice",
          hint: "write the highest number that a release ever had into it, or restore it from a backup")
      }
      last = number
    }
    return max(last, try ReleaseStore.numbers(in: outside).last ?? 0) + 1
  }

  private static func readNumber(_ path: String) -> Int? {
    guard let bytes = try? Files.read(path, limit: 64), let text = stringValidating(bytes) else { return nil }
    return Int(text.prefix { $0 != "\n" })
  }
}
