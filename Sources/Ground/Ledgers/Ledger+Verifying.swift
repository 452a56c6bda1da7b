package import Bytes
package import Trust

extension Ledger {
  /// What `verify` found.
  package struct Report: Sendable {
    /// One thing that is not as it was written.
    package struct Fault: Sendable, CustomStringConvertible {
      /// The file, below the log's folder.
      package let file: String
      /// The entry, where one can be named.
      package let index: Int?
      /// The byte of the file, where one can be named.
      package let offset: Int?
      package let what: Wording

      package var description: String { said(in: "en") }

      /// The same for a person.
      package func said(in language: String) -> String {
        let place = Wording(
          file + (offset.map { ", byte \($0)" } ?? "") + (index.map { ", entry \($0)" } ?? "")
            + ": \(what.en)",
          file + (offset.map { " 第 \($0) 字节" } ?? "") + (index.map { " 第 \($0) 条" } ?? "")
            + "：\(what.zh)")
        return place.said(in: language)
      }
    }
    /// Whole entries that were read.
    package var entries = 0
    /// The last signed checkpoint, if it holds.
    package var checkpoint: Checkpoint?
    /// Bytes of a write that a crash cut short; they were never committed and go at the next start.
    package var tornBytes = 0
    /// Everything wrong, in the order it was met; at most `faultLimit`.
    package var faults: [Fault] = []
    package var isSound: Bool { faults.isEmpty }

    /// Most faults that are told one by one.
    package static let faultLimit = 1000

    mutating func add(_ file: String, index: Int? = nil, offset: Int? = nil, _ what: Wording) {
      guard faults.count < Report.faultLimit else { return }
      faults.append(Fault(file: file, index: index, offset: offset, what: what))
    }
  }

  /// Reads a whole log and finds every flipped byte, lost, added or reordered entry, in entries, tiles and checkpoint.
  /// Needs the public key only, changes nothing, and may run beside the writer.
  package static func verify(
    folder: String, origin: String, key: VerifyingKey
  ) throws(LedgerError) -> Report {
    var audit = Audit(store: TileStore(folder: folder))
    try audit.readCheckpoint(origin: origin, key: key)
    try audit.readEntries(EntriesFile(folder + "/entries.jsonl", isWriter: false))
    return audit.report
  }
}

/// A walk over a log, entry by entry, beside its tiles.
private struct Audit {
  let store: TileStore
  var report = Ledger.Report()
  private var tree = TileTree()
  /// The tile on disk that covers the next leaf, if it is there.
  private var known: (index: Int, hashes: [UInt8]?) = (-1, nil)
  /// Entries whose own bytes are gone, so that the tile's hash stands for them.
  private var replaced = 0
  private var lastTime = Timestamp(secondsSince1970: 0)
  private var offsets: [Int] = []
  private let entriesName = "entries.jsonl"

  init(store: TileStore) {
    self.store = store
    offsets = store.readOffsets()
  }

  mutating func readCheckpoint(origin: String, key: VerifyingKey) throws(LedgerError) {
    guard let note = try store.readCheckpoint() else {
      report.add("checkpoint", Wording("the signed checkpoint is missing", "缺少签署的检查点"))
      return
    }
    do { report.checkpoint = try Checkpoint(note: note, origin: origin, key: key) } catch {
      report.add("checkpoint", error.words)
    }
    judgeRoot()
  }

  mutating func readEntries(_ file: EntriesFile) throws(LedgerError) {
    let length = try file.length()
    var scanner = LineScanner(file, from: 0, to: length)
    /// Where bytes began that are no entry.
    var damage: Int?
    while true {
      let offset = scanner.offset
      guard let piece = try scanner.next() else { break }
      guard piece.isWhole, let line = LedgerLine(piece.bytes) else {
        damage = damage ?? offset
        continue
      }
      if line.index < tree.size {
        if let start = damage {
          report.add(entriesName, offset: start, Wording("bytes that are no entry", "不成条目的字节"))
        }
        report.add(
          entriesName, index: line.index, offset: offset,
          Wording("stands here again or out of order", "重复出现或次序有误"))
        damage = nil
        continue
      }
      if line.index > tree.size {
        let what =
          damage == nil ? Wording("is missing or stands later", "缺失，或出现在后面") : Wording("was changed", "被改动")
        skip(to: line.index, offset: damage ?? offset, what)
      } else if let start = damage {
        report.add(
          entriesName, index: line.index, offset: start,
          Wording("bytes that are no entry stand before it", "其前有不成条目的字节"))
      }
      damage = nil
      if line.time < lastTime, !line.correctsClock {
        report.add(
          entriesName, index: line.index, offset: offset, Wording("is older than the one before", "早于前一条"))
      }
      lastTime = line.latest(after: lastTime)
      take(line.bytes, offset: offset, end: scanner.offset)
    }
    try finish(file, length: length, damage: damage)
  }

