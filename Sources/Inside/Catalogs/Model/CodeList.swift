package import Bytes

/// A closed list of codes with their labels, flat or as a tree.
package struct CodeList: Sendable, Hashable {
  package var id: String
  package var title: Text
  package var codes: [Code]

  package init(id: String, title: Text, codes: [Code]) {
    self.id = id
    self.title = title
    self.codes = codes
  }

  package func code(_ code: String) -> Code? { codes.first { $0.code == code } }

  /// Whether some code names a parent.
  package var isTree: Bool { codes.contains { $0.parent != nil } }
}

/// One code of a list or dimension.
package struct Code: Sendable, Hashable {
  package var code: String
  package var label: Text
  /// The code one step up, of the same list; nil at the top.
  package var parent: String?

  package init(code: String, label: Text, parent: String? = nil) {
    self.code = code
    self.label = label
    self.parent = parent
  }
}
