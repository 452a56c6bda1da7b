package import Bytes

/// What is wrong with a stored release or the folder that holds it. Equal by code and part.
package struct ReleaseError: Fault, Equatable {
  /// The kind of fault.
  package enum Code: String, Sendable, CaseIterable {
    /// There is no release here, or no file of that name.
    case missing
    /// A stored form does not read as what it should be.
    case malformed
    /// The manifest's signature is not the release key's, or its list is not the list that was signed.
    case signature
    /// A part's size or SHA-256 is not the manifest's.
    case altered
    /// The list of withdrawals is shorter than, or differs from, what was read before.
    case rolledBack
    /// The disk or the system refused.
    case storage
  }

  package let code: Code
  /// The part or file that is meant, relative to the release's or the outside folder.
  package let part: String?
  private let words: Wording
  private let advice: Wording?

  package init(_ code: Code, part: String? = nil, _ words: Wording, hint: Wording? = nil) {
    self.code = code
    self.part = part
    self.words = words
    advice = hint ?? ReleaseError.usualHint(code)
  }

  /// Of a stored form that does not read as it should: which detail is for whoever made it.
  package init(_ code: Code, part: String? = nil, detail: String) {
    self.init(code, part: part, Wording(detail, "存储内容有误：\(detail)"))
  }

  /// Of a file that the system or another room refused.
  init(_ code: Code, part: String, _ error: any Fault) {
    self.init(
      code, part: part, Wording(error.message(in: "en"), error.message(in: "zh")),
      hint: error.hint(in: "en").map { Wording($0, error.hint(in: "zh") ?? $0) })
  }

  /// Of a part or file of a release that is not there any more.
  package static func lost(_ part: String, _ words: Wording) -> ReleaseError {
    ReleaseError(
      .missing, part: part, words,
      hint: Wording(
        "restore .doorsill/outside from a backup, or import the release again: nothing of a release is made anew",
        "请从备份恢复 .doorsill/outside，或重新导入该版本：版本的任何部分都不会另行生成"))
  }

  package var message: String { words.en }
  package var hint: String? { advice?.en }
  package func message(in language: String) -> String { words.said(in: language) }
  package func hint(in language: String) -> String? { advice?.said(in: language) }

  /// What was put back or lost is for whoever runs the machine.
  package var blame: Blame { [.storage, .missing, .rolledBack].contains(code) ? .environment : .data }

  package static func == (left: ReleaseError, right: ReleaseError) -> Bool {
    left.code == right.code && left.part == right.part
  }

  private static func usualHint(_ code: Code) -> Wording? {
    switch code {
    case .altered:
      Wording(
        "fetch the release again or publish once more; nothing of an altered part is served",
        "请重新取得该版本或再次发布；被改动的部分一概不提供")
    case .signature:
      Wording(
        "the release was not made by the key in keys/release.pub: import it again from its source",
        "该版本不是 keys/release.pub 的密钥所制：请从来源重新导入")
    case .rolledBack:
      Wording(
        "outside/withdrawn only grows: restore the newest copy of it",
        "outside/withdrawn 只增不减：请恢复其最新副本")
    case .malformed:
      Wording(
        "restore it from a backup, or import the release again; 'doorsill doctor' tells what else is wrong",
        "请从备份恢复，或重新导入该版本；doorsill doctor 会指出其他问题")
    case .storage:
      Wording(
        "see that it is there and may be read by this user; where it is lost, restore .doorsill/outside from a backup",
        "请确认它存在且本用户可读；若已丢失，请从备份恢复 .doorsill/outside")
    case .missing: nil
    }
  }
}
