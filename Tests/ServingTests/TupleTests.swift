import Access
import Bytes
import HTTP
import Ledgers
import Releases
import Support
import Synchronization
import Testing
import Trust

@testable import Serving

/// A `verify` and a `score` as a release holds them.
struct TupleSample {
  static let key = Secret([UInt8](repeating: 5, count: 32))
  static let tuples = [["c1", "张伟"], ["c2", "李娜"], ["c3", "王芳"]]

  let stored: StoredResult
  let tags: StoredTags

  init(values: [String] = []) throws {
    let tag = TupleTag(key: Self.key, dataset: "firms", result: "registration", cost: .standard)
    let made = try Self.tuples.enumerated().map { place, fields in
      let (bytes, mask) = try tag.tag(of: fields)
      return (bytes, values.isEmpty ? [] : [UInt8(place % values.count) ^ mask])
    }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
    let described: JSON = [
      "subject": [["name": "code", "title": "Code", "form": "text"]],
      "claims": [["name": "name", "title": "Name", "form": "text"]],
      "scrypt": ["n": 64, "r": 8, "p": 1], "tagLength": 16, "answerLength": JSON(values.isEmpty ? 0 : 1),
      "count": 3, "values": JSON(values), "meaning": "m", "responsible": "r",
      "price": ["subjectBits": 1, "claimBits": 2, "costBits": 11], "needsConsent": .bool(!values.isEmpty),
    ]
    tags = try #require(StoredTags(json: described, bytes: made.flatMap { $0.0 + $0.1 }))
    stored = try StoredResult(
      dataset: "firms", result: "registration", kind: values.isEmpty ? .verify : .score, title: "t",
      dimensions: [], columns: [], tables: [], tags: tags, protection: [:], note: "n")
  }
}

@Suite struct `The desk that looks tuples up` {
  @Test func `finds what is known with its value, and nothing else`() throws {
    let sample = try TupleSample(values: ["A", "B"])
    let desk = TupleDesk(key: { TupleSample.key })
    let found = try desk.look(
      up: TupleSample.tuples + [["c1", "李娜"], ["c9", "张伟"]], in: sample.stored, sample.tags)
    #expect(found.map(\.known) == [true, true, true, false, false])
    #expect(found.map(\.value) == ["A", "B", "A", nil, nil])
  }

  @Test func `does one memory-hard evaluation for each tuple, whatever comes of it`() throws {
    let sample = try TupleSample()
    let desk = TupleDesk(key: { TupleSample.key })
    for tuple in [["c1", "张伟"], ["c1", "wrong"], ["unknown", "张伟"]] {
      let before = desk.evaluations.load(ordering: .relaxed)
      _ = try desk.look(up: [tuple], in: sample.stored, sample.tags)
      #expect(desk.evaluations.load(ordering: .relaxed) - before == 1)
    }
  }

  @Test func `says so where the key has not crossed yet, and finds it when it has`() throws {
    let sample = try TupleSample()
    let key = Mutex<Secret?>(nil)
    let desk = TupleDesk(key: { key.withLock { $0 } })
    #expect(throws: TupleDesk.Refusal.noKey) {
      try desk.look(up: [TupleSample.tuples[0]], in: sample.stored, sample.tags)
    }
    key.withLock { $0 = TupleSample.key }
    #expect(try desk.look(up: [TupleSample.tuples[0]], in: sample.stored, sample.tags)[0].known)
  }

  @Test(
    arguments: [
      (0, 25_000_000), (1, 24_999_999), (1_000_000, 24_000_000), (24_999_999, 1), (25_000_000, 0),
      (25_000_001, 24_999_999),
      (130_000_000, 20_000_000),
    ] as [(Int64, Int64)])
  func `lets answers leave on a grid of 25 ms`(elapsed: Int64, rest: Int64) {
    let waits = TupleDesk.rest(after: .nanoseconds(elapsed))
    #expect(waits == .nanoseconds(elapsed == 0 ? 24_999_999 : rest))
    #expect(waits < .milliseconds(25))
  }

  @Test func `holds every answer until the next step`() {
    let paused = Mutex<[Duration]>([])
    let desk = TupleDesk(key: { nil }, pause: { duration in paused.withLock { $0.append(duration) } })
    desk.hold(since: ContinuousClock.now)
    #expect(paused.withLock { $0.count } == 1 && paused.withLock { $0[0] } < .milliseconds(25))
  }
}

