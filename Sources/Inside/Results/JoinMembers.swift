import Bytes
import Catalogs
import Disclosure

/// In which tables of a join a unit is, as bits: first those it is made of, then those that are looked at beside them.
struct JoinMembers {
  /// Names of the tables, by bit.
  let names: [String]
  /// The bits in the order of the shape's last dimensions: those looked at beside, then those every told unit is in.
  let order: [Int]
  /// How many of these are looked at beside.
  let beside: Int
  private let required: UInt64

  init(_ join: Join, beside: [String]) {
    names = join.tables.map(\.dataset) + beside
    let isRequired = join.tables.map(\.isRequired) + beside.map { _ in false }
    let others = names.indices.filter { !isRequired[$0] }
    let wanted = names.indices.filter { isRequired[$0] }
    order = others + wanted
    self.beside = others.count
    required = wanted.reduce(0) { $0 | 1 << UInt64($1) }
  }

  /// Whether the dataset tells of units with that pattern.
  func tells(_ pattern: UInt64) -> Bool { pattern & required == required }

  /// What stands in the last column of the world's rows.
  func text(_ pattern: UInt64) -> String {
    String(names.indices.map { pattern >> UInt64($0) & 1 == 1 ? "1" : "0" })
  }

  /// nil where it is none.
  func pattern(_ cell: UnsafeBufferPointer<UInt8>) -> UInt64? {
    guard cell.count == names.count, cell.allSatisfy({ $0 == 0x30 || $0 == 0x31 }) else { return nil }
    return cell.enumerated().reduce(0) { $0 | ($1.element == 0x31 ? 1 << UInt64($1.offset) : 0) }
  }
}

extension IngestPlan {
  /// The shape of a dataset's cells, with who is in which table where it is joined.
  static func shape(
    of dataset: Dataset, _ told: [ReleasedDimension], _ members: JoinMembers?
  ) throws(ResultError) -> Shape {
    guard let members, let join = dataset.join else {
      return try disclosing { () throws(DisclosureError) in
        try Shape(dataset: dataset.name, keyFamily: dataset.keyFamily, dimensions: told)
      }
    }
    var places: [String: Int] = [:]
    for (offset, bit) in members.order.enumerated() { places[members.names[bit]] = told.count + offset }
    var others: Set<Shape.OtherPopulation> = []
    for kin in dataset.kin.values {
      let named = Set(kin.names.values)
      let dimensions = DimensionSet(told.indices.filter { named.contains(told[$0].name) })
      for population in kin.populations {
        var codes: [Int: Int32] = [:]
        for (table, isIn) in population {
          if let place = places[table] { codes[place] = isIn ? 0 : 1 }
        }
        others.insert(Shape.OtherPopulation(codes: codes, dimensions: dimensions))
      }
    }
    let ordered = others.sorted { one, other in
      let keys = [one, other].map { $0.codes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } }
      return keys[0] == keys[1]
        ? one.dimensions.bits < other.dimensions.bits : keys[0].lexicographicallyPrecedes(keys[1])
    }
    return try disclosing { () throws(DisclosureError) in
      try Shape(
        dataset: dataset.name, keyFamily: dataset.keyFamily,
        dimensions: told + members.order.map { membership(of: members.names[$0]) },
        hidden: members.order.count - members.beside, beside: members.beside,
        optional: join.optional.compactMap { places[$0] }, others: ordered)
    }
  }

  /// Whether a unit is in a table: identifying, since others may know it.
  private static func membership(of table: String) -> ReleasedDimension {
    ReleasedDimension(
      name: Shape.membership(of: table), title: Text(table), role: .identifying,
      codes: ["1", "0"].map { ReleasedCode(code: $0, label: Text($0), parent: nil) })
  }
}
