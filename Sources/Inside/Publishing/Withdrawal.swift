package import Bytes
import Crossing
import Ledgers
import Policies
import Releases
package import Trust

/// Takes a dataset out, with its open views and the datasets joined from it: for a while by one person, at once; for good
/// by two. It works from what was published and from the log alone: a catalogue that cannot be read does not stand in the
/// way.
package enum Withdrawal {
  /// What was done.
  package struct Outcome: Sendable {
    /// What was taken out, sorted.
    package let names: [String]
    /// Whether it is for good; if not, a proposal waits.
    package let isForGood: Bool
    /// The proposal that was written; nil where none was needed.
    package let proposal: String?
  }

  /// Takes out until two people bring it back. Throws `refused` where all of it is out already.
  package static func suspend(
    _ dataset: String, portal: Portal, reason: String, by author: Author, now: Timestamp
  ) throws -> Outcome {
    let run = try Run(dataset, portal, reason, author, now)
    guard run.status == .open else {
      throw PublishingError(
        .refused, Wording("'\(dataset)' is out already", "“\(dataset)”已不再提供"),
        hint: Wording("'doorsill authority' says what waits", "doorsill authority 列出待办事项"))
    }
    try run.suspend()
    return Outcome(names: run.names, isForGood: false, proposal: nil)
  }

  /// Takes out for good where two people have agreed to it; otherwise it is suspended at once, and this person proposes it.
  package static func withdraw(
    _ dataset: String, portal: Portal, reason: String, by signer: Review.Signer, now: Timestamp
  ) throws -> Outcome {
    let run = try Run(dataset, portal, reason, signer.author, now)
    guard run.status != .retired else {
      throw PublishingError(
        .refused, Wording("'\(dataset)' was withdrawn before", "“\(dataset)”此前已撤回"),
        hint: Wording("'doorsill release show' lists what was withdrawn", "doorsill release show 列出撤回记录"))
    }
    if let agreement = try run.agreement() {
      try run.retire(agreement)
      return Outcome(names: run.names, isForGood: true, proposal: nil)
    }
    if run.status == .open { try run.suspend() }
    let proposal = try run.propose(signer)
    return Outcome(names: run.names, isForGood: false, proposal: proposal)
  }

  /// One such act, with everything it works from.
  private final class Run {
    private let dataset: String
    private let portal: Portal
    private let reason: String
    private let author: Author
    private let now: Timestamp
    private let lock: FileLock
    private let keys: InsideKeys
    private let served: Release
    private let decisions: Decisions
    private var log: AuthorityLog
    private var authority: Authority
    private let policyFiles: [String: [UInt8]]
    /// The dataset and what was made of it.
    let names: [String]
    /// Of these, the open views: they go and come with what they are cut from.
    private let views: Set<String>

    init(
      _ dataset: String, _ portal: Portal, _ reason: String, _ author: Author, _ now: Timestamp
    ) throws {
      try Decisions.checkReason(reason)
      try portal.makeInside()
      self.dataset = dataset
      self.portal = portal
      self.reason = reason
      self.author = author
      self.now = now
      lock = try FileLock(portal.inside + "/lock")
      keys = try InsideKeys(portal: portal)
      let store = try ReleaseStore(folder: portal.outside, key: keys.release.publicKey)
      try Traces(portal).checkServed(store)
      guard let release = try store.served() else {
        throw PublishingError(.unknownDataset, .nothingPublished, blame: .usage)
      }
      served = release
      let history = try History.load(portal, release: release.number)
      policyFiles = history.policyFiles
      decisions = try Decisions(
        portal, origin: release.settings.decisionsLog, key: keys.release,
        author: author, after: release)
      log = try AuthorityLog(decisions.ledger)
      guard let known = log.authority else {
        throw PublishingError(
          .refused,
          Wording("the decisions log has no beginning yet", "决策日志尚无起点"),
          hint: Wording(
            "take the portal over once: doorsill authority begin --as ID",
            "请接管一次：doorsill authority begin --as ID"))
      }
      authority = known
      let standing = try Registry(known).standing(author, .withdraw)
      guard known.datasets[dataset] != nil else {
        throw PublishingError(
          .unknownDataset,
          Wording("no release that is kept has a dataset '\(dataset)'", "保留的发布版本中没有数据集“\(dataset)”"),
          hint: nearest(dataset, in: known.datasets.keys.sorted()).map { .didYouMean($0) },
          blame: .usage)
      }
      try standing?.check([(dataset, known.datasets[dataset]?.owner)])
      names = ([dataset] + history.made(of: dataset)).sorted()
      views = Set(names.filter { history.datasets[$0]?.parent != nil })
    }

    var status: Standing.Status { authority.datasets[dataset]?.status ?? .open }

    /// The proposal to take it out for good that has a second person's signature, in the log or in a file.
    func agreement() throws -> Agreement? {
      try takePapers()
      return authority.agreements(on: Motion.dataset(dataset), now: now.rfc3339).first { agreement in
        agreement.motion.aim == .retire && agreement.votes.contains { $0.person != author.person }
      }
    }

    private func takePapers() throws {
      for paper in try Paper.all(of: portal) {
        var next = authority
        guard paper.seen.size <= decisions.ledger.size,
          (try? next.take(
            SignedDeed(
              paper.deed, by: paper.signer, key: paper.key, seen: paper.seen.size, time: now.rfc3339),
            at: decisions.ledger.size)) != nil
        else { continue }
        let event = if case .proposal = paper.deed { "proposal" } else { "approval" }
        try take(
          try decisions.note([
            ["event": .string(event), "v": 1, "jws": .string(paper.text), "time": .string(now.rfc3339)]
          ]))
      }
    }

    /// One signature closes, until two open it again.
    func suspend() throws {
      let out = names.filter { authority.datasets[$0]?.status == .open }
      try take(
        try decisions.record([
          Telling(
            event: "suspended", subject: ["dataset": .string(dataset), "v": 1],
            facts: ["reason": .string(reason), "time": .string(now.rfc3339)],
            lists: [("datasets", out.filter { !views.contains($0) }.map { .string($0) })])
        ]))
      try Withdrawing.withdraw(
        out.map { ($0, Text(reason)) }, outside: portal.outside, through: served.number, time: now,
        key: keys.release)
      try tell()
    }

    func retire(_ agreement: Agreement) throws {
      try take(
        try decisions.record([
          Telling(
            event: "retired", subject: ["dataset": .string(dataset), "v": 1],
            facts: [
              "proposal": .string(agreement.hash), "reason": .string(reason), "time": .string(now.rfc3339),
            ], lists: [("datasets", names.map { .string($0) })])
        ]))
      let store = try ReleaseStore(folder: portal.outside, key: keys.release.publicKey)
      let known = try store.withdrawals()
      try Withdrawing.withdraw(
        names.filter { !known.isGone($0) }.map { ($0, Text(reason)) }, outside: portal.outside, through: nil,
        time: now, key: keys.release)
      try tell()
    }

    func propose(_ signer: Review.Signer) throws -> String {
      let motion = Motion(
        subject: Motion.dataset(dataset), from: authority.at(Motion.dataset(dataset)), aim: .retire,
        reason: reason, expires: now.adding(days: 30).rfc3339)
      let text = try Paper.sign(
        motion.json, by: signer.id, with: signer.key, seen: decisions.seen, now: now)
      return try Paper.write(
        text, by: signer.id, into: "\(portal.policies)/\(Paper.folderName)", now: now)
    }

    private func take(_ written: [Decisions.Written]) throws {
      let count = log.faults.count
      for (entry, time, index) in written {
        try log.take(entry, time, at: index) { try decisions.ledger.root(atSize: $0) }
      }
      if log.faults.count > count, let fault = log.faults.last {
        throw PublishingError(
          .refused, Wording(fault.message["en"] ?? "", fault.message["zh"] ?? ""))
      }
      if let known = log.authority { authority = known }
    }

    private func tell() throws {
      try AuthorityFile.write(
        authority, of: decisions.ledger, policyFiles: policyFiles, key: keys.release, to: portal)
    }
  }
}
