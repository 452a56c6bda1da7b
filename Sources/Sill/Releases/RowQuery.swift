/// A query over the open rows of one resource, parsed and checked against its declared fields: nothing in it is text
/// that could become SQL. The grammar follows PostgREST's URL conventions.
package struct RowQuery: Sendable, Equatable {
  /// How the rows are written.
  package enum Format: String, Sendable, CaseIterable {
    case json, csv, ndjson

    package var mediaType: String {
      switch self {
      case .json: "application/json"
      case .csv: "text/csv; charset=utf-8; header=present"
      case .ndjson: "application/x-ndjson"
      }
    }
  }

  /// A function over the rows of a group.
  package enum Aggregate: String, Sendable, CaseIterable { case count, sum, mean, min, max }

  /// One output column. Numbers are places in the declared fields.
  package enum Item: Sendable, Equatable {
    case field(Int)
    /// `count()`: rows.
    case rows
    case aggregate(Aggregate, Int)
  }

  package enum Operator: String, Sendable, CaseIterable { case eq, neq, gt, gte, lt, lte, like, `in`, `is` }

  /// One condition. All conditions hold together.
  package struct Filter: Sendable, Equatable {
    package let field: Int
    package let negated: Bool
    package let test: Operator
    /// One value; several for `in`; for `is`, null or a boolean.
    package let values: [RowValue]
  }

  /// One key of the order. Where nulls stand is always settled, so that a cursor can be compared.
  package struct Order: Sendable, Equatable {
    package let item: Item
    package let descending: Bool
    package let nullsFirst: Bool
  }

  /// Sizes that bound a query.
  package struct Limits: Sendable {
    /// Rows of a page that names no limit.
    package var usual = 100
    /// Rows of the largest page.
    package var largest = 10_000
    /// Conditions in one query.
    package var filters = 32
    /// Codes in one `in.(…)`.
    package var listed = 1_000
    /// Bytes of one parameter's value.
    package var valueBytes = 16_384

    package init() {}
  }

  package let fields: [RowField]
  package let items: [Item]
  package let filters: [Filter]
  package let order: [Order]
  package let limit: Int
  package let format: Format
  /// The cursor as it came, opaque; checked when the query runs.
  package let after: String?

  /// Whether rows are gathered into groups by the plain fields among the items.
  package var isGrouped: Bool {
    items.contains { if case .field = $0 { false } else { true } }
  }

  /// Whether groups are made faster by reading the rows in their order than by an index on what they are grouped by,
  /// which leads to each row singly and which SQLite prefers, knowing nothing of the values. An index does help where a
  /// condition leads to few rows of it, and where nothing but the indexed field is asked for.
  var isFasterByScan: Bool {
    var read = Set(filters.map(\.field))
    for item in items {
      switch item {
      case .field(let place), .aggregate(_, let place): read.insert(place)
      case .rows: break
      }
    }
    guard isGrouped, read.count > 1 || read.contains(where: { !fields[$0].indexed }) else { return false }
    return !fields.indices.contains { place in
      let tests = filters.filter { $0.field == place && !$0.negated }.map(\.test)
      return fields[place].indexed
        && (tests.contains { [.eq, .in, .is].contains($0) }
          || tests.contains { [.gt, .gte].contains($0) } && tests.contains { [.lt, .lte].contains($0) })
    }
  }

  /// The name of an output column: the field's, `count`, or `field.function`; with `()` behind it where a field of that
  /// name is selected as well.
  package func name(of item: Item) -> String {
    let name: String
    switch item {
    case .field(let index): return fields[index].name
    case .rows: name = Aggregate.count.rawValue
    case .aggregate(let function, let index): name = "\(fields[index].name).\(function.rawValue)"
    }
    let isTaken = items.contains {
      if case .field(let index) = $0 { fields[index].name == name } else { false }
    }
    return isTaken ? name + "()" : name
  }

  /// The type of an output column.
  package func type(of item: Item) -> RowType {
    switch item {
    case .field(let index), .aggregate(.min, let index), .aggregate(.max, let index): fields[index].type
    case .rows, .aggregate(.count, _): .integer
    case .aggregate(.sum, let index): fields[index].type == .integer ? .integer : .number
    case .aggregate(.mean, _): .number
    }
  }
}
