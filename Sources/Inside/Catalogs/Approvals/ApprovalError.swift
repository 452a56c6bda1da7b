package import Bytes

/// An approval that cannot be counted, and why.
package struct ApprovalError: Fault, Equatable {
  package enum Code: String, Sendable, CaseIterable {
    /// No JWS, or not of the kind `doorsill-approval`.
    case format
    /// No person of access.json5 made the signature.
    case signature
    /// Signed with another person's key than the one it names.
    case wrongPerson
    /// About another dataset than the folder it lies in.
    case misplaced
    /// The file cannot be read or written.
    case unreadable
  }

  package let code: Code
  /// The file; empty where there is none yet.
  package let file: String
  /// What is wrong, without the file.
  package let reason: String

  package init(_ code: Code, file: String, _ reason: String) {
    self.code = code
    self.file = file
    self.reason = reason
  }

  package static func == (left: ApprovalError, right: ApprovalError) -> Bool { left.code == right.code }

  package var message: String { file.isEmpty ? reason : "\(file): \(reason)" }
  package var hint: String? {
    switch code {
    case .format, .signature: "remove the file, and have the approver sign again with `doorsill approve`"
    case .wrongPerson: "an approval names the person whose key signs it; have them sign it themselves"
    case .misplaced: "approvals lie in the folder of the dataset they are about"
    case .unreadable: nil
    }
  }
  package var blame: Blame { code == .unreadable ? .environment : .data }
}
