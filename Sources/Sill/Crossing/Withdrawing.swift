package import Bytes
import Releases
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
      let disk = Disk(hook: step)
      var list = try read(outside: outside, key: key.publicKey)
      for (dataset, reason) in datasets {
        try list.append(.init(dataset, through: through, time: time, reason: reason), key: key)
      }
      try disk.replace(Files.join(outside, Layout.withdrawn), list.encoded())
      try finish(outside: outside, key: key.publicKey, disk: disk)
      try Housekeeping.removeUnusedParts(outside: outside, disk: disk)
    }
  }

  static func read(outside: String, key: VerifyingKey) throws -> Withdrawals {
    let path = Files.join(outside, Layout.withdrawn)
    guard Files.exists(path) else { return Withdrawals() }
    return try Withdrawals(parsing: Files.read(path), key: key)
  }

  /// Removes the parts of withdrawn datasets from every kept release. Files go first, then the manifest gets its holes:
  /// cut in between, the manifest still says what is to be removed.
  static func finish(outside: String, key: VerifyingKey, disk: Disk) throws {
    let list = try read(outside: outside, key: key)
    guard !list.entries.isEmpty else { return }
    for number in try ReleaseStore.numbers(in: outside) {
      let folder = Files.join(outside, Layout.release(number))
      let path = Files.join(folder, Layout.manifest)
      var manifest = try Manifest(parsing: Files.read(path, limit: Manifest.sizeLimit))
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
