package import Bytes
import Trust

extension Ledger {
  /// The entry at `index`, as it was appended.
  package func entry(at index: Int) throws(LedgerError) -> JSON {
    let line = try parsed(index)
    do { return try JSON(parsing: line.entryBytes) } catch {
      throw LedgerError(
        .damaged,
        Wording("entry \(index) is not JSON: \(error.message)", "第 \(index) 条不是 JSON：\(error.message)"))
    }
  }

  /// The exact bytes of the entry at `index`, whose hash is the Merkle leaf.
  package func line(at index: Int) throws(LedgerError) -> [UInt8] { try parsed(index).bytes }

  /// When the entry at `index` was written.
  package func time(at index: Int) throws(LedgerError) -> Timestamp { try parsed(index).time }

  private func parsed(_ index: Int) throws(LedgerError) -> LedgerLine {
    guard index >= 0 else {
      throw LedgerError(.absent, Wording("there is no entry \(index)", "没有第 \(index) 条"))
    }
    let tile = index / TileName.width
    let (size, range, kept) = state.withLock { state in
      let start = tile == 0 ? 0 : tile <= state.offsets.count ? state.offsets[tile - 1] : state.length
      let end = tile < state.offsets.count ? state.offsets[tile] : state.length
      let kept = state.bundle.flatMap { $0.tile == tile ? $0.lines : nil }
      return (state.tree.size, start..<max(start, end), kept)
    }
    guard index >= 0, index < size else {
      throw LedgerError(
        .absent, Wording("there is no entry \(index) among \(size)", "共 \(size) 条，没有第 \(index) 条"))
    }
    let place = index % TileName.width
    var lines = kept ?? []
    if place >= lines.count {
      lines = try file.read(at: range.lowerBound, count: range.count).split(separator: 10).map { Array($0) }
      state.withLock { $0.bundle = (tile, lines) }
    }
    guard place < lines.count, let line = LedgerLine(lines[place]), line.index == index else {
      throw LedgerError(
        .damaged, Wording("entry \(index) in \(file.path) was changed", "\(file.path) 的第 \(index) 条被改动"))
    }
    return line
  }

  /// The signed checkpoint over all entries (c2sp.org/tlog-checkpoint). Throws when the log cannot be written.
  package func checkpoint() throws(LedgerError) -> String {
    let (tree, failure) = state.withLock { ($0.tree, $0.failure) }
    if let failure { throw failure }
    return try note(over: tree)
  }

  private func note(over tree: TileTree) throws(LedgerError) -> String {
    if let kept = state.withLock({ $0.signed }), kept.size == tree.size { return kept.note }
    guard let key else {
      throw LedgerError(.storage, Wording("the log was opened for reading only", "日志以只读方式打开"))
    }
    let note = Checkpoint(origin: origin, size: tree.size, root: tree.root()).signed(with: key)
    state.withLock { state in
      if (state.signed?.size ?? -1) < tree.size { state.signed = (tree.size, note) }
    }
    return note
  }

  /// When the last entry was written; 1970 where there is none. No later entry is dated before it.
  package var lastTime: Timestamp { state.withLock { $0.lastTime } }

  /// The verifier key of the checkpoints (c2sp.org/signed-note); nil for a reader.
  package var vkey: String? { key.map { SignedNote.vkey(name: origin, key: $0.publicKey) } }

  /// The last size and root that were signed and written down; what a receipt can name at no cost.
  package var signedHead: Checkpoint? { state.withLock { $0.persistedHead } }

  /// The size and Merkle root of all entries.
  package var head: Checkpoint {
    let tree = state.withLock { $0.tree }
    return Checkpoint(origin: origin, size: tree.size, root: tree.root())
  }

  /// The proof for one entry with the checkpoint it leads to, as c2sp.org/tlog-proof text.
  package func proof(of index: Int) throws(LedgerError) -> String {
    let tree = state.withLock { $0.tree }
    guard index >= 0, index < tree.size else {
      throw LedgerError(
        .absent, Wording("there is no entry \(index) among \(tree.size)", "共 \(tree.size) 条，没有第 \(index) 条"))
    }
    let hashes = try path(index, tree)
    return InclusionProof(index: index, hashes: hashes, checkpoint: try note(over: tree)).text
  }

