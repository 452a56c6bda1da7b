import Bytes
import Trust

/// The text of an API key: `dsk_`, 32 random bytes and a checksum of three bytes, in base64url.
///
/// The checksum tells a mistyped key from a wrong one without a look at any store.
package enum KeyText {
  static let prefix = "dsk_"
  static let randomBytes = 32

  static func make() throws -> String {
    let body = prefix + Base64.encodeURL(try Random.bytes(randomBytes))
    return body + checksum(of: body)
  }

  private static func checksum(of body: String) -> String {
    Base64.encodeURL(Array(Digest.sha256(Array(body.utf8)).prefix(3)))
  }

  /// True for a text that this portal could have issued.
  static func isWellFormed(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard text.hasPrefix(prefix), bytes.count == 4 + 43 + 4 else { return false }
    let body = String(decoding: bytes.prefix(47), as: UTF8.self)
    return constantTimeEqual(Array(checksum(of: body).utf8), Array(bytes.suffix(4)))
  }
}
