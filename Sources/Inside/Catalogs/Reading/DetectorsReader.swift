import Bytes
import Policies

/// Reads detectors.json5: what counts as personal or sensitive.
struct DetectorsReader {
  /// Ids of the scale.
  let levels: [String]
  let faults: Faults

  func read(_ root: Node) -> DetectorPolicy? {
    let keys = ["detectors", "dictionaries", "volume", "combinations", "risk"]
    guard let section = Section(root, keys, faults) else { return nil }
    let dictionaries = dictionaries(section)
    let detectors = section.someList("detectors") { (node) throws(DocumentError) in
      try detector(node, Array(dictionaries.keys))
    }
    let ids = detectors.map(\.id)
    let volume = section.list("volume", volume)
    let combinations = section.list("combinations") { (node) throws(DocumentError) in
      try combination(node, ids)
    }
    let risk = section.list("risk", risk)
    let places = ["detectors", "volume", "combinations", "risk"].flatMap { key in
      // A detector without an id is called by its kind.
      section.list(key) { (node) throws(DocumentError) in node["id"] ?? node["kind"] }
    }
    Checks.unique(places.compactMap { node in (try? node.string()).map { ($0, node) } }, .rule, faults)
    return DetectorPolicy(
      detectors: detectors, dictionaries: dictionaries, volume: volume, combinations: combinations, risk: risk
    )
  }

  private func level(_ node: Node) throws(DocumentError) -> String {
    try Checks.reference(node, to: .level, in: levels, of: .file("levels.json5"))
  }

  private func share(_ node: Node) throws(DocumentError) -> Double {
    let value = try node.double()
    guard 0...1 ~= value else {
      throw node.error(
        Wording("\(node.numberText()) is no share", "\(node.numberText()) 不是比例"),
        hint: Wording("a number from 0 to 1", "应为 0 至 1 的数"))
    }
    return value
  }

  private func flag(_ node: Node) throws(DocumentError) -> Bool { try node.bool() }

  private func dictionaries(_ section: Section) -> [String: [String]] {
    guard let node = section["dictionaries"],
      let entries = faults.attempt({ () throws(DocumentError) in try node.entries() })
    else { return [:] }
    var found: [String: [String]] = [:]
    for (name, node) in entries {
      found[name] = faults.list(node) { (term) throws(DocumentError) in
        let text = try term.string()
        guard !text.isEmpty else {
          throw term.error(Wording("an empty term would be found everywhere", "空词条会处处命中"))
        }
        return text
      }
    }
    return found
  }

  private func detector(_ node: Node, _ dictionaries: [String]) throws(DocumentError) -> DetectorRule? {
    let keys = [
      "id", "kind", "level", "threshold", "minimumMatches", "personal", "refuses", "title", "dictionaries",
    ]
    guard let section = Section(node, keys, faults) else { return nil }
    let kind = section.required("kind") { (node) throws(DocumentError) in
      try node.choice(of: DetectorKind.self)
    }
    let id = section.optional("id") { (node) throws(DocumentError) in try node.string() }
    let level = section.required("level", level)
    let threshold = section.required("threshold", share)
    let matches = section.optional("minimumMatches") { (node) throws(DocumentError) in
      try Checks.whole(node, in: 1...1_000_000)
    }
    let personal = section.required("personal", flag)
    let refuses = section.optional("refuses", flag) ?? false
    let title = section.required("title", Checks.text)
    let terms = section.list("dictionaries") { (node) throws(DocumentError) in
      try Checks.reference(node, to: .dictionary, in: dictionaries)
    }
    guard let kind, let level, let threshold, let personal, let title else { return nil }
    if kind == .dictionary, terms.isEmpty {
      faults.add(
        section.node.error(
          Wording(
            "a detector of kind dictionary names its dictionaries", "dictionary 类的检测器须写明所用词表 dictionaries")))
    }
    return DetectorRule(
      id: id ?? kind.rawValue, kind: kind, level: level, threshold: threshold, minimumMatches: matches ?? 1,
      personal: personal, refuses: refuses, title: title.dictionary, dictionaries: terms)
  }

  private func volume(_ node: Node) throws(DocumentError) -> VolumeRule? {
    guard let section = Section(node, ["id", "records", "level", "title"], faults) else { return nil }
    let id = section.required("id") { (node) throws(DocumentError) in try node.string() }
    let records = section.required("records") { (node) throws(DocumentError) in
      try Checks.whole(node, in: 1...Int.max)
    }
    let level = section.required("level", level)
    let title = section.required("title", Checks.text)
    guard let id, let records, let level, let title else { return nil }
    return VolumeRule(id: id, records: records, level: level, title: title.dictionary)
  }

  private func combination(_ node: Node, _ detectors: [String]) throws(DocumentError) -> CombinationRule? {
    guard let section = Section(node, ["id", "all", "any", "level", "personal", "title"], faults) else {
      return nil
    }
    func term(_ node: Node) throws(DocumentError) -> CombinationTerm {
      let text = try node.string()
      guard let term = CombinationTerm(text) else {
        throw node.error(
          Wording("\"\(text)\" is no term", "“\(text)”不是条件"),
          hint: Wording(
            "as detector:mobile, role:sensitive or field:income",
            "如 detector:mobile、role:sensitive 或 field:income"))
      }
      if case .detector(let id) = term, !detectors.contains(id) {
        let near = nearest(id, in: detectors)
        throw node.error(
          Wording("there is no detector \"\(id)\"", "没有检测器“\(id)”"),
          hint: near.map { .meant("detector:\($0)") })
      }
      if case .role(let role) = term, !FieldMeta.roles.contains(role) {
        let near = nearest(role, in: FieldMeta.roles)
        throw node.error(
          Wording("there is no role \"\(role)\"", "没有角色“\(role)”"), hint: near.map { .meant("role:\($0)") })
      }
      return term
    }
    let id = section.required("id") { (node) throws(DocumentError) in try node.string() }
    let all = section.someList("all", term)
    let any = section.list("any", term)
    let level = section.required("level", level)
    let personal = section.required("personal", flag)
    let title = section.required("title", Checks.text)
    guard let id, let level, let personal, let title else { return nil }
    return CombinationRule(
      id: id, all: all, any: any, level: level, personal: personal, title: title.dictionary)
  }

  private func risk(_ node: Node) throws(DocumentError) -> RiskRule? {
    let keys = ["id", "minimumK", "maximumShareBelowK", "minimumL", "level", "title"]
    guard let section = Section(node, keys, faults) else { return nil }
    let id = section.required("id") { (node) throws(DocumentError) in try node.string() }
    let k = section.required("minimumK") { (node) throws(DocumentError) in
      try Checks.whole(node, in: 1...1_000_000)
    }
    let share = section.required("maximumShareBelowK", share)
    let l = section.optional("minimumL") { (node) throws(DocumentError) in
      try Checks.whole(node, in: 1...1000)
    }
    let level = section.required("level", level)
    let title = section.required("title", Checks.text)
    guard let id, let k, let share, let level, let title else { return nil }
    return RiskRule(
      id: id, minimumK: k, maximumShareBelowK: share, minimumL: l ?? 1, level: level, title: title.dictionary)
  }
}
