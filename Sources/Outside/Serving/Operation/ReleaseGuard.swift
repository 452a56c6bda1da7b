import Access
import Bytes
import Ledgers
import Releases
import Synchronization
import Trust

/// Sees that what `current` points at goes on from what was served here before: no older release, no other one of the
/// same number, and a decisions log that extends the one the last release was made with, by the hash tiles that the
/// release carries. What it has seen lies in the access database, and the answers log tells of it.
final class ReleaseGuard: Sendable {
  /// The last release that was served here.
  private struct Served: Equatable {
    let release: Int
    let root: [UInt8]
    let decisions: Seen?
  }

  private let served: Mutex<Served?>
  private static let (releaseHead, decisionsHead) = ("release", "decisions")

  init(_ access: AccessStore) throws {
    let decisions = try access.head(Self.decisionsHead).map { Seen(origin: "", size: $0.size, root: $0.root) }
    served = Mutex(
      try access.head(Self.releaseHead).map { Served(release: $0.size, root: $0.root, decisions: decisions) })
  }

  /// Refuses a release that does not go on from the last.
  func check(_ release: Release) throws(ReleaseError) {
    guard let last = served.withLock({ $0 }) else { return }
    let (number, place) = (release.number, Layout.release(release.number))
    guard number >= last.release else {
      throw ReleaseError(
        .rolledBack, part: Layout.current,
        Wording(
          "\(Layout.current) points at release \(number), and release \(last.release) was served here after it",
          "\(Layout.current) 指向第 \(number) 版，而此后已提供过第 \(last.release) 版"),
        hint: Wording(
          "point it back at \(Layout.release(last.release)); to go back for good, 'doorsill release rollback \(number)' makes a new release",
          "请指回 \(Layout.release(last.release))；若确要退回，doorsill release rollback \(number) 会制作新版本"))
    }
    if number == last.release {
      guard Hex.decode(release.manifest.root) == last.root else {
        throw ReleaseError(
          .rolledBack, part: place,
          Wording(
            "release \(number) is not the one of that number that was served here",
            "第 \(number) 版不是此前以该编号提供的版本"),
          hint: Wording(
            "find out who published under that number before, and publish anew",
            "请查明此前谁以该编号发布，并重新发布"))
      }
      return
    }
    guard let seen = last.decisions else { return }
    do {
      let head = try Self.decisions(of: release)
      try Seen(origin: head?.origin ?? "decisions", size: seen.size, root: seen.root).check(
        head, tile: { try? release.bytes(of: "\(Layout.decisions)/tile/\($0.path)") },
        seenIn: "release \(last.release)")
    } catch {
      throw ReleaseError(
        .rolledBack, part: place,
        Wording(
          "release \(number) does not prove that its decisions log goes on from that of release \(last.release): \(error.message)",
          "第 \(number) 版未能证明其决策日志接续第 \(last.release) 版：\(error.message(in: "zh"))"),
        hint: Wording(
          "release \(last.release) is served on; publish again from the publisher's own, unbroken log, with this version of doorsill",
          "继续提供第 \(last.release) 版；请用本版 doorsill 从发布方自己未断的日志重新发布"))
    }
  }

  /// Writes down that a release is served, and tells the log.
  func record(_ release: Release, access: AccessStore, answers: Answers) throws {
    if let seen = release.settings.answers, seen.log == answers.ledger.vkey {
      try Seen(origin: answers.origin, size: seen.size, root: seen.root).check(
        answers.ledger, seenIn: "release \(release.number)")
    }
    guard let root = Hex.decode(release.manifest.root) else { return }
    let head = try? Self.decisions(of: release)
    let now = Served(release: release.number, root: root, decisions: head.map { Seen($0) })
    guard served.withLock({ $0?.release != now.release }) else { return }
    var entry: JSON = [
      "event": "release.adopted", "release": JSON(now.release), "root": .string(release.manifest.root),
      "time": .string(answers.time(.now()).rfc3339),
    ]
    if let decisions = now.decisions { entry["decisions"] = decisions.json }
    _ = try answers.ledger.append(entry)
    if let decisions = now.decisions {
      try access.setHead(Self.decisionsHead, size: decisions.size, root: decisions.root)
    }
    try access.setHead(Self.releaseHead, size: now.release, root: now.root)
    served.withLock { $0 = now }
  }

  /// The head of the decisions log that a release was made with. The manifest's signature covers it.
  private static func decisions(of release: Release) throws(LedgerError) -> Checkpoint? {
    guard let note = release.manifest.decisions else { return nil }
    return try Checkpoint(unverified: note)
  }
}
