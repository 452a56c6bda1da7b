import Access
import Bytes
import HTTP
import Ledgers
import Releases
import Trust

extension GatewayCore {
  /// `GET /v1/me`: who the caller is to the portal, what it may call, and what will end when.
  func me(_ request: Request) -> Response {
    answered(request) { (identity, release) in
      let now = answers.time(request.receivedAt)
      return [
        "client": .string(identity.client.id), "name": .string(identity.client.name),
        "key": ["id": .string(identity.key.id), "expires": .string(identity.key.expires.rfc3339)],
        "certificate": [
          "x5t#S256": .string(identity.certificate.thumbprint),
          "serial": .string(identity.certificate.serial),
          "notAfter": .string(identity.certificate.notAfter.rfc3339),
        ],
        "grants": .array(access.grants(of: identity.client.id).map { grant($0, now: now) }),
      ]
    }
  }

  /// `GET /v1/results`: the results the caller holds a grant for. Others look like absence.
  func results(_ request: Request) -> Response {
    answered(request, ["Vary": "Accept-Language"]) { (identity, release) in
      let language = Self.language(request, of: release.settings)
      let granted = access.grants(of: identity.client.id)
      let open = release.settings.results.filter { setting in
        !releases.isWithdrawn(setting.dataset)
          && granted.contains {
            $0.dataset == setting.dataset && $0.result == setting.result && $0.status == .active
          }
      }
      return [
        "results": .array(
          open.map { setting in
            var members: [JSON.Member] = [
              JSON.Member("dataset", .string(setting.dataset)),
              JSON.Member("result", .string(setting.result)),
              JSON.Member("kind", .string(setting.kind.rawValue)),
              JSON.Member("title", .string(setting.title(language))),
              JSON.Member("level", .string(setting.level)), JSON.Member("profile", .string(setting.profile)),
              JSON.Member("href", .string("/v1/results/\(setting.dataset)/\(setting.result)")),
            ]
            if let stored = try? release.result(setting.dataset, setting.result), let tags = stored.tags {
              members += Self.description(of: tags, language)
            } else if let stored = try? release.result(setting.dataset, setting.result) {
              members.append(JSON.Member("tables", .array(stored.publishedTables.map { JSON($0) })))
              members.append(JSON.Member("columns", JSON(stored.columns.map(\.name))))
              members.append(JSON.Member("statistics", .array(stored.statistics(language))))
            }
            return .object(members)
          })
      ]
    }
  }

  /// What a caller has to know of a `verify` or `score`.
  private static func description(of tags: StoredTags, _ language: String) -> [JSON.Member] {
    func fields(_ fields: [StoredTags.Field]) -> JSON {
      .array(
        fields.map {
          [
            "name": .string($0.name), "title": .string($0.title(language)), "form": .string($0.form.rawValue),
            "hint": .string(TupleCall.hint($0.form)),
          ]
        })
    }
    return [
      JSON.Member("subject", fields(tags.subject)), JSON.Member("claims", fields(tags.claims)),
      JSON.Member("values", JSON(tags.values)), JSON.Member("meaning", .string(tags.meaning(language))),
      JSON.Member("responsible", .string(tags.responsible(language))),
      JSON.Member("needsConsent", .bool(tags.needsConsent)), JSON.Member("price", tags.price),
      JSON.Member("example", .string(TupleCall.example(tags))),
    ]
  }

  /// `GET /v1/receipts/{index}`: the proof that an answer's entry is in the log, as C2SP tlog-proof. Only the
  /// client of the answer may ask.
  func proof(_ request: Request) -> Response {
    do {
      let identity = try identity(request)
      guard let index = Int(request.parameters["index"] ?? ""), index >= 0, index < answers.ledger.size,
        let entry = try? answers.ledger.entry(at: index), entry["client"]?.string == identity.client.id,
        let proof = try? answers.ledger.proof(of: index)
      else { return .notFound }
      return .bytes(
        Array(proof.utf8), type: "text/plain; charset=utf-8", headers: ["Cache-Control": "private, no-store"])
    } catch {
      return error.response
    }
  }

  private func answered(
    _ request: Request, _ headers: Headers = [:], _ body: (Identity, Release) -> JSON
  ) -> Response {
    do {
      let identity = try identity(request)
      var headers = headers
      headers["Cache-Control"] = "private, no-store"
      return .json(body(identity, try currentRelease()), headers: headers)
    } catch {
      return error.response
    }
  }

  private func grant(_ grant: Grant, now: Timestamp) -> JSON {
    [
      "grant": .number(String(grant.id)), "dataset": .string(grant.dataset), "result": .string(grant.result),
      "purpose": .string(grant.purpose), "status": .string(grant.status.rawValue),
      "starts": .string(grant.starts.rfc3339),
      "ends": .string(grant.ends.rfc3339), "callsPerDay": .number(String(grant.callsPerDay)),
      "remaining": .number(String(max(0, grant.callsPerDay - access.used(grant.id, on: now)))),
    ]
  }
}
