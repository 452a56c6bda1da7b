import Bytes
import Releases
import Serving

/// `result`: what the current release offers companies, and a local call of it.
enum ResultVerbs {
  static let all: [Verb] =
    [
      Verb(
        "result list", "", Phrase("列出当前发布版本的结果服务", "list the results of the current release"),
        options: [.portal, .state, .json], example: "doorsill result list", run: list),
      Verb(
        "result try", "DATASET/RESULT [QUERY]",
        Phrase(
          "本地试调用：保护与对外服务完全相同；核验与评分的 QUERY 为 字段=值",
          "a local call, with protection exactly as served; for verify and score QUERY is FIELD=VALUE&…"),
        options: [
          .portal, .state,
          Option(
            "--format", "json|csv|svg",
            Phrase("按对外服务的格式逐字节输出", "print the bytes that would be served in this format")),
          Option("--lang", "zh|en", Phrase("标题与说明的语言", "the language of titles and note")), .json,
        ],
        example: "doorsill result try rand-health/medical-spending 'select=site,count&site=eq.1'",
        run: tryOne),
    ] + AttackVerb.all + UtilityVerb.all

  private static func release(_ invocation: Invocation) throws -> Release {
    let outside = try invocation.outside()
    return try ReleaseStore(folder: outside.folder, key: try outside.releaseKey()).current()
  }

  private static func list(_ invocation: Invocation) throws -> ExitStatus {
    let release = try release(invocation)
    if invocation.has("--json") {
      let items: [JSON] = try release.settings.results.map { setting in
        let stored = try release.result(setting.dataset, setting.result)
        return [
          "dataset": .string(setting.dataset), "result": .string(setting.result),
          "kind": .string(setting.kind.rawValue),
          "level": .string(setting.level), "profile": .string(setting.profile),
          "cells": JSON(stored?.cellCount ?? 0),
          "tables": .array((stored?.publishedTables ?? []).map { JSON($0) }),
        ]
      }
      invocation.terminal.print(bytes: JSON.array(items).serialized(pretty: true) + [0x0A])
      return .done
    }
    invocation.terminal.table(
      [
        [
          Phrase("结果", "result").said, Phrase("类型", "kind").said, Phrase("密级", "level").said,
          Phrase("单元格", "cells").said, Phrase("标题", "title").said,
        ]
      ]
        + (try release.settings.results.map { setting in
          [
            "\(setting.dataset)/\(setting.result)", setting.kind.rawValue, setting.level,
            String(try release.result(setting.dataset, setting.result)?.cellCount ?? 0),
            setting.title(Phrase.language),
          ]
        }))
    return .done
  }

  private static func tryOne(_ invocation: Invocation) throws -> ExitStatus {
    let operands = try invocation.operands(1, 2)
    let names = operands[0].split(separator: "/").map(String.init)
    let release = try release(invocation)
    guard names.count == 2, let stored = try release.result(names[0], names[1]) else {
      let known = release.settings.results.map { "\($0.dataset)/\($0.result)" }
      throw UsageFault(
        Phrase("当前发布版本没有结果服务 \(operands[0])", "the current release has no result \(operands[0])"),
        hint: nearest(operands[0], in: known).map { Phrase("是否要用 \($0)？", "did you mean \($0)?") })
    }
    if let tags = stored.tags {
      return try TagPage.tryOne(
        stored, tags, try Self.items(operands.count > 1 ? operands[1] : ""), invocation)
    }
    let query = try ResultQuery.parse(Self.items(operands.count > 1 ? operands[1] : ""), of: stored)
    let language = invocation.value("--lang") ?? query.language ?? Phrase.language
    let answer = release.answer(stored, query: query)
    var format = query.format
    if let word = invocation.value("--format") {
      guard let known = ResultQuery.Format(rawValue: word) else {
        throw UsageFault(
          Phrase("没有格式 \(word)", "there is no format '\(word)'"),
          hint: Phrase("可选：json、csv、svg", "one of json, csv, svg"))
      }
      format = known
    }
    if invocation.has("--json") { format = .json }
    if let format {
      invocation.terminal.print(
        bytes: answer.body(format, language: language) + (format == .json ? [0x0A] : []))
      return .done
    }
    tell(answer, language: language, release: release.number, invocation.terminal)
    return .done
  }

  /// An answer for a person: a table with labels, units and bands, then what was done to the numbers.
  private static func tell(_ answer: ResultAnswer, language: String, release: Int, _ terminal: Terminal) {
    func said(_ zh: String, _ en: String) -> String { language.hasPrefix("zh") ? zh : en }
    var rows = answer.table(language: language)
    // Numbers end in one column.
    for column in answer.dimensions.count..<(rows.first?.count ?? 0) {
      let widest = rows.map { Terminal.width($0[column]) }.max() ?? 0
      for row in rows.indices {
        rows[row][column] =
          String(repeating: " ", count: widest - Terminal.width(rows[row][column])) + rows[row][column]
      }
    }
    terminal.print(
      terminal.styled(answer.result.title(language), .bold) + "  "
        + said("发布版本 \(release)", "release \(release)"))
    terminal.table(rows)
    let numbers = answer.numbers
    if numbers.withheld > 0 {
      terminal.print(
        said(
          "\(numbers.all) 个数字中 \(numbers.withheld) 个不予公布",
          "\(numbers.withheld) of \(numbers.all) numbers are withheld"))
    }
    if answer.hasBands {
      terminal.print(said("± 与 […] 为 95 % 区间", "± and […] are 95 % intervals"))
    }
    terminal.print()
    terminal.paragraph(answer.note(language), after: "")
    let name = "\(answer.result.dataset)/\(answer.result.result)"
    let shown = answer.dimensions.map(\.name)
    let others = zip(answer.result.publishedTables, answer.result.queries).filter { $0.0 != shown }
    guard !others.isEmpty else { return }
    terminal.print()
    terminal.print(said("其他已公布的表：", "Other published tables:"))
    for (_, query) in others { terminal.print("  doorsill result try \(name) '\(query)'") }
  }

  /// The pairs of a query as the shell gives it.
  private static func items(_ query: String) throws -> [(name: String, value: String)] {
    try query.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, let name = Percent.decode(parts[0]), let value = Percent.decode(parts[1]) else {
        throw UsageFault(Phrase("“\(pair)”不是 名=值", "'\(pair)' is not NAME=VALUE"))
      }
      return (name, value)
    }
  }
}
