import Bytes
import Ledgers
import Publishing
import Releases
import Serving
import Trust

/// What the home of whoever signs remembers of a portal's logs: nothing is signed into a log that does not go on from
/// what was seen of it before, and afterwards the home remembers how far it goes now.
///
/// Whoever rewinds a log must fool every person's home too.
struct Witnessing {
  private let book: SeenBook
  private let logs: [Watched]

  private struct Watched {
    let folder: String
    let origin: String
    let key: VerifyingKey
    /// Where it lies, which a person who only proposes and approves does not have: they compare the signed state with what
    /// they saw (`AuthorityFile`).
    let room: String
  }

  /// The logs that this call can see; those of another user or machine are watched there.
  init(_ invocation: Invocation) throws {
    book = SeenBook(home: try PersonKeys.home())
    var logs: [Watched] = []
    // Where nothing was published there is nothing to see, and no folder is made for looking.
    let state = invocation.value("--state") ?? (try? invocation.portal().outside)
    if let state, Files.exists("\(state)/\(Layout.releaseKey)"), let outside = try? invocation.outside(),
      let key = try? outside.releaseKey(),
      let settings = try? ReleaseStore(folder: outside.folder, key: key).served()?.settings
    {
      if let portal = try? invocation.portal() {
        logs.append(
          Watched(
            folder: portal.inside + "/decisions", origin: settings.decisionsLog,
            key: key, room: portal.inside))
      }
      let own = outside.keys + "/checkpoint"
      if Files.exists(own), let pem = try? Files.read(own, limit: 1 << 16),
        let key = try? SigningKey(pem: pem)
      {
        logs.append(
          Watched(
            folder: outside.answers, origin: settings.answersLog, key: key.publicKey,
            room: outside.folder))
      }
    }
    self.logs = logs
  }

  /// Refuses where a log is not the one that was seen, before anything is signed.
  func check() throws {
    for log in logs {
      let seen = try book.last(origin: log.origin, key: log.key)
      guard let seen else { continue }
      let place = book.path(origin: log.origin, key: log.key)
      do throws(LedgerError) {
        try seen.check(
          try Ledger(reading: log.folder, origin: log.origin, key: log.key), seenIn: place)
      } catch {
        // What this user may not read is not less than it was.
        if error.code == .storage, Files.exists(log.folder) || !Files.exists(log.room) { continue }
        throw UsageFault(
          Phrase(
            "不予签名：日志 \(log.origin) 与您上次所见（\(seen.size) 条）不符：\(error.message)",
            "nothing is signed: the log \(log.origin) does not go on from the \(seen.size) entries you have seen: \(error.message)"
          ),
          hint: Phrase(
            "请告知其他人员并从备份恢复；若大家都知道日志是从备份恢复的，请删去 \(place) 后再签",
            "tell the others, and restore it from a backup; where all know that it was restored from an older one, remove \(place) and sign again"
          ))
      }
    }
  }

  /// Remembers how far the logs go now.
  func remember() {
    for log in logs {
      // Who cannot write this down has signed all the same, and sees less the next time.
      if let ledger = try? Ledger(reading: log.folder, origin: log.origin, key: log.key), ledger.size > 0 {
        try? book.remember(ledger, key: log.key)
      }
    }
  }
}
