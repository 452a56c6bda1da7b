import Bytes
package import Catalogs
package import Policies

/// What is judged by: the files as they are, and what the log says. Whoever publishes has one, and so has whoever proposes
/// or approves, who never goes inside.
package struct Desk {
  let portal: Portal
  package let policies: PolicySet
  /// The rules in force, by which a change of rules is judged.
  let previous: PolicySet
  package let catalog: Catalog
  package internal(set) var authority: Authority
  /// Why a dataset may be missing from the catalogue; nil where all of it could be read.
  var unread: CatalogError?
  /// Who acts; nil in a rehearsal by nobody.
  let person: String?
  let now: Timestamp
  /// The portal's own theme.
  let theme: OwnTheme
  /// Whether a first publication is still the portal's first.
  var isBeginning = false
  /// How many rows that were agreed to are no longer there; who is not inside cannot know, and takes none for gone.
  var changedRows: (Dataset, Standing) throws -> Int? = { _, _ in 0 }
  /// What of a dataset also stands in a restricted one: as measured, or as the publisher noted for whoever is not inside.
  var matches: (Examination) throws -> [Match] = { _ in [] }

  init(
    portal: Portal, policies: PolicySet, previous: PolicySet, catalog: Catalog, authority: Authority,
    person: String?, now: Timestamp, isBeginning: Bool = false
  ) {
    self.portal = portal
    self.policies = policies
    self.previous = previous
    self.catalog = catalog
    self.authority = authority
    self.person = person
    self.now = now
    self.isBeginning = isBeginning
    theme = OwnTheme(portal.theme)
  }

  /// What the gate is asked about a dataset.
  package func request(_ examination: Examination) throws -> GateRequest {
    let dataset = examination.dataset
    let verdict = examination.verdict(policies)
    let standing = authority.datasets[dataset.name]
    let matches = try matches(examination)
    let sources =
      [dataset.derivation?.parent].compactMap { $0 } + lineage(of: dataset) + matches.map(\.with)
    let inherited = sources.flatMap { source in
      (authority.datasets[source]?.levels ?? [])
        + [catalog.dataset(source)?.classification.level].compactMap { $0 }
    }
    let rows = try standing.flatMap { standing in
      standing.envelope?.changes == nil ? 0 : try changedRows(dataset, standing)
    }
    var content = try Content.envelope(of: examination, verdict, catalog: catalog, policies: policies)
    content.shares = Match.shares(matches)
    return GateRequest(
      verdict: verdict, policyHash: policies.hash, content: content,
      contentHash: examination.fingerprint, standing: standing, levels: Array(Set(inherited)).sorted(),
      agreements: authority.agreements(on: Motion.dataset(dataset.name), now: now.rfc3339),
      changedRows: standing == nil ? 0 : rows,
      isFirstShared: !isBeginning && authority.registered.count > 1, isView: dataset.derivation != nil,
      matches: matches,
      publisher: person, manager: authority.manager, day: now.date.iso)
  }

  /// The datasets whose values a view has, as a matter of course: what it is cut from, and what that is joined from. Empty
  /// where it is no view.
  func sources(ofView dataset: Dataset) -> Set<String> {
    guard let parent = dataset.derivation?.parent else { return [] }
    return Set([parent] + (catalog.dataset(parent).map(lineage) ?? []))
  }

  /// What a dataset is joined from, and what that is joined from.
  func lineage(of dataset: Dataset) -> [String] {
    (dataset.join?.sources ?? []).flatMap { source in
      [source] + (catalog.dataset(source).map(lineage) ?? [])
    }
  }

  /// Asks the gate about one dataset.
  package func judge(_ examination: Examination) throws -> Result<Judgement, GateRefusal> {
    let request = try request(examination)
    do {
      let pass = try Gate.clear(request, scale: policies.scale)
      return .success(
        Judgement(
          examination: examination, verdict: request.verdict,
          evidenceHash: Examination.evidenceHash(of: request.verdict), pass: pass, levels: request.levels))
    } catch {
      return .failure(error)
    }
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

  // MARK: What is about the portal as a whole

  /// SHA-256 over the portal's own theme files, and what of the catalogue says whose portal it is. `readable`: over those
  /// files only that can be read as they stand.
  package func themeHash(readable: Bool = false) throws -> String {
    let own = readable ? try theme.readable() : try theme.files()
    let files = own.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string(hash($0.value))) }
    return hash(
      try JSON.object([
        .init("files", .object(files)), .init("baseURL", .string(catalog.baseURL)),
        .init("gatewayURL", JSON(catalog.gatewayURL)),
      ]).canonical())
  }

  /// Whether a change of the rules is for the organization that manages the portal to sign: where somebody of it could.
  /// Elsewhere whoever has the role signs, since nobody would.
  var managerSigns: Bool {
    authority.registered.contains { person in
      person.terms.organization == authority.manager && person.terms.roles.contains(authority.approver)
    }
  }

  /// The people of access.json5 who have a key, as the log would have them.
  var people: [Registration.Terms] {
    policies.access.people.compactMap { person in
      person.key.map {
        Registration.Terms(
          id: person.id, organization: person.organization, roles: person.roles, key: $0.text)
      }
    }
  }

  /// The ids of those who are not in access.json5 as the log has them, or not in the log as access.json5 has them.
  package func unregistered() -> [String] {
    let told = Dictionary(people.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let known = Dictionary(
      authority.registered.map { ($0.terms.id, $0.terms) }, uniquingKeysWith: { first, _ in first })
    return Set(told.keys).union(known.keys).filter { id in
      guard let one = told[id], let other = known[id] else { return true }
      return !one.isSame(as: other)
    }.sorted()
  }
}
