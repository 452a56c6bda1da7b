/// The one place where codes, rules and counts become sentences, in Chinese and English.
enum Words {
  static func declared(_ level: String, legalBasis: Bool, isOpen: Bool) -> [String: String] {
    if isOpen, !legalBasis {
      return [
        "zh": "描述文件申报为 \(level)，公开无需法律依据。",
        "en": "The descriptor declares \(level), which needs no legal basis.",
      ]
    }
    return legalBasis
      ? [
        "zh": "描述文件申报为 \(level)，并注明了法律依据。",
        "en": "The descriptor declares \(level) and names a legal basis.",
      ]
      : [
        "zh": "描述文件申报为 \(level)，未注明限制开放的法律依据。",
        "en": "The descriptor declares \(level) and names no legal basis for a restriction.",
      ]
  }

  static func fieldLevel(_ field: String, _ level: String) -> [String: String] {
    ["zh": "信息项“\(field)”申报为 \(level)。", "en": "The field “\(field)” is declared \(level)."]
  }

  static func source(_ name: String, _ level: String) -> [String: String] {
    [
      "zh": "由“\(name)”关联派生，来源级别为 \(level)。",
      "en": "It is joined from “\(name)”, which is held at \(level).",
    ]
  }

  static func flag(_ flag: String, _ level: String) -> [String: String] {
    [
      "zh": "数据集标记为“\(flag)”（GB/T 43697-2024），一律按 \(level) 不予开放。",
      "en": "The dataset is flagged “\(flag)” (GB/T 43697-2024), which closes it at \(level).",
    ]
  }

  static func finding(_ finding: Finding, title: [String: String]) -> [String: String] {
    let zh = title["zh"] ?? title["en"] ?? finding.rule
    let en = inSentence(title["en"] ?? title["zh"] ?? finding.rule)
    let share = percent(finding.matches, of: finding.values)
    let zhEnd = finding.unassigned > 0 ? "；其中 \(finding.unassigned) 个格式正确但行政区划从未使用" : ""
    let enEnd =
      finding.unassigned > 0
      ? "; \(finding.unassigned) of them are well-formed with a division that was never assigned" : ""
    return [
      "zh": "信息项“\(finding.field)”中发现\(zh)：\(finding.values) 个值中有 \(finding.matches) 个（\(share)）\(zhEnd)。",
      "en":
        "The field “\(finding.field)” holds \(en): \(finding.matches) of \(finding.values) values (\(share))\(enEnd).",
    ]
  }

  /// A title inside a sentence: "Mobile number" as "mobile number", "IP address" as it is.
  private static func inSentence(_ title: String) -> String {
    let start = title.prefix(2)
    guard start.count == 2, start.first?.isUppercase == true, start.last?.isLowercase == true else {
      return title
    }
    return title.prefix(1).lowercased() + title.dropFirst()
  }

  /// The same without counts.
  static func publicFinding(_ finding: Finding, title: [String: String]) -> [String: String] {
    [
      "zh": "信息项“\(finding.field)”含有\(title["zh"] ?? title["en"] ?? finding.rule)。",
      "en":
        "The field “\(finding.field)” holds \(inSentence(title["en"] ?? title["zh"] ?? finding.rule)).",
    ]
  }

  /// A rule's own title as a sentence.
  static func title(_ title: [String: String], _ rule: String) -> [String: String] {
    ["zh": "\(title["zh"] ?? title["en"] ?? rule)。", "en": "\(title["en"] ?? title["zh"] ?? rule)."]
  }

  static func volume(_ rule: VolumeRule, records: Int) -> [String: String] {
    [
      "zh": "\(rule.title["zh"].map { "\($0)：" } ?? "")含个人信息 \(records) 条，达到 \(rule.records) 条的数量规则。",
      "en":
        "\(rule.title["en"].map { "\($0): " } ?? "")\(records) records about persons reach the limit of \(rule.records).",
    ]
  }

  static func combination(_ rule: CombinationRule, fields: [String]) -> [String: String] {
    [
      "zh": "\(rule.title["zh"] ?? rule.id)：信息项组合 \(fields.joined(separator: "、"))。",
      "en": "\(rule.title["en"] ?? rule.id): the fields \(fields.joined(separator: ", ")) stand together.",
    ]
  }

  static func risk(_ rule: RiskRule, _ risk: RiskMeasures) -> [String: String] {
    let fields = risk.quasiIdentifiers
    let unique = percent(risk.uniqueShare)
    let below = percent(risk.shareBelow(k: rule.minimumK))
    let k = rule.minimumK
    return [
      "zh":
        "准标识符 \(fields.joined(separator: "、")) 可指向个人：\(unique) 的行唯一，\(below) 的行所在组少于 \(k) 行，最小组 \(risk.smallestGroup) 行。",
      "en":
        "The quasi-identifiers \(fields.joined(separator: ", ")) single people out: \(unique) of rows are unique, \(below) stand in groups of fewer than \(k), the smallest group has \(risk.smallestGroup).",
    ]
  }

