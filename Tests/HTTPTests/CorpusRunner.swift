import Bytes
import Synchronization
import Trust

@testable import HTTP

/// Sends every case of the corpus to a server and judges what comes back by its strict alternatives.
struct CorpusRunner: Sendable {
  enum Split: Sendable, CustomStringConvertible {
    case whole, every(Int), random
    var description: String {
      switch self {
      case .whole: "in one piece"
      case .every(let count): "in pieces of \(count)"
      case .random: "in random pieces"
      }
    }
  }

  struct Outcome: Sendable {
    let name: String
    /// Final statuses and the end of the connection: what must be the same under every split.
    let got: String
    let faults: [String]
  }

  let port: UInt16
  let tls: TLSContext?

  /// Runs every case on threads of its own; the outcomes come in the order of the cases.
  func run(_ cases: [CorpusCase], split: Split, threads: Int = 48) throws -> [Outcome] {
    let metadata = try CorpusMetadata(self)
    let next = Atomic(0)
    let outcomes = Mutex<[Int: Outcome]>([:])
    let pool = (0..<threads).compactMap { number in
      ServerThread("corpus-\(number)") {
        while true {
          let index = next.add(1, ordering: .relaxed).oldValue
          guard index < cases.count else { return }
          var outcome = judge(cases[index], metadata, split, patience: 300)
          // On a busy machine silence may only be slowness: whoever fails is heard again, longer.
          if !outcome.faults.isEmpty { outcome = judge(cases[index], metadata, split, patience: 3000) }
          outcomes.withLock { $0[index] = outcome }
        }
      }
    }
    for thread in pool { thread.join() }
    return outcomes.withLock { found in cases.indices.compactMap { found[$0] } }
  }

  private func judge(
    _ corpusCase: CorpusCase, _ metadata: CorpusMetadata, _ split: Split, patience: Int32
  ) -> Outcome {
    let raw = corpusCase.isTemplate ? metadata.filled(corpusCase.raw) : corpusCase.raw
    let exchange: RawConnection.Exchange
    do {
      let connection = try RawConnection(port: port, tls: tls)
      exchange = connection.exchange(
        CorpusRunner.pieces(raw, split), endsAfter: corpusCase.halfCloses, first: max(2000, patience),
        idle: patience)
    } catch {
      return Outcome(name: corpusCase.name, got: "no connection", faults: ["\(error)"])
    }
    var answers = Answer.parse(exchange.bytes, methods: corpusCase.methods)
    if corpusCase.firstOnly { answers = Array(answers.filter { $0.status >= 200 }.prefix(1)) }
    let end = exchange.isClosed ? "+c" : "+o"
    let got = answers.filter { $0.status >= 200 || $0.status < 0 }.map { String($0.status) }.joined(
      separator: ";")
    var faults: [String] = []
    if !corpusCase.allows(answers, closed: exchange.isClosed) {
      faults.append("got \(got)\(end), wanted \(corpusCase.strict) (\(corpusCase.rule))")
    }
    if exchange.isClosed, exchange.isRude { faults.append("closed rudely") }
    faults += CorpusChecks.faults(corpusCase, answers)
    return Outcome(name: corpusCase.name, got: got + end, faults: faults)
  }

  private static func pieces(_ raw: [UInt8], _ split: Split) -> [ArraySlice<UInt8>] {
    guard !raw.isEmpty else { return [] }
    guard raw.count > 1, raw.count <= 4096 else { return [raw[...]] }
    var cuts: [Int]
    switch split {
    case .whole: return [raw[...]]
    case .every(let count): cuts = Array(stride(from: count, to: raw.count, by: count))
    case .random: cuts = Array(Set((0..<6).map { _ in Int.random(in: 1..<raw.count) })).sorted()
    }
    cuts = [0] + cuts + [raw.count]
    return zip(cuts, cuts.dropFirst()).map { raw[$0..<$1] }
  }
}

/// What templates of the corpus are filled with.
struct CorpusMetadata: Sendable {
  private let etag: String
  private let modified: Timestamp

  init(_ runner: CorpusRunner) throws {
    let connection = try RawConnection(port: runner.port, tls: runner.tls)
    let exchange = connection.ask("GET /t/kilo.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    guard let answer = Answer.parse(exchange.bytes).first, let etag = answer["etag"],
      let modified = answer["last-modified"].flatMap({ Timestamp(httpDate: $0) })
    else { throw RawConnection.Failure("no validators") }
    self.etag = etag
    self.modified = modified
  }

  func filled(_ raw: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var at = 0
    while at < raw.count {
      guard raw[at] == 0x7B, at + 1 < raw.count, raw[at + 1] == 0x7B,
        let end = Answer.find([0x7D, 0x7D], in: raw, from: at)
      else {
        result.append(raw[at])
        at += 1
        continue
      }
      let words = String(decoding: raw[(at + 2)..<end], as: UTF8.self).split(separator: ":")
      result += value(words.map(String.init))
      at = end + 2
    }
    return result
  }

  private func value(_ words: [String]) -> [UInt8] {
    let date = modified.httpDate.split(separator: " ").map(String.init)
    let longDays = [
      "Mon,": "Monday", "Tue,": "Tuesday", "Wed,": "Wednesday", "Thu,": "Thursday", "Fri,": "Friday",
      "Sat,": "Saturday", "Sun,": "Sunday",
    ]
    switch words[0] {
    case "REP": return Array(repeating: UInt8(words[1], radix: 16) ?? 0, count: Int(words[2]) ?? 0)
    case "HDRS": return (0..<(Int(words[1]) ?? 0)).flatMap { Array("X-\($0): v\r\n".utf8) }
    case "ETAG": return Array(etag.utf8)
    case "LM": return Array(modified.httpDate.utf8)
    case "LM850":
      return Array(
        "\(longDays[date[0]] ?? ""), \(date[1])-\(date[2])-\(date[3].suffix(2)) \(date[4]) GMT".utf8)
    default:
      let day = date[1].hasPrefix("0") ? " " + date[1].suffix(1) : date[1]
      return Array("\(date[0].dropLast()) \(date[2]) \(day) \(date[4]) \(date[3])".utf8)
    }
  }
}
