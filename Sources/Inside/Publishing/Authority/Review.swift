package import Bytes
package import Catalogs
package import Policies
package import Trust

/// The desk of somebody who proposes, approves or looks: it reads Catalog, Policies, Public and `authority.json`, and
/// nothing inside. What lies in files and is not in the log yet is taken into account.
package struct Review {
  package private(set) var desk: Desk
  package let file: AuthorityFile
  /// Papers that do not count, with why.
  package private(set) var ignored: [(file: String, fault: DeedFault)] = []
  /// What of the catalogue cannot be read, and is looked at as if it were not there; nothing is published before it is mended.
  package let unread: CatalogError?

  /// - Parameters:
  ///   - home: where the person's home remembers portals; nil where nobody acts.
  ///   - work: a folder of their own for what is needed only while it lasts.
  package init(_ portal: Portal, person: String?, home: String?, work: String, now: Timestamp = .now()) throws
  {
    file = try AuthorityFile(portal, home: home)
    let policies = try PolicySet.load(folder: portal.policies)
    let (catalog, unread) = try Catalog.readable(
      folder: portal.catalog, policies: policies, work: work)
    self.unread = unread
    desk = Desk(
      portal: portal.working(in: work), policies: policies,
      previous: try PolicySet.parse(files: file.policyFiles),
      catalog: catalog, authority: file.authority,
      person: nil, now: now)
    desk.unread = unread
    let noted = MatchNotes(portal)
    desk.matches = { noted.matches(of: $0) }
    for paper in try Paper.all(of: portal) {
      if case .proposal(_, let hash) = paper.deed, desk.authority.waiting[hash] != nil { continue }
      do {
        try desk.authority.take(
          SignedDeed(
            paper.deed, by: paper.signer, key: paper.key, seen: paper.seen.size, time: now.rfc3339),
          at: file.seen.size)
      } catch let fault {
        // What has done its work, or is past its time, lies there and does nothing.
        if fault.code == .stale || fault.code == .unknownProposal { continue }
        ignored.append((PlainLine.shown(paper.file), fault))
      }
    }
  }

  /// When this look is taken.
  var now: Timestamp { desk.now }

  /// Who signs.
  package struct Signer {
    package let id: String
    let key: SigningKey

    package init(id: String, key: SigningKey) {
      self.id = id
      self.key = key
    }

    package var author: Author { Author(person: id, key: key) }
  }

  /// What was signed, and what it says in words.
  package struct Signed {
    /// The file it is in.
    package let path: String
    package let words: [Wording]
  }
}
