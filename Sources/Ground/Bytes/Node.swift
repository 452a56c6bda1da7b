/// One value of a document with its place: file, line, column, key path.
package struct Node: Sendable {
  indirect enum Value: Sendable {
    case null
    case bool(Bool)
    /// The text as written: it may be hexadecimal, signed, `Infinity` or `NaN`.
    case number(String)
    case string(String)
    case array([Node])
    case object([Entry])
  }

  struct Entry: Sendable {
    let key: String
    let line: Int
    let column: Int
    let node: Node
  }

  let value: Value
  package let file: String
  /// 1-based.
  package let line: Int
  /// 1-based, in Unicode scalars.
  package let column: Int
  /// The key path, as `fields[2].type`; empty for the root.
  package let path: String

  package var isString: Bool { if case .string = value { true } else { false } }
  package var isObject: Bool { if case .object = value { true } else { false } }
  package var isArray: Bool { if case .array = value { true } else { false } }
  package var isNumber: Bool { if case .number = value { true } else { false } }
  package var isBool: Bool { if case .bool = value { true } else { false } }
  package var isNull: Bool { if case .null = value { true } else { false } }

  /// An error at this place.
  package func error(_ message: String, hint: String? = nil) -> DocumentError {
    DocumentError(file: file, line: line, column: column, path: path, reason: message, hint: hint)
  }

  /// An error at this place, in both languages.
  package func error(_ words: Wording, hint: Wording? = nil) -> DocumentError {
    DocumentError(file: file, line: line, column: column, path: path, reason: words, hint: hint)
  }

  /// What is here, in words.
  package var kind: String {
    switch value {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }

  func mismatch(_ wanted: String) -> DocumentError { error("expected \(wanted), found \(kind)") }
}

// MARK: Structure

extension Node {
  /// The members of an object whose keys must be among `known`; another key is an error that suggests the nearest.
  package func fields(_ known: [String]) throws(DocumentError) -> Fields {
    guard case .object(let entries) = value else { throw mismatch("an object") }
    for entry in entries where !known.contains(where: { sameBytes($0, entry.key) }) {
      let near = nearest(entry.key, in: known)
      throw DocumentError(
        file: file, line: entry.line, column: entry.column, path: path,
        reason: "unknown key \"\(entry.key)\"",
        hint: near.map { "did you mean \"\($0)\"?" } ?? "known here: \(known.joined(separator: ", "))")
    }
    return Fields(node: self, entries: entries)
  }

  /// The members of an object whose keys are data, in order.
  package func entries() throws(DocumentError) -> [(key: String, node: Node)] {
    guard case .object(let entries) = value else { throw mismatch("an object") }
    return entries.map { ($0.key, $0.node) }
  }

  /// The elements of a list.
  package func elements() throws(DocumentError) -> [Node] {
    guard case .array(let elements) = value else { throw mismatch("a list") }
    return elements
  }

  /// The member of an object, or nil; nil too where this is no object.
  package subscript(_ key: String) -> Node? {
    guard case .object(let entries) = value else { return nil }
    return entries.first { sameBytes($0.key, key) }?.node
  }
}

// MARK: Scalars

extension Node {
  package func string() throws(DocumentError) -> String {
    guard case .string(let text) = value else { throw mismatch("a string") }
    return text
  }

  package func bool() throws(DocumentError) -> Bool {
    guard case .bool(let flag) = value else { throw mismatch("true or false") }
    return flag
  }

  /// The text of a number as written; of another value its kind in words.
  package func numberText() -> String { if case .number(let text) = value { text } else { kind } }

  /// A whole number; `0x1F`, `+5` and `1e6` are, `1.5` is not.
  package func int() throws(DocumentError) -> Int {
    guard case .number(let text) = value else { throw mismatch("a whole number") }
    if let whole = JSON5Number.int(text) { return whole }
    throw error("expected a whole number, found \(text)")
  }

  /// A finite number.
  package func double() throws(DocumentError) -> Double {
    guard case .number(let text) = value else { throw mismatch("a number") }
    guard let number = JSON5Number.double(text), number.isFinite else {
      throw error("expected a finite number, found \(text)")
    }
    return number
  }

  /// One of the words of `type`; another word is an error that suggests the nearest.
  package func choice<T: RawRepresentable & CaseIterable>(of type: T.Type) throws(DocumentError) -> T
  where T.RawValue == String {
    let word = try string()
    if let found = T.allCases.first(where: { sameBytes($0.rawValue, word) }) { return found }
    let words = T.allCases.map(\.rawValue)
    let near = nearest(word, in: words)
    throw error(
      "\"\(word)\" is not one of \(words.joined(separator: ", "))",
      hint: near.map { "did you mean \"\($0)\"?" })
  }

  /// Text people read: a string, or an object from language tag to string.
  package func text() throws(DocumentError) -> Text {
    switch value {
    case .string(let text): return Text(text)
    case .object(let entries):
      guard !entries.isEmpty else { throw error("expected at least one language, as {zh: \"…\", en: \"…\"}") }
      var texts: [(String, String)] = []
      for entry in entries {
        guard isLanguageTag(entry.key) else {
          throw DocumentError(
            file: file, line: entry.line, column: entry.column, path: path,
            reason: "\"\(entry.key)\" is no language tag", hint: "as zh, en or zh-Hant")
        }
        texts.append((entry.key, try entry.node.string()))
      }
      return Text(texts)
    default: throw mismatch("a string or an object of languages")
    }
  }

  /// The shape of BCP 47: 2–8 letters, then subtags of 1–8 letters or digits.
  private func isLanguageTag(_ tag: String) -> Bool {
    let parts = tag.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }
    guard let first = parts.first, 2...8 ~= first.count, first.allSatisfy(isLetter) else { return false }
    return parts.dropFirst().allSatisfy { part in
      1...8 ~= part.count && part.allSatisfy { isLetter($0) || $0 &- 0x30 < 10 }
    }
  }

  /// The value without its place, numbers in JSON's grammar; `Infinity` and `NaN`, which JSON lacks, become null.
  package var json: JSON {
    switch value {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .number(let text): JSON5Number.json(text)
    case .string(let text): .string(text)
    case .array(let elements): .array(elements.map(\.json))
    case .object(let entries): .object(entries.map { JSON.Member(key: $0.key, value: $0.node.json) })
    }
  }
}
