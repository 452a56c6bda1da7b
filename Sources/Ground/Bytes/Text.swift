/// Text that people read, in one or more languages (BCP 47 tags), in the order it was written.
package struct Text: Sendable, Hashable {
  /// The tag of a text whose language nobody stated.
  package static let undetermined = "und"

  package let byLanguage: [(language: String, text: String)]

  /// One text, language not stated.
  package init(_ text: String) { byLanguage = [(Text.undetermined, text)] }

  /// Language and text, in order. A language given twice keeps its first text.
  package init(_ texts: [(String, String)]) {
    var kept: [(language: String, text: String)] = []
    for (language, text) in texts where !kept.contains(where: { $0.language == language }) {
      kept.append((language, text))
    }
    byLanguage = kept
  }

  /// The text in that language; else in its base language or a variety of it (`zh` and `zh-Hans`), else the one of
  /// no stated language, else the first.
  package func callAsFunction(_ language: String) -> String {
    exact(language) ?? byLanguage.first?.text ?? ""
  }

  /// The text in that language as above, or nil where only other languages are there.
  package func exact(_ language: String) -> String? {
    if let found = byLanguage.first(where: { $0.language == language }) { return found.text }
    let base = Text.base(language)
    if let found = byLanguage.first(where: { Text.base($0.language) == base }) { return found.text }
    return byLanguage.first { $0.language == Text.undetermined }?.text
  }

  private static func base(_ tag: String) -> String {
    String(tag.prefix { $0 != "-" }).lowercased()
  }

  package var isEmpty: Bool { byLanguage.allSatisfy { $0.text.isEmpty } }
  package var languages: [String] { byLanguage.map(\.language) }

  /// A string where no language was stated, else an object from language to text.
  package var json: JSON {
    if byLanguage.count == 1, byLanguage[0].language == Text.undetermined {
      return .string(byLanguage[0].text)
    }
    return .object(byLanguage.map { JSON.Member(key: $0.language, value: .string($0.text)) })
  }

  /// Reads what `json` writes; nil for anything else.
  package init?(json: JSON) {
    switch json {
    case .string(let text): self.init(text)
    case .object(let members) where !members.isEmpty:
      var texts: [(String, String)] = []
      for member in members {
        guard let text = member.value.string else { return nil }
        texts.append((member.key, text))
      }
      self.init(texts)
    default: return nil
    }
  }

  package static func == (left: Text, right: Text) -> Bool {
    left.byLanguage.elementsEqual(right.byLanguage) {
      $0.language == $1.language && sameBytes($0.text, $1.text)
    }
  }

  package func hash(into hasher: inout Hasher) {
    for (language, text) in byLanguage {
      hasher.combine(language)
      hasher.combine(ByteKey(text))
    }
  }
}

extension Text: ExpressibleByStringLiteral {
  package init(stringLiteral value: String) { self.init(value) }
}
