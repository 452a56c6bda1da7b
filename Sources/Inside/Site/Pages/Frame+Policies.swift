import Catalogs
import Policies

extension Frame {
  /// The scale, what each level allows, and how a level is decided.
  func policies() -> Page {
    let lines = site.scale.levels.map { level -> HTML in
      let count = site.tallies.levels[level.id] ?? 0
      return """
        <tr><th scope="row"><span class="badge \(value: LevelColours.name(of: level)) is-\(value: level.openness.rawValue)"><span>\(title(level))</span></span></th>\
        <td>\(title(level.openness))</td><td>\(meaning(level.openness))</td><td>\(care(level))</td>\
        <td class="number"><a href="\(address: link(Frame.path(level: level.id)))">\(number(count))</a></td></tr>

        """
    }
    let main: HTML = """
      <div class="wide page-head">
      <h1>\(t("分级与开放", "Levels and openness"))</h1>
      <p class="lead">\(t("数据默认开放；不开放须有法律依据，降低级别须有第二人签名。每个决定都有证据，并记入不可篡改的日志。",
        "Data are open by default. Restricting them takes a law, and lowering a level takes a second person's signature. Each decision has its evidence, and stands in a log that cannot be altered unseen."))</p>
      </div>
      <div class="wide">
      \(section("scale", t("级别", "The scale"), """
        <div class="scroll" tabindex="0" role="region" aria-label="\(value: t("级别", "The scale"))"><table class="levels-table"><caption>\(t("级别由低到高", "Levels, from open to closed"))</caption>
        <thead><tr><th scope="col">\(t("级别", "Level"))</th><th scope="col">\(t("开放属性", "Openness"))</th>\
        <th scope="col">\(t("允许什么", "What it allows"))</th><th scope="col">\(t("保护", "Care"))</th>\
        <th scope="col" class="number">\(t("数据集", "Datasets"))</th></tr></thead>
        <tbody>\(lines)</tbody></table></div>
        """))
      \(section("rules", t("级别如何确定", "How a level is decided"), rules()))
      \(section("results", t("受限数据如何被使用", "How restricted data are used"), resultRules()))
      \(section("duties", t("三方责任", "Three duties"), dutyRules()))
      </div>
      """
    return page(
      Card(
        path: "policies/", title: t("分级与开放", "Levels and openness"),
        description: t("数据级别、开放属性与分级规则", "Data levels, what each allows, and how a level is decided"),
        section: .policies),
      main)
  }

  private func care(_ level: Level) -> String {
    level.grantNeedsSecondPerson ? t("授权须第二人复核", "grants need a second person") : ""
  }

  private func rules() -> HTML {
    let flags = site.scale.flagsForcingClosed.map { "<code>\($0)</code>" as HTML }.joined(", ")
    return """
      <ol class="steps">
      <li>\(t("就高从严：取申报级别、字段级别、检测结果、数量与组合规则中的最高者。",
        "The highest counts: of the declared level, the levels of the fields, what detectors find, and rules on volume and combinations."))</li>
      <li>\(t("以开放为原则：高于最低级别须写明法律依据；没有依据的限制不予发布，检测为个人信息的数据也不得开放。",
        "Open by default: anything above the lowest level names its law. A restriction without one is refused, and so is opening what is found to be personal."))</li>
      <li>\(t("开放须两人：一人书面提议，另一人签名批准，且其密钥须为决策日志所登记；降低级别、低于证据发布、超出同意范围、恢复已暂停的数据集、更改规则与人员皆然。",
        "Opening takes two: one person proposes it in writing, another signs, both with keys that the decisions log knows. So it is with a lower level, a level below the evidence, anything outside what was agreed to, bringing back what was suspended, and a change of rules or people."))</li>
      <li>\(t("收紧只须一人，立即生效：提高级别、暂停提供。永久撤回须两人。",
        "Closing takes one, at once: a higher level, a suspension. Taking out for good takes two."))</li>
      <li>\(t("同意的是一个范围：级别、字段、文字、检测结果的上限与期限。范围之内的更新由一名数据专员发布；首次按批准发布的必须正是所批准的字节。",
        "What is agreed to is an envelope: level, fields, words, ceilings for what detectors find, and a term. Updates within it are one custodian's; what is published first under it is exactly the bytes that were approved."))</li>
      <li>\(t("无有效分级，不发布。", "Without a valid classification nothing is published."))</li>
      <li>\(t("每个决定都附证据：哪条规则、哪个字段、哪版策略。数据集页面公布其中可公开的部分。",
        "Each decision carries its evidence: which rule, which field, which version of the policy. The dataset's page shows the public part."))</li>
      </ol>
      \(site.scale.flagsForcingClosed.isEmpty ? HTML() : "<p>\(t("带有以下标记的数据集一律不予开放", "Datasets with one of these flags are closed whatever their level")): \(flags) (GB/T 43697-2024)</p>")
      """
  }

  private func resultRules() -> HTML {
    """
    <ul>
    <li>\(t("原始记录不离开平台内侧；对外服务器上没有任何受限记录。", "Records never leave the inside; the server that answers holds none of them."))</li>
    <li>\(t("统计结果在发布前计算并保护：过小的单元不公布，数量带固定随机误差，防相减、防主导，并受发布额度限制。",
      "Statistics are computed and protected before publication: small cells are withheld, counts carry fixed noise, subtraction and dominance are guarded against, and a budget limits how much is told."))</li>
    <li>\(t("每次调用须有证书、密钥、授权与目的；答案带签名回执，并先记日志、后答复。", "Each call needs a certificate, a key, a grant and a purpose; the answer carries a signed receipt, and is on record before it leaves."))</li>
    </ul>
    """
  }

  private func dutyRules() -> HTML {
    """
    <dl class="duties">
    <div><dt>\(t("谁提供，谁负责", "Who provides, answers"))</dt><dd><p>\(t("数据的真实、完整与更新。", "For the truth, completeness and renewal of the data."))</p></dd></div>
    <div><dt>\(t("谁管理，谁负责", "Who manages, answers"))</dt><dd>\(organizationLink(catalog.manager))<p>\(t("级别、保护与平台安全。", "For level, protection and the safety of the portal."))</p></dd></div>
    <div><dt>\(t("谁使用，谁负责", "Who uses, answers"))</dt><dd><p>\(t("目的、期限与对结果的使用。", "For the purpose, the term and what is done with the answers."))</p></dd></div>
    </dl>
    """
  }
}
