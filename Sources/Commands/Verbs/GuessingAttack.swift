import Access
import Bytes
import Glibc
import Releases
import Results
import Trust

/// Attacks B8 and B9 on a `verify` or `score`: guessing against the counters, the lock and the alarms that the gateway
/// judges with, in a scratch database, and the time of a look-up among made-up tags of the same cost.
struct GuessingAttack {
  let stored: StoredResult
  let tags: StoredTags
  let limits: ResultSetting.Guessing
  let profile: String

  /// All lines.
  func lines() throws -> [AttackLine] {
    var folder = Array("\(TemporaryPlace.folder)/doorsill-attack-XXXXXX".utf8CString)
    guard mkdtemp(&folder) != nil else {
      throw ResultError(.environment, "no folder can be made in \(TemporaryPlace.folder)")
    }
    let path = folder.withUnsafeBufferPointer {
      String(decoding: $0.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    defer { try? Files.remove(path) }
    let store = try AccessStore(path: "\(path)/access.sqlite", pepper: try Secret.random(32))
    return [enumeration(store), sweep(store), rotation(store), known(store), try timing()]
  }

  private static let start = Timestamp(secondsSince1970: 1_800_000_000)

  /// A subject that nobody has, and a statement about it.
  private func guess(_ store: AccessStore, _ subject: Int, _ statement: Int) -> Guess {
    var generator = AttackGenerator(UInt64(subject))
    let number = String(100_000_000_000_000_000 + generator.next() % 800_000_000_000_000_000)
    return store.guess(
      dataset: stored.dataset, result: stored.result, subject: tags.subject.map { _ in number },
      claims: tags.claims.map { _ in String(statement) })
  }

  /// One client asks about one subject after the other and is always wrong.
  private func enumeration(_ store: AccessStore) -> AttackLine {
    var calls = 0
    var suspended = false
    while calls < 1000, !suspended {
      calls += 1
      suspended = fails(guess(store, calls, 0), "walker", store, Self.start.adding(seconds: Int64(calls)))
        .alarms
        .contains { $0.kind == .failing }
    }
    return AttackLine(
      "B8", .both("逐个枚举", "enumeration"), metric: .both("被暂停前的调用次数", "calls until suspended"),
      Double(calls), bar: "≤ 200", passes: suspended && calls <= 200)
  }

  /// One subject that is known, one statement after the other.
  private func sweep(_ store: AccessStore) -> AttackLine {
    var tried = 0
    for statement in 0..<1000 {
      let answer = fails(
        guess(store, 5000, statement), "sweeper", store, Self.start.adding(seconds: Int64(statement)))
      guard answer.permit == .allowed else { break }
      tried += 1
    }
    let bits = tags.price["claimBits"]?.int ?? 0
    let chance = tags.claims.isEmpty ? 1 : min(1, Double(tried) * pow(2, -Double(bits)))
    return AttackLine(
      "B8", .both("遍历一项声明", "sweep of one claim"), metric: .both("锁定前的尝试次数", "tries before the lock"),
      Double(tried), bar: Text("≤ \(limits.failuresBeforeLock)"), passes: tried <= limits.failuresBeforeLock,
      detail: tags.claims.isEmpty
        ? ""
        : .both(
          "猜中的机会不超过 \(Rounded.text(chance, digits: 6))",
          "a chance of at most \(Rounded.text(chance, digits: 6))"))
  }

  /// Five clients share the guesses about one subject. The custodian is told; nobody else is locked out.
  private func rotation(_ store: AccessStore) -> AttackLine {
    var failures = 0
    var told = false
    for statement in 0..<1000 where !told {
      let answer = fails(
        guess(store, 6000, statement), "client \(statement % 5)", store,
        Self.start.adding(seconds: Int64(statement))
      )
      guard answer.permit == .allowed else { break }
      failures += 1
      told = answer.alarms.contains { $0.kind == .subject }
    }
    let other = store.begin(
      guess(store, 6000, 9999), client: "another", consent: nil, lockAfter: limits.failuresBeforeLock,
      now: Self.start.adding(seconds: 2000))
    return AttackLine(
      "B8", .both("五家轮流", "five clients in turn"), metric: .both("告警前的失败次数", "failures until the alarm"),
      Double(failures),
      bar: .both(
        "≤ \(limits.failuresBeforeAlarm)，他人不受影响", "≤ \(limits.failuresBeforeAlarm), nobody else locked"),
      passes: told && failures <= limits.failuresBeforeAlarm && other == .allowed)
  }

  /// A wrong statement about a subject that is known, and the same about one that is not.
  private func known(_ store: AccessStore) -> AttackLine {
    var differing = 0
    for statement in 0..<20 {
      let now = Self.start.adding(seconds: Int64(3000 + statement))
      let there = fails(guess(store, 7000, statement), "one", store, now)
      let nowhere = fails(guess(store, 8000, statement), "two", store, now)
      if there.permit != nowhere.permit || there.alarms.map(\.kind) != nowhere.alarms.map(\.kind) {
        differing += 1
      }
    }
    return AttackLine(
      "B8", .both("已知与未知主体", "known and unknown subjects"), metric: .both("不同的处理", "outcomes that differ"),
      Double(differing), bar: "0", passes: differing == 0)
  }

  private func fails(
    _ guess: Guess, _ client: String, _ store: AccessStore, _ now: Timestamp
  ) -> (permit: GuessBook.Permit, alarms: [Alarm]) {
    let permit = store.begin(
      guess, client: client, consent: nil, lockAfter: limits.failuresBeforeLock, now: now)
    guard permit == .allowed else { return (permit, []) }
    return (
      permit,
      store.settle(guess, client: client, agreed: false, alarmAt: limits.failuresBeforeAlarm, now: now)
    )
  }

  /// B9: tuples that are there and tuples that are not take the same time to look up.
  private func timing(_ samples: Int = 1000) throws -> AttackLine {
    let tag = TupleTag(
      key: try Secret.random(32), dataset: stored.dataset, result: stored.result, cost: tags.cost)
    func fields(_ number: Int) -> [String] { tags.fields.map { _ in String(1_000_000 + number) } }
    let made = try (0..<500).map { try tag.tag(of: fields($0)).tag }
      .sorted { $0.lexicographicallyPrecedes($1) }
    let padding = [UInt8](repeating: 0, count: tags.answerLength)
    var described = tags.json
    described["count"] = JSON(made.count)
    guard let copy = StoredTags(json: described, bytes: made.flatMap { $0.prefix(tags.tagLength) + padding })
    else {
      throw ReleaseError(
        .malformed, part: Layout.tagsPart(stored.dataset, stored.result),
        detail: "the tags' description does not fit"
      )
    }
    var scores: [(score: Double, isTrue: Bool)] = []
    let clock = ContinuousClock()
    var generator = AttackGenerator(9)
    for sample in 0..<2 * samples {
      // In no order that the machine could fall into step with.
      let isKnown = Bool.random(using: &generator)
      let asked = fields(isKnown ? sample / 2 % 500 : 10_000 + sample)
      let took = try clock.measure { _ = try copy.look(up: asked, tag) }
      scores.append((Double(took.components.attoseconds), isKnown))
    }
    // What is served leaves on a grid of 25 ms (DISCLOSURE a.12): that is what a caller can time.
    let grid = 25e15
    let served = Attacks.auc(scores.map { (($0.score / grid).rounded(.up), $0.isTrue) })
    let bare = Attacks.auc(scores)
    let apart = max(served, 1 - served)
    let before = Rounded.text(max(bare, 1 - bare))
    return AttackLine(
      "B9", .both("查找时间", "time of a look-up"), metric: "AUC", apart, bar: "≤ 0.55", passes: apart <= 0.55,
      detail: .both(
        "\(2 * samples) 次，25 毫秒网格；网格之前为 \(before)",
        "\(2 * samples) samples on the 25 ms grid; \(before) before it"))
  }
}

private enum TemporaryPlace {
  /// `TMPDIR`, or `/tmp`.
  static var folder: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }
}
