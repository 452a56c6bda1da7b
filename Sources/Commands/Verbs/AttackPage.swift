import Bytes
import Results

/// The attack table for a person.
enum AttackPage {
  static func print(_ name: String, _ profile: String, _ reports: [AttackReport], _ terminal: Terminal) {
    terminal.print(
      terminal.styled(name, .bold) + "  " + Phrase("保护方案 \(profile)", "profile \(profile)").said)
    // One system leaves room for what is measured; of several, figures stand side by side.
    let isAlone = reports.count == 1
    var head = ["", Phrase("攻击", "attack").said]
    if isAlone { head.append(Phrase("指标", "metric").said) }
    head += [Phrase("及格线", "bar").said] + reports.map { "  " + said($0.system) }
    head.append(Phrase("案例数", "cases").said)
    let left = utility(reports, isAlone: isAlone)
    terminal.table(
      [head.map { terminal.styled($0, .dim) }] + attacks(reports, isAlone: isAlone, terminal)
        + (left.isEmpty ? [] : [[]] + left))
    terminal.print(
      terminal.styled(
        Phrase(
          "✓ 抵御  ✗ 得逞  ? 未判定（案例不足 \(AttackLine.leastCases)）  · 仅报告  – 无可攻击",
          "✓ withstood  ✗ gets through  ? not judged (under \(AttackLine.leastCases) cases)  · reported  – nothing to attack"
        ).said, .dim))
    for report in reports {
      terminal.print(
        (isAlone ? "" : said(report.system) + Phrase("：", ": ").said)
          + outcome(of: report, isOurs: report.system == reports[0].system, terminal))
    }
    terminal.print()
  }

  private static func outcome(of report: AttackReport, isOurs: Bool, _ terminal: Terminal) -> String {
    let failed = report.failed.count, open = report.notJudged().count
    var outcome =
      failed > 0
      ? Phrase("\(failed) 项攻击得逞", failed == 1 ? "1 attack gets through" : "\(failed) attacks get through")
        .said
      : open > 0
        ? Phrase("没有攻击得逞", "no attack gets through").said
        : Phrase("抵御了全部攻击", "withstands every attack").said
    if open > 0 { outcome += Phrase("，\(open) 项未判定", ", \(open) not judged").said }
    guard isOurs else { return outcome }
    return terminal.styled(outcome, failed > 0 ? .red : open > 0 ? .yellow : .green)
  }

  private static func said(_ system: String) -> String {
    switch system {
    case "threshold only": Phrase("仅设阈值", "threshold").said
    case "cell key": Phrase("单元格密钥", "cell key").said
    case "two layers, no guard": Phrase("第一版", "edition 1").said
    default: system
    }
  }

  private static func attacks(_ reports: [AttackReport], isAlone: Bool, _ terminal: Terminal) -> [[String]] {
    let language = Phrase.language
    return reports[0].lines.map { line in
      var row = [line.attack, line.name(language)]
      if isAlone { row.append(line.metric(language)) }
      row.append(line.bar(language))
      for report in reports {
        let same = report.lines.first { $0.attack == line.attack && $0.name("en") == line.name("en") }
        row.append(same.map { outcome($0, isFull: isAlone, terminal) } ?? "  –")
      }
      row.append(line.cases.map(String.init) ?? "")
      return row
    }
  }

  /// What is left to use, in the columns of the systems.
  private static func utility(_ reports: [AttackReport], isAlone: Bool) -> [[String]] {
    let figures = reports.map { $0.utility?.figures ?? [] }
    return figures[0].indices.map { place in
      let own = figures[0][place]
      let unit = own.unit(Phrase.language)
      return ["", own.name(Phrase.language)] + (isAlone ? [unit, ""] : [unit])
        + figures.map { place < $0.count ? "  " + $0[place].value : "  –" }
    }
  }

  /// - Parameter isFull: with the second figure, also where it is not what got through.
  private static func outcome(_ line: AttackLine, isFull: Bool, _ terminal: Terminal) -> String {
    guard line.value != nil else { return terminal.styled("  –", .dim) }
    let hasTwoBars = line.bar("en").contains(",")
    let figure =
      isFull || line.verdict == .failed && hasTwoBars
      ? line.measured
      : line.measured.split(separator: ",").first.map(String.init) ?? ""
    return switch line.verdict {
    case .withstood: terminal.styled("✓", .green) + " " + figure
    case .failed: terminal.styled("✗", .red) + " " + terminal.styled(figure, .bold)
    case .notJudged: terminal.styled("?", .yellow) + " " + terminal.styled(figure, .dim)
    case .reported: terminal.styled("·", .dim) + " " + figure
    case .nothing: terminal.styled("  –", .dim)
    }
  }
}
