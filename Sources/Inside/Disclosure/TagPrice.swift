package import Bytes
package import Trust

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What guessing a tuple costs, and whether a consent token must come with each call (DISCLOSURE a.12).
package struct GuessingPrice: Sendable, Equatable {
  /// One claim as the table has it.
  package struct Claim: Sendable, Equatable {
    package let name: String
    /// Largest share of any value, 0…1.
    package let largestShare: Double
    /// How many values it has.
    package let values: Int
    /// Whether it can be read off the subject's identifier, as the day of birth off a resident's number.
    package let followsFromSubject: Bool

    /// −log₂ of the largest share; 0 where it follows from the subject.
    package var bits: Double {
      followsFromSubject ? 0 : 0 - log2(min(1, max(largestShare, 1e-9)))
    }

    package init(name: String, largestShare: Double, values: Int, followsFromSubject: Bool) {
      self.name = name
      self.largestShare = largestShare
      self.values = values
      self.followsFromSubject = followsFromSubject
    }
  }

  /// Binary logarithm of the number of subjects an attacker has to try.
  package let subjectBits: Double
  package let claims: [Claim]
  /// Binary logarithm of the hash steps of one try.
  package let costBits: Double
  /// Facts with two values only: claims, or the score itself.
  package let binaryFacts: [String]

  /// - Parameters:
  ///   - subjectBits: of the identifiers an attacker would have to try for one tuple (its format's space).
  ///   - binaryScore: the name of a score with at most two values.
  package init(
    subjectBits: Double, claims: [Claim], cost: TupleTag.Cost, binaryScore: String? = nil
  ) {
    self.subjectBits = max(0, subjectBits)
    self.claims = claims
    costBits = cost.bits
    binaryFacts = claims.filter { $0.values <= 2 }.map(\.name) + (binaryScore.map { [$0] } ?? [])
  }

  /// Sum over the claims that are independent of the subject.
  package var claimBits: Double { claims.reduce(0) { $0 + $1.bits } }

  /// Binary logarithm of the work of trying every subject with every likely claim.
  package var enumerationBits: Double { subjectBits + claimBits + costBits }

  /// Binary logarithm of the work of trying one known subject with every likely claim, for who holds key and release:
  /// whoever calls is counted and stopped long before.
  package var personBits: Double { claimBits + costBits }

  /// Why calls need a consent token; empty where they need none.
  package func reasons(_ limits: TagLimits) -> [Reason] {
    var reasons: [Reason] = []
    if enumerationBits < Double(limits.enumerationBits) { reasons.append(.cheap) }
    if claimBits < Double(limits.claimBits) { reasons.append(.fewBits) }
    if !binaryFacts.isEmpty { reasons.append(.binary) }
    return reasons
  }

  package enum Reason: String, Sendable {
    /// Trying every tuple is too little work.
    case cheap
    /// The claims hold too little entropy.
    case fewBits
    /// A fact with two values.
    case binary
  }

  /// What may be public of it.
  var released: ReleasedTags.Price {
    ReleasedTags.Price(
      subjectBits: Int(subjectBits), claimBits: Int(claimBits), costBits: Int(costBits))
  }
}

/// What a profile of kind `verify` asks of a result (protection.json5).
package struct TagLimits: Sendable, Equatable {
  /// Bits of entropy the claims must have together, or each call needs a consent token.
  package let claimBits: Int
  /// Bits of work, cost factor included, that trying every tuple must take, or each call needs a consent token.
  package let enumerationBits: Int

  package init(claimBits: Int, enumerationBits: Int) {
    self.claimBits = claimBits
    self.enumerationBits = enumerationBits
  }
}

/// What the compiler tells a custodian of a `verify` or `score` before anything is published. It stays inside.
package struct TagReport: Sendable, Equatable {
  package let dataset: String
  package let result: String
  package let kind: ReleasedKind
  package let profile: String
  package let price: GuessingPrice
  package let limits: TagLimits
  /// Why each call needs a consent token; empty where none is needed.
  package let reasons: [GuessingPrice.Reason]
  package let needsConsent: Bool
  /// Different tuples that are recognised.
  package let tuples: Int
  /// Rows left out because a claim of theirs is missing or of no such form.
  package let skipped: Int
  /// Tags that had to be computed now; the others were kept from before.
  package let computed: Int
  /// How long that took, in seconds, on how many threads.
  package let seconds: Double
  package let threads: Int

  /// Seconds for a million tags at the speed of this run; nil where too few were computed to tell.
  package var secondsPerMillion: Double? {
    computed >= 1000 ? seconds * 1_000_000 / Double(computed) : nil
  }

  package var json: JSON {
    [
      "dataset": .string(dataset), "result": .string(result), "kind": .string(kind.rawValue),
      "profile": .string(profile), "tuples": JSON(tuples), "skipped": JSON(skipped),
      "computed": JSON(computed), "needsConsent": .bool(needsConsent),
      "price": [
        "subjectBits": JSON(price.subjectBits),
        "claims": .array(
          price.claims.map {
            [
              "name": .string($0.name), "bits": JSON($0.bits),
              "followsFromSubject": .bool($0.followsFromSubject),
            ]
          }), "claimBits": JSON(price.claimBits), "costBits": JSON(price.costBits),
        "enumerationBits": JSON(price.enumerationBits), "personBits": JSON(price.personBits),
        "binaryFacts": JSON(price.binaryFacts),
      ],
      "limits": ["claimBits": JSON(limits.claimBits), "enumerationBits": JSON(limits.enumerationBits)],
      "reasons": JSON(reasons.map(\.rawValue)),
      "secondsPerMillion": secondsPerMillion.map { JSON($0) } ?? .null,
    ]
  }
}
