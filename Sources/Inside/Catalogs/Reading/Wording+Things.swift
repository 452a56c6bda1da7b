import Bytes

/// What descriptors and policies speak of, as faults call it.
extension Wording {
  static let organization = Wording("organization", "机构")
  static let person = Wording("person", "人员")
  static let role = Wording("role", "角色")
  static let purpose = Wording("purpose", "用途")
  static let licence = Wording("licence", "许可")
  static let theme = Wording("theme", "主题")
  static let language = Wording("language", "语言")
  static let level = Wording("level", "级别")
  static let flag = Wording("flag", "标记")
  static let code = Wording("code", "代码")
  static let codeList = Wording("code list", "代码表")
  static let resource = Wording("resource", "资源")
  static let field = Wording("field", "字段")
  static let dimension = Wording("dimension", "维度")
  static let result = Wording("result", "结果")
  static let view = Wording("view", "视图")
  static let column = Wording("column", "列")
  static let claim = Wording("claim", "核验项")
  static let value = Wording("value", "取值")
  static let rule = Wording("rule", "规则")
  static let dictionary = Wording("dictionary", "词表")

  /// A file, which is called the same in every language.
  static func file(_ name: String) -> Wording { Wording(name, "\(name) ") }

  /// Names in both languages' lists.
  static func list(_ names: [String]) -> Wording {
    Wording(names.joined(separator: ", "), names.joined(separator: "、"))
  }
}
