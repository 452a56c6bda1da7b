import Access
import Bytes
import HTTP
import Ledgers
import Releases
import Trust

extension GatewayCore {
  /// `GET /v1/results/{dataset}/{result}`: cells of a published statistic, listed and never merged.
  func statistic(_ request: Request) -> Result<Receipted, GatewayRefusal> {
    do {
      return .success(try answer(request))
    } catch {
      return .failure(error)
    }
  }

  private func answer(_ request: Request) throws(GatewayRefusal) -> Receipted {
    let dataset = request.parameters["dataset"] ?? ""
    let name = request.parameters["result"] ?? ""
    let release = try currentRelease()
    let setting = releases.isWithdrawn(dataset) ? nil : release.settings.result(dataset, name)
    let stored = setting == nil ? nil : try? release.result(dataset, name)
    let query = Self.parse(request, stored)
    // A question that will not be answered costs nothing, but is still judged: whoever may not ask learns nothing
    // about its form.
    let costsNothing = (try? query.get())?.dryRun ?? true
    let admission: Admission
    do {
      var call = try call(
        request, dataset: dataset, result: name, dryRun: costsNothing, setting: stored == nil ? nil : setting)
      call.callsPerMinute = release.settings.quotas.callsPerMinute
      admission = try access.admit(call)
    } catch let denial as Denial {
      throw refuse(denial, request, dataset: dataset, result: name)
    } catch let refusal as GatewayRefusal {
      throw refusal
    } catch {
      throw Self.unavailable
    }
    guard let stored, let setting else { throw GatewayRefusal(.notFound) }
    guard stored.tags == nil else {
      throw GatewayRefusal(.notAllowed(.get), headers: ["Allow": "POST, OPTIONS"])
    }
    switch query {
    case .failure(let error):
      throw GatewayRefusal(Self.problem(for: error))
    case .success(let query):
      let asked = query.language.flatMap { release.settings.languages.contains($0) ? $0 : nil }
      let language = asked ?? Self.language(request, of: release.settings)
      let format = query.format ?? ResultQuery.Format.accepted(request.headers["Accept"] ?? "")
      let answer = release.answer(stored, query: query)
      let body = query.dryRun ? Self.rehearsal(answer, admission) : answer.body(format, language: language)
      let type = query.dryRun ? "application/json" : format.mediaType
      return try seal(body, type: type, request, admission, setting, stored, release)
    }
  }

  private static func parse(_ request: Request, _ stored: StoredResult?) -> Result<ResultQuery, QueryError> {
    guard let stored, let items = request.queryItems() else { return .failure(.result) }
    do {
      return .success(try ResultQuery.parse(items, of: stored))
    } catch {
      return .failure(error)
    }
  }

  private static func problem(for error: QueryError) -> Problem {
    var extensions: [JSON.Member] = []
    if let hint = error.hint { extensions.append(JSON.Member("hint", .string(hint))) }
    return Problem(status: 400, code: "query", detail: error.message, extensions: extensions)
  }

  /// What `dry_run=true` tells: that the call would be answered, and how much of it.
  private static func rehearsal(_ answer: ResultAnswer, _ admission: Admission) -> [UInt8] {
    let json: JSON = [
      "dataset": .string(answer.result.dataset), "result": .string(answer.result.result),
      "release": .number(String(answer.release)), "dryRun": true, "cells": .number(String(answer.cellCount)),
      "withheld": .number(String(answer.withheldCount)), "remaining": .number(String(admission.remaining)),
    ]
    return json.serialized()
  }

  /// What the log keeps of a check of single records beside what it keeps of every answer. The request names a person,
  /// so its hash is salted: the salt goes into the receipt, which the caller alone has.
  struct Check {
    /// One for each tuple.
    let entries: [JSON]
  }

  /// Writes the answer down and signs for it. Only what is durable in the log is answered.
  func seal(
    _ body: [UInt8], type: String, _ request: Request, _ admission: Admission, _ setting: ResultSetting,
    _ stored: StoredResult, _ release: Release, check: Check? = nil
  ) throws(GatewayRefusal) -> Receipted {
    let identity = admission.identity
    var salt: [UInt8] = []
    if check != nil {
      do {
        salt = try Random.bytes(16)
      } catch {
        access.takeBack(admission)
        throw Self.unavailable
      }
    }
    let requestHash = Hex.encode(Digest.sha256(salt + Self.signedRequest(request)))
    let answerHash = Hex.encode(Digest.sha256(body))
    let time = answers.time(request.receivedAt)
    let provider = "\(setting.provider("en")) (\(setting.providerPerson))"
    let manager = release.settings.manager("en")
    let consumer = "\(identity.client.name) (\(identity.client.id))"
    var entry: JSON = [
      "administrative": JSON(access.administrative), "answer": .string(answerHash),
      "client": .string(identity.client.id),
      "dataset": .string(setting.dataset),
      "dryRun": .bool(admission.dryRun), "event": "answer", "grant": .number(String(admission.grant.id)),
      "key": .string(identity.key.id), "manager": .string(manager), "provider": .string(provider),
      "purpose": .string(admission.grant.purpose), "release": .number(String(release.number)),
      "request": .string(requestHash), "result": .string(setting.result),
      "thumbprint": .string(identity.certificate.thumbprint), "time": .string(time.rfc3339),
    ]
    if let check { entry["tuples"] = .array(check.entries) }
    let written: Ledger.Entry
    do {
      written = try answers.ledger.append(entry)
    } catch {
      // What is not in the log is not counted either.
      access.takeBack(admission)
      throw Self.unavailable
    }
    do {
      let receipt = try Receipt(
        Receipt.Claims(
          requestHash: requestHash, answerHash: answerHash, release: release.number,
          policy: release.settings.policyHash, protection: stored.protection, keyID: identity.key.id,
          certificateThumbprint: identity.certificate.thumbprint, provider: provider, manager: manager,
          consumer: consumer, purpose: admission.grant.purpose, time: written.time,
          ledgerIndex: written.index, ledgerOrigin: answers.origin,
          requestSalt: salt.isEmpty ? nil : Hex.encode(salt), ledgerLeaf: Hex.encode(written.leafHash),
          ledgerHead: answers.ledger.signedHead.map { ($0.size, Hex.encode($0.root)) }),
        signedWith: answers.receiptKey)
      return Receipted(body, type: type, status: 200, admission: admission, entry: written, receipt: receipt)
    } catch {
      throw Self.unsigned
    }
  }

  /// The bytes behind `requestHash`: method, a space, the path and query as sent, a line feed, and the body.
  static func signedRequest(_ request: Request) -> [UInt8] {
    let target = request.path + (request.query.map { "?" + $0 } ?? "")
    return Array("\(request.method) \(target)\n".utf8) + request.body
  }
}
