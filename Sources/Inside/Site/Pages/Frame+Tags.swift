import Bytes
import Catalogs
import Disclosure

extension Frame {
  /// The body of the page of a `verify` or `score`: what it answers and means, what is sent, what guessing costs. The
  /// rule of a score is not published.
  func checked(_ released: Released, _ tags: ReleasedTags, _ result: ResultDeclaration) -> HTML {
    var shown: HTML = section(
      "answers", t("如何作答", "What it answers"),
      """
      <p>\(t("提交全部字段，答复只有“一致”“不一致”或“无法核验”，从不说明哪一项不同；查无此人与不一致的答复相同。",
        "You send all fields; the answer is “agrees”, “does not agree” or “cannot be verified”, never which one differs. An unknown subject is answered like a difference."))</p>
      \(values(tags))
      <p><strong>\(t("含义", "Meaning"))</strong>: \(text(tags.meaning))</p>
      <p><strong>\(t("规则与含义的负责方", "Answerable for rule and meaning"))</strong>: \(text(tags.responsible))</p>
      """)
    shown += section("fields", t("提交的字段", "What you send"), fields(tags))
    shown += section(
      "note", t("保护说明", "Protection"),
      "<p>\(text(released.note))</p>\(price(tags))")
    return shown
  }

  private func values(_ tags: ReleasedTags) -> HTML {
    guard !tags.values.isEmpty else { return HTML() }
    let codes = tags.values.map { "<code>\($0)</code>" as HTML }.joined(", ")
    return """
      <p>\(t("一致时给出评分，取值", "Where they agree the score is told; its values")): \(codes). \
      \(t("计算规则不公布。", "The rule itself is not published."))</p>
      """
  }

  private func fields(_ tags: ReleasedTags) -> HTML {
    func line(_ field: ReleasedTags.Field, _ role: String) -> HTML {
      """
      <tr><th scope="row"><code>\(field.name)</code></th><td><strong>\(text(field.title))</strong><br>\
      <span class="quiet">\(role)</span></td><td>\(form(field.formName))</td></tr>

      """
    }
    let lines =
      tags.subject.map { line($0, t("主体：问的是谁", "the subject: who it is about")) }
      + tags.claims.map { line($0, t("核验项", "claim")) }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(value: t("提交的字段", "Fields"))"><table>
      <caption class="unseen">\(t("提交的字段", "Fields"))</caption>
      <thead><tr><th scope="col">\(t("名称", "Name"))</th><th scope="col">\(t("含义", "Meaning"))</th>\
      <th scope="col">\(t("形式", "Form"))</th></tr></thead>
      <tbody>\(lines)</tbody></table></div>
      """
  }

  private func form(_ form: String) -> String {
    switch form {
    case "date": t("日期，如 2015-03-02", "a day, such as 2015-03-02")
    case "number": t("数字", "a number")
    case "boolean": t("是或否", "true or false")
    default:
      t("文字：全半角、繁简、大小写、空格不计", "text; width, traditional or simplified forms, case and spaces do not matter")
    }
  }

  private func price(_ tags: ReleasedTags) -> HTML {
    let price = tags.price
    return """
      <p>\(t("猜测的代价：即使标签与密钥同时失窃，逐一试算也至少需要 2 的 \(price.bits) 次方步（主体 \(price.subjectBits) 位，核验项 \(price.claimBits) 位，每次试算 \(price.costBits) 位，scrypt \(tags.work)）。",
        "Price of guessing: whoever took both tags and key would still need at least 2 to the power of \(price.bits) steps to try every tuple (subject \(price.subjectBits) bits, claims \(price.claimBits) bits, work of one try \(price.costBits) bits: scrypt \(tags.work))."))</p>
      """
  }
}
