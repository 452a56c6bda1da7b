package import Bytes

extension ClientTrust {
  /// What an operator must know about an authority, by its name.
  package enum Complaint: Sendable, Equatable {
    case authorityEnded(String, Timestamp)
    /// No list that it signed.
    case noList(String)
    case listNotBegun(String, Timestamp)
    case listEnded(String, Timestamp)
    case listEndsSoon(String, Timestamp)
  }

  /// Days before a list's end from which on it is told.
  package static let daysAhead = 7

  /// What is amiss at `time`, or soon will be: nothing when all is well. Lists of authorities below the anchors are
  /// judged only by their dates.
  package func complaints(at time: Timestamp) -> [Complaint] {
    var complaints: [Complaint] = []
    for (anchor, lists) in zip(anchors, signed) {
      if !anchor.isValid(at: time) { complaints.append(.authorityEnded(anchor.subject, anchor.notAfter)) }
      if lists.isEmpty { complaints.append(.noList(anchor.subject)) }
    }
    let relied = signed.compactMap { Self.best($0, at: time) }
    let below = revocationLists.filter { list in
      !anchors.contains { list.isIssued(by: $0) }
    }
    for list in relied + below {
      if time < list.thisUpdate {
        complaints.append(.listNotBegun(list.issuer, list.thisUpdate))
      } else if list.nextUpdate <= time {
        complaints.append(.listEnded(list.issuer, list.nextUpdate))
      } else if list.nextUpdate <= time.adding(days: ClientTrust.daysAhead) {
        complaints.append(.listEndsSoon(list.issuer, list.nextUpdate))
      }
    }
    return complaints
  }

  /// The list of one authority that is relied on: of those in force the one that ends last, else of all.
  private static func best(_ lists: [RevocationList], at time: Timestamp) -> RevocationList? {
    let current = lists.filter { $0.isCurrent(at: time) }
    return (current.isEmpty ? lists : current).max { $0.nextUpdate < $1.nextUpdate }
  }

  /// When the first of the anchors' lists ends; nil where one has none.
  package var listsEnd: Timestamp? {
    let ends = signed.compactMap { $0.map(\.nextUpdate).max() }
    return ends.count == signed.count ? ends.min() : nil
  }
}
