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
    "kind", "k", "jitter", "maxIdentifying", "maxResponse", "pPercent", "topNoise", "budgetDivisor",
    "variance",
    "percentiles", "minimumRefresh", "qualified", "dominance",
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
    let noise = section.required("topNoise", fraction)
    let variance = section.required("variance") { (node) throws(DocumentError) in try node.bool() }
    let percentiles = section.required("percentiles") { (node) throws(DocumentError) in try node.bool() }
    let refresh = section.required("minimumRefresh", Checks.duration)
    let qualified = section.required("qualified", qualification) ?? nil
    let dominance = section.optional("dominance", dominance) ?? nil
    guard let k, let identifying, let response, let percent, let divisor, let jitter, let noise, let variance,
      let percentiles, let refresh
    else { return nil }
    var profile = ProtectionProfile(
      name: name, k: k, jitterWeights: jitter, maxIdentifying: identifying, maxResponse: response,
      pPercent: percent, topNoise: noise, budgetDivisor: divisor, variance: variance,
      percentiles: percentiles,
      minimumRefresh: refresh, dominance: dominance)
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

  /// A decimal number as an exact fraction: 0.07 is 7/100.
  private func fraction(_ node: Node) throws(DocumentError) -> ProtectionProfile.Fraction {
    let text = try Checks.decimal(node)
    let parts = text.split(separator: ".")
    let digits = parts.count == 2 ? String(parts[1]) : ""
    guard digits.utf8.count <= 6, let numerator = Int(String(parts[0]) + digits), numerator > 0 else {
      throw node.error(
        "\(text) is no share", hint: "a number greater than 0 with at most six digits, as 0.07")
    }
    return ProtectionProfile.Fraction(numerator, digits.utf8.reduce(1) { product, _ in product * 10 })
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
