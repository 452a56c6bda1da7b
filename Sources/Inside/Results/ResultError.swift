package import Bytes
import Disclosure

/// Why a result cannot be computed. Equal by code.
package struct ResultError: Fault, Equatable {
  package enum Code: Sendable, Equatable {
    /// The declaration does not fit the dataset.
    case declaration
    /// A cell of the table has no declared code or is outside a measure's bounds.
    case value
    /// The table cannot be read or has faults.
    case table
    /// The rules of disclosure control refuse.
    case disclosure
    /// An attack got through.
    case attack
    /// Memory, disk or keys.
    case environment
  }

  package let code: Code
  package let message: String
  private var words: Wording?
  private var advice: Wording?
  package let hint: String?
  package var blame: Blame { code == .environment ? .environment : .data }

  package init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// The same in both languages.
  package init(_ code: Code, _ words: Wording, hint advice: Wording) {
    self.init(code, words.en, hint: advice.en)
    self.words = words
    self.advice = advice
  }

  init(_ error: DisclosureError) {
    self.init(error.code == .environment ? .environment : .disclosure, error.message, hint: error.hint)
    words = Wording(error.message, error.message(in: "zh"))
    advice = error.hint.map { Wording($0, error.hint(in: "zh") ?? $0) }
  }

  package func message(in language: String) -> String { words?.said(in: language) ?? message }
  package func hint(in language: String) -> String? { advice?.said(in: language) ?? hint }

  package static func == (left: ResultError, right: ResultError) -> Bool { left.code == right.code }
}

extension ResultError {
  /// Base cells without what is to be rolled up from them.
  static let notRead = ResultError(
    .environment,
    Wording("cells lack a dimension or measure that a table needs", "单元格缺少数据表所需的维度或度量"),
    hint: .faultOfTheProgram)

  /// A table that no attack was tried on.
  static func unjudged(_ table: [String]) -> ResultError {
    ResultError(
      .attack,
      Wording(
        "the table [\(table.joined(separator: ", "))] was not attacked, so it is not released",
        "数据表 [\(table.joined(separator: "、"))] 未经攻击检验，因此不予发布"),
      hint: .faultOfTheProgram)
  }
}

/// Runs what throws the rules' errors and gives them as this room's.
func disclosing<R>(_ body: () throws(DisclosureError) -> R) throws(ResultError) -> R {
  do { return try body() } catch { throw ResultError(error) }
}
