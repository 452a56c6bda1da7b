import Bytes
import Catalogs
import Crossing
import Disclosure
import Ledgers
import Policies
import Releases
import Site
import Tables
import Trust

extension Publisher {
  /// Writes the release, scans it, logs the decisions, and flips.
  func write(
    _ judgements: [Judgement], _ results: ComputedResults, _ changes: [String: Publication.Change],
    _ agreements: [Agreement]
  ) throws -> Publication {
    let trusted = beginning.map { $0.people.map(\.id) } ?? []
    try begin()
    try closeEarlier(judgements)
    try bringVerifyKeyOut()
    let writer = try ReleaseWriter(
      outside: portal.outside, work: portal.work, key: keys.release, created: options.now)
    do {
      var published: [PublishedDataset] = []
      var openings: [String: Opening] = [:]
      for (number, judgement) in judgements.enumerated() {
        let dataset = judgement.examination.dataset
        progress(.writing(dataset: dataset.name, number: number + 1, of: judgements.count))
        let opening = try Opening.write(judgement, to: writer, work: portal.work)
        openings[dataset.name] = opening
        published.append(
          PublishedDataset(
            dataset: dataset, level: judgement.pass.level, verdict: judgement.verdict,
            release: changed(judgement, changes, in: writer.number),
            modified: modified(judgement, changes), files: opening.files, leftOut: opening.leftOut,
            reports: judgement.pass.rows == nil ? [:] : judgement.examination.reports))
        if let clearance = judgement.pass.results {
          for released in results.of(dataset.name) { try writer.result(released, clearance) }
        }
      }
      try writePages(published, results, openings, judgements, writer)
      try writer.catalogue(
        published.flatMap {
          CatalogueEntry.entries(of: $0, results: results.of($0.dataset.name), catalog: catalog)
        },
        judgements.map(\.pass.entry))
      let answers = try answersHead()
      try writer.settings(try settings(judgements, answers: answers))
      // The decisions stand in the log before the release that rests on them: their checkpoint travels in it.
      try record(judgements, changes, writer.number, agreements, answers)
      try carry(decisions.ledger, into: writer)
      progress(.scanning)
      let listed = try scan(writer, judgements)
      progress(.sealing)
      let manifest = try writer.seal(
        decisions: try decisions.ledger.checkpoint(), catalogueHash: catalogueHash(judgements))
      let next = try next(judgements, results, changes, release: writer.number)
      try next.save(portal)
      try writer.flip()
      try History.forget(before: writer.number, portal)
      try note([
        [
          "event": "published", "v": 1, "release": JSON(writer.number), "root": .string(manifest.root),
          "history": .string(try next.fileHash(in: portal)), "time": .string(options.now.rfc3339),
        ]
      ])
      try tellAuthority()
      return Publication(
        release: writer.number, outcome: .published, datasets: outcomes(judgements, changes),
        reports: results.reports, listed: listed, tagReports: results.tagReports, trusted: trusted,
        suspended: catalog.datasets.map(\.name).filter { desk.authority.datasets[$0]?.status == .suspended },
        leftOut: published.flatMap { item in item.leftOut.map { (item.dataset.name, $0) } })
    } catch {
      try? writer.abandon()
      if log.authority?.intent != nil {
        try? note([
          [
            "event": "abandoned", "v": 1, "release": JSON(writer.number),
            "time": .string(options.now.rfc3339),
          ]
        ])
      }
      throw error
    }
  }

  /// Takes what is shut further than before out of every release up to the one that is served, before the new one is
  /// written: the server refuses it from its next request on, and rolling back does not bring it back.
  private func closeEarlier(_ judgements: [Judgement]) throws {
    guard let previous = previousPolicies else { return }
    var entries: [Telling] = []
    var closed: [(name: String, reason: Text)] = []
    for judgement in judgements {
      let (name, level) = (judgement.examination.dataset.name, judgement.pass.level)
      guard let before = desk.authority.datasets[name], history.datasets[name] != nil,
        let old = previous.scale.level(before.level), old.openness < level.openness
      else { continue }
      // A closed dataset has no views either, and nothing is derived from it: what there was goes with it.
      let made = level.openness == .closed ? history.made(of: name) : []
      for dataset in [name] + made {
        entries.append(
          Telling(
            event: "closed", subject: ["dataset": .string(dataset)],
            facts: [
              "from": .string(old.id), "to": .string(level.id), "through": JSON(history.release),
              "time": .string(options.now.rfc3339),
            ], lists: []))
        closed.append(
          (
            dataset,
            Text([
              ("zh", "密级由 \(old.id) 调整为 \(level.id)"),
              ("en", "The level was raised from \(old.id) to \(level.id)"),
            ])
          ))
      }
    }
    guard !closed.isEmpty else { return }
    try record(entries)
    try Withdrawing.withdraw(
      closed, outside: portal.outside, through: history.release, time: options.now, key: keys.release)
  }

  /// When a dataset last changed: now, where it has.
  private func modified(_ judgement: Judgement, _ changes: [String: Publication.Change]) -> Timestamp {
    let name = judgement.examination.dataset.name
    guard changes[name] == nil, let before = history.datasets[name] else { return options.now }
    return before.modified
  }

