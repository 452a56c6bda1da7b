import Access
package import Ledgers
package import Releases

extension OutsideState {
  /// Refuses an answers log that does not go on from what the release and the access database saw of it: an older copy of it
  /// holds by itself. Reads only.
  /// - Returns: how many places remember it.
  /// - Throws: `LedgerError` where it is behind or another.
  @discardableResult
  package func compare(_ log: Ledger, with release: Release?) throws -> Int {
    var seen: [(place: String, size: Int, root: [UInt8])] = []
    if let release, let head = release.settings.answers, head.log == log.vkey {
      seen.append(("release \(release.number)", head.size, head.root))
    }
    if let head = try AccessStore.head(
      Self.answersHead(log.origin, first: LogNames.first(log.origin)), in: accessDatabase)
    {
      seen.append(("access.sqlite", head.size, head.root))
    }
    for one in seen {
      try Seen(origin: log.origin, size: one.size, root: one.root).check(log, seenIn: one.place)
    }
    return seen.count
  }
}
