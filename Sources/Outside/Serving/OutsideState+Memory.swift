import Access
import Bytes
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
      // A reader knows a log as of its checkpoint; what a running server wrote since is there too.
      if one.size > log.size, try entriesWritten() >= one.size { continue }
      try Seen(origin: log.origin, size: one.size, root: one.root).check(log, seenIn: one.place)
    }
    return seen.count
  }

  /// Entries of the answers log on the disk, under the checkpoint or not yet.
  private func entriesWritten() throws -> Int {
    var count = 0
    try Files.forEachChunk(of: answers + "/entries.jsonl") { chunk in
      for byte in chunk where byte == UInt8(ascii: "\n") { count += 1 }
    }
    return count
  }
}
