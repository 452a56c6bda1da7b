package import Bytes
package import Trust

/// Writes people into access.json5 the way a hand would: new words only, everything else kept byte for byte.
package enum PersonFile {
  /// A key as access.json5 holds it.
  package static func keyText(_ key: VerifyingKey) -> String { Person.keyPrefix + Base64.encodeURL(key.raw) }

  /// The bytes of access.json5 with `person` put first in the list of people; or, where somebody of that id is there
  /// without a key, with the key put into their entry.
  ///
  /// Throws where the file is faulty or would be, or the person has a key already and it is not to be replaced.
  package static func adding(
    _ person: Person, to bytes: [UInt8], file: String = "Policies/access.json5", replacing: Bool = false
  ) throws(DocumentError) -> [UInt8] {
    let root = try Document(json5: bytes, file: file).root
    guard let people = root["people"] else { throw root.missing("people") }
    let old = try people.elements().first { node in (try? node["id"]?.string()) == person.id }
    guard let old else {
      return try inserting("\n    " + entry(person), after: people, in: bytes, file: file)
    }
    guard let key = person.key else {
      throw old.error(Wording("\(person.id) is there already", "\(person.id) 已经登记"))
    }
    if let place = old["key"] {
      guard replacing else {
        throw old.error(
          Wording("\(person.id) has a key already", "\(person.id) 已有密钥"),
          hint: Wording(
            "where it is lost: `doorsill person renew \(person.id)`",
            "若已遗失，请运行 `doorsill person renew \(person.id)`"))
      }
      return try exchanging(place, for: keyText(key), in: bytes, file: file)
    }
    return try inserting("\n      key: \(quoted(keyText(key))),", after: old, in: bytes, file: file)
  }

  /// The bytes with another text in the place of the one that is there.
  private static func exchanging(
    _ node: Node, for text: String, in bytes: [UInt8], file: String
  ) throws(DocumentError) -> [UInt8] {
    let old = try node.string()
    guard let whole = stringValidating(bytes), let range = whole.firstRange(of: old) else {
      throw node.error(Wording("this place cannot be found again", "在文件中找不到该位置"))
    }
    let written = Array((whole[..<range.lowerBound] + text + whole[range.upperBound...]).utf8)
    _ = try Document(json5: written, file: file)
    return written
  }

  private static func entry(_ person: Person) -> String {
    let names = person.name.byLanguage.map { ($0.language, quoted($0.text)) }
    let isPlain = names.count == 1 && names[0].0 == Text.undetermined
    let name =
      isPlain ? names[0].1 : "{ " + names.map { "\(quoted($0.0)): \($0.1)" }.joined(separator: ", ") + " }"
    var parts = [
      "id: \(quoted(person.id))", "name: \(name)", "organization: \(quoted(person.organization))",
      "roles: [\(person.roles.map(quoted).joined(separator: ", "))]",
    ]
    if let key = person.key { parts.append("key: \(quoted(keyText(key)))") }
    return "{ " + parts.joined(separator: ", ") + " },"
  }

  private static func quoted(_ text: String) -> String {
    String(decoding: JSON.string(text).serialized(), as: UTF8.self)
  }

  /// Puts words behind the bracket that opens `node`, and sees that the file still reads.
  private static func inserting(
    _ words: String, after node: Node, in bytes: [UInt8], file: String
  ) throws(DocumentError) -> [UInt8] {
    guard let text = stringValidating(bytes), let place = place(of: node, in: text) else {
      throw node.error(Wording("this place cannot be found again", "在文件中找不到该位置"))
    }
    var changed = text
    changed.unicodeScalars.insert(contentsOf: words.unicodeScalars, at: place)
    let written = Array(changed.utf8)
    _ = try Document(json5: written, file: file)
    return written
  }

  /// Just behind the first scalar of a node. Lines end where the reader of Bytes ends them: at LF, CR and CRLF.
  private static func place(of node: Node, in text: String) -> String.Index? {
    let scalars = text.unicodeScalars
    var line = 1
    var column = 1
    var at = scalars.startIndex
    while at < scalars.endIndex {
      if line == node.line, column == node.column {
        return scalars[at] == "[" || scalars[at] == "{" ? scalars.index(after: at) : nil
      }
      let scalar = scalars[at]
      at = scalars.index(after: at)
      let isPair = scalar == "\r" && at < scalars.endIndex && scalars[at] == "\n"
      if scalar == "\n" || scalar == "\r", !isPair {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
    return nil
  }
}
