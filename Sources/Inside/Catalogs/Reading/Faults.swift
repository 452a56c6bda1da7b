import Bytes

/// The faults met so far, so that a person sees all of them at once and not one a run.
final class Faults {
  private(set) var errors: [DocumentError] = []
  private(set) var unreadable: [FilesError] = []

  func add(_ error: DocumentError) { errors.append(error) }
  func add(_ error: FilesError) { unreadable.append(error) }

  /// What the body reads, or nil with its fault noted.
  func attempt<T>(_ body: () throws(DocumentError) -> T) -> T? {
    do { return try body() } catch {
      add(error)
      return nil
    }
  }

  /// Reads one list, each element on its own, so that one bad element does not hide the others.
  func list<T>(_ node: Node, _ read: (Node) throws(DocumentError) -> T?) -> [T] {
    guard let elements = attempt({ () throws(DocumentError) in try node.elements() }) else { return [] }
    return elements.compactMap { element in
      attempt { () throws(DocumentError) in try read(element) } ?? nil
    }
  }

  var isEmpty: Bool { errors.isEmpty && unreadable.isEmpty }

  func throwAll() throws(CatalogError) {
    if !errors.isEmpty || !unreadable.isEmpty { throw CatalogError(errors, unreadable: unreadable) }
  }
}

/// One object of a document under reading: its known keys, and where its faults go.
struct Section {
  let node: Node
  let faults: Faults
  private let fields: Fields

  /// Nil, with the fault noted, where the node is no object. Each unknown key is a fault of its own.
  init?(_ node: Node, _ known: [String], _ faults: Faults) {
    guard let entries = faults.attempt({ () throws(DocumentError) in try node.entries() }) else { return nil }
    let keys = entries.map(\.key)
    for key in keys where !known.contains(where: { sameBytes($0, key) }) {
      do {
        _ = try node.fields(keys.filter { !sameBytes($0, key) })
      } catch {
        let near = nearest(key, in: known)
        faults.add(
          DocumentError(
            file: error.file, line: error.line, column: error.column, path: error.path, reason: error.words,
            hint: near.map { .meant($0) } ?? .known(known)))
      }
    }
    guard let fields = faults.attempt({ () throws(DocumentError) in try node.fields(known + keys) }) else {
      return nil
    }
    self.node = node
    self.faults = faults
    self.fields = fields
  }

  /// The node of a key, or nil where it is absent.
  subscript(key: String) -> Node? { fields.optional(key) }

  /// What a key holds; its absence is a fault.
  func required<T>(_ key: String, _ read: (Node) throws(DocumentError) -> T) -> T? {
    faults.attempt { () throws(DocumentError) in try read(try fields.required(key)) }
  }

  /// What a key holds, or nil where it is absent.
  func optional<T>(_ key: String, _ read: (Node) throws(DocumentError) -> T) -> T? {
    guard let node = fields.optional(key) else { return nil }
    return faults.attempt { () throws(DocumentError) in try read(node) }
  }

  /// The elements of a list, empty where the key is absent.
  func list<T>(_ key: String, _ read: (Node) throws(DocumentError) -> T?) -> [T] {
    guard let node = fields.optional(key) else { return [] }
    return faults.list(node, read)
  }

  /// The elements of a list that must be there and hold something.
  func someList<T>(_ key: String, _ read: (Node) throws(DocumentError) -> T?) -> [T] {
    guard let node = required(key, { $0 }) else { return [] }
    let before = faults.errors.count
    let found = faults.list(node, read)
    if found.isEmpty, faults.errors.count == before {
      faults.add(node.error(Wording("at least one is needed here", "此处至少须有一项")))
    }
    return found
  }
}
