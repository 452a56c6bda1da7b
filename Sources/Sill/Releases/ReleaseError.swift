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
  package let message: String
  package let hint: String?

  package init(_ code: Code, part: String? = nil, _ message: String, hint: String? = nil) {
    self.code = code
    self.part = part
    self.message = message
    self.hint = hint ?? ReleaseError.usualHint(code)
  }

  /// Of a part or file of a release that is not there any more.
  package static func lost(_ part: String, _ message: String) -> ReleaseError {
    ReleaseError(
      .missing, part: part, message,
      hint:
        "restore .doorsill/outside from a backup, or import the release again: nothing of a release is made anew"
    )
  }

  package var blame: Blame { code == .storage || code == .missing ? .environment : .data }

  package static func == (left: ReleaseError, right: ReleaseError) -> Bool {
    left.code == right.code && left.part == right.part
  }

  private static func usualHint(_ code: Code) -> String? {
    switch code {
    case .altered: "fetch the release again or publish once more; nothing of an altered part is served"
    case .signature:
      "the release was not made by the key in keys/release.pub: import it again from its source"
    case .rolledBack: "outside/withdrawn only grows: restore the newest copy of it"
    case .malformed: "restore it from a backup, or import the release again; 'doorsill doctor' tells what else is wrong"
    case .storage:
      "see that it is there and may be read by this user; where it is lost, restore .doorsill/outside from a backup"
    case .missing: nil
    }
  }
}
