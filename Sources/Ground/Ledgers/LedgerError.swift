package import Bytes

/// Why a log cannot be opened, written or believed.
package struct LedgerError: Fault, Equatable {
  /// The kinds of failure.
  package enum Code: String, Sendable, CaseIterable {
    /// Another process has the log open for writing.
    case busy
    /// The log holds less than what it signed: an older copy was put back.
    case behind
    /// Entries, tiles or the checkpoint were changed.
    case damaged
    /// The disk refused a write; nothing of it stays, and appending may be tried again.
    case full
    /// A sync failed. What reached the disk is unknown, so nothing more is written until the log is opened anew.
    case broken
    /// The files cannot be read or made.
    case storage
    /// There is no entry, tile or size of that number.
    case absent
    /// An entry that cannot be stored.
    case entry
    /// A proof, checkpoint or receipt that does not hold.
    case proof
  }
  package let code: Code
  package let detail: String

  init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  init(_ error: FilesError) { self.init(.storage, error.message) }

  /// The same of the log in that folder: a portal has two.
  func of(_ folder: String) -> LedgerError {
    detail.contains(folder) ? self : LedgerError(code, "\(folder): \(detail)")
  }

  package static func == (left: LedgerError, right: LedgerError) -> Bool { left.code == right.code }

  package var message: String { detail }

  package var hint: String? {
    switch code {
    case .busy: "stop the other doorsill process, or let it write the entry"
    case .behind, .damaged:
      "keep everything as it is, run doorsill ledger verify, and restore from a backup of one moment, with what lies beside the log"
    case .full: "free space on the disk"
    case .broken: "check the disk, then start again"
    case .storage, .absent, .entry, .proof: nil
    }
  }

  package var blame: Blame {
    switch code {
    case .busy, .full, .broken, .storage: .environment
    case .absent, .entry: .usage
    case .behind, .damaged, .proof: .data
    }
  }
}
