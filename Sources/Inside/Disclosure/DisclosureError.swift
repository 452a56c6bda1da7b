package import Bytes

/// Why the rules of disclosure control refuse a declaration. Equal by code.
package struct DisclosureError: Fault, Equatable {
  package enum Code: Sendable {
    /// Codes, hierarchies or grids that cannot be.
    case dimensions
    /// More dimensions in one table than the profile allows.
    case tooDeep
    /// A statistic the profile does not allow.
    case statistic
    /// A refresh below the profile's.
    case refresh
    /// A measure that is out under another profile.
    case secondDraw
    /// Values that could leave the exact arithmetic.
    case overflow
    /// Stored history that cannot be read.
    case history
    /// Guessing a tuple would be too cheap.
    case guessing
    /// Keys or memory-hard functions failed.
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

  package func message(in language: String) -> String { words?.said(in: language) ?? message }
  package func hint(in language: String) -> String? { advice?.said(in: language) ?? hint }

  package static func == (left: DisclosureError, right: DisclosureError) -> Bool { left.code == right.code }
}

extension Wording {
  /// For what the rooms inside promise one another: whoever reads it did nothing wrong.
  package static let faultOfTheProgram = Wording(
    "nothing was released; this is a fault of the program, please report it",
    "没有发布任何内容；这是程序的错误，请报告")
}
