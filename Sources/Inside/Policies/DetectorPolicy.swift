/// Many personal records together raise the level (DESIGN section 4, rule 1).
package struct VolumeRule: Sendable, Hashable {
  package let id: String
  /// From this many records about persons on.
  package let records: Int
  package let level: String
  /// Language → words for people.
  package let title: [String: String]

  /// Each part as its property says.
  package init(id: String, records: Int, level: String, title: [String: String] = [:]) {
    self.id = id
    self.records = records
    self.level = level
    self.title = title
  }
}

/// What a combination rule looks for in a dataset.
package enum CombinationTerm: Sendable, Hashable {
  /// A detector rule of this id fired in some field.
  case detector(String)
  /// Some field has this role (`identifier`, `quasi`, `sensitive`).
  case role(String)
  /// There is a field of this name.
  case field(String)

  /// Reads `detector:mobile`, `role:sensitive` or `field:income`; nil for anything else.
  package init?(_ text: String) {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let value = String(text[text.index(after: colon)...])
    guard !value.isEmpty else { return nil }
    switch text[..<colon] {
    case "detector": self = .detector(value)
    case "role": self = .role(value)
    case "field": self = .field(value)
    default: return nil
    }
  }

  /// The form that `init` reads.
  package var text: String {
    switch self {
    case .detector(let id): "detector:\(id)"
    case .role(let name): "role:\(name)"
    case .field(let name): "field:\(name)"
    }
  }
}

/// Fields that are harmless alone and not together.
package struct CombinationRule: Sendable, Hashable {
  package let id: String
  /// All of these must be there.
  package let all: [CombinationTerm]
  /// And at least one of these; empty asks for nothing more.
  package let any: [CombinationTerm]
  package let level: String
  /// Whether what they show together is personal information.
  package let personal: Bool
  /// Language → words for people.
  package let title: [String: String]

  /// Each part as its property says.
  package init(
    id: String, all: [CombinationTerm], any: [CombinationTerm] = [], level: String, personal: Bool,
    title: [String: String] = [:]
  ) {
    self.id = id
    self.all = all
    self.any = any
    self.level = level
    self.personal = personal
    self.title = title
  }
}

/// When quasi-identifiers that single people out raise the level.
package struct RiskRule: Sendable, Hashable {
  package let id: String
  /// The smallest group of equal quasi-identifiers that is still fine.
  package let minimumK: Int
  /// The largest share of rows in groups smaller than `minimumK` that is still fine, 0…1.
  package let maximumShareBelowK: Double
  /// The least number of distinct sensitive values in a group; 1 asks for nothing.
  package let minimumL: Int
  package let level: String
  /// Language → words for people.
  package let title: [String: String]

  /// Each part as its property says.
  package init(
    id: String, minimumK: Int, maximumShareBelowK: Double, minimumL: Int = 1, level: String,
    title: [String: String] = [:]
  ) {
    self.id = id
    self.minimumK = minimumK
    self.maximumShareBelowK = maximumShareBelowK
    self.minimumL = minimumL
    self.level = level
    self.title = title
  }
}

/// What counts as personal or sensitive: the typed form of detectors.json5.
package struct DetectorPolicy: Sendable, Hashable {
  package let detectors: [DetectorRule]
  /// Name → terms. `surnames` and `medical` extend the built-in ones, `acceptedMarkings` are English secrecy markings
  /// that refuse nothing because they are levels of the portal's own scale; others serve rules of kind `dictionary`.
  package let dictionaries: [String: [String]]
  package let volume: [VolumeRule]
  package let combinations: [CombinationRule]
  package let risk: [RiskRule]

  /// Each part as its property says.
  package init(
    detectors: [DetectorRule], dictionaries: [String: [String]] = [:], volume: [VolumeRule] = [],
    combinations: [CombinationRule] = [], risk: [RiskRule] = []
  ) {
    self.detectors = detectors
    self.dictionaries = dictionaries
    self.volume = volume
    self.combinations = combinations
    self.risk = risk
  }

  /// The detector rule of this id.
  package func detector(_ id: String) -> DetectorRule? { detectors.first { $0.id == id } }
}
