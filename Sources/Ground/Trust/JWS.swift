package import Bytes

/// JSON Web Signatures in compact form (RFC 7515 §7.1), `alg` Ed25519 (RFC 9864), `kid` the key's thumbprint.
package enum JWS {
  /// Largest text that is looked at, in bytes.
  package static let sizeLimit = 1 << 20

  /// Signs `payload`. `header` adds members after `alg` and `kid`; those two cannot be replaced.
  package static func sign(
    _ payload: [UInt8], with key: SigningKey, header: [JSON.Member] = []
  ) -> String {
    var members: JSON = ["alg": "Ed25519", "kid": .string(key.publicKey.thumbprint)]
    if case .object(let fixed) = members {
      members = .object(fixed + header.filter { $0.key != "alg" && $0.key != "kid" })
    }
    let signed = Base64.encodeURL(members.serialized()) + "." + Base64.encodeURL(payload)
    return signed + "." + Base64.encodeURL(key.sign(Array(signed.utf8)))
  }

  /// Checks a compact JWS against the keys that are trusted.
  ///
  /// Throws `.tokenFormat` for anything malformed, another algorithm or a `crit` header, and `.signature` when no
  /// trusted key made it.
  package static func verify(
    _ compact: String, keys: [VerifyingKey]
  ) throws(TrustError) -> (header: JSON, payload: [UInt8], key: VerifyingKey) {
    guard compact.utf8.count <= sizeLimit else {
      throw TrustError(.tokenFormat, "the JWS is longer than 1 MiB")
    }
    let parts = compact.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3 else {
      throw TrustError(.tokenFormat, "a JWS has three parts, this has \(parts.count)")
    }
    guard let headerBytes = Base64.decodeURL(String(Substring(parts[0]))),
      let payload = Base64.decodeURL(String(Substring(parts[1]))),
      let signature = Base64.decodeURL(String(Substring(parts[2])))
    else { throw TrustError(.tokenFormat, "a part of the JWS is not base64url") }
    let header: JSON
    do { header = try JSON(parsing: headerBytes) } catch {
      throw TrustError(.tokenFormat, "the header of the JWS is not JSON")
    }
    guard header["alg"]?.string == "Ed25519" else {
      throw TrustError(.tokenFormat, "the JWS is not signed with alg “Ed25519”")
    }
    guard header["crit"] == nil else { throw TrustError(.tokenFormat, "the JWS has critical header members") }
    let signed = Array(compact.utf8.prefix(parts[0].count + 1 + parts[1].count))
    let named = header["kid"]?.string
    for key in keys where named == nil || named == key.thumbprint {
      if key.verify(signature: signature, over: signed) { return (header, payload, key) }
    }
    throw TrustError(
      .signature,
      keys.contains { $0.thumbprint == named } || named == nil
        ? "the signature does not belong to this JWS" : "no trusted key is named “\(named ?? "")”")
  }
}
