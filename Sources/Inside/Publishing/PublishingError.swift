package import Bytes

/// Why something was not published, with who can mend it.
package struct PublishingError: Fault, Equatable {
  package enum Code: Sendable {
    case noPortal, busy, faulty, refused, policyChange, unknownDataset, notBuilt, leaked, damaged
  }

  package let code: Code
  private let words: Wording
  private let advice: Wording?
  package let blame: Blame
  package var message: String { message(in: "en") }
  package var hint: String? { hint(in: "en") }
  package var description: String { message }

  package init(_ code: Code, _ words: Wording, hint: Wording? = nil, blame: Blame = .data) {
    self.code = code
    self.words = words
    advice = hint
    self.blame = blame
  }

  package func message(in language: String) -> String { words.said(in: language) }
  package func hint(in language: String) -> String? { advice?.said(in: language) }

  /// Errors are equal by code: what they say may change.
  package static func == (left: PublishingError, right: PublishingError) -> Bool { left.code == right.code }
}

extension PublishingError {
  /// Something of a dataset that the gate was not asked about, or did not let pass.
  static func unjudged(_ what: String) -> PublishingError {
    PublishingError(
      .refused,
      Wording("'\(what)' was not let through by the gate", "“\(what)”未经门禁放行"),
      hint: Wording(
        "nothing was published; this is a fault of the program, please report it",
        "没有发布任何内容；这是程序的错误，请报告"))
  }
}

extension Wording {
  package static let restoreFromBackup = Wording("restore it from a backup", "请从备份恢复")
  static let nothingPublished = Wording("nothing has been published yet", "尚未发布过任何版本")
  static func didYouMean(_ name: String) -> Wording { Wording("did you mean '\(name)'?", "是否指“\(name)”？") }
}
