/// An error a person reads. Every room's errors conform, so that one place can print them.
package protocol Fault: Error, Sendable, CustomStringConvertible {
  /// What went wrong, in one sentence without a final stop, naming the file, line, column or field it means.
  var message: String { get }
  /// What to do about it, or nil where the message already says so.
  var hint: String? { get }
  /// The same in the language of a person, `zh…` or `en…`; without words of its own for it, English.
  func message(in language: String) -> String
  func hint(in language: String) -> String?
  /// Who can put it right.
  var blame: Blame { get }
}

extension Fault {
  package var hint: String? { nil }
  package func message(in language: String) -> String { message }
  package func hint(in language: String) -> String? { hint }
  package var blame: Blame { .data }
  package var description: String { message + (hint.map { " (\($0))" } ?? "") }
}

/// Who can put a fault right; also the exit code of the program.
package enum Blame: Int32, Sendable {
  /// The data or the policy says no: its custodian.
  case data = 1
  /// The command was misused: the person at the keyboard.
  case usage = 2
  /// The disk, the network or the system failed: the operator.
  case environment = 3
}
