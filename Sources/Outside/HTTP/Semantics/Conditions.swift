import Bytes

/// Judges preconditions in the order of RFC 9110 §13.2.2.
enum Conditions {
  enum Verdict: Equatable { case proceed, notModified, failed }

  /// - Parameters:
  ///   - etag: the current strong tag with its quotes; nil where there is no representation.
  ///   - modified: seconds since 1970 of the last change.
  ///   - isRead: the method is GET or HEAD.
  static func judge(
    _ fields: SelectingFields, in bytes: [UInt8], etag: [UInt8], modified: Int64, isRead: Bool
  ) -> Verdict {
    if !fields.ifMatch.isEmpty {
      guard matches(fields.ifMatch, in: bytes, etag, weakly: false) else { return .failed }
    } else if let since = fields.ifUnmodifiedSince, let date = date(bytes, since), modified > date {
      return .failed
    }
    if !fields.ifNoneMatch.isEmpty {
      guard matches(fields.ifNoneMatch, in: bytes, etag, weakly: true) else { return .proceed }
      return isRead ? .notModified : .failed
    }
    if isRead, let since = fields.ifModifiedSince, let date = date(bytes, since), modified <= date {
      return .notModified
    }
    return .proceed
  }

  /// Whether a range may be answered for `If-Range` (RFC 9110 §13.1.5): a strong tag that is the same, or a date
  /// that is the same and old enough to be a strong validator (§8.8.2.2).
  static func rangeStillFits(
    _ bytes: [UInt8], _ value: Range<Int>?, etag: [UInt8], modified: Int64, now: Int64
  ) -> Bool {
    guard let value else { return true }
    if value.count == etag.count, bytes[value].elementsEqual(etag) { return true }
    guard let first = value.first, bytes[first] != Octet.quote, bytes[first] != 0x57 else { return false }
    return date(bytes, value) == modified && modified < now - 60
  }

  /// Whether `*` or one tag of the lists is the current one.
  private static func matches(
    _ values: [Range<Int>], in bytes: [UInt8], _ etag: [UInt8], weakly: Bool
  ) -> Bool {
    if values.count == 1, values[0].count == 1, bytes[values[0].lowerBound] == 0x2A { return true }
    for value in values {
      var at = value.lowerBound
      while at < value.upperBound {
        guard bytes[at] == Octet.quote else {
          at += 1
          continue
        }
        var end = at + 1
        while end < value.upperBound, bytes[end] != Octet.quote { end += 1 }
        guard end < value.upperBound else { break }
        let isWeak =
          at >= value.lowerBound + 2 && bytes[at - 1] == Octet.slash && bytes[at - 2] == 0x57
        if weakly || !isWeak, end + 1 - at == etag.count, bytes[at...end].elementsEqual(etag) { return true }
        at = end + 1
      }
    }
    return false
  }

  static func date(_ bytes: [UInt8], _ range: Range<Int>) -> Int64? {
    Timestamp(httpDate: String(decoding: bytes[range], as: UTF8.self))?.secondsSince1970
  }
}
