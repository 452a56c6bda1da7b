package import Bytes

/// The one way to a `Released` result of kind `verify` or `score`: tags only, sorted, so that their order tells
/// nothing of the rows.
package struct TagSealer {
  package let dataset: String
  package let result: String
  package let kind: ReleasedKind
  package let keyFamily: String
  package let title: Text
  package let subject: [String]
  package let claims: [String]
  /// Declared values of a score; empty for `verify`.
  package let values: [String]
  package let cost: TupleTag.Cost

  /// - Parameter kind: `verify` or `score`.
  package init(
    dataset: String, result: String, kind: ReleasedKind, keyFamily: String, title: Text, subject: [String],
    claims: [String], values: [String] = [], cost: TupleTag.Cost = .standard
  ) {
    self.dataset = dataset
    self.result = result
    self.kind = kind
    self.keyFamily = keyFamily
    self.title = title
    self.subject = subject
    self.claims = claims
    self.values = values
    self.cost = cost
  }

  /// Mints the result.
  /// - Parameters:
  ///   - tags: for each row its tag and, for a score, the place of its value masked by the tag's mask.
  ///   - needsConsent: as the price of guessing and the profile decide.
  /// - Throws: `DisclosureError.guessing` for a statistic, or a score with more than 256 values.
  package func seal(
    _ tags: [(tag: [UInt8], answer: UInt8)], price: GuessingPrice, needsConsent: Bool, profile: String,
    policyHash: String, now: Timestamp
  ) throws(DisclosureError) -> Released {
    guard kind != .statistic, values.count <= 256 else {
      throw DisclosureError(
        .guessing, "result \(result) of \(dataset) has more than 256 values or is a statistic")
    }
    let answerLength = kind == .score ? 1 : 0
    var bytes: [UInt8] = []
    bytes.reserveCapacity(tags.count * (TupleTag.length + answerLength))
    var last: [UInt8] = []
    for entry in tags.sorted(by: { $0.tag.lexicographicallyPrecedes($1.tag) }) where entry.tag != last {
      bytes.append(contentsOf: entry.tag)
      if answerLength == 1 { bytes.append(entry.answer) }
      last = entry.tag
    }
    return Released(
      dataset: dataset, result: result, kind: kind, keyFamily: keyFamily, title: title, dimensions: [],
      columns: [],
      tables: [],
      tags: ReleasedTags(
        subject: subject, claims: claims, n: cost.n, r: cost.r, p: cost.p, tagLength: TupleTag.length,
        tags: bytes,
        answerLength: answerLength, values: values, needsConsent: needsConsent),
      computed: now,
      protection: ProtectionRecord(
        profile: profile, policyHash: policyHash,
        controls: [
          ControlCount("memory-hard-tags", bytes.count / (TupleTag.length + answerLength)),
          ControlCount("consent", needsConsent ? 1 : 0),
        ], budgetUsed: 0, budgetLimit: 0, notWritten: []),
      note: Text([
        (
          "zh",
          "仅回答全部声明字段同时一致与否，不指出哪一项不同；发布内容为带密钥的标签，不含任何数据值。"
            + (needsConsent ? "每次调用须附当事人授权令牌。" : "")
        ),
        (
          "en",
          "Answers only whether all declared fields agree together, never which one differs. What is published are "
            + "keyed tags, no value of the data."
            + (needsConsent ? " Each call needs a consent token." : "")
        ),
      ]))
  }
}