@Suite struct `Tuples in the log` {
  @Test func `are counted again at start: calls, failures and consents`() throws {
    let folder = try TemporaryFolder()
    let state = try OutsideState(folder: folder.path + "/outside")
    let noon = Timestamp(secondsSince1970: 1_795_000_000)
    _ = try state.accessStore()
    let answers = Answers(
      ledger: try Ledger(
        folder: state.answers, origin: "example.org/answers", key: try state.checkpointKey()),
      origin: "example.org/answers", receiptKey: try state.receiptKey())
    func tuple(_ number: Int, _ answer: String, _ more: [JSON.Member] = []) -> JSON {
      .object(
        [
          .init("subject", "00ff"), .init("tuple", .string("0\(number)")), .init("answer", .string(answer)),
        ] + more)
    }
    _ = try answers.ledger.append([
      "event": "answer", "client": "acme", "grant": 7, "dryRun": false, "time": .string(noon.rfc3339),
      "tuples": [
        tuple(1, "no-match"), tuple(2, "no-match"), tuple(3, "unavailable"),
        tuple(
          4, "match",
          [.init("consent", "aa"), .init("consentExpires", .string(noon.adding(seconds: 600).rfc3339))]),
      ],
    ])
    let access = try state.accessStore()
    try answers.replay(into: access)
    #expect(access.used(7, on: noon) == 4)
    let guess = try #require(Guess(json: tuple(9, "")))
    let consent = Consent(id: [0xAA], expires: noon.adding(seconds: 600))
    #expect(access.begin(guess, client: "acme", consent: consent, lockAfter: 3, now: noon) == .consentUsed)
    #expect(access.begin(guess, client: "acme", consent: nil, lockAfter: 2, now: noon) == .locked)
    #expect(access.begin(guess, client: "acme", consent: nil, lockAfter: 3, now: noon) == .allowed)
  }
}

@Suite struct `The answer about a tuple` {
  @Test(arguments: [[], ["A", "a much longer value of the score"]])
  func `has one length, whatever it says`(values: [String]) throws {
    let sample = try TupleSample(values: values)
    for language in ["zh", "en"] {
      for isBatch in [false, true] {
        let all = TupleAnswer.all(of: sample.tags)
        let lengths = Set(
          all.map {
            TupleAnswer.body(
              [$0, $0], isBatch: isBatch, of: sample.stored, sample.tags, release: 3, language: language
            ).count
          })
        #expect(lengths.count == 1 && all.count >= 10, "\(language)")
        for answer in all {
          let body = TupleAnswer.body(
            [answer], isBatch: isBatch, of: sample.stored, sample.tags, release: 3, language: language)
          let json = try JSON(parsing: body)
          #expect((isBatch ? json["answers"]?[0] : json)?["answer"]?.string == answer.code)
        }
      }
    }
  }

  @Test func `is one of three words in either language`() throws {
    let sample = try TupleSample()
    func text(_ answer: TupleAnswer, _ language: String) throws -> String? {
      try JSON(
        parsing: TupleAnswer.body(
          [answer], isBatch: false, of: sample.stored, sample.tags, release: 1, language: language))["text"]?
        .string
    }
    #expect(try text(.match(value: nil), "zh") == "一致")
    #expect(try text(.noMatch, "zh") == "不一致")
    #expect(try text(.unavailable(.locked), "zh") == "无法核验")
    #expect(try text(.noMatch, "en") == "does not agree")
  }
}

@Suite struct `The gateway's OpenAPI document` {
  @Test func `describes exactly the routes there are`() throws {
    let folder = try TemporaryFolder()
    let state = try OutsideState(folder: folder.path + "/outside")
    let answers = Answers(
      ledger: try Ledger(
        folder: state.answers, origin: "example.org/answers", key: try state.checkpointKey()),
      origin: "example.org/answers", receiptKey: try state.receiptKey())
    let gateway = Gateway(
      releases: try ReleaseStore(folder: state.folder, key: try SigningKey.generate().publicKey),
      access: try state.accessStore(), answers: answers, desk: TupleDesk(key: { nil }))
    let served = Set(gateway.routes.map { "\($0.method.rawValue.lowercased()) \($0.pattern)" })
    var described: Set<String> = []
    for path in GatewayDocument.json["paths"]?.members ?? [] {
      for operation in path.value.members ?? [] where operation.key != "parameters" {
        described.insert("\(operation.key) \(path.key)")
      }
    }
    #expect(served == described)
  }

  @Test func `is 3.1, with unique operations and no reference to nowhere`() throws {
    let document = GatewayDocument.json
    #expect(document["openapi"]?.string == "3.1.0")
    var ids: [String] = []
    func walk(_ json: JSON) {
      for member in json.members ?? [] {
        if member.key == "operationId", let id = member.value.string { ids.append(id) }
        if member.key == "$ref", let target = member.value.string {
          let steps = target.split(separator: "/").dropFirst().map(String.init)
          #expect(steps.reduce(document as JSON?) { $0?[$1] } != nil, "\(target)")
        }
        walk(member.value)
      }
      for element in json.array ?? [] { walk(element) }
    }
    walk(document)
    #expect(ids.count == Set(ids).count && ids.count == 8)
    // Path parameters are declared, each once.
    for path in document["paths"]?.members ?? [] {
      let names = path.key.split(separator: "/").filter { $0.hasPrefix("{") }.map {
        String($0.dropFirst().dropLast())
      }
      for operation in path.value.members ?? [] where operation.key != "parameters" {
        let parameters =
          (path.value["parameters"]?.array ?? []) + (operation.value["parameters"]?.array ?? [])
        let declared = parameters.filter { $0["in"]?.string == "path" }.compactMap { $0["name"]?.string }
        #expect(declared.sorted() == names.sorted(), "\(operation.key) \(path.key)")
      }
    }
  }
}
