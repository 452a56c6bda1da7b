import Bytes
import Glibc
import Synchronization
package import System
package import Trust

/// The outside folder as the server sees it: which release is current, which are kept, what is withdrawn. It looks
/// again on every call, so that a flip or a withdrawal counts from the next request on.
package final class ReleaseStore: Sendable {
  private let path: String
  /// Nil where nothing was published yet and nobody made it.
  private let place: Folder?
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
    var stamp: [Int]?
    var withdrawals = Withdrawals()
  }

  /// Opens the store; the key is read from `keys/release.pub` unless it is given. There need be no release yet. `judge`
  /// is asked about each release that `current` comes to point at.
  package init(
    folder path: String, key: VerifyingKey? = nil,
    judge: (@Sendable (Release) throws(ReleaseError) -> Void)? = nil
  ) throws(ReleaseError) {
    self.judge = judge
    self.path = path
    do { place = Files.exists(path) ? try Folder(path) : nil } catch {
      throw ReleaseError(.storage, part: path, error)
    }
    if let key {
      self.key = key
      return
    }
    do {
      self.key = try VerifyingKey(pem: try Folder(path).read(Layout.releaseKey, limit: 65_536))
    } catch {
      throw ReleaseError(
        .missing, part: Layout.releaseKey,
        Wording("the release key cannot be read: \(error)", "发布密钥的公钥无法读取：\(error)"),
        hint: Wording(
          "bring the publisher's release.pub here; it crosses once, by its own step",
          "请把发布方的 release.pub 放到此处；它单独交付一次"))
    }
  }

  /// The outside folder.
  package var folder: Folder {
    get throws(ReleaseError) {
      guard let place else { throw noRelease }
      return place
    }
  }

  private var noRelease: ReleaseError {
    ReleaseError(
      .missing, part: Layout.current, Wording("there is no release in \(path)", "\(path) 中没有发布版本"),
      hint: Wording("publish or import one", "请发布或导入"))
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
        let release = try Release(target, in: folder, key: key)
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
    guard let place, try ReleaseStore.pointed(in: place) != nil else { return nil }
    return try current()
  }

  /// Why what `current` points at is not being served, if so.
  package var failure: ReleaseError? { state.withLock { $0.failure } }

  /// `releases/<n>`: where the link points; where there is no link (a copy may have lost it), the newest release.
  private func target() throws(ReleaseError) -> String {
    if let number = try ReleaseStore.pointed(in: folder) { return Layout.release(number) }
    guard let newest = try numbers().last else { throw noRelease }
    return Layout.release(newest)
  }

  /// The number of the release that `current` of an outside folder points at; nil where there is no such link. It points
  /// at `releases/<n>` and nowhere else.
  package static func pointed(in outside: Folder) throws(ReleaseError) -> Int? {
    do throws(FilesError) {
      guard try outside.status(Layout.current)?.kind == .link else { return nil }
      let target = try outside.linkTarget(Layout.current)
      guard let number = Layout.number(ofRelease: target) else {
        throw FilesError(
          "read the link", outside.full(Layout.current),
          reason: Wording("it points at \(target), no release", "它指向 \(target)，不是发布版本"))
      }
      return number
    } catch {
      throw ReleaseError(.storage, part: Layout.current, error)
    }
  }

  /// Numbers of the releases kept, ascending.
  package func numbers() throws(ReleaseError) -> [Int] {
    guard let place else { return [] }
    return try ReleaseStore.numbers(in: place)
  }

  /// The same for any outside folder; none where there is no folder of releases.
  package static func numbers(in outside: Folder) throws(ReleaseError) -> [Int] {
    do throws(FilesError) {
      guard try outside.exists(Layout.releases) else { return [] }
      var numbers: [Int] = []
      for name in try outside.list(Layout.releases) {
        guard let number = Layout.number(name), try outside.isFolder(Layout.release(number)) else { continue }
        numbers.append(number)
      }
      return numbers.sorted()
    } catch {
      throw ReleaseError(.storage, part: Layout.releases, error)
    }
  }

  /// The same of a path; none where nothing is there.
  package static func numbers(in path: String) throws(ReleaseError) -> [Int] {
    guard Files.exists(path) else { return [] }
    let folder: Folder
    do { folder = try Folder(path) } catch { throw ReleaseError(.storage, part: path, error) }
    return try numbers(in: folder)
  }

  /// A kept release by its number.
  package func release(_ number: Int) throws(ReleaseError) -> Release {
    if let release = state.withLock({ $0.current?.number == number ? $0.current : $0.others[number] }) {
      return release
    }
    guard try numbers().contains(number) else {
      throw ReleaseError(
        .missing, part: Layout.release(number),
        Wording("release \(number) is not kept here", "此处没有保留第 \(number) 版"))
    }
    let release = try Release(Layout.release(number), in: folder, key: key)
    guard release.number == number else {
      throw ReleaseError(
        .malformed, part: Layout.release(number),
        Wording(
          "release \(release.number) lies in the folder of \(number)",
          "第 \(number) 版的文件夹中是第 \(release.number) 版"))
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
    let stamp: [Int]?
    do { stamp = try place?.status(Layout.withdrawn)?.stamp } catch {
      throw ReleaseError(.storage, part: Layout.withdrawn, error)
    }
    return try state.withLock { (state) throws(ReleaseError) -> Withdrawals in
      if stamp == state.stamp { return state.withdrawals }
      var read = Withdrawals()
      if stamp != nil {
        let bytes: [UInt8]
        do throws(FilesError) { bytes = try place?.read(Layout.withdrawn, limit: 64 << 20) ?? [] } catch {
          throw ReleaseError(.storage, part: Layout.withdrawn, error)
        }
        read = try Withdrawals(parsing: bytes, key: key)
      }
      guard read.extends(state.withdrawals) else {
        throw ReleaseError(
          .rolledBack, part: Layout.withdrawn,
          Wording("withdrawn has lost lines that were there before", "撤回清单缺少先前的行"))
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
