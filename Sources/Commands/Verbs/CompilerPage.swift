import Disclosure

/// What of a result is shown, what is not and why, for the custodian: exact counts of cells, which stay on this terminal.
enum CompilerPage {
  static func show(_ report: CompilerReport, _ terminal: Terminal) {
    let language = Phrase.language
    terminal.print()
    terminal.print(
      terminal.styled("\(report.dataset)/\(report.result)", .bold) + "  "
        + Phrase("方案 \(report.profile)", "profile \(report.profile)").said)
    if !report.carriedWhole { tables(report, terminal, language) }
    for sentence in report.summary(language) { terminal.paragraph(sentence, after: "  ") }
    profiles(report, terminal, language)
  }

  private static func tables(_ report: CompilerReport, _ terminal: Terminal, _ language: String) {
    let names = report.tables.map { $0.name(language) }
    // Of a very long name the numbers stand on a line below.
    let width = min(44, names.map { Terminal.width($0) }.max() ?? 0)
    let heads = [
      Phrase("公布", "shown").said, Phrase("≥ \(report.k)", "≥ \(report.k)").said, Phrase("全部", "cells").said,
    ]
    let columns = heads.enumerated().map { place, head in
      report.tables.map { Terminal.width(numbers($0)[place]) }.reduce(Terminal.width(head), max)
    }
    func numbered(_ words: [String]) -> String {
      zip(words, columns).map { right($0, $1) }.joined(separator: "  ")
    }
    terminal.print(terminal.styled("  " + padded("", width) + "  " + numbered(heads), .dim))
    for (line, name) in zip(report.tables, names) {
      let words = numbers(line)
      let style: Terminal.Style =
        line.written >= line.asked && line.written > 0 ? .green : line.written > 0 ? .yellow : .red
      let shown = terminal.styled(right(words[0], columns[0]), style)
      let rest = zip(words, columns).dropFirst().map { right($0, $1) }
      var lead = "  " + padded(name, width) + "  " + ([shown] + rest).joined(separator: "  ")
      if Terminal.width(name) > width {
        terminal.print("  " + name)
        lead = "  " + padded("", width) + "  " + ([shown] + rest).joined(separator: "  ")
      }
      let why = line.why(language)
      if why.isEmpty { terminal.print(lead) } else { terminal.paragraph(why, after: lead + "  ") }
      for remedy in line.remedies {
        terminal.paragraph(remedy.said(language), after: "    " + terminal.styled("→", .cyan) + " ")
      }
    }
  }

  private static func numbers(_ line: CompilerReport.TableLine) -> [String] {
    [String(line.written), String(line.asked), String(line.cells)]
  }

  /// The profiles that may serve the level, and which of them shows most.
  private static func profiles(_ report: CompilerReport, _ terminal: Terminal, _ language: String) {
    guard let advice = report.advice(language) else { return }
    guard report.profiles.count > 1 else { return terminal.paragraph(advice, after: "  ") }
    terminal.print(Phrase("  可用于此密级的方案：", "  profiles that may serve this level:").said)
    let width = report.profiles.map { Terminal.width($0.name) }.max() ?? 0
    for outcome in report.profiles {
      let mark = outcome.isDeclared ? "•" : " "
      terminal.paragraph(
        outcome.figures(language), after: "  \(mark) " + padded(outcome.name, width) + "  ",
        outcome.refused == nil ? nil : .dim)
    }
    terminal.paragraph(advice, after: "    " + terminal.styled("→", .cyan) + " ")
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - Terminal.width(text)))
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - Terminal.width(text))) + text
  }
}
