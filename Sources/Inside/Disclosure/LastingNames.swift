import Bytes

/// The names under which a dataset's dimensions, codes and measures were drawn first. A population keeps the label of its
/// first draw while it lives, whatever a later version calls it (DISCLOSURE 00, rule 2): history and labels know these
/// names alone, answers have those that are declared.
package struct LastingNames: Sendable, Equatable {
  package struct Dimension: Sendable, Equatable {
    package var name: String
    /// By code as declared: the lasting one, where it is another.
    package var codes: [String: String]

    package init(_ name: String, codes: [String: String] = [:]) {
      self.name = name
      self.codes = codes
    }

    package func code(_ declared: String) -> String { codes[declared] ?? declared }
  }

  /// By dimension as declared; those that are called as ever are not in it.
  package var dimensions: [String: Dimension] = [:]
  /// By measure as declared: what its quantities are called among the draws, where that is another name.
  package var measures: [String: String] = [:]

  package init() {}

  /// What a dimension is called among the draws.
  package func dimension(_ declared: String) -> String { dimensions[declared]?.name ?? declared }

  /// What a code of it is called there.
  package func code(_ declared: String, of dimension: String) -> String {
    dimensions[dimension]?.code(declared) ?? declared
  }

  /// A dimension as the draws know it.
  func lasting(_ dimension: ReleasedDimension) -> ReleasedDimension {
    guard let known = dimensions[dimension.name] else { return dimension }
    return ReleasedDimension(
      name: known.name, title: dimension.title, role: dimension.role,
      codes: dimension.codes.map { code in
        ReleasedCode(code: known.code(code.code), label: code.label, parent: code.parent.map(known.code))
      }, periods: dimension.periods)
  }
}

extension ResultHistory {
  /// A measure under the name by which it was drawn first in its family.
  package func lasting(_ measure: MeasureShape, of dataset: String) -> MeasureShape {
    measure.named(
      lasting: names[dataset]?.measures[measure.name] ?? measure.name,
      identity: identities[measure.origin] ?? measure.origin)
  }

  /// Conditions as they are drawn by.
  func lasting(
    _ pairs: [(dimension: String, code: String)], of dataset: String
  ) -> [(dimension: String, code: String)] {
    guard let names = names[dataset] else { return pairs }
    return pairs.map { (names.dimension($0.dimension), names.code($0.code, of: $0.dimension)) }
  }
}

extension LastingNames {
  var json: JSON {
    [
      "dimensions": .object(
        dimensions.sorted { $0.key < $1.key }.map { declared, dimension in
          .init(
            declared,
            [
              "name": .string(dimension.name),
              "codes": .object(
                dimension.codes.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
            ])
        }),
      "measures": .object(
        measures.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
    ]
  }

  /// Nil for anything that `json` did not write.
  init?(json: JSON) {
    guard let dimensions = json["dimensions"]?.members, let measures = json["measures"]?.members else {
      return nil
    }
    for member in dimensions {
      guard let name = member.value["name"]?.string, let codes = member.value["codes"]?.members else {
        return nil
      }
      var dimension = Dimension(name)
      for code in codes {
        guard let lasting = code.value.string else { return nil }
        dimension.codes[code.key] = lasting
      }
      self.dimensions[member.key] = dimension
    }
    for member in measures {
      guard let lasting = member.value.string else { return nil }
      self.measures[member.key] = lasting
    }
  }
}
