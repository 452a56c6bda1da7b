import Bytes
import SQLite
import Trust

/// A row query compiled: SQL whose identifiers are ours and whose values are bound.
struct CompiledRowQuery {
  /// One key of the order, as an expression of ours.
  struct Key {
    let expression: String
    let descending: Bool
    let nullsFirst: Bool
  }

  let query: RowQuery
  /// Number of the part's content and everything of the query but page and cursor: a cursor belongs to these.
  let fingerprint: String
  /// Output columns come first, then the values of the keys.
  private let columns: [String]
  private let keys: [Key]
  private let source: SQL

  /// `exact`: the file keeps some numbers' texts. `part`: the hash of the rows' content.
  init(_ query: RowQuery, exact: Bool, part: String) {
    self.query = query
    let filters = query.filters.map(CompiledRowQuery.condition)
    var condition: SQL = ""
    for (place, filter) in filters.enumerated() { condition += (place == 0 ? " WHERE " : " AND ") + filter }
    if query.isGrouped {
      let groups = query.items.enumerated().filter { if case .field = $1 { true } else { false } }
      columns = query.items.indices.map { "i\($0)" }
      let inner = query.items.enumerated().map { "\(CompiledRowQuery.expression($1)) AS i\($0)" }
      let hint = query.isFasterByScan ? " NOT INDEXED" : ""
      var select = SQL(trusted: "(SELECT \(inner.joined(separator: ", ")) FROM rows\(hint)") + condition
      if !groups.isEmpty {
        let fields = groups.map { CompiledRowQuery.expression($1) }.joined(separator: ", ")
        select += SQL(trusted: " GROUP BY \(fields)")
      }
      source = select + ")"
      let asked = query.order.compactMap { order -> Key? in
        guard let place = query.items.firstIndex(of: order.item) else { return nil }
        return Key(expression: "i\(place)", descending: order.descending, nullsFirst: order.nullsFirst)
      }
      keys =
        asked
        + groups.filter { group in !asked.contains { $0.expression == "i\(group.offset)" } }
        .map { Key(expression: "i\($0.offset)", descending: false, nullsFirst: true) }
    } else {
      columns = query.items.map { item in
        guard exact, case .field(let place) = item, query.fields[place].type.isNumeric else {
          return CompiledRowQuery.expression(item)
        }
        return "coalesce((SELECT text FROM exact WHERE \"row\" = rows.rowid AND field = \(place)), c\(place))"
      }
      source = "rows" + condition
      keys =
        query.order.map {
          Key(
            expression: CompiledRowQuery.expression($0.item), descending: $0.descending,
            nullsFirst: $0.nullsFirst)
        } + [Key(expression: "rowid", descending: false, nullsFirst: true)]
    }
    let order = keys.map { "\($0.expression) \($0.descending) \($0.nullsFirst)" }.joined(separator: ",")
    let whole = "\(part)\n\(columns.joined(separator: ","))\n\(source.text)\n\(source.values)\n\(order)"
    fingerprint = String(Hex.encode(Digest.sha256(Array(whole.utf8))).prefix(16))
  }

  var outputCount: Int { columns.count }
  var keyCount: Int { keys.count }

  /// The statement of one page: one row more than the limit, to see whether there is a next page.
  func statement() throws(QueryError) -> SQL {
    var sql =
      SQL(trusted: "SELECT \((columns + keys.map(\.expression)).joined(separator: ", ")) FROM ") + source
    if let after = query.after {
      let values = try Cursor.decode(after, fingerprint: fingerprint, keys: keys.count)
      sql += (query.filters.isEmpty || query.isGrouped ? " WHERE " : " AND ")
      sql += CompiledRowQuery.after(keys[...], values[...])
    }
    if !keys.isEmpty {
      let order = keys.map {
        $0.expression == "rowid" && !query.isGrouped
          ? "rowid"
          : "\($0.expression) \($0.descending ? "DESC" : "ASC") NULLS \($0.nullsFirst ? "FIRST" : "LAST")"
      }
      sql += SQL(trusted: " ORDER BY " + order.joined(separator: ", "))
    }
    return sql + " LIMIT \(query.limit + 1)"
  }

