import Foundation
import Support
import Testing

/// The release folder of the repository's own catalogue, searched for what must not be in it by means that share
/// nothing with the program: grep and gzip.
@Suite struct `The release folder` {
  /// Restricted fields that identify, by table.
  static let fields = [
    "residents/residents.csv": ["person_no", "id_no", "name", "household_no", "mobile"],
    "rand-health/rand-health-insurance.csv": ["zper"],
  ]

  @Test func `of the sample catalogue holds none of 1,000 restricted values, in any form`() throws {
    let portal = try ScratchPortal.at(TemporaryFolder(), "portal")
    try FileManager.default.createDirectory(atPath: portal.path, withIntermediateDirectories: true)
    try Subprocess.run("cp", ["-R", Places.root + "/Catalog", Places.root + "/Policies", portal.path]).wanted(
      0, "cp")
    try portal.folder.write("correct horse battery staple\n", to: "home/passphrase")
    try portal.addPerson("wang-wei", role: "custodian")
    let published = try Doorsill.run(portal.publishWords(), home: portal.home, seconds: 3600)
    try published.wanted(0, "publish")

    let values = try Self.sample(of: portal, count: 1000)
    #expect(values.count == 1000)
    let folder = try Unpacked(of: portal.outside)
    let found = try folder.search(for: values)
    #expect(found.isEmpty, "\(found.prefix(10))")

    // The search finds what is there: the same values, planted in each form.
    for (number, form) in Form.allCases.enumerated() {
      let value = values[number * 7]
      try folder.plant(form.bytes(of: value), "planted-\(form)")
      let caught = try folder.search(for: values)
      #expect(caught.contains { $0.value == value }, "\(value) as \(form)")
      folder.clear()
    }
    try folder.plantCompressed(values[3])
    #expect(try folder.search(for: values).contains { $0.value == values[3] })
  }

  /// So many values of identifying fields, at random but alike in every run. Left out are those that the open
  /// tables, the catalogue or the policies hold too, as a namesake does.
  static func sample(of portal: ScratchPortal, count: Int) throws -> [String] {
    var pool: [String] = []
    for (file, names) in fields.sorted(by: { $0.key < $1.key }) {
      let lines = try portal.text("Catalog/" + file).split(whereSeparator: \.isNewline)
      let header = lines[0].split(separator: ",").map(String.init)
      let columns = names.compactMap { header.firstIndex(of: $0) }
      guard columns.count == names.count else { throw Failure("\(file) has other columns: \(header)") }
      for column in columns {
        let values = Set(
          lines.dropFirst().map { line in
            String(line.split(separator: ",", omittingEmptySubsequences: false)[column])
          }
        ).subtracting([""])
        pool += values.sorted()
      }
    }
    var random = SeededRandom(4711)
    pool.shuffle(using: &random)
    let candidates = Array(pool.prefix(count * 2))
    // What is open: every other table, read as UTF-8 and as GB18030, the catalogue's own file and the policies.
    let list = try TemporaryFolder()
    let open = try Subprocess.run(
      "find",
      [
        portal.path + "/Catalog", portal.path + "/Policies", "-type", "f", "-not", "-path", "*/residents/*",
        "-not",
        "-path", "*/rand-health/*", "-exec", "sh", "-c", "cat \"$1\"; iconv -c -f gb18030 -t utf-8 \"$1\"",
        "-", "{}",
        ";",
      ], seconds: 60)
    try list.write(open.output, to: "open")
    // Names may be part of any Chinese word, such as a county's; numbers count as whole ones only.
    var known: Set<String> = []
    for (file, isASCII, options) in [("words", false, "-ahoF"), ("numbers", true, "-ahowF")] {
      let chosen = candidates.filter { value in value.utf8.allSatisfy { $0 < 0x80 } == isASCII }
      try list.write(chosen.joined(separator: "\n") + "\n", to: file)
      let found = try Subprocess.run(
        "grep", [options, "-f", "\(list.path)/\(file)", list.path + "/open"],
        environment: ["LC_ALL": "C.UTF-8"],
        seconds: 120)
      known.formUnion(found.text.split(separator: "\n").map(String.init))
    }
    return Array(candidates.filter { !known.contains($0) }.prefix(count))
  }
}

/// How a value may be written.
enum Form: CaseIterable {
  case plain, hex, upperHex, base64, base64Shifted, base64ShiftedTwice, base64URL, utf16, utf16BigEndian,
    percent

  /// The value in this form; for the shifted ones only what does not depend on its neighbours.
  func bytes(of value: String) -> [UInt8] {
    let utf8 = Array(value.utf8)
    switch self {
    case .plain: return utf8
    case .hex: return Array(utf8.map { Self.hex($0, upper: false) }.joined().utf8)
    case .upperHex: return Array(utf8.map { Self.hex($0, upper: true) }.joined().utf8)
    case .base64: return Self.base64(utf8, shift: 0)
    case .base64Shifted: return Self.base64(utf8, shift: 1)
    case .base64ShiftedTwice: return Self.base64(utf8, shift: 2)
    case .base64URL:
      return Self.base64(utf8, shift: 0).map { $0 == 0x2B ? 0x2D : $0 == 0x2F ? 0x5F : $0 }
    case .utf16: return value.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    case .utf16BigEndian: return value.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    case .percent:
      return utf8.allSatisfy { $0 < 0x80 }
        ? utf8 : Array(utf8.map { "%" + Self.hex($0, upper: true) }.joined().utf8)
    }
  }

