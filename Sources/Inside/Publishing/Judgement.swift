import Bytes
package import Catalogs
package import Policies
import Trust

/// One dataset after the gate: its level with the evidence, and the clearances that let it cross.
package struct Judgement: Sendable {
  package let examination: Examination
  package let verdict: Verdict
  package let evidenceHash: String
  package let pass: GatePass
}

/// Why one dataset is not published.
package struct Objection: Sendable {
  package let dataset: String
  package let reasons: [Problem]
  package let needs: [ApprovalNeed]
}

extension Examination {
  package func verdict(_ policies: PolicySet) -> Verdict {
    classify(facts, scale: policies.scale, policy: policies.detectors)
  }

  package static func evidenceHash(of verdict: Verdict) -> String {
    Hex.encode(Digest.sha256(verdict.evidenceText))
  }

  /// Asks the gate. The proposer is the person the descriptor names, so that nobody approves their own.
  func judge(_ policies: PolicySet, previous: PublishedState?) throws -> Result<Judgement, GateRefusal> {
    let verdict = verdict(policies)
    let hash = Self.evidenceHash(of: verdict)
    let approvals = try Approvals.load(
      folder: dataset.folder + "/approvals", about: dataset.name, people: policies.access.people)
    let request = GateRequest(
      verdict: verdict, evidenceHash: hash, policyHash: policies.hash, previous: previous,
      proposer: dataset.classification.proposer ?? dataset.provider.person, approvals: approvals)
    do {
      let pass = try Gate.clear(request, scale: policies.scale)
      return .success(Judgement(examination: self, verdict: verdict, evidenceHash: hash, pass: pass))
    } catch {
      return .failure(error)
    }
  }
}
