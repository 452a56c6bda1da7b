import Bytes

/// A wrong use of the command line; the user of the shell can mend it.
struct UsageFault: Fault {
  let message: String
  let hint: String?
  var blame: Blame { .usage }
  var description: String { message }

  init(_ message: Phrase, hint: Phrase? = nil) {
    self.message = message.said
    self.hint = hint?.said
  }
}

/// A log that is not what it was: whoever runs the machine puts it right.
struct LogFault: Fault {
  private let words: Phrase
  private let advice: Phrase?
  var message: String { words.said }
  var hint: String? { advice?.said }
  var blame: Blame { .environment }

  init(_ words: Phrase, hint: Phrase? = nil) {
    self.words = words
    advice = hint
  }
}

/// One parsed call of a verb.
struct Invocation: Sendable {
  let verb: Verb
  let operands: [String]
  let values: [String: [String]]
  let terminal: Terminal

  /// Splits the words after the verb into operands and options; `--name=value` and `--name value` are the same,
  /// and after `--` everything is an operand. Operands that the usage line does not have room for are refused.
  init(verb: Verb, words: [String], terminal: Terminal) throws(UsageFault) {
    var operands: [String] = []
    var values: [String: [String]] = [:]
    let known = verb.options + [.help]
    var index = 0
    while index < words.count {
      let word = words[index]
      index += 1
      if word == "--" {
        operands += words[index...]
        break
      }
      guard word.hasPrefix("--") || (word.hasPrefix("-") && word.count > 1) else {
        operands.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let name = parts[0] == "-h" ? "--help" : parts[0]
      guard let option = known.first(where: { $0.name == name }) else {
        let near = nearest(name, in: known.map(\.name))
        throw UsageFault(
          Phrase("“\(verb.name)” 没有选项 \(name)", "'\(verb.name)' has no option \(name)"),
          hint: near.map { Phrase("是否要用 \($0)？", "did you mean \($0)?") }
            ?? Phrase("用法见 doorsill \(verb.name) --help", "see doorsill \(verb.name) --help"))
      }
      if option.value == nil {
        guard parts.count == 1 else {
          throw UsageFault(Phrase("\(name) 不带值", "\(name) takes no value"))
        }
        values[name, default: []].append("")
        continue
      }
      var value: String
      if parts.count == 2 {
        value = parts[1]
      } else {
        guard index < words.count else {
          throw UsageFault(
            Phrase("\(name) 缺少值 \(option.value ?? "")", "\(name) needs a value: \(option.value ?? "")"))
        }
        value = words[index]
        index += 1
      }
      guard option.repeats || values[name] == nil else {
        throw UsageFault(Phrase("\(name) 只能给一次", "\(name) can be given once only"))
      }
      values[name, default: []].append(value)
    }
    for (place, text) in [("", operands)] + values.map({ ($0.key, $0.value) }) {
      for word in text { try Self.check(word, place) }
    }
    self.verb = verb
    self.operands = operands
    self.values = values
    self.terminal = terminal
    guard verb.operandCount.contains(operands.count) || has("--help") else { throw wrongUse }
  }

  /// Words become names, reasons and texts in logs, lists and certificates: each is a plain line.
  private static func check(_ word: String, _ option: String) throws(UsageFault) {
    guard !word.isEmpty, let problem = PlainLine.problem(in: word) else { return }
    let said =
      option.isEmpty ? "'\(word.unicodeScalars.filter(PlainLine.isPlain).map(String.init).joined())'" : option
    throw UsageFault(
      Phrase("\(said) 的值\(problem.zh)", "\(said): the text \(problem.en)"),
      hint: Phrase("请写成一行可见的文字", "give it on one line, in letters that show"))
  }

  func has(_ name: String) -> Bool { values[name] != nil }
  func value(_ name: String) -> String? { values[name]?.last }
  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// The value of an option the verb cannot do without.
  func required(_ name: String) throws(UsageFault) -> String {
    guard let value = value(name) else {
      throw UsageFault(
        Phrase("“\(verb.name)” 需要 \(name)", "'\(verb.name)' needs \(name)"),
        hint: Phrase("例：\(verb.example)", "for example: \(verb.example)"))
    }
    return value
  }

  /// A whole number from 1 upward, or nil where the option is not given.
  func number(_ name: String) throws(UsageFault) -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text), number > 0 else {
      throw UsageFault(
        Phrase("\(name) 须为正整数，而不是 “\(text)”", "\(name) takes a whole number above 0, not '\(text)'"))
    }
    return number
  }

  /// The operands, which must be at least `least` and at most `most`; the usage line has seen to that.
  func operands(_ least: Int, _ most: Int = .max) throws(UsageFault) -> [String] {
    guard operands.count >= least, operands.count <= most else { throw wrongUse }
    return operands
  }

  /// What is said where the words do not fit the usage line.
  var wrongUse: UsageFault {
    UsageFault(verb.usage, hint: Phrase("例：\(verb.example)", "for example: \(verb.example)"))
  }
}
