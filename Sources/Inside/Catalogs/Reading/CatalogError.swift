package import Bytes

/// Everything that is wrong with a portal's descriptors or policies, each fault at its place.
package struct CatalogError: Fault {
  /// In the order of the files, and within a file in the order they were met.
  package let errors: [DocumentError]
  /// Files and folders that could not be read at all.
  package let unreadable: [FilesError]

  package init(_ errors: [DocumentError], unreadable: [FilesError] = []) {
    self.errors = errors
    self.unreadable = unreadable
  }

  /// One line a fault, each with its own hint.
  package var message: String { message(in: "en") }

  package func message(in language: String) -> String {
    (unreadable.map { $0.message(in: language) }
      + errors.map { $0.message(in: language) + ($0.hint(in: language).map { " (\($0))" } ?? "") })
      .joined(separator: "\n")
  }

  /// The hints stand in the message, beside their faults.
  package var hint: String? { nil }
  package var blame: Blame { errors.isEmpty && !unreadable.isEmpty ? .environment : .data }
}
