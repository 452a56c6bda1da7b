import Bytes

/// A regular expression that is wrong, or that cannot be matched in time proportional to the text.
package struct PatternError: Fault, Equatable {
  package let message: String
  package let hint: String?
}
