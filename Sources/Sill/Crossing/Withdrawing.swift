package import Bytes
import Releases
import System
package import Trust

/// Takes a dataset out at once: the server refuses it from its next request on, and its parts leave every kept release
/// with a hole that can be verified.
package enum Withdrawing {
  /// `through`: the last release that must not serve it; nil for ever. Appending the signed line is what counts, and
  /// comes first; should the rest be interrupted, the next writer finishes it.
  package static func withdraw(
    _ dataset: String, outside: String, through: Int?, reason: Text, time: Timestamp, key: SigningKey,
    step: ((String) throws -> Void)? = nil
  ) throws {
    try withdraw([(dataset, reason)], outside: outside, through: through, time: time, key: key, step: step)
  }

  /// The same of several at once, each with its reason: the list is written once, and so is each release's manifest.
  package static func withdraw(
    _ datasets: [(name: String, reason: Text)], outside: String, through: Int?, time: Timestamp,
    key: SigningKey, step: ((String) throws -> Void)? = nil
  ) throws {
    let lock = try WriterLock(outside: outside)
    try withExtendedLifetime(lock) {
      let disk = Disk(outside: lock.outside, hook: step)
      var list = try read(lock.outside, key: key.publicKey)
      for (dataset, reason) in datasets {
        try list.append(.init(dataset, through: through, time: time, reason: reason), key: key)
      }
      try disk.replace(Layout.withdrawn, list.encoded())
      try finish(disk, key: key.publicKey)
      try Housekeeping.removeUnusedParts(disk)
    }
  }

  static func read(_ outside: Folder, key: VerifyingKey) throws -> Withdrawals {
    guard try outside.exists(Layout.withdrawn) else { return Withdrawals() }
    return try Withdrawals(parsing: outside.read(Layout.withdrawn, limit: 64 << 20), key: key)
  }

  /// Removes the parts of withdrawn datasets from every kept release. Files go first, then the manifest gets its holes:
  /// cut in between, the manifest still says what is to be removed.
  static func finish(_ disk: Disk, key: VerifyingKey) throws {
    let list = try read(disk.outside, key: key)
    guard !list.entries.isEmpty else { return }
    for number in try ReleaseStore.numbers(in: disk.outside) {
      let folder = Layout.release(number)
      let path = Files.join(folder, Layout.manifest)
      let bytes: [UInt8]
      do throws(FilesError) { bytes = try disk.outside.read(path, limit: Manifest.sizeLimit) } catch {
        throw error.isMissing
          ? ReleaseError.lost(path, Wording(error.message, error.message(in: "zh"))) : error
      }
      var manifest = try Manifest(parsing: bytes)
      var changed = false
      for dataset in list.datasets(inRelease: number) {
        for part in try manifest.punch(dataset: dataset) {
          try disk.remove(Files.join(folder, part.path))
          changed = true
        }
      }
      if changed { try disk.replace(path, manifest.encoded()) }
    }
  }
}
