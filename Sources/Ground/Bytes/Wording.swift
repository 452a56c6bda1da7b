/// What is said to a person, in the two languages of the house.
package struct Wording: Sendable, Equatable {
  package let en: String
  package let zh: String

  package init(_ en: String, _ zh: String) {
    self.en = en
    self.zh = zh
  }

  /// `zh…` is Chinese, all else English.
  package func said(in language: String) -> String { language.hasPrefix("zh") ? zh : en }
}
