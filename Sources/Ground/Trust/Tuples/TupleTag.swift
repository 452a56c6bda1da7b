#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The keyed, memory-hard tag of one declared tuple (DISCLOSURE a.12). The release holds tags, the server the key:
/// whoever takes both can test guesses, each at the price of one scrypt evaluation.
///
/// `HMAC-SHA256(key, LP("doorsill/vt/1") ‖ LP(dataset) ‖ LP(result) ‖ LP(field)…)` is stretched by scrypt
/// (RFC 7914) with the dataset and result as salt to 32 bytes: 16 of tag, then the mask of a score's answer.
/// LP is a length of four bytes, big-endian, and the bytes.
package struct TupleTag: Sendable {
  /// scrypt's cost.
  package struct Cost: Sendable, Hashable {
    package let n: Int
    package let r: Int
    package let p: Int

    /// Each part as RFC 7914 §2 names it.
    package init(n: Int, r: Int, p: Int) {
      self.n = n
      self.r = r
      self.p = p
    }

    /// A million tags in under two minutes on two cores.
    package static let standard = Cost(n: 64, r: 8, p: 1)

    /// Binary logarithm of the hash steps of one evaluation: 4 · N · r · p runs of Salsa20/8.
    package var bits: Double { log2(Double(4 * n * r * p)) }
    /// Memory of one evaluation, in bytes.
    package var memory: Int { 128 * n * r }
  }

  /// Bytes of a tag.
  package static let length = 16

  private let key: HMACKey
  private let cost: Cost
  private let prefix: [UInt8]
  private let salt: [UInt8]

  /// - Parameter key: the verify key, 32 random bytes.
  package init(key: Secret, dataset: String, result: String, cost: Cost) {
    self.key = HMACKey(key)
    self.cost = cost
    prefix = LengthPrefix.join(["doorsill/vt/1", dataset, result])
    salt = LengthPrefix.join([dataset, result])
  }

  /// The quick half: 32 bytes that only the key's holder can make. They are as secret as the tuple itself and never
  /// leave the door.
  /// - Parameter fields: the subject's fields, then every declared claim, each normalised by its `TupleForm`.
  package func keyed(_ fields: [String]) -> [UInt8] {
    key.authenticate(prefix + LengthPrefix.join(fields))
  }

  /// The costly half: one scrypt evaluation.
  /// - Throws: `TrustError` where scrypt has no memory.
  package func stretched(_ keyed: [UInt8]) throws(TrustError) -> (tag: [UInt8], mask: UInt8) {
    let bytes = try Scrypt.derive(
      password: keyed, salt: salt, n: cost.n, r: cost.r, p: cost.p, length: TupleTag.length + 16)
    return (Array(bytes[..<TupleTag.length]), bytes[TupleTag.length])
  }

  /// Tag and mask of a tuple: both halves.
  package func tag(of fields: [String]) throws(TrustError) -> (tag: [UInt8], mask: UInt8) {
    try stretched(keyed(fields))
  }
}

/// Texts joined so that two different lists never give the same bytes.
package enum LengthPrefix {
  /// Before each text its length in UTF-8 bytes, four bytes big-endian.
  package static func join(_ texts: [String]) -> [UInt8] {
    var bytes: [UInt8] = []
    for text in texts {
      withUnsafeBytes(of: UInt32(truncatingIfNeeded: text.utf8.count).bigEndian) {
        bytes.append(contentsOf: $0)
      }
      bytes.append(contentsOf: text.utf8)
    }
    return bytes
  }
}
