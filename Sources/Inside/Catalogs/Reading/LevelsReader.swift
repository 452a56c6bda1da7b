import Bytes
import Policies

/// Reads levels.json5: the scale, and who must approve what.
struct LevelsReader {
  /// Roles that access.json5 knows.
  let roles: [String]
  let faults: Faults

  func read(_ root: Node) -> Scale? {
    guard let section = Section(root, ["levels", "flagsForcingClosed", "approvals", "remembers"], faults)
    else {
      return nil
    }
    var rank = 0
    let levels = section.someList("levels") { (node) throws(DocumentError) -> Level? in
      rank += 1
      return try level(node, rank: rank)
    }
    let flags = section.list("flagsForcingClosed") { (node) throws(DocumentError) in try node.string() }
    let approvals = section.required("approvals", approvals) ?? nil
    let remembers = section.optional("remembers") { (node) throws(DocumentError) in
      let text = try node.string()
      guard let days = Duration8601(text)?.days, days > 0 else {
        throw node.error(
          Wording("\"\(text)\" is no duration", "“\(text)”不是时长"), hint: Wording("as P10Y", "如 P10Y"))
      }
      return days
    }
    guard let approvals, let place = section["levels"], !levels.isEmpty else { return nil }
    do {
      return try Scale(
        levels: levels, flagsForcingClosed: flags, approvals: approvals, remembersDays: remembers ?? 3660)
    } catch {
      faults.add(place.error(LevelsReader.words(error)))
      return nil
    }
  }

  private func level(_ node: Node, rank: Int) throws(DocumentError) -> Level? {
    // `strictProfile` is of 0.1 and decides nothing: the level's bar in protection.json5 does, and without one nothing of
    // the level is published.
    let keys = ["id", "openness", "title", "color", "strictProfile", "grantNeedsSecondPerson"]
    guard let section = Section(node, keys, faults) else { return nil }
    let id = section.required("id") { (node) throws(DocumentError) in
      let text = try node.string()
      let parts = text.split(separator: "-", omittingEmptySubsequences: false)
      guard 1...20 ~= text.utf8.count,
        parts.allSatisfy({ part in
          !part.isEmpty && part.utf8.allSatisfy { Checks.isDigit($0) || Checks.isLower($0 | 0x20) }
        })
      else {
        throw node.error(
          Wording("\"\(text)\" is no level", "“\(text)”不能作级别"),
          hint: Wording("letters and digits, with single hyphens between, as L3", "限字母与数字，其间可用单个连字符，如 L3"))
      }
      try Checks.refuse(text, Checks.takenByDatasets, .level, node)
      return text
    }
    let openness = section.required("openness") { (node) throws(DocumentError) in
      try node.choice(of: Openness.self)
    }
    let title = section.required("title", Checks.text)
    let color = section.optional("color") { (node) throws(DocumentError) in
      let text = try node.string()
      guard text.hasPrefix("#"), text.utf8.count == 7, text.utf8.dropFirst().allSatisfy(isHex) else {
        throw node.error(
          Wording("\"\(text)\" is no colour", "“\(text)”不是颜色"), hint: Wording("as #2e7d32", "如 #2e7d32"))
      }
      return text
    }
    let second = section.optional("grantNeedsSecondPerson") { (node) throws(DocumentError) in try node.bool()
    }
    guard let id, let openness, let title else { return nil }
    return Level(
      id: id, rank: rank, openness: openness, title: title.dictionary, color: color ?? "",
      grantNeedsSecondPerson: second ?? false)
  }

  private func isHex(_ byte: UInt8) -> Bool { Checks.isDigit(byte) || 0x61...0x66 ~= byte | 0x20 }

  private func approvals(_ node: Node) throws(DocumentError) -> ApprovalRules? {
    guard let section = Section(node, ApprovalKind.allCases.map(\.rawValue), faults) else { return nil }
    var needed: [ApprovalKind: String] = [:]
    for kind in ApprovalKind.allCases {
      guard let place = section[kind.rawValue], !place.isNull else { continue }
      needed[kind] = faults.attempt { () throws(DocumentError) in
        try Checks.reference(place, to: .role, in: roles, of: .file("access.json5"))
      }
    }
    return ApprovalRules(roles: needed)
  }

  private static func words(_ error: ScaleError) -> Wording {
    switch error {
    case .empty: Wording("a scale needs levels", "分级须有级别")
    case .duplicateLevel(let id): Wording("the level \"\(id)\" is there twice", "级别“\(id)”出现两次")
    case .sameRank(let lower, let upper):
      Wording("\"\(lower)\" and \"\(upper)\" stand on the same step", "“\(lower)”与“\(upper)”处于同一级")
    case .opensUpwards(let lower, let upper):
      Wording(
        "\"\(upper)\" is more open than \"\(lower)\" below it: levels go from open to closed",
        "“\(upper)”比其下的“\(lower)”更开放：级别须由开放到不予开放依次排列")
    case .nothingOpen(let id):
      Wording("the first level, \"\(id)\", must be unconditional", "第一个级别“\(id)”须为无条件开放")
    case .nothingClosed(let id):
      Wording(
        "flags force a dataset closed, and the last level, \"\(id)\", is not",
        "有标记的数据集须不予开放，而最后一个级别“\(id)”并非不予开放")
    }
  }
}

extension Text {
  /// Language → text, as Policies keeps it.
  var dictionary: [String: String] {
    Dictionary(byLanguage.map { ($0.language, $0.text) }, uniquingKeysWith: { first, _ in first })
  }
}
