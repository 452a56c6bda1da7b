import Bytes
import Trust

extension Ledger {
  /// Brings the log back from its files.
  static func restore(
    _ store: TileStore, _ file: EntriesFile, origin: String, key: VerifyingKey, isReader: Bool,
    mark: HighWater.Mark? = nil
  ) throws(LedgerError) -> (state: State, tornBytes: Int) {
    let note = try store.readCheckpoint()
    let length = try file.length()
    guard let note else {
      // A checkpoint is signed before the first entry is taken.
      guard length == 0, !isReader else {
        throw LedgerError(.damaged, Wording("the log's checkpoint is missing", "缺少日志的检查点"))
      }
      return (State(), 0)
    }
    let head: Checkpoint
    do { head = try Checkpoint(note: note, origin: origin, key: key) } catch {
      throw LedgerError(
        .damaged,
        Wording("the log's own checkpoint does not hold: \(error.message)", "日志自身的检查点不成立：\(error.message)"))
    }
    // From the tiles under the checkpoint; if any is missing or wrong, from the entries alone.
    var opened: (state: State, tornBytes: Int)?
    if let state = takeUp(store, head: head) {
      opened = try? replay(store, file, state, head: head, length: length, isReader: isReader, mark: mark)
    }
    if opened == nil {
      opened = try replay(store, file, State(), head: head, length: length, isReader: isReader, mark: mark)
    }
    guard var state = opened?.state, let torn = opened?.tornBytes else {
      throw LedgerError(.damaged, Wording("the log cannot be read", "日志无法读取"))
    }
    state.lastTime = try lastTime(file, state)
    state.areOffsetsWritten = store.readOffsets() == state.offsets
    if state.tree.size == head.size {
      state.signed = (head.size, note)
      state.persistedHead = head
      if state.fresh.isEmpty, state.areOffsetsWritten { state.persistedSize = head.size }
    }
    return (state, torn)
  }

  /// When the last entry was written, where the tiles alone were read.
  private static func lastTime(_ file: EntriesFile, _ state: State) throws(LedgerError) -> Timestamp {
    let tile = state.tree.size / TileName.width
    guard state.tree.size > 0, state.tree.size % TileName.width == 0 else { return state.lastTime }
    let start = tile < 2 ? 0 : tile - 2 < state.offsets.count ? state.offsets[tile - 2] : state.length
    var scanner = LineScanner(file, from: start, to: state.length)
    var last = state.lastTime
    while let piece = try scanner.next() { last = LedgerLine(piece.bytes)?.latest(after: last) ?? last }
    return last
  }

  /// The state after the last full tile under the checkpoint, without reading entries; nil if a tile is missing.
  private static func takeUp(_ store: TileStore, head: Checkpoint) -> State? {
    let full = head.size / TileName.width
    let offsets = store.readOffsets()
    guard offsets.count >= full else { return nil }
    var edge: [[UInt8]] = [[]]
    var level = 1
    while TileTree.count(full * TileName.width, level: level) > 0 {
      let count = TileTree.count(full * TileName.width, level: level)
      var hashes: [UInt8] = []
      for index in (count - count % TileName.width)..<count {
        guard let tile = store.read(TileName(level: level - 1, index: index)) else { return nil }
        hashes += TileTree.subtree(tile, 0, TileName.width)
      }
      edge.append(hashes)
      level += 1
    }
    var state = State()
    state.tree = TileTree(size: full * TileName.width, edge: edge)
    state.offsets = Array(offsets.prefix(full))
    state.length = state.offsets.last ?? 0
    return state
  }

  /// Reads the entries that follow `state`, checks them against the checkpoint, and cuts a torn tail.
  private static func replay(
    _ store: TileStore, _ file: EntriesFile, _ start: State, head: Checkpoint, length: Int, isReader: Bool,
    mark: HighWater.Mark?
  ) throws(LedgerError) -> (state: State, tornBytes: Int) {
    var state = start
    func judge() throws(LedgerError) {
      guard head.size == state.tree.size, head.root != state.tree.root() else { return }
      throw LedgerError(
        .damaged,
        Wording("the first \(head.size) entries are not those that were signed", "前 \(head.size) 条不是所签的条目"))
    }
    try judge()
    var scanner = LineScanner(file, from: state.length, to: length)
    while !isReader || state.tree.size < head.size, let piece = try scanner.next() {
      guard piece.isWhole, let line = LedgerLine(piece.bytes), line.index == state.tree.size else { break }
      var filled: [TileName: [UInt8]] = [:]
      state.tree.append(Merkle.leafHash(piece.bytes)) { filled[$0] = $1 }
      // What the checkpoint covers is on disk, unless it was lost: then it is written again.
      for (tile, bytes) in filled where store.read(tile) != bytes { state.fresh[tile] = bytes }
      state.length += piece.bytes.count + 1
      if state.tree.size % TileName.width == 0 { state.offsets.append(state.length) }
      state.lastTime = line.latest(after: state.lastTime)
      try judge()
    }
    if state.tree.size < head.size {
      let size = state.tree.size
      guard state.length == length else {
        throw LedgerError(
          .damaged,
          Wording(
            "entry \(size), at byte \(state.length) of \(file.path), was changed or cut",
            "第 \(size) 条（\(file.path) 第 \(state.length) 字节）被改动或截断"))
      }
      throw LedgerError(
        .behind,
        Wording(
          "the log holds \(size) entries, but it signed a checkpoint over \(head.size)",
          "日志有 \(size) 条，而它签过 \(head.size) 条的检查点"))
    }
    guard !isReader else { return (state, 0) }
    let torn = length - state.length
    if torn > 0 {
      let tail = Tail(try file.read(at: state.length, count: torn), offset: state.length)
      guard tail.isTorn(after: state.tree.size) else {
        throw LedgerError(
          .damaged,
          Wording(
            "entry \(state.tree.size), at byte \(state.length) of \(file.path), was changed: it is no torn write",
            "第 \(state.tree.size) 条（\(file.path) 第 \(state.length) 字节）被改动：并非写入中断")
        )
      }
      // What was written whole is no torn write, whatever became of it.
      try mark?.check(state.tree.size, in: file.path)
      try file.truncate(to: state.length)
    }
    // A process that died may have left entries that are read here but not on the disk yet.
    if state.tree.size > head.size { try file.sync() }
    return (state, torn)
  }
}

/// What follows the last whole entry of a file: a write that a crash cut short, or damage.
struct Tail {
  private let bytes: [UInt8]
  private let offset: Int
  /// Disks lose whole sectors.
  static let sector = 512

  init(_ bytes: [UInt8], offset: Int) {
    self.bytes = bytes
    self.offset = offset
  }

  /// Whether a crash during the last write explains these bytes: either the write stops short of a newline, or whole
  /// sectors of it are missing and read as zeros. A later entry that knows of more than `size` durable ones proves
  /// that this was committed, so then it does not.
  func isTorn(after size: Int) -> Bool {
    let pieces = bytes.split(separator: 10, omittingEmptySubsequences: false)
    for piece in pieces.dropFirst() {
      if let line = LedgerLine(Array(piece)), line.after > size { return false }
    }
    guard pieces.count > 1 else {
      // One byte too many is a newline that was changed.
      return LedgerLine(Array(bytes.dropLast())) == nil
    }
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Tail.sector - (offset + start) % Tail.sector)
      if bytes[start..<end].allSatisfy({ $0 == 0 }) { return true }
      start = end
    }
    return false
  }
}
