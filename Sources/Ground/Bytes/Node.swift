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
  package func error(_ words: Wording, hint: Wording? = nil) -> DocumentError {
    DocumentError(file: file, line: line, column: column, path: path, reason: words, hint: hint)
  }

  /// An error: an object here lacks a key.
  package func missing(_ key: String, hint: Wording? = nil) -> DocumentError {
    error(Wording("the key \"\(key)\" is missing", "缺少键“\(key)”"), hint: hint)
  }

  /// What is here, in words.
  package var kind: Wording {
    switch value {
    case .null: Wording("null", "空值 null")
    case .bool: Wording("true or false", "真假值 true 或 false")
    case .number: Wording("a number", "数值")
    case .string: Wording("a string", "字符串")
    case .array: Wording("a list", "列表")
    case .object: Wording("an object", "对象")
    }
  }

  /// An error: something else is here than what is wanted.
  package func mismatch(_ wanted: Wording) -> DocumentError { mismatch(wanted, kind) }

  private func mismatch(_ wanted: Wording, _ found: Wording) -> DocumentError {
    error(.expected(wanted, found: found))
  }
}

// MARK: Structure

extension Node {
  /// The members of an object whose keys must be among `known`; another key is an error that suggests the nearest.
  package func fields(_ known: [String]) throws(DocumentError) -> Fields {
    guard case .object(let entries) = value else { throw mismatch(Wording("an object", "对象")) }
    for entry in entries where !known.contains(where: { sameBytes($0, entry.key) }) {
      let near = nearest(entry.key, in: known)
      throw DocumentError(
        file: file, line: entry.line, column: entry.column, path: path,
        reason: Wording("unknown key \"\(entry.key)\"", "未知的键“\(entry.key)”"),
        hint: near.map { .meant($0) } ?? .known(known))
    }
    return Fields(node: self, entries: entries)
  }

  /// The members of an object whose keys are data, in order.
  package func entries() throws(DocumentError) -> [(key: String, node: Node)] {
    guard case .object(let entries) = value else { throw mismatch(Wording("an object", "对象")) }
    return entries.map { ($0.key, $0.node) }
  }

  /// The elements of a list.
  package func elements() throws(DocumentError) -> [Node] {
    guard case .array(let elements) = value else { throw mismatch(Wording("a list", "列表")) }
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
    guard case .string(let text) = value else { throw mismatch(Wording("a string", "字符串")) }
    return text
  }

  package func bool() throws(DocumentError) -> Bool {
    guard case .bool(let flag) = value else { throw mismatch(Wording("true or false", "真假值 true 或 false")) }
    return flag
  }

  /// The text of a number as written; of another value its kind in words.
  package func numberText() -> String { if case .number(let text) = value { text } else { kind.en } }

  private static let whole = Wording("a whole number", "整数")

  /// A whole number; `0x1F`, `+5` and `1e6` are, `1.5` is not.
  package func int() throws(DocumentError) -> Int {
    guard case .number(let text) = value else { throw mismatch(Self.whole) }
    if let whole = JSON5Number.int(text) { return whole }
    throw mismatch(Self.whole, Wording(text, " \(text)"))
  }

  /// A finite number.
  package func double() throws(DocumentError) -> Double {
    guard case .number(let text) = value else { throw mismatch(Wording("a number", "数值")) }
    guard let number = JSON5Number.double(text), number.isFinite else {
      throw mismatch(Wording("a finite number", "有限的数值"), Wording(text, " \(text)"))
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
      Wording(
        "\"\(word)\" is not one of \(words.joined(separator: ", "))",
        "“\(word)”不在可用的词之中：\(words.joined(separator: "、"))"),
      hint: near.map { .meant($0) })
  }

  /// Text people read: a string, or an object from language tag to string.
  package func text() throws(DocumentError) -> Text {
    switch value {
    case .string(let text): return Text(text)
    case .object(let entries):
      guard !entries.isEmpty else {
        throw error(
          Wording(
            "expected at least one language, as {zh: \"…\", en: \"…\"}", "此处至少应有一种语言，如 {zh: \"…\", en: \"…\"}"
          ))
      }
      var texts: [(String, String)] = []
      for entry in entries {
        guard isLanguageTag(entry.key) else {
          throw DocumentError(
            file: file, line: entry.line, column: entry.column, path: path,
            reason: Wording("\"\(entry.key)\" is no language tag", "“\(entry.key)”不是语言标签"),
            hint: Wording("as zh, en or zh-Hant", "如 zh、en 或 zh-Hant"))
        }
        texts.append((entry.key, try entry.node.string()))
      }
      return Text(texts)
    default: throw mismatch(Wording("a string or an object of languages", "字符串或按语言分列的对象"))
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
