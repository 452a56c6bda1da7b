package import Bytes
import Catalogs
import Policies
import Releases
package import Trust

/// Signs a pending change as a second person.
package enum Approving {
  /// One signature that was given.
  package struct Signed: Sendable, Equatable {
    /// The file it is in.
    package let path: String
    /// Level (or policy hash) before and after.
    package let from: String?
    package let to: String
  }

  /// Signs what the gate would ask for now: the changes of a dataset's level or legal basis, or (`policy`) of the policy
  /// files. Each signature is over one exact change, evidence and policy, and counts for nothing else.
  ///
  /// Throws `refused` where nothing waits for a signature, and where this person's would not count.
  package static func sign(
    _ subject: String, portal: Portal, approver: String, key: SigningKey, reason: String, now: Timestamp
  ) throws -> [Signed] {
    try Decisions.checkSaid(reason)
    let publisher = try Publisher(
      portal, options: PublishOptions(author: Author(person: approver, key: key), now: now))
    return subject == Approvals.policy
      ? [try signPolicy(publisher, approver, key, reason, now)]
      : try signDataset(subject, publisher, approver, key, reason, now)
  }

  private static func signPolicy(
    _ publisher: Publisher, _ approver: String, _ key: SigningKey, _ reason: String, _ now: Timestamp
  ) throws -> Signed {
    let policies = publisher.policies
    guard let previous = publisher.previousPolicies, previous.hash != policies.hash else {
      throw PublishingError(
        .refused,
        Wording(
          "the policy files are those of the release that is served: there is nothing to sign",
          "规则文件与当前发布版本的相同：没有可签署的变更"))
    }
    let role = previous.scale.approvals.role(for: .policyChange)
    let standing = try Registry(previous, manager: publisher.manager, isServed: true).standing(
      publisher.options.author, .approve, roles: role.map { [$0] } ?? [])
    if publisher.managerSigns(previous) { try standing?.check([]) }
    let statement = ApprovalStatement(
      dataset: Approvals.policy, from: previous.hash, to: policies.hash, evidenceHash: policies.hash,
      policyHash: previous.hash, reason: reason, proposer: nil, approver: approver, time: now)
    let path = try Approvals.write(
      statement, with: key, into: "\(publisher.portal.policies)/\(Approvals.folderName)")
    return Signed(path: path, from: statement.from, to: statement.to)
  }

  private static func signDataset(
    _ name: String, _ publisher: Publisher, _ approver: String, _ key: SigningKey, _ reason: String,
    _ now: Timestamp
  ) throws -> [Signed] {
    let view = try Views.derived(
      from: publisher.catalog.datasets, of: publisher.portal, scale: publisher.policies.scale
    ) { $0 == name }.first
    guard let dataset = publisher.catalog.dataset(name) ?? view else {
      throw PublishingError(
        .unknownDataset, Wording("the catalogue has no dataset '\(name)'", "目录中没有数据集“\(name)”"),
        hint: nearest(name, in: publisher.catalog.datasets.map(\.name)).map { .didYouMean($0) },
        blame: .usage)
    }
    let registry = Registry(publisher.policies, manager: publisher.manager)
    let author = publisher.options.author
    try registry.standing(author, .approve, roles: [])?.check(
      [try publisher.servedProvider(of: name), dataset.provider.organization].compactMap { $0 }.map {
        (name, $0)
      })
    let proposer = dataset.classification.proposer ?? dataset.provider.person
    guard proposer != approver else {
      throw PublishingError(
        .refused,
        Wording(
          "'\(approver)' proposed the classification of \(name) and cannot approve it too",
          "\(name) 的定级由“\(approver)”提出，本人不能批准"),
        hint: Wording(
          "ask a second person with the role that levels.json5 names", "请由具有 levels.json5 所定角色的第二人签署"))
    }
    let request = try request(for: dataset, publisher)
    let needs = Gate.pending(request, scale: publisher.policies.scale)
    guard !needs.isEmpty else {
      throw PublishingError(
        .refused,
        Wording("nothing of \(name) waits for a signature", "\(name) 没有待签署的变更"),
        hint: Wording(
          "'doorsill publish --dry-run' says what else stands in its way",
          "doorsill publish --dry-run 会说明还有什么问题"))
    }
    let mine = needs.filter { (try? registry.standing(author, .approve, roles: [$0.role])) != nil }
    if mine.isEmpty { _ = try registry.standing(author, .approve, roles: Set(needs.map(\.role))) }
    var signed: [Signed] = []
    for need in mine where !signed.contains(where: { $0.from == need.from && $0.to == need.to }) {
      let statement = ApprovalStatement(
        dataset: name, from: need.from, to: need.to, evidenceHash: request.evidenceHash,
        policyHash: publisher.policies.judgingHash, reason: reason, proposer: proposer, approver: approver,
        time: now)
      let path = try Approvals.write(
        statement, with: key, into: "\(dataset.folder)/\(Approvals.folderName)")
      signed.append(Signed(path: path, from: need.from, to: need.to))
    }
    return signed
  }

  /// What the gate would be asked about the dataset now.
  private static func request(for dataset: Dataset, _ publisher: Publisher) throws -> GateRequest {
    let sources = try publisher.sources(of: dataset)
    let examination = try Joins.with([dataset], of: publisher.catalog, in: publisher.portal) { joined in
      var examination = try Examination(
        joined.first ?? dataset, catalog: publisher.catalog, policies: publisher.policies)
      examination.sources = sources
      return examination
    }
    return try publisher.request(examination)
  }
}
