/// What a level allows: 无条件开放, 有条件开放, 不予开放.
package enum Openness: String, CaseIterable, Sendable, Hashable, Comparable {
  /// Files and row queries for everybody.
  case unconditional
  /// Protected results only, under a grant.
  case conditional
  /// A catalogue entry and nothing else.
  case closed

  /// How far shut: 0, 1, 2.
  package var order: Int {
    switch self {
    case .unconditional: 0
    case .conditional: 1
    case .closed: 2
    }
  }

  /// Unconditional before conditional before closed.
  package static func < (left: Openness, right: Openness) -> Bool { left.order < right.order }
}

/// One step of the secrecy scale in levels.json5: the scale is data, so a level is a struct.
package struct Level: Hashable, Sendable, Comparable {
  /// Its name in descriptors and policies, such as "L3".
  package let id: String
  /// Its place in the scale, 1 is the most open.
  package let rank: Int
  package let openness: Openness
  /// Language → words for people.
  package let title: [String: String]
  /// A CSS colour such as "#2e7d32"; empty where the theme decides.
  package let color: String
  /// Whether a grant on its results needs a second person (four eyes).
  package let grantNeedsSecondPerson: Bool

  /// Each part as its property says.
  package init(
    id: String, rank: Int, openness: Openness, title: [String: String] = [:], color: String = "",
    grantNeedsSecondPerson: Bool = false
  ) {
    self.id = id
    self.rank = rank
    self.openness = openness
    self.title = title
    self.color = color
    self.grantNeedsSecondPerson = grantNeedsSecondPerson
  }

  /// By rank.
  package static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
}
