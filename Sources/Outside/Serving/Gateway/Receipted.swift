import Access
import Bytes
import HTTP
import Ledgers

/// An answer of the gateway with its proof: it was admitted, its entry is durable in the log, and its receipt is
/// signed. The handlers of results return nothing else, so nothing leaves the gateway without a receipt.
package struct Receipted: Sendable {
  let response: Response

  /// Puts receipt and quota into the answer's header fields.
  init(
    _ body: [UInt8], type: String, status: Int, admission: Admission, entry: Ledger.Entry, receipt: Receipt
  ) {
    var headers: Headers = [
      "Cache-Control": "private, no-store", "Vary": "Accept, Accept-Language",
      "Doorsill-Receipt": receipt.compact,
    ]
    for (name, value) in RateLimitFields.fields(for: admission) { headers[name] = value }
    response = .bytes(body, type: type, status: status, headers: headers)
  }
}

/// `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers, structured fields).
enum RateLimitFields {
  static func fields(for admission: Admission) -> [(String, String)] {
    var policy = "\"daily\";q=\(admission.grant.callsPerDay);w=86400"
    var left = "\"daily\";r=\(admission.remaining);t=\(admission.resetsIn)"
    if let minute = admission.minute {
      policy += ", " + Self.policy(minute)
      left += ", " + Self.left(minute)
    }
    return [("RateLimit-Policy", policy), ("RateLimit", left)]
  }

  /// The fields of a refusal for the minute's quota.
  static func fields(for minute: MinuteQuota) -> [(String, String)] {
    [("RateLimit-Policy", policy(minute)), ("RateLimit", left(minute))]
  }

  private static func policy(_ minute: MinuteQuota) -> String { "\"minute\";q=\(minute.limit);w=60" }

  private static func left(_ minute: MinuteQuota) -> String {
    "\"minute\";r=\(minute.remaining);t=\(minute.resetsIn)"
  }
}
