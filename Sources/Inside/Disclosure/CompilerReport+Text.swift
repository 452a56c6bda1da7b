import Bytes

/// The report's words, each in Chinese (`zh`) and English; how they are laid out is the command line's.
extension CompilerReport {
  /// The total's and the tables' errors, and what holds for all tables, each a sentence of its own.
  package func summary(_ language: String) -> [String] {
    let words = ReportWords(language)
    return carriedWhole ? [words.carriedWhole] : [words.shown(self), words.budget(self), words.margins(self)]
  }

  /// Which profile would show most, one line; nil where nothing was compared.
  package func advice(_ language: String) -> String? {
    guard !profiles.isEmpty else { return nil }
    return ReportWords(language).advice(self)
  }

  /// A number with one digit after the point.
  package static func oneDecimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
  }
}

extension CompilerReport.TableLine {
  /// Its dimensions.
  package func name(_ language: String) -> String { ReportWords(language).name(dimensions) }

  /// Why some or all of it is not shown, the leading reason first; empty where all is.
  package func why(_ language: String) -> String { ReportWords(language).why(self) }
}

extension ProfileOutcome {
  /// What it would show and how sure, on one line behind its name.
  package func figures(_ language: String) -> String { ReportWords(language).figures(self) }
}

extension TableRemedy {
  /// What to do.
  package func said(_ language: String) -> String { ReportWords(language).remedy(self) }
}

/// The words in one language.
private struct ReportWords {
  private let chinese: Bool

  init(_ language: String) { chinese = language == "zh" }

  private func say(_ zh: String, _ en: String) -> String { chinese ? zh : en }
  private var comma: String { say("，", ", ") }
  private var semicolon: String { say("；", "; ") }

  var carriedWhole: String {
    say("未到更新周期：与上次发布逐字节相同", "younger than its refresh: byte for byte as it was last released")
  }

  func name(_ dimensions: [String]) -> String {
    dimensions.isEmpty ? say("（总计）", "(total)") : dimensions.joined(separator: " × ")
  }

  // MARK: Tables

  func why(_ line: CompilerReport.TableLine) -> String {
    var parts: [String] = []
    let reasons = line.reasons.map { "\(word($0.reason)) \($0.count)" }
    if let why = line.notWritten, reasons.isEmpty { parts.append(word(why)) }
    if !reasons.isEmpty { parts.append(reasons.joined(separator: comma)) }
    let sums = line.sumReasons.map { "\(word($0.reason)) \($0.count)" }
    if !sums.isEmpty { parts.append(say("合计：", "sums: ") + sums.joined(separator: comma)) }
    return parts.joined(separator: semicolon)
  }

  private func word(_ reason: CompilerReport.Reason) -> String {
    switch reason {
    case .empty: say("空", "empty")
    case .small: say("人群不足 k", "population under k")
    case .differencing: say("可相减推出", "differencing")
    case .threshold: say("单元不足阈值", "cell under the threshold")
    case .dominance: say("受一两个个体支配", "one or two dominate")
    case .smallPopulation: say("人群低于下限", "population under the floor")
    case .fewCases: say("非零者过少", "too few cases")
    case .budget: say("超出预算", "over budget")
    case .kept: say("同上次不公布", "withheld as before")
    }
  }

  private func word(_ why: CompilerReport.NotWritten) -> String {
    switch why {
    case .tooSparse: say("平均每单元不足五个个体", "fewer than five units a cell")
    case .overBudget: say("超出发布预算", "over the release budget")
    case .nothingLeft: say("没有可公布的单元", "no cell passes")
    }
  }

  // MARK: What to do

  func remedy(_ remedy: TableRemedy) -> String {
    switch remedy {
    case .denser(let atMost, let drop):
      if let drop {
        say("至多 \(atMost) 个单元：去掉 \(drop)，或合并代码", "at most \(atMost) cells: leave \(drop) out, or merge codes")
      } else {
        say(
          "至多 \(atMost) 个单元：去掉两个维度，或合并代码", "at most \(atMost) cells: leave two dimensions out, or merge codes"
        )
      }
    case .mergeCodes(let dimension, let codes, let more, let cells):
      say(
        "合并 \(dimension) 的代码，先合并 \(codes.joined(separator: "、"))\(more ? "……" : "")：有 \(cells) 个单元在那里",
        "merge codes of \(dimension), \(codes.joined(separator: ", "))\(more ? " …" : "") first: \(cells) of the cells lie there"
      )
    case .dropDimension(let dimension, let reached, let cells, let size):
      say(
        "去掉 \(dimension)：\(cells) 个单元中有 \(reached) 个达到 \(size) 个个体",
        "leave \(dimension) out: then \(reached) of \(cells) cells reach \(size) units")
    case .rareCodes(let dimension, let cells):
      say(
        "去掉 \(dimension)，或合并其罕见代码：\(cells) 个单元几乎就是全体，余下的少数人可由相减得出",
        "leave \(dimension) out, or merge its rare codes: \(cells) cells hold all but a few, who could be had by subtraction"
      )
    case .fewCases(let measure, let dimension, let codes):
      say(
        "\(measure)：\(merged(dimension, codes))，那里非零者过少；或去掉此度量",
        "\(measure): \(merged(dimension, codes)), where too few have a value other than 0; or leave the measure out"
      )
    case .dominated(let measure, let dimension, let codes):
      say(
        "\(measure)：\(merged(dimension, codes))，那里合计几乎出自一两个个体；或去掉此度量",
        "\(measure): \(merged(dimension, codes)), where one or two units make up nearly all; or leave the measure out"
      )
    case .moveFirst(let written):
      say("排到最前：可公布 \(written) 个单元", "put it first: then \(written) cells fit the budget")
    case .leaveOut(let table, let frees):
      say(
        "去掉 \(name(table))：腾出 \(frees) 个数",
        "leave out \(name(table)): it takes \(frees) numbers of the budget")
    case .othersSpent(let numbers):
      say("同族的其他结果已占 \(numbers) 个数", "other results of the family take \(numbers) numbers of it")
    case .fewerNumbers(let perCell):
      say(
        "每个单元占 \(perCell) 个数：度量越少，容得下的单元越多",
        "a cell costs \(perCell) numbers: with fewer measures more cells fit")
    case .tooFine(let units):
      say(
        "人群每 \(units) 个个体只有一个数：合并代码，或去掉维度",
        "a population has one number for every \(units) units: merge codes, or leave a dimension out")
    }
  }

