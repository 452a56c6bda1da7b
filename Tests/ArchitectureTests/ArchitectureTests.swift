import Foundation
import Support
import Testing

/// One row of the table of rooms in `Package.swift`.
struct Room {
  let name: String
  let floor: Int
  let folder: String
  let imports: Set<String>

  /// The side of the door a room stands on, from its folder: `Ground`, `Inside`, `Sill`, `Outside` or none.
  var side: String { String(folder.prefix { $0 != "/" }) }
}

/// The house as `Package.swift` declares it and as the sources really import it.
struct House {
  let rooms: [Room]
  static let doors: Set<String> = ["CSQLite", "COpenSSL", "CZlib", "CLinux"]
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Reads the table of rooms out of the text of `Package.swift`.
  init(packageText: String) {
    let row = #/Room\(\s*name: "(\w+)", floor: (\d+), folder: "([\w/]+)",\s*imports: \[([^\]]*)\]\s*\)/#
    rooms = packageText.matches(of: row).map { match in
      let imports = match.4.split(separator: ",").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
      return Room(
        name: String(match.1), floor: Int(match.2) ?? -1, folder: String(match.3),
        imports: Set(
          imports.filter { !$0.isEmpty }.map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "\"")) }))
    }
  }

  func room(_ name: String) -> Room? { rooms.first { $0.name == name } }

  /// What is wrong with one room importing another by the rules of the house; nil where it may.
  func objection(to imported: String, from importer: Room) -> String? {
    if Self.doors.contains(imported) {
      return importer.imports.contains(imported)
        ? nil : "\(importer.name) opens the C door \(imported), which is not its own"
    }
    guard let other = room(imported) else { return nil }
    if other.floor > importer.floor {
      return "upward: \(importer.name) (floor \(importer.floor)) imports \(imported) (floor \(other.floor))"
    }
    if other.floor == importer.floor {
      return "sideways: \(importer.name) imports \(imported) on the same floor"
    }
    if importer.side == "Outside", other.side == "Inside" || other.name == "Crossing" {
      return "across the door: \(importer.name) is outside and imports \(imported)"
    }
    if importer.side == "Inside", other.side == "Outside" {
      return "across the door: \(importer.name) is inside and imports \(imported)"
    }
    return importer.imports.contains(imported)
      ? nil : "\(importer.name) imports \(imported), which its row does not name"
  }

  /// The modules that a source text imports.
  static func imports(in source: String) -> [String] {
    source.split(whereSeparator: \.isNewline).compactMap { line in
      let words = line.split(separator: " ")
      guard let at = words.firstIndex(of: "import"), words.count > at + 1,
        !line.contains("//") || !line.hasPrefix("//")
      else { return nil }
      let modifiers: Set<Substring> = [
        "@testable", "package", "public", "internal", "private", "fileprivate", "@preconcurrency",
      ]
      guard words[..<at].allSatisfy({ modifiers.contains($0) }) else { return nil }
      var name = words[at + 1]
      if ["struct", "class", "enum", "func", "protocol", "typealias", "var", "let"].contains(name),
        words.count > at + 2
      {
        name = words[at + 2]
      }
      return String(name.prefix { $0 != "." })
    }
  }

  /// Every objection to what the given source of a room imports.
  func objections(to source: String, in room: Room) -> [String] {
    Self.imports(in: source).compactMap { objection(to: $0, from: room) }
  }

  static func sources(below folder: String) -> [URL] {
    let root = Self.root.appending(path: folder)
    let all = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    return (all?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }.sorted {
      $0.path < $1.path
    }
  }
}

