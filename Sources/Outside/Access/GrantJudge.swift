package import Bytes
package import Trust

/// A person with a key and roles, for as long as they were registered so: from the signed settings of a release.
package struct Registration: Sendable, Hashable {
  package let person: String
  package let roles: [String]
  package let key: VerifyingKey
  package let since: Timestamp
  /// The registration ended before this moment; nil while it lasts.
  package let until: Timestamp?

  package init(person: String, roles: [String], key: VerifyingKey, since: Timestamp, until: Timestamp?) {
    self.person = person
    self.roles = roles
    self.key = key
    self.since = since
    self.until = until
  }

  package static func == (left: Registration, right: Registration) -> Bool {
    left.person == right.person && left.roles == right.roles && left.key == right.key
      && left.since == right.since && left.until == right.until
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(person)
    hasher.combine(roles)
    hasher.combine(key.raw)
    hasher.combine(since)
    hasher.combine(until)
  }

  /// Publisher and server need not have the same second.
  private static let skew: Int64 = 300

  /// Whether it held then, by the clock of either side.
  package func holds(at time: Timestamp) -> Bool {
    since.adding(seconds: -Self.skew) <= time && (until.map { time < $0 } ?? true)
  }
}

/// Judges the signatures under grants. Each row is judged once for as long as it and the people stay the same.
struct GrantJudge: Sendable {
  /// Whose signatures hold. A grant that has neither is no grant.
  enum Standing: Sendable, Equatable {
    case proposed, approved
    case refused(Wording)
  }

  private struct Question: Hashable {
    let content: [String?]
    let proposed: Timestamp?
    let approved: Timestamp?
    let isAdopted: Bool
  }

  private var people: [Registration] = []
  /// The name of the answers log, which terms name; nil before anybody has said.
  private var portal: String?
  private var known: [Question: Standing] = [:]

  static let proposers: Set<String> = ["custodian", "administrator"]
  static let approvers: Set<String> = ["approver"]

  /// Takes other people; what was judged by those before is forgotten.
  mutating func recognise(_ people: [Registration], portal: String) {
    guard people != self.people || portal != self.portal else { return }
    self.people = people
    self.portal = portal
    known = [:]
  }

  mutating func standing(of grant: Grant, on ground: Ground) -> Standing {
    let question = Question(
      content: grant.content, proposed: ground.proposed[grant.id], approved: ground.approved[grant.id],
      isAdopted: ground.adopted.contains(grant.rowName.text))
    if let standing = known[question] { return standing }
    let standing = judge(grant, question)
    // Rows that are no more are forgotten with the next change of people; there are few changes and many calls.
    known[question] = standing
    return standing
  }

  private func judge(_ grant: Grant, _ question: Question) -> Standing {
    guard let portal else {
      return .refused(Wording("nobody is known who could have signed it", "尚不知道谁有权签署"))
    }
    guard let terms = try? grant.terms.canonical() else {
      return .refused(Wording("its terms cannot be written down", "条款无法成文"))
    }
    // 0.1 took no signature over the terms of a proposer: its log entry was signed.
    let isOld = grant.proposal == nil && grant.level == nil && grant.portal == nil
    if !(isOld && question.isAdopted) {
      guard grant.portal == portal else {
        return .refused(Wording("it is not for this portal", "不属于本门户"))
      }
      guard
        signs(grant.proposal, over: terms, grant.proposer, Self.proposers, at: question.proposed) != nil
      else {
        return .refused(
          Wording(
            "its terms are not signed by '\(grant.proposer)', a registered custodian or administrator",
            "条款没有已登记的专员或管理员“\(grant.proposer)”的签名"))
      }
    }
    guard grant.approval != nil || grant.approver != nil else { return .proposed }
    guard let approver = grant.approver, approver != grant.proposer,
      let key = signs(
        grant.approval, over: terms, approver, Self.approvers,
        at: question.approved ?? (question.isAdopted ? grant.created : nil)),
      !people.contains(where: { $0.person == grant.proposer && $0.key == key })
    else {
      return .refused(
        Wording(
          "its approval is not the signature of a second, registered approver over these terms",
          "其批准并非另一位已登记批准人对这些条款的签名"))
    }
    return .approved
  }

  /// The key with which a person who had the role when the signature entered the log signed the terms.
  private func signs(
    _ signature: String?, over terms: [UInt8], _ person: String, _ roles: Set<String>, at time: Timestamp?
  ) -> VerifyingKey? {
    guard let signature, let time else { return nil }
    let able = people.filter {
      $0.person == person && !roles.isDisjoint(with: $0.roles) && $0.holds(at: time)
    }
    guard let signed = try? JWS.verify(signature, keys: able.map(\.key)), signed.payload == terms else {
      return nil
    }
    return signed.key
  }
}

extension Book {
  /// The book that calls are judged by: what the administrative entries account for, and grants whose signatures hold.
  /// `refused` says what else stands in the file, for the operator.
  func judged(on ground: Ground, _ judge: inout GrantJudge) -> (book: Book, refused: [RefusedRow]) {
    var book = Book()
    book.version = version
    book.usage = usage
    var refused: [RefusedRow] = []
    func accounts(for row: some Sealed) -> Bool {
      let name = row.rowName.text
      if row.isClosed { return true }
      guard let state = ground.rows[name] else {
        refused.append(
          RefusedRow(
            row.rowName,
            Wording(
              "access.sqlite: \(name) was entered by nobody: it counts for nothing",
              "access.sqlite：\(name) 没有任何录入记录：不予理会")))
        return false
      }
      guard state == row.state else {
        refused.append(
          RefusedRow(
            row.rowName,
            state == Ground.closed
              ? Wording(
                "access.sqlite: \(name) was revoked, and its row says otherwise: it stays revoked",
                "access.sqlite：\(name) 已被撤销，而库中另有说法：仍属已撤销")
              : Wording(
                "access.sqlite: \(name) was changed since it was entered: it counts for nothing",
                "access.sqlite：\(name) 在录入后被改动：不予理会")))
        return false
      }
      return true
    }
    for client in clients.values where accounts(for: client) { book.clients[client.id] = client }
    for certificate in certificates.values where accounts(for: certificate) {
      book.certificates[certificate.thumbprint] = certificate
    }
    for key in keys.values where accounts(for: key) { book.keys[key.mac] = key }
    for grant in grants.values.sorted(by: { $0.id < $1.id }) where accounts(for: grant) {
      if grant.status == .active {
        switch judge.standing(of: grant, on: ground) {
        case .proposed: break
        case .approved: book.approved.insert(grant.id)
        case .refused(let reason):
          refused.append(
            RefusedRow(
              grant.rowName,
              Wording(
                "grant \(grant.id) (\(grant.client), \(grant.dataset)/\(grant.result)) is refused: \(reason.en)",
                "授权 \(grant.id)（\(grant.client)，\(grant.dataset)/\(grant.result)）不予承认：\(reason.zh)")))
          continue
        }
      }
      book.add(grant)
    }
    return (book, refused.sorted { $0.words.en < $1.words.en })
  }
}

/// A row of the access database that counts for nothing, with why.
package struct RefusedRow: Sendable, Equatable {
  package let row: RowName
  package let words: Wording

  init(_ row: RowName, _ words: Wording) {
    self.row = row
    self.words = words
  }
}
