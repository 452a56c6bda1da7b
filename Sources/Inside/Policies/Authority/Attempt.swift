/// What somebody inside could try alone, tried on the state as it is. Pure: each try is made on a copy that is thrown away.
package struct Attempt: Sendable, Hashable {
  /// What is tried.
  package enum Kind: String, CaseIterable, Sendable, Hashable {
    /// To act under a registered name with a key of one's own.
    case borrowedName
    /// To approve what one has proposed.
    case ownApproval
    /// To publish a dataset at a lower level, or with more of what was agreed to.
    case lowering, widening
    /// To bring back what was suspended.
    case reopening
    /// To change the rules, or the theme and who manages the portal.
    case rules, theme
    /// To take a dataset out for good.
    case withdrawing
    /// To register somebody whose key one has made.
    case newPerson
    /// To give a colleague a key that one has made.
    case otherKey
  }

  package let kind: Kind
  /// How many tries were made.
  package var tries = 0
  /// Who came through, each once and sorted.
  package var succeeded: [String] = []

  fileprivate mutating func note(_ person: String, _ isThrough: Bool) {
    tries += 1
    if isThrough, !succeeded.contains(person) { succeeded = (succeeded + [person]).sorted() }
  }
}

extension Authority {
  /// Has every registered person try each of it alone.
  /// - Parameter now: RFC 3339.
  package func attempts(now: String) -> [Attempt] {
    Attempt.Kind.allCases.map { kind in
      var attempt = Attempt(kind: kind)
      for person in registered {
        for deeds in Trial(authority: self, by: person.terms, now: now).deeds(kind) {
          attempt.note(person.terms.id, isThrough(deeds))
        }
      }
      return attempt
    }
  }

  private func isThrough(_ deeds: [SignedDeed]) -> Bool {
    var copy = self
    for (number, deed) in deeds.enumerated() {
      do { try copy.take(deed, at: Trial.beyond + number) } catch { return false }
    }
    // A person is registered by enough signatures, or still waits for them.
    let isPending = deeds.contains { deed in
      if case .proposal(let motion, let hash) = deed.deed, case .person = motion.aim {
        copy.waiting[hash] != nil
      } else {
        false
      }
    }
    return !isPending
  }
}

/// The deeds that one person signs in trying something.
private struct Trial {
  let authority: Authority
  let by: Registration.Terms
  let now: String

  /// An entry after every one that there is.
  static let beyond = 1 << 40
  private static let (forged, hash) = ("ed25519:of-their-own", "trial")

  private func signed(_ deed: Deed, as person: String? = nil, key: String? = nil) -> SignedDeed {
    SignedDeed(deed, by: person ?? by.id, key: key ?? by.key, seen: Self.beyond, time: now)
  }

  private func publication(
    _ changes: [Deed.Change] = [], policy: String? = nil, theme: String? = nil, manager: String? = nil
  ) -> Deed {
    .publication(
      Deed.Publication(
        release: (authority.release ?? 0) + 1, policy: policy ?? authority.policy.hash,
        theme: theme ?? authority.theme.hash, manager: manager ?? authority.manager, scale: authority.scale,
        approver: authority.approver, agreements: [], changed: changes, gone: []))
  }

  /// The dataset as it stands, but for this.
  private func change(
    _ name: String, _ standing: Standing, level: String? = nil, envelope: Envelope? = nil, hash: String = ""
  ) -> Deed.Change {
    Deed.Change(
      name: name, level: level ?? standing.level, owner: standing.owner, family: standing.family,
      envelope: envelope, envelopeHash: hash, content: standing.content)
  }

  private func proposal(_ subject: String, _ aim: Motion.Aim) -> Deed {
    .proposal(
      Motion(subject: subject, from: authority.at(subject), aim: aim, reason: "trial", expires: now),
      hash: Self.hash)
  }

  private func person(_ id: String, like terms: Registration.Terms) -> [SignedDeed] {
    let new = Registration.Terms(
      id: id, organization: terms.organization, roles: terms.roles, key: Self.forged)
    return [
      signed(proposal(Motion.person(id), .person(new)), as: id, key: Self.forged),
      signed(.vote(proposal: Self.hash, approves: true)),
    ]
  }

  /// Each list is one try.
  func deeds(_ kind: Attempt.Kind) -> [[SignedDeed]] {
    let datasets = authority.datasets.sorted { $0.key < $1.key }
    switch kind {
    case .borrowedName:
      return authority.registered.filter { $0.terms.id != by.id }.map {
        [signed(publication(), as: $0.terms.id)]
      }
    case .ownApproval:
      return [
        [
          signed(proposal(Motion.policy, .policy("other"))),
          signed(.vote(proposal: Self.hash, approves: true)),
        ]
      ]
    case .lowering:
      guard let lowest = authority.scale.first else { return [] }
      return datasets.filter { authority.isLower(lowest, than: $1.level) && $1.status == .open }.map {
        [signed(publication([change($0, $1, level: lowest)]))]
      }
    case .widening:
      return datasets.compactMap { name, standing in
        guard standing.status == .open, var envelope = standing.envelope else { return nil }
        envelope.findings.append(Envelope.Ceiling(field: "trial", rule: "trial", most: 1))
        return [signed(publication([change(name, standing, envelope: envelope, hash: "other")]))]
      }
    case .reopening:
      return datasets.filter { $1.status != .open }.map { name, standing in
        [
          signed(
            publication([
              change(name, standing, envelope: standing.envelope, hash: standing.envelopeHash)
            ]))
        ]
      }
    case .rules: return [[signed(publication(policy: "other"))]]
    case .theme:
      return [[signed(publication(theme: "other"))], [signed(publication(manager: "other"))]]
    case .withdrawing:
      return datasets.filter { $1.status != .retired }.map { name, _ in
        [
          signed(proposal(Motion.dataset(name), .retire)),
          signed(.retired([name], proposal: Self.hash)),
        ]
      }
    case .newPerson: return [person("trial-of-a-new-person", like: by)]
    case .otherKey:
      return authority.registered.filter { $0.terms.id != by.id }.map {
        person($0.terms.id, like: $0.terms)
      }
    }
  }
}
