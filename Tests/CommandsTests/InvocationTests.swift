import Bytes
import Publishing
import Testing

@testable import Commands

/// How words become operands and options.
@Suite struct `The words of a call` {
  static let verb = Verb(
    "paint", "[WALL…]", Phrase("刷", "paint"),
    options: [
      Option("--colour", "NAME", repeats: true, Phrase("颜色", "a colour")),
      Option("--coats", "N", Phrase("层数", "how many coats")), Option("--dry-run", Phrase("试", "only say it")),
    ], example: "doorsill paint north --colour red", run: { _ in .done })

  private func parse(_ words: String...) throws -> Invocation {
    try Invocation(verb: Self.verb, words: words, terminal: Terminal())
  }

  private func fault(_ words: String...) -> UsageFault? {
    do {
      _ = try Invocation(verb: Self.verb, words: words, terminal: Terminal())
      return nil
    } catch {
      return error
    }
  }

  @Test func `are operands and options in any order`() throws {
    let call = try parse("north", "--coats", "2", "south", "--dry-run")
    #expect(call.operands == ["north", "south"])
    #expect(call.value("--coats") == "2" && call.has("--dry-run") && !call.has("--colour"))
    #expect(try call.number("--coats") == 2)
  }

  @Test func `may join an option and its value, which may hold anything`() throws {
    #expect(try parse("--colour=red").value("--colour") == "red")
    #expect(try parse("--colour=a=b=c").value("--colour") == "a=b=c")
    #expect(try parse("--colour=").value("--colour") == "")
    #expect(try parse("--colour", "--dry-run").value("--colour") == "--dry-run")
    #expect(try parse("--colour", "").value("--colour") == "")
  }

  @Test func `repeat an option that may be repeated, in order`() throws {
    let call = try parse("--colour", "red", "--colour=green", "--colour", "red")
    #expect(call.all("--colour") == ["red", "green", "red"])
    #expect(call.value("--colour") == "red")
  }

  @Test func `are all operands after two dashes`() throws {
    let call = try parse("--dry-run", "--", "--coats", "--", "-x")
    #expect(call.operands == ["--coats", "--", "-x"])
    #expect(try parse("-").operands == ["-"], "a dash alone is an operand")
  }

  @Test func `are refused with the nearest option where they are mistyped`() throws {
    let mistyped = try #require(fault("--color", "red"))
    #expect(mistyped.message.contains("--color") && mistyped.hint?.contains("--colour") == true)
    #expect(mistyped.blame == .usage)
    #expect(fault("--zzzzzzzzzzzz")?.hint?.contains("paint --help") == true)
    #expect(fault("-x") != nil)
  }

  @Test func `are refused where a value is missing, too many or not wanted`() {
    #expect(fault("--coats")?.message.contains("N") == true)
    #expect(fault("--coats", "1", "--coats", "2") != nil)
    #expect(fault("--dry-run=yes") != nil)
  }

  @Test(arguments: ["0", "-1", "1.5", "ten", "", "9223372036854775808", "１"])
  func `are refused where a number is none`(text: String) throws {
    let call = try parse("--coats=\(text)")
    #expect(throws: UsageFault.self) { try call.number("--coats") }
  }

  @Test func `tell what is missing, with an example`() throws {
    let call = try parse("north")
    #expect(throws: UsageFault.self) { try call.required("--coats") }
    #expect(throws: UsageFault.self) { try call.operands(2, 2) }
    #expect(try call.operands(1) == ["north"])
    do {
      _ = try call.required("--coats")
    } catch {
      #expect(error.hint?.contains("doorsill paint north") == true)
    }
  }

  @Test(arguments: ["-h", "--help"])
  func `ask for help in two ways`(word: String) throws { #expect(try parse(word).has("--help")) }
}

/// The table of verbs, from which help and suggestions are made.
@Suite struct `The verbs` {
  @Test func `have names of their own, texts in both languages and an example that is a call of theirs`() {
    #expect(Set(Verbs.all.map(\.name)).count == Verbs.all.count)
    for verb in Verbs.all {
      #expect(!verb.summary.zh.isEmpty && !verb.summary.en.isEmpty && verb.summary.zh != verb.summary.en)
      #expect(verb.example.hasPrefix("doorsill \(verb.name)"), "\(verb.example)")
      #expect(Set(verb.options.map(\.name)).count == verb.options.count, "\(verb.name) has an option twice")
      for option in verb.options {
        #expect(option.name.hasPrefix("--") && !option.summary.zh.isEmpty && !option.summary.en.isEmpty)
        #expect(option.name != "--help")
      }
    }
  }

  @Test func `understand their own examples`() throws {
    for verb in Verbs.all {
      let words = verb.example.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap {
        part in
        part.offset % 2 == 1 ? [String(part.element)] : part.element.split(separator: " ").map(String.init)
      }
      let found = try #require(Program.find(Array(words.dropFirst())), "\(verb.example)")
      #expect(found.name == verb.name)
      #expect(throws: Never.self, "\(verb.example)") {
        try Invocation(
          verb: verb, words: Array(words.dropFirst(1 + verb.words.count)).filter { $0 != "…" },
          terminal: Terminal())
      }
    }
  }

