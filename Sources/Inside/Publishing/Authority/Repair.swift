package import Bytes
import Catalogs
import Crossing
import Ledgers
import Policies
import Releases
import System
package import Trust

/// Mends what lies beside the decisions log where it says something else: the link to the release, the list of what was
/// taken out, and the signed state. What the log has only a hash of (a history, the rules) comes from a backup.
package enum Repair {
  /// Returns what was mended, in words; nothing where nothing had to be.
  package static func run(_ portal: Portal, by author: Author, now: Timestamp) throws -> [Wording] {
    try portal.makeInside()
    let lock = try FileLock(portal.inside + "/lock")
    defer { withExtendedLifetime(lock) {} }
    let keys = try InsideKeys(portal: portal)
    let policies = try PolicySet.load(folder: portal.policies)
    let catalog = try Catalog.load(folder: portal.catalog, policies: policies, work: portal.work)
    let isMarked = Ledger.isMarked(portal.inside + "/decisions")
    let decisions = try Decisions(
      portal, origin: Decisions.origin(portal, served: nil, catalog: catalog), key: keys.release,
      author: author,
      after: nil, isRepaired: true)
    guard let authority = try AuthorityLog(decisions.ledger).authority else {
      throw PublishingError(.refused, Wording("the decisions log has no beginning yet", "决策日志尚无起点"))
    }
    _ = try Registry(authority).standing(author, .begin)
    var mended: [Wording] = []
    if let words = decisions.clockRanAhead(.now()) {
      try decisions.correctClock(to: .now())
      mended.append(
        Wording("\(words.en); the log goes on from now", "\(words.zh)；日志从现在起继续"))
    }
    if !isMarked {
      let count = decisions.ledger.size
      mended.append(
        Wording(
          "the mark beside the decisions log says again that it has \(count) entries",
          "决策日志旁的标记重新记为 \(count) 条"))
    }
    let store = try ReleaseStore(folder: portal.outside, key: keys.release.publicKey)
    if let release = authority.release, try store.served()?.number != release {
      guard try store.numbers().contains(release) else {
        throw PublishingError(
          .damaged,
          Wording("release \(release) is not kept any more", "第 \(release) 版已不在"), hint: .restoreFromBackup,
          blame: .environment)
      }
      try store.folder.replaceLink(Layout.current, target: Layout.release(release))
      mended.append(
        Wording("the link names release \(release) again", "链接重新指向第 \(release) 版"))
    }
    let known = try store.withdrawals()
    let reason = Text([("zh", "据决策日志恢复"), ("en", "As the decisions log says")])
    func out(_ status: Standing.Status) -> [String] {
      authority.datasets.filter { $0.value.status == status }.map(\.key).sorted()
    }
    let gone = out(.retired).filter { !known.isGone($0) }
    let suspended = out(.suspended).filter { name in
      authority.release.map { !known.holds(name, inRelease: authority.datasets[name]?.release ?? $0) }
        ?? false
    }
    if !gone.isEmpty {
      try Withdrawing.withdraw(
        gone.map { ($0, reason) }, outside: portal.outside, through: nil, time: now, key: keys.release)
    }
    if !suspended.isEmpty, let release = authority.release {
      try Withdrawing.withdraw(
        suspended.map { ($0, reason) }, outside: portal.outside, through: release, time: now,
        key: keys.release)
    }
    for name in gone + suspended {
      mended.append(Wording("\(name) is out again", "\(name) 重新撤下"))
    }
    let history = try History.load(portal, release: authority.release)
    try AuthorityFile.write(
      authority, of: decisions.ledger,
      policyFiles: history.policyFiles.isEmpty ? policies.files : history.policyFiles, key: keys.release,
      to: portal)
    return mended
  }
}
