package import Tables

/// How the rows of a derived dataset come about: those of two restricted datasets about the same units, joined by their
/// common subject inside the door. Either may be derived itself; at the end of every chain are tables.
package struct Join: Sendable, Hashable {
  /// One of the two sources, or one of the tables that all of it is made of.
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
    /// Whether only units are told of that are in it; else its values are missing for those that are not.
    package var isRequired = true

    package init(
      dataset: String, provider: Provider, file: String, fields: [Renamed], dimensions: [Renamed],
      isRequired: Bool = true
    ) {
      self.dataset = dataset
      self.provider = provider
      self.file = file
      self.fields = fields
      self.dimensions = dimensions
      self.isRequired = isRequired
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

  /// Which rows without a partner are kept: `derive: { …, keep: … }`.
  package enum Keep: String, CaseIterable, Sendable {
    /// None: rows of units that both sources have.
    case matched
    /// Those of the left source, with missing values for the right one's fields.
    case left
  }

  /// Which tables are joined with which, by their places in `tables`.
  package indirect enum Tree: Sendable, Hashable {
    case table(Int)
    case pair(Tree, Tree)

    /// The same with places that begin later.
    func moved(by count: Int) -> Tree {
      switch self {
      case .table(let place): .table(place + count)
      case .pair(let left, let right): .pair(left.moved(by: count), right.moved(by: count))
      }
    }
  }

  package var left: Side
  package var right: Side
  package var keep: Keep
  /// The tables at the ends of the chain, from left to right: names here are those of their own descriptors.
  package var tables: [Side]
  package var tree: Tree
  /// Absolute paths of the descriptors it hangs on, its own not among them.
  package var files: [String]
  /// A table made for one run, held without a name, and nil until then: rows of all units of all tables, with the
  /// columns of the dataset's own table, empty where a unit is not in a table, and a last one that says in which tables
  /// it is. Nobody but guard and budget looks at those that the dataset does not tell of.
  package var world: HeldTable?

  /// - Parameters:
  ///   - left, right: the sources; `leftJoin`, `rightJoin`: how they are joined themselves.
  package init(
    left: Side, right: Side, keep: Keep = .matched, leftJoin: Join? = nil, rightJoin: Join? = nil
  ) {
    self.left = left
    self.right = right
    self.keep = keep
    var wanted = right
    wanted.isRequired = keep == .matched
    let mine = Join.tables(of: left, leftJoin)
    tables = mine + Join.tables(of: wanted, rightJoin)
    tree = .pair(
      leftJoin?.tree ?? .table(0), (rightJoin?.tree ?? .table(0)).moved(by: mine.count))
    var files: [String] = []
    for file in [left.file] + (leftJoin?.files ?? []) + [right.file] + (rightJoin?.files ?? [])
    where !files.contains(file) { files.append(file) }
    self.files = files
  }

  /// The tables of a side, with the names that it gives to what is theirs.
  private static func tables(of side: Side, _ join: Join?) -> [Side] {
    guard let join else { return [side] }
    func renamed(_ old: [Renamed], _ new: [Renamed]) -> [Renamed] {
      old.compactMap { name in new.first { $0.source == name.name }.map { Renamed(name.source, as: $0.name) }
      }
    }
    return join.tables.map { table in
      Side(
        dataset: table.dataset, provider: table.provider, file: table.file,
        fields: renamed(table.fields, side.fields), dimensions: renamed(table.dimensions, side.dimensions),
        isRequired: table.isRequired && side.isRequired)
    }
  }

  /// A table that no file has the name of.
  package struct HeldTable: Sendable, Hashable {
    package let source: HeldSource

    package init(_ source: HeldSource) { self.source = source }

    package static func == (one: HeldTable, other: HeldTable) -> Bool { one.source === other.source }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(source)) }
  }

  /// The name of the last column of `world`: for each of `tables`, and of those it is compared with, 1 or 0.
  package static let membership = "@"

  package var sides: [Side] { [left, right] }
  /// Names of the two sources.
  package var sources: [String] { [left.dataset, right.dataset] }
  /// Names of the tables that every unit it tells of is in.
  package var required: [String] { tables.filter(\.isRequired).map(\.dataset) }
  /// Names of the others.
  package var optional: [String] { tables.filter { !$0.isRequired }.map(\.dataset) }
}