  static func diversity(_ rule: RiskRule, _ thin: RiskMeasures.Diversity, _ risk: RiskMeasures) -> [String:
    String]
  {
    [
      "zh": "敏感信息项“\(thin.field)”在某些组内只有 \(thin.fewestValues) 个不同取值，少于要求的 \(rule.minimumL) 个。",
      "en":
        "The sensitive field “\(thin.field)” has only \(thin.fewestValues) distinct values in some group; \(rule.minimumL) are needed.",
    ]
  }

  /// An open view whose groups are as large and as varied as it promises.
  static func promiseKept(_ promise: ViewPromise, _ risk: RiskMeasures) -> [String: String] {
    let l = risk.diversity.map(\.fewestValues).min()
    let fields = risk.quasiIdentifiers
    return [
      "zh":
        "开放视图：按 \(fields.joined(separator: "、")) 分组，最小组 k = \(risk.smallestGroup)（承诺 \(promise.kAnonymity)）"
        + (l.map { "，敏感信息项至少 l = \($0) 个取值（承诺 \(promise.lDiversity)）" } ?? "") + "。",
      "en":
        "Open view: the smallest group over \(fields.joined(separator: ", ")) has k = \(risk.smallestGroup) (\(promise.kAnonymity) promised)"
        + (l.map { ", with at least l = \($0) sensitive values (\(promise.lDiversity) promised)" } ?? "")
        + ".",
    ]
  }

  /// The same without figures of the table.
  static func promise(_ promise: ViewPromise) -> [String: String] {
    [
      "zh": "由受限数据集派生的开放视图：每组不少于 \(promise.kAnonymity) 个单位。",
      "en": "An open view of a restricted dataset: at least \(promise.kAnonymity) units in each group.",
    ]
  }

  // MARK: What would change the level

  static func wouldDeclare(_ level: String) -> [String: String] {
    [
      "zh": "证据只到 \(level)：若没有保密的法律依据，可改为申报 \(level)。",
      "en":
        "The evidence goes no higher than \(level): without a legal basis for secrecy, \(level) can be declared.",
    ]
  }

  static func wouldUnflag() -> [String: String] {
    [
      "zh": "只有取消重要数据或核心数据的标记，级别才会降低。",
      "en": "Only without the flag of important or core data would the level be lower.",
    ]
  }

  /// Fields dropped and made coarser, the level that is left, and the k where risk was measured.
  static func wouldChange(
    drop: [String], coarser: [Remedy.Change], level: String, left: RiskMeasures?, wantedK: Int = 0
  ) -> [String: String] {
    var zh: [String] = []
    var en: [String] = []
    if !drop.isEmpty {
      zh.append("去掉信息项 \(drop.joined(separator: "、"))")
      en.append("without the field\(drop.count == 1 ? "" : "s") \(drop.joined(separator: ", "))")
    }
    for change in coarser {
      switch change.how {
      case .drop: continue
      case .tens:
        zh.append("将“\(change.field)”按十归并")
        en.append("with “\(change.field)” in bands of ten")
      case .year:
        zh.append("将“\(change.field)”归并到年")
        en.append("with “\(change.field)” as years")
      case .prefix(let count):
        zh.append("“\(change.field)”只留前 \(count) 位")
        en.append("with the first \(count) characters of “\(change.field)”")
      }
    }
    var zhRisk = ""
    var enRisk = ""
    if let left, !left.quasiIdentifiers.isEmpty {
      let k = left.smallestGroup
      let below = percent(left.shareBelow(k: wantedK))
      zhRisk = k >= wantedK ? "（k = \(k)）" : "（少于 \(wantedK) 个的组占 \(below)，最小组 \(k) 个）"
      enRisk =
        k >= wantedK
        ? ", with k = \(k)"
        : ": \(below) of rows stay in groups of fewer than \(wantedK), the smallest of \(k)"
    }
    let first = en.joined(separator: ", ")
    let sentence = first.prefix(1).uppercased() + first.dropFirst()
    return [
      "zh": zh.joined(separator: "，") + "，证据即降为 \(level)\(zhRisk)。",
      "en": "\(sentence) the evidence gives \(level)\(enRisk).",
    ]
  }

  static func wouldBand(_ without: RiskMeasures.WithoutField) -> [String: String] {
    [
      "zh":
        "去掉或归并“\(without.field)”：最小组至少为 \(without.smallestGroup) 行（全部去掉时），唯一行占 \(percent(without.uniqueShare))。",
      "en":
        "Drop or band “\(without.field)”: dropped, the smallest group has \(without.smallestGroup) rows and \(percent(without.uniqueShare)) of rows are unique.",
    ]
  }

  // MARK: Numbers

  /// A share with two decimals, rounded down, so that 99.99 % is never called all.
  static func percent(_ part: Int, of whole: Int) -> String {
    guard whole > 0 else { return "0 %" }
    return percent(hundredths: Int(Double(part) / Double(whole) * 10_000))
  }

  static func percent(_ share: Double) -> String { percent(hundredths: Int(share * 10_000)) }

  private static func percent(hundredths: Int) -> String {
    let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
    if rest == 0 { return "\(whole) %" }
    return "\(whole).\(rest < 10 ? "0" : "")\(rest) %"
  }
}
