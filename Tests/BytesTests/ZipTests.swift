import Support
import Testing

@testable import Bytes

private func text(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 % 251) } }

/// A zip with a stored, a deflated and a streamed entry.
private func sample(largeFrom: Int = Int(UInt32.max), large: Bool = false) throws -> [UInt8] {
  var writer = ZipWriter()
  writer.largeFrom = largeFrom
  try writer.add("[Content_Types].xml", Array("<a/>".utf8))
  try writer.add("xl/数据.xml", [UInt8](repeating: 65, count: 50_000))
  var out = writer.takeOutput()
  try writer.begin("xl/sheet1.xml", large: large)
  for _ in 0..<20 {
    try writer.write(text(7000))
    out += writer.takeOutput()
  }
  try writer.end()
  try writer.finish()
  return out + writer.takeOutput()
}

@Suite struct `Zip files` {
  @Test func `survive a round trip, byte for byte the same each time`() throws {
    let zip = try sample()
    #expect(zip == (try sample()))
    #expect(ZipReader.looksLike(zip))
    let reader = try ZipReader(zip)
    #expect(reader.entries.map(\.name) == ["[Content_Types].xml", "xl/数据.xml", "xl/sheet1.xml"])
    #expect(try reader.read(reader.entries[0]) == Array("<a/>".utf8))
    #expect(try reader.read(reader.entries[1]) == [UInt8](repeating: 65, count: 50_000))
    let sheet = try #require(reader.entry("xl/sheet1.xml"))
    #expect(try reader.read(sheet) == (0..<20).flatMap { _ in text(7000) })
    #expect(throws: ZipError(.bomb, "")) { try reader.read(sheet, limit: 1000) }
    #expect(reader.entry("absent") == nil)
  }