extension House {
  /// Lines where kinds of result part and a new one would pass unseen: a `default` beside cases of kinds, and a
  /// comparison with one of them.
  static func unnamedKinds(in text: String) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    func indent(_ line: Substring) -> Int { line.prefix { $0 == " " }.count }
    var found = lines.filter { $0.contains(/kind [!=]= \.(statistic|verify|score)\b/) }.map(String.init)
    for (start, line) in lines.enumerated() where line.contains(/\bswitch .*\{\s*$/) {
      let body = lines[(start + 1)...].prefix { !($0.hasSuffix("}") && indent($0) <= indent(line)) }
      // Cases of this switch stand as far in as it does.
      let cases = body.filter { indent($0) == indent(line) }
      guard cases.contains(where: { $0.contains(/\bcase .*\.(statistic|verify|score)\b/) }) else { continue }
      found += cases.filter { $0.contains(/\bdefault:/) }.map(String.init)
    }
    return found
  }

  /// Wordings whose English is a sentence, but a command, and whose second text has no Chinese character. Texts that are put
  /// together at the place are not seen.
  static func untold(in text: String) -> [String] {
    // A literal may hold interpolations, with brackets in brackets.
    let wording =
      #/Wording\(\s*"((?:[^"\\\n]|\\[^(\n]|\\\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*\))*\))*\))*)",\s*"((?:[^"\\\n]|\\[^(\n]|\\\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*\))*\))*\))*)"\s*\)/#
    return text.matches(of: wording).filter { match in
      match.1.contains(/[a-z]{2,} [a-z]{2,}/) && !match.1.hasPrefix("doorsill ")
        && !match.2.contains(/\p{Han}/)
    }.map { String($0.0) }
  }
}

@Suite struct `The house` {
  let house: House
  let packageText: String

  init() throws {
    packageText = try String(contentsOf: House.root.appending(path: "Package.swift"), encoding: .utf8)
    house = House(packageText: packageText)
  }

