import Foundation
import Support
import Testing

@testable import Commands

/// A page of the repository, as its reader sees it.
private struct Page {
  let name: String
  let text: String

  init(_ name: String) throws {
    self.name = name
    text = try String(contentsOfFile: "\(Places.root)/\(name)", encoding: .utf8)
  }

  /// The lines of every fenced block, a line that ends in `\` joined with the next, comments and blanks left out.
  var commands: [String] {
    var commands: [String] = []
    var isFenced = false
    var open = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isFenced.toggle()
        continue
      }
      guard isFenced else { continue }
      let line = open + line.trimmingCharacters(in: .whitespaces)
      open = ""
      if line.hasSuffix("\\") {
        open = String(line.dropLast())
      } else if let command = Shell.withoutComment(line) {
        commands.append(command)
      }
    }
    return commands
  }

  /// The targets of links and pictures that are files of the repository.
  var files: [String] {
    text.matches(of: #/\]\(([^)#]+)[^)]*\)/#).map { String($0.1) }.filter { !$0.contains("://") }
  }
}

/// As much of the shell's quoting as printed commands use: both quotes, and comments.
private enum Shell {
  static func words(_ line: String) -> [String] { split(line).words }

  /// The line without its comment, nil where nothing else is on it.
  static func withoutComment(_ line: String) -> String? {
    let kept = String(line.prefix(split(line).length)).trimmingCharacters(in: .whitespaces)
    return kept.isEmpty ? nil : kept
  }

