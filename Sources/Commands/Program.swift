import Bytes
import Glibc
import Publishing

/// The command line: finds the verb, runs it, and turns what it throws into words and an exit status.
public enum Program {
  /// Runs the program with the words of the process and ends it with the exit status.
  public static func main() -> Never { exit(run(Array(CommandLine.arguments.dropFirst()))) }

  /// Runs the program with the words after its own name. Exit: 0 done, 1 the data or policy says no, 2 wrong
  /// usage, 3 the environment failed.
  public static func run(_ words: [String]) -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    let terminal = Terminal()
    do {
      return try dispatch(words, terminal).rawValue
    } catch {
      terminal.tell(error)
      return status(of: error).rawValue
    }
  }

  static func status(of error: any Error) -> ExitStatus {
    switch (error as? any Fault)?.blame {
    case .data: .refused
    case .usage: .usage
    case .environment, nil: .environment
    }
  }

  private static func dispatch(_ words: [String], _ terminal: Terminal) throws -> ExitStatus {
    guard let first = words.first, first != "--help", first != "-h" else {
      Help.overview(terminal)
      return words.isEmpty ? .usage : .done
    }
    if first == "help" {
      guard words.count > 1 else {
        Help.overview(terminal)
        return .done
      }
      return try Help.show(Array(words.dropFirst()), terminal)
    }
    if first == "--version" || first == "version" {
      guard words.count == 1 else {
        throw UsageFault(Phrase("用法：doorsill version", "usage: doorsill version"))
      }
      terminal.print("doorsill \(Self.version)")
      return .done
    }
    guard let verb = find(words) else {
      // `doorsill person` alone, or with `--help`, lists what `person` can do.
      let rest = words.dropFirst()
      guard rest.allSatisfy({ $0 == "--help" || $0 == "-h" }) else { throw unknown(words) }
      return try Help.show([first], terminal)
    }
    let rest = Array(words.dropFirst(verb.words.count))
    let invocation = try Invocation(verb: verb, words: rest, terminal: terminal)
    if invocation.has("--help") {
      Help.page(verb, terminal)
      return .done
    }
    let status = try verb.run(invocation)
    switch verb.act {
    // Those that open or close datasets say it with what they did.
    case .administer, .propose, .grant: if status == .done { invocation.tellSignature() }
    default: break
    }
    if status == .done, invocation.has("--as") { try Witnessing(invocation).remember() }
    return status
  }

  /// The verb with the most words that the given ones begin with.
  static func find(_ words: [String]) -> Verb? {
    Verbs.all.filter { words.starts(with: $0.words) }.max { $0.words.count < $1.words.count }
  }

  /// That there is no such verb: of the first word, or of the first two where some begin with that.
  static func unknown(_ words: [String]) -> UsageFault {
    let first = words.first ?? ""
    let family = Verbs.all.filter { $0.words[0] == first }
    let word = family.isEmpty ? first : words.prefix(2).joined(separator: " ")
    let near = nearest(word, in: family.isEmpty ? Verbs.all.map { $0.words[0] } : family.map(\.name))
    return UsageFault(
      Phrase("没有命令 “\(word)”", "there is no verb '\(word)'"),
      hint: near.map { Phrase("是否要用 “\($0)”？", "did you mean '\($0)'?") }
        ?? Phrase("doorsill help 列出全部命令", "doorsill help lists them all"))
  }

  static let version = "0.2.0"
}
