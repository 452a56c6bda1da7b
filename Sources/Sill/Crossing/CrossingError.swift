package import Bytes

/// Why something does not cross the sill. Equal by code and subject.
package struct CrossingError: Fault, Equatable {
  /// The kind of refusal.
  package enum Code: String, Sendable, CaseIterable {
    /// The clearance is for another dataset or another scope than the path asks for.
    case clearance
    /// A path that would leave the release, or that is written twice.
    case path
    /// A step was taken out of order: sealing without settings, flipping before sealing.
    case order
    /// Another writer is at work.
    case busy
    /// A release or archive is not what it says.
    case altered
    /// The disk or the system refused.
    case storage
    /// A restricted value stands in the release.
    case leak
  }

  package let code: Code
  /// The path, part or dataset that is meant.
  package let subject: String
  package let message: String
  package let hint: String?

  package init(_ code: Code, _ subject: String, _ message: String, hint: String? = nil) {
    self.code = code
    self.subject = subject
    self.message = message
    self.hint = hint
  }

  package var blame: Blame {
    switch code {
    case .storage, .busy: .environment
    case .clearance, .path, .altered, .leak: .data
    case .order: .usage
    }
  }

  package static func == (left: CrossingError, right: CrossingError) -> Bool {
    left.code == right.code && left.subject == right.subject
  }
}
