import Publishing

/// How a run ended, as the shell sees it.
enum ExitStatus: Int32, Sendable {
  case done = 0
  /// The data or the policy says no.
  case refused = 1
  case usage = 2
  /// The environment failed: a disk, a port, a missing file.
  case environment = 3
}

/// One option of a verb: a flag where `value` is nil.
struct Option: Sendable {
  let name: String
  let value: String?
  let summary: Phrase
  let repeats: Bool

  init(_ name: String, _ value: String?, repeats: Bool = false, _ summary: Phrase) {
    self.name = name
    self.value = value
    self.summary = summary
    self.repeats = repeats
  }

  /// A flag, which takes no value.
  init(_ name: String, _ summary: Phrase) { self.init(name, nil, summary) }

  static let portal = Option(
    "--portal", "DIR",
    Phrase(
      "门户文件夹（缺省：此处或上层含 Catalog/ 的文件夹）", "the portal folder (default: the one here or above that has Catalog/)"
    ))
  static let json = Option("--json", Phrase("输出 JSON", "print JSON"))
  static let help = Option("--help", Phrase("显示用法", "show this page"))
}

/// One verb of the command line, such as `publish` or `person add`.
struct Verb: Sendable {
  let words: [String]
  /// What comes behind the verb, as its usage line tells it: `FILE`, `[NUMBER]`, `OLDER [NEWER]`, `FILE…`, or nothing.
  let operands: String
  let summary: Phrase
  let options: [Option]
  /// Lines of its page beneath the options: what its words may be.
  let notes: [Phrase]
  /// What it does in a person's name; nil where it asks for nobody.
  let act: Act?
  let example: String
  let run: @Sendable (Invocation) throws -> ExitStatus

  init(
    _ name: String, _ operands: String = "", _ summary: Phrase, options: [Option] = [], notes: [Phrase] = [],
    act: Act? = nil,
    example: String,
    run: @escaping @Sendable (Invocation) throws -> ExitStatus
  ) {
    self.words = name.split(separator: " ").map(String.init)
    self.operands = operands
    self.summary = summary
    self.options = options + (act == nil ? [] : Option.person)
    self.notes = notes
    self.act = act
    self.example = example
    self.run = run
  }

  var name: String { words.joined(separator: " ") }

  /// How many operands the usage line allows: a word in brackets may be missing, one with … may be repeated.
  var operandCount: ClosedRange<Int> {
    let words = operands.split(separator: " ")
    let needed = words.filter { !$0.hasPrefix("[") }.count
    return needed...(operands.contains("…") ? .max : words.count)
  }

  var usage: Phrase {
    let line = "doorsill \(name)\(operands.isEmpty ? "" : " \(operands)")"
    return Phrase(
      "用法：\(line)\(options.isEmpty ? "" : " [选项]")", "usage: \(line)\(options.isEmpty ? "" : " [options]")")
  }
}
