/// Who is registered, and whose signatures change that.
extension Authority {
  /// Whether a proposal gives somebody who is registered another key.
  func isReplacement(_ motion: Motion) -> Bool {
    guard case .person(let terms) = motion.aim, let before = person(terms.id) else { return false }
    return before.terms.key != terms.key
  }

  /// Changes who is registered, where the signatures under a proposal are enough.
  mutating func register(_ agreement: Agreement, at index: Int) throws(DeedFault) {
    let name = agreement.motion.name
    switch agreement.motion.aim {
    case .person(let terms):
      guard isEnough(agreement, for: terms) else { return }
      guard !registered.contains(where: { $0.terms.key == terms.key && $0.terms.id != terms.id }) else {
        throw DeedFault(.notRegistered, terms.id)
      }
      let wasApprover = person(terms.id)?.terms.roles.contains(approver) ?? false
      if wasApprover, !terms.roles.contains(approver) { try keepsApprover(without: terms.id) }
      end(name, at: index)
      people.append(Registration(terms, since: index))
    case .leave:
      guard mayRegister(agreement, besides: "") else { return }
      try keepsApprover(without: name)
      end(name, at: index)
    case .recovery(let keys):
      guard areEnough(agreement) else { return }
      recovery = keys
      recoveryAt = index
    case .envelope, .retire, .forget, .apart, .policy, .theme: return
    }
    use(agreement.hash)
  }

  private mutating func end(_ id: String, at index: Int) {
    for place in people.indices where people[place].terms.id == id && people[place].until == nil {
      people[place].until = index
    }
  }

  private func keepsApprover(without id: String) throws(DeedFault) {
    let others = registered.filter { $0.terms.id != id }
    guard others.contains(where: { $0.terms.roles.contains(approver) }) else {
      throw DeedFault(.lastApprover, id)
    }
  }

  private func isEnough(_ agreement: Agreement, for terms: Registration.Terms) -> Bool {
    // Nobody makes a second person of their own: who joins is accepted by two, where there are two.
    guard isReplacement(agreement.motion) else {
      return mayRegister(agreement, besides: terms.id) && areTwo(signers(agreement))
    }
    // A lost key: two of the others and the recovery key; where nobody else is registered, the recovery key alone.
    let voters = Set(agreement.votes.map(\.person)).subtracting([terms.id])
    let others = registered.filter { $0.terms.id != terms.id }
    return voters.count >= (others.isEmpty ? 1 : 2)
  }

  /// The registered people who signed, whoever proposed it among them.
  private func signers(_ agreement: Agreement) -> [Agreement.Vote] {
    let proposer = person(agreement.proposer).map {
      Agreement.Vote(
        person: $0.terms.id, roles: $0.terms.roles, organization: $0.terms.organization)
    }
    return agreement.votes + [proposer].compactMap { $0 }
  }

  /// Whether two of those who decide anything signed, or the only one that there is.
  private func areTwo(_ signers: [Agreement.Vote]) -> Bool { wanted(beside: signers) <= 0 }

  /// How many more of those who decide anything have to sign, where two are asked for or the only one.
  private func wanted(beside signers: [Agreement.Vote]) -> Int {
    func decides(_ roles: [String]) -> Bool {
      roles.contains(approver) || roles.contains("custodian") || roles.contains("administrator")
    }
    let able = registered.count { decides($0.terms.roles) }
    return min(2, max(1, able)) - Set(signers.filter { decides($0.roles) }.map(\.person)).count
  }

  /// How many more people have to sign for somebody who joins; not above 0 where they are enough.
  package func signaturesWanted(under agreement: Agreement) -> Int {
    isReplacement(agreement.motion) ? 0 : wanted(beside: signers(agreement))
  }

  /// Whether they may make the key that replaces lost ones: two, of whom one registers people where anybody does.
  private func areEnough(_ agreement: Agreement) -> Bool {
    let signers = signers(agreement)
    guard areTwo(signers) else { return false }
    let registrars = registered.filter { $0.terms.roles.contains(approver) }.map(\.terms.id)
    return registrars.isEmpty || signers.contains { registrars.contains($0.person) }
  }

  /// Whether a signature of somebody who registers people is among them: of an approver, of the manager where it has one.
  /// Until there is any approver beside the one who joins, of anybody.
  private func mayRegister(_ agreement: Agreement, besides id: String) -> Bool {
    let approvers = people.filter { $0.terms.roles.contains(approver) && $0.terms.id != id }
    guard !approvers.isEmpty else { return !agreement.votes.isEmpty }
    let managers = registered.filter {
      $0.terms.roles.contains(approver) && $0.terms.organization == manager && $0.terms.id != id
    }
    return agreement.votes.contains { vote in
      vote.person != id && vote.roles.contains(approver)
        && (managers.isEmpty || vote.organization == manager)
    }
  }
}
