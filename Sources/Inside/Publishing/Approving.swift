package import Bytes
import Catalogs
import Policies
import Releases
package import Trust

/// Signs a pending change as a second person.
package enum Approving {
  /// Signs what the gate would ask for now: the change of a dataset's level or legal basis, or (`policy`) of the
  /// policy files. The signature is over the exact change, evidence and policy, and counts for nothing else. Returns
  /// the path of the file.
  package static func sign(
    _ subject: String, portal: Portal, approver: String, key: SigningKey, reason: String, now: Timestamp
  ) throws -> String {
    let publisher = try Publisher(
      portal, options: PublishOptions(author: Author(person: approver, key: key), now: now))
    return subject == Approvals.policy
      ? try signPolicy(publisher, approver, key, reason, now)
      : try signDataset(subject, publisher, approver, key, reason, now)
  }

  private static func signPolicy(
    _ publisher: Publisher, _ approver: String, _ key: SigningKey, _ reason: String, _ now: Timestamp
  ) throws -> String {
    let (history, policies) = (publisher.history, publisher.policies)
    guard history.release > 0, history.policyHash != policies.hash else {
      throw PublishingError(
        .refused,
        Wording(
          "the policy files are those of the release that is served: there is nothing to sign",
          "规则文件与当前发布版本的相同：没有可签署的变更"))
    }
    let previous = try PolicySet.parse(files: history.policyFiles)
    try isPerson(approver, key, of: previous)
    let statement = ApprovalStatement(
      dataset: Approvals.policy, from: previous.hash, to: policies.hash, evidenceHash: policies.hash,
      policyHash: previous.hash, reason: reason, proposer: nil, approver: approver, time: now)
    return try Approvals.write(
      statement, with: key, into: "\(publisher.portal.policies)/\(Approvals.folderName)")
  }

  private static func signDataset(
    _ name: String, _ publisher: Publisher, _ approver: String, _ key: SigningKey, _ reason: String,
    _ now: Timestamp
  ) throws -> String {
    let view = try Views.derived(
      from: publisher.catalog.datasets, of: publisher.portal, scale: publisher.policies.scale
    ) { $0 == name }.first
    guard let dataset = publisher.catalog.dataset(name) ?? view else {
      throw PublishingError(
        .unknownDataset, Wording("the catalogue has no dataset '\(name)'", "目录中没有数据集“\(name)”"),
        hint: nearest(name, in: publisher.catalog.datasets.map(\.name)).map { .didYouMean($0) },
        blame: .usage)
    }
    try isPerson(approver, key, of: publisher.policies)
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
    let sources = try publisher.sources(of: dataset)
    let examination = try Joins.with([dataset], of: publisher.catalog, in: publisher.portal) { joined in
      var examination = try Examination(
        joined.first ?? dataset, catalog: publisher.catalog, policies: publisher.policies)
      examination.sources = sources
      return examination
    }
    let verdict = examination.verdict(publisher.policies)
    let before = publisher.history.datasets[name]
    let statement = ApprovalStatement(
      dataset: name, from: from(verdict, before), to: verdict.declared,
      evidenceHash: Examination.evidenceHash(of: verdict), policyHash: publisher.policies.hash,
      reason: reason,
      proposer: proposer, approver: approver, time: now)
    return try Approvals.write(statement, with: key, into: "\(dataset.folder)/\(Approvals.folderName)")
  }

  /// The level the change starts from: the published one, or before the first publication what the evidence gives.
  private static func from(_ verdict: Verdict, _ before: History.Dataset?) -> String? {
    before?.level ?? verdict.evidenceLevel
  }

  private static func isPerson(_ id: String, _ key: SigningKey, of policies: PolicySet) throws {
    guard let person = policies.access.person(id), person.key == key.publicKey else {
      throw PublishingError(
        .refused,
        Wording("access.json5 does not name '\(id)' with this key", "access.json5 中没有以此公钥登记的“\(id)”"),
        hint: Wording("'doorsill person add' writes it there", "doorsill person add 会写入"))
    }
  }
}
