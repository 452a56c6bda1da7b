import Bytes
import Disclosure
import Releases
import Serving
import Trust

/// How `verify` and `score` are shown and tried on the command line.
enum TagPage {
  /// What the compiler says before anything is published: the price of guessing, and what it rests on.
  static func lines(_ report: TagReport) -> [Phrase] {
    let price = report.price
    func bits(_ value: Double) -> String { "\(Int(value * 10) / 10).\(Int(value * 10) % 10)" }
    var lines = [
      Phrase(
        "\(report.dataset)/\(report.result)：\(report.tuples) 组可核验"
          + (report.skipped > 0 ? "，\(report.skipped) 行缺少核验项未列入" : ""),
        "\(report.dataset)/\(report.result): \(report.tuples) tuples can be checked"
          + (report.skipped > 0 ? "; \(report.skipped) rows lack a claim and are left out" : "")),
      Phrase(
        "  猜测的代价：主体 \(bits(price.subjectBits)) 位 + 核验项 \(bits(price.claimBits)) 位 + 每次试算 \(bits(price.costBits)) 位 = 2^\(bits(price.enumerationBits)) 步（方案要求 2^\(report.limits.enumerationBits)，核验项至少 \(report.limits.claimBits) 位）",
        "  price of guessing: subject \(bits(price.subjectBits)) bits + claims \(bits(price.claimBits)) + work of one try \(bits(price.costBits)) = 2^\(bits(price.enumerationBits)) steps (the profile asks 2^\(report.limits.enumerationBits), and \(report.limits.claimBits) bits of claims)"
      ),
      Phrase(
        "  仅试一个已知主体：2^\(bits(price.personBits)) 步（须同时持有核验密钥与发布内容；调用者受次数限制）",
        "  of one known subject alone: 2^\(bits(price.personBits)) steps, for who holds the verify key and the release; callers are stopped by count"
      ),
    ]
    for claim in price.claims {
      lines.append(
        claim.followsFromSubject
          ? Phrase("  \(claim.name)：可由主体推出，不计", "  \(claim.name): follows from the subject, counts nothing")
          : Phrase("  \(claim.name)：\(bits(claim.bits)) 位", "  \(claim.name): \(bits(claim.bits)) bits"))
    }
    for reason in report.reasons { lines.append(word(reason, price)) }
    if let seconds = report.secondsPerMillion {
      lines.append(
        Phrase(
          "  本次计算 \(report.computed) 个标签，折合每百万 \(bits(seconds)) 秒（\(report.threads) 线程）",
          "  computed \(report.computed) tags, at \(bits(seconds)) s a million (\(report.threads) threads)"))
    } else {
      let kept = report.tuples - report.computed
      lines.append(
        Phrase(
          "  本次计算 \(report.computed) 个标签，沿用 \(kept) 个", "  computed \(report.computed) tags, kept \(kept)"))
    }
    return lines
  }

  private static func word(_ reason: GuessingPrice.Reason, _ price: GuessingPrice) -> Phrase {
    switch reason {
    case .cheap:
      Phrase("  逐一试算的代价过低：每次调用须附授权令牌", "  trying every tuple is too cheap: each call needs a consent token")
    case .fewBits:
      Phrase("  核验项的信息量过低：每次调用须附授权令牌", "  the claims hold too little: each call needs a consent token")
    case .binary:
      Phrase(
        "  仅有两种取值的事实（\(price.binaryFacts.joined(separator: "、"))）：每次调用须附授权令牌",
        "  a fact of two values (\(price.binaryFacts.joined(separator: ", "))): each call needs a consent token"
      )
    }
  }

  // MARK: Trying

