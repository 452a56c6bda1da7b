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
    callsPerDay: Int, level: String, portal: String, proposer: Author, needsSecondPerson: Bool, now: Timestamp
  ) throws -> Int {
    _ = try existingClient(client)
    for (text, what) in [
      (dataset, Wording("the dataset's name", "数据集名称")), (result, Wording("the result's name", "结果名称")),
      (purpose, Wording("the purpose", "用途")),
    ] { try AccessError.check(text, what) }
    guard starts < ends, now < ends else {
      throw AccessError(
        .invalid, Wording("the grant would end before it begins", "授权的截止时间早于开始时间"),
        hint: Wording("give an end date in the future", "请给出将来的截止日期"))
    }
    guard callsPerDay > 0 else {
      throw AccessError(.invalid, Wording("a grant needs at least one call a day", "授权每天至少须有一次调用"))
    }
    guard proposer.person != nil else {
      throw AccessError(
        .invalid,
        Wording(
          "the terms of a grant are signed by a named proposer, so that whoever approves them is another one",
          "授权条款须由具名的提出人签署，以确保由另一人批准"),
        hint: Wording("propose it with '--as PERSON'", "请用 --as PERSON 提出"))
    }
    let status: Grant.Status = needsSecondPerson ? .pending : .active
    var id = 0
    try change(by: proposer) { (connection) throws in
      // Inside the transaction: two people at two shells get two numbers.
      id = try connection.first("SELECT coalesce(max(id), 0) + 1 FROM grants") { Int($0.int(0)) } ?? 1
      let grant = Grant(
        id: id, client: client, dataset: dataset, result: result, purpose: purpose, starts: starts,
        ends: ends,
        callsPerDay: callsPerDay, status: status, proposer: proposer.name, approver: nil, approval: nil,
        created: now, level: level, portal: portal, proposal: nil)
      let proposal = proposer.signature(over: try grant.terms.canonical())
      try connection.execute(
        """
        INSERT INTO grants(id, client, dataset, result, purpose, starts, ends, calls_per_day, status, proposer, created,
          level, portal, proposal)
        VALUES(\(id), \(client), \(dataset), \(result), \(purpose), \(starts.rfc3339), \(ends.rfc3339),
          \(callsPerDay), \(status.rawValue), \(proposer.name), \(now.rfc3339), \(level), \(portal), \(proposal))
        """)
      return (
        [
          "event": "grant.added", "grant": JSON(id), "client": .string(client), "dataset": .string(dataset),
          "result": .string(result), "purpose": .string(purpose), "starts": .string(starts.rfc3339),
          "ends": .string(ends.rfc3339), "callsPerDay": JSON(callsPerDay), "status": .string(status.rawValue),
          "level": .string(level), "time": .string(now.rfc3339),
        ], [.grant(id)]
      )
    }
    return id
  }

  /// Puts a second person's signature over the exact terms of a pending grant, which makes it active.
  package func approveGrant(
    _ id: Int, approval: String, approvers: [Approver], by author: Author, now: Timestamp
  ) throws {
    let grant = try existingGrant(id)
    guard grant.status == .pending else {
      throw AccessError(
        .notPending,
        Wording(
          "grant \(id) is \(grant.status.rawValue), not pending",
          "授权 \(id) 的状态为 \(grant.status.rawValue)，并非待批准"))
    }
    let approver = try Self.approver(of: grant, approval: approval, among: approvers)
    try change(
      by: author, touching: [.grant(id)],
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
        .notApprover, Wording("the signature is not one of a person who may approve grants", "签名者无权批准授权"),
        hint: Wording(
          "the approver needs the role in Policies/access.json5, and a publish since then",
          "批准人须在 Policies/access.json5 中有此角色，且此后已发布过"))
    }
    guard signed.payload == (try grant.terms.canonical()) else {
      throw AccessError(
        .badApproval,
        Wording(
          "the signature is over other terms than those of grant \(grant.id)", "签名所签的条款与授权 \(grant.id) 不同"),
        hint: Wording("sign the grant again", "请重新签署该授权"))
    }
    guard let approver = approvers.first(where: { $0.key == signed.key }) else {
      throw AccessError(.notApprover, Wording("the signer is not known", "签名者未知"))
    }
    guard approver.id != grant.proposer else {
      throw AccessError(
        .selfApproval,
        Wording(
          "'\(approver.id)' proposed grant \(grant.id) and cannot approve it too",
          "“\(approver.id)”是授权 \(grant.id) 的提出人，不能自行批准"),
        hint: Wording("ask a second person", "请由另一人批准"))
    }
    return approver.id
  }

  package func revokeGrant(_ id: Int, by author: Author, now: Timestamp) throws {
    let grant = try existingGrant(id)
    try change(
      by: author, touching: [.grant(id)],
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
