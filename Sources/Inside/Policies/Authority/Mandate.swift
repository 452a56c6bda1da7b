/// A custodian's standing word: until a day, the publisher may publish a dataset's new rows without them, as often as this,
/// while everything but the rows is what it was and nothing leaves what was agreed to. It hands over what one person could
/// do alone, and nothing else.
package struct Mandate: Sendable, Hashable {
  package let dataset: String
  /// Hash of the descriptor: where the rows come from, and what they are. Another descriptor is another matter.
  package let source: String
  /// Hours between two publications under it.
  package let hours: Int
  /// How many rows of a hundred must still be there.
  package let leastRows: Int
  /// The last day, `2027-11-30`.
  package let until: String

  /// Each part as its property says.
  package init(dataset: String, source: String, hours: Int, leastRows: Int, until: String) {
    self.dataset = dataset
    self.source = source
    self.hours = hours
    self.leastRows = leastRows
    self.until = until
  }

  /// One that was given, and by whom.
  package struct Given: Sendable, Hashable {
    package let mandate: Mandate
    package let by: String
    /// The key that signed it, as `Registration.Terms.key`.
    package let key: String
    package let at: Int
    /// The entry that made the dataset's state it was given for: any change of state ends it.
    package let standing: Int
    /// When something was last published under it, RFC 3339; nil where nothing was.
    package var last: String?

    /// Each part as its property says.
    package init(
      _ mandate: Mandate, by: String, key: String, at: Int, standing: Int, last: String? = nil
    ) {
      self.mandate = mandate
      self.by = by
      self.key = key
      self.at = at
      self.standing = standing
      self.last = last
    }
  }
}

extension Authority {
  /// The mandate that holds for a dataset; nil where there is none, where it has ended, where its giver is a custodian no
  /// more or has another key, and where the dataset stands otherwise than it did.
  /// - Parameter time: RFC 3339.
  package func mandate(_ dataset: String, at time: String) -> Mandate.Given? {
    guard let given = mandates[dataset], let standing = datasets[dataset], standing.status == .open,
      standing.at == given.standing, time.prefix(10) <= given.mandate.until,
      let giver = person(given.by)?.terms, giver.key == given.key, giver.roles.contains("custodian")
    else { return nil }
    return given
  }

  /// That a publication which nobody signed rests on mandates alone: the rows of datasets that have one, and nothing else.
  func checkMandated(_ publication: Deed.Publication, time: String) throws(DeedFault) {
    guard publication.agreements.isEmpty, publication.gone.isEmpty, !publication.changed.isEmpty,
      publication.policy == policy.hash, publication.theme == theme.hash, publication.manager == manager,
      publication.scale == scale, publication.approver == approver
    else { throw DeedFault(.mandate, String(publication.release)) }
    for change in publication.changed {
      guard mandate(change.name, at: time) != nil, let before = datasets[change.name],
        change.agreement.isEmpty, change.level == before.level, change.envelopeHash == before.envelopeHash,
        change.owner == before.owner, change.family == before.family
      else { throw DeedFault(.mandate, change.name) }
    }
  }
}
