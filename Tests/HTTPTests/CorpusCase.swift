import Bytes
import Support

/// One case of `Tests/Vectors/http/corpus.jsonl`.
struct CorpusCase: Sendable {
  let name: String
  let raw: [UInt8]
  let isTemplate: Bool
  let strict: String
  let checks: JSON
  let checksIf: JSON
  let methods: [String]
  let halfCloses: Bool
  let firstOnly: Bool
  let rule: String

  /// The alternatives a case is judged by: what RFC 9110 and 9112 allow, or the strict ones among them.
  enum Bar: String, CaseIterable { case rfc = "expect", strict }

  static func all(_ bar: Bar = .strict) throws -> [CorpusCase] {
    try Places.vectorBytes("http/corpus.jsonl").split(separator: 10).map { line in
      let json = try JSON(parsing: Array(line))
      let raw = Base64.decode(json["raw"]?.string ?? "") ?? []
      let isHead = raw.starts(with: Array("HEAD ".utf8))
      return CorpusCase(
        name: json["name"]?.string ?? "", raw: raw, isTemplate: json["tmpl"]?.bool ?? false,
        strict: json[bar.rawValue]?.string ?? "", checks: json["checks"] ?? .null,
        checksIf: json["checks_if"] ?? .null,
        methods: json["methods"]?.array?.compactMap(\.string)
          ?? [json["method"]?.string ?? (isHead ? "HEAD" : "GET")],
        halfCloses: json["half_close"]?.bool ?? false, firstOnly: json["first_only"]?.bool ?? false,
        rule: json["rule"]?.string ?? "")
    }
  }

  /// Statuses that refuse a request's form.
  private static let refusals: Set<Int> = [400, 411, 413, 414, 417, 431, 501, 505]

  private static func matches(_ word: Substring, _ status: Int) -> Bool {
    switch word {
    case "any": status >= 100
    case "rej": refusals.contains(status)
    case "ok": status >= 200 && !refusals.contains(status)
    default: word.hasSuffix("xx") ? status / 100 == Int(word.prefix(1)) : status == Int(word)
    }
  }

  /// Whether the statuses and the end of the connection are among the strict alternatives.
  func allows(_ answers: [Answer], closed: Bool) -> Bool {
    let statuses = answers.map(\.status)
    let finals = statuses.filter { $0 >= 200 || $0 < 0 }
    return strict.split(separator: "|").contains { alternative in
      if alternative == "close" { return statuses.isEmpty && closed }
      if alternative == "wait" { return statuses.isEmpty && !closed }
      var words = alternative
      var end: Character?
      if words.hasSuffix("+c") || words.hasSuffix("+o") {
        end = words.last
        words = words.dropLast(2)
      }
      let sequence = words.split(separator: ";")
      let usesInterim = sequence.contains { ["100", "101", "102", "103"].contains($0) }
      let seen = usesInterim ? statuses : finals
      guard seen.count == sequence.count, zip(sequence, seen).allSatisfy(CorpusCase.matches) else {
        return false
      }
      return end == nil || (end == "c") == closed
    }
  }
}
