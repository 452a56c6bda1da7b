import Catalogs
import Policies
import Trust

extension Publisher {
  /// A change of the policy files is itself a change that a second person signs, judged under the policy before it.
  /// The first policy is trusted, and recorded as such with the first publication.
  func passPolicy() throws -> [CheckedApproval] {
    guard let previous = previousPolicies, history.policyHash != policies.hash else { return [] }
    let approvals = try Approvals.load(
      folder: portal.policies + "/approvals", about: "policy", people: previous.access.people)
    do {
      return try Gate.policyChange(
        PolicyChange(
          previous: previous.scale, next: policies.scale, previousHash: previous.hash,
          nextHash: policies.hash,
          proposer: options.author.person, approvals: approvals, signers: signers(of: previous)))
    } catch {
      throw Rejection(
        faults: [], faultCount: 0,
        objections: [Objection(dataset: "policy", reasons: error.reasons, needs: error.needs)])
    }
  }

  /// The people whose keys are new, where the change of policy is nothing else.
  var firstKeys: [Person]? { previousPolicies.flatMap { policies.firstKeys(since: $0) } }

  /// Who of the previous policy could sign a change of it. Where nobody could, somebody who could publish under it has
  /// to bring the first keys, unless nobody had a key for that either.
  private func signers(of previous: PolicySet) -> PolicyChange.Signers {
    let keyed = previous.access.people.filter { $0.key != nil }
    let role = previous.scale.approvals.role(for: .policyChange)
    guard let role, !keyed.contains(where: { $0.roles.contains(role) }) else { return .somebody }
    let publishers = keyed.filter { !Set(Act.publish.roles).isDisjoint(with: $0.roles) }
    let isKnown = publishers.contains { $0.id == options.author.person && $0.key == options.author.publicKey }
    return .nobody(bringsFirstKeysOnly: firstKeys != nil && (publishers.isEmpty || isKnown))
  }
}
