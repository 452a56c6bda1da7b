import Bytes

/// Text prepared for SQLite's full-text index. Its own tokenizers take a run of Chinese for one word; here such a run
/// becomes overlapping pairs, so that any part of it of two characters or more is found exactly, as a phrase.
enum SearchText {
  /// What is indexed: words, and pairs of characters for Chinese, Japanese and Korean.
  static func indexed(_ text: String) -> String {
    var out: [String] = []
    for run in runs(text) {
      switch run {
      case .word(let word): out.append(word)
      case .characters(let characters): out += pairs(characters) + [String(characters[characters.count - 1])]
      }
    }
    return out.joined(separator: " ")
  }

  /// The query in FTS5's syntax: every term must occur, words by their beginning. Nil where nothing can be searched.
  static func query(_ text: String) -> String? {
    let terms = runs(text).prefix(16).map { run -> String in
      switch run {
      case .word(let word):
        let stems = [word] + singular(word)
        return stems.count == 1
          ? "\"\(word)\"*" : "(" + stems.map { "\"\($0)\"*" }.joined(separator: " OR ") + ")"
      case .characters(let characters):
        return characters.count == 1
          ? "\"\(characters[0])\"*" : "\"" + pairs(characters).joined(separator: " ") + "\""
      }
    }
    return terms.isEmpty ? nil : terms.joined(separator: " AND ")
  }

  private enum Run {
    case word(String)
    case characters([Character])
  }

  private static func runs(_ text: String) -> [Run] {
    var runs: [Run] = []
    var word = ""
    var characters: [Character] = []
    func close() {
      if !word.isEmpty { runs.append(.word(word)) }
      if !characters.isEmpty { runs.append(.characters(characters)) }
      word = ""
      characters = []
    }
    for scalar in text.unicodeScalars.map(narrow) {
      if isIdeographic(scalar) {
        if !word.isEmpty { close() }
        characters.append(Character(scalar))
      } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
        if !characters.isEmpty { close() }
        word += scalar.properties.lowercaseMapping
      } else if scalar.properties.generalCategory != .nonspacingMark {
        close()
      }
    }
    close()
    return runs
  }

  private static func pairs(_ characters: [Character]) -> [String] {
    zip(characters, characters.dropFirst()).map { String([$0, $1]) }
  }

  /// `airports` also finds `airport`, `cities` also `city`.
  private static func singular(_ word: String) -> [String] {
    guard word.utf8.count > 3, word.utf8.allSatisfy({ $0 < 0x80 }) else { return [] }
    if word.hasSuffix("ies") { return [String(word.dropLast(3)) + "y"] }
    if word.hasSuffix("s"), !word.hasSuffix("ss") { return [String(word.dropLast())] }
    return []
  }

  /// Full-width forms as their ordinary ones.
  private static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    case 0x3000: " "
    default: scalar
    }
  }

  private static func isIdeographic(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x323AF, 0x3040...0x30FF,
      0xAC00...0xD7AF:
      true
    default: false
    }
  }
}
