import Bytes
import Catalogs
import Ledgers
import Policies
import Releases
package import Trust

extension Publisher {
  /// Notes what became of a release that a run cut short had announced: it is served, or it never was.
  func settle() throws {
    guard let intent = log.authority?.intent else { return }
    let number = intent.publication.release
    let time: JSON = .string(options.now.rfc3339)
    if let served, served.number == number {
      try note([
        [
          "event": "published", "v": 1, "release": JSON(number), "root": .string(served.manifest.root),
          "history": .string(try history.fileHash(in: portal)), "time": time,
        ]
      ])
    } else {
      try note([["event": "abandoned", "v": 1, "release": JSON(number), "time": time]])
    }
  }

  /// Refuses where what is served, or what is remembered of it, is not what the log says.
  func checkCaches() throws {
    let caches = Caches(
      portal: portal, served: served, history: history, policies: previousPolicies, withdrawn: withdrawn)
    if let first = try caches.disagreements(with: desk.authority).first { throw first }
  }

  /// Takes the proposals and signatures that lie in files into the log, and into what is judged by. A rehearsal writes
  /// none down.
  func takePapers() throws {
    var entries: [JSON] = []
    let size = decisions.ledger.size
    for paper in try Paper.all(of: portal) where !isKnown(paper) {
      guard paper.seen.size <= size,
        try paper.seen.size == 0
          || Hex.encode(decisions.ledger.root(atSize: paper.seen.size)) == paper.seen.root
      else { throw refused(paper, DeedFault(.seenTooLittle, paper.signer)) }
      do throws(DeedFault) {
        try desk.authority.take(
          SignedDeed(
            paper.deed, by: paper.signer, key: paper.key, seen: paper.seen.size, time: options.now.rfc3339),
          at: size + entries.count)
      } catch {
        switch error.code {
        // Past their time, or for another state: they lie there and do nothing.
        case .stale, .unknownProposal, .alone: continue
        default: throw refused(paper, error)
        }
      }
      let event = if case .proposal = paper.deed { "proposal" } else { "approval" }
      entries.append([
        "event": .string(event), "v": 1, "jws": .string(paper.text), "time": .string(options.now.rfc3339),
      ])
    }
    guard !entries.isEmpty, !options.dryRun, beginning == nil else { return }
    try note(entries)
    // Who was registered just now sees it before they sign.
    try tellAuthority()
  }

  private func isKnown(_ paper: Paper) -> Bool {
    switch paper.deed {
    case .proposal(_, let hash):
      desk.authority.waiting[hash] != nil || desk.authority.used.contains(hash)
    case .vote(let proposal, false):
      desk.authority.used.contains(proposal) || desk.authority.waiting[proposal]?.isRefused ?? false
    case .vote(let proposal, true):
      desk.authority.used.contains(proposal)
        || desk.authority.waiting[proposal]?.votes.contains { $0.person == paper.signer } ?? false
    default: true
    }
  }

  private func refused(_ paper: Paper, _ fault: DeedFault) -> PublishingError {
    PublishingError(
      .refused,
      Wording("\(paper.file): \(fault.message["en"] ?? "")", "\(paper.file)：\(fault.message["zh"] ?? "")"),
      hint: Wording(
        "remove the file, or have it signed by somebody who is registered", "请删去该文件，或由已登记的人签署"))
  }

  // MARK: Writing

  /// Writes what the publisher itself notes, and takes it into account.
  func note(_ entries: [JSON]) throws { try take(try decisions.note(entries)) }

  /// Writes what whoever publishes signs, and takes it into account.
  func record(_ tellings: [Telling]) throws { try take(try decisions.record(tellings)) }

  private func take(_ written: [Decisions.Written]) throws {
    let count = log.faults.count
    for (entry, time, index) in written {
      try log.take(entry, time, at: index) { try decisions.ledger.root(atSize: $0) }
    }
    if log.faults.count > count, let fault = log.faults.last {
      throw PublishingError(
        .refused,
        Wording(
          "entry \(fault.index) of the decisions log does not count: \(fault.message["en"] ?? "")",
          "决策日志第 \(fault.index) 条不算数：\(fault.message["zh"] ?? "")"))
    }
    if let authority = log.authority { desk.authority = authority }
  }

  /// Whether the log of this portal has no beginning yet.
  package var isBeginning: Bool { beginning != nil }

  /// Has the log begin with a key that replaces lost ones.
  package func begin(recovery key: VerifyingKey) { beginning?.recovery = [key.text] }

  /// Writes the beginning of the log, where it has none: who is trusted, because somebody has to begin.
  func begin() throws {
    guard let genesis = beginning else { return }
    guard genesis.people.contains(where: { $0.id == options.author.person }) else {
      throw PublishingError.unjudged("genesis")
    }
    try record([genesis.telling(notes: "first publication", now: options.now)])
    beginning = nil
    try tellAuthority()
  }

  /// Tells everybody who may read the portal's files what the log says now.
  func tellAuthority() throws {
    guard let authority = log.authority else { return }
    let isNew = authority.policy.hash == policies.ruleHash || history.policyFiles.isEmpty
    try AuthorityFile.write(
      authority, of: decisions.ledger, policyFiles: isNew ? policies.files : history.policyFiles,
      key: keys.release, to: portal)
  }

  /// What a release will be made of, as its entry says.
  func publication(
    _ judgements: [Judgement], _ changes: [String: Publication.Change], _ agreements: [Agreement],
    release: Int
  ) throws -> Deed.Publication {
    var changed: [Deed.Change] = []
    for judgement in judgements {
      let (dataset, pass) = (judgement.examination.dataset, judgement.pass)
      let standing = desk.authority.datasets[dataset.name]
      let hash = try pass.envelope?.hash() ?? ""
      guard
        changes[dataset.name] != nil || standing == nil || pass.agreement != nil
          || standing?.envelopeHash != hash || standing?.level != pass.level.id
      else { continue }
      var rows = ""
      if pass.envelope?.changes != nil {
        rows =
          pass.agreement == nil
          ? standing?.rows ?? "" : try AgreedRows(of: dataset, keys: keys).save(portal)
      }
      changed.append(
        Deed.Change(
          name: dataset.name, level: pass.level.id, owner: dataset.provider.organization,
          family: dataset.keyFamily, levels: judgement.levels, envelope: pass.envelope, envelopeHash: hash,
          agreement: pass.agreement?.hash ?? "", rows: rows, content: judgement.examination.fingerprint))
    }
    return Deed.Publication(
      release: release, policy: policies.ruleHash, theme: try desk.themeHash(), manager: catalog.manager,
      scale: policies.scale.levels.map(\.id), approver: policies.scale.approvals.registrar,
      agreements: agreements.map(\.hash), changed: changed,
      gone: changes.filter { $0.value == .gone }.map(\.key).sorted())
  }
}
