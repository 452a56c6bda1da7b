import Bytes
import Releases
import Serving

/// `result`: what the current release offers companies, and a local call of it.
enum ResultVerbs {
  static let all: [Verb] = [
    Verb(
      "result list", "", Phrase("列出当前发布版本的结果服务", "list the results of the current release"),
      options: [.portal, .state, .json], example: "doorsill result list", run: list),
    Verb(
      "result try", "DATASET/RESULT [QUERY]",
      Phrase("本地试调用：保护与对外服务完全相同", "a local call, with protection exactly as served"),
      options: [.portal, .state, .json],
      example: "doorsill result try rand-health/medical-spending 'select=site,count&site=eq.1'",
      run: tryOne),
  ]

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
    let query = try ResultQuery.parse(Self.items(operands.count > 1 ? operands[1] : ""), of: stored)
    let answer = release.answer(stored, query: query)
    if invocation.has("--json") {
      invocation.terminal.print(bytes: answer.json(language: Phrase.language) + [0x0A])
      return .done
    }
    let lines = String(decoding: answer.csv(), as: UTF8.self).split(whereSeparator: \.isNewline)
    invocation.terminal.table(
      lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) })
    invocation.terminal.print()
    invocation.terminal.print(stored.note(Phrase.language))
    return .done
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
