import Bytes
import HTTP
import Releases

extension PortalRoutes {
  /// `GET /api/v1/datasets`: every dataset of the catalogue with its public metadata, paged by `limit` and `after`.
  func datasets(_ request: Request) -> Response {
    answer(request, known: ["limit", "after", "lang"]) { release, items in
      let limit = try Self.limit(items, usual: 100, most: 1000)
      let language = try Self.language(items, request, release)
      let all = try release.datasets().filter { !releases.isWithdrawn($0) }
      let after = items["after"] ?? ""
      let rest = all.filter { $0 > after }
      let page = Array(rest.prefix(limit))
      var headers = Self.headers(items)
      if rest.count > limit, let last = page.last {
        headers["Link"] = "</api/v1/datasets?limit=\(limit)&after=\(Percent.encode(last))>; rel=\"next\""
      }
      let entries = try page.compactMap { try release.dataset($0, language: language) }
      return .json(["total": JSON(all.count), "datasets": .array(entries)], headers: headers)
    }
  }

  /// `GET /api/v1/datasets/{id}`: one dataset's public metadata.
  func dataset(_ request: Request) -> Response {
    answer(request, known: ["lang"]) { release, items in
      let id = request.parameters["id"] ?? ""
      let language = try Self.language(items, request, release)
      guard !releases.isWithdrawn(id), let entry = try release.dataset(id, language: language) else {
        return .notFound
      }
      return .json(entry, headers: Self.headers(items))
    }
  }

