package import Bytes
import Synchronization
package import Trust

/// An append-only, tamper-evident log: a Merkle tree (RFC 9162) over lines of canonical JSON, kept as tiles
/// (c2sp.org/tlog-tiles) with a signed checkpoint.
///
/// The folder holds `entries.jsonl` (the truth), `tile/` and `offsets` (derived), `checkpoint` and `lock`. What the
/// checkpoint covers is durable in all of them; what came after it is read again from the entries at the next start.
/// Beside the folder lies its mark (`HighWater`), which knows an older copy of the folder from the one that was written.
/// One writer: a second `Ledger` on the same folder throws `.busy`. Safe to use from many threads; calls block.
package final class Ledger: Sendable {
  /// An entry's place, once it is durable.
  package struct Entry: Sendable, Equatable {
    package let index: Int
    /// The Merkle leaf: SHA-256 of 0x00 and the entry's line.
    package let leafHash: [UInt8]
    /// When it was written. Never before the time of an earlier entry, whatever the clock does.
    package let time: Timestamp
  }

  /// Seconds after which appending writes a checkpoint itself, if no one has called `persist`.
  package static let checkpointPeriod = 5

  /// The log's name, in its checkpoints.
  package let origin: String
  /// Bytes of a torn tail that were cut off when the log was opened. They were never committed.
  package let tornBytes: Int

  let store: TileStore
  let file: EntriesFile
  /// nil for a reader.
  private let mark: HighWater?
  /// Signs checkpoints; nil for a reader.
  let key: SigningKey?
  private let lock: FileLock?
  let state: Monitor<State>

  struct State {
    /// Everything durable.
    var tree = TileTree()
    /// Bytes of `entries.jsonl` that hold durable entries.
    var length = 0
    /// Where each full tile of leaves ends in `entries.jsonl`.
    var offsets: [Int] = []
    /// Whether the file of offsets says the same.
    var areOffsetsWritten = true
    /// Full tiles that are not yet on disk.
    var fresh: [TileName: [UInt8]] = [:]
    var lastTime = Timestamp(secondsSince1970: 0)
    /// What waits for the next group.
    var waiting: [[UInt8]] = []
    /// How many entries were ever handed in. Each has a number, which differs from its index once a group has been
    /// refused.
    var promised = 0
    /// How many of them are durable or refused.
    var settled = 0
    /// What became of those whose threads have not yet looked.
    var outcomes: [Int: Result<Entry, LedgerError>] = [:]
    /// Whether a thread is writing a group.
    var isWriting = false
    /// Set once and for ever: nothing more can be written.
    var failure: LedgerError?
    /// The size of the checkpoint on disk.
    var persistedSize = -1
    var persistedHead: Checkpoint?
    var persistedAt = ContinuousClock.now
    var isPersisting = false
    /// The checkpoint of the present size, once someone asked for it.
    var signed: (size: Int, note: String)?
    /// The last tile of entries that was read.
    var bundle: (tile: Int, lines: [[UInt8]])?
  }

  /// Opens a log, or makes one.
  ///
  /// A torn tail, which no one was ever told of, is cut off. Throws `.behind` when the log holds less than its last
  /// signed checkpoint, `.damaged` when what the checkpoint covers has changed, `.busy` when another process writes.
  package convenience init(folder: String, origin: String, key: SigningKey) throws(LedgerError) {
    try self.init(folder: folder, origin: origin, key: key, disk: DiskCalls())
  }

  /// Goes on with what is left of a log under another name, so that nothing that was ever given out under the old one is
  /// given out again: its entries keep their places, its mark and its checkpoint begin anew. Whether that was agreed to is
  /// for whoever calls this; it may be called again where it was cut short.
  /// - Parameter left: what must still be there, under the old name.
  package convenience init(
    recovering folder: String, as origin: String, key: SigningKey, left: Seen
  ) throws(LedgerError) {
    try self.init(folder: folder, origin: origin, key: key, disk: DiskCalls(), left: left)
  }

  init(
    folder: String, origin: String, key: SigningKey, disk: DiskCalls, left: Seen? = nil
  ) throws(LedgerError) {
    guard SignedNote.isName(origin) else {
      throw LedgerError(.entry, Wording("“\(origin)” cannot be a log's name", "“\(origin)”不能用作日志名"))
    }
    do {
      try Files.makeDirectory(folder, mode: 0o700)
      lock = try FileLock(folder + "/lock")
    } catch {
      // The lock's own refusal has no error number of the system.
      throw error.operation == "lock" && error.code == 0
        ? LedgerError(
          .busy, Wording("another process writes the log: \(error.message)", "另一进程正在写此日志：\(error.message)"))
        : LedgerError(error)
    }
    self.origin = origin
    self.key = key
    store = TileStore(folder: folder)
    file = try EntriesFile(folder + "/entries.jsonl", isWriter: true, disk: disk)
    let opened: (state: State, tornBytes: Int)
    do throws(LedgerError) {
      // The old mark says how much there was, not how much there has to be.
      let written = left == nil ? try HighWater.read(of: folder) : nil
      opened = try Ledger.restore(
        store, file, origin: left?.origin ?? origin, key: key.publicKey, isReader: false, mark: written)
      if let written {
        try Ledger.compare(opened.state, file, with: written, HighWater.path(of: folder))
      }
    } catch { throw error.of(folder) }
    mark = try HighWater(of: folder)
    tornBytes = opened.tornBytes
    state = Monitor(opened.state)
    if let left { try begin(with: left) } else { try writeLostMark(of: folder) }
    try persist()
  }

  /// Writes down how far the log goes where nothing says so: it was written before there were marks, or its mark was lost
  /// and whoever opens it takes it as it is.
  private func writeLostMark(of folder: String) throws(LedgerError) {
    if size > 0, try HighWater.read(of: folder) == nil { try writeMark() }
  }

  private func writeMark() throws(LedgerError) {
    let last = size
    try mark?.write(
      last == 0 ? nil : HighWater.Mark(size: last, leaf: Merkle.leafHash(try line(at: last - 1))))
  }

  private func begin(with left: Seen) throws(LedgerError) {
    try left.check(self, seenIn: "the recovery")
    try writeMark()
    state.withLock { state in
      state.signed = nil
      state.persistedHead = nil
      state.persistedSize = -1
    }
  }

  /// Opens a log to read it as of its last checkpoint on disk, also while another process writes it. Appending to it
  /// throws `.storage`.
  package init(reading folder: String, origin: String, key: VerifyingKey) throws(LedgerError) {
    self.origin = origin
    self.key = nil
    lock = nil
    store = TileStore(folder: folder)
    file = try EntriesFile(folder + "/entries.jsonl", isWriter: false)
    mark = nil
    let opened: (state: State, tornBytes: Int)
    do { opened = try Ledger.restore(store, file, origin: origin, key: key, isReader: true) } catch {
      throw error.of(folder)
    }
    tornBytes = 0
    state = Monitor(opened.state)
  }

  deinit { try? persist() }

  /// Entries in the log, all durable.
  package var size: Int { state.withLock { $0.tree.size } }

  /// Entries that were handed over, written or not.
  var promised: Int { state.withLock { $0.promised } }

  /// Why nothing can be written any more, or nil.
  package var failure: LedgerError? { state.withLock { $0.failure } }

  /// Appends an entry; durable on disk when this returns. Entries of threads that call at the same time share one
  /// sync. Blocks for the time of a sync.
  package func append(_ entry: JSON) throws(LedgerError) -> Entry {
    guard let written = try append([entry]).first else {
      throw LedgerError(.entry, Wording("nothing was written", "没有写入任何条目"))
    }
    return written
  }

  /// Appends entries in this order, with one sync.
  package func append(_ entries: [JSON]) throws(LedgerError) -> [Entry] {
    guard key != nil else {
      throw LedgerError(.storage, Wording("the log was opened for reading only", "日志以只读方式打开"))
    }
    var prepared: [[UInt8]] = []
    for entry in entries { prepared.append(try Ledger.canonical(entry)) }
    guard !prepared.isEmpty else { return [] }
    let promises = state.withLock { state in
      state.waiting += prepared
      state.promised += prepared.count
      return (state.promised - prepared.count)..<state.promised
    }
    while true {
      // Whoever finds no one writing writes for all that wait.
      let isLeader = state.wait { state -> Bool? in
        if state.settled >= promises.upperBound { return false }
        guard !state.isWriting else { return nil }
        state.isWriting = true
        return true
      }
      guard isLeader else { break }
      writeGroup()
    }
    let outcomes = state.withLock { state in promises.map { state.outcomes.removeValue(forKey: $0) } }
    var written: [Entry] = []
    for outcome in outcomes {
      guard let outcome else {
        throw LedgerError(.broken, Wording("an entry was lost on its way to the disk", "一个条目在落盘途中丢失"))
      }
      written.append(try outcome.get())
    }
    persistIfDue()
    return written
  }

  private static func canonical(_ entry: JSON) throws(LedgerError) -> [UInt8] {
    let bytes: [UInt8]
    do { bytes = try entry.canonical() } catch {
      throw LedgerError(
        .entry, Wording("the entry has no canonical form: \(error.message)", "条目没有规范形式：\(error.message)"))
    }
    guard bytes.count <= LedgerLine.sizeLimit - 256 else {
      throw LedgerError(
        .entry,
        Wording(
          "the entry has \(bytes.count) bytes, at most \(LedgerLine.sizeLimit - 256) fit",
          "条目有 \(bytes.count) 字节，至多 \(LedgerLine.sizeLimit - 256) 字节"))
    }
    return bytes
  }

  /// Writes all that waits. Only the one thread that has set `isWriting` is here.
  private func writeGroup() {
    // Only what a group needs: whoever holds a copy of the whole state makes each change copy it.
    let (entries, start, broken) = state.withLock { state in
      defer { state.waiting = [] }
      return (
        state.waiting, Group.Start(tree: state.tree, length: state.length, time: state.lastTime),
        state.failure
      )
    }
    var group = Group(start)
    for entry in entries { group.add(entry) }
    let failure: LedgerError?
    if let broken {
      failure = broken
    } else {
      do throws(LedgerError) {
        try file.append(group.bytes, at: start.length)
        if let last = group.entries.last {
          try mark?.write(HighWater.Mark(size: last.index + 1, leaf: last.leafHash))
        }
        failure = nil
      } catch {
        failure = error
      }
    }
    state.withLockTelling { state in
      for (place, entry) in group.entries.enumerated() {
        state.outcomes[state.settled + place] = failure.map { .failure($0) } ?? .success(entry)
      }
      state.settled += entries.count
      state.isWriting = false
      if let failure {
        if failure.code == .broken { state.failure = failure }
        return
      }
      state.tree = group.tree
      state.length += group.bytes.count
      if !group.offsets.isEmpty {
        state.offsets += group.offsets
        state.areOffsetsWritten = false
      }
      state.fresh.merge(group.tiles) { $1 }
      state.lastTime = group.time
    }
  }
}

/// Entries that are written together.
private struct Group {
  private(set) var bytes: [UInt8] = []
  private(set) var entries: [Ledger.Entry] = []
  private(set) var tree: TileTree
  private(set) var tiles: [TileName: [UInt8]] = [:]
  private(set) var offsets: [Int] = []
  let time: Timestamp
  private let start: Start

  /// What is durable when the group begins.
  struct Start {
    let tree: TileTree
    let length: Int
    let time: Timestamp
  }

  init(_ start: Start) {
    tree = start.tree
    time = max(Timestamp.now(), start.time)
    self.start = start
  }

  mutating func add(_ entry: [UInt8]) {
    let line = LedgerLine.write(entry: entry, after: start.tree.size, index: tree.size, time: time)
    let leaf = Merkle.leafHash(line)
    entries.append(Ledger.Entry(index: tree.size, leafHash: leaf, time: time))
    bytes += line
    bytes.append(10)
    tree.append(leaf) { tiles[$0] = $1 }
    if tree.size % TileName.width == 0 { offsets.append(start.length + bytes.count) }
  }
}
