/// Whether a second person has signed exactly what is asked, and nothing has changed since.
struct SecondPerson {
  enum Judgement {
    case approved(CheckedApproval)
    case refused([Problem])
  }

  let evidenceHash: String
  /// What an approval may name as the policy it was given under.
  let policyHashes: Set<String>
  let proposer: String?

  func judge(_ need: ApprovalNeed, _ approvals: [CheckedApproval]) -> Judgement {
    guard let proposer, !Self.person(proposer).isEmpty else {
      return .refused([Words.problem(.proposerUnknown, need.to, need.dataset)])
    }
    var objections: [Problem] = []
    for approval in approvals where approval.dataset == need.dataset {
      guard let code = objection(to: approval, for: need, proposer: proposer) else {
        return .approved(approval)
      }
      let problem = Words.problem(code, approval.approver, need.dataset)
      if !objections.contains(problem) { objections.append(problem) }
    }
    if objections.isEmpty { objections = [Words.approvalMissing(need)] }
    return .refused(objections)
  }

  /// Why an approval does not count; nil where it does.
  private func objection(
    to approval: CheckedApproval, for need: ApprovalNeed, proposer: String
  ) -> Problem.Code? {
    guard approval.to == need.to, approval.from == need.from else { return .approvalOfOtherChange }
    guard approval.evidenceHash == evidenceHash, policyHashes.contains(approval.policyHash) else {
      return .approvalStale
    }
    let approver = Self.person(approval.approver)
    guard !approver.isEmpty, approver != Self.person(proposer),
      approver != approval.proposer.map(Self.person)
    else { return .approvalBySelf }
    guard approval.approverRoles.contains(need.role) else { return .approvalWithoutRole }
    guard approval.reason.utf8.contains(where: { $0 > 0x20 }) else { return .approvalWithoutReason }
    return nil
  }

  /// A person's id without the differences that make one person look like two.
  private static func person(_ id: String) -> String {
    let trimmed = id.lowercased().drop { $0.isWhitespace }
    return String(trimmed.reversed().drop { $0.isWhitespace }.reversed())
  }
}
