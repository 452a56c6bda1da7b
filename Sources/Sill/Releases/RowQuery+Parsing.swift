import Bytes

extension RowQuery {
  /// The parameters that are not fields. A field of such a name is written in quotation marks: `"order"=eq.1`.
  package static let parameters = ["select", "order", "limit", "after", "format"]

  /// Parses decoded query items against the declared fields. Every error names the parameter and, where it can, the
  /// position in it.
  package static func parse(
    _ items: [(name: String, value: String)], fields: [RowField], limits: Limits = Limits()
  ) throws(QueryError) -> RowQuery {
    do throws(QueryError) {
      var parser = RowQueryParser(fields: fields, limits: limits)
      for item in items { try parser.take(item.name, item.value) }
      return try parser.finish()
    } catch {
      // Whoever filters by a field that has the name of a parameter means the field.
      guard let name = error.parameter, parameters.contains(name), fields.contains(where: { $0.name == name })
      else { throw error }
      throw QueryError(
        error.code, parameter: name, position: error.position, error.message,
        hint: "\(name) is a parameter; a condition on the field of that name is written \"\(name)\"=eq.value")
    }
  }
}

/// Gathers the parameters of one query.
struct RowQueryParser {
  let fields: [RowField]
  let limits: RowQuery.Limits
  private let places: [String: Int]
  private var items: [RowQuery.Item]?
  private var filters: [RowQuery.Filter] = []
  private var orderText: String?
  private var limit: Int?
  private var format: RowQuery.Format?
  private var after: String?

