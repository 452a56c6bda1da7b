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

  /// Something else was found than what is wanted.
  package static func expected(_ wanted: Wording, found: Wording) -> Wording {
    Wording("expected \(wanted.en), found \(found.en)", "此处应为\(wanted.zh)，实为\(found.zh)")
  }

  /// The names there are, where one was given that is not among them.
  package static func known(_ names: [String]) -> Wording {
    Wording("known here: \(names.joined(separator: ", "))", "此处可用：\(names.joined(separator: "、"))")
  }

  /// The name that was probably meant, asked as a question.
  package static func meant(_ name: String) -> Wording {
    Wording("did you mean \"\(name)\"?", "是否指“\(name)”？")
  }
}
