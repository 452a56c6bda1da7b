import Bytes
import Glibc
import Synchronization
package import Trust

/// The outside folder as the server sees it: which release is current, which are kept, what is withdrawn. It looks
/// again on every call, so that a flip or a withdrawal counts from the next request on.
package final class ReleaseStore: Sendable {
  /// The outside folder.
  package let folder: String
  package let key: VerifyingKey
  /// Refuses a release that must not be served after the one before.
  private let judge: (@Sendable (Release) throws(ReleaseError) -> Void)?
  private let state = Mutex(State())
  private static let keptOpen = 4

  private struct State {
    var target: String?
    var current: Release?
    var failure: ReleaseError?
    var others: [Int: Release] = [:]
    var stamp: Stamp?
    var withdrawals = Withdrawals()
  }

  /// What changes when a file is replaced.
  private struct Stamp: Equatable {
    var device: UInt, node: UInt, size: Int, seconds: Int, nanoseconds: Int

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      device = UInt(status.st_dev)
      node = UInt(status.st_ino)
      size = Int(status.st_size)
      seconds = Int(status.st_mtim.tv_sec)
      nanoseconds = Int(status.st_mtim.tv_nsec)
    }
  }

  /// Opens the store; the key is read from `keys/release.pub` unless it is given. There need be no release yet. `judge`
  /// is asked about each release that `current` comes to point at.
  package init(
    folder: String, key: VerifyingKey? = nil,
    judge: (@Sendable (Release) throws(ReleaseError) -> Void)? = nil
  ) throws(ReleaseError) {
    self.folder = folder
    self.judge = judge
    if let key {
      self.key = key
      return
    }
    do {
      self.key = try VerifyingKey(pem: Files.read(Files.join(folder, Layout.releaseKey), limit: 65_536))
    } catch {
      throw ReleaseError(
        .missing, part: Layout.releaseKey, "the release key cannot be read: \(error)",
        hint: "bring the publisher's release.pub here; it crosses once, by its own step")
    }
  }

  /// The release to serve. When `current` has moved, the new one is opened and verified; should that fail, the old one
  /// goes on being served and `failure` says why.
  package func current() throws(ReleaseError) -> Release {
    let found = Result { () throws(ReleaseError) in try target() }
    return try state.withLock { (state) throws(ReleaseError) -> Release in
      do throws(ReleaseError) {
        let target = try found.get()
        if let release = state.current, state.target == target {
          state.failure = nil
          return release
        }
        let release = try Release(folder: Files.join(folder, target), key: key)
        try judge?(release)
        state.others.removeAll()
        state.current = release
        state.target = target
        state.failure = nil
        return release
      } catch {
        state.failure = error
        guard let release = state.current else { throw error }
        return release
      }
    }
  }

  /// The release that `current` points at; nil before the first.
  package func served() throws(ReleaseError) -> Release? {
    Files.isSymlink(Files.join(folder, Layout.current)) ? try current() : nil
  }

  /// Why what `current` points at is not being served, if so.
  package var failure: ReleaseError? { state.withLock { $0.failure } }

  /// `releases/<n>`: where the link points; where there is no link (a copy may have lost it), the newest release.
  private func target() throws(ReleaseError) -> String {
    let link = Files.join(folder, Layout.current)
    if Files.isSymlink(link) {
      do { return try Files.symlinkTarget(link) } catch {
        throw ReleaseError(.storage, part: Layout.current, error.message)
      }
    }
    guard let newest = try numbers().last else {
      throw ReleaseError(
        .missing, part: Layout.current, "there is no release in \(folder)", hint: "publish or import one")
    }
    return Layout.release(newest)
  }

  /// Numbers of the releases kept, ascending.
  package func numbers() throws(ReleaseError) -> [Int] { try ReleaseStore.numbers(in: folder) }

  /// The same for any outside folder; none where there is no folder of releases.
  package static func numbers(in folder: String) throws(ReleaseError) -> [Int] {
    let path = Files.join(folder, Layout.releases)
    guard Files.exists(path) else { return [] }
    let names: [String]
    do { names = try Files.list(path) } catch {
      throw ReleaseError(.storage, part: Layout.releases, error.message)
    }
    return names.compactMap { name in
      name.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(name) : nil
    }.filter { $0 > 0 }.sorted()
  }

  /// A kept release by its number.
  package func release(_ number: Int) throws(ReleaseError) -> Release {
    if let release = state.withLock({ $0.current?.number == number ? $0.current : $0.others[number] }) {
      return release
    }
    guard try numbers().contains(number) else {
      throw ReleaseError(.missing, part: Layout.release(number), "release \(number) is not kept here")
    }
    let release = try Release(folder: Files.join(folder, Layout.release(number)), key: key)
    guard release.number == number else {
      throw ReleaseError(
        .malformed, part: Layout.release(number), "release \(release.number) lies in the folder of \(number)")
    }
    state.withLock {
      if $0.others.count >= ReleaseStore.keptOpen { $0.others.removeAll() }
      $0.others[number] = release
    }
    return release
  }

  // MARK: Withdrawals

  /// The list as it stands now. A list that is not the one read before with lines added, or not signed, changes
  /// nothing: what was withdrawn stays so, and the error is thrown.
  package func withdrawals() throws(ReleaseError) -> Withdrawals {
    let path = Files.join(folder, Layout.withdrawn)
    let stamp = Stamp(path)
    return try state.withLock { (state) throws(ReleaseError) -> Withdrawals in
      if stamp == state.stamp { return state.withdrawals }
      var read = Withdrawals()
      if stamp != nil {
        let bytes: [UInt8]
        do { bytes = try Files.read(path, limit: 64 << 20) } catch {
          throw ReleaseError(.storage, part: Layout.withdrawn, "\(error)")
        }
        read = try Withdrawals(parsing: bytes, key: key)
      }
      guard read.extends(state.withdrawals) else {
        throw ReleaseError(
          .rolledBack, part: Layout.withdrawn, "withdrawn has lost lines that were there before")
      }
      state.withdrawals = read
      state.stamp = stamp
      return read
    }
  }

  /// Whether the dataset may not be served now, from the current release or the one named. A list that cannot be read
  /// fails closed: everything counts as withdrawn until it can.
  package func isWithdrawn(_ dataset: String, release: Int? = nil) -> Bool {
    guard let list = try? withdrawals() else { return true }
    guard let number = release ?? (try? current())?.number else { return true }
    return list.holds(dataset, inRelease: number)
  }
}
