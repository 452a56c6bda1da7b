import Bytes
import Publishing

/// The help pages, made from the table of verbs so that they cannot drift from it.
enum Help {
  static func overview(_ terminal: Terminal) {
    terminal.print(
      terminal.styled("doorsill 门槛", .bold)
        + Phrase("：开放数据的门户，开放不出门", ": an open-data portal that opens data without letting it leave the door")
        .said)
    terminal.print()
    terminal.print(Phrase("用法：doorsill <命令> [选项]", "usage: doorsill <verb> [options]").said)
    for (title, names) in Verbs.groups {
      terminal.print()
      terminal.print(terminal.styled(title.said, .bold))
      terminal.table(
        Verbs.all.filter { names.contains($0.words[0]) }.map {
          [terminal.styled($0.name, .cyan), $0.summary.said]
        },
        indent: 2)
    }
    terminal.print()
    terminal.print(
      Phrase("doorsill <命令> --help 显示用法与例子", "doorsill <verb> --help shows its options and an example").said)
  }

  static func page(_ verb: Verb, _ terminal: Terminal) {
    terminal.print("\(terminal.styled("doorsill \(verb.name)", .bold)): \(verb.summary.said)")
    terminal.print()
    terminal.print(verb.usage.said)
    terminal.print()
    terminal.table(
      (verb.options + [.help]).map { option in
        [terminal.styled(option.name + (option.value.map { " \($0)" } ?? ""), .cyan), option.summary.said]
      }, indent: 2)
    terminal.print()
    if !verb.notes.isEmpty {
      for note in verb.notes { terminal.print("  " + note.said) }
      terminal.print()
    }
    if let words = verb.act?.words {
      terminal.print(Phrase("可执行者：", "who may: ").said + words.said(in: Phrase.language))
    }
    terminal.print(Phrase("例", "example").said + ": \(verb.example)")
  }

  /// The page of one verb, or the list of those that begin with the word.
  static func show(_ words: [String], _ terminal: Terminal) throws -> ExitStatus {
    if let verb = Program.find(words), verb.words.count == words.count {
      page(verb, terminal)
      return .done
    }
    let family = Verbs.all.filter { $0.words[0] == words[0] }
    guard !family.isEmpty, words.count == 1 else { throw Program.unknown(words) }
    terminal.table(
      family.map { [terminal.styled("doorsill \($0.name) \($0.operands)", .cyan), $0.summary.said] })
    return .done
  }
}