  /// The hashes from the entry's leaf to the root of the present size.
  package func inclusionProof(_ index: Int) throws(LedgerError) -> [[UInt8]] {
    let tree = state.withLock { $0.tree }
    guard index >= 0, index < tree.size else {
      throw LedgerError(
        .absent, Wording("there is no entry \(index) among \(tree.size)", "共 \(tree.size) 条，没有第 \(index) 条"))
    }
    return try path(index, tree)
  }

  private func path(_ index: Int, _ tree: TileTree) throws(LedgerError) -> [[UInt8]] {
    try Merkle.path(index, 0, tree.size) { (low, high) throws(LedgerError) in try hash(low, high, tree) }
  }

  /// The hashes that prove that the log of size `from` is the beginning of the one of size `to` (now, if not given).
  package func consistencyProof(from: Int, to: Int? = nil) throws(LedgerError) -> [[UInt8]] {
    let tree = state.withLock { $0.tree }
    let end = to ?? tree.size
    guard from > 0, from <= end, end <= tree.size else {
      throw LedgerError(
        .absent,
        Wording(
          "no proof leads from size \(from) to \(end) in a log of \(tree.size)",
          "在 \(tree.size) 条的日志中，没有从 \(from) 条到 \(end) 条的证明"))
    }
    return try Merkle.consistency(from, 0, end, isWhole: true) { (low, high) throws(LedgerError) in
      try hash(low, high, tree)
    }
  }

  /// The Merkle root the log had at an earlier size.
  package func root(atSize size: Int) throws(LedgerError) -> [UInt8] {
    let tree = state.withLock { $0.tree }
    guard size >= 0, size <= tree.size else {
      throw LedgerError(.absent, Wording("the log never had \(size) entries", "日志从未有过 \(size) 条"))
    }
    return size == 0 ? Merkle.root(of: []) : try hash(0, size, tree)
  }

  /// The hash over leaves `low..<high`, from the tiles.
  private func hash(_ low: Int, _ high: Int, _ tree: TileTree) throws(LedgerError) -> [UInt8] {
    try TileHashes { self.hashes($0, $1, tree) }.hash(low, high)
  }

  /// A tile's hashes, full or as far as it goes.
  private func hashes(_ level: Int, _ index: Int, _ tree: TileTree) -> [UInt8]? {
    let count = TileTree.count(tree.size, level: level)
    if index == count / TileName.width { return level < tree.edge.count ? tree.edge[level] : nil }
    guard index < count / TileName.width else { return nil }
    let name = TileName(level: level, index: index)
    return state.withLock { $0.fresh[name] } ?? store.read(name)
  }

  /// A tile by number; nil if the log does not have so many hashes. Hashes only, never entries.
  package func tile(_ name: TileName) -> [UInt8]? {
    let tree = state.withLock { $0.tree }
    guard let bytes = hashes(name.level, name.index, tree), bytes.count >= name.count * Merkle.hashSize else {
      return nil
    }
    return Array(bytes.prefix(name.count * Merkle.hashSize))
  }

  /// A tile by its path below `/tile/` (c2sp.org/tlog-tiles), as `0/x001/234.p/17`.
  package func tile(path: String) -> [UInt8]? { TileName(path: path).flatMap { tile($0) } }

  /// Every tile of the present size, the last of each level as far as it goes: what a static copy needs beside the
  /// checkpoint.
  package var tileNames: [TileName] {
    let size = size
    var names: [TileName] = []
    var level = 0
    while case let count = TileTree.count(size, level: level), count > 0 {
      names += (0..<(count / TileName.width)).map { TileName(level: level, index: $0) }
      if count % TileName.width > 0 {
        names.append(TileName(level: level, index: count / TileName.width, count: count % TileName.width))
      }
      level += 1
    }
    return names
  }
}
