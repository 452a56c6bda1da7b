/// `completions`: what a shell offers while a verb is typed, made from the table of verbs.
enum CompletionVerb {
  static let all: [Verb] = [
    Verb(
      "completions", "bash|zsh|fish", Phrase("输出命令行补全脚本", "print the script that completes verbs in a shell"),
      example: "doorsill completions bash", run: run)
  ]

  private static func run(_ invocation: Invocation) throws -> ExitStatus {
    let shell = try invocation.operands(1, 1)[0]
    invocation.terminal.print(try script(for: shell, of: Verbs.all))
    return .done
  }

  /// The script for bash, zsh or fish.
  static func script(for shell: String, of verbs: [Verb]) throws(UsageFault) -> String {
    switch shell {
    case "bash": bash(verbs)
    case "zsh": "autoload -U +X bashcompinit && bashcompinit\n" + bash(verbs)
    case "fish": fish(verbs)
    default:
      throw UsageFault(
        Phrase("不支持“\(shell)”", "there are no completions for '\(shell)'"),
        hint: Phrase("可选：bash、zsh、fish", "bash, zsh or fish"))
    }
  }

  /// First words, each once, in the order of the help page.
  private static func firstWords(_ verbs: [Verb]) -> [String] {
    var words: [String] = []
    for verb in verbs where !words.contains(verb.words[0]) { words.append(verb.words[0]) }
    return words
  }

  private static func options(_ verb: Verb) -> String {
    (verb.options + [.help]).map(\.name).joined(separator: " ")
  }

  /// One case for each verb by its words; files where nothing else fits.
  private static func bash(_ verbs: [Verb]) -> String {
    var cases: [String] = []
    for first in firstWords(verbs) {
      let family = verbs.filter { $0.words[0] == first }
      let seconds = family.filter { $0.words.count > 1 }.map { $0.words[1] }
      for verb in family where verb.words.count > 1 {
        cases.append("    \"\(verb.words[0]) \(verb.words[1])\") words=\"\(options(verb))\" ;;")
      }
      if let alone = family.first(where: { $0.words.count == 1 }) {
        cases.append("    \"\(first) \"*) words=\"\(options(alone))\" ;;")
      } else {
        cases.append("    \"\(first) \"*) words=\"\(seconds.joined(separator: " "))\" ;;")
      }
    }
    return """
      _doorsill() {
        local word="${COMP_WORDS[COMP_CWORD]}" words=""
        local before="${COMP_WORDS[1]} ${COMP_WORDS[2]}"
        [ "$COMP_CWORD" -eq 2 ] && before="${COMP_WORDS[1]} "
        if [ "$COMP_CWORD" -le 1 ]; then
          words="\(firstWords(verbs).joined(separator: " "))"
        else
          case "$before" in
      \(cases.joined(separator: "\n"))
          esac
        fi
        COMPREPLY=($(compgen -W "$words" -- "$word"))
        [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$word"))
      }
      complete -o filenames -F _doorsill doorsill
      """
  }

  private static func fish(_ verbs: [Verb]) -> String {
    var lines: [String] = []
    for first in firstWords(verbs) {
      let family = verbs.filter { $0.words[0] == first }
      lines.append("complete -c doorsill -n __fish_use_subcommand -a \(first)")
      for verb in family {
        var condition = "__fish_seen_subcommand_from \(first)"
        if verb.words.count > 1 {
          lines.append("complete -c doorsill -n '\(condition)' -a \(verb.words[1])")
          condition += "; and __fish_seen_subcommand_from \(verb.words[1])"
        }
        for option in verb.options {
          lines.append(
            "complete -c doorsill -n '\(condition)' -l \(option.name.dropFirst(2))\(option.value == nil ? "" : " -r")"
          )
        }
      }
    }
    return lines.joined(separator: "\n")
  }
}
