import Access
import Bytes
import Releases

/// The answer about one tuple: 一致, 不一致 or 无法核验, and nothing else.
enum TupleAnswer: Sendable, Equatable {
  /// All fields agree with the register together; for a score with its value.
  case match(value: String?)
  /// They do not, or there is no such subject: nobody is told which.
  case noMatch
  /// Not looked up, for a reason that lies with the caller.
  case unavailable(Reason)

  enum Reason: Sendable, Equatable {
    case locked
    case consent(Consent.Problem)

    var code: String {
      switch self {
      case .locked: "locked"
      case .consent(let problem): problem.rawValue
      }
    }

    static let all = [Reason.locked] + Consent.Problem.allCases.map { .consent($0) }
  }

  var code: String {
    switch self {
    case .match: "match"
    case .noMatch: "no-match"
    case .unavailable: "unavailable"
    }
  }

  private func text(_ language: String) -> String {
    switch self {
    case .match: language == "zh" ? "一致" : "agrees"
    case .noMatch: language == "zh" ? "不一致" : "does not agree"
    case .unavailable: language == "zh" ? "无法核验" : "cannot be verified"
    }
  }

  private func members(_ language: String) -> [JSON.Member] {
    var members: [JSON.Member] = [.init("answer", .string(code)), .init("text", .string(text(language)))]
    switch self {
    case .match(let value): if let value { members.append(.init("value", .string(value))) }
    case .noMatch: break
    case .unavailable(let reason): members.append(.init("reason", .string(reason.code)))
    }
    return members
  }

  /// Every answer a result can give.
  static func all(of tags: StoredTags) -> [TupleAnswer] {
    (tags.values.isEmpty ? [.match(value: nil)] : tags.values.map { .match(value: $0) })
      + [.noMatch] + Reason.all.map { .unavailable($0) }
  }

  /// The answers as JSON, each filled up with spaces to the length of the longest there could be: whoever sees only
  /// how long an answer is learns nothing.
  static func body(
    _ answers: [TupleAnswer], isBatch: Bool, of stored: StoredResult, _ tags: StoredTags, release: Int,
    language: String
  ) -> [UInt8] {
    let longest = all(of: tags).map { JSON.object($0.members(language)).serialized().count }.max() ?? 0
    var body = JSON.object([
      .init("dataset", .string(stored.dataset)), .init("result", .string(stored.result)),
      .init("release", JSON(release)), .init("protection", stored.protection),
      .init("note", .string(stored.note(language))),
    ]).serialized()
    body.removeLast()
    func filled(_ answer: TupleAnswer) -> (bytes: [UInt8], spaces: [UInt8]) {
      let bytes = JSON.object(answer.members(language)).serialized()
      return (bytes, Array(repeating: 0x20, count: longest - bytes.count))
    }
    if isBatch {
      body += ",\"answers\":[".utf8
      for (place, answer) in answers.enumerated() {
        if place > 0 { body.append(0x2C) }
        let (bytes, spaces) = filled(answer)
        body += bytes + spaces
      }
      body += "]}".utf8
    } else if let answer = answers.first {
      let (bytes, spaces) = filled(answer)
      body.append(0x2C)
      body += bytes.dropFirst() + spaces
    }
    return body
  }
}