  init(fields: [RowField], limits: RowQuery.Limits) {
    self.fields = fields
    self.limits = limits
    places = Dictionary(fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func take(_ name: String, _ value: String) throws(QueryError) {
    guard value.utf8.count <= limits.valueBytes else {
      throw QueryError(.limit, parameter: name, "\(name) is longer than \(limits.valueBytes) bytes")
    }
    switch name {
    case "select":
      try once(items != nil, name)
      items = try select(value)
    case "order":
      try once(orderText != nil, name)
      orderText = value
    case "limit":
      try once(limit != nil, name)
      limit = try limit(value)
    case "after":
      try once(after != nil, name)
      after = value
    case "format":
      try once(format != nil, name)
      guard let known = RowQuery.Format(rawValue: value) else {
        throw QueryError(
          .value, parameter: name, position: 1, "format \(quote(value)) is not known",
          hint: "one of \(RowQuery.Format.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      format = known
    default:
      guard filters.count < limits.filters else {
        throw QueryError(.limit, parameter: name, "more than \(limits.filters) conditions in one query")
      }
      filters.append(try filter(name, value))
    }
  }

  func finish() throws(QueryError) -> RowQuery {
    let items = items ?? fields.indices.map { .field($0) }
    let draft = RowQuery(
      fields: fields, items: items, filters: filters, order: [], limit: limit ?? limits.usual,
      format: format ?? .json, after: after)
    guard let orderText else { return draft }
    return RowQuery(
      fields: fields, items: items, filters: filters,
      order: try order(orderText, grouped: draft.isGrouped, items),
      limit: draft.limit, format: draft.format, after: after)
  }

  // MARK: Parts of the grammar

  private func once(_ seen: Bool, _ name: String) throws(QueryError) {
    if seen { throw QueryError(.repeated, parameter: name, "\(name) stands twice") }
  }

  private func select(_ value: String) throws(QueryError) -> [RowQuery.Item] {
    var scanner = QueryScanner(parameter: "select", value: value)
    if value == "*" { return fields.indices.map { .field($0) } }
    var items: [RowQuery.Item] = []
    repeat {
      let start = scanner.position
      let item = try item(&scanner, ends: [","])
      guard !items.contains(item) else { throw scanner.error("the same column stands twice", at: start) }
      items.append(item)
    } while scanner.skip(",")
    guard scanner.isAtEnd else { throw scanner.error("a comma or the end should stand here") }
    return items
  }

  /// `field`, `"field"`, `count()`, `field.function()`.
  private func item(_ scanner: inout QueryScanner, ends: Set<Unicode.Scalar>) throws(QueryError)
    -> RowQuery.Item
  {
    let start = scanner.position
    if let name = try scanner.quoted() {
      let field = try field(name, scanner, at: start)
      guard scanner.skip(".") else { return .field(field) }
      let word = scanner.read(until: ends.union(["("]))
      guard scanner.skip("("), scanner.skip(")") else {
        throw scanner.error("( ) should stand after a function")
      }
      return try aggregate(word, field, scanner, at: start)
    }
    // A field's own name may hold points and brackets: the longest reading that is a field wins.
    let text = scanner.read(until: ends)
    guard !text.isEmpty else { throw scanner.error("a field should stand here", at: start) }
    if let field = places[text] { return .field(field) }
    if text == "count()" { return .rows }
    if text.hasSuffix("()"), let dot = text.lastIndex(of: ".") {
      let name = String(text[..<dot])
      let word = String(text[text.index(after: dot)...].dropLast(2))
      return try aggregate(
        word, try field(name, scanner, at: start), scanner, at: start + name.unicodeScalars.count + 1)
    }
    if let dot = text.lastIndex(of: "."), places[String(text[..<dot])] != nil,
      RowQuery.Aggregate(rawValue: String(text[text.index(after: dot)...])) != nil
    {
      throw scanner.error("a function is written with ( ): \(text)()", at: start)
    }
    return .field(try field(text, scanner, at: start))
  }

  private func field(_ name: String, _ scanner: QueryScanner, at position: Int) throws(QueryError) -> Int {
    if let place = places[name] { return place }
    throw QueryError(
      .unknownField, parameter: scanner.parameter, position: position,
      "\(quote(name)) is no field of this resource",
      hint: suggestion(name))
  }

  private func aggregate(
    _ word: String, _ field: Int, _ scanner: QueryScanner, at position: Int
  ) throws(QueryError) -> RowQuery.Item {
    guard let function = RowQuery.Aggregate(rawValue: word) else {
      throw QueryError(
        .unknownOperator, parameter: scanner.parameter, position: position, "\(quote(word)) is no function",
        hint: "one of \(RowQuery.Aggregate.allCases.map { $0.rawValue + "()" }.joined(separator: ", "))")
    }
    if function == .sum || function == .mean,
      !(fields[field].type == .integer || fields[field].type == .number)
    {
      throw QueryError(
        .unknownOperator, parameter: scanner.parameter, position: position,
        "\(word)() needs numbers, and \(quote(fields[field].name)) is \(fields[field].type.rawValue)")
    }
    return .aggregate(function, field)
  }

  private func limit(_ value: String) throws(QueryError) -> Int {
    guard let number = Scan.integer(value), number >= 1 else {
      throw QueryError(.value, parameter: "limit", position: 1, "limit should be a whole number from 1")
    }
    guard number <= limits.largest else {
      throw QueryError(
        .limit, parameter: "limit", position: 1, "limit is at most \(limits.largest)",
        hint: "go on with the cursor of Link: rel=\"next\", or download the whole file")
    }
    return Int(number)
  }

  private func order(
    _ value: String, grouped: Bool, _ items: [RowQuery.Item]
  ) throws(QueryError) -> [RowQuery.Order] {
    var scanner = QueryScanner(parameter: "order", value: value)
    var keys: [RowQuery.Order] = []
    repeat {
      let start = scanner.position
      var (text, descending, nulls) = (try orderText(&scanner), false, Bool?.none)
      if let rest = text.removingSuffix(".nullsfirst") { (text, nulls) = (rest, true) }
      if nulls == nil, let rest = text.removingSuffix(".nullslast") { (text, nulls) = (rest, false) }
      if let rest = text.removingSuffix(".desc") {
        (text, descending) = (rest, true)
      } else if let rest = text.removingSuffix(".asc") {
        text = rest
      }
      var inner = QueryScanner(parameter: "order", value: text)
      let item: RowQuery.Item
      do throws(QueryError) {
        item = try self.item(&inner, ends: [])
        guard inner.isAtEnd else { throw inner.error("asc, desc, nullsfirst or nullslast should stand here") }
      } catch {
        throw QueryError(
          error.code, parameter: "order", position: start + (error.position ?? 1) - 1, error.message,
          hint: error.hint)
      }
      guard grouped ? items.contains(item) : true else {
        throw scanner.error("a grouped query is ordered by what it selects", at: start)
      }
      if !grouped, case .field = item {
      } else if !grouped {
        throw scanner.error("a function orders only a query that selects it", at: start)
      }
      guard !keys.contains(where: { $0.item == item }) else {
        throw scanner.error("the same column orders twice", at: start)
      }
      keys.append(RowQuery.Order(item: item, descending: descending, nullsFirst: nulls ?? !descending))
    } while scanner.skip(",")
    return keys
  }

  /// One key as written: up to a comma that stands outside quotation marks.
  private func orderText(_ scanner: inout QueryScanner) throws(QueryError) -> String {
    let start = scanner.position
    guard scanner.next == "\"" else {
      let text = scanner.read(until: [","])
      if text.isEmpty { throw scanner.error("a field should stand here", at: start) }
      return text
    }
    let name = try scanner.quoted() ?? ""
    let escaped = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"\(escaped)\"" + scanner.read(until: [","])
  }

  /// The field of a parameter's name, which may stand in quotation marks.
  private func filteredField(_ name: String) throws(QueryError) -> Int {
    if let place = places[name] { return place }
    if name.utf8.first == UInt8(ascii: "\""), name.utf8.count > 1 {
      var scanner = QueryScanner(parameter: name, value: name)
      if let inner = try scanner.quoted(), scanner.isAtEnd, let place = places[inner] { return place }
    }
    if name == "offset" {
      throw QueryError(
        .unknownField, parameter: name, "there is no offset",
        hint: "go on with after= from Link: rel=\"next\"")
    }
    throw QueryError(
      .unknownField, parameter: name, "\(quote(name)) is neither a field of this resource nor a parameter",
      hint: suggestion(name))
  }

  private func filter(_ name: String, _ value: String) throws(QueryError) -> RowQuery.Filter {
    let field = try filteredField(name)
    var scanner = QueryScanner(parameter: name, value: value)
    var word = scanner.read(until: ["."])
    var negated = false
    var start = 1
    if word == "not", scanner.skip(".") {
      negated = true
      start = scanner.position
      word = scanner.read(until: ["."])
    }
    guard let test = RowQuery.Operator(rawValue: word) else {
      throw QueryError(
        .unknownOperator, parameter: name, position: start, "\(quote(word)) is no operator",
        hint: "a condition is field=operator.value; operators: "
          + RowQuery.Operator.allCases.map(\.rawValue).joined(separator: ", ") + ", and not. before them")
    }
    try scanner.expect(".", "a point should stand after \(word)")
    let values = try values(of: test, for: fields[field], &scanner)
    return RowQuery.Filter(field: field, negated: negated, test: test, values: values)
  }

  private func values(
    of test: RowQuery.Operator, for field: RowField, _ scanner: inout QueryScanner
  ) throws(QueryError) -> [RowValue] {
    let start = scanner.position
    switch test {
    case .is:
      switch scanner.rest() {
      case "null": return [.null]
      case "true" where field.type == .boolean: return [.boolean(true)]
      case "false" where field.type == .boolean: return [.boolean(false)]
      default:
        throw scanner.error(
          field.type == .boolean ? "is. takes null, true or false" : "is. takes null here", at: start)
      }
    case .like:
      guard field.type != .boolean, !field.type.isNumeric else {
        throw QueryError(
          .unknownOperator, parameter: scanner.parameter, position: 1,
          "like needs text, and \(quote(field.name)) is \(field.type.rawValue)")
      }
      return [.text(scanner.rest())]
    case .in:
      try scanner.expect("(", "in takes a list: in.(a,b)")
      var values: [RowValue] = []
      repeat {
        let start = scanner.position
        guard values.count < limits.listed else {
          throw QueryError(
            .limit, parameter: scanner.parameter, position: start,
            "more than \(limits.listed) values in one list")
        }
        let text = try scanner.quoted() ?? scanner.read(until: [",", ")"])
        values.append(try value(text, for: field, scanner, at: start))
      } while scanner.skip(",")
      try scanner.expect(")", "a comma or ) should stand here")
      guard scanner.isAtEnd else { throw scanner.error("nothing may follow the list") }
      return values
    default:
      return [try value(scanner.rest(), for: field, scanner, at: start)]
    }
  }

  private func value(
    _ text: String, for field: RowField, _ scanner: QueryScanner, at position: Int
  ) throws(QueryError) -> RowValue {
    let value: RowValue? =
      switch field.type {
      case .integer, .year: Scan.integer(text).map { .integer($0) } ?? number(text)
      case .number: number(text)
      case .boolean: text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : nil
      case .date: CalendarDate(iso: text).map { .text($0.iso) }
      default: .text(text)
      }
    guard let value else {
      throw QueryError(
        .value, parameter: scanner.parameter, position: position,
        "\(quote(text)) is no \(field.type.rawValue), which \(quote(field.name)) holds",
        hint: field.type == .date ? "dates are written 2026-01-31" : nil)
    }
    return value
  }

  private func number(_ text: String) -> RowValue? {
    Scan.isJSONNumber(text) && Scan.decimal(text) != nil ? .number(text) : nil
  }

  private func suggestion(_ name: String) -> String? {
    if let near = nearest(name, in: fields.map(\.name) + RowQuery.parameters) {
      return "did you mean \(near)?"
    }
    return "fields: " + fields.prefix(20).map(\.name).joined(separator: ", ")
      + (fields.count > 20 ? ", …" : "")
  }

  private func quote(_ text: String) -> String { "“\(String(text.prefix(64)))”" }
}

extension String {
  /// The rest before that ending, or nil.
  fileprivate func removingSuffix(_ suffix: String) -> String? {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : nil
  }
}
