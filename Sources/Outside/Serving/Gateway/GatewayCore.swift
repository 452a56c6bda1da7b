import Access
import Bytes
import HTTP
import Ledgers
import Releases
import Trust

/// Why a call of the gateway has no answer: a problem for the caller, and nothing that could be taken for an answer.
struct GatewayRefusal: Error {
  let problem: Problem
  var headers: Headers = [:]
  /// Whether the log has the answer all the same: then the call counts.
  var isLogged = false

  init(_ problem: Problem, headers: Headers = [:]) {
    self.problem = problem
    self.headers = headers
  }

  init(_ status: Int, code: String, detail: String, headers: Headers = [:]) {
    self.init(Problem(status: status, code: code, detail: detail), headers: headers)
  }

  var response: Response { problem.response(headers: headers) }
}

/// What the gateway's handlers work with.
struct GatewayCore: Sendable {
  let releases: ReleaseStore
  let access: AccessStore
  let answers: Answers
  let desk: TupleDesk

  // MARK: Who is calling

  /// The call as Access judges it, from what TLS proved and the `Authorization` field (RFC 6750 §2.1).
  func call(
    _ request: Request, dataset: String = "", result: String = "", dryRun: Bool = false,
    setting: ResultSetting? = nil
  ) throws(GatewayRefusal) -> Call {
    guard let certificate = request.peer.certificate else {
      throw GatewayRefusal(
        403, code: "certificate-required", detail: "This address needs a client certificate.")
    }
    return Call(
      publicKeyHash: certificate.publicKeyHash, issuerKeyHash: certificate.issuerKeyHash,
      thumbprint: certificate.thumbprint, bearer: Self.bearer(request), dataset: dataset, result: result,
      purpose: request.headers["Doorsill-Purpose"], resultExists: setting != nil,
      needsSecondPerson: setting?.needsSecondPerson ?? false, level: setting?.level, dryRun: dryRun,
      now: answers.time(request.receivedAt))
  }

  private static func bearer(_ request: Request) -> String? {
    guard request.headers.count("Authorization") == 1, let field = request.headers["Authorization"] else {
      return nil
    }
    let parts = field.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return String(parts[1])
  }

  /// Writes a denial down and says it. The first of a client for a reason in a minute is an entry of its own, later ones
  /// and those of strangers are counted.
  func refuse(_ denial: Denial, _ request: Request, dataset: String?, result: String?) -> GatewayRefusal {
    if let client = denial.client {
      var members: [JSON.Member] = []
      if let key = denial.keyID { members.append(JSON.Member("key", .string(key))) }
      if let grant = denial.grant { members.append(JSON.Member("grant", .number(String(grant)))) }
      if let dataset { members.append(JSON.Member("dataset", .string(dataset))) }
      if let result { members.append(JSON.Member("result", .string(result))) }
      members.append(JSON.Member("administrative", JSON(access.administrative)))
      do {
        try answers.tellRefusal(
          of: client, code: denial.code.rawValue, members, now: answers.time(request.receivedAt))
      } catch {
        return Self.unavailable
      }
    } else {
      answers.countAnonymousRefusal()
    }
    var headers: Headers = [:]
    if denial.code.status == 401 {
      headers["WWW-Authenticate"] = denial.code == .keyRequired ? "Bearer" : "Bearer error=\"invalid_token\""
    }
    if let seconds = denial.retryAfter { headers["Retry-After"] = String(seconds) }
    for (name, value) in denial.minute.map(RateLimitFields.fields) ?? [] { headers[name] = value }
    if denial.code == .notFound { return GatewayRefusal(.notFound) }
    return GatewayRefusal(
      denial.code.status, code: denial.code.rawValue, detail: denial.code.detail, headers: headers)
  }

  /// The log cannot be written, so nothing is answered: no answer without an entry.
  static let unavailable = GatewayRefusal(
    503, code: "log-unavailable",
    detail: "The answer could not be logged, so it is not given. Try again later.",
    headers: ["Retry-After": "60"])

  /// The log has the answer and its receipt cannot be signed, so nothing is answered; the call counts, as the log says.
  static var unsigned: GatewayRefusal {
    var refusal = GatewayRefusal(
      500, code: "receipt-unsigned",
      detail:
        "The answer is in the log, but its receipt could not be signed, so it is not given. Tell the operator."
    )
    refusal.isLogged = true
    return refusal
  }

  static let noRelease = GatewayRefusal(
    503, code: "no-release", detail: "Nothing is published yet.", headers: ["Retry-After": "60"])

  func currentRelease() throws(GatewayRefusal) -> Release {
    guard let release = try? releases.current(), (try? answers.recognise(release, in: access)) != nil else {
      throw Self.noRelease
    }
    return release
  }

  func identity(_ request: Request) throws(GatewayRefusal) -> Identity {
    let call = try call(request)
    do {
      return try access.identify(call)
    } catch {
      throw refuse(error, request, dataset: nil, result: nil)
    }
  }

  /// The first of the languages the caller accepts that the portal speaks.
  static func language(_ request: Request, of settings: Settings) -> String {
    language(accepting: request.headers["Accept-Language"] ?? "", of: settings.languages)
  }

  /// The best of the languages for an `Accept-Language` field (RFC 9110 §12.5.4): by weight, then in its order; a
  /// weight of 0 is a no. The first of the languages where none is wanted.
  static func language(accepting field: String, of languages: [String]) -> String {
    let wanted = field.split(separator: ",").compactMap { item -> (String, Double)? in
      let parts = item.split(separator: ";").map { $0.filter { $0 != " " } }
      guard let tag = parts.first, !tag.isEmpty else { return nil }
      let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
      return (String(tag.prefix { $0 != "-" }).lowercased(), weight)
    }
    let best = wanted.enumerated().sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }
    return best.first { languages.contains($0.element.0) && $0.element.1 > 0 }?.element.0 ?? languages.first
      ?? "en"
  }
}
