import Catalogs
import Policies
import Trust

extension Publisher {
  /// A change of the policy files is itself a change that a second person signs, judged under the policy before it.
  /// The first policy is trusted, and recorded as such with the first publication.
  func passPolicy() throws -> [CheckedApproval] {
    guard let previous = previousPolicies, history.policyHash != policies.hash else { return [] }
    let approvals = try Approvals.load(
      folder: portal.policies + "/approvals", about: "policy", people: signers(of: previous))
    do {
      return try Gate.policyChange(
        PolicyChange(
          previous: previous.scale, next: policies.scale, previousHash: previous.hash,
          nextHash: policies.hash,
          proposer: options.author.person, approvals: approvals, signers: whoCouldSign(previous)))
    } catch {
      throw Rejection(
        faults: [], faultCount: 0,
        objections: [Objection(dataset: "policy", reasons: error.reasons, needs: error.needs)])
    }
  }

  /// The people whose keys are new, where the change of policy is nothing else.
  var firstKeys: [Person]? { previousPolicies.flatMap { policies.firstKeys(since: $0) } }

  /// Whether a change of this policy is for the organization that manages the portal to sign: where somebody of it could.
  /// Elsewhere whoever has the role signs, since nobody would.
  func managerSigns(_ previous: PolicySet) -> Bool {
    let role = previous.scale.approvals.role(for: .policyChange)
    return previous.access.people.contains { person in
      person.organization == manager && person.key != nil && role.map(person.roles.contains) ?? false
    }
  }

  /// The people of a policy as signers of a change of it.
  private func signers(of previous: PolicySet) -> [Person] {
    let isManagers = managerSigns(previous)
    return previous.access.people.map { $0.having(roles: !isManagers || $0.organization == manager) }
  }

  /// Who of the previous policy could sign a change of it. Where nobody could, somebody who could publish under it has
  /// to bring the first keys, unless nobody had a key for that either.
  private func whoCouldSign(_ previous: PolicySet) -> PolicyChange.Signers {
    let keyed = previous.access.people.filter { $0.key != nil }
    let role = previous.scale.approvals.role(for: .policyChange)
    guard let role, !keyed.contains(where: { $0.roles.contains(role) }) else { return .somebody }
    let publishers = keyed.filter { !Set(Act.publish.roles).isDisjoint(with: $0.roles) }
    let isKnown = publishers.contains { $0.id == options.author.person && $0.key == options.author.publicKey }
    return .nobody(bringsFirstKeysOnly: firstKeys != nil && (publishers.isEmpty || isKnown))
  }
}
