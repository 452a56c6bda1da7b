/// One thing in which content leaves an envelope.
package struct Departure: Sendable, Hashable {
  /// What it is about, for machines; `message` says it in words.
  package enum Code: String, CaseIterable, Sendable, Hashable {
    case level, family, owner, legalBasis, field, words, codeList, text, finding, share, leastGroup, subject,
      results, views,
      opaque, rows, ended
  }

  package let code: Code
  /// The field, rule, code list or dataset; empty where there is only one.
  package let what: String
  /// What the envelope has, and what is there now; for ceilings both are counts.
  package let agreed: String
  package let now: String

  /// Each part as its property says.
  package init(_ code: Code, _ what: String = "", agreed: String = "", now: String = "") {
    self.code = code
    self.what = what
    self.agreed = agreed
    self.now = now
  }

  /// The kind of approval it asks for.
  package var kind: ApprovalKind { code == .legalBasis ? .legalBasisChange : .widening }

  /// Language → one sentence.
  package var message: [String: String] {
    let (zh, en) = words
    return ["zh": zh, "en": en]
  }

  private var words: (zh: String, en: String) {
    switch code {
    case .level: ("密级由 \(agreed) 变为 \(now)", "the level was \(agreed) and is \(now)")
    case .family: ("密钥族由“\(agreed)”变为“\(now)”", "the key family was \(agreed) and is \(now)")
    case .owner: ("数据提供方由 \(agreed) 变为 \(now)", "the provider was \(agreed) and is \(now)")
    case .legalBasis: ("法律依据已改动", "the legal basis has changed")
    case .field:
      agreed.isEmpty
        ? ("信息项“\(what)”是新增的（\(now)）", "the field “\(what)” is new (\(now))")
        : ("信息项“\(what)”由 \(agreed) 变为 \(now)", "the field “\(what)” was \(agreed) and is \(now)")
    case .words:
      ("信息项“\(what)”的标题、说明或约束已改动", "title, description or constraints of the field “\(what)” have changed")
    case .codeList: ("代码表“\(what)”已改动", "the code list “\(what)” has changed")
    case .text: ("标题、说明或其他公开文字已改动", "title, description or other public words have changed")
    case .finding:
      (
        "“\(what)”：同意至多 \(agreed) 处，现有 \(now) 处",
        "“\(what)”: at most \(agreed) were agreed to, and there are \(now)"
      )
    case .share:
      (
        "与受限数据集相同的值（\(what)）：同意至多 \(agreed) 个，现有 \(now) 个",
        "values that also stand in a restricted set (\(what)): at most \(agreed) were agreed to, and there are \(now)"
      )
    case .leastGroup:
      (
        "最小组同意不少于 \(agreed)，现为 \(now)", "the smallest group was to have at least \(agreed), and has \(now)"
      )
    case .subject:
      ("被保护单元、分组维度或关联已改动", "the protected unit, its dimensions or its joins have changed")
    case .results: ("结果服务的声明已改动", "the declared results have changed")
    case .views: ("开放视图的声明已改动", "the declared open views have changed")
    case .opaque:
      ("有不能读取的新文件（\(what.prefix(12))…）", "there is a new file that cannot be read (\(what.prefix(12))…)")
    case .rows:
      agreed.isEmpty
        ? ("同意过的行的清单已丢失", "the list of the rows that were agreed to is lost")
        : (
          "同意过的行中有 \(now) 行已改动或删去，同意至多 \(agreed) 行",
          "\(now) of the rows that were agreed to have changed or gone, and at most \(agreed) may"
        )
    case .ended: ("同意的期限至 \(agreed)", "what was agreed ended on \(agreed)")
    }
  }
}

extension Envelope {
  /// In what `now`, which has exact counts, leaves this envelope; nothing where it fits. Pure: equal values give equal
  /// answers.
  /// - Parameter changedRows: how many of the rows that were agreed to are no longer there; nil where their list is lost.
  /// - Parameter day: today, as `until` is written.
  package func departures(of now: Envelope, changedRows: Int?, on day: String, scale: Scale) -> [Departure] {
    var found: [Departure] = []
    func compare(_ code: Departure.Code, _ path: KeyPath<Envelope, String>) {
      guard self[keyPath: path] != now[keyPath: path] else { return }
      found.append(Departure(code, agreed: self[keyPath: path], now: now[keyPath: path]))
    }
    compare(.level, \.level)
    compare(.owner, \.owner)
    compare(.family, \.family)
    if legalBasis != now.legalBasis { found.append(Departure(.legalBasis)) }
    found += fieldDepartures(now, scale)
    for (list, hash) in now.codeLists.sorted(by: { $0.key < $1.key }) where codeLists[list] != hash {
      found.append(Departure(.codeList, list))
    }
    compare(.text, \.text)
    for one in now.findings {
      let most = findings.first { $0.field == one.field && $0.rule == one.rule }?.most ?? 0
      guard one.most > most else { continue }
      let place = one.field.isEmpty ? one.rule : "\(one.field): \(one.rule)"
      found.append(Departure(.finding, place, agreed: String(most), now: String(one.most)))
    }
    for one in now.shares {
      let most = shares.first { $0.field == one.field && $0.with == one.with }?.most ?? 0
      guard one.most > most else { continue }
      found.append(
        Departure(.share, "\(one.field): \(one.with)", agreed: String(most), now: String(one.most)))
    }
    if let group = now.leastGroup, group < leastGroup ?? .max {
      found.append(Departure(.leastGroup, agreed: leastGroup.map(String.init) ?? "–", now: String(group)))
    }
    compare(.subject, \.subject)
    compare(.results, \.results)
    compare(.views, \.views)
    for file in now.opaque where !opaque.contains(file) { found.append(Departure(.opaque, file)) }
    if let changes {
      if let changedRows {
        if changedRows > changes {
          found.append(Departure(.rows, agreed: String(changes), now: String(changedRows)))
        }
      } else {
        found.append(Departure(.rows))
      }
    }
    if let until, day > until { found.append(Departure(.ended, agreed: until)) }
    return found
  }

  /// A field that is gone, or held higher, leaves nothing.
  private func fieldDepartures(_ now: Envelope, _ scale: Scale) -> [Departure] {
    let agreed = Dictionary(fields.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    func rank(_ level: String) -> Int { level.isEmpty ? 0 : scale.level(level)?.rank ?? .max }
    func said(_ field: Field) -> String {
      [field.type, field.codeList, field.level, field.role].filter { !$0.isEmpty }.joined(separator: " ")
    }
    return now.fields.compactMap { field in
      guard let before = agreed[field.name] else { return Departure(.field, field.name, now: said(field)) }
      let isAsAgreed =
        field.type == before.type && field.codeList == before.codeList && field.role == before.role
        && field.words == before.words && rank(field.level) >= rank(before.level)
      if isAsAgreed { return nil }
      return said(before) == said(field)
        ? Departure(.words, field.name)
        : Departure(.field, field.name, agreed: said(before), now: said(field))
    }
  }
}