  @Test func `are read from disk and by zip64 fields`() throws {
    let folder = try TemporaryFolder()
    let zip = try sample(largeFrom: 100, large: true)
    let reader = try ZipReader(path: folder.write(zip, to: "a.zip"))
    #expect(reader.entries.map(\.size) == [4, 50_000, 140_000])
    for entry in reader.entries { #expect(try reader.read(entry).count == entry.size) }
    #expect(throws: ZipError(.file, "")) { try ZipReader(path: folder.path + "/none") }
  }

  @Test func `are accepted by the system's unzip`() throws {
    guard let unzip = Subprocess.find("unzip") else {
      print("skipped: no unzip here")
      return
    }
    let folder = try TemporaryFolder()
    for (name, zip) in [("a.zip", try sample()), ("b.zip", try sample(largeFrom: 100, large: true))] {
      let path = try folder.write(zip, to: name)
      let test = try Subprocess.run(unzip, ["-t", path])
      #expect(test.status == 0, "\(test.text) \(test.errorText)")
      let sheet = try Subprocess.run(unzip, ["-p", path, "xl/sheet1.xml"])
      #expect(sheet.output == (0..<20).flatMap { _ in text(7000) })
    }
  }

  @Test func `of the system's zip are read`() throws {
    guard let zip = Subprocess.find("zip") else {
      print("skipped: no zip here")
      return
    }
    let folder = try TemporaryFolder()
    try folder.write(text(30_000), to: "in/数据.bin")
    try folder.write("x", to: "in/deep/b.txt")
    let run = try Subprocess.run(zip, ["-r", folder.path + "/out.zip", "."], folder: folder.path + "/in")
    #expect(run.status == 0)
    let reader = try ZipReader(path: folder.path + "/out.zip")
    let entry = try #require(reader.entry("数据.bin"))
    #expect(try reader.read(entry) == text(30_000))
    #expect(reader.entries.contains { $0.isFolder && $0.name == "deep/" })
  }

  @Test(arguments: ["/etc/passwd", "../x", "a/../../b", "a\\b", "C:/x", "a\u{0}b", "", "a\nb"])
  func `with unsafe names are neither written nor read`(name: String) throws {
    var writer = ZipWriter()
    #expect(throws: ZipError(.unsafeName, "")) { try writer.add(name, [1]) }
    guard !name.isEmpty else { return }
    // The same number of bytes, so that the name can be put in afterwards.
    let harmless = String(repeating: "n", count: name.utf8.count)
    try writer.add(harmless, [1])
    try writer.finish()
    var zip = writer.takeOutput()
    for at in zip.indices where zip[at...].starts(with: harmless.utf8) {
      zip.replaceSubrange(at..<at + name.utf8.count, with: name.utf8)
    }
    #expect(throws: ZipError(.unsafeName, "")) { try ZipReader(zip) }
  }

  @Test func `that are bombs are refused`() throws {
    var limits = ZipLimits()
    limits.ratio = 100
    let zeros = [UInt8](repeating: 0, count: 5 << 20)
    var writer = ZipWriter()
    try writer.add("zeros", zeros)
    try writer.finish()
    let bomb = writer.takeOutput()
    #expect(throws: ZipError(.bomb, "")) { try ZipReader(bomb, limits: limits) }
    limits = ZipLimits()
    limits.ratio = 2000
    limits.entryBytes = 1 << 20
    #expect(throws: ZipError(.bomb, "")) { try ZipReader(bomb, limits: limits) }
    limits.entryBytes = 1 << 30
    limits.totalBytes = 1 << 20
    #expect(throws: ZipError(.bomb, "")) { try ZipReader(bomb, limits: limits) }
    limits.totalBytes = 1 << 30
    limits.entries = 0
    #expect(throws: ZipError(.bomb, "")) { try ZipReader(bomb, limits: limits) }
    limits.entries = 1
    #expect(throws: Never.self) { try ZipReader(bomb, limits: limits) }
    // A directory that claims less than the data unpacks to.
    var liar = bomb
    let directory = try #require(liar.indices.last { liar[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
    liar.replaceSubrange(directory + 24..<directory + 28, with: [0, 0, 1, 0])
    let reader = try ZipReader(liar)
    #expect(throws: ZipError(.bomb, "")) { try reader.read(reader.entries[0]) }
  }

  @Test func `whose entries share bytes are refused`() throws {
    var writer = ZipWriter()
    try writer.add("a", text(1000))
    try writer.add("b", text(1000))
    try writer.finish()
    var zip = writer.takeOutput()
    let second = try #require(zip.indices.last { zip[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
    zip.replaceSubrange(second + 42..<second + 46, with: [0, 0, 0, 0])
    #expect(throws: ZipError(.bomb, "")) { try ZipReader(zip) }
  }

  @Test func `that are damaged never crash the reader`() throws {
    let zip = try sample()
    #expect(throws: ZipError(.notZip, "")) { try ZipReader([]) }
    #expect(throws: ZipError(.notZip, "")) { try ZipReader(Array("not a zip file, but long enough".utf8)) }
    var refused = 0
    var random = SeededRandom(1)
    for _ in 0..<400 {
      var damaged = zip
      for _ in 0..<3 {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
      }
      if Bool.random(using: &random) { damaged.removeLast(Int.random(in: 0..<damaged.count, using: &random)) }
      do {
        let reader = try ZipReader(damaged)
        for entry in reader.entries { _ = try reader.read(entry) }
      } catch {
        refused += 1
      }
    }
    #expect(refused > 200)
  }

  @Test func `are not finished while a file is open, nor hold a name twice`() throws {
    var writer = ZipWriter()
    try writer.begin("a")
    #expect(throws: ZipError(.damaged, "")) { try writer.finish() }
    #expect(throws: ZipError(.damaged, "")) { try writer.add("b", []) }
    try writer.end()
    #expect(throws: ZipError(.unsafeName, "")) { try writer.add("a", []) }
    #expect(throws: ZipError(.damaged, "")) { try writer.write([1]) }
  }
}
