import Bytes
package import Policies
import Trust

/// Reads protection.json5: the named profiles of results.
struct ProtectionReader {
  /// Those of levels.json5.
  let levels: [Level]
  let faults: Faults

  /// What the file says.
  struct Protection {
    var statistic: [String: ProtectionProfile] = [:]
    var verify: [String: VerifyProfile] = [:]
    /// By level.
    var bars: [String: Double] = [:]
  }

  private enum Kind: String, CaseIterable { case statistic, verify }

  func read(_ root: Node) -> Protection? {
    guard let section = Section(root, ["bars", "profiles"], faults),
      let node = section.required("profiles", { $0 }),
      let entries = faults.attempt({ () throws(DocumentError) in try node.entries() })
    else { return nil }
    var protection = Protection()
    // Files of earlier versions are read so that a change of them can be judged; nothing is published by them.
    var isOlder = false
    for (name, node) in entries {
      guard Checks.isName(name) else {
        faults.add(node.error(Wording("\"\(name)\" is no name", "“\(name)”不能作名称"), hint: Checks.nameRule))
        continue
      }
      let kind = faults.attempt { () throws(DocumentError) -> Kind in
        guard let place = node["kind"] else { throw node.missing("kind") }
        return try place.choice(of: Kind.self)
      }
      switch kind {
      case .statistic:
        isOlder = isOlder || Self.isOlder(node)
        protection.statistic[name] = profile(name, node)
      case .verify: protection.verify[name] = verifyProfile(name, node)
      case nil: continue
      }
    }
    if section["bars"] != nil || !isOlder { protection.bars = section.required("bars", bars) ?? [:] }
    return protection
  }

  /// Whether a profile is of a version before counts had a noise of their own to name.
  private static func isOlder(_ node: Node) -> Bool {
    node["countNoise"] == nil && (node["topNoise"] != nil || node["qualified"]?["attack"] != nil)
  }

  /// `{ L2: 0.55, L3: 0.54 }`, one for each conditional level.
  private func bars(_ node: Node) throws(DocumentError) -> [String: Double] {
    var bars: [String: Double] = [:]
    for (name, place) in try node.entries() {
      guard levels.contains(where: { $0.id == name }) else {
        throw place.error(Wording("levels.json5 has no level \"\(name)\"", "levels.json5 中没有级别“\(name)”"))
      }
      let bar = try place.double()
      guard bar > 0.5, bar <= Qualification.loosest else {
        throw place.error(
          Wording("\(bar) is no bar", "\(bar) 不能作及格线"),
          hint: Wording(
            "more than 0.5, which guessing gives, and at most \(Qualification.loosest)",
            "须大于随机猜测的 0.5，且不超过 \(Qualification.loosest)"))
      }
      bars[name] = bar
    }
    for level in levels where level.openness == .conditional && bars[level.id] == nil {
      throw node.error(
        Wording("the level \(level.id) has no bar", "级别 \(level.id) 没有及格线"),
        hint: Wording(
          "say how much may be guessed under a profile that serves it, as \(level.id): 0.54",
          "请写明可用于该级别的方案至多允许猜中多少，如 \(level.id): 0.54"))
    }
    return bars
  }

  private static let statisticKeys = [
    "kind", "k", "jitter", "maxIdentifying", "maxResponse", "pPercent", "countNoise", "factors",
    "budgetDivisor",
    "populationFloor", "variance", "percentiles", "minimumRefresh", "qualified", "dominance",
    // Of 0.1.
    "topNoise",
  ]

