package import Bytes
import Catalogs
import Ledgers
import Policies
import Releases
package import Trust

/// Begins the decisions log of a portal that published before there was one, and says what it trusted.
package enum Takeover {
  /// What was taken on trust.
  package struct Trusted: Sendable {
    package let portal: String
    package let release: Int?
    /// People with their roles.
    package let people: [String]
    /// Datasets as they were published, each with what was trusted of it.
    package let datasets: [(name: String, words: Wording)]
    /// Datasets that have changed since: two people look at them before they are published.
    package let changed: [String]
  }

  /// Writes the beginning, signed by one of the people of the release that is served (or, where none of them has a key, of
  /// access.json5).
  /// - Parameter recovery: keys that only replace lost ones.
  package static func begin(
    _ portal: Portal, by author: Author, recovery: [VerifyingKey] = [], now: Timestamp
  ) throws -> Trusted {
    try portal.makeInside()
    let lock = try FileLock(portal.inside + "/lock")
    defer { withExtendedLifetime(lock) {} }
    let policies = try PolicySet.load(folder: portal.policies)
    let catalog = try Catalog.load(folder: portal.catalog, policies: policies, work: portal.work)
    let keys = try InsideKeys(portal: portal)
    let store = try ReleaseStore(folder: portal.outside, key: keys.release.publicKey)
    try Traces(portal).check(against: store)
    let served = try store.served()
    let history = try History.load(portal, release: served?.number)
    let decisions = try Decisions(
      portal, origin: Decisions.origin(portal, served: served, catalog: catalog),
      key: keys.release, author: author, after: served)
    guard try AuthorityLog(decisions.ledger).authority == nil else {
      throw PublishingError(
        .refused, Wording("the decisions log has a beginning already", "决策日志已有起点"),
        hint: Wording("'doorsill authority' shows what it says", "doorsill authority 显示其内容"), blame: .usage)
    }
    let before = history.release > 0 ? try PolicySet.parse(files: history.policyFiles) : policies
    let hasKeys = before.access.people.contains { $0.key != nil }
    var genesis = try Beginning.genesis(
      of: portal, catalog: catalog, policies: before, people: hasKeys ? before : policies)
    _ = try Registry(Authority(genesis, at: 0)).standing(author, .begin)
    genesis.recovery = recovery.map(\.text)
    genesis.release = served?.number
    genesis.retired = try store.withdrawals().entries.filter { $0.through == nil }.map(\.dataset)
    let desk = Desk(
      portal: portal, policies: before, previous: before, catalog: catalog,
      authority: Authority(genesis, at: 0), person: nil, now: now)
    var told: [(name: String, words: Wording)] = []
    var changed: [String] = []
    for (name, dataset) in history.datasets.sorted(by: { $0.key < $1.key }) {
      let (change, isSame) = try self.change(name, dataset, desk, keys)
      genesis.datasets.append(change)
      if !isSame { changed.append(name) }
      let count = change.envelope?.findings.count ?? 0
      told.append(
        (
          name,
          count == 0
            ? Wording(dataset.level, dataset.level)
            : Wording(
              "\(dataset.level), although detectors found \(count) kinds of what speaks for a higher level",
              "\(dataset.level)，虽有 \(count) 类检测结果指向更高级别")
        ))
    }
    let trusted: JSON = [
      "changed": JSON(changed), "policy": .string("as served"),
      "people": .string(hasKeys ? "as served" : "access.json5"),
    ]
    _ = try decisions.record([genesis.telling(notes: trusted, now: now)])
    guard let authority = try AuthorityLog(decisions.ledger).authority else {
      throw PublishingError.unjudged("genesis")
    }
    try AuthorityFile.write(
      authority, of: decisions.ledger, policyFiles: before.files, key: keys.release, to: portal)
    return Trusted(
      portal: authority.portal, release: genesis.release,
      people: genesis.people.map { "\($0.id) (\($0.organization): \($0.roles.joined(separator: ", ")))" },
      datasets: told, changed: changed)
  }

  /// A dataset as it was published. What it may be from now on is what it is, where that is what was published.
  private static func change(
    _ name: String, _ dataset: History.Dataset, _ desk: Desk, _ keys: InsideKeys
  ) throws -> (change: Deed.Change, isSame: Bool) {
    var change = Deed.Change(
      name: name, level: dataset.level,
      owner: desk.catalog.dataset(name)?.provider.organization ?? desk.catalog.manager,
      family: desk.catalog.dataset(name)?.keyFamily ?? name, content: dataset.fingerprint)
    guard desk.catalog.dataset(name) != nil, dataset.parent == nil, let examination = try? desk.examine(name)
    else { return (change, dataset.parent != nil) }
    let isSame = examination.fingerprint == dataset.fingerprint || examination.dataset.join != nil
    guard isSame else { return (change, false) }
    let verdict = examination.verdict(desk.policies)
    var envelope = try Content.envelope(
      of: examination, verdict, catalog: desk.catalog, policies: desk.policies)
    envelope.level = dataset.level
    guard envelope.binds(after: [dataset.level], scale: desk.policies.scale) else { return (change, true) }
    let isOpen = dataset.level == desk.policies.scale.lowest.id
    envelope = envelope.withHeadroom(
      rows: isOpen ? examination.rows : nil, until: isOpen ? desk.now.adding(days: 400).date.iso : nil)
    change.envelope = envelope
    change.envelopeHash = try envelope.hash()
    if isOpen { change.rows = try AgreedRows(of: examination.dataset, keys: keys).save(desk.portal) }
    return (change, true)
  }
}
