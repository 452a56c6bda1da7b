package import Bytes
import Disclosure

/// Why a result cannot be computed. Equal by code.
package struct ResultError: Fault, Equatable {
  package enum Code: Sendable, Equatable {
    /// The declaration does not fit the dataset.
    case declaration
    /// A cell of the table has no declared code or is outside a measure's bounds.
    case value
    /// The table cannot be read or has faults.
    case table
    /// The rules of disclosure control refuse.
    case disclosure
    /// An attack got through.
    case attack
    /// Memory, disk or keys.
    case environment
  }

  package let code: Code
  package let message: String
  package let hint: String?
  package var blame: Blame { code == .environment ? .environment : .data }

  package init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  init(_ error: DisclosureError) {
    self.init(error.code == .environment ? .environment : .disclosure, error.message, hint: error.hint)
  }

  package static func == (left: ResultError, right: ResultError) -> Bool { left.code == right.code }
}

/// Runs what throws the rules' errors and gives them as this room's.
func disclosing<R>(_ body: () throws(DisclosureError) -> R) throws(ResultError) -> R {
  do { return try body() } catch { throw ResultError(error) }
}