  private static func split(_ line: String) -> (words: [String], length: Int) {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for (place, character) in line.enumerated() {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character == " " {
        if let word { words.append(word) }
        word = nil
      } else if character == "#", word == nil {
        return (words, place)
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return (words, line.count)
  }
}

/// The verb that a printed command calls; records what is wrong with the command otherwise.
private func calledVerb(_ command: String, in place: String) -> Verb? {
  var words = Shell.words(command)
  // What follows a redirection or a pipe is the shell's.
  if let end = words.firstIndex(where: { [">", "|", "<", "&&", ";", "&"].contains($0) }) {
    words.removeSubrange(end...)
  }
  guard words.first == "doorsill" else { return nil }
  words.removeFirst()
  if ["help", "--help", "--version", "version"].contains(words.first) { return nil }
  guard let verb = Program.find(words) else {
    Issue.record("\(place): there is no verb in '\(command)'")
    return nil
  }
  do {
    _ = try Invocation(
      verb: verb, words: Array(words.dropFirst(verb.words.count)), terminal: Terminal())
  } catch {
    Issue.record("\(place): '\(command)': \(error.message)")
  }
  return verb
}

@Suite struct `The help` {
  @Test func `says in both languages what every verb and option does`() {
    for verb in Verbs.all {
      #expect(isSaid(verb.summary), "\(verb.name)")
      for option in verb.options {
        #expect(isSaid(option.summary), "\(verb.name) \(option.name)")
        #expect(option.name.hasPrefix("--"), "\(verb.name) \(option.name)")
      }
      let names = verb.options.map(\.name)
      #expect(Set(names).count == names.count, "\(verb.name) names an option twice: \(names)")
    }
  }

  private func isSaid(_ phrase: Phrase) -> Bool {
    func isChinese(_ scalar: Unicode.Scalar) -> Bool { (0x4E00...0x9FFF).contains(scalar.value) }
    return phrase.en.contains(where: \.isLetter) && !phrase.en.unicodeScalars.contains(where: isChinese)
      // A name such as "Table Schema" may stand alone in both languages.
      && (phrase.zh.unicodeScalars.contains(where: isChinese) || phrase.zh.contains("Table Schema"))
  }

  @Test func `gives every verb an example that is a right use of it`() {
    for verb in Verbs.all {
      let called = calledVerb(verb.example, in: "the help of '\(verb.name)'")
      #expect(called?.name == verb.name, "\(verb.example)")
    }
  }

  @Test func `lists every verb in exactly one group`() {
    let grouped = Verbs.groups.flatMap(\.1)
    #expect(Set(grouped).count == grouped.count)
    for verb in Verbs.all { #expect(grouped.contains(verb.words[0]), "\(verb.name)") }
    let names = Verbs.all.map(\.name)
    #expect(Set(names).count == names.count)
  }
}

@Suite struct `The pages of the repository` {
  static let names = ["README.md", "README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md"]

  @Test(arguments: ["README.md", "README.zh.md"])
  func `name a newcomer's two commands`(_ name: String) throws {
    let commands = try Page(name).commands
    #expect(commands.contains("./dev demo"))
    #expect(commands.contains("./dev test"))
  }

  @Test(arguments: names) func `print only commands that doorsill understands`(_ name: String) throws {
    for command in try Page(name).commands { _ = calledVerb(command, in: name) }
  }

  @Test func `print the same commands in Chinese and in English`() throws {
    #expect(try Page("README.zh.md").commands == Page("README.md").commands)
  }

  @Test func `show each user where to start`() throws {
    let called = try Page("README.md").commands.compactMap { calledVerb($0, in: "README.md")?.name }
    for name in [
      "init", "check", "publish", "grant approve", "key create", "receipt verify", "ledger verify",
    ] {
      #expect(called.contains(name), "README.md shows no '\(name)'")
    }
  }

  @Test(arguments: names) func `link only to files that are there`(_ name: String) throws {
    for file in try Page(name).files {
      #expect(FileManager.default.fileExists(atPath: "\(Places.root)/\(file)"), "\(name) links to \(file)")
    }
  }

  @Test func `show a picture that is light to load`() throws {
    #expect(try Page("README.md").files.contains(".github/portal.png"))
    let picture = try Data(contentsOf: URL(filePath: "\(Places.root)/.github/portal.png"))
    #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(picture.count < 200_000)
  }

  @Test func `tell what changed in the version that is built`() throws {
    let headings = try Page("CHANGELOG.md").text.matches(of: #/(?m)^## \[?(Unreleased|\d+\.\d+\.\d+)/#)
    let newest = try #require(headings.first?.1)
    #expect(newest == "Unreleased" || newest == Program.version)
  }

  /// The table of rooms for people says what the one in `Package.swift` says.
  @Test func `draw the house as it is built`() throws {
    let package = try Page("Package.swift").text
    let built = package.matches(of: #/Room\(\s*name: "(\w+)", floor: (\d+),/#).map { "\($0.2) \($0.1)" }
    let drawn = try Page("CONTRIBUTING.md").text.matches(of: #/(?m)^\| ([1-9]) \| `(\w+)` \|/#)
      .map { "\($0.1) \($0.2)" }
    #expect(built.count > 10)
    #expect(drawn.sorted() == built.sorted())
  }
}

@Suite struct `The script of the repository` {
  /// The verbs of the usage text: the first word of each indented line, `test` in `  test [FILTER]  …`.
  private static func listed() throws -> [String] {
    let run = try Subprocess.run("bash", ["\(Places.root)/dev"])
    #expect(run.status == 0)
    return run.text.matches(of: #/(?m)^  (\w+)( |$)/#).map { String($0.1) }
  }

  /// The verbs of the script's last case statement.
  private static func known() throws -> [String] {
    let script = try Page("dev").text
    let start = try #require(script.range(of: "case \"${1:-}\" in"))
    return script[start.upperBound...].matches(of: #/(?m)^  ([a-z][a-z |]*)\)$/#)
      .flatMap { $0.1.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
  }

  @Test func `lists its verbs when it is called with none`() throws {
    let listed = try Self.listed()
    for name in ["demo", "test", "format", "lint", "release"] { #expect(listed.contains(name)) }
    let known = try Self.known()
    for name in listed { #expect(known.contains(name)) }
    // What other folders run is left out while they are not there; everything else is listed.
    for name in known where !listed.contains(name) {
      guard ["bench", "fuzz"].contains(name) else {
        Issue.record("./dev does not list '\(name)'")
        continue
      }
      let run = try Subprocess.run("bash", ["\(Places.root)/dev", name])
      #expect(run.status == 1 && run.errorText.contains("nothing to run for '\(name)'"))
    }
  }

  @Test func `refuses a verb it does not have`() throws {
    let run = try Subprocess.run("bash", ["\(Places.root)/dev", "dmo"])
    #expect(run.status != 0)
    #expect(run.errorText.contains("dmo"))
  }

  @Test func `is called by the pages and the checks with verbs it has`() throws {
    let known = try Self.known()
    for name in [`The pages of the repository`.names, [".ci/run"]].joined() {
      for call in try Page(name).text.matches(of: #/\./dev ([a-z]+)/#) {
        #expect(known.contains(String(call.1)), "\(name) calls ./dev \(call.1)")
      }
    }
  }

  @Test func `runs in the checks what a change must pass`() throws {
    let checks = try Page(".ci/run").text
    for call in ["./dev lint", "./dev demo --check", "./dev test"] { #expect(checks.contains(call)) }
  }
}
