import Glibc

/// Words for a person, in the two languages of the command line. Which one is said follows `LC_ALL`,
/// `LC_MESSAGES` and `LANG`, in POSIX's order.
struct Phrase: Sendable {
  let zh: String
  let en: String

  init(_ zh: String, _ en: String) {
    self.zh = zh
    self.en = en
  }

  /// True where the environment asks for Chinese.
  static let speaksChinese: Bool = {
    for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
      if let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty {
        return value.hasPrefix("zh")
      }
    }
    return false
  }()

  var said: String { Self.speaksChinese ? zh : en }
  static var language: String { speaksChinese ? "zh" : "en" }
}
