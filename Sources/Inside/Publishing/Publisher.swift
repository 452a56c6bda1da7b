package import Bytes
import Catalogs
import Crossing
import Disclosure
import Ledgers
import Policies
import Releases
import System
import Tables
package import Trust

/// How a publication is to run.
package struct PublishOptions: Sendable {
  package var author: Author
  package var now: Timestamp
  /// Say what would be published; write nothing outside the door.
  package var dryRun: Bool
  /// Nobody signs: what mandates cover is published, and nothing else.
  package var underMandate: Bool

  package init(
    author: Author, now: Timestamp = .now(), dryRun: Bool = false, underMandate: Bool = false
  ) {
    self.author = author
    self.now = now
    self.dryRun = dryRun
    self.underMandate = underMandate
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
  /// The decisions log, open as long as this is.
  let decisions: Decisions
  /// What the log says, and the files as they are: what is judged by.
  var desk: Desk
  /// The fold of the log, which every entry goes through that is written.
  var log: AuthorityLog
  /// What a portal begins with that has no log yet; nil where it has.
  var beginning: Authority.Genesis?
  /// The policies of the release that is served; nil before the first.
  let previousPolicies: PolicySet?
  /// The release that is served; nil before the first.
  let served: Release?
  /// The organization that manages the portal, as the log says: what the catalogue says now nobody has agreed to yet.
  var manager: String { desk.authority.manager }
  /// Datasets that were withdrawn for good: they enter no release any more.
  let withdrawn: Withdrawals
  /// Where this publication goes back to an earlier release: what the decisions log is told of it.
  var rollback: RollbackNote?
  /// What is remembered of restricted datasets, as it grows while this runs.
  var fingerprints: Fingerprints
  /// How many units two key families have in common that stay two, with those of this run.
  var unitsInCommon: [String: Int]
  /// What of each open set that was compared also stands in a restricted one.
  var measured: [String: (content: String, matches: [Match])] = [:]
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
    catalog = try Catalog.load(folder: portal.catalog, policies: policies, work: portal.work)
    keys = try InsideKeys(portal: portal)
    try Self.bringReleaseKeyOut(portal, keys)
    // A run cut short may have left a whole first release whose turn is only now: it counts as the one before.
    try Housekeeping.cleanUp(outside: portal.outside, key: keys.release.publicKey)
    let store = try ReleaseStore(folder: portal.outside, key: keys.release.publicKey)
    try Traces(portal).check(against: store)
    served = try store.served()
    history = try History.load(portal, release: served?.number)
    try keys.check(against: history, of: portal)
    fingerprints = history.fingerprints
    unitsInCommon = history.unitsInCommon
    withdrawn = try store.withdrawals()
    previousPolicies = history.release > 0 ? try PolicySet.parse(files: history.policyFiles) : nil
    decisions = try Decisions(
      portal, origin: Decisions.origin(portal, served: served, catalog: catalog), key: keys.release,
      author: options.author,
      after: served)
    // By the machine's clock, which dates the entries.
    if !options.dryRun { try decisions.checkClock(.now()) }
    log = try AuthorityLog(decisions.ledger)
    let authority: Authority
    if let known = log.authority {
      beginning = nil
      authority = known
    } else {
      let genesis = try Beginning.genesis(
        of: portal, catalog: catalog, policies: policies, traces: Traces(portal))
      beginning = genesis
      authority = Authority(genesis, at: decisions.ledger.size)
    }
    desk = Desk(
      portal: portal, policies: policies, previous: previousPolicies ?? policies, catalog: catalog,
      authority: authority, person: options.author.person, now: options.now,
      isBeginning: beginning != nil)
    if beginning == nil {
      try settle()
      try checkCaches()
    }
    desk.matches = { [unowned self] in measured[$0.dataset.name]?.matches ?? [] }
    let keys = keys
    desk.changedRows = { dataset, standing in
      guard let agreed = try AgreedRows(standing.rows, in: portal) else { return nil }
      return agreed.missing(from: try AgreedRows(of: dataset, keys: keys))
    }
  }

  /// The public half of the release key crosses once; another key lying there is never overwritten.
  private static func bringReleaseKeyOut(_ portal: Portal, _ keys: InsideKeys) throws {
    let outside = try Folder(making: portal.outside, mode: 0o700)
    let path = outside.full(Layout.releaseKey)
    let pem = keys.release.publicKey.pem
    guard try outside.exists(Layout.releaseKey) else {
      try outside.makeFolder(Files.parent(of: Layout.releaseKey), mode: 0o700)
      return try outside.replace(Layout.releaseKey, pem)
    }
    guard try outside.read(Layout.releaseKey, limit: 1 << 16) == pem else {
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
  package func publish() throws -> Publication {
    try takePapers()
    return try publish(due)
  }

  /// The datasets whose time has come and that nobody took out.
  var due: [Dataset] {
    catalog.datasets.filter { dataset in
      (dataset.availableFrom.map { $0 <= options.now } ?? true) && !isShut(dataset.name)
    }
  }

  /// Whether a dataset was taken out: for good, or for a while and two people have not agreed to bring it back.
  func isShut(_ name: String) -> Bool {
    guard let standing = desk.authority.datasets[name], !withdrawn.isGone(name) else {
      return withdrawn.isGone(name)
    }
    switch standing.status {
    case .open: return false
    case .retired: return true
    case .suspended:
      let open = desk.authority.agreements(on: Motion.dataset(name), now: options.now.rfc3339)
      return !open.contains { agreement in
        if case .envelope = agreement.motion.aim { !agreement.votes.isEmpty } else { false }
      }
    }
  }

  /// The way of these datasets, and of the views derived from them.
  func publish(_ declared: [Dataset]) throws -> Publication {
    // A rehearsal writes nothing, and is anybody's.
    let standing =
      options.underMandate || options.dryRun && options.author.person == nil
      ? nil : try Registry(desk.authority).standing(options.author, .publish)
    let matters = try desk.matters()
    guard matters.refused.isEmpty else {
      throw Rejection(faults: [], faultCount: 0, objections: matters.refused)
    }
    forget(matters.agreements)
    let views = try Views.derived(from: declared, of: portal, scale: policies.scale) { !isShut($0) }
    let order = (declared + views).map(\.name)
    let examinations = try examine(declared.filter { $0.join == nil } + views, after: 0, of: order.count)
    try Rejection.throwIfFaulty(examinations)
    try match(examinations)
    var (judgements, objections) = try desk.judge(examinations)
    // Rows are joined only once the gate has let their sources pass.
    var derived: [Dataset] = []
    for dataset in declared where dataset.join != nil {
      let problems = desk.objections(toJoining: dataset, from: judgements)
      if problems.isEmpty { derived.append(dataset) }
      objections += problems
    }
    return try Joins.with(derived, of: catalog, in: portal, now: options.now) { joined in
      let more = try examine(joined, after: examinations.count, of: order.count)
      try Rejection.throwIfFaulty(more)
      try match(more)
      let (judged, problems) = try desk.judge(derived: more, after: judgements)
      objections += problems
      guard objections.isEmpty else { throw Rejection(faults: [], faultCount: 0, objections: objections) }
      let all = Dictionary(
        judged.map { ($0.examination.dataset.name, $0) },
        uniquingKeysWith: { first, _ in first })
      judgements = try order.map { name in
        guard let judgement = all[name] else { throw PublishingError.unjudged(name) }
        return judgement
      }
      let done = try publish(judgements, matters.agreements, standing)
      // What a run leaves behind that publishes nothing goes with the next that does.
      if done.outcome == .published { sweepFingerprints() }
      return done
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
    _ judgements: [Judgement], _ agreements: [Agreement], _ standing: Registry.Standing?
  ) throws -> Publication {
    let changes = changes(judgements)
    let isSamePortal =
      try history.release > 0 && history.policyHash == policies.hash && history.frameHash == frameHash()
    if changes.isEmpty, isSamePortal, agreements.isEmpty {
      if !options.dryRun { try tellAuthority() }
      return Publication(
        release: history.release, outcome: .unchanged, datasets: outcomes(judgements, changes), reports: [],
        listed: [])
    }
    if options.underMandate {
      try checkMandates(judgements, changes, agreements, isSamePortal: isSamePortal)
    }
    try standing?.check(isSamePortal ? providers(of: changes.keys.sorted(), judgements) : [])
    let results = try compute(judgements)
    if options.dryRun {
      try forgetUnitMaps()
      return Publication(
        release: nil, outcome: .rehearsed, datasets: outcomes(judgements, changes), reports: results.reports,
        listed: [], tagReports: results.tagReports)
    }
    return try write(judgements, results, changes, agreements)
  }

  /// Who provides these datasets, by the log and by the catalogue: a descriptor that names another organization takes no
  /// dataset from the one that had it.
  private func providers(
    of names: [String], _ judgements: [Judgement]
  ) -> [(dataset: String, organization: String?)] {
    let now = Dictionary(
      judgements.map { ($0.examination.dataset.name, $0.examination.dataset.provider.organization) },
      uniquingKeysWith: { first, _ in first })
    return names.flatMap { name in
      let known = [desk.authority.datasets[name]?.owner, now[name]].compactMap { $0 }
      return known.isEmpty ? [(name, nil)] : known.map { (name, $0) }
    }
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
      let level = desk.authority.datasets[name]?.level ?? before.level
      if level != judgement.pass.level.id {
        changes[name] = .level(from: level)
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
    return hash(try catalog.text(of: Files.join(catalog.folder, Catalog.fileName)) + Array(theme.utf8))
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
