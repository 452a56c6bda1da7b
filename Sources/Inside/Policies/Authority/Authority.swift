/// Who may do what, and how every dataset stands: the fold of the decisions log, and of nothing else. A pure value: equal
/// entries give an equal authority. What files say (`current`, `withdrawn`, `access.json5`, histories) is compared with it.
package struct Authority: Sendable, Hashable {
  /// Something as a whole, by its hash, and the entry that made it so.
  package struct Matter: Sendable, Hashable {
    package var hash: String
    package var at: Int

    /// Each part as its property says.
    package init(hash: String, at: Int) {
      self.hash = hash
      self.at = at
    }
  }

  /// What a portal begins with, which is trusted because somebody has to begin.
  package struct Genesis: Sendable, Hashable {
    /// 128 random bits in hex: which portal this is.
    package var portal: String
    package var manager: String
    package var policy: String
    package var theme: String
    package var scale: [String]
    package var approver: String
    package var people: [Registration.Terms]
    /// Keys that only replace lost ones; they lie in a sealed envelope.
    package var recovery: [String]
    /// What was published before there was such a log.
    package var datasets: [Deed.Change]
    /// The release that was served then; nil where none was.
    package var release: Int?
    /// What had been taken out for good.
    package var retired: [String] = []

    /// Each part as its property says.
    package init(
      portal: String, manager: String, policy: String, theme: String, scale: [String], approver: String,
      people: [Registration.Terms], recovery: [String] = [], datasets: [Deed.Change] = [], release: Int? = nil
    ) {
      self.portal = portal
      self.manager = manager
      self.policy = policy
      self.theme = theme
      self.scale = scale
      self.approver = approver
      self.people = people
      self.recovery = recovery
      self.datasets = datasets
      self.release = release
    }
  }

  /// A release that was announced and is not yet served.
  package struct Intent: Sendable, Hashable {
    package let publication: Deed.Publication
    package let by: String
    package let at: Int
    /// RFC 3339.
    package let time: String

    /// Each part as its property says.
    package init(publication: Deed.Publication, by: String, at: Int, time: String) {
      self.publication = publication
      self.by = by
      self.at = at
      self.time = time
    }
  }

  package var portal: String
  /// The organization that manages the portal.
  package var manager: String
  package var policy: Matter
  package var theme: Matter
  /// Ids of the levels in rising order.
  package var scale: [String]
  /// The role whose signature registers people.
  package var approver: String
  /// Everybody who was ever registered, in order; a new key is a new registration.
  package var people: [Registration]
  package var recovery: [String]
  /// The entry that changed them last; nil where they are those of the beginning.
  package var recoveryAt: Int?
  package var datasets: [String: Standing]
  /// Datasets of which what was remembered was forgotten, with the entry that did it last.
  package var forgotten: [String: Int] = [:]
  /// How many units two key families may have in common, by the name of their subject (`A+B`), with the entry that says so.
  package struct Apart: Sendable, Hashable {
    package var most: Int
    package var at: Int

    /// Each part as its property says.
    package init(most: Int, at: Int) {
      self.most = most
      self.at = at
    }
  }

  package var apart: [String: Apart] = [:]

  /// A declared loss: the answers log lost entries, and goes on under its next name from what was left.
  package struct Loss: Sendable, Hashable {
    /// Which name it has after it: 2 after the first loss.
    package var epoch: Int
    /// The name that it had.
    package var log: String
    /// What was left: entries, and their Merkle root in hex.
    package var size: Int
    package var root: String
    /// The most entries that anything remembered.
    package var known: Int
    package var by: String
    package var reason: String
    /// RFC 3339.
    package var time: String

    /// Each part as its property says.
    package init(
      epoch: Int, log: String, size: Int, root: String, known: Int, by: String, reason: String, time: String
    ) {
      self.epoch = epoch
      self.log = log
      self.size = size
      self.root = root
      self.known = known
      self.by = by
      self.reason = reason
      self.time = time
    }
  }

  /// In the order of their names.
  package var losses: [Loss] = []
  /// Standing words by dataset, whether they still hold or not.
  package var mandates: [String: Mandate.Given] = [:]
  /// Proposals that wait for signatures or for their use, by hash.
  package var waiting: [String: Agreement]
  /// Hashes of proposals that have done their work.
  package var used: Set<String>
  package var intent: Intent?
  /// The release that is served; nil before the first.
  package var release: Int?
  /// Hash of the history that belongs to it; nil where an earlier version wrote it.
  package var history: String?

  /// What a portal is that has just begun.
  package init(_ genesis: Genesis, at index: Int) {
    portal = genesis.portal
    manager = genesis.manager
    policy = Matter(hash: genesis.policy, at: index)
    theme = Matter(hash: genesis.theme, at: index)
    scale = genesis.scale
    approver = genesis.approver
    people = genesis.people.map { Registration($0, since: index) }
    recovery = genesis.recovery
    datasets = [:]
    waiting = [:]
    used = []
    release = genesis.release
    for change in genesis.datasets {
      datasets[change.name] = Standing(change, by: "", after: nil, release: genesis.release ?? 0, at: index)
    }
    for name in genesis.retired {
      let gone = Deed.Change(name: name, level: scale.last ?? "", owner: manager, family: name, content: "")
      datasets[name] = Standing(gone, by: "", after: datasets[name], release: 0, at: index)
      datasets[name]?.status = .retired
    }
  }

  /// The registration that a person has now.
  package func person(_ id: String) -> Registration? { people.last { $0.terms.id == id && $0.until == nil } }

  /// Everybody who is registered now.
  package var registered: [Registration] { people.filter { $0.until == nil } }

  /// The entry that made the present state of a subject; nil where there is none.
  package func at(_ subject: String) -> Int? {
    switch subject {
    case Motion.policy: return policy.at
    case Motion.theme: return theme.at
    case Motion.recovery: return recoveryAt
    default:
      let name = subject.split(separator: ":", maxSplits: 1).last.map(String.init) ?? ""
      if subject == Motion.person(name) { return people.last { $0.terms.id == name }?.changed }
      if subject == Motion.fingerprints(name) { return forgotten[name] }
      if subject.hasPrefix("family:") { return apart[name]?.at }
      return datasets[name]?.at
    }
  }

  /// Whether a proposal can still be used: from the state that is, and not past its time.
  package func isOpen(_ motion: Motion, on now: String) -> Bool {
    motion.from == at(motion.subject) && now <= motion.expires
  }

  /// The proposals about a subject that can still be used.
  package func agreements(on subject: String, now: String) -> [Agreement] {
    waiting.values.filter { $0.motion.subject == subject && !$0.isRefused && isOpen($0.motion, on: now) }
      .sorted { $0.hash < $1.hash }
  }

  /// Whether a level is below another in the scale of the policy in force; one that it does not have is above all.
  func isLower(_ level: String, than other: String) -> Bool {
    (scale.firstIndex(of: level) ?? .max) < (scale.firstIndex(of: other) ?? .max)
  }
}

