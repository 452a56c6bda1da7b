/// What an entry of the decisions log does to the authority.
package enum Deed: Sendable, Hashable {
  /// A dataset of a publication that is new or other than before.
  package struct Change: Sendable, Hashable {
    package var name: String
    package var level: String
    package var owner: String
    package var family: String
    /// Levels of what it is cut or joined from.
    package var levels: [String]
    package var envelope: Envelope?
    /// Hex SHA-256 of it; empty where there is none.
    package var envelopeHash: String
    /// The proposal that it rests on; empty where it needs none.
    package var agreement: String
    /// Hash of the list of rows that were agreed to; empty where rows are free.
    package var rows: String
    /// Hash of descriptor and sources.
    package var content: String

    /// Each part as its property says.
    package init(
      name: String, level: String, owner: String, family: String, levels: [String] = [],
      envelope: Envelope? = nil,
      envelopeHash: String = "", agreement: String = "", rows: String = "", content: String
    ) {
      self.name = name
      self.level = level
      self.owner = owner
      self.family = family
      self.levels = levels
      self.envelope = envelope
      self.envelopeHash = envelopeHash
      self.agreement = agreement
      self.rows = rows
      self.content = content
    }
  }

  /// What a release will be made of; it counts once it is served.
  package struct Publication: Sendable, Hashable {
    package var release: Int
    package var policy: String
    package var theme: String
    package var manager: String
    package var scale: [String]
    package var approver: String
    /// Proposals that it rests on beside those of its datasets: of policy and theme.
    package var agreements: [String]
    package var changed: [Change]
    package var gone: [String]

    /// Each part as its property says.
    package init(
      release: Int, policy: String, theme: String, manager: String, scale: [String], approver: String,
      agreements: [String], changed: [Change], gone: [String]
    ) {
      self.release = release
      self.policy = policy
      self.theme = theme
      self.manager = manager
      self.scale = scale
      self.approver = approver
      self.agreements = agreements
      self.changed = changed
      self.gone = gone
    }
  }

  case genesis(Authority.Genesis)
  case proposal(Motion, hash: String)
  case vote(proposal: String, approves: Bool)
  case publication(Publication)
  case published(release: Int, history: String)
  case abandoned(release: Int)
  case suspended([String])
  case retired([String], proposal: String)
  case recovered(Authority.Loss)
  /// One person's word for two key families with units in common is taken back: from now on they may have none more.
  case together(String)
  case mandate(Mandate)
  case mandateEnded(String)
}

/// A deed with whoever signed it.
package struct SignedDeed: Sendable, Hashable {
  package let deed: Deed
  /// A person's id; `service` for what the publisher itself notes, `recovery` for a recovery key.
  package let by: String
  /// The key whose signature was checked, as `Registration.Terms.key`; empty for the service.
  package let key: String
  /// How many entries its author had seen; checked to be a beginning of this log.
  package let seen: Int
  /// RFC 3339, of the entry.
  package let time: String

  /// Each part as its property says.
  package init(_ deed: Deed, by: String, key: String, seen: Int, time: String) {
    self.deed = deed
    self.by = by
    self.key = key
    self.seen = seen
    self.time = time
  }

  package static let service = "service"
  package static let recovery = "recovery"
}

/// Why an entry does not count.
package struct DeedFault: Error, Sendable, Hashable {
  package enum Code: String, Sendable, Hashable, CaseIterable {
    case secondGenesis, notRegistered, seenTooLittle, role, unknownProposal, stale, alone, opened, gone,
      order, recovery,
      lastApprover, mandate
  }

  package let code: Code
  /// The person, dataset or proposal.
  package let what: String

  /// Each part as its property says.
  package init(_ code: Code, _ what: String) {
    self.code = code
    self.what = what
  }

  /// Language → one sentence.
  package var message: [String: String] {
    let (zh, en) = words
    return ["zh": zh, "en": en]
  }

  private var words: (zh: String, en: String) {
    switch code {
    case .secondGenesis: ("日志只能有一个起点", "a log has one beginning only")
    case .notRegistered:
      ("“\(what)”未以此密钥登记", "'\(what)' is not registered with this key")
    case .seenTooLittle:
      ("“\(what)”签名时所见的日志早于其登记", "'\(what)' signed by a log from before their registration")
    case .role: ("“\(what)”没有所需的角色", "'\(what)' does not have the role")
    case .unknownProposal:
      ("日志中没有所引用的提议 \(what.prefix(12))…", "the log has no such proposal: \(what.prefix(12))…")
    case .stale:
      (
        "提议 \(what.prefix(12))… 已过期，或其出发的状态已改变",
        "the proposal \(what.prefix(12))… is past its time, or the state has moved on"
      )
    case .alone: ("“\(what)”不能既提议又批准", "'\(what)' cannot both propose and approve")
    case .opened: ("“\(what)”的开放没有第二人批准", "'\(what)' was opened without a second person")
    case .gone: ("“\(what)”已永久撤回", "'\(what)' was withdrawn for good")
    case .order: ("“\(what)”与此前的条目不符", "'\(what)' does not follow what went before")
    case .recovery: ("恢复密钥只用于替换丢失的密钥", "a recovery key replaces lost keys and does nothing else")
    case .mandate:
      ("“\(what)”没有有效的委托，须由具名人员发布", "'\(what)' has no mandate that holds: a person publishes it")
    case .lastApprover: ("“\(what)”是最后一位审批人", "'\(what)' is the last approver")
    }
  }
}