  @Test func `has the rooms of the design on their floors`() {
    let floors = Dictionary(uniqueKeysWithValues: house.rooms.map { ($0.name, $0.floor) })
    #expect(house.rooms.count == 19)
    #expect(
      floors["Bytes"] == 1 && floors["Policies"] == 2 && floors["Releases"] == 3 && floors["Serving"] == 4)
    #expect(floors["Publishing"] == 5 && floors["Commands"] == 6 && floors["doorsill"] == 7)
  }

  @Test func `declares no import upward, sideways or across the door`() {
    for room in house.rooms {
      for imported in room.imports { #expect(house.objection(to: imported, from: room) == nil) }
    }
  }

  @Test func `imports in its sources only what the table allows`() throws {
    for room in house.rooms {
      for file in House.sources(below: "Sources/\(room.folder)") {
        let objections = house.objections(to: try String(contentsOf: file, encoding: .utf8), in: room)
        #expect(objections.isEmpty, "\(file.lastPathComponent): \(objections.joined(separator: "; "))")
      }
    }
  }

  @Test(arguments: [
    ("Tables", "import Publishing", "upward"), ("Bytes", "package import Trust", "upward"),
    ("Releases", "import Access", "sideways"), ("Disclosure", "internal import Catalogs", "sideways"),
    ("Serving", "import Tables", "across the door"), ("Serving", "import Policies", "across the door"),
    ("Publishing", "import HTTP", "across the door"),
    ("Serving", "import struct Disclosure.Released", "across the door"),
    ("Site", "import COpenSSL", "not its own"), ("Access", "import Ledgers", "sideways"),
  ])
  func `turns red for a planted import`(room: String, line: String, why: String) throws {
    let importer = try #require(house.room(room))
    let found = house.objections(to: "import Foundation\n\(line)\n", in: importer)
    #expect(found.count == 1)
    #expect(found.first?.contains(why) == true, "\(found)")
  }

  @Test func `names no outside package`() {
    #expect(!packageText.contains(".package("))
  }

  @Test func `keeps every source under 600 lines`() throws {
    for file in House.sources(below: "Sources") {
      let lines = try String(contentsOf: file, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false
      ).count
      #expect(lines <= 600, "\(file.path) has \(lines) lines: split it by what its parts do")
    }
  }

  @Test func `has nothing at the top level that the design card does not know`() throws {
    let known: Set<String> = [
      "Package.swift", "Sources", "Tests", "Public", "Policies", "Catalog", "README.md", "README.zh.md",
      "LICENSE",
      "CHANGELOG.md", "CONTRIBUTING.md", "dev",
    ]
    let found = try FileManager.default.contentsOfDirectory(atPath: House.root.path)
    let unknown = found.filter { !$0.hasPrefix(".") && $0 != "Package.resolved" && !known.contains($0) }
    #expect(unknown.isEmpty, "\(unknown)")
  }

  /// The four proofs that carry the architecture: only the room that judges can make one.
  @Test(arguments: [
    ("Inside/Policies", "Clearance"), ("Inside/Disclosure", "Released"), ("Outside/Access", "Admission"),
    ("Outside/Serving", "Receipted"),
  ])
  func `keeps the initialiser of a proof inside its room`(folder: String, proof: String) throws {
    let sources = try House.sources(below: "Sources/\(folder)").map {
      try String(contentsOf: $0, encoding: .utf8)
    }
    let declaring = try #require(
      sources.first { $0.contains("package struct \(proof)") }, "no source declares \(proof)")
    let body = try #require(declaring.range(of: "package struct \(proof)")).lowerBound
    let initialisers = declaring[body...].split(separator: "\n").prefix(while: { $0 != "}" })
      .filter { $0.contains("init(") }
    #expect(!initialisers.isEmpty, "\(proof) has no written initialiser")
    #expect(
      !initialisers.contains { $0.contains("package init") || $0.contains("public init") }, "\(initialisers)")
  }

  /// Every kind of result goes through the pipe: where kinds part, each is named, so that a new one does not compile
  /// until somebody has said how it is protected, stored and answered.
  @Test func `names every kind of result where kinds part`() throws {
    for file in House.sources(below: "Sources") {
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(House.unnamedKinds(in: text).isEmpty, "\(file.path): \(House.unnamedKinds(in: text))")
    }
    for planted in [
      "switch result.kind {\ncase .statistic: cells()\ndefault: nothing()\n}",
      "  switch kind {\n  case .verify, .score: tags()\n  case .statistic: cells()\n  @unknown default: nothing()\n  }",
      "if result.kind == .statistic { cells() }", "guard kind != .verify else { return }",
    ] {
      #expect(!House.unnamedKinds(in: planted).isEmpty, "\(planted)")
    }
    #expect(House.unnamedKinds(in: "switch kind {\ncase .text: 1\ndefault: 2\n}").isEmpty)
    #expect(
      House.unnamedKinds(
        in: "switch kind {\ncase .statistic:\n  switch x {\n  default: 1\n  }\ncase .verify, .score: 2\n}"
      )
      .isEmpty)
  }

  /// A `Wording` has two texts by its type; here, that the second is Chinese. What is no sentence, as a command, may be
  /// the same in both.
  @Test func `says in Chinese what it says in English`() throws {
    for file in House.sources(below: "Sources") {
      let untold = House.untold(in: try String(contentsOf: file, encoding: .utf8))
      #expect(untold.isEmpty, "\(file.path): \(untold)")
    }
    #expect(House.untold(in: #"Wording("no such \(kind(of: "x"))", "no such \(kind)")"#).count == 1)
    #expect(House.untold(in: #"Wording("there is no \(name)", "没有\(name)")"#).isEmpty)
  }

  /// Each escape from the compiler's guarantees carries its reason on the line, and they stay few.
  @Test func `counts its escapes from the compiler`() throws {
    var escapes: [String] = []
    for file in House.sources(below: "Sources") {
      let lines = try String(contentsOf: file, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false)
      for (number, line) in lines.enumerated() {
        let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)[0]
        guard
          code.contains("@unchecked Sendable") || code.contains("nonisolated(unsafe)")
            || code.contains("try!")
        else { continue }
        let above = number > 0 ? lines[number - 1] : ""
        #expect(
          line.contains("//") || above.contains("//"),
          "\(file.lastPathComponent):\(number + 1) escapes the compiler without a reason beside it")
        escapes.append("\(file.lastPathComponent):\(number + 1)")
      }
    }
    #expect(escapes.count <= 30, "\(escapes)")
  }
}
