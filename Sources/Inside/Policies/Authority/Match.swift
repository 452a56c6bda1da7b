/// A column or file that would be open and also stands in a restricted dataset, present or past.
package struct Match: Sendable, Hashable {
  /// `resource.field`; the resource where the file is the same byte for byte.
  package let field: String
  /// The restricted dataset.
  package let with: String
  /// Its `resource.field`; empty where the file is the same.
  package let withField: String
  /// How many different values are in both, and how many the open column has; above some thousands an estimate.
  package let found: Int
  package let of: Int

  /// Each part as its property says.
  package init(field: String, with: String, withField: String, found: Int, of: Int) {
    self.field = field
    self.with = with
    self.withField = withField
    self.found = found
    self.of = of
  }

  /// Fewer different values are no column of a register.
  package static let fewest = 200
  /// Of a hundred values, more than so many have to be in both.
  package static let share = 80

  /// Fewer different values are no part of one: several columns of a dataset are counted together.
  package static let fewestOfPart = 20

  /// Whether so much of one column is a match, or a part of one.
  package static func isPart(found: Int, of count: Int) -> Bool {
    count >= fewestOfPart && Double(found) * 100 > Double(count) * Double(share)
  }

  /// Whether these parts of one dataset, all with one other, are a match together: each column counts once.
  package static func counts(_ parts: [Match]) -> Bool {
    var most: [String: Int] = [:]
    for part in parts { most[part.field] = max(part.of, most[part.field] ?? 0) }
    return most.values.reduce(0, +) >= fewest
  }

  /// Rounded down, so that nothing is said to be whole that is not.
  package var percent: Int { of > 0 ? Int(Double(found) * 100 / Double(of)) : 0 }

  /// As an envelope has them: once for each pair and field, the most that any column has.
  package static func shares(_ matches: [Match]) -> [Envelope.Share] {
    var most: [[String]: Int] = [:]
    for match in matches {
      let pair = [match.field, match.with]
      most[pair] = max(match.found, most[pair] ?? 0)
    }
    return most.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
      Envelope.Share(with: $0.key[1], field: $0.key[0], most: $0.value)
    }
  }
}