  private func merged(_ dimension: String?, _ codes: [String]) -> String {
    guard let dimension else { return say("合并代码", "merge codes") }
    return say(
      "合并 \(dimension) 的代码（如 \(codes.joined(separator: "、"))）",
      "merge codes of \(dimension) such as \(codes.joined(separator: ", "))")
  }

  // MARK: All tables

  func shown(_ report: CompilerReport) -> String {
    func sum(_ part: KeyPath<CompilerReport.TableLine, Int>) -> Int {
      report.tables.reduce(0) { $0 + $1[keyPath: part] }
    }
    let (written, asked, all) = (sum(\.written), sum(\.asked), sum(\.nonEmpty))
    let errors = report.tables.compactMap(\.sumErrorPercent).sorted()
    let sums = errors.isEmpty ? "" : CompilerReport.oneDecimal(errors[errors.count / 2])
    let deviation = CompilerReport.oneDecimal(report.countDeviation)
    let kept =
      report.carried == 0
      ? "" : say("；沿用上次 \(report.carried) 个数", "; \(report.carried) numbers kept from before")
    return say(
      "公布 \(written) 个单元，达到 \(report.k) 个个体的有 \(asked) 个，非空的有 \(all) 个；数量误差 ±\(deviation)"
        + (sums.isEmpty ? "" : "，合计误差 ±\(sums)\u{A0}%") + kept,
      "\(written) cells shown, of \(asked) with \(report.k) units or more and \(all) with any; counts ±\(deviation)"
        + (sums.isEmpty ? "" : ", sums ±\(sums)\u{A0}%") + kept)
  }

  func budget(_ report: CompilerReport) -> String {
    let left = max(0, report.budgetLimit - report.budgetUsed)
    return say(
      "预算：已用 \(report.budgetUsed) / \(report.budgetLimit) 个数，剩余 \(left)",
      "budget: \(report.budgetUsed) of \(report.budgetLimit) numbers, \(left) left")
  }

  func margins(_ report: CompilerReport) -> String {
    let parts = report.margins.map { margin in
      let name = name(margin.dimension.map { [$0] } ?? [])
      guard let error = margin.error.map({ CompilerReport.oneDecimal($0) }) else {
        return say("\(name) 无法得出", "\(name) cannot be had")
      }
      let gaps =
        margin.unknown == 0
        ? "" : say("（缺 \(margin.unknown) / \(margin.cells)）", " (\(margin.unknown) of \(margin.cells) not)")
      return say("\(name) ±\(error)", "\(name) ±\(error)") + gaps
    }
    return say("边际的预期误差：", "expected error of margins: ") + parts.joined(separator: comma)
  }

  // MARK: Profiles

  func figures(_ outcome: ProfileOutcome) -> String {
    if let refused = outcome.refused { return say("不可改用：", "not here: ") + refused(chinese ? "zh" : "en") }
    var parts = [
      say("公布 \(outcome.written) / \(outcome.nonEmpty)", "\(outcome.written) of \(outcome.nonEmpty) cells")
    ]
    if outcome.sums > 0 { parts.append(say("合计 \(outcome.sums) 个", "\(outcome.sums) sums")) }
    let deviation = CompilerReport.oneDecimal(outcome.countDeviation)
    parts.append(say("数量 ±\(deviation)", "counts ±\(deviation)"))
    if let error = outcome.sumErrorPercent.map({ CompilerReport.oneDecimal($0) }) {
      parts.append(say("合计 ±\(error)\u{A0}%", "sums ±\(error)\u{A0}%"))
    }
    if outcome.leftOut > 0 {
      parts.append(say("\(outcome.leftOut) 项不允许", "\(outcome.leftOut) tables or statistics not allowed"))
    }
    return parts.joined(separator: comma)
  }

  func advice(_ report: CompilerReport) -> String {
    if report.profiles.count == 1 {
      return say("没有其他方案可用于此密级", "no other profile may serve this level")
    }
    guard let best = report.best, let declared = report.profiles.first(where: \.isDeclared) else {
      return say(
        "可用于此密级的其他方案都不会公布得更多", "no other profile that may serve this level would show more")
    }
    let cells = best.written - declared.written
    let sums = best.sums - declared.sums
    let more =
      cells > 0
      ? say("多公布 \(cells) 个单元", "\(cells) more cells") : say("多公布 \(sums) 个合计", "\(sums) more sums")
    return say("方案 \(best.name) 会\(more)", "profile \(best.name) would show \(more)")
  }
}
