import Bytes

/// Signed notes (c2sp.org/signed-note): a text, a blank line, and signature lines `— name base64(keyid ‖ signature)`.
/// Only Ed25519 (type 0x01) is made and accepted.
package enum SignedNote {
  /// Largest note that is looked at, in bytes.
  package static let sizeLimit = 1 << 20

  /// Signs `text`, which must end in a newline and hold no other control characters.
  package static func sign(text: String, name: String, key: SigningKey) -> String {
    let signature = keyID(name: name, key: key.publicKey) + key.sign(Array(text.utf8))
    return "\(text)\n— \(name) \(Base64.encode(signature))\n"
  }

  /// The text of a note that `key` signed under `name`; other signatures are passed over.
  ///
  /// Throws `.tokenFormat` when the note is malformed, `.signature` when `key` did not sign it or signed otherwise.
  package static func verify(note: String, name: String, key: VerifyingKey) throws(TrustError) -> String {
    let bytes = Array(note.utf8)
    guard bytes.count <= sizeLimit else { throw TrustError(.tokenFormat, "the note is longer than 1 MiB") }
    let newline = UInt8(ascii: "\n")
    guard !bytes.contains(where: { ($0 < 0x20 && $0 != newline) || $0 == 0x7F }) else {
      throw TrustError(.tokenFormat, "the note holds a control character")
    }
    // The last blank line divides text and signatures.
    var split = bytes.count - 2
    while split > 0, !(bytes[split] == newline && bytes[split + 1] == newline) { split -= 1 }
    guard split > 0, bytes.last == newline, split + 2 < bytes.count else {
      throw TrustError(.tokenFormat, "the note has no signature lines after a blank line")
    }
    let text = Array(bytes[...split])
    let wanted = keyID(name: name, key: key)
    var signed = false
    for line in bytes[(split + 2)..<(bytes.count - 1)].split(
      separator: newline, omittingEmptySubsequences: false)
    {
      let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      guard words.count == 3, Array(words[0]) == Array("—".utf8), !words[1].isEmpty,
        let value = Base64.decode(String(decoding: words[2], as: UTF8.self)), value.count > 4
      else { throw TrustError(.tokenFormat, "a signature line of the note is malformed") }
      guard Array(words[1]) == Array(name.utf8), Array(value.prefix(4)) == wanted else { continue }
      guard key.verify(signature: Array(value.dropFirst(4)), over: text) else {
        throw TrustError(.signature, "the note was changed after “\(name)” signed it")
      }
      signed = true
    }
    guard signed else { throw TrustError(.signature, "the note is not signed by “\(name)”") }
    return String(decoding: text, as: UTF8.self)
  }

  /// The verifier key `name+hex(keyid)+base64(0x01 ‖ key)` that auditors' tools take.
  package static func vkey(name: String, key: VerifyingKey) -> String {
    "\(name)+\(Hex.encode(keyID(name: name, key: key)))+\(Base64.encode([1] + key.raw))"
  }

  /// Reads a verifier key.
  package static func parse(vkey: String) throws(TrustError) -> (name: String, key: VerifyingKey) {
    let parts = vkey.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, isName(String(parts[0])), let bytes = Base64.decode(String(parts[2])),
      bytes.first == 1
    else { throw TrustError(.tokenFormat, "not an Ed25519 verifier key (name+keyid+key)") }
    let key = try VerifyingKey(raw: Array(bytes.dropFirst()))
    let name = String(parts[0])
    guard Hex.decode(String(parts[1])) == keyID(name: name, key: key) else {
      throw TrustError(.tokenFormat, "the verifier key's id does not belong to its name and key")
    }
    return (name, key)
  }

  /// Whether `name` may stand in a signature line: not empty, no space, no plus sign.
  package static func isName(_ name: String) -> Bool {
    !name.isEmpty
      && !name.unicodeScalars.contains { $0.properties.isWhitespace || $0 == "+" || $0.value < 0x20 }
  }

  /// SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key), first four bytes.
  private static func keyID(name: String, key: VerifyingKey) -> [UInt8] {
    Array(Digest.sha256(Array(name.utf8) + [0x0A, 0x01] + key.raw).prefix(4))
  }
}
