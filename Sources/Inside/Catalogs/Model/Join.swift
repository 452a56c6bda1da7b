/// How the rows of a derived dataset come about: those of two restricted datasets about the same units, joined by their
/// common subject inside the door. Only units that both have are told of.
package struct Join: Sendable, Hashable {
  /// One of the two sources.
  package struct Side: Sendable, Hashable {
    /// Name of the source.
    package var dataset: String
    /// Who owns it.
    package var provider: Provider
    /// Absolute path of its descriptor.
    package var file: String
    /// Its fields but the subject's, in its order, each with its name in the source and here.
    package var fields: [Renamed]
    /// Its dimensions, likewise.
    package var dimensions: [Renamed]

    package init(
      dataset: String, provider: Provider, file: String, fields: [Renamed], dimensions: [Renamed]
    ) {
      self.dataset = dataset
      self.provider = provider
      self.file = file
      self.fields = fields
      self.dimensions = dimensions
    }
  }

  /// A field or dimension of a source.
  package struct Renamed: Sendable, Hashable {
    package var source: String
    package var name: String

    package init(_ source: String, as name: String) {
      self.source = source
      self.name = name
    }
  }

  /// Tables made for one run, inside the door: rows of the units that only one side has. Their columns are those of the
  /// dataset's own table, empty where the other side's would be.
  package struct Unmatched: Sendable, Hashable {
    package var left: String
    package var right: String

    package init(left: String, right: String) {
      self.left = left
      self.right = right
    }
  }

  package var left: Side
  package var right: Side
  /// nil until the two are joined; then the dataset's own table is there too.
  package var unmatched: Unmatched?

  package init(left: Side, right: Side) {
    self.left = left
    self.right = right
  }

  package var sides: [Side] { [left, right] }
  /// Names of the two sources.
  package var sources: [String] { [left.dataset, right.dataset] }
}

/// How a dataset stands to one that it is joined from, or that is joined from it: both have the same units, and cells of
/// either are cells about them.
package struct Kin: Sendable, Hashable {
  /// What the other's dimensions are called in the first; what is not here is no dimension of it.
  package var names: [String: String]
  /// Whether the other holds only some of the first one's units.
  package var isPart: Bool

  package init(names: [String: String], isPart: Bool) {
    self.names = names
    self.isPart = isPart
  }
}

extension Catalog {
  /// Notes for every derived dataset and its sources how they stand to one another.
  mutating func relate() {
    for derived in datasets {
      for side in derived.join?.sides ?? [] {
        guard let whole = datasets.firstIndex(where: { $0.name == side.dataset }),
          let part = datasets.firstIndex(where: { $0.name == derived.name })
        else { continue }
        let pairs = side.dimensions.map { ($0.source, $0.name) }
        datasets[part].kin[side.dataset] = Kin(
          names: Dictionary(pairs, uniquingKeysWith: { first, _ in first }), isPart: false)
        datasets[whole].kin[derived.name] = Kin(
          names: Dictionary(pairs.map { ($0.1, $0.0) }, uniquingKeysWith: { first, _ in first }), isPart: true
        )
      }
    }
  }
}

extension Dataset {
  /// Results and dimensions with the names that fields have in one of its sources; those of the other source's fields are
  /// left out. Of a dataset that is not joined from that source both as they are.
  func seen(from source: String) -> (results: [ResultDeclaration], dimensions: [Dimension]) {
    guard let side = join?.sides.first(where: { $0.dataset == source }) else { return (results, dimensions) }
    func old(_ name: String) -> String? {
      subject.contains(name) ? name : side.fields.first { $0.name == name }?.source
    }
    let seen = results.map { result in
      var result = result
      result.measures = result.measures.compactMap { measure in
        old(measure.field).map { field in
          var measure = measure
          measure.field = field
          return measure
        }
      }
      return result
    }
    return (
      seen,
      dimensions.compactMap { dimension in
        old(dimension.field).map { field in
          var dimension = dimension
          dimension.field = field
          return dimension
        }
      }
    )
  }
}