  private static func hex(_ byte: UInt8, upper: Bool) -> String {
    let digits = String(byte, radix: 16, uppercase: upper)
    return digits.count < 2 ? "0" + digits : digits
  }

  /// The characters that stand for whole groups of the value's own bits, `shift` bytes into a text.
  private static func base64(_ bytes: [UInt8], shift: Int) -> [UInt8] {
    let coded = Array(Data([UInt8](repeating: 0, count: shift) + bytes).base64EncodedString().utf8)
    let first = shift == 0 ? 0 : shift == 1 ? 2 : 3
    return Array(coded[first..<((shift + bytes.count) * 8 / 6)])
  }
}

/// A copy of a folder with everything that gzip has packed laid out beside it.
final class Unpacked {
  struct Hit: CustomStringConvertible {
    let value: String
    let place: String
    var description: String { "\(value) in \(place)" }
  }

  private let folder: TemporaryFolder
  private let original: String
  private var planted: [String] = []

  init(of original: String) throws {
    folder = try TemporaryFolder()
    self.original = original
    // Parts have their hash for a name and are links of the files of the release: the release alone is enough.
    try Subprocess.run(
      "find", [original, "-type", "f", "-name", "*.gz", "-exec", "gzip", "-dc", "{}", "+"], seconds: 120
    ).wanted(0, "gzip").output.withUnsafeBytes { bytes in
      _ = try folder.write(Array(bytes), to: "unpacked/all")
    }
    guard try folder.read("unpacked/all").count > 100_000 else {
      throw Failure("no packed files in \(original)")
    }
  }

  func plant(_ bytes: [UInt8], _ name: String) throws {
    planted.append(
      try folder.write(Array("before ".utf8) + bytes + Array(" after".utf8), to: "unpacked/\(name)"))
  }

  func plantCompressed(_ value: String) throws {
    let file = try folder.write("one \(value) two\n", to: "packed/planted")
    let packed = try Subprocess.run("gzip", ["-c", file]).output
    let path = try folder.write(packed, to: "packed/planted.gz")
    let laid = try Subprocess.run("gzip", ["-dc", path]).wanted(0, "gzip").output
    planted.append(try folder.write(laid, to: "unpacked/planted"))
  }

  func clear() {
    for path in planted { try? FileManager.default.removeItem(atPath: path) }
    planted = []
  }

  /// Every place where a value stands in some form and is not just a part of a longer word or number.
  func search(for values: [String]) throws -> [Hit] {
    var patterns: [[UInt8]: String] = [:]
    for value in values {
      for form in Form.allCases {
        let bytes = form.bytes(of: value)
        // Few characters of base64 say nothing: they stand everywhere by chance.
        guard bytes.count >= 6, !bytes.contains(0x0A) else { continue }
        patterns[bytes] = value
      }
    }
    try folder.write(Array(patterns.keys.joined(separator: [0x0A])) + [0x0A], to: "patterns")
    let found = try Subprocess.run(
      "grep", ["-raobF", "-f", folder.path + "/patterns", folder.path + "/unpacked", original],
      environment: ["LC_ALL": "C"], seconds: 300)
    guard found.status < 2 else { throw Failure("grep: \(found.errorText)") }
    var hits: [Hit] = []
    for line in found.output.split(separator: 0x0A) {
      let parts = line.split(separator: 0x3A, maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, let offset = Int(String(decoding: parts[1], as: UTF8.self)) else { continue }
      let file = String(decoding: parts[0], as: UTF8.self)
      let match = Array(parts[2])
      guard try isWhole(match, in: file, at: offset) else { continue }
      hits.append(
        Hit(value: patterns[match] ?? String(decoding: match, as: UTF8.self), place: "\(file):\(offset)"))
    }
    return hits
  }

  /// A value of digits or letters inside a longer run of them is another value: six digits stand in many a hash.
  private func isWhole(_ match: [UInt8], in file: String, at offset: Int) throws -> Bool {
    guard match.count < 12, match.allSatisfy(Self.isWord) else { return true }
    let handle = try FileHandle(forReadingFrom: URL(filePath: file))
    defer { try? handle.close() }
    try handle.seek(toOffset: UInt64(max(0, offset - 1)))
    let around = Array(try handle.read(upToCount: match.count + 2) ?? Data())
    let before = offset > 0 ? around.first : nil
    let after = around.dropFirst(match.count + (offset > 0 ? 1 : 0)).first
    return !(before.map(Self.isWord) ?? false) && !(after.map(Self.isWord) ?? false)
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
