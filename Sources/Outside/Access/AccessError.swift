package import Bytes

/// What the access database cannot do as asked, with who can mend it.
package struct AccessError: Fault, Equatable {
  package enum Code: Sendable {
    case unknownClient, duplicateClient, unknownCertificate, unknownKey, unknownGrant, notPending,
      selfApproval, notApprover
    case badApproval, invalid, damaged
  }

  package let code: Code
  private let words: Wording
  private let advice: Wording?
  package var message: String { message(in: "en") }
  package var hint: String? { hint(in: "en") }
  package var blame: Blame { code == .damaged ? .environment : .data }
  package var description: String { message }

  package init(_ code: Code, _ words: Wording, hint: Wording? = nil) {
    self.code = code
    self.words = words
    advice = hint
  }

  package func message(in language: String) -> String { words.said(in: language) }
  package func hint(in language: String) -> String? { advice?.said(in: language) }

  /// Errors are equal by code: what they say may change.
  package static func == (left: AccessError, right: AccessError) -> Bool { left.code == right.code }
}
