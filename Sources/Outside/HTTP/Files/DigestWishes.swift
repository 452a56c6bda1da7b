import Bytes
import Trust

/// What a caller says about digests (RFC 9530 §4): the representation's is sent unless it is not wanted, the content's
/// only where it is. SHA-256 is the one algorithm there is.
struct DigestWishes {
  private let wantsRepr: Bool
  private let wantsContent: Bool

  /// nil where nothing was said.
  init?(_ fields: SelectingFields, in bytes: [UInt8]) {
    guard !fields.wantsReprDigest.isEmpty || !fields.wantsContentDigest.isEmpty else { return nil }
    wantsRepr = DigestWishes.preference(fields.wantsReprDigest, bytes) != 0
    wantsContent = DigestWishes.preference(fields.wantsContentDigest, bytes) ?? 0 > 0
  }

  /// The preference for SHA-256, 0 to 10; nil where the field is absent, says nothing about it or is no dictionary.
  private static func preference(_ values: [Range<Int>], _ bytes: [UInt8]) -> Int? {
    guard !values.isEmpty else { return nil }
    let joined = Array(values.map { bytes[$0] }.joined(separator: [Octet.comma]))
    return (try? StructuredFieldParser.dictionary(joined))?.integer("sha-256")
  }

  func apply(to response: Response, of form: Representation) -> Response {
    var response = response
    let whole = response.headers["Repr-Digest"]
    if !wantsRepr { response.headers["Repr-Digest"] = nil }
    guard wantsContent else { return response }
    if response.status == 200 {
      response.headers["Content-Digest"] = whole
    } else if case .pieces(let pieces) = response.body {
      // What lies in a large file is not read only to be digested.
      var content: [UInt8] = []
      for piece in pieces {
        guard case .bytes(let bytes) = piece else { return response }
        content += bytes
      }
      response.headers["Content-Digest"] = "sha-256=:\(Base64.encode(Digest.sha256(content))):"
    }
    return response
  }
}
