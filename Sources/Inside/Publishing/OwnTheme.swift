import Bytes
import Site
import System

/// The portal's own theme files, `Public/`, held as they were when they were looked at first: files that the theme has or
/// names, no links, and not too large. What is no text is for a second person to agree to, whoever begins.
final class OwnTheme {
  private let folder: String
  private var read: [String: [UInt8]]?

  /// Bytes of one file, and of all of them.
  static let largest = 1 << 20
  static let most = 8 << 20
  private static let texts: Set<String> = ["css", "js", "svg", "json", "txt"]
  private static let others: Set<String> = ["png", "jpg", "jpeg", "webp", "ico", "woff2"]

  init(_ folder: String) { self.folder = folder }

  /// The files by name.
  func files() throws -> [String: [UInt8]] {
    if let read { return read }
    let files = try Self.read(folder)
    read = files
    return files
  }

  /// Those that a person reads as they stand.
  func readable() throws -> [String: [UInt8]] { try files().filter { Self.isText($0.key, $0.value) } }

  private static func read(_ path: String) throws -> [String: [UInt8]] {
    guard Files.isDirectory(path) else { return [:] }
    let folder = try Folder(path)
    var files: [String: [UInt8]] = [:]
    // Packed forms are made of every file that gains by it.
    for name in try folder.list() where !name.hasPrefix(".") && !name.hasSuffix(".gz") {
      switch try folder.status(name)?.kind {
      case .folder, nil: continue
      case .link, .other:
        throw refused(
          name, Wording("is no file but a link or a device", "不是文件，而是链接或设备"),
          Wording("put the file itself there", "请放入文件本身"))
      case .file: break
      }
      guard texts.contains(ending(name)) || others.contains(ending(name)) else {
        throw refused(
          name, Wording("is of no kind that a theme has", "不属于界面文件的类型"),
          Wording(
            "a theme has \((texts.sorted() + others.sorted()).joined(separator: ", "))",
            "界面文件可为 \((texts.sorted() + others.sorted()).joined(separator: "、"))"))
      }
      files[name] = try folder.read(name, limit: largest)
    }
    guard files.values.reduce(0, { $0 + $1.count }) <= most else {
      throw PublishingError(
        .refused,
        Wording("the files of Public are larger than \(most) bytes together", "Public 中的文件合计超过 \(most) 字节"),
        hint: Wording("tables belong into Catalog, where they are judged", "数据表应放入 Catalog，由门禁判断"))
    }
    let known = named(files)
    if let stray = files.keys.sorted().first(where: { !known.contains($0) }) {
      throw refused(
        stray, Wording("is nowhere named by the theme", "未被界面文件引用"),
        Wording(
          "name it in \(SiteBuilder.themeNames.sorted().joined(separator: ", ")), or remove it",
          "请在 \(SiteBuilder.themeNames.sorted().joined(separator: "、")) 中引用它，或将其删去"))
    }
    return files
  }

  /// The names that the theme has, those that its files name, and those that these name.
  private static func named(_ files: [String: [UInt8]]) -> Set<String> {
    var known = SiteBuilder.themeNames
    var next = known.compactMap { files[$0] ?? SiteBuilder.theme[$0] }
    while let text = next.popLast() {
      for (name, bytes) in files where !known.contains(name) && says(text, Array(name.utf8)) {
        known.insert(name)
        next.append(bytes)
      }
    }
    return known
  }

  /// Whether a text has a name, and not as part of a longer one.
  private static func says(_ text: [UInt8], _ name: [UInt8]) -> Bool {
    func isPart(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte >= 0x80
    }
    guard let first = name.first, text.count >= name.count else { return false }
    return (0...text.count - name.count).contains { place in
      guard text[place] == first, place == 0 || !isPart(text[place - 1]) else { return false }
      let end = place + name.count
      return text[place..<end].elementsEqual(name) && (end == text.count || !isPart(text[end]))
    }
  }

  /// Bytes in a row of the letters of base64 that no text of a theme has.
  private static let longestRun = 256

  private static func isText(_ name: String, _ bytes: [UInt8]) -> Bool {
    guard texts.contains(ending(name)), stringValidating(bytes) != nil else { return false }
    var run = 0
    for byte in bytes {
      if byte < 0x20, byte != 0x09, byte != 0x0A, byte != 0x0C, byte != 0x0D { return false }
      let isLetter =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == 0x2B || byte == 0x2F || byte == 0x3D || byte == 0x5F
      run = isLetter ? run + 1 : 0
      if run > longestRun { return false }
    }
    return true
  }

  private static func ending(_ name: String) -> String {
    name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
  }

  private static func refused(_ name: String, _ why: Wording, _ hint: Wording) -> PublishingError {
    PublishingError(.refused, Wording("Public/\(name) \(why.en)", "Public/\(name) \(why.zh)"), hint: hint)
  }
}
