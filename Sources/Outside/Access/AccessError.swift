package import Bytes

/// What the access database cannot do as asked, with who can mend it.
package struct AccessError: Fault, Equatable {
  package enum Code: Sendable {
    case unknownClient, duplicateClient, unknownCertificate, unknownKey, unknownGrant, notPending,
      selfApproval, notApprover
    case tooManyKeys, badApproval, invalid, damaged, chain
  }

  package let code: Code
  private let words: Wording
  private let advice: Wording?
  package var message: String { message(in: "en") }
  package var hint: String? { hint(in: "en") }
  package var blame: Blame { [.damaged, .chain].contains(code) ? .environment : .data }
  package var description: String { message }

  package init(_ code: Code, _ words: Wording, hint: Wording? = nil) {
    self.code = code
    self.words = words
    advice = hint
  }

  /// A change whose entry the log could not hold.
  static func tooLong(_ bytes: Int) -> AccessError {
    AccessError(
      .invalid,
      Wording(
        "the log entry of this change would have \(bytes) bytes, at most \(AccessStore.entryLimit) are kept: nothing was changed",
        "这项变更的日志条目有 \(bytes) 字节，至多保存 \(AccessStore.entryLimit) 字节：没有作任何变更"),
      hint: Wording("use shorter names, purposes or reasons", "请缩短名称、用途或理由"))
  }

  /// Refuses a name or text that is no plain line.
  static func check(_ text: String, _ what: Wording) throws(AccessError) {
    guard let problem = PlainLine.problem(in: text) else { return }
    throw AccessError(
      .invalid, Wording("\(what.en) \(problem.en)", "\(what.zh)\(problem.zh)"),
      hint: Wording("give it on one line, in letters that show", "请写成一行可见的文字"))
  }

  package func message(in language: String) -> String { words.said(in: language) }
  package func hint(in language: String) -> String? { advice?.said(in: language) }

  /// Errors are equal by code: what they say may change.
  package static func == (left: AccessError, right: AccessError) -> Bool { left.code == right.code }
}
