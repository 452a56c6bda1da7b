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
  /// Levels of what it is cut or joined from.
  package let levels: [String]
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
}
