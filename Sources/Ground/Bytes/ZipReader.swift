/// Reads zip files (PKWARE APPNOTE 6.3.10) by their central directory, with zip64. Refused: encryption, names that
/// leave the folder or repeat, entries that share bytes, and whatever exceeds the limits.
package final class ZipReader: Sendable {
  /// In the order of the directory.
  package let entries: [ZipEntry]
  let source: ZipSource
  let limits: ZipLimits

  package convenience init(_ bytes: [UInt8], limits: ZipLimits = ZipLimits()) throws(ZipError) {
    try self.init(ZipSource(bytes), limits)
  }

  /// `allowsBackslashes` for files that are read and never unpacked: some writers part folders by them.
  package convenience init(
    path: String, limits: ZipLimits = ZipLimits(), allowsBackslashes: Bool = false
  ) throws(ZipError) {
    try self.init(ZipSource(path: path), limits, allowsBackslashes)
  }

  /// The same of a file that is held.
  package convenience init(
    _ file: HeldFile, limits: ZipLimits = ZipLimits(), allowsBackslashes: Bool = false
  ) throws(ZipError) {
    try self.init(ZipSource(file), limits, allowsBackslashes)
  }

  private init(
    _ source: ZipSource, _ limits: ZipLimits, _ allowsBackslashes: Bool = false
  ) throws(ZipError) {
    self.source = source
    self.limits = limits
    let directory = try ZipReader.findDirectory(source)
    entries = try ZipReader.readDirectory(source, directory, limits)
    try ZipReader.check(entries, directory, limits, allowsBackslashes)
  }

  /// Whether bytes begin as a zip file does.
  package static func looksLike(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6])
  }

  /// The entry of that name, compared by bytes.
  package func entry(_ name: String) -> ZipEntry? { entries.first { sameBytes($0.name, name) } }

  /// The whole entry, its checksum checked. More than `limit` bytes are refused.
  package func read(_ entry: ZipEntry, limit: Int = .max) throws(ZipError) -> [UInt8] {
    guard entry.size <= limit else { throw ZipError(.bomb, "larger than \(limit) bytes", entry: entry.name) }
    let stream = try stream(entry)
    var out: [UInt8] = []
    out.reserveCapacity(min(entry.size, 1 << 26))
    while let piece = try stream.next() { out += piece }
    return out
  }

  /// The entry piece by piece.
  package func stream(_ entry: ZipEntry) throws(ZipError) -> ZipStream {
    let header = ZipFields(bytes: try source.read(entry.offset, 30))
    guard header.word(0) == 0x0403_4B50 else {
      throw ZipError(.damaged, "its header is missing", entry: entry.name)
    }
    let start = entry.offset + 30 + Int(header.short(26)) + Int(header.short(28))
    return ZipStream(source, entry, start: start)
  }

  struct Directory {
    let offset: Int
    let size: Int
    let count: Int
  }

  /// The end record is at the end, before a comment of at most 65 535 bytes.
  private static func findDirectory(_ source: ZipSource) throws(ZipError) -> Directory {
    guard source.count >= 22 else { throw ZipError(.notZip, "no zip file") }
    let length = min(source.count, 22 + 65_535)
    let tail = try source.read(source.count - length, length)
    var at = length - 22
    while at >= 0 {
      let comment = Int(tail[at + 20]) | Int(tail[at + 21]) << 8
      if tail[at] == 0x50, tail[at + 1] == 0x4B, tail[at + 2] == 5, tail[at + 3] == 6,
        at + 22 + comment == length
      {
        break
      }
      at -= 1
    }
    guard at >= 0 else { throw ZipError(.notZip, "no zip file, or its end is missing") }
    let end = ZipFields(bytes: Array(tail[at..<at + 22]))
    guard end.short(4) == 0 || end.short(4) == 0xFFFF, end.short(6) == 0 || end.short(6) == 0xFFFF else {
      throw ZipError(.unsupported, "split over several disks")
    }
    let place = source.count - length + at
    guard end.short(10) == 0xFFFF || end.word(12) == .max || end.word(16) == .max, place >= 20,
      case let locator = ZipFields(bytes: try source.read(place - 20, 20)), locator.word(0) == 0x0706_4B50
    else { return Directory(offset: Int(end.word(16)), size: Int(end.word(12)), count: Int(end.short(10))) }
    guard let offset = Int(exactly: locator.long(8)) else {
      throw ZipError(.damaged, "its zip64 end is out of place")
    }
    let large = ZipFields(bytes: try source.read(offset, 56))
    guard large.word(0) == 0x0606_4B50, let start = Int(exactly: large.long(48)),
      let size = Int(exactly: large.long(40)),
      let count = Int(exactly: large.long(32))
    else { throw ZipError(.damaged, "its zip64 end is damaged") }
    return Directory(offset: start, size: size, count: count)
  }

  private static func readDirectory(
    _ source: ZipSource, _ directory: Directory, _ limits: ZipLimits
  ) throws(ZipError) -> [ZipEntry] {
    guard directory.count <= limits.entries else {
      throw ZipError(.bomb, "more than \(limits.entries) entries")
    }
    guard directory.size <= 46 * directory.count + 3 * 65_535 * directory.count, directory.size <= 1 << 30
    else {
      throw ZipError(.damaged, "its directory is too large")
    }
    let fields = ZipFields(bytes: try source.read(directory.offset, directory.size))
    var entries: [ZipEntry] = []
    var at = 0
    for _ in 0..<directory.count {
      guard at + 46 <= fields.bytes.count, fields.word(at) == 0x0201_4B50 else {
        throw ZipError(.damaged, "its directory is damaged")
      }
      let name = Int(fields.short(at + 28))
      let extra = Int(fields.short(at + 30))
      let length = 46 + name + extra + Int(fields.short(at + 32))
      guard at + length <= fields.bytes.count else { throw ZipError(.damaged, "its directory is damaged") }
      entries.append(try readEntry(fields, at, name, extra))
      at += length
    }
    return entries
  }

  private static func readEntry(_ fields: ZipFields, _ at: Int, _ name: Int, _ extra: Int) throws(ZipError)
    -> ZipEntry
  {
    let nameBytes = fields.bytes[at + 46..<at + 46 + name]
    // Names are UTF-8, or the code page of the writer; what is not UTF-8 is read as Latin-1, which keeps it apart.
    let text =
      stringValidating(nameBytes)
      ?? String(String.UnicodeScalarView(nameBytes.map { Unicode.Scalar($0) }))
    let flags = fields.short(at + 8)
    let method = fields.short(at + 10)
    guard flags & 0x41 == 0 else { throw ZipError(.unsupported, "encrypted", entry: text) }
    guard method == 0 || method == 8 else {
      throw ZipError(.unsupported, "packed by method \(method)", entry: text)
    }
    var size = UInt64(fields.word(at + 24))
    var packed = UInt64(fields.word(at + 20))
    var offset = UInt64(fields.word(at + 42))
    // Extra field 1 holds, in this order, those that did not fit 32 bits (§4.5.3).
    var place = at + 46 + name
    let end = place + extra
    while place + 4 <= end {
      let kind = fields.short(place)
      let length = Int(fields.short(place + 2))
      place += 4
      guard place + length <= end else { break }
      if kind == 1 {
        var from = place
        func large(_ value: inout UInt64) throws(ZipError) {
          guard value == UInt64(UInt32.max) else { return }
          guard from + 8 <= place + length else {
            throw ZipError(.damaged, "its zip64 sizes are missing", entry: text)
          }
          value = fields.long(from)
          from += 8
        }
        try large(&size)
        try large(&packed)
        try large(&offset)
      }
      place += length
    }
    guard let size = Int(exactly: size), let packed = Int(exactly: packed), let offset = Int(exactly: offset)
    else {
      throw ZipError(.damaged, "its sizes are impossible", entry: text)
    }
    guard method != 0 || packed == size else {
      throw ZipError(.damaged, "it is stored, and has two sizes", entry: text)
    }
    return ZipEntry(
      name: text, packedSize: packed, size: size, checksum: fields.word(at + 16), method: method,
      offset: offset)
  }

  private static func check(
    _ entries: [ZipEntry], _ directory: Directory, _ limits: ZipLimits, _ allowsBackslashes: Bool
  ) throws(ZipError) {
    var names: Set<ByteKey> = []
    var total = 0
    for entry in entries {
      guard isSafe(allowsBackslashes ? entry.name.replacing("\\", with: "/") : entry.name) else {
        throw ZipError(.unsafeName, "its name leaves the folder", entry: entry.name)
      }
      guard names.insert(ByteKey(entry.name)).inserted else {
        throw ZipError(.unsafeName, "its name stands twice", entry: entry.name)
      }
      let (sum, over) = total.addingReportingOverflow(entry.size)
      total = sum
      let (most, immense) = max(entry.packedSize, 1).multipliedReportingOverflow(by: limits.ratio)
      guard !over, total <= limits.totalBytes, entry.size <= limits.entryBytes,
        entry.size <= 1 << 20 || immense || entry.size <= most
      else { throw ZipError(.bomb, "unpacks to \(entry.size) bytes, more than allowed", entry: entry.name) }
    }
    // A bomb without nesting lets many entries unpack the same bytes.
    var free = 0
    for entry in entries.sorted(by: { $0.offset < $1.offset }) {
      guard entry.offset >= free,
        entry.packedSize <= directory.offset - min(entry.offset, directory.offset) - 30
      else {
        throw ZipError(.bomb, "shares bytes with another entry", entry: entry.name)
      }
      free = entry.offset + 30 + entry.packedSize
    }
  }

  /// Relative, without `..`, backslashes, drive letters and control characters.
  static func isSafe(_ name: String) -> Bool {
    guard !name.isEmpty, name.utf8.first != UInt8(ascii: "/"),
      !name.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\\") || $0 == 0x7F })
    else { return false }
    let parts = name.utf8.split(separator: UInt8(ascii: "/"))
    if let first = parts.first, first.count == 2, first.last == UInt8(ascii: ":") { return false }
    return !parts.contains { $0.elementsEqual("..".utf8) }
  }
}
