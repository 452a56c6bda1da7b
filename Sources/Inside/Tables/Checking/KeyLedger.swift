import Bytes
import Glibc

/// Fingerprint of a key and the line it stands on. 96 bits of hash: two different keys among a hundred million
/// share one with a chance below 10⁻¹².
struct KeyEntry: Sendable {
  var hash: UInt64
  var check: UInt32
  var line: UInt32
}

/// Finds keys that occur twice, exactly and in bounded memory: fingerprints are collected, written to a temporary
/// file in parts when there are many, and compared part by part at the end.
struct KeyLedger: ~Copyable {
  private var entries: [KeyEntry] = []
  private var spill: Int32 = -1
  /// Place of each part in the file, run by run: `parts + 1` offsets a run, in entries.
  private var runs: [[Int]] = []
  private var written = 0

  /// Entries kept in memory: 32 MiB.
  private static let bound = 1 << 21
  private static let parts = 256

  deinit { if spill >= 0 { close(spill) } }

  mutating func add(_ more: [KeyEntry], firstLine: Int) throws(TableError) {
    for entry in more {
      entries.append(
        KeyEntry(
          hash: entry.hash, check: entry.check, line: entry.line &+ UInt32(truncatingIfNeeded: firstLine)))
    }
    if entries.count >= Self.bound { try flush() }
  }

  private mutating func flush() throws(TableError) {
    if spill < 0 {
      var path = Array((temporaryFolder() + "/doorsill-keys-XXXXXX").utf8CString)
      spill = mkstemp(&path)
      if spill >= 0 {
        unlink(path)  // it lives as long as it is open
        _ = fcntl(spill, F_SETFD, FD_CLOEXEC)
      }
      guard spill >= 0 else {
        throw TableError(
          .unwritableFile, file: temporaryFolder(),
          Wording("no temporary file for the keys: \(systemReason())", "无法为主键建立临时文件：\(systemReason())"),
          hint: .setTemporaryFolder)
      }
    }
    var starts: [Int]
    (entries, starts) = Self.sorted(entries)
    starts = starts.map { $0 + written }
    runs.append(starts)
    try entries.withUnsafeBufferPointer { (buffer) throws(TableError) in
      let bytes = UnsafeRawBufferPointer(buffer)
      var at = 0
      while at < bytes.count, let base = bytes.baseAddress {
        let got = pwrite(
          spill, base + at, bytes.count - at, off_t(written * MemoryLayout<KeyEntry>.stride + at))
        if got < 0 {
          if errno == EINTR { continue }
          throw TableError(
            .unwritableFile, file: temporaryFolder(),
            Wording("the keys cannot be kept: \(systemReason())", "主键无法暂存：\(systemReason())"),
            hint: .setTemporaryFolder)
        }
        at += got
      }
    }
    written += entries.count
    entries.removeAll(keepingCapacity: true)
  }

  /// The entries by the top bits of their hash, and where each part begins.
  private static func sorted(_ entries: [KeyEntry]) -> ([KeyEntry], [Int]) {
    var starts = [Int](repeating: 0, count: parts + 1)
    for entry in entries { starts[Int(entry.hash >> 56) + 1] += 1 }
    for part in 0..<parts { starts[part + 1] += starts[part] }
    var next = starts
    let sorted = [KeyEntry](unsafeUninitializedCapacity: entries.count) { target, count in
      for entry in entries {
        let part = Int(entry.hash >> 56)
        (target.baseAddress.map { $0 + next[part] })?.initialize(to: entry)
        next[part] += 1
      }
      count = entries.count
    }
    return (sorted, starts)
  }

  /// Lines whose key stands on an earlier line: how many there are, and the first `shown` with the earlier line.
  mutating func duplicates(shown: Int) throws(TableError) -> (count: Int, first: [(line: Int, earlier: Int)])
  {
    let (rest, starts) = Self.sorted(entries)
    entries = []
    var count = 0
    var found: [(line: Int, earlier: Int)] = []
    for part in 0..<Self.parts {
      var group = Array(rest[starts[part]..<starts[part + 1]])
      for run in runs { group += try read(run[part]..<run[part + 1]) }
      count += Self.compare(group, &found)
      if found.count > 4 * shown + 1000 {
        found.sort { ($0.line, $0.earlier) < ($1.line, $1.earlier) }
        found.removeSubrange(max(shown, 1)...)
      }
    }
    found.sort { ($0.line, $0.earlier) < ($1.line, $1.earlier) }
    return (count, Array(found.prefix(shown)))
  }

  private func read(_ range: Range<Int>) throws(TableError) -> [KeyEntry] {
    var failed = false
    let stride = MemoryLayout<KeyEntry>.stride
    let entries = [KeyEntry](unsafeUninitializedCapacity: range.count) { buffer, count in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      var at = 0
      while at < range.count * stride, let base = raw.baseAddress {
        let got = pread(spill, base + at, range.count * stride - at, off_t(range.lowerBound * stride + at))
        if got < 0, errno == EINTR { continue }
        if got <= 0 {
          failed = true
          break
        }
        at += got
      }
      count = failed ? 0 : range.count
    }
    if failed {
      throw TableError(
        .unreadableFile, file: temporaryFolder(),
        Wording("the keys kept there cannot be read again", "暂存的主键无法再读出"))
    }
    return entries
  }

  /// Adds repeated keys of one part to `found`.
  private static func compare(_ group: [KeyEntry], _ found: inout [(line: Int, earlier: Int)]) -> Int {
    guard group.count > 1 else { return 0 }
    var size = 16
    while size < group.count * 2 { size *= 2 }
    var slots = [Int32](repeating: -1, count: size)
    var repeated: [Int32: [UInt32]] = [:]
    for (index, entry) in group.enumerated() {
      var place = Int(truncatingIfNeeded: entry.hash) & (size - 1)
      while slots[place] >= 0 {
        let other = group[Int(slots[place])]
        if other.hash == entry.hash, other.check == entry.check { break }
        place = (place + 1) & (size - 1)
      }
      if slots[place] >= 0 {
        repeated[slots[place], default: []].append(entry.line)
      } else {
        slots[place] = Int32(index)
      }
    }
    var count = 0
    for (first, lines) in repeated {
      let all = (lines + [group[Int(first)].line]).sorted()
      for line in all.dropFirst() { found.append((Int(line), Int(all[0]))) }
      count += lines.count
    }
    return count
  }
}

/// Where temporary files go: `TMPDIR`, else `/var/tmp`, which is on a disk.
package func temporaryFolder() -> String {
  guard let named = getenv("TMPDIR") else { return "/var/tmp" }
  return String(cString: named)
}
