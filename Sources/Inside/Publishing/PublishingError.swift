package import Bytes

/// Why something was not published, with who can mend it.
package struct PublishingError: Fault, Equatable {
  package enum Code: Sendable {
    case noPortal, busy, faulty, refused, policyChange, unknownDataset, notBuilt, leaked, damaged
  }

  package let code: Code
  package let message: String
  package let hint: String?
  package let blame: Blame
  package var description: String { message }

  package init(_ code: Code, _ message: String, hint: String? = nil, blame: Blame = .data) {
    self.code = code
    self.message = message
    self.hint = hint
    self.blame = blame
  }

  /// Errors are equal by code: what they say may change.
  package static func == (left: PublishingError, right: PublishingError) -> Bool { left.code == right.code }
}
