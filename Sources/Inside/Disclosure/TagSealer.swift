package import Bytes
import Dispatch
import Synchronization
package import Trust

/// The one way to a `Released` result of kind `verify` or `score`: every tuple becomes a memory-hard tag, the price of
/// guessing is computed from the very same tuples, and a result that is too cheap to guess is refused. Tags are stored
/// sorted, so that their order tells nothing of the rows, and among tags of nobody, so that their number does not.
package struct TagSealer {
  /// What is to be released, and under which rules.
  package struct Request: Sendable {
    package var dataset: String
    package var result: String
    /// `verify` or `score`.
    package var kind: ReleasedKind
    package var keyFamily: String
    package var title: Text
    package var subject: [ReleasedTags.Field]
    package var claims: [ReleasedTags.Field]
    /// Declared values of a score; empty for `verify`.
    package var values: [String]
    package var meaning: Text
    package var responsible: Text
    /// The descriptor asks for a consent token with each call.
    package var asksConsent: Bool
    package var profile: String
    package var limits: TagLimits
    package var policyHash: String
    package var now: Timestamp

    package init(
      dataset: String, result: String, kind: ReleasedKind, keyFamily: String, title: Text,
      subject: [ReleasedTags.Field], claims: [ReleasedTags.Field], values: [String] = [], meaning: Text,
      responsible: Text, asksConsent: Bool, profile: String, limits: TagLimits, policyHash: String,
      now: Timestamp
    ) {
      self.dataset = dataset
      self.result = result
      self.kind = kind
      self.keyFamily = keyFamily
      self.title = title
      self.subject = subject
      self.claims = claims
      self.values = values
      self.meaning = meaning
      self.responsible = responsible
      self.asksConsent = asksConsent
      self.profile = profile
      self.limits = limits
      self.policyHash = policyHash
      self.now = now
    }
  }

  /// What `seal` gives.
  package struct Sealed: Sendable {
    package let released: Released
    package let report: TagReport
    /// For the next publication.
    package let cache: TagCache
  }

  private let request: Request
  private let cost: TupleTag.Cost
  private let tag: TupleTag
  private let padding: TagPadding
  private var tally: TagTally
  private var rows: [(keyed: KeyedTuple, answer: UInt8)] = []
  private var skipped = 0

  /// - Parameters:
  ///   - key: the verify key.
  ///   - draw: the draw key, which never leaves the door: the verify key does.
  /// - Throws: `DisclosureError.guessing` for a statistic, a tuple without a subject, or a score with more than 256
  ///   values.
  package init(
    _ request: Request, key: Secret, draw: Secret, cost: TupleTag.Cost = .standard
  ) throws(DisclosureError) {
    guard !request.kind.hasCells, !request.subject.isEmpty, request.values.count <= 256,
      (request.kind.hasValues) == !request.values.isEmpty
    else {
      throw DisclosureError(
        .guessing,
        "\(request.dataset)/\(request.result) is no verify or score: it needs a subject, and a score 1 to 256 values"
      )
    }
    self.request = request
    self.cost = cost
    tag = TupleTag(key: key, dataset: request.dataset, result: request.result, cost: cost)
    padding = TagPadding(draw, dataset: request.dataset, result: request.result)
    tally = TagTally(claims: request.claims.count)
  }

  /// Takes one row. Where a claim is missing or of no such form nobody can ever state it: the row gets no tag.
  /// - Parameters:
  ///   - subject: its fields as the table has them.
  ///   - claims: the claims; nil for a missing value.
  ///   - answer: the place of a score's value among the declared ones; 0 for `verify`.
  /// - Returns: false where the subject itself is of no such form.
  package mutating func add(subject: [String], claims: [String?], answer: UInt8 = 0) -> Bool {
    var identifier: [String] = []
    for (field, text) in zip(request.subject, subject) {
      guard let canonical = field.form.canonical(text) else { return false }
      identifier.append(canonical)
    }
    var stated: [String] = []
    for (field, text) in zip(request.claims, claims) {
      guard let canonical = text.flatMap(field.form.canonical) else {
        skipped += 1
        return true
      }
      stated.append(canonical)
    }
    tally.count(subject: identifier, claims: stated)
    rows.append((KeyedTuple(tag.keyed(identifier + stated)), answer))
    return true
  }

  /// Mints the result.
  /// - Parameters:
  ///   - cache: tags of the publication before.
  ///   - threads: how many compute at once.
  /// - Throws: `DisclosureError.guessing` where guessing is too cheap and no consent is asked for, or where one tuple
  ///   has two scores; `.environment` where scrypt has no memory.
  package consuming func seal(cache: TagCache = TagCache(bytes: []), threads: Int) throws(DisclosureError)
    -> Sealed
  {
    let price = GuessingPrice(
      subjectBits: tally.subjectBits, claims: tally.claims(named: request.claims.map(\.name)), cost: cost,
      binaryScore: request.kind.hasValues && request.values.count <= 2 ? request.result : nil)
    let reasons = price.reasons(request.limits)
    guard reasons.isEmpty || request.asksConsent else { throw refusal(price, reasons) }
    let tuples = try distinct()
    let started = ContinuousClock.now
    let (made, kept, computed) = try tags(of: tuples.map(\.keyed), cache, threads)
    let took = ContinuousClock.now - started
    let answerLength = request.kind.hasValues ? 1 : 0
    var entries: [ArraySlice<UInt8>] = []
    var all: [UInt8] = []
    all.reserveCapacity(tuples.count * (TupleTag.length + answerLength))
    for place in tuples.indices {
      all.append(contentsOf: made[place * 17..<place * 17 + 16])
      if answerLength == 1 { all.append(tuples[place].answer ^ made[place * 17 + 16]) }
    }
    all += padding.tags(beside: all, length: TupleTag.length + answerLength)
    let length = TupleTag.length + answerLength
    for start in stride(from: 0, to: all.count, by: length) { entries.append(all[start..<start + length]) }
    entries.sort { $0.prefix(TupleTag.length).lexicographicallyPrecedes($1.prefix(TupleTag.length)) }
    let bytes = Array(entries.joined())
    let report = TagReport(
      dataset: request.dataset, result: request.result, kind: request.kind, profile: request.profile,
      price: price, limits: request.limits, reasons: reasons, needsConsent: request.asksConsent,
      tuples: tuples.count, skipped: skipped, computed: computed,
      seconds: Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18, threads: threads)
    return Sealed(released: released(bytes, answerLength, price), report: report, cache: kept)
  }

  /// Each tuple once, in the order of the keyed halves.
  private func distinct() throws(DisclosureError) -> [(keyed: KeyedTuple, answer: UInt8)] {
    var tuples: [(keyed: KeyedTuple, answer: UInt8)] = []
    tuples.reserveCapacity(rows.count)
    for row in rows.sorted(by: { $0.keyed < $1.keyed }) {
      guard let last = tuples.last, last.keyed == row.keyed else {
        tuples.append(row)
        continue
      }
      guard last.answer == row.answer else {
        let name = "\(request.dataset)/\(request.result)"
        throw DisclosureError(
          .guessing,
          Wording(
            "two rows of \(name) with the same fields have different scores", "\(name) 有两行字段相同而评分不同"),
          hint: Wording(
            "a score needs one row for each subject: correct the data, or add a claim that tells them apart",
            "评分要求每个主体一行：请更正数据，或增加能区分它们的核验项"))
      }
    }
    return tuples
  }

  /// 17 bytes of tag and mask for each keyed half, the cache for the next time, and how many had to be computed.
  private func tags(
    of keyed: [KeyedTuple], _ cache: TagCache, _ threads: Int
  ) throws(DisclosureError) -> ([UInt8], TagCache, Int) {
    let heading = Array(
      "doorsill-tags/1 \(request.dataset) \(request.result) \(cost.n) \(cost.r) \(cost.p)\n".utf8)
    let known = cache.heading == heading ? cache.walk(keyed) : Array(repeating: nil, count: keyed.count)
    let missing = known.indices.filter { known[$0] == nil }
    let fresh = try stretched(missing.map { keyed[$0] }, threads)
    var made: [UInt8] = []
    made.reserveCapacity(keyed.count * 17)
    var records: [UInt8] = []
    records.reserveCapacity(keyed.count * TagCache.recordLength)
    var next = 0
    for (place, half) in keyed.enumerated() {
      let start = made.count
      if let range = known[place] {
        made.append(contentsOf: cache[range])
      } else {
        made.append(contentsOf: fresh[next * 17..<next * 17 + 17])
        next += 1
      }
      records.append(contentsOf: half.bytes)
      records.append(contentsOf: made[start...])
    }
    return (made, TagCache(heading: heading, records: records), missing.count)
  }

  /// The costly half, a few hundred at a time on each thread.
  private func stretched(_ keyed: [KeyedTuple], _ threads: Int) throws(DisclosureError) -> [UInt8] {
    let size = 256
    let pieces = (keyed.count + size - 1) / size
    let next = Atomic<Int>(0)
    let done = Mutex<(pieces: [[UInt8]], error: TrustError?)>((Array(repeating: [], count: pieces), nil))
    let tag = tag
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, pieces))) { _ in
      while true {
        let piece = next.add(1, ordering: .relaxed).oldValue
        guard piece < pieces, done.withLock({ $0.error == nil }) else { return }
        var bytes: [UInt8] = []
        do throws(TrustError) {
          for place in piece * size..<min(keyed.count, (piece + 1) * size) {
            let made = try tag.stretched(keyed[place].bytes)
            bytes += made.tag
            bytes.append(made.mask)
          }
          done.withLock { [bytes] in $0.pieces[piece] = bytes }
        } catch {
          done.withLock { $0.error = error }
        }
      }
    }
    let (made, error) = done.withLock { ($0.pieces, $0.error) }
    if let error { throw DisclosureError(.environment, error.message, hint: error.hint) }
    return Array(made.joined())
  }

  private func refusal(_ price: GuessingPrice, _ reasons: [GuessingPrice.Reason]) -> DisclosureError {
    func whole(_ bits: Double) -> Int { Int(bits) }
    let (all, asked) = (whole(price.enumerationBits), request.limits.enumerationBits)
    let (subject, claims, work) = (whole(price.subjectBits), whole(price.claimBits), whole(price.costBits))
    let words = reasons.map { reason in
      switch reason {
      case .cheap:
        Wording(
          "trying every tuple takes 2^\(all) steps (subject \(subject), claims \(claims), work of one try \(work) bits), and the profile asks 2^\(asked)",
          "逐一试算只需 2^\(all) 步（主体 \(subject) 位，核验项 \(claims) 位，每次试算 \(work) 位），方案要求 2^\(asked)")
      case .fewBits:
        Wording(
          "the claims that do not follow from the subject have \(claims) bits of entropy, and the profile asks \(request.limits.claimBits)",
          "不能由主体推出的核验项只有 \(claims) 位信息量，方案要求 \(request.limits.claimBits) 位")
      case .binary:
        Wording(
          "\(price.binaryFacts.joined(separator: ", ")) has two values only",
          "\(price.binaryFacts.joined(separator: "、")) 只有两种取值")
      }
    }
    let name = "\(request.dataset)/\(request.result)"
    return DisclosureError(
      .guessing,
      Wording(
        "guessing \(name) is too cheap: \(words.map(\.en).joined(separator: "; "))",
        "猜测 \(name) 的代价过低：\(words.map(\.zh).joined(separator: "；"))"),
      hint: Wording(
        "add claims that only the subject or its partners know, or ask for the subject's consent with each call: consent: true",
        "增加只有当事人及其往来方才知道的核验项，或每次调用都征得当事人授权：consent: true"))
  }

  private func released(_ bytes: [UInt8], _ answerLength: Int, _ price: GuessingPrice) -> Released {
    Released(
      dataset: request.dataset, result: request.result, kind: request.kind, keyFamily: request.keyFamily,
      title: request.title, dimensions: [], columns: [], tables: [],
      tags: ReleasedTags(
        subject: request.subject, claims: request.claims, cost: cost, tags: bytes, answerLength: answerLength,
        values: request.values, meaning: request.meaning, responsible: request.responsible,
        price: price.released, needsConsent: request.asksConsent),
      computed: request.now,
      protection: ProtectionRecord(
        profile: request.profile, policyHash: request.policyHash,
        controls: [
          // Whether they act, and not on how many rows: that number would tell of each one that comes or goes.
          ControlCount("memory-hard-tags", 1), ControlCount("consent", request.asksConsent ? 1 : 0),
        ], budgetUsed: 0, budgetLimit: 0, notWritten: []),
      note: note)
  }

  private var note: Text {
    let isScore = request.kind.hasValues
    let consent = request.asksConsent
    return Text([
      (
        "zh",
        (isScore
          ? "所提交的全部字段同时与登记一致时，才回答评分；不一致时不指出哪一项不同，查无此人与不一致的回答相同。"
          : "仅回答全部声明字段同时一致与否，不指出哪一项不同；查无此项与不一致的回答相同。")
          + "发布内容为带密钥的标签，不含任何数据值。" + (consent ? "每次调用须附当事人授权令牌。" : "")
      ),
      (
        "en",
        (isScore
          ? "The score is told only where all fields sent agree with the register together; it is never said which "
            + "one differs, and an unknown subject is answered like a difference. "
          : "Answers only whether all declared fields agree together, never which one differs; an unknown subject is "
            + "answered like a difference. ")
          + "What is published are keyed tags, no value of the data."
          + (consent ? " Each call needs a consent token." : "")
      ),
    ])
  }
}