  /// `GET /api/v1/search?q=`: datasets by their words, best first, with the counts of each facet.
  func search(_ request: Request) -> Response {
    answer(
      request,
      known: [
        "q", "organization", "theme", "level", "openness", "format", "order", "limit", "offset", "lang",
      ]
    ) {
      release, items in
      var filter = CatalogueFilter()
      filter.text = items["q"]
      filter.organization = items["organization"]
      filter.theme = items["theme"]
      filter.level = items["level"]
      filter.openness = items["openness"]
      filter.format = items["format"]
      if let order = items["order"] {
        guard let known = CatalogueFilter.Order(rawValue: order) else {
          throw QueryError(
            .value, parameter: "order",
            "'order' takes one of \(CatalogueFilter.Order.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        filter.order = known
      }
      filter.limit = try Self.limit(items, usual: 20, most: 100)
      if let offset = items["offset"] {
        guard let number = Int(offset), (0...1_000_000).contains(number) else {
          throw QueryError(.value, parameter: "offset", "'offset' takes a whole number from 0")
        }
        filter.offset = number
      }
      let page = try release.search(
        filter, language: try Self.language(items, request, release),
        hiding: try release.datasets().filter { releases.isWithdrawn($0) })
      let facets = page.facets.map { facet in
        JSON.Member(facet.kind, .object(facet.counts.map { JSON.Member($0.value, JSON($0.count)) }))
      }
      return .json(
        ["total": JSON(page.total), "datasets": .array(page.datasets), "facets": .object(facets)],
        headers: Self.headers(items))
    }
  }

  /// `GET /api/v1/datasets/{id}/rows`: rows of an open table by the query grammar. A restricted dataset has none:
  /// it looks like absence.
  func rows(_ request: Request) -> Response {
    guard let release = try? releases.current() else { return Self.nothingPublished }
    let id = request.parameters["id"] ?? ""
    guard var items = request.queryItems() else { return Self.badQuery }
    let resource = items.first { $0.name == "resource" }?.value
    items.removeAll { $0.name == "resource" }
    do {
      guard !releases.isWithdrawn(id), let source = try release.resource(id, resource) else {
        return .notFound
      }
      let query = try RowQuery.parse(items, fields: source.fields)
      // The time counts from the call's arrival, and what nobody waits for any more ends.
      let caller = request.caller
      let page = try source.page(
        query, milliseconds: Self.rowMilliseconds - caller.milliseconds, isUnwanted: { caller.isGone })
      var headers = Self.brief
      if let next = page.next {
        var link = items.filter { $0.name != "after" }.map {
          "\(Percent.encode($0.name))=\(Percent.encode($0.value))"
        }
        if let resource { link.append("resource=\(Percent.encode(resource))") }
        link.append("after=\(Percent.encode(next))")
        headers["Link"] = "</api/v1/datasets/\(id)/rows?\(link.joined(separator: "&"))>; rel=\"next\""
      }
      headers["Doorsill-Release"] = String(release.number)
      return .bytes(page.bytes, type: query.format.mediaType, headers: headers)
    } catch let error as QueryError {
      return Self.problem(for: error)
    } catch {
      return .problem(503, code: "rows-unavailable", detail: "The rows cannot be read now. Try again later.")
    }
  }

  /// Milliseconds a row query may take from its arrival; longer is answered 503.
  private static let rowMilliseconds = 5000

  /// The fields of an answer in a language, which `lang` or else `Accept-Language` chose.
  private static func headers(_ items: [String: String]) -> Headers {
    var headers = brief
    if items["lang"] == nil { headers["Vary"] = "Accept-Language" }
    return headers
  }

  /// The language of `lang`, or the best of `Accept-Language`.
  private static func language(_ items: [String: String], _ request: Request, _ release: Release) throws
    -> String
  {
    guard let wanted = items["lang"] else { return GatewayCore.language(request, of: release.settings) }
    guard release.settings.languages.contains(wanted) else {
      throw QueryError(
        .value, parameter: "lang", "'lang' takes one of \(release.settings.languages.joined(separator: ", "))"
      )
    }
    return wanted
  }

  /// A 400 that points at the parameter and the place in it.
  static func problem(for error: QueryError) -> Response {
    var extensions: [JSON.Member] = []
    if let parameter = error.parameter { extensions.append(JSON.Member("parameter", .string(parameter))) }
    if let position = error.position { extensions.append(JSON.Member("position", .number(String(position)))) }
    if let hint = error.hint { extensions.append(JSON.Member("hint", .string(hint))) }
    return Problem(
      status: error.blame == .environment ? 503 : 400, code: "query", detail: error.message,
      extensions: extensions
    ).response(headers: error.blame == .environment ? ["Retry-After": "10"] : [:])
  }

  private static let badQuery = Response.problem(
    400, code: "query", detail: "The query string is not well-formed percent-encoded UTF-8.")
  private static let nothingPublished = Response.problem(
    503, code: "no-release", detail: "Nothing is published yet.", headers: ["Retry-After": "60"])

  /// Runs a call on the current release with its parameters, each known and given once.
  private func answer(
    _ request: Request, known: [String], _ body: (Release, [String: String]) throws -> Response
  ) -> Response {
    guard let release = try? releases.current() else { return Self.nothingPublished }
    guard let items = request.queryItems() else { return Self.badQuery }
    var values: [String: String] = [:]
    for (name, value) in items {
      guard known.contains(name) else {
        let near = nearest(name, in: known).map { "; did you mean '\($0)'?" } ?? ""
        return .problem(400, code: "query", detail: "There is no parameter '\(name)' here\(near)")
      }
      guard values.updateValue(value, forKey: name) == nil else {
        return .problem(400, code: "query", detail: "The parameter '\(name)' is given twice.")
      }
    }
    do {
      return try body(release, values)
    } catch let error as QueryError {
      return Self.problem(for: error)
    } catch {
      return .problem(
        503, code: "catalogue-unavailable", detail: "The catalogue cannot be read now. Try again later.")
    }
  }

  private static func limit(_ items: [String: String], usual: Int, most: Int) throws -> Int {
    guard let text = items["limit"] else { return usual }
    guard let limit = Int(text), (1...most).contains(limit) else {
      throw QueryError(.value, parameter: "limit", "'limit' takes a whole number from 1 to \(most)")
    }
    return limit
  }
}
