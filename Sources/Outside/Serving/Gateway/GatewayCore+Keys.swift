import Access
import Bytes
import HTTP
import Releases
import Trust

extension GatewayCore {
  /// `POST /v1/keys`: a new API key for the certificate that calls, shown once. The first needs the certificate alone;
  /// later ones a live key, and there are two at most, so that a client can change over and then revoke the old one.
  func makeKey(_ request: Request) -> Response {
    do {
      let call = try call(request)
      let maker: (client: Client, certificate: ClientCertificate, live: [APIKey])
      do throws(Denial) {
        maker = try access.keyMaker(call)
      } catch {
        throw refuse(error, request, dataset: nil, result: nil)
      }
      guard request.body.isEmpty else {
        throw GatewayRefusal(
          400, code: "body", detail: "A key is made without a body: it is the caller's own.")
      }
      guard maker.live.count < AccessStore.keysPerCertificate else { throw Self.tooManyKeys(maker.live) }
      let release = try currentRelease()
      let (id, text) = try make(
        maker.client, maker.certificate, days: release.settings.lifetimes.keyDays, request,
        // Whoever came without a key makes the first one and no other.
        limit: call.bearer == nil ? 1 : AccessStore.keysPerCertificate)
      let expires = answers.time(request.receivedAt).adding(days: release.settings.lifetimes.keyDays)
      return .json(
        [
          "id": .string(id), "key": .string(text), "expires": .string(expires.rfc3339),
          "x5t#S256": .string(maker.certificate.thumbprint),
        ], status: 201, headers: ["Cache-Control": "private, no-store"])
    } catch let refusal as GatewayRefusal {
      return refusal.response
    } catch {
      return Self.unavailable.response
    }
  }

  private func make(
    _ client: Client, _ certificate: ClientCertificate, days: Int, _ request: Request, limit: Int
  ) throws(GatewayRefusal) -> (id: String, text: String) {
    do {
      return try access.createKey(
        thumbprint: certificate.thumbprint, days: days, by: Author(client: client.id),
        now: answers.time(request.receivedAt), limit: limit)
    } catch let error as AccessError where error.code == .tooManyKeys {
      throw Self.tooManyKeys([])
    } catch {
      throw Self.unavailable
    }
  }

  /// - Parameter live: the keys there are; none where they were made by a call that came at the same time.
  private static func tooManyKeys(_ live: [APIKey]) -> GatewayRefusal {
    let ids = live.map(\.id).sorted().joined(separator: ", ")
    let detail =
      live.isEmpty
      ? "This certificate has got all the keys it may have by other calls at the same time."
      : "There are two live keys for this certificate: \(ids). Revoke one with DELETE /v1/keys/{id}."
    return GatewayRefusal(409, code: "too-many-keys", detail: detail)
  }

  /// `DELETE /v1/keys/{id}`: revokes a key of the caller's own, at once. It may be the one the call is made with.
  func revokeKey(_ request: Request) -> Response {
    do {
      let identity = try identity(request)
      let id = request.parameters["id"] ?? ""
      guard let key = try? access.keys().first(where: { $0.id == id }), key.client == identity.client.id,
        key.revoked == nil
      else { return .notFound }
      do {
        try access.revokeKey(
          id, by: Author(client: identity.client.id), now: answers.time(request.receivedAt))
      } catch {
        return Self.unavailable.response
      }
      return Response(status: 204, headers: ["Cache-Control": "private, no-store"])
    } catch {
      return error.response
    }
  }
}