  private func profile(_ name: String, _ node: Node) -> ProtectionProfile? {
    guard let section = Section(node, Self.statisticKeys, faults) else { return nil }
    func whole(_ key: String, _ range: ClosedRange<Int>) -> Int? {
      section.required(key) { (node) throws(DocumentError) in try Checks.whole(node, in: range) }
    }
    let k = whole("k", 2...10_000)
    let identifying = whole("maxIdentifying", 1...3)
    let response = whole("maxResponse", 0...1)
    let percent = whole("pPercent", 1...100)
    let divisor = whole("budgetDivisor", 1...100_000)
    let jitter = section.required("jitter", jitter)
    let noise = noise(section, isOlder: Self.isOlder(node))
    let variance = section.required("variance") { (node) throws(DocumentError) in try node.bool() }
    let percentiles = section.required("percentiles") { (node) throws(DocumentError) in try node.bool() }
    let refresh = section.required("minimumRefresh", Checks.refresh)
    let qualified = section.required("qualified", qualification) ?? nil
    let dominance = section.optional("dominance", dominance) ?? nil
    guard let k, let identifying, let response, let percent, let divisor, let jitter, let noise, let variance,
      let percentiles, let refresh
    else { return nil }
    var profile = ProtectionProfile(
      name: name, k: k, jitterWeights: jitter, maxIdentifying: identifying, maxResponse: response,
      pPercent: percent, factors: noise.factors, budgetDivisor: divisor, populationFloor: noise.floor,
      variance: variance, percentiles: percentiles, minimumRefresh: refresh, countNoise: noise.counts,
      dominance: dominance)
    // What was measured under other parameters says nothing of these.
    if let qualified, qualified.policyHash == profile.parametersHash { profile.qualified = qualified }
    return profile
  }

  /// `[n, k]`: the n largest contributors may not make up more than k percent.
  private func dominance(_ node: Node) throws(DocumentError) -> ProtectionProfile.Dominance? {
    if node.isNull { return nil }
    let parts = try node.elements()
    guard parts.count == 2 else {
      throw node.error(
        Wording("dominance is [contributors, percent], as [2, 85]", "dominance 写作 [贡献者数, 百分比]，如 [2, 85]"))
    }
    return ProtectionProfile.Dominance(
      try Checks.whole(parts[0], in: 1...2), percent: try Checks.whole(parts[1], in: 1...99))
  }

  private func jitter(_ node: Node) throws(DocumentError) -> [Int] {
    var weights: [Int] = []
    for element in try node.elements() { weights.append(try Checks.whole(element, in: 0...16)) }
    guard weights.reduce(0, +) == 16 else {
      throw node.error(
        Wording(
          "the weights sum to \(weights.reduce(0, +)), not to 16", "各权重合计为 \(weights.reduce(0, +))，应为 16"))
    }
    return weights
  }

  /// What counts, sums and small populations are protected by. A profile of 0.1 says `topNoise` instead: it is read with
  /// the strongest parameters there are, and since nothing was measured under those, nothing is published under it.
  private func noise(
    _ section: Section, isOlder: Bool
  ) -> (counts: ProtectionProfile.CountNoise, factors: ProtectionProfile.Factors, floor: Int)? {
    let counts = isOlder ? .two : section.required("countNoise", countNoise)
    if section["topNoise"] != nil, section["factors"] == nil {
      return (.two, ProtectionProfile.Factors(.eight, .eight), 10_000)
    }
    let factors = section.required("factors", factors)
    let floor = section.required("populationFloor") { (node) throws(DocumentError) in
      try Checks.whole(node, in: 1...10_000)
    }
    guard let counts, let factors, let floor else { return nil }
    return (counts, factors, floor)
  }

  /// The deviation of a count: tables are frozen for some, and no others are taken.
  private func countNoise(_ node: Node) throws(DocumentError) -> ProtectionProfile.CountNoise {
    guard let noise = ProtectionProfile.CountNoise(rawValue: try Checks.whole(node, in: 1...100)) else {
      let known = ProtectionProfile.CountNoise.allCases.map { "\($0.rawValue)" }
      throw node.error(
        Wording(
          "there are tables of noise for the deviations \(known.joined(separator: ", ")) only",
          "噪声表只有下列标准差：\(known.joined(separator: "、"))"))
    }
    return noise
  }

  /// `[lasting, yearly]`, each the ratio of the largest factor to the smallest.
  private func factors(_ node: Node) throws(DocumentError) -> ProtectionProfile.Factors {
    let parts = try node.elements()
    guard parts.count == 2 else {
      throw node.error(Wording("factors is [lasting, yearly], as [4, 5]", "factors 写作 [长期, 年度]，如 [4, 5]"))
    }
    func ratio(_ part: Node) throws(DocumentError) -> ProtectionProfile.FactorRatio {
      guard let ratio = ProtectionProfile.FactorRatio(rawValue: try Checks.whole(part, in: 1...100)) else {
        let known = ProtectionProfile.FactorRatio.allCases.map { "\($0.rawValue)" }
        throw part.error(
          Wording(
            "factors are of the ratios \(known.joined(separator: ", "))",
            "系数的比值只能为 \(known.joined(separator: "、"))"))
      }
      return ratio
    }
    return ProtectionProfile.Factors(try ratio(parts[0]), try ratio(parts[1]))
  }