  /// A local look-up by the portal itself: the same tags and the same three answers; nothing is counted, and whoever
  /// sits inside the door needs no consent token.
  static func tryOne(
    _ stored: StoredResult, _ tags: StoredTags, _ items: [(name: String, value: String)],
    _ invocation: Invocation
  ) throws -> ExitStatus {
    guard !items.isEmpty else { return describe(stored, tags, invocation) }
    let names = tags.fields.map(\.name)
    for item in items where !names.contains(item.name) {
      throw UsageFault(
        Phrase("没有字段“\(item.name)”", "there is no field '\(item.name)'"),
        hint: nearest(item.name, in: names).map { Phrase("是否要用 \($0)？", "did you mean \($0)?") }
          ?? Phrase("字段：\(names.joined(separator: "、"))", "fields: \(names.joined(separator: ", "))"))
    }
    var fields: [String] = []
    for field in tags.fields {
      let given = items.filter { $0.name == field.name }
      guard given.count == 1, let canonical = field.form.canonical(given[0].value) else {
        throw UsageFault(
          given.isEmpty
            ? Phrase("缺少字段 \(field.name)", "the field \(field.name) is missing")
            : Phrase("字段 \(field.name) 的值不合规定", "the value of \(field.name) is not of its form"),
          hint: Phrase("须为\(form(field.form).zh)", "it is \(form(field.form).en)"))
      }
      fields.append(canonical)
    }
    guard let key = try invocation.outside().verifyKey() else {
      throw UsageFault(
        Phrase("门外没有核验密钥 keys/verify", "there is no verify key outside: keys/verify"),
        hint: Phrase("在门户文件夹旁运行 doorsill publish", "run 'doorsill publish' beside it"))
    }
    let tag = TupleTag(key: key, dataset: stored.dataset, result: stored.result, cost: tags.cost)
    let found = try tags.look(up: fields, tag)
    if invocation.has("--json") {
      var json: JSON = [
        "dataset": .string(stored.dataset), "result": .string(stored.result),
        "answer": found.known ? "match" : "no-match",
      ]
      if let value = found.value { json["value"] = .string(value) }
      invocation.terminal.print(bytes: json.serialized(pretty: true) + [0x0A])
      return .done
    }
    let answer = found.known ? Phrase("一致", "agrees (match)") : Phrase("不一致", "does not agree (no-match)")
    invocation.terminal.print(answer.said + (found.value.map { ": \($0)" } ?? ""))
    invocation.terminal.print()
    invocation.terminal.print(stored.note(Phrase.language))
    return .done
  }

  private static func describe(
    _ stored: StoredResult, _ tags: StoredTags, _ invocation: Invocation
  ) -> ExitStatus {
    let terminal = invocation.terminal
    if invocation.has("--json") {
      var json = tags.json
      for key in ["count", "tagLength", "answerLength"] { json[key] = nil }
      terminal.print(bytes: json.serialized(pretty: true) + [0x0A])
      return .done
    }
    terminal.print(tags.meaning(Phrase.language))
    terminal.print(
      Phrase(
        "负责方：\(tags.responsible("zh"))", "answerable for rule and meaning: \(tags.responsible("en"))"
      ).said)
    terminal.print()
    terminal.table(
      [[Phrase("字段", "field").said, Phrase("含义", "meaning").said, Phrase("形式", "form").said]]
        + tags.fields.map { [$0.name, $0.title(Phrase.language), form($0.form).said] })
    if !tags.values.isEmpty {
      terminal.print(
        Phrase(
          "可能的取值：\(tags.values.joined(separator: "、"))", "values: \(tags.values.joined(separator: ", "))"
        ).said)
    }
    func bits(_ name: String) -> Int { tags.price[name]?.int ?? 0 }
    let all = bits("subjectBits") + bits("claimBits") + bits("costBits")
    terminal.print(
      Phrase(
        "猜测的代价：至少 2^\(all) 步" + (tags.needsConsent ? "；每次调用须附授权令牌" : ""),
        "price of guessing: at least 2^\(all) steps"
          + (tags.needsConsent ? "; each call needs a consent token" : "")
      ).said)
    let example = tags.fields.map { "\($0.name)=…" }.joined(separator: "&")
    terminal.print(
      Phrase(
        "试一组：doorsill result try \(stored.dataset)/\(stored.result) '\(example)'",
        "try one: doorsill result try \(stored.dataset)/\(stored.result) '\(example)'"
      ).said)
    return .done
  }

  private static func form(_ form: TupleForm) -> Phrase {
    switch form {
    case .text: Phrase("文字", "a text")
    case .date: Phrase("日期，如 2015-03-02", "a day, such as 2015-03-02")
    case .number: Phrase("数字", "a number")
    case .boolean: Phrase("是或否", "true or false")
    }
  }
}
