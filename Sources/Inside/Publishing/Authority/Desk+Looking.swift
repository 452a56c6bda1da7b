import Bytes
import Catalogs
import Policies

extension Desk {
  /// A subject as people say it: a dataset by its name.
  func subject(_ word: String) -> String {
    let isWhole = word == Motion.policy || word == Motion.theme || word.contains(":")
    return isWhole ? word : Motion.dataset(word)
  }

  /// Reads one dataset or view, however its rows come about.
  package func examine(_ name: String) throws -> Examination {
    let view = try Views.derived(from: catalog.datasets, of: portal, scale: policies.scale) { $0 == name }
      .first
    guard let dataset = catalog.dataset(name) ?? view else {
      if let unread { throw unread }
      throw PublishingError(
        .unknownDataset, Wording("the catalogue has no dataset '\(name)'", "目录中没有数据集“\(name)”"),
        hint: nearest(name, in: catalog.datasets.map(\.name)).map { .didYouMean($0) },
        blame: .usage)
    }
    let sources = try sources(of: dataset)
    return try Joins.with([dataset], of: catalog, in: portal) { joined in
      var examination = try Examination(joined.first ?? dataset, catalog: catalog, policies: policies)
      examination.sources = sources
      return examination
    }
  }

  /// The refusals of what is about the portal as a whole: people, rules, theme.
  func matters() throws -> (agreements: [Agreement], refused: [Objection]) {
    var agreements: [Agreement] = []
    var refused: [Objection] = []
    for id in unregistered() {
      refused.append(
        Objection(
          dataset: Motion.person(id), reasons: [Gate.objection(toPerson: id)], needs: []))
    }
    do {
      if let agreement = try passPolicy() { agreements.append(agreement) }
    } catch let refusal as GateRefusal {
      refused.append(Objection(dataset: Motion.policy, reasons: refusal.reasons, needs: refusal.needs))
    }
    do {
      if let agreement = try passTheme() { agreements.append(agreement) }
    } catch let refusal as GateRefusal {
      refused.append(Objection(dataset: Motion.theme, reasons: refusal.reasons, needs: refusal.needs))
    }
    agreements += authority.waiting.values.filter { agreement in
      guard authority.isOpen(agreement.motion, on: now.rfc3339), !agreement.isRefused else { return false }
      let owner = authority.datasets[agreement.motion.name]?.owner
      return Gate.forgets(
        agreement, by: person, owner: owner, manager: authority.manager, scale: previous.scale)
        || Gate.separates(
          agreement, by: person, manager: authority.manager, managerSigns: managerSigns, scale: previous.scale
        )
    }.sorted { $0.hash < $1.hash }
    return (agreements, refused)
  }

  private func passPolicy() throws -> Agreement? {
    guard policies.ruleHash != authority.policy.hash else { return nil }
    return try Gate.change(
      .policyChange, of: Motion.policy, to: .policy(policies.ruleHash), hash: policies.ruleHash, by: person,
      agreements: authority.agreements(on: Motion.policy, now: now.rfc3339), manager: authority.manager,
      managerSigns: managerSigns, previous: previous.scale, next: policies.scale)
  }

  private func passTheme() throws -> Agreement? {
    let hash = try themeHash()
    guard hash != authority.theme.hash || catalog.manager != authority.manager else { return nil }
    return try Gate.change(
      .theme, of: Motion.theme, to: .theme(hash, manager: catalog.manager), hash: hash, by: person,
      agreements: authority.agreements(on: Motion.theme, now: now.rfc3339), manager: authority.manager,
      managerSigns: managerSigns, previous: previous.scale, next: policies.scale)
  }
}