  /// The record of form 2. The first form knew one attack and one bound: it says too little, and counts for nothing.
  private func qualification(_ node: Node) throws(DocumentError) -> Qualification? {
    if node.isNull || node["form"] == nil && node["attack"] != nil { return nil }
    guard let section = Section(node, ["form", "policyHash", "populations", "seed", "runs"], faults) else {
      return nil
    }
    let form = section.required("form") { (node) throws(DocumentError) in
      guard try node.int() == 2 else {
        throw node.error(
          Wording("the form of this record is another one than 2", "该记录的格式不是 2"),
          hint: Wording(
            "doorsill result attack --qualify makes one", "可用 doorsill result attack --qualify 生成"))
      }
      return 2
    }
    let hash = section.required("policyHash") { (node) throws(DocumentError) in
      let text = try node.string()
      guard text.utf8.count == 64, Hex.decode(text) != nil else {
        throw node.error(Wording("a policy hash is 64 hexadecimal digits", "策略哈希为 64 位十六进制数字"))
      }
      return text
    }
    let populations = section.someList("populations") { (node) throws(DocumentError) in try node.string() }
    let seed = section.required("seed") { (node) throws(DocumentError) in
      try Checks.whole(node, in: 0...Int.max)
    }
    let runs = section.someList("runs", run)
    guard form != nil, let hash, let seed else { return nil }
    return Qualification(populations: populations, seed: seed, runs: runs, policyHash: hash)
  }

  private func run(_ node: Node) throws(DocumentError) -> Qualification.Run? {
    guard let section = Section(node, ["attack", "versions", "canaries", "upperAccuracy"], faults) else {
      return nil
    }
    func whole(_ key: String) -> Int? {
      section.required(key) { (node) throws(DocumentError) in try Checks.whole(node, in: 1...Int.max) }
    }
    let attack = section.required("attack") { (node) throws(DocumentError) in try node.string() }
    let versions = whole("versions")
    let canaries = whole("canaries")
    let accuracy = section.required("upperAccuracy") { (node) throws(DocumentError) in
      let value = try node.double()
      guard 0...1 ~= value else {
        throw node.error(Wording("\(value) is no share from 0 to 1", "\(value) 不是 0 至 1 的比例"))
      }
      return value
    }
    guard let attack, let versions, let canaries, let accuracy else { return nil }
    return Qualification.Run(
      attack: attack, versions: versions, canaries: canaries, upperAccuracy: accuracy)
  }

  private func verifyProfile(_ name: String, _ node: Node) -> VerifyProfile? {
    let keys = [
      "kind", "failuresBeforeLock", "failuresBeforeAlarm", "claimBits", "enumerationBits", "consentMinutes",
    ]
    guard let section = Section(node, keys, faults) else { return nil }
    func whole(_ key: String, _ range: ClosedRange<Int>) -> Int? {
      section.required(key) { (node) throws(DocumentError) in try Checks.whole(node, in: range) }
    }
    let lock = whole("failuresBeforeLock", 1...100)
    let alarm = whole("failuresBeforeAlarm", 1...1000)
    let claims = whole("claimBits", 1...128)
    let enumeration = whole("enumerationBits", 1...128)
    let consent = whole("consentMinutes", 1...60)
    guard let lock, let alarm, let claims, let enumeration, let consent else { return nil }
    return VerifyProfile(
      name: name, failuresBeforeLock: lock, failuresBeforeAlarm: alarm, claimBits: claims,
      enumerationBits: enumeration, consentMinutes: consent)
  }
}

extension ProtectionProfile {
  /// SHA-256 of the profile's parameters, lower-case hex: what a qualification is recorded under.
  package var parametersHash: String { Hex.encode(Digest.sha256(Array(parameters.utf8))) }
}
