import Tables

/// How a dataset stands to another that is made of a table of its own: both tell of the same units, and cells of either are
/// cells about them.
package struct Kin: Sendable, Hashable {
  /// Some units, by the tables they are in, or are not in.
  package typealias Population = [String: Bool]

  /// What the other's dimensions are called in the first; what is not here is no dimension of it.
  package var names: [String: String]
  /// Whether the other holds only some of the first one's units, or some that are not among them.
  package var isPart: Bool
  /// Tables of the first one by which its units are told apart, and which a cell of the other is counted in.
  package var tables: [String]
  /// Whom the other tells of, where neither is all of them a part of the first one's nor the other way round: two joins
  /// of one source may differ by a single unit.
  package var populations: [Population]

  package init(
    names: [String: String], isPart: Bool, tables: [String] = [], populations: [Population] = []
  ) {
    self.names = names
    self.isPart = isPart
    self.tables = tables
    self.populations = populations
  }
}

extension Catalog {
  /// Notes for every derived dataset, and every one that is made of a table of it, how they stand to one another.
  package static func relate(_ datasets: inout [Dataset]) {
    let joined = Set(datasets.flatMap { $0.join?.tables.map(\.dataset) ?? [] })
    let places = datasets.indices.filter { datasets[$0].join != nil || joined.contains(datasets[$0].name) }
    for place in places {
      datasets[place].kin = [:]
      for other in places where other != place {
        datasets[place].kin[datasets[other].name] = datasets[place].kin(to: datasets[other])
      }
    }
  }
}

extension Dataset {
  /// The tables it is made of: its own where it is not derived.
  package var tables: [Join.Side] {
    join?.tables ?? [
      Join.Side(
        dataset: name, provider: provider, file: file,
        fields: resources.first?.schema.fields.map { Join.Renamed($0.name, as: $0.name) } ?? [],
        dimensions: dimensions.map { Join.Renamed($0.name, as: $0.name) })
    ]
  }

  /// The tables beside its own that have to be looked into: who is in them and in a dataset that is compared with it.
  package var besideTables: [String] {
    let own = Set(tables.map(\.dataset))
    return Set(kin.values.flatMap(\.populations).flatMap(\.keys)).subtracting(own).sorted()
  }

  /// Whom it tells of: all of its units, and where some are kept without a partner those with and without one.
  package var populations: [Kin.Population] {
    let all = Kin.Population(uniqueKeysWithValues: tables.filter(\.isRequired).map { ($0.dataset, true) })
    return (join?.optional ?? []).reduce([all]) { populations, table in
      populations
        + populations.flatMap { one in
          [true, false].map { isIn in one.merging([table: isIn]) { _, new in new } }
        }
    }
  }

  /// nil where they have no table in common.
  fileprivate func kin(to other: Dataset) -> Kin? {
    var names: [String: String] = [:]
    var share = false
    for mine in tables {
      guard let theirs = other.tables.first(where: { $0.dataset == mine.dataset }) else { continue }
      share = true
      for dimension in theirs.dimensions {
        if let own = mine.dimensions.first(where: { $0.source == dimension.source }) {
          names[dimension.name] = own.name
        }
      }
    }
    guard share else { return nil }
    let required = Set(tables.filter(\.isRequired).map(\.dataset))
    let wanted = Set(other.tables.filter(\.isRequired).map(\.dataset))
    let isWider = wanted.isSubset(of: required)
    // A dataset with a table of its own is judged by nobody: what differs from it by a few is.
    let own = join == nil ? [] : populations
    let compared =
      join == nil
      ? []
      : other.populations.filter { theirs in
        own.contains { mine in !theirs.isPart(of: mine) && !mine.isPart(of: theirs) }
      }
    return Kin(
      names: names, isPart: !isWider, tables: (isWider ? wanted : required).sorted(), populations: compared)
  }

  /// Results and dimensions with the names that fields have in one of the tables it is made of; those of other tables'
  /// fields are left out. Of a dataset that is not made of that table both as they are.
  func seen(from source: String) -> (results: [ResultDeclaration], dimensions: [Dimension]) {
    guard let side = join?.tables.first(where: { $0.dataset == source }) else { return (results, dimensions) }
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

extension Kin.Population {
  /// Whether every condition of the other is one of its own.
  func isPart(of other: Kin.Population) -> Bool { other.allSatisfy { self[$0.key] == $0.value } }
}
