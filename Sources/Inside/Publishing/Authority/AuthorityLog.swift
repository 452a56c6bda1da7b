import Bytes
package import Ledgers
package import Policies
import Trust

/// Reads the decisions log into the authority that follows from it.
package struct AuthorityLog: Sendable {
  /// nil where the log has no beginning yet.
  package private(set) var authority: Authority?
  /// Entries that do not count, with why.
  package private(set) var faults: [(index: Int, message: [String: String])] = []
  /// Lists that went ahead of the entry they belong to.
  private var parts: [JSON] = []

  /// Folds every entry. What does not count is told among the faults and changes nothing.
  package init(_ ledger: Ledger) throws {
    for index in 0..<ledger.size {
      let entry = try ledger.entry(at: index)
      let time = try ledger.time(at: index)
      try take(entry, time, at: index) { try ledger.root(atSize: $0) }
    }
  }

  /// Takes one entry into account.
  mutating func take(
    _ entry: JSON, _ time: Timestamp, at index: Int, root: (Int) throws -> [UInt8]
  ) throws {
    guard let event = entry["event"]?.string else { return }
    guard Self.events.contains(event) else { return }
    if event.hasSuffix(".part") {
      if entry["part"]?.int == 1 { parts = [] }
      parts.append(entry)
      return
    }
    // Of versions before there was a beginning.
    guard authority != nil || event == "genesis" else { return }
    do {
      guard let signed = try signedDeed(event, entry, time, root) else {
        throw DeedFault(.order, event)
      }
      if case .genesis(let genesis) = signed.deed {
        guard authority == nil else { throw DeedFault(.secondGenesis, signed.by) }
        guard genesis.people.contains(where: { $0.id == signed.by && $0.key == signed.key }) else {
          throw DeedFault(.notRegistered, signed.by)
        }
        authority = Authority(genesis, at: index)
      } else {
        try authority?.take(signed, at: index)
      }
    } catch let fault as DeedFault {
      faults.append((index, fault.message))
    } catch let fault as PublishingError {
      faults.append((index, ["zh": fault.message(in: "zh"), "en": fault.message(in: "en")]))
    }
  }

  /// Every entry by which lost entries of the answers log were declared, in order.
  package static func recoveries(in ledger: Ledger) throws -> [Recovery] {
    try (0..<ledger.size).compactMap { Recovery(entry: try ledger.entry(at: $0)) }
  }

  private static let events: Set<String> = [
    "genesis", "genesis.part", "proposal", "approval", "publication", "publication.part", "published",
    "abandoned", "suspended", "retired", "together", "mandate", "mandate.ended", Recovery.event,
  ]

  private mutating func signedDeed(
    _ event: String, _ entry: JSON, _ time: Timestamp, _ root: (Int) throws -> [UInt8]
  ) throws -> SignedDeed? {
    func isSeen(_ seen: Paper.Seen) throws -> Bool {
      guard seen.size > 0 else { return seen.root.isEmpty }
      return try Hex.encode(root(seen.size)) == seen.root
    }
    switch event {
    case "proposal", "approval":
      guard let text = entry["jws"]?.string else { return nil }
      let paper = try Paper(text)
      guard try isSeen(paper.seen) else { throw DeedFault(.seenTooLittle, paper.signer) }
      return SignedDeed(
        paper.deed, by: paper.signer, key: paper.key, seen: paper.seen.size, time: time.rfc3339)
    case "published":
      guard let release = entry["release"]?.int else { return nil }
      return SignedDeed(
        .published(release: release, history: entry["history"]?.string ?? ""), by: SignedDeed.service,
        key: "", seen: 0, time: time.rfc3339)
    case "abandoned":
      guard let release = entry["release"]?.int else { return nil }
      return SignedDeed(
        .abandoned(release: release), by: SignedDeed.service, key: "", seen: 0, time: time.rfc3339)
    default: break
    }
    // What a person signs: the entry, and the parts ahead of it with the same key.
    // What the publisher itself announces counts where mandates allow all of it.
    let isMandated =
      event == "publication" && entry["by"]?.string == SignedDeed.service && entry["signature"] == nil
    let (by, key): (String, VerifyingKey?) =
      isMandated ? (SignedDeed.service, nil) : try Self.signer(of: entry, keys: keys(entry))
    var whole = entry
    if let count = entry["parts"]?.int {
      guard parts.count == count else { throw DeedFault(.order, event) }
      for part in parts.reversed() {
        let other =
          try key.map { try Self.signer(of: part, keys: [$0]).by }
          ?? (part["signature"] == nil ? part["by"]?.string : nil)
        guard other == by, part["event"]?.string == event + ".part" else { throw DeedFault(.order, event) }
        for member in part.members ?? [] {
          guard let items = member.value.array, let own = whole[member.key]?.array else { continue }
          whole[member.key] = .array(items + own)
        }
      }
    }
    parts = []
    let seen = Paper.Seen(json: entry["seen"]) ?? Paper.Seen(size: 0, root: "")
    guard try isSeen(seen) else { throw DeedFault(.seenTooLittle, by) }
    let deed: Deed?
    switch event {
    case "genesis": deed = try Authority.Genesis(json: whole).map { .genesis($0) }
    case "publication":
      // The second form is of versions before there was a beginning.
      deed = try Deed.Publication(json: whole).map { .publication($0) }
    case "suspended": deed = .suspended(whole["datasets"]?.array?.compactMap(\.string) ?? [])
    case "retired":
      deed = .retired(
        whole["datasets"]?.array?.compactMap(\.string) ?? [], proposal: whole["proposal"]?.string ?? "")
    case Recovery.event:
      deed = Recovery(entry: whole).map { .recovered(Authority.Loss($0)) }
    case "together": deed = whole["family"]?.string.map { .together($0) }
    case "mandate": deed = Mandate(json: whole).map { .mandate($0) }
    case "mandate.ended": deed = whole["dataset"]?.string.map { .mandateEnded($0) }
    default: deed = nil
    }
    return deed.map {
      SignedDeed($0, by: by, key: key?.text ?? "", seen: seen.size, time: time.rfc3339)
    }
  }

  /// The keys that an entry may be signed with: those of the person it names; a genesis has them in itself.
  private func keys(_ entry: JSON) -> [VerifyingKey] {
    guard let authority else {
      let told = (parts.flatMap { $0["people"]?.array ?? [] }) + (entry["people"]?.array ?? [])
      return told.compactMap { $0["key"]?.string.flatMap { VerifyingKey(text: $0) } }
    }
    return authority.people.filter { $0.terms.id == entry["by"]?.string }
      .compactMap { VerifyingKey(text: $0.terms.key) }
  }

  /// Checks the signature over an entry. Throws where it is not by one of the keys.
  static func signer(of entry: JSON, keys: [VerifyingKey]) throws -> (by: String, key: VerifyingKey) {
    let by = entry["by"]?.string ?? ""
    guard let key = try? Author.key(of: entry, among: keys) else {
      throw DeedFault(.notRegistered, by)
    }
    return (by, key)
  }
}

extension Authority.Loss {
  /// As the entry says it.
  init(_ recovery: Recovery) {
    self.init(
      epoch: recovery.epoch, log: recovery.left.origin, size: recovery.left.size,
      root: Hex.encode(recovery.left.root), known: recovery.known, by: recovery.by,
      reason: recovery.reason, time: recovery.time.rfc3339)
  }
}
