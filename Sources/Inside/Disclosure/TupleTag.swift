package import Trust

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
package struct TupleTag {
  /// scrypt's cost.
  package struct Cost: Sendable, Equatable {
    package let n: Int
    package let r: Int
    package let p: Int

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
  private let prefix: Message
  private let salt: [UInt8]

  package init(key: Secret, dataset: String, result: String, cost: Cost) {
    self.key = HMACKey(key)
    self.cost = cost
    prefix = Message("doorsill/vt/1", dataset, result)
    salt = Message(dataset, result).bytes
  }

  /// Tag and mask of a tuple: the subject's fields, then every declared claim, each normalised.
  /// - Throws: `DisclosureError.environment` where scrypt has no memory.
  package func tag(of fields: [String]) throws(DisclosureError) -> (tag: [UInt8], mask: UInt8) {
    var message = prefix
    for field in fields { message.append(field) }
    let keyed = key.authenticate(message.bytes)
    do {
      let bytes = try Scrypt.derive(
        password: keyed, salt: salt, n: cost.n, r: cost.r, p: cost.p, length: TupleTag.length + 16)
      return (Array(bytes[..<TupleTag.length]), bytes[TupleTag.length])
    } catch {
      throw DisclosureError(.environment, error.message, hint: error.hint)
    }
  }
}

/// What guessing a tuple costs, and whether a consent token must come with each call (DISCLOSURE a.12).
package struct GuessingPrice: Sendable, Equatable {
  /// Binary logarithm of the number of subjects an attacker has to try.
  package let subjectBits: Double
  /// Sum over the claims that are independent of the subject of −log₂ of the largest share of any value.
  package let claimBits: Double
  /// Binary logarithm of the hash steps of one try.
  package let costBits: Double
  /// Claims with two values only.
  package let binaryClaims: [String]

  /// - Parameters:
  ///   - subjects: number of identifiers an attacker would have to try for one tuple (its format's space).
  ///   - claims: for each claim the largest share of any value, how many values it has, and whether it is known from
  ///     the subject's identifier.
  package init(
    subjects: Double, claims: [(name: String, largestShare: Double, values: Int, followsFromSubject: Bool)],
    cost: TupleTag.Cost
  ) {
    subjectBits = log2(max(1, subjects))
    claimBits = claims.filter { !$0.followsFromSubject }
      .reduce(0) { $0 - log2(min(1, max($1.largestShare, 1e-9))) }
    costBits = cost.bits
    binaryClaims = claims.filter { $0.values <= 2 }.map(\.name)
  }

  /// Binary logarithm of the work of trying every subject with every likely claim.
  package var enumerationBits: Double { subjectBits + claimBits + costBits }

  /// Whether calls need a consent token: too cheap to enumerate, too little entropy, or a binary fact.
  package func needsConsent(enumeration: Int, claims: Int) -> Bool {
    enumerationBits < Double(enumeration) || claimBits < Double(claims) || !binaryClaims.isEmpty
  }

  /// Lines for the custodian.
  package var lines: [String] {
    func text(_ value: Double) -> String { Decimal.text(Int128((value * 10).rounded()), scale: 1) }
    return [
      "subject \(text(subjectBits)) bits, independent claims \(text(claimBits)) bits, cost \(text(costBits)) bits of work a try",
      "trying every tuple takes 2^\(text(enumerationBits)) steps",
    ] + (binaryClaims.isEmpty ? [] : ["binary facts: \(binaryClaims.joined(separator: ", "))"])
  }
}
