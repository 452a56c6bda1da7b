package import Bytes

/// What the access database cannot do as asked, with who can mend it.
package struct AccessError: Fault, Equatable {
  package enum Code: Sendable {
    case unknownClient, duplicateClient, unknownCertificate, unknownKey, unknownGrant, notPending,
      selfApproval, notApprover
    case badApproval, invalid, damaged
  }

  package let code: Code
  package let message: String
  package let hint: String?
  package var blame: Blame { code == .damaged ? .environment : .data }
  package var description: String { message }

  package init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// Errors are equal by code: what they say may change.
  package static func == (left: AccessError, right: AccessError) -> Bool { left.code == right.code }
}
