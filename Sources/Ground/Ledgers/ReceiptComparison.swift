package import Bytes

/// What two receipts of one log say about it together, offline. A log that was rewound, or that shows itself to each in
/// another form, gives itself away where two receipts cannot both be true.
package enum ReceiptComparison: Sendable, Equatable {
  /// Both entries stand in one tree: the proofs lead to one head.
  case consistent
  /// Two histories were signed. The reason is proof for anybody.
  case forked(Wording)
  /// Nothing contradicts, and nothing proves that there is one history.
  case undecided(Wording)

  /// Seconds within which entries of different threads may be dated against their order.
  private static let patience = 60.0

  /// A receipt, checked, and the head that a proof of its entry leads to, where there is one.
  package struct Side: Sendable {
    package let claims: Receipt.Claims
    package let head: Checkpoint?

    package init(_ claims: Receipt.Claims, head: Checkpoint? = nil) {
      self.claims = claims
      self.head = head
    }

    /// Every head that this side vouches for: the one its receipt names, and the one of its proof.
    fileprivate var heads: [(log: String, size: Int, root: String)] {
      var heads: [(log: String, size: Int, root: String)] = []
      if let head = claims.ledgerHead { heads.append((claims.ledgerOrigin, head.size, head.root)) }
      if let head { heads.append((head.origin, head.size, Hex.encode(head.root))) }
      return heads
    }
  }

  /// Compares two. Throws `.proof` where they are of different logs.
  /// - Parameter gaps: what the portal declares as lost: before and after a gap it is one log under two names.
  package static func of(
    _ one: Side, _ other: Side, gaps: [LogGap] = []
  ) throws(LedgerError) -> ReceiptComparison {
    let (a, b) =
      one.claims.ledgerIndex <= other.claims.ledgerIndex ? (one, other) : (other, one)
    let isOne = a.claims.ledgerOrigin == b.claims.ledgerOrigin
    guard
      isOne
        || LogGap.lastName(of: a.claims.ledgerOrigin, among: gaps)
          == LogGap.lastName(of: b.claims.ledgerOrigin, among: gaps)
    else {
      throw LedgerError(
        .proof,
        Wording(
          "the receipts are of two logs, \(a.claims.ledgerOrigin) and \(b.claims.ledgerOrigin): there is nothing to compare, unless the keys were fetched since and tell of a declared gap",
          "两张回执分属 \(a.claims.ledgerOrigin) 与 \(b.claims.ledgerOrigin) 两本日志：无从比较，除非重新取得的公钥文件说明了缺口")
      )
    }
    let lost = [a, b].compactMap { side in
      LogGap.of(log: side.claims.ledgerOrigin, index: side.claims.ledgerIndex, among: gaps).map {
        $0.words(index: side.claims.ledgerIndex)
      }
    }
    // What was lost under one name is not what stands at its place under the next.
    if isOne || lost.isEmpty, let reason = contradiction(a, b) { return .forked(reason) }
    if let words = lost.first, a.claims != b.claims { return .undecided(words) }
    if a.claims == b.claims {
      return .undecided(Wording("they are one and the same receipt", "两份是同一张回执"))
    }
    if let first = a.head, let second = b.head, first == second { return .consistent }
    return .undecided(
      Wording(
        "nothing in them contradicts; to prove one history, fetch the proofs of both entries (/v1/receipts/INDEX) at one moment and give them with --proof",
        "两者并无矛盾；若要证明历史唯一，请在同一时刻取得两个条目的证明（/v1/receipts/序号），并以 --proof 给出"))
  }

  private static func contradiction(_ a: Side, _ b: Side) -> Wording? {
    let (first, second) = (a.claims, b.claims)
    if first.ledgerIndex == second.ledgerIndex, !isSameEntry(first, second) {
      return Wording(
        "entry \(first.ledgerIndex) was given out twice, for two answers",
        "第 \(first.ledgerIndex) 条给出了两次，对应两个答复")
    }
    for head in a.heads {
      for other in b.heads
      where head.log == other.log && head.size == other.size && head.root != other.root {
        return Wording(
          "the log was signed at \(head.size) entries with two different roots",
          "日志在 \(head.size) 条处以两个不同的根签名")
      }
    }
    if first.ledgerIndex < second.ledgerIndex, first.time.seconds(since: second.time) > patience {
      return Wording(
        "entry \(second.ledgerIndex) is of an earlier time than entry \(first.ledgerIndex) before it: the log was rewound between them (or an entry “\(Ledger.clockCorrected)” between them says why)",
        "第 \(second.ledgerIndex) 条的时间早于其前的第 \(first.ledgerIndex) 条：其间日志曾被倒回（除非其间有“\(Ledger.clockCorrected)”条目说明缘由）"
      )
    }
    for (early, late) in [(first, second), (second, first)] {
      guard let head = early.ledgerHead, late.ledgerIndex < head.size,
        late.time.seconds(since: early.time) > patience
      else { continue }
      return Wording(
        "entry \(late.ledgerIndex) was written after a head over \(head.size) entries was signed: the log was rewound",
        "第 \(late.ledgerIndex) 条写于对 \(head.size) 条签名之后：日志曾被倒回")
    }
    return nil
  }

  private static func isSameEntry(_ a: Receipt.Claims, _ b: Receipt.Claims) -> Bool {
    if let leaf = a.ledgerLeaf, let other = b.ledgerLeaf, leaf != other { return false }
    return a.requestHash == b.requestHash && a.answerHash == b.answerHash && a.time == b.time
      && a.consumer == b.consumer && a.keyID == b.keyID
  }
}