  /// The release in which a dataset last changed.
  private func changed(
    _ judgement: Judgement, _ changes: [String: Publication.Change], in release: Int
  ) -> Int {
    let name = judgement.examination.dataset.name
    guard changes[name] == nil, let before = history.datasets[name] else { return release }
    return before.release
  }

  /// The pages, feeds and catalogues of the site.
  private func writePages(
    _ published: [PublishedDataset], _ results: ComputedResults, _ openings: [String: Opening],
    _ judgements: [Judgement], _ writer: ReleaseWriter
  ) throws {
    let portalClearance = Gate.portal(policyHash: policies.hash)
    let passes = Dictionary(uniqueKeysWithValues: judgements.map { ($0.examination.dataset.name, $0.pass) })
    let site = SiteBuilder(
      catalog: catalog, scale: policies.scale, published: published,
      released: published.flatMap { results.of($0.dataset.name) }, previews: openings.mapValues(\.previews),
      pictures: openings.mapValues(\.pictures), release: writer.number, created: options.now,
      theme: try theme())
    try site.forEachPage { page in
      guard let dataset = page.dataset else {
        return try writer.file(page.path, page.bytes, portalClearance)
      }
      // Pages of results stand under the clearance for results, the others of a dataset under that for its entry.
      let isResult = page.place.kind == .results
      guard let pass = passes[dataset], let clearance = isResult ? pass.results : pass.entry else {
        throw PublishingError.unjudged(page.path)
      }
      try writer.file(page.path, page.bytes, clearance)
    }
    for shell in site.shells() { try writer.shell(shell.name, shell.bytes, portalClearance) }
    // Where a server fills nothing in, a page says what happened to a withdrawn dataset.
    for entry in withdrawn.entries where entry.through == nil {
      for page in site.tombstones(entry.dataset, time: entry.time, reason: entry.reason) {
        try writer.tombstone(entry.dataset, page.path, page.bytes, portalClearance)
      }
    }
    let exports = Exports(catalog: catalog, published: published, created: options.now)
    let graph = exports.graph()
    try writer.file("catalog.jsonld", graph.jsonLD(), portalClearance)
    try writer.file("catalog.ttl", graph.turtle(), portalClearance)
    try writer.file("catalog.rdf", graph.rdfXML(), portalClearance)
    try writer.file("data.json", exports.dataJSON(), portalClearance)
    for (item, judgement) in zip(published, judgements) {
      guard let clearance = judgement.pass.rows, let package = exports.dataPackage(item) else { continue }
      try writer.file("data/\(item.dataset.name)/datapackage.json", package, clearance)
    }
  }

  /// The built-in theme, with the portal's own files in place of those of the same name.
  func theme() throws -> [String: [UInt8]] {
    SiteBuilder.theme.merging(try desk.theme.files()) { _, own in own }
  }

  private func catalogueHash(_ judgements: [Judgement]) -> String {
    let text = judgements.map { "\($0.examination.dataset.name) \($0.examination.fingerprint)\n" }.joined()
    return hash(Array(text.utf8))
  }

  private func record(
    _ judgements: [Judgement], _ changes: [String: Publication.Change], _ release: Int,
    _ agreements: [Agreement], _ answers: Settings.Head?
  ) throws {
    let publication = try publication(judgements, changes, agreements, release: release)
    // What would not count is refused before it stands there for ever.
    var next = desk.authority
    do throws(DeedFault) {
      try next.take(signed(.publication(publication)), at: decisions.ledger.size)
    } catch {
      throw PublishingError(.refused, Wording(error.message["en"] ?? "", error.message["zh"] ?? ""))
    }
    var tellings = judgements.filter { judgement in
      let before = history.datasets[judgement.examination.dataset.name]
      return before?.evidenceHash != judgement.evidenceHash || before?.level != judgement.pass.level.id
        || before?.policyHash != policies.hash
    }.map { Decisions.level($0, release: release, now: options.now) }
    if let rollback { tellings.append(rollback.telling(release: release, now: options.now)) }
    tellings.append(
      publication.telling(
        catalogue: catalogueHash(judgements), total: judgements.count, answers: answers, now: options.now))
    if options.underMandate {
      try note(tellings.flatMap { try $0.entries() })
    } else {
      try record(tellings)
    }
  }

  /// The history this release leaves behind.
  private func next(
    _ judgements: [Judgement], _ results: ComputedResults, _ changes: [String: Publication.Change],
    release: Int
  ) throws -> History {
    var datasets: [String: History.Dataset] = [:]
    for judgement in judgements {
      datasets[judgement.examination.dataset.name] = History.Dataset(
        level: judgement.pass.level.id, hasLegalBasis: judgement.verdict.hasLegalBasis,
        evidenceHash: judgement.evidenceHash, policyHash: policies.hash,
        fingerprint: judgement.examination.fingerprint, modified: modified(judgement, changes),
        release: changed(judgement, changes, in: release),
        parent: judgement.examination.dataset.derivation?.parent,
        sources: judgement.examination.dataset.join?.sources ?? [], rows: judgement.examination.rows)
    }
    var next = History(
      release: release, policyHash: policies.hash, frameHash: try frameHash(),
      policyFiles: policies.files,
      datasets: datasets, keyMark: keys.mark, results: results.histories)
    next.tagMark = keys.tagMark
    next.unitsInCommon = unitsInCommon
    next.fingerprints = try fingerprints(after: judgements)
    return next
  }
}
