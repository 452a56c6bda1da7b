import Bytes
import Crossing
import Ledgers
import Policies
import Releases
import Trust

/// The decisions log in the hands of somebody who writes one short entry into it: locked, compared with what is served, and
/// folded. A catalogue that cannot be read does not stand in the way.
final class LogDesk {
  let portal: Portal
  let keys: InsideKeys
  let served: Release
  let history: History
  private let author: Author
  private let lock: FileLock
  private let decisions: Decisions
  private var log: AuthorityLog
  private(set) var authority: Authority

  init(_ portal: Portal, by author: Author) throws {
    try portal.makeInside()
    self.portal = portal
    self.author = author
    lock = try FileLock(portal.inside + "/lock")
    keys = try InsideKeys(portal: portal)
    let store = try ReleaseStore(folder: portal.outside, key: keys.release.publicKey)
    try Traces(portal).checkServed(store)
    guard let release = try store.served() else {
      throw PublishingError(.unknownDataset, .nothingPublished, blame: .usage)
    }
    served = release
    history = try History.load(portal, release: release.number)
    decisions = try Decisions(
      portal, origin: release.settings.decisionsLog, key: keys.release, author: author, after: release)
    log = try AuthorityLog(decisions.ledger)
    guard let known = log.authority else {
      throw PublishingError(
        .refused, Wording("the decisions log has no beginning yet", "决策日志尚无起点"),
        hint: Wording(
          "take the portal over once: doorsill authority begin --as ID",
          "请接管一次：doorsill authority begin --as ID"))
    }
    authority = known
  }

  /// Signs entries of which each does its deed, or none is written.
  /// - Parameter deeds: what they do, so that one that would not count is refused before it stands there for ever.
  func write(_ tellings: [Telling], doing deeds: [Deed], now: Timestamp) throws {
    var next = authority
    do throws(DeedFault) {
      for deed in deeds {
        try next.take(
          SignedDeed(
            deed, by: author.person ?? "", key: author.publicKey?.text ?? "", seen: decisions.ledger.size,
            time: now.rfc3339), at: decisions.ledger.size)
      }
    } catch {
      throw PublishingError(.refused, Wording(error.message["en"] ?? "", error.message["zh"] ?? ""))
    }
    for (entry, time, index) in try decisions.record(tellings) {
      try log.take(entry, time, at: index) { try decisions.ledger.root(atSize: $0) }
    }
    if let known = log.authority { authority = known }
    try AuthorityFile.write(
      authority, of: decisions.ledger, policyFiles: history.policyFiles, key: keys.release, to: portal)
  }
}
