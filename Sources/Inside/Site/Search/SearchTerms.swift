/// Words of a text as the search script cuts them too: letters and digits in lower case, and for Chinese, Japanese and
/// Korean each character and each pair, so that any part of a run is found.
enum SearchTerms {
  static func of(_ text: String) -> [String] {
    var terms: [String] = []
    var word = ""
    var run: [Unicode.Scalar] = []
    func close() {
      if !word.isEmpty { terms.append(String(word.prefix(40))) }
      terms += run.map { String($0) }
      terms += zip(run, run.dropFirst()).map { String($0) + String($1) }
      word = ""
      run = []
    }
    for scalar in text.unicodeScalars.map(narrow) {
      if isIdeographic(scalar) {
        if !word.isEmpty { close() }
        run.append(scalar)
      } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
        if !run.isEmpty { close() }
        word += scalar.properties.lowercaseMapping
      } else {
        close()
      }
    }
    close()
    return terms
  }

  /// Full-width forms as their ordinary ones.
  private static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
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
