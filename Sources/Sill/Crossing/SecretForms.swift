package import Bytes
import Glibc
import Trust

/// How a secret value was spelled where it was found.
package enum SecretForm: UInt8, Sendable, CaseIterable {
  case asWritten, normalised, gb18030, utf16LittleEndian, utf16BigEndian
  case valueHex, valueBase64
  case md5Hex, sha1Hex, sha256Hex, sm3Hex, md5Base64, sha1Base64, sha256Base64, sm3Base64

  /// Whether it is a digest of the value.
  var isDigest: Bool { rawValue >= SecretForm.md5Hex.rawValue }

  /// Whether somebody had to encode the value: even a short one does not stand so by chance.
  var isEncoded: Bool { rawValue >= SecretForm.valueHex.rawValue }

  /// For a report.
  package var words: Wording {
    switch self {
    case .asWritten: Wording("as written", "原样")
    case .normalised: Wording("in another spelling", "换一种写法")
    case .gb18030: Wording("in GB18030", "以 GB18030 编码")
    case .utf16LittleEndian, .utf16BigEndian: Wording("in UTF-16", "以 UTF-16 编码")
    case .valueHex: Wording("in hex", "以十六进制")
    case .valueBase64: Wording("in base64", "以 base64")
    case .md5Hex, .md5Base64: Wording("as its MD5", "以其 MD5")
    case .sha1Hex, .sha1Base64: Wording("as its SHA-1", "以其 SHA-1")
    case .sha256Hex, .sha256Base64: Wording("as its SHA-256", "以其 SHA-256")
    case .sm3Hex, .sm3Base64: Wording("as its SM3", "以其 SM3")
    }
  }
}

/// Makes the spellings of a value that are searched for.
final class SecretForms {
  private let converter: iconv_t?

  /// Refuses when the system cannot write GB18030: a scan that misses a spelling is no scan.
  init() throws {
    let opened = iconv_open("GB18030", "UTF-8")
    guard opened != iconv_t(bitPattern: -1) else {
      throw CrossingError(
        .storage, "GB18030", "this system cannot convert to GB18030, so the leak scan cannot search for it",
        hint: "install the gconv modules of the C library")
    }
    converter = opened
  }

  deinit { if let converter { iconv_close(converter) } }

  /// Calls the body with each form: those of `plain` text are searched in the bytes as they are, `folded` ones in the
  /// folded text.
  func forEach(
    _ value: ArraySlice<UInt8>, plain: (SecretForm, [UInt8]) -> Void, folded: (SecretForm, [UInt8]) -> Void
  ) {
    let value = Array(value)
    let normal = TextFold.fold(value)
    plain(.asWritten, value)
    if !normal.isEmpty { folded(.normalised, normal) }
    if let text = stringValidating(value) {
      if !value.allSatisfy({ $0 < 0x80 }), let bytes = gb18030(value) { plain(.gb18030, bytes) }
      plain(.utf16LittleEndian, text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
      plain(.utf16BigEndian, text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
    }
    encode(value, plain, folded)
    if normal != value, !normal.isEmpty { encode(normal, plain, folded) }
  }

  private func encode(
    _ bytes: [UInt8], _ plain: (SecretForm, [UInt8]) -> Void, _ folded: (SecretForm, [UInt8]) -> Void
  ) {
    digests(of: bytes, plain, folded)
    guard bytes.count >= Self.shortestEncoded else { return }
    folded(.valueHex, Array(Hex.encode(bytes).utf8))
    base64(.valueBase64, Array(Base64.encodeURL(bytes).utf8), plain)
    guard bytes.count >= Self.shortestShifted else { return }
    // Inside a longer text that is encoded as a whole, a value begins at one of three places of a group of four; the
    // letters that also hold bits of its neighbours are left off.
    for shift in 0..<3 {
      let url = Array(Base64.encodeURL([UInt8](repeating: 0, count: shift) + bytes).utf8)
      let first = shift == 0 ? 0 : shift + 1
      base64(.valueBase64, Array(url[first..<(shift + bytes.count) * 8 / 6]), plain)
    }
  }

  /// Bytes of the shortest value whose hex and base64 are searched for, and of the shortest one inside longer base64.
  private static let shortestEncoded = 6
  private static let shortestShifted = 10

  /// Both alphabets, which differ in two characters; padding, if any, follows.
  private func base64(_ form: SecretForm, _ url: [UInt8], _ plain: (SecretForm, [UInt8]) -> Void) {
    plain(form, url)
    guard url.contains(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }) else { return }
    plain(
      form,
      url.map {
        $0 == UInt8(ascii: "-") ? UInt8(ascii: "+") : $0 == UInt8(ascii: "_") ? UInt8(ascii: "/") : $0
      })
  }

  private func digests(
    of bytes: [UInt8], _ plain: (SecretForm, [UInt8]) -> Void, _ folded: (SecretForm, [UInt8]) -> Void
  ) {
    for (digest, hex, coded) in [
      (Digest.md5(bytes), SecretForm.md5Hex, SecretForm.md5Base64),
      (Digest.sha1(bytes), .sha1Hex, .sha1Base64),
      (Digest.sha256(bytes), .sha256Hex, .sha256Base64), (Digest.sm3(bytes), .sm3Hex, .sm3Base64),
    ] {
      folded(hex, Array(Hex.encode(digest).utf8))
      base64(coded, Array(Base64.encodeURL(digest).utf8), plain)
    }
  }

  private func gb18030(_ value: [UInt8]) -> [UInt8]? {
    guard let converter else { return nil }
    var input = value.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: value.count * 4 + 8)
    let capacity = output.count
    let left: Int? = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        var from = input.baseAddress
        var fromLeft = input.count
        var to = output.baseAddress
        var toLeft = output.count
        iconv(converter, nil, nil, nil, nil)
        return iconv(converter, &from, &fromLeft, &to, &toLeft) == -1 ? nil : toLeft
      }
    }
    guard let left else { return nil }
    return output[..<(capacity - left)].map { UInt8(bitPattern: $0) }
  }
}
