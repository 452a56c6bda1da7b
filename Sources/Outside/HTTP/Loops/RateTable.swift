import Bytes

/// A token bucket for each address. One table a loop, so no lock: an address whose connections fall on several
/// loops has the rate on each.
struct RateTable {
  private struct Bucket {
    /// Tokens left, in thousandths.
    var tokens: Int64
    var at: Int64
  }

  private var buckets: [NetworkAddress: Bucket] = [:]
  private let perSecond: Int64
  private let capacity: Int64
  /// Addresses remembered at once; beyond it the full buckets are forgotten, which costs nobody anything.
  private static let room = 65_536

  init(perSecond: Int, burst: Int) {
    self.perSecond = Int64(perSecond)
    capacity = Int64(max(burst, perSecond)) * 1000
  }

  /// Takes one token; false where there is none.
  mutating func admits(_ address: NetworkAddress, now: Int64) -> Bool {
    if buckets.count >= RateTable.room, buckets[address] == nil { sweep(now) }
    var bucket = buckets[address] ?? Bucket(tokens: capacity, at: now)
    bucket.tokens = min(capacity, bucket.tokens + (now - bucket.at) * perSecond)
    bucket.at = now
    let admitted = bucket.tokens >= 1000
    if admitted { bucket.tokens -= 1000 }
    buckets[address] = bucket
    return admitted
  }

  /// What an address without tokens is told (draft-ietf-httpapi-ratelimit-headers-11): its tokens come back at once, but
  /// fields count whole seconds.
  var refusal: Response {
    let problem = Problem(
      status: 429, code: "too-many-requests",
      title: "Request cannot be satisfied as assigned quota has been exceeded",
      detail: "This address sends more requests than the server takes.",
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
      extensions: [JSON.Member("violated-policies", .array([.string("address")]))])
    return problem.response(headers: [
      "Retry-After": "1", "RateLimit-Policy": "\"address\";q=\(perSecond);w=1",
      "RateLimit": "\"address\";r=0;t=1",
    ])
  }

  private mutating func sweep(_ now: Int64) {
    buckets = buckets.filter { $0.value.tokens + (now - $0.value.at) * perSecond < capacity }
    if buckets.count >= RateTable.room { buckets.removeAll() }
  }
}