/// Somebody whose signature counts, from one entry of the log to another.
package struct Registration: Sendable, Hashable {
  /// What is registered of a person.
  package struct Terms: Sendable, Hashable {
    package let id: String
    package let organization: String
    package let roles: [String]
    /// `ed25519:` and the key in base64url.
    package let key: String
    /// The system user at whose shell the key was made, as they said; empty where nothing says.
    package let madeBy: String

    /// Each part as its property says; roles are kept sorted.
    package init(id: String, organization: String, roles: [String], key: String, madeBy: String = "") {
      self.id = id
      self.organization = organization
      self.roles = roles.sorted()
      self.key = key
      self.madeBy = madeBy
    }

    /// Whether nothing that gives authority differs.
    package func isSame(as other: Terms) -> Bool {
      id == other.id && organization == other.organization && roles == other.roles && key == other.key
    }
  }

  package let terms: Terms
  package let since: Int
  /// The entry that ended it; nil while it holds.
  package var until: Int?

  /// Each part as its property says.
  package init(_ terms: Terms, since: Int, until: Int? = nil) {
    self.terms = terms
    self.since = since
    self.until = until
  }

  /// The entry that last changed it.
  package var changed: Int { until ?? since }
}

/// How a dataset stands.
package struct Standing: Sendable, Hashable {
  /// Whether it is out, taken out for a while, or for good.
  package enum Status: String, Sendable, Hashable { case open, suspended, retired }

  package var level: String
  /// Every level that the name, or anything it was copied, joined or cut from, ever had: the peak is the highest.
  package var levels: [String]
  package var status: Status
  package var envelope: Envelope?
  /// Hex SHA-256 of it; empty where there is none.
  package var envelopeHash: String
  /// Hash of the list of rows that were agreed to; empty where rows are free.
  package var rows: String
  package var owner: String
  package var family: String
  /// The entry that made this state: any change but of content within the envelope moves it.
  package var at: Int
  /// The release in which it was last published.
  package var release: Int
  /// Who published it last.
  package var by: String
  /// Hash of descriptor and sources.
  package var content: String

  /// Each part as its property says.
  package init(
    level: String, levels: [String], status: Status, envelope: Envelope?, envelopeHash: String, rows: String,
    owner: String, family: String, at: Int, release: Int, by: String, content: String
  ) {
    self.level = level
    self.levels = levels
    self.status = status
    self.envelope = envelope
    self.envelopeHash = envelopeHash
    self.rows = rows
    self.owner = owner
    self.family = family
    self.at = at
    self.release = release
    self.by = by
    self.content = content
  }

  /// What a publication makes of it.
  init(_ change: Deed.Change, by: String, after before: Standing?, release: Int, at index: Int) {
    let isSame =
      before.map {
        $0.level == change.level && $0.envelopeHash == change.envelopeHash && $0.status == .open
          && $0.owner == change.owner
      } ?? false
    let ever = (before?.levels ?? []) + change.levels + [change.level]
    self.init(
      level: change.level, levels: Array(Set(ever)).sorted(), status: .open, envelope: change.envelope,
      envelopeHash: change.envelopeHash, rows: change.rows, owner: change.owner, family: change.family,
      at: isSame ? before?.at ?? index : index, release: release, by: by, content: change.content)
  }
}
