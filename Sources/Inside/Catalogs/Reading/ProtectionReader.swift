import Bytes
package import Policies
import Trust

/// Reads protection.json5: the named profiles of results.
struct ProtectionReader {
  let faults: Faults

  private enum Kind: String, CaseIterable { case statistic, verify }

  func read(_ root: Node) -> (statistic: [String: ProtectionProfile], verify: [String: VerifyProfile])? {
    guard let section = Section(root, ["profiles"], faults), let node = section.required("profiles", { $0 }),
      let entries = faults.attempt({ () throws(DocumentError) in try node.entries() })
    else { return nil }
    var statistic: [String: ProtectionProfile] = [:]
    var verify: [String: VerifyProfile] = [:]
    for (name, node) in entries {
      guard Checks.isName(name) else {
        faults.add(node.error("\"\(name)\" is no name", hint: Checks.nameRule))
        continue
      }
      let kind = faults.attempt { () throws(DocumentError) -> Kind in
        guard let place = node["kind"] else { throw node.error("the key \"kind\" is missing") }
        return try place.choice(of: Kind.self)
      }
      switch kind {
      case .statistic: statistic[name] = profile(name, node)
      case .verify: verify[name] = verifyProfile(name, node)
      case nil: continue
      }
    }
    return (statistic, verify)
  }

  private static let statisticKeys = [
    "kind", "k", "jitter", "maxIdentifying", "maxResponse", "pPercent", "factors", "budgetDivisor",
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
    let noise = noise(section)
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
      variance: variance, percentiles: percentiles, minimumRefresh: refresh, dominance: dominance)
    // What was measured under other parameters says nothing of these.
    if let qualified, qualified.policyHash == profile.parametersHash { profile.qualified = qualified }
    return profile
  }

  /// `[n, k]`: the n largest contributors may not make up more than k percent.
  private func dominance(_ node: Node) throws(DocumentError) -> ProtectionProfile.Dominance? {
    if node.isNull { return nil }
    let parts = try node.elements()
    guard parts.count == 2 else { throw node.error("dominance is [contributors, percent], as [2, 85]") }
    return ProtectionProfile.Dominance(
      try Checks.whole(parts[0], in: 1...2), percent: try Checks.whole(parts[1], in: 1...99))
  }

  private func jitter(_ node: Node) throws(DocumentError) -> [Int] {
    var weights: [Int] = []
    for element in try node.elements() { weights.append(try Checks.whole(element, in: 0...16)) }
    guard weights.reduce(0, +) == 16 else {
      throw node.error("the weights sum to \(weights.reduce(0, +)), not to 16")
    }
    return weights
  }

  /// What sums and small populations are protected by. A profile of 0.1 says `topNoise` instead: it is read with the
  /// strongest parameters there are, and since nothing was measured under those, nothing is published under it.
  private func noise(_ section: Section) -> (factors: ProtectionProfile.Factors, floor: Int)? {
    if section["topNoise"] != nil, section["factors"] == nil {
      return (ProtectionProfile.Factors(.eight, .eight), 10_000)
    }
    let factors = section.required("factors", factors)
    let floor = section.required("populationFloor") { (node) throws(DocumentError) in
      try Checks.whole(node, in: 1...10_000)
    }
    guard let factors, let floor else { return nil }
    return (factors, floor)
  }

  /// `[lasting, yearly]`, each the ratio of the largest factor to the smallest.
  private func factors(_ node: Node) throws(DocumentError) -> ProtectionProfile.Factors {
    let parts = try node.elements()
    guard parts.count == 2 else { throw node.error("factors is [lasting, yearly], as [4, 5]") }
    func ratio(_ part: Node) throws(DocumentError) -> ProtectionProfile.FactorRatio {
      guard let ratio = ProtectionProfile.FactorRatio(rawValue: try Checks.whole(part, in: 1...100)) else {
        let known = ProtectionProfile.FactorRatio.allCases.map { "\($0.rawValue)" }
        throw part.error("factors are of the ratios \(known.joined(separator: ", "))")
      }
      return ratio
    }
    return ProtectionProfile.Factors(try ratio(parts[0]), try ratio(parts[1]))
  }

  private func qualification(_ node: Node) throws(DocumentError) -> Qualification? {
    if node.isNull { return nil }
    guard let section = Section(node, ["attack", "canaries", "upperAccuracy", "policyHash"], faults) else {
      return nil
    }
    let attack = section.required("attack") { (node) throws(DocumentError) in try node.string() }
    let canaries = section.required("canaries") { (node) throws(DocumentError) in
      try Checks.whole(node, in: 1...Int.max)
    }
    let accuracy = section.required("upperAccuracy") { (node) throws(DocumentError) in try node.double() }
    let hash = section.required("policyHash") { (node) throws(DocumentError) in
      let text = try node.string()
      guard text.utf8.count == 64, Hex.decode(text) != nil else {
        throw node.error("a policy hash is 64 hexadecimal digits")
      }
      return text
    }
    guard let attack, let canaries, let accuracy, let hash else { return nil }
    return Qualification(attack: attack, canaries: canaries, upperAccuracy: accuracy, policyHash: hash)
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
