import Bytes

/// A question to a published statistic: which columns of which published table, and which of its cells. It lists
/// cells; it never merges them. The closed grammar is the first control (DISCLOSURE section 0).
package struct ResultQuery: Sendable, Equatable {
  package enum Format: String, Sendable, CaseIterable {
    case json, csv, svg

    package var mediaType: String {
      switch self {
      case .json: "application/json"
      case .csv: "text/csv; charset=utf-8; header=present"
      case .svg: "image/svg+xml"
      }
    }

    /// The best of these for an `Accept` field (RFC 9110 §12.5.1): by weight, then in its order; JSON where none is
    /// wanted.
    package static func accepted(_ field: String) -> Format {
      var best: (format: Format, weight: Double)?
      for item in field.split(separator: ",") {
        let parts = item.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
        let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
        let format: Format? =
          switch parts.first {
          case "application/json", "application/*", "*/*": .json
          case "text/csv", "text/*": .csv
          case "image/svg+xml", "image/*": .svg
          default: nil
          }
        guard let format, weight > 0, weight > best?.weight ?? 0 else { continue }
        best = (format, weight)
      }
      return best?.format ?? .json
    }
  }

  /// Place of the published table.
  let table: Int
  /// Places of the columns, in the order asked for.
  let columns: [Int]
  /// For each dimension of the result that is bound, the places of the codes asked for, ascending.
  let codes: [Int: [Int32]]
  /// Nil where the question names none; then the caller's `Accept` decides.
  package let format: Format?
  /// The language of titles and notes, where the question names one.
  package let language: String?
  /// Say what would be answered; answer nothing.
  package let dryRun: Bool

  /// Parses decoded query items. Whatever is not in the grammar, undeclared, repeated or unknown is one identical
  /// error, `QueryError.result`; a well-formed question for a table that was not published names the nearest that was.
  package static func parse(
    _ items: [(name: String, value: String)], of result: StoredResult
  ) throws(QueryError) -> ResultQuery {
    var select: [String]?
    var codes: [Int: [Int32]] = [:]
    var format: Format?
    var language: String?
    var dryRun: Bool?
    for (name, value) in items {
      // A dimension's own name wins over a parameter's.
      if let axis = result.dimensions.firstIndex(where: { sameBytes($0.name, name) }) {
        guard codes[axis] == nil else { throw .result }
        codes[axis] = try places(value, result.places[axis])
        continue
      }
      switch name {
      case "select":
        guard select == nil else { throw .result }
        select = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      case "format":
        guard format == nil, let known = Format(rawValue: value) else { throw .result }
        format = known
      case "lang":
        guard language == nil, (2...3).contains(value.utf8.count),
          value.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
        else { throw .result }
        language = value
      case "dry_run":
        guard dryRun == nil, value == "true" || value == "false" else { throw .result }
        dryRun = value == "true"
      default: throw .result
      }
    }
    let (axes, columns) = try chosen(select, result)
    let table = try table(axes, bound: Set(codes.keys), result)
    return ResultQuery(
      table: table, columns: columns.isEmpty ? result.columns(of: result.tables[table]) : columns,
      codes: codes, format: format, language: language, dryRun: dryRun ?? false)
  }

  /// `eq.code` or `in.(code,"code")`, of declared codes, none twice.
  private static func places(_ value: String, _ known: [String: Int32]) throws(QueryError) -> [Int32] {
    var scanner = QueryScanner(parameter: "", value: value)
    var texts: [String] = []
    switch scanner.read(until: ["."]) {
    case "eq":
      guard scanner.skip(".") else { throw .result }
      texts = [scanner.rest()]
    case "in":
      guard scanner.skip("."), scanner.skip("(") else { throw .result }
      repeat {
        let quoted: String?
        do { quoted = try scanner.quoted() } catch { throw .result }
        texts.append(quoted ?? scanner.read(until: [",", ")"]))
      } while scanner.skip(",")
      guard scanner.skip(")"), scanner.isAtEnd else { throw .result }
    default: throw .result
    }
    var places: Set<Int32> = []
    for text in texts {
      // Dictionary keys compare by Unicode equivalence; a code that is not byte for byte the declared one is unknown.
      guard let index = known.index(forKey: text), sameBytes(known[index].key, text),
        places.insert(known[index].value).inserted
      else { throw .result }
    }
    return places.sorted()
  }

  /// The dimensions and columns named in `select`; no dimensions are told from none named.
  private static func chosen(
    _ select: [String]?, _ result: StoredResult
  ) throws(QueryError) -> (axes: Set<Int>?, columns: [Int]) {
    guard let select else { return (nil, []) }
    var axes: Set<Int> = []
    var columns: [Int] = []
    for name in select {
      if let axis = result.dimensions.firstIndex(where: { sameBytes($0.name, name) }) {
        guard axes.insert(axis).inserted else { throw .result }
      } else if let column = result.columns.firstIndex(where: {
        sameBytes($0.name, name) || sameBytes($0.name + "()", name)
      }) {
        guard !columns.contains(column) else { throw .result }
        columns.append(column)
      } else {
        throw .result
      }
    }
    return (axes, columns)
  }

  /// The published table over exactly the dimensions selected or bound. Without a selection: the first table, in order
  /// of importance, that has the bound dimensions.
  private static func table(
    _ selected: Set<Int>?, bound: Set<Int>, _ result: StoredResult
  ) throws(QueryError) -> Int {
    let wanted = (selected ?? []).union(bound)
    if let exact = result.tables.firstIndex(where: { Set($0.dimensions) == wanted }) { return exact }
    if selected == nil, let first = result.tables.firstIndex(where: { bound.isSubset(of: $0.dimensions) }) {
      return first
    }
    throw notPublished(wanted, result)
  }

  private static func notPublished(_ wanted: Set<Int>, _ result: StoredResult) -> QueryError {
    let names = wanted.sorted().map { result.dimensions[$0].name }.joined(separator: ",")
    let nearest = result.tables.indices.min {
      wanted.symmetricDifference(result.tables[$0].dimensions).count
        < wanted.symmetricDifference(result.tables[$1].dimensions).count
    }
    let query = nearest.map { result.queries[$0] }
    func published(_ total: String, _ separator: String) -> String {
      result.publishedTables.map { $0.isEmpty ? total : $0.joined(separator: ",") }
        .joined(separator: separator)
    }
    var error = QueryError(
      .notPublished, parameter: "select",
      (names.isEmpty ? "no total over all was published" : "no table over \(names) was published")
        + (result.tables.isEmpty ? "" : "; published are: \(published("(total)", "; "))"),
      hint: query.map { "the nearest published table: \($0)" })
    error.chinese = QueryError.Words(
      message: (names.isEmpty ? "没有公布不分组的总计" : "没有公布按 \(names) 的表")
        + (result.tables.isEmpty ? "" : "；已公布：\(published("总计", "；"))"),
      hint: query.map { "最接近的已公布的表：\($0)" })
    return error
  }
}
