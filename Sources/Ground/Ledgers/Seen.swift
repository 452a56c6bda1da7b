package import Bytes
package import Trust

/// What somebody has seen of a log: so many entries under such a root. Whoever remembers it elsewhere than where the log
/// lies knows when the log was cut, rewritten, or shown to others in another form.
package struct Seen: Sendable, Equatable {
  /// The log's name.
  package let origin: String
  package let size: Int
  /// The Merkle root, 32 bytes.
  package let root: [UInt8]

  package init(origin: String, size: Int, root: [UInt8]) {
    self.origin = origin
    self.size = size
    self.root = root
  }

  package init(_ head: Checkpoint) { self.init(origin: head.origin, size: head.size, root: head.root) }

  /// As entries and files keep it.
  package var json: JSON {
    ["origin": .string(origin), "size": JSON(size), "root": .string(Hex.encode(root))]
  }

  /// Reads what `json` writes; nil for anything else.
  package init?(json: JSON) {
    guard let origin = json["origin"]?.string, let size = json["size"]?.int, size >= 0,
      let root = json["root"]?.string.flatMap(Hex.decode), root.count == Merkle.hashSize
    else { return nil }
    self.init(origin: origin, size: size, root: root)
  }

  /// Refuses a log that does not begin with what was seen of it. `place` is who remembers.
  package func check(_ ledger: Ledger, seenIn place: String) throws(LedgerError) {
    try check(size: ledger.size, seenIn: place) { (size) throws(LedgerError) in
      try ledger.root(atSize: size)
    }
  }

  /// The same of a log that is known by its size and by its root at an earlier one.
  package func check(
    size now: Int, seenIn place: String, rootAt: (Int) throws(LedgerError) -> [UInt8]
  ) throws(LedgerError) {
    guard size <= now else {
      throw LedgerError(
        .behind,
        Wording(
          "the log \(origin) holds \(now) entries, and \(place) has seen \(size) of it",
          "日志 \(origin) 有 \(now) 条，而 \(place) 曾见 \(size) 条"))
    }
    guard try rootAt(size) == root else {
      throw LedgerError(
        .damaged,
        Wording(
          "the first \(size) entries of the log \(origin) are not those that \(place) has seen",
          "日志 \(origin) 的前 \(size) 条不是 \(place) 所见的条目"))
    }
  }
}

extension Seen {
  /// Refuses a log that is known by a checkpoint and its hash tiles, as they travel in a release, where it does not begin
  /// with what was seen.
  package func check(
    _ head: Checkpoint?, tile: @escaping (TileName) -> [UInt8]?, seenIn place: String
  ) throws(LedgerError) {
    guard let head else {
      throw LedgerError(
        .behind, Wording("there is no checkpoint of the log \(origin)", "没有日志 \(origin) 的检查点"))
    }
    let tiles = TileHashes(size: head.size, tile)
    try check(size: head.size, seenIn: place) { (size) throws(LedgerError) in
      size == head.size ? head.root : try tiles.root(atSize: size)
    }
    guard size < head.size, try tiles.root(atSize: head.size) != head.root else { return }
    throw LedgerError(
      .damaged,
      Wording(
        "the hash tiles are not those of the checkpoint of the log \(head.origin)",
        "哈希块与日志 \(head.origin) 的检查点不符"))
  }
}

/// What a person's home remembers of the logs of portals, one small file each, below `seen` of the home.
package struct SeenBook: Sendable {
  private let folder: String

  /// - Parameter home: the person's own folder, which is no part of any portal.
  package init(home: String) { folder = home + "/seen" }

  /// The file about a log: two portals of the same name have other keys.
  package func path(origin: String, key: VerifyingKey) -> String {
    let id = Hex.encode(Array(Digest.sha256(Array(SignedNote.vkey(name: origin, key: key).utf8)).prefix(16)))
    return "\(folder)/\(id).json"
  }

  /// What was last seen of a log; nil where it was never looked at. Throws where the file is not as it was written.
  package func last(origin: String, key: VerifyingKey) throws(LedgerError) -> Seen? {
    let path = path(origin: origin, key: key)
    guard Files.exists(path) else { return nil }
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: 1 << 16) } catch { throw LedgerError(error) }
    guard let json = try? JSON(parsing: bytes), let seen = Seen(json: json), seen.origin == origin else {
      throw LedgerError(.damaged, Wording("\(path) is not what was written there", "\(path) 不是当初写入的内容"))
    }
    return seen
  }

  /// Refuses a log that does not begin with what was seen of it last.
  package func check(_ ledger: Ledger, key: VerifyingKey) throws(LedgerError) {
    guard let seen = try last(origin: ledger.origin, key: key) else { return }
    try seen.check(ledger, seenIn: path(origin: ledger.origin, key: key))
  }

  /// Remembers how far the log goes now. Only what was checked before.
  package func remember(_ ledger: Ledger, key: VerifyingKey) throws(LedgerError) {
    let seen = Seen(ledger.head)
    guard try last(origin: ledger.origin, key: key) != seen else { return }
    do {
      try Files.makeDirectory(folder, mode: 0o700)
      try Files.write(
        seen.json.serialized(pretty: true) + [0x0A], to: path(origin: ledger.origin, key: key), mode: 0o600)
    } catch { throw LedgerError(error) }
  }
}
