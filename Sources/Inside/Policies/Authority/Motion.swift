/// What one person asks another to agree to, from one exact state.
package struct Motion: Sendable, Hashable {
  /// What is to be, by subject.
  package enum Aim: Sendable, Hashable {
    /// `dataset:NAME`: published, or again, within this envelope.
    case envelope(Envelope)
    /// `dataset:NAME`: out for good.
    case retire
    /// `fingerprints:NAME`: what is remembered of a restricted dataset's values is forgotten.
    case forget
    /// `family:A+B`: two key families may have so many units in common and stay two.
    case apart(most: Int)
    /// `policy`: the hash of the rules.
    case policy(String)
    /// `theme`: the hash of what every page rests on, and who manages the portal.
    case theme(String, manager: String)
    /// `person:ID`: registered so.
    case person(Registration.Terms)
    /// `person:ID`: registered no more.
    case leave
    /// `key:recovery`: the keys that replace lost ones, in place of those before.
    case recovery([String])
  }

  package let subject: String
  /// The index of the entry that made the state it starts from; nil where the log knows nothing of the subject. Makes an
  /// agreement single-use: any change of state moves it.
  package let from: Int?
  package let aim: Aim
  /// What its author says the envelope is; hex SHA-256. Empty where there is none.
  package let envelopeHash: String
  /// Hash of the very bytes that were looked at: what is published first under it must be these.
  package let content: String
  package let reason: String
  /// RFC 3339, UTC: unused until then, it counts no more.
  package let expires: String

  /// Each part as its property says.
  package init(
    subject: String, from: Int?, aim: Aim, envelopeHash: String = "", content: String = "", reason: String,
    expires: String
  ) {
    self.subject = subject
    self.from = from
    self.aim = aim
    self.envelopeHash = envelopeHash
    self.content = content
    self.reason = reason
    self.expires = expires
  }

  /// The subject of a dataset's name.
  package static func dataset(_ name: String) -> String { "dataset:\(name)" }
  /// The subject of a person's id.
  package static func person(_ id: String) -> String { "person:\(id)" }
  /// The subject of what is remembered of a dataset's values.
  package static func fingerprints(_ name: String) -> String { "fingerprints:\(name)" }
  /// The subject of two key families, whichever of them is named first.
  package static func families(_ one: String, _ other: String) -> String {
    "family:" + [one, other].sorted().joined(separator: "+")
  }
  package static let policy = "policy"
  package static let theme = "theme"
  package static let recovery = "key:recovery"

  /// The name behind `dataset:`, `person:` and the like; the subject itself for the others.
  package var name: String { subject.split(separator: ":", maxSplits: 1).last.map(String.init) ?? subject }
}

/// A proposal in the log, with the signatures it has.
package struct Agreement: Sendable, Hashable {
  /// One signature under it.
  package struct Vote: Sendable, Hashable {
    /// A person's id, or `recovery`.
    package let person: String
    /// As registered when it entered the log.
    package let roles: [String]
    package let organization: String

    /// Each part as its property says.
    package init(person: String, roles: [String], organization: String) {
      self.person = person
      self.roles = roles
      self.organization = organization
    }
  }

  /// Lower-case hex SHA-256 of the signed proposal.
  package let hash: String
  package let motion: Motion
  package let proposer: String
  package var votes: [Vote]
  /// Whether somebody refused it: then it never counts.
  package var isRefused: Bool

  /// Whether it is about who is registered, or about the key that replaces theirs: it counts as soon as it is signed enough.
  package var isAboutPeople: Bool {
    switch motion.aim {
    case .person, .leave, .recovery: true
    case .envelope, .retire, .forget, .apart, .policy, .theme: false
    }
  }

  /// Each part as its property says.
  package init(
    hash: String, motion: Motion, proposer: String, votes: [Vote] = [], isRefused: Bool = false
  ) {
    self.hash = hash
    self.motion = motion
    self.proposer = proposer
    self.votes = votes
    self.isRefused = isRefused
  }
}
