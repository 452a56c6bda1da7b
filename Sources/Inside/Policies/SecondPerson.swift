/// Whether a proposal has the signature it needs.
struct SecondPerson {
  /// Who makes use of it; nil in a rehearsal.
  let publisher: String?
  /// The organizations whose people judge the matter.
  let organizations: [String]
  let role: String

  /// Why a proposal does not count; nil where it does.
  func objection(to agreement: Agreement, on subject: String) -> Problem? {
    var objections: [Problem] = []
    for vote in agreement.votes {
      guard let code = objection(to: vote) else { return nil }
      objections.append(Words.problem(code, vote.person, subject))
    }
    return objections.first ?? Words.problem(.approvalMissing, agreement.proposer, subject)
  }

  private func objection(to vote: Agreement.Vote) -> Problem.Code? {
    if vote.person == publisher { return .approvalBySelf }
    if !vote.roles.contains(role) { return .approvalWithoutRole }
    return organizations.contains(vote.organization) ? nil : .approvalWithoutRole
  }
}
