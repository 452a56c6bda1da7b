package import Bytes
import SQLite
package import Trust

/// A person who may sign grants, as the release's settings name them.
package struct Approver: Sendable {
  package let id: String
  package let key: VerifyingKey

  package init(id: String, key: VerifyingKey) {
    self.id = id
    self.key = key
  }
}

extension AccessStore {
  /// Proposes a grant. Where a second person must sign it waits as `pending`; otherwise it is active at once.
  /// Returns its number.
  package func addGrant(
    client: String, dataset: String, result: String, purpose: String, starts: Timestamp, ends: Timestamp,
    callsPerDay: Int, proposer: Author, needsSecondPerson: Bool, now: Timestamp
  ) throws -> Int {
    _ = try existingClient(client)
    guard starts < ends, now < ends else {
      throw AccessError(
        .invalid, "the grant would end before it begins", hint: "give an end date in the future")
    }
    guard callsPerDay > 0 else { throw AccessError(.invalid, "a grant needs at least one call a day") }
    guard !needsSecondPerson || proposer.person != nil else {
      throw AccessError(
        .invalid, "a grant on this result needs a named proposer, so that the second person is another one",
        hint: "propose it with '--as PERSON'")
    }
    let status: Grant.Status = needsSecondPerson ? .pending : .active
    var id = 0
    try change(by: proposer) { (connection) throws in
      // Inside the transaction: two people at two shells get two numbers.
      id = try connection.first("SELECT coalesce(max(id), 0) + 1 FROM grants") { Int($0.int(0)) } ?? 1
      try connection.execute(
        """
        INSERT INTO grants VALUES(\(id), \(client), \(dataset), \(result), \(purpose), \(starts.rfc3339), \(ends.rfc3339),
          \(callsPerDay), \(status.rawValue), \(proposer.name), NULL, NULL, \(now.rfc3339))
        """)
      return [
        "event": "grant.added", "grant": JSON(id), "client": .string(client), "dataset": .string(dataset),
        "result": .string(result), "purpose": .string(purpose), "starts": .string(starts.rfc3339),
        "ends": .string(ends.rfc3339), "callsPerDay": JSON(callsPerDay), "status": .string(status.rawValue),
        "time": .string(now.rfc3339),
      ]
    }
    return id
  }

  /// Puts a second person's signature over the exact terms of a pending grant, which makes it active.
  package func approveGrant(
    _ id: Int, approval: String, approvers: [Approver], by author: Author, now: Timestamp
  ) throws {
    let grant = try existingGrant(id)
    guard grant.status == .pending else {
      throw AccessError(.notPending, "grant \(id) is \(grant.status.rawValue), not pending")
    }
    let approver = try Self.approver(of: grant, approval: approval, among: approvers)
    try change(
      by: author,
      [
        "event": "grant.approved", "grant": .number(String(id)), "client": .string(grant.client),
        "approver": .string(approver),
        "approval": .string(approval), "time": .string(now.rfc3339),
      ]
    ) { (connection) throws in
      try connection.execute(
        """
        UPDATE grants SET status = \(Grant.Status.active.rawValue), approver = \(approver), approval = \(approval)
        WHERE id = \(id) AND status = \(Grant.Status.pending.rawValue)
        """)
    }
  }

  /// Who signed the approval of a grant. Throws where the signature is not one of the approvers', where it is over
  /// other terms, or where it is the proposer's own.
  static func approver(of grant: Grant, approval: String, among approvers: [Approver]) throws -> String {
    let signed: (header: JSON, payload: [UInt8], key: VerifyingKey)
    do {
      signed = try JWS.verify(approval, keys: approvers.map(\.key))
    } catch {
      throw AccessError(
        .notApprover, "the signature is not one of a person who may approve grants",
        hint: "the approver needs the role in Policies/access.json5, and a publish since then")
    }
    guard signed.payload == (try grant.terms.canonical()) else {
      throw AccessError(
        .badApproval, "the signature is over other terms than those of grant \(grant.id)",
        hint: "sign the grant again")
    }
    guard let approver = approvers.first(where: { $0.key == signed.key }) else {
      throw AccessError(.notApprover, "the signer is not known")
    }
    guard approver.id != grant.proposer else {
      throw AccessError(
        .selfApproval, "'\(approver.id)' proposed grant \(grant.id) and cannot approve it too",
        hint: "ask a second person")
    }
    return approver.id
  }

  package func revokeGrant(_ id: Int, by author: Author, now: Timestamp) throws {
    let grant = try existingGrant(id)
    try change(
      by: author,
      [
        "event": "grant.revoked", "grant": .number(String(id)), "client": .string(grant.client),
        "time": .string(now.rfc3339),
      ]
    ) {
      (connection) throws in
      try connection.execute("UPDATE grants SET status = \(Grant.Status.revoked.rawValue) WHERE id = \(id)")
    }
  }
}