  /// Rows that come after those key values in the order.
  private static func after(_ keys: ArraySlice<Key>, _ values: ArraySlice<SQL.Value>) -> SQL {
    guard let key = keys.first, let value = values.first else { return "0" }
    let name = SQL(trusted: key.expression)
    var later: SQL
    if value == .null {
      later = key.nullsFirst ? name + " IS NOT NULL" : "0"
    } else {
      later = name + SQL(trusted: key.descending ? " < " : " > ") + "\(value)"
      if !key.nullsFirst { later = "(" + later + " OR " + name + " IS NULL)" }
    }
    guard keys.count > 1 else { return "(" + later + ")" }
    return "(" + later + " OR (" + name + " IS \(value) AND " + after(keys.dropFirst(), values.dropFirst())
      + "))"
  }

  private static func expression(_ item: RowQuery.Item) -> String {
    switch item {
    case .field(let place): "c\(place)"
    case .rows: "count(*)"
    case .aggregate(.count, let place): "count(c\(place))"
    case .aggregate(.min, let place): "min(c\(place))"
    case .aggregate(.max, let place): "max(c\(place))"
    // Sums of decimals carry the last bit's noise: 15 digits are what a Double holds for certain.
    case .aggregate(.sum, let place):
      "CASE WHEN typeof(sum(c\(place))) = 'real' THEN CAST(printf('%!.15g', sum(c\(place))) AS REAL) ELSE sum(c\(place)) END"
    case .aggregate(.mean, let place):
      "CASE WHEN count(c\(place)) > 0 THEN CAST(printf('%!.15g', avg(c\(place))) AS REAL) END"
    }
  }

  private static func condition(_ filter: RowQuery.Filter) -> SQL {
    let name = SQL(trusted: "c\(filter.field)")
    let values = filter.values.map(bound)
    let first = values.first ?? .null
    let test: SQL =
      switch filter.test {
      case .eq: name + " = \(first)"
      case .neq: name + " <> \(first)"
      case .gt: name + " > \(first)"
      case .gte: name + " >= \(first)"
      case .lt: name + " < \(first)"
      case .lte: name + " <= \(first)"
      case .is: name + " IS \(first)"
      case .like: name + " GLOB \(glob(first))"
      case .in:
        name
          + SQL(
            trusted: " IN (" + [String](repeating: "?", count: values.count).joined(separator: ", ") + ")",
            values: values)
      }
    return filter.negated ? "NOT (" + test + ")" : test
  }

  private static func bound(_ value: RowValue) -> SQL.Value {
    switch value {
    case .null: .null
    case .integer(let number): .integer(number)
    case .number(let text):
      Scan.integer(text).map { .integer($0) } ?? Scan.decimal(text).map { .real($0) } ?? .null
    case .boolean(let flag): .integer(flag ? 1 : 0)
    case .text(let text): .text(text)
    }
  }

  /// A pattern with `*` (or `%`) for any characters and `_` for one, as GLOB, which regards case. `\` takes the next
  /// character as it is.
  private static func glob(_ value: SQL.Value) -> SQL.Value {
    guard case .text(let pattern) = value else { return value }
    var glob = ""
    var escaped = false
    for scalar in pattern.unicodeScalars {
      switch scalar {
      case "\\" where !escaped:
        escaped = true
        continue
      case "*" where !escaped, "%" where !escaped: glob += "*"
      case "_" where !escaped: glob += "?"
      case "*", "?", "[": glob += "[\(scalar)]"
      default: glob.unicodeScalars.append(scalar)
      }
      escaped = false
    }
    return .text(glob)
  }
}
