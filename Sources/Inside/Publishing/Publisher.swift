package import Bytes
import Catalogs
import Crossing
import Disclosure
import Ledgers
import Policies
import Releases
import Tables
package import Trust

/// How a publication is to run.
package struct PublishOptions: Sendable {
  package var author: Author
  package var now: Timestamp
  /// Say what would be published; write nothing outside the door.
  package var dryRun: Bool

  package init(author: Author, now: Timestamp = .now(), dryRun: Bool = false) {
    self.author = author
    self.now = now
    self.dryRun = dryRun
  }
}

/// Where a publication is, for a person who waits.
package enum Stage: Sendable {
  case reading(dataset: String, number: Int, of: Int)
  case computing(dataset: String, result: String)
  /// Only in a rehearsal: the same under another profile.
  case trying(dataset: String, profile: String)
  case writing(dataset: String, number: Int, of: Int)
  case scanning
  case sealing
}

/// Publishes a portal: check, classify, gate, protect, cross, flip. One call is one publication; it makes a whole
/// release or none.
package final class Publisher {
  let portal: Portal
  let options: PublishOptions
  let progress: (Stage) -> Void
  let policies: PolicySet
  let catalog: Catalog
  let keys: InsideKeys
  let history: History
  /// The policies before this one that judge data in the same way: an approval that names one of them still counts.
  let alike: [String]
  /// The policies of the release that is served; nil before the first.
  let previousPolicies: PolicySet?
  /// The release that is served; nil before the first.
  let served: Release?
  /// The organization that manages the portal: as served, for what the catalogue says now nobody has published yet.
  let manager: String
  /// Datasets that were withdrawn for good: they enter no release any more.
  let withdrawn: Withdrawals
  /// Where this publication goes back to an earlier release: what the decisions log is told of it.
  var rollback: RollbackNote?
  private let lock: FileLock

  /// Takes the portal's lock, and reads policies, catalogue and the history of the release that is served.
  package init(_ portal: Portal, options: PublishOptions, progress: @escaping (Stage) -> Void = { _ in })
    throws
  {
    self.portal = portal
    self.options = options
    self.progress = progress
    try portal.makeInside()
    lock = try FileLock(portal.inside + "/lock")
    policies = try PolicySet.load(folder: portal.policies)
    catalog = try Catalog.load(folder: portal.catalog, policies: policies)
    keys = try InsideKeys(portal: portal)
    try Self.bringReleaseKeyOut(portal, keys)
    // A run cut short may have left a whole first release whose turn is only now: it counts as the one before.
    try Housekeeping.cleanUp(outside: portal.outside, key: keys.release.publicKey)
    let store = try ReleaseStore(folder: portal.outside, key: keys.release.publicKey)
    try Traces(portal).check(against: store)
    served = try store.served()
    history = try History.load(portal, release: served?.number)
    try keys.check(against: history, of: portal)
    manager = try served.flatMap { try Registry.manager($0) } ?? catalog.manager
    withdrawn = try store.withdrawals()
    previousPolicies = history.release > 0 ? try PolicySet.parse(files: history.policyFiles) : nil
    let (before, last) = (history.alike, history.policyHash)
    alike =
      previousPolicies?.judgingHash == policies.judgingHash ? before.filter { $0 != last } + [last] : []
  }

  /// The public half of the release key crosses once; another key lying there is never overwritten.
  private static func bringReleaseKeyOut(_ portal: Portal, _ keys: InsideKeys) throws {
    let path = "\(portal.outside)/\(Layout.releaseKey)"
    let pem = keys.release.publicKey.pem
    guard Files.exists(path) else {
      try Files.makeDirectory(Files.parent(of: path), mode: 0o700)
      return try Files.write(pem, to: path)
    }
    guard try Files.read(path, limit: 1 << 16) == pem else {
      throw PublishingError(
        .damaged,
        Wording(
          "\(path) is the key of another publisher than this portal's inside/keys/release",
          "\(path) 是另一发布方的公钥，与本门户 inside/keys/release 不符"),
        hint: Wording(
          "restore the inside keys that belong to it, or remove the outside folder to begin anew",
          "请恢复与之配对的 inside 密钥，或删去 outside 文件夹重新开始"),
        blame: .environment)
    }
  }

  /// The whole way. Throws `Rejection` where data or policy say no, and whatever failed otherwise; the release that
  /// is served stays until the new one is whole.
  package func publish() throws -> Publication { try publish(due) }

  /// The datasets whose time has come and that nobody withdrew.
  var due: [Dataset] {
    catalog.datasets.filter { dataset in
      (dataset.availableFrom.map { $0 <= options.now } ?? true) && !withdrawn.isGone(dataset.name)
    }
  }

  /// The way of these datasets, and of the views derived from them.
  func publish(_ declared: [Dataset]) throws -> Publication {
    // A rehearsal writes nothing, and is anybody's.
    let standing =
      options.dryRun && options.author.person == nil
      ? nil : try Registry(policies, manager: manager).standing(options.author, .publish)
    let policyApprovals = try passPolicy()
    let views = try Views.derived(from: declared, of: portal, scale: policies.scale) { !withdrawn.isGone($0) }
    let order = (declared + views).map(\.name)
    let examinations = try examine(declared.filter { $0.join == nil } + views, after: 0, of: order.count)
    try Rejection.throwIfFaulty(examinations)
    var (judgements, objections) = try judge(examinations)
    // Rows are joined only once the gate has let their sources pass.
    var derived: [Dataset] = []
    for dataset in declared where dataset.join != nil {
      let problems = self.objections(toJoining: dataset, from: judgements)
      if problems.isEmpty { derived.append(dataset) }
      objections += problems
    }
    return try Joins.with(derived, of: catalog, in: portal, now: options.now) { joined in
      let more = try examine(joined, after: examinations.count, of: order.count)
      try Rejection.throwIfFaulty(more)
      let (judged, problems) = try judge(derived: more, after: judgements)
      objections += problems
      guard objections.isEmpty else { throw Rejection(faults: [], faultCount: 0, objections: objections) }
      let all = Dictionary(
        judged.map { ($0.examination.dataset.name, $0) },
        uniquingKeysWith: { first, _ in first })
      judgements = try order.map { name in
        guard let judgement = all[name] else { throw PublishingError.unjudged(name) }
        return judgement
      }
      return try publish(judgements, policyApprovals, standing)
    }
  }

  private func examine(_ datasets: [Dataset], after done: Int, of count: Int) throws -> [Examination] {
    try datasets.enumerated().map { number, dataset in
      progress(.reading(dataset: dataset.name, number: done + number + 1, of: count))
      return try Examination(dataset, catalog: catalog, policies: policies)
    }
  }

  /// Computes and writes what the gate let pass, where anything of it is new.
  private func publish(
    _ judgements: [Judgement], _ policyApprovals: [CheckedApproval], _ standing: Registry.Standing?
  ) throws -> Publication {
    let changes = changes(judgements)
    let isSamePortal =
      try history.release > 0 && history.policyHash == policies.hash && history.frameHash == frameHash()
    if changes.isEmpty, isSamePortal {
      return Publication(
        release: history.release, outcome: .unchanged, datasets: outcomes(judgements, changes), reports: [],
        listed: [])
    }
    try standing?.check(isSamePortal ? try providers(of: changes.keys.sorted(), judgements) : [])
    let results = try compute(judgements)
    if options.dryRun {
      try forgetUnitMaps()
      return Publication(
        release: nil, outcome: .rehearsed, datasets: outcomes(judgements, changes), reports: results.reports,
        listed: [], tagReports: results.tagReports)
    }
    return try write(judgements, results, changes, policyApprovals)
  }

  /// What the gate is asked about a dataset: how it is judged, how it was published last, and who signed what.
  func request(_ examination: Examination) throws -> GateRequest {
    let dataset = examination.dataset
    let verdict = examination.verdict(policies)
    let folder = "\(dataset.folder)/\(Approvals.folderName)"
    let people = Files.exists(folder) ? try signers(for: dataset) : []
    let approvals = try Approvals.load(folder: folder, about: dataset.name, people: people)
    // The proposer is the person the descriptor names, so that nobody approves their own.
    return GateRequest(
      verdict: verdict, evidenceHash: Examination.evidenceHash(of: verdict), policyHash: policies.hash,
      approvedUnder: Set(alike + [policies.judgingHash]), previous: history.datasets[dataset.name]?.state,
      proposer: dataset.classification.proposer ?? dataset.provider.person, approvals: approvals)
  }

  /// Asks the gate about one dataset.
  func judge(_ examination: Examination) throws -> Result<Judgement, GateRefusal> {
    let request = try request(examination)
    do {
      let pass = try Gate.clear(request, scale: policies.scale)
      return .success(
        Judgement(
          examination: examination, verdict: request.verdict, evidenceHash: request.evidenceHash, pass: pass))
    } catch {
      return .failure(error)
    }
  }

  /// Who provides these datasets, by the release that is served and by the catalogue: a descriptor that names another
  /// organization takes no dataset from the one that had it.
  private func providers(
    of names: [String], _ judgements: [Judgement]
  ) throws -> [(dataset: String, organization: String?)] {
    let now = Dictionary(
      judgements.map { ($0.examination.dataset.name, $0.examination.dataset.provider.organization) },
      uniquingKeysWith: { first, _ in first })
    return try names.flatMap { name in
      let known = [try servedProvider(of: name), now[name]].compactMap { $0 }
      return known.isEmpty ? [(name, nil)] : known.map { (name, $0) }
    }
  }

  /// The organization that provides a dataset of the release that is served; nil where that does not have it.
  func servedProvider(of name: String) throws -> String? {
    try served.flatMap { try Registry.provider(of: name, $0) }
  }

  /// The people as signers for a dataset: those of other organizations than its provider and the portal's manager have
  /// no role in it.
  private func signers(for dataset: Dataset) throws -> [Person] {
    let provider = try servedProvider(of: dataset.name) ?? dataset.provider.organization
    return policies.access.people.map { $0.having(roles: [provider, manager].contains($0.organization)) }
  }

  /// Asks the gate about every dataset, and gathers every objection.
  func judge(_ examinations: [Examination]) throws -> ([Judgement], [Objection]) {
    var judgements: [Judgement] = []
    var objections: [Objection] = []
    for examination in examinations {
      let name = examination.dataset.name
      switch try judge(examination) {
      case .success(let judgement):
        judgements.append(judgement)
        objections += shutParent(of: judgement, among: judgements)
      case .failure(let refusal):
        objections.append(Objection(dataset: name, reasons: refusal.reasons, needs: refusal.needs))
      }
    }
    return (judgements, objections)
  }

  /// A dataset that is closed is known by its catalogue entry only: no view of it may be open.
  private func shutParent(of view: Judgement, among judgements: [Judgement]) -> [Objection] {
    let name = view.examination.dataset.name
    guard let parent = view.examination.dataset.derivation?.parent,
      let level = judgements.first(where: { $0.examination.dataset.name == parent })?.pass.level,
      let problem = Gate.objection(toView: name, of: parent, at: level)
    else { return [] }
    return [Objection(dataset: name, reasons: [problem], needs: [])]
  }

  /// What is new, changed or gone since the release that is served.
  private func changes(_ judgements: [Judgement]) -> [String: Publication.Change] {
    var changes: [String: Publication.Change] = [:]
    for judgement in judgements {
      let name = judgement.examination.dataset.name
      guard let before = history.datasets[name] else {
        changes[name] = .new
        continue
      }
      if before.level != judgement.pass.level.id {
        changes[name] = .level(from: before.level)
      } else if before.fingerprint != judgement.examination.fingerprint
        || before.evidenceHash != judgement.evidenceHash
      {
        changes[name] = .changed
      }
    }
    let names = Set(judgements.map(\.examination.dataset.name))
    for name in history.datasets.keys where !names.contains(name) { changes[name] = .gone }
    return changes
  }

  /// SHA-256 over the catalogue's own file and the theme: what every page depends on beside the datasets.
  func frameHash() throws -> String {
    let theme = try theme().sorted { $0.key < $1.key }.map { "\($0.key) \(hash($0.value))\n" }.joined()
    return hash(try Files.read("\(portal.catalog)/catalog.json5") + Array(theme.utf8))
  }

  func outcomes(_ judgements: [Judgement], _ changes: [String: Publication.Change]) -> [Publication.Dataset] {
    judgements.map { judgement in
      let examination = judgement.examination
      return Publication.Dataset(
        name: examination.dataset.name, level: judgement.pass.level.id,
        openness: judgement.pass.level.openness,
        rows: examination.rows, change: changes[examination.dataset.name])
    }
  }
}
