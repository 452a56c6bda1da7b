import Bytes
import Ledgers
import Policies
import Publishing
import Releases
import Serving
import System
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
    /// The names it had before declared losses, the last first, each with how many entries were left of it.
    var before: [(name: String, left: Int)] = []
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
    if let state, Files.exists("\(state)/\(Layout.releaseKey)"), case let outside = try invocation.outside(),
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
      if Files.exists(own), let pem = try? Folder(outside.folder).read("keys/checkpoint", limit: 1 << 16),
        let key = try? SigningKey(pem: pem)
      {
        let losses = (try? invocation.portal()).flatMap { try? AuthorityFile($0).authority.losses }
        // Whoever declares a loss has seen more than is left.
        if invocation.verb.act != .recover,
          let answers = try Self.answers(settings.answersLog, outside, key.publicKey, losses, seenBy: book)
        {
          logs.append(answers)
        }
      }
    }
    self.logs = logs
  }

  /// The answers log under the name that it has by the declared losses; nil where one was declared and the server has not
  /// gone on from it yet. Without the portal folder, under the name that it bears.
  private static func answers(
    _ first: String, _ outside: OutsideState, _ key: VerifyingKey, _ losses: [Authority.Loss]?,
    seenBy book: SeenBook
  ) throws -> Watched? {
    let name = LogNames.current(first, onDisk: Ledger.name(in: outside.answers))
    let epoch = LogNames.epoch(of: name, first: first) ?? 1
    let declared = losses?.count ?? epoch - 1
    // One that a home has seen under a later name was taken up, and put back since.
    let later = epoch <= declared ? (epoch + 1)...(declared + 1) : nil
    let isSeen = try later?.contains {
      try book.last(origin: LogNames.name(first, epoch: $0), key: key) != nil
    }
    if isSeen == false { return nil }
    guard isSeen == nil, epoch == declared + 1 else {
      throw LogFault(
        Phrase(
          "不予签名：答复日志名为 \(name)，与所声明的 \(declared) 次丢失不符",
          "nothing is signed: the answers log bears the name \(name), which does not fit the \(declared) losses that were declared"
        ),
        hint: Phrase(
          "请告知其他人员并从备份恢复；若条目确又丢失，请运行 doorsill authority recover",
          "tell the others, and restore it from a backup; where entries were lost once more, 'doorsill authority recover' says so"
        ))
    }
    return Watched(
      folder: outside.answers, origin: name,
      before: (losses ?? []).reversed().map { (LogNames.name(first, epoch: $0.epoch - 1), $0.size) },
      key: key,
      room: outside.folder)
  }

  /// What a home has seen of a log: under its name, or under one it had before as far as that was left.
  private func seen(_ log: Watched) throws -> (seen: Seen, place: String)? {
    if let seen = try book.last(origin: log.origin, key: log.key) {
      return (seen, book.path(origin: log.origin, key: log.key))
    }
    for (name, left) in log.before {
      guard let seen = try book.last(origin: name, key: log.key), seen.size <= left else { continue }
      return (
        Seen(origin: log.origin, size: seen.size, root: seen.root), book.path(origin: name, key: log.key)
      )
    }
    return nil
  }

  /// Refuses where a log is not the one that was seen, before anything is signed.
  func check() throws {
    for log in logs {
      guard let (seen, place) = try seen(log) else { continue }
      do throws(LedgerError) {
        try seen.check(
          try Ledger(reading: log.folder, origin: log.origin, key: log.key), seenIn: place)
      } catch {
        // What this user may not read is not less than it was.
        if error.code == .storage, Files.exists(log.folder) || !Files.exists(log.room) { continue }
        throw LogFault(
          Phrase(
            "不予签名：日志 \(log.origin) 与您上次所见（\(seen.size) 条）不符：\(error.message(in: "zh"))",
            "nothing is signed: the log \(log.origin) does not go on from the \(seen.size) entries you have seen: \(error.message)"
          ),
          hint: Phrase(
            "请告知其他人员并从备份恢复；若答复日志的条目确已丢失，请运行 doorsill authority recover；若大家都知道决策日志是从备份恢复的，请删去 \(place) 后再签",
            "tell the others, and restore it from a backup; where entries of the answers log are lost for good, 'doorsill authority recover' says so; where all know that the decisions log was restored from an older one, remove \(place) and sign again"
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