  @Test(arguments: Verbs.all.map(\.name))
  func `take the operands of their usage line and no other`(name: String) throws {
    let verb = try #require(Verbs.all.first { $0.name == name })
    func status(_ count: Int) -> (any Error)? {
      do {
        _ = try Invocation(
          verb: verb, words: Array(repeating: "x", count: count), terminal: Terminal())
        return nil
      } catch { return error }
    }
    let (least, most) = (verb.operandCount.lowerBound, verb.operandCount.upperBound)
    #expect(status(least) == nil)
    if least > 0 { #expect(Program.status(of: try #require(status(least - 1))) == .usage) }
    guard most < .max else {
      #expect(verb.operands.contains("…") && status(least + 20) == nil)
      return
    }
    #expect(status(most) == nil)
    let extra = try #require(status(most + 1) as? UsageFault)
    #expect(Program.status(of: extra) == .usage)
    #expect(extra.message.contains("doorsill \(name)") && extra.message.contains(verb.operands))
  }

  @Test func `ask for a person wherever something is decided, and say who may`() {
    let asking = Verbs.all.filter { $0.act != nil }
    #expect(
      Set(asking.map(\.name)) == [
        "publish", "release rollback", "propose", "approve", "person accept", "authority begin",
        "authority repair", "authority recover", "authority recovery", "mandate give", "mandate end",
        "suspend",
        "withdraw",
        "grant add", "grant approve", "grant revoke",
        "client add", "client suspend", "client activate", "key create", "key revoke", "ca issue",
        "ca revoke",
        "consent issue",
      ])
    for verb in Verbs.all {
      #expect(verb.options.contains { $0.name == "--as" } == (verb.act != nil), "\(verb.name)")
    }
    for act in Act.allCases { #expect(!act.words.en.isEmpty && act.words.zh != act.words.en) }
  }

  @Test func `show their usage line in one language`() throws {
    let publish = try #require(Verbs.all.first { $0.name == "publish" })
    #expect(publish.usage.zh == "用法：doorsill publish [选项]")
    #expect(publish.usage.en == "usage: doorsill publish [options]")
  }

  @Test func `count the words of a usage line`() {
    func count(_ operands: String) -> ClosedRange<Int> {
      Verb("paint", operands, Phrase("刷", "paint"), example: "doorsill paint", run: { _ in .done })
        .operandCount
    }
    #expect(count("") == 0...0 && count("DIR") == 1...1 && count("[NUMBER]") == 0...1)
    #expect(count("OLDER [NEWER]") == 1...2 && count("[A…|B…]") == 0...Int.max)
    #expect(count("FILE…") == 1...Int.max && count("A/B FIELD=VALUE…") == 2...Int.max)
  }

  @Test func `each stand in a group of the help page`() {
    let grouped = Set(Verbs.groups.flatMap(\.1))
    for verb in Verbs.all { #expect(grouped.contains(verb.words[0]), "\(verb.name)") }
  }

  @Test func `are found by their longest name`() {
    #expect(Program.find(["ca", "issue", "--client", "x"])?.name == "ca issue")
    #expect(Program.find(["ca", "issue-server"])?.name == "ca issue-server")
    #expect(Program.find(["ca"]) == nil)
    #expect(Program.unknown(["publsh"]).hint?.contains("publish") == true)
    #expect(Program.unknown(["xyzzyxyzzy"]).hint?.contains("help") == true)
    #expect(Program.unknown(["grant", "aprove"]).hint?.contains("grant approve") == true)
  }
}

/// How errors become exit statuses, and text becomes columns.
@Suite struct `The terminal` {
  struct Odd: Error {}

  @Test func `ends with the status of who can mend it`() {
    #expect(Program.status(of: UsageFault(Phrase("", ""))) == .usage)
    #expect(Program.status(of: Blamed(blame: .data)) == .refused)
    #expect(Program.status(of: Blamed(blame: .environment)) == .environment)
    #expect(Program.status(of: Odd()) == .environment)
  }

  struct Blamed: Fault {
    let blame: Blame
    var message: String { "" }
    var hint: String? { nil }
    var description: String { "" }
  }

  @Test func `show names by their characters, which move no cursor and turn no text`() {
    #expect(Terminal.plain("张敏 Zhang\n\tMin") == "张敏 Zhang\n\tMin")
    #expect(Terminal.plain("a\nb", keepsLines: false) == "a<U+A>b")
    #expect(
      Terminal.plain("x\u{1B}[2K\u{1B}[1Ay\u{9B}2J\u{202E}z\r")
        == "x<U+1B>[2K<U+1B>[1Ay<U+9B>2J<U+202E>z<U+D>")
    #expect(
      Terminal.plain("\u{1B}[32mok\u{1B}[0m \u{1B}[8mhidden") == "\u{1B}[32mok\u{1B}[0m <U+1B>[8mhidden")
  }

  @Test(arguments: [
    ("", 0), ("abc", 3), ("数据", 4), ("a数b", 4), ("é", 1), ("e\u{301}", 1), ("\u{1B}[1mab\u{1B}[0m", 2),
    ("（）", 4), ("한", 2),
    ("𠀀", 2),
  ])
  func `counts the cells a text takes`(text: String, width: Int) { #expect(Terminal.width(text) == width) }
}

@Suite struct `The completions of a shell` {
  @Test(arguments: ["bash", "zsh", "fish"]) func `know every verb`(shell: String) throws {
    let verb = try #require(CompletionVerb.all.first)
    let script = try CompletionVerb.script(for: shell, of: Verbs.all)
    for word in Verbs.all.flatMap(\.words) { #expect(script.contains(word), "\(word)") }
    #expect(script.contains("dry-run"))
    #expect(throws: UsageFault.self) { _ = try CompletionVerb.script(for: "tcsh", of: [verb]) }
  }
}
