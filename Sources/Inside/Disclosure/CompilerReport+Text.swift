extension CompilerReport {
  /// Lines for a terminal, in Chinese (`zh`) or English: one a table, then what holds for all of them.
  package func lines(_ language: String) -> [String] {
    let words = Words(chinese: language == "zh")
    var lines = ["\(dataset)/\(result) (\(profile))"]
    if carriedWhole { return lines + [words.carriedWhole] }
    lines += tables.map { "  " + words.line($0) }
    lines += margins.map { "  " + words.line($0) }
    lines.append(
      "  "
        + words.whole(
          used: budgetUsed, limit: budgetLimit, withheld: CompilerReport.oneDecimal(100 * withheldShare),
          deviation: CompilerReport.oneDecimal(countDeviation), carried: carried))
    return lines
  }

  fileprivate static func oneDecimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
  }
}

/// The report's words in one language.
private struct Words {
  let chinese: Bool

  private func say(_ zh: String, _ en: String) -> String { chinese ? zh : en }

  var carriedWhole: String {
    say("  未到更新周期：与上次发布逐字节相同", "  younger than its refresh: byte for byte as it was last released")
  }

  private func name(_ dimensions: [String]) -> String {
    dimensions.isEmpty ? say("（总计）", "(total)") : dimensions.joined(separator: " × ")
  }

  func line(_ line: CompilerReport.TableLine) -> String {
    let name = name(line.dimensions)
    if let why = line.notWritten {
      return say(
        "\(name)：未写入，\(word(why))（\(line.cells) 个单元）",
        "\(name): not written, \(word(why)) (\(line.cells) cells)")
    }
    let reasons = CompilerReport.Reason.allCases.compactMap { reason in
      line.withheld[reason].map { "\(word(reason)) \($0)" }
    }
    let held =
      reasons.isEmpty
      ? "" : say("；不公布：", "; withheld: ") + reasons.joined(separator: say("，", ", "))
    let sums = line.sumErrorPercent.map { percent in
      say(
        "；合计误差 ±\(CompilerReport.oneDecimal(percent)) %", "; sums ± \(CompilerReport.oneDecimal(percent)) %")
    }
    return say(
      "\(name)：写入 \(line.written) / \(line.cells) 个单元",
      "\(name): \(line.written) of \(line.cells) cells written")
      + held + (sums ?? "")
  }

  func line(_ margin: CompilerReport.Margin) -> String {
    let name = name(margin.dimension.map { [$0] } ?? [])
    guard let error = margin.error.map({ CompilerReport.oneDecimal($0) }) else {
      return say("边际 \(name)：无法由所公布的单元得出", "margin \(name): nothing written adds up to it")
    }
    let gaps =
      margin.unknown == 0
      ? ""
      : say("，\(margin.unknown) / \(margin.cells) 个无法得出", ", \(margin.unknown) of \(margin.cells) not at all")
    return say("边际 \(name)：预期误差 ±\(error)\(gaps)", "margin \(name): expected error ± \(error)\(gaps)")
  }

  func whole(used: Int, limit: Int, withheld: String, deviation: String, carried: Int) -> String {
    say(
      "预算：已用 \(used) / \(limit) 个单元，剩余 \(max(0, limit - used))；共有 \(withheld) % 的单元不公布；数量误差 ±\(deviation)；沿用上次 \(carried) 个数",
      "budget: \(used) of \(limit) cells, \(max(0, limit - used)) left; \(withheld) % of all cells withheld; counts ± \(deviation); \(carried) numbers kept from before"
    )
  }

  private func word(_ reason: CompilerReport.Reason) -> String {
    switch reason {
    case .empty: say("空", "empty")
    case .small: say("人群过小", "population too small")
    case .differencing: say("可相减推出", "differencing")
    case .threshold: say("低于阈值", "threshold")
    case .dominance: say("合计受支配", "sum dominated")
    case .smallPopulation: say("总体过小", "population too small")
    case .fewCases: say("非零者过少", "too few cases")
    case .budget: say("超出预算", "budget")
    }
  }

  private func word(_ why: CompilerReport.NotWritten) -> String {
    switch why {
    case .tooSparse: say("平均每单元不足五个个体", "fewer than five units a cell")
    case .overBudget: say("超出发布预算", "over the release budget")
    case .nothingLeft: say("没有可公布的单元", "no cell passes")
    }
  }
}
