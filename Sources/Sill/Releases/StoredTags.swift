package import Bytes
import Trust

/// The keyed tags of a `verify` or `score` result (DISCLOSURE a.12): sorted, of one length, each followed by a score's
/// masked answer. Without the verify key they recognise nothing.
package struct StoredTags: Sendable, Equatable {
  /// Names of the subject's fields and of the claims, in the order they are joined.
  package let subject: [String]
  package let claims: [String]
  /// scrypt's cost (RFC 7914).
  package let n: Int
  package let r: Int
  package let p: Int
  package let tagLength: Int
  package let answerLength: Int
  /// The declared values of a score, in order; empty for `verify`.
  package let values: [String]
  package let needsConsent: Bool
  private let bytes: [UInt8]

  /// Reads Disclosure's description of the tags and takes the tags themselves; nil where they do not fit together.
  package init?(json: JSON, bytes: [UInt8]) {
    guard let subject = json["subject"]?.array?.compactMap(\.string),
      let claims = json["claims"]?.array?.compactMap(\.string), let n = json["scrypt"]?["n"]?.int,
      let r = json["scrypt"]?["r"]?.int, let p = json["scrypt"]?["p"]?.int,
      let tagLength = json["tagLength"]?.int, tagLength > 0, let answerLength = json["answerLength"]?.int,
      answerLength >= 0, let count = json["count"]?.int, count >= 0,
      let values = json["values"]?.array?.compactMap(\.string), let needsConsent = json["needsConsent"]?.bool,
      bytes.count == count * (tagLength + answerLength)
    else { return nil }
    self.subject = subject
    self.claims = claims
    self.n = n
    self.r = r
    self.p = p
    self.tagLength = tagLength
    self.answerLength = answerLength
    self.values = values
    self.needsConsent = needsConsent
    self.bytes = bytes
  }

  /// The description, as `init(json:bytes:)` reads it.
  package var json: JSON {
    [
      "subject": JSON(subject), "claims": JSON(claims), "scrypt": ["n": JSON(n), "r": JSON(r), "p": JSON(p)],
      "tagLength": JSON(tagLength), "answerLength": JSON(answerLength), "count": JSON(count),
      "values": JSON(values), "needsConsent": JSON(needsConsent),
    ]
  }

  package var count: Int { bytes.count / (tagLength + answerLength) }

  /// What follows that tag: nil where it is not among the tags, empty for `verify`. The same number of steps is taken
  /// whether it is there or not, and tags are compared in constant time.
  package func answer(to tag: [UInt8]) -> [UInt8]? {
    guard tag.count == tagLength, count > 0 else { return nil }
    let stride = tagLength + answerLength
    var (low, length) = (0, count)
    while length > 1 {
      let half = length / 2
      let start = (low + half) * stride
      if !tag.lexicographicallyPrecedes(bytes[start..<start + tagLength]) { low += half }
      length -= half
    }
    let start = low * stride
    let found = constantTimeEqual(Array(bytes[start..<start + tagLength]), tag)
    return found ? Array(bytes[start + tagLength..<start + stride]) : nil
  }
}