  /// Goes on after entries that cannot be read, with the hashes their tiles kept.
  private mutating func skip(to index: Int, offset: Int, _ what: Wording) {
    // A forged number must not make the walk endless.
    let last = min(index, max(tree.size + Ledger.Report.faultLimit, report.checkpoint?.size ?? 0))
    while tree.size < last {
      report.add(entriesName, index: tree.size, offset: offset, what)
      replaced += 1
      grow(stored(tree.size) ?? Merkle.leafHash([]), end: nil)
    }
  }

  private mutating func take(_ line: [UInt8], offset: Int, end: Int) {
    let leaf = Merkle.leafHash(line)
    if let kept = stored(tree.size), kept != leaf {
      report.add(
        entriesName, index: tree.size, offset: offset,
        Wording("is not the entry that was logged: its tile has another hash", "不是当初记入的条目：哈希块中的哈希不同"))
    }
    report.entries += 1
    grow(leaf, end: end)
  }

  private mutating func grow(_ leaf: [UInt8], end: Int?) {
    var filled: [(TileName, [UInt8])] = []
    tree.append(leaf) { filled.append(($0, $1)) }
    for (tile, bytes) in filled { judge(tile, bytes) }
    if tree.size % TileName.width == 0, let end, replaced == 0, isCovered { judgeOffset(end) }
    judgeRoot()
  }

  /// Whether the signed checkpoint reaches what was read so far, so that the derived files must have it.
  private var isCovered: Bool { tree.size <= report.checkpoint?.size ?? 0 }

  private mutating func judgeOffset(_ end: Int) {
    let place = tree.size / TileName.width - 1
    let kept = place < offsets.count ? offsets[place] : nil
    guard kept != end else { return }
    let named =
      kept.map { Wording("byte \($0)", "第 \($0) 字节") } ?? Wording("nothing", "空")
    report.add(
      "offsets", offset: place * 8,
      Wording(
        "names \(named.en) for the end of tile \(place), it is byte \(end)",
        "记载第 \(place) 块止于\(named.zh)，实为第 \(end) 字节"))
  }

  private mutating func judge(_ tile: TileName, _ bytes: [UInt8]) {
    let name = "tile/\(tile.path)"
    guard let kept = store.read(tile) else {
      if isCovered { report.add(name, Wording("the tile is missing or not whole", "哈希块缺失或不完整")) }
      return
    }
    guard kept != bytes,
      let place = zip(kept, bytes).enumerated().first(where: { $0.element.0 != $0.element.1 })
    else { return }
    report.add(name, offset: place.offset, Wording("differs from the entries", "与条目不符"))
  }

  private mutating func stored(_ index: Int) -> [UInt8]? {
    let tile = index / TileName.width
    if known.index != tile { known = (tile, store.read(TileName(level: 0, index: tile))) }
    let start = index % TileName.width * Merkle.hashSize
    return known.hashes.map { Array($0[start..<(start + Merkle.hashSize)]) }
  }

  private mutating func judgeRoot() {
    guard let head = report.checkpoint, head.size == tree.size, head.root != tree.root() else { return }
    report.add(
      "checkpoint",
      Wording("the first \(head.size) entries are not those that were signed", "前 \(head.size) 条不是所签的条目"))
  }

  private mutating func finish(_ file: EntriesFile, length: Int, damage: Int?) throws(LedgerError) {
    let size = report.checkpoint?.size ?? 0
    if let damage {
      let tail = Tail(try file.read(at: damage, count: length - damage), offset: damage)
      if tree.size >= size, tail.isTorn(after: tree.size) {
        report.tornBytes = length - damage
      } else {
        report.add(entriesName, index: tree.size, offset: damage, Wording("was changed or cut", "被改动或截断"))
      }
    }
    if tree.size < size {
      report.add(
        entriesName, index: tree.size, offset: length,
        Wording(
          "\(size - tree.size) entries are lost: the signed checkpoint covers \(size)",
          "丢失 \(size - tree.size) 条：签署的检查点覆盖 \(size) 条"))
    }
  }
}
