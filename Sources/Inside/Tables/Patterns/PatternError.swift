import Bytes

/// A regular expression that is wrong, or that cannot be matched in time proportional to the text.
package struct PatternError: Fault, Equatable {
  let words: Wording
  let advice: Wording?

  package var message: String { words.en }
  package var hint: String? { advice?.en }
  package func message(in language: String) -> String { words.said(in: language) }
  package func hint(in language: String) -> String? { advice?.said(in: language) }
}
