/// The members of an object whose keys have been checked.
package struct Fields: Sendable {
  /// The object itself, for errors about it as a whole.
  package let node: Node
  let entries: [Node.Entry]

  /// The member of that name; its absence is an error at the object.
  package func required(_ key: String) throws(DocumentError) -> Node {
    if let found = optional(key) { return found }
    throw node.missing(key)
  }

  /// The member of that name, or nil where it is absent. A written `null` is returned.
  package func optional(_ key: String) -> Node? { entries.first { sameBytes($0.key, key) }?.node }
}
