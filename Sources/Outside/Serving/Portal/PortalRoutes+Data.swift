import Bytes
import HTTP
import Releases

extension PortalRoutes {
  /// `GET /api/v1/datasets`: every dataset of the catalogue with its public metadata, paged by `limit` and `after`.
  func datasets(_ request: Request) -> Response {
    answer(request, known: ["limit", "after"]) { release, items in
      let limit = try Self.limit(items, usual: 100, most: 1000)
      let all = try release.datasets().filter { !releases.isWithdrawn($0["name"]?.string ?? "") }
      let after = items["after"] ?? ""
      let rest = all.filter { after.isEmpty || ($0["name"]?.string ?? "") > after }
      let page = Array(rest.prefix(limit))
      var headers = Self.brief
      if rest.count > limit, let last = page.last?["name"]?.string {
        headers["Link"] = "</api/v1/datasets?limit=\(limit)&after=\(Percent.encode(last))>; rel=\"next\""
      }
      return .json(["total": .number(String(all.count)), "datasets": .array(page)], headers: headers)
    }
  }

  /// `GET /api/v1/datasets/{id}`: one dataset's public metadata.
  func dataset(_ request: Request) -> Response {
    answer(request, known: []) { release, _ in
      let id = request.parameters["id"] ?? ""
      guard !releases.isWithdrawn(id), let entry = try release.dataset(id) else { return .notFound }
      return .json(entry, headers: Self.brief)
    }
  }

  /// `GET /api/v1/search?q=`: datasets by their words, best first.
  func search(_ request: Request) -> Response {
    answer(request, known: ["q", "limit", "lang"]) { release, items in
      let language = items["lang"].flatMap { release.settings.languages.contains($0) ? $0 : nil }
      let found = try release.search(
        items["q"] ?? "", language: language ?? GatewayCore.language(request, of: release.settings),
        limit: try Self.limit(items, usual: 20, most: 100))
      return .json(
        ["results": .array(found.filter { !releases.isWithdrawn($0["name"]?.string ?? "") })], headers: Self.brief)
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
    guard !releases.isWithdrawn(id), let source = release.resource(id, resource) else { return .notFound }
    do {
      let query = try RowQuery.parse(items, fields: source.fields)
      let page = try release.rows(source, query: query)
      var headers = Self.brief
      if let next = page.next {
        var link = items.filter { $0.name != "after" }.map { "\(Percent.encode($0.name))=\(Percent.encode($0.value))" }
        if let resource { link.append("resource=\(Percent.encode(resource))") }
        link.append("after=\(Percent.encode(next))")
        headers["Link"] = "</api/v1/datasets/\(id)/rows?\(link.joined(separator: "&"))>; rel=\"next\""
      }
      headers["Doorsill-Release"] = String(release.number)
      return .bytes(page.body, type: query.format.mediaType, headers: headers)
    } catch let error as QueryError {
      return Self.problem(for: error)
    } catch {
      return .problem(503, code: "rows-unavailable", detail: "The rows cannot be read now. Try again later.")
    }
  }

  /// A 400 that points at the parameter and the place in it.
  static func problem(for error: QueryError) -> Response {
    var extensions: [JSON.Member] = []
    if let parameter = error.parameter { extensions.append(JSON.Member("parameter", .string(parameter))) }
    if let position = error.position { extensions.append(JSON.Member("position", .number(String(position)))) }
    if let hint = error.hint { extensions.append(JSON.Member("hint", .string(hint))) }
    return Problem(
      status: error.code == .timeout ? 503 : 400, code: "query", detail: error.message, extensions: extensions
    ).response(headers: ["Access-Control-Allow-Origin": "*"])
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
      return .problem(503, code: "catalogue-unavailable", detail: "The catalogue cannot be read now. Try again later.")
    }
  }

  private static func limit(_ items: [String: String], usual: Int, most: Int) throws -> Int {
    guard let text = items["limit"] else { return usual }
    guard let limit = Int(text), (1...most).contains(limit) else {
      throw QueryError(.badValue, parameter: "limit", "'limit' takes a whole number from 1 to \(most)")
    }
    return limit
  }
}
