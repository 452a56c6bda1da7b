import Bytes
import Catalogs
import Policies

extension Frame {
  /// The three duties: who provides answers, who manages answers, who uses answers.
  func duties(_ item: PublishedDataset) -> HTML {
    func duty(_ rule: String, _ who: HTML, _ what: String) -> HTML {
      "<div><dt>\(rule)</dt><dd>\(who)<p>\(what)</p></dd></div>"
    }
    let owners = item.dataset.providers.map { id -> HTML in
      let contact = catalog.organization(id).map { organization -> HTML in
        " <a href=\"\(address: "mailto:" + organization.email)\">\(organization.email)</a>"
      }
      return "\(organizationLink(id))\(contact)"
    }.joined("\(t("；", "; "))")
    return section(
      "duties", t("三方责任", "Who answers for what"),
      """
      <dl class="duties">
      \(duty(t("谁提供，谁负责", "Who provides, answers"), owners,
        t("数据提供方：对数据的真实、完整与更新负责。", "The provider: for the truth, completeness and renewal of the data.")))
      \(duty(t("谁管理，谁负责", "Who manages, answers"), organizationLink(catalog.manager),
        t("数据管理方：对级别、保护与平台安全负责。", "The manager: for the level, the protection and the safety of the portal.")))
      \(duty(t("谁使用，谁负责", "Who uses, answers"), "\(t("数据使用方", "The user"))",
        item.openness == .unconditional
          ? t("遵守许可条款，注明来源，不得用于识别个人。", "Keeps to the licence, names the source, and does not try to identify anybody.")
          : t("仅在授权的目的与期限内使用；每次调用都有记录。", "Uses answers only for the purpose and within the term of the grant; every call is on record.")))
      </dl>
      """)
  }

  /// Why the dataset has its level: the public part of the evidence. Numbers of matches and examples stay inside.
  func judgement(_ item: PublishedDataset) -> HTML {
    let classification = item.dataset.classification
    let basis = classification.legalBasis.map {
      "<div><dt>\(t("法律依据", "Legal basis"))</dt><dd>\(text($0))</dd></div>" as HTML
    }
    let reason = classification.reason.map {
      "<div><dt>\(t("理由", "Reason"))</dt><dd>\(text($0))</dd></div>" as HTML
    }
    var seen: Set<String> = []
    let grounds = item.verdict.items.compactMap { evidence -> HTML? in
      let words = ground(evidence, naming: item.openness != .closed)
      return seen.insert(words).inserted ? "<li>\(words)</li>" : nil
    }
    return section(
      "level", t("级别与依据", "Level and grounds"),
      """
      <p>\(badge(item)) \(meaning(item.openness))\(t("。", ".")) \
      <a href="\(address: link("policies/"))">\(t("分级规则", "How levels are decided"))</a></p>
      \(basis == nil && reason == nil ? HTML() : "<dl class=\"grounds\">\(basis)\(reason)</dl>")
      \(grounds.isEmpty ? HTML() : "<ul>\(grounds)</ul>")
      """)
  }

  /// One ground in words, without anything counted in the data; without names of fields where even these are closed.
  private func ground(_ item: EvidenceItem, naming: Bool) -> String {
    switch (item.rule, naming ? item.field : nil) {
    case ("declared", _): t("提供方申报：\(item.level)", "Declared by the provider: \(item.level)")
    case ("source", let source?):
      t("关联来源 \(source) 的级别：\(item.level)", "Level of the joined source \(source): \(item.level)")
    case ("field-level", let field?):
      t("字段 \(field) 申报为 \(item.level)", "Field \(field) is declared \(item.level)")
    case ("field-level", nil):
      t("有字段申报为 \(item.level)", "A field is declared \(item.level)")
    case ("flag", _): t("标为重要或核心数据：\(item.level)", "Flagged as important or core data: \(item.level)")
    case (let rule, let field?):
      t("检测规则 \(rule) 命中字段 \(field)：\(item.level)", "Detector \(rule) found field \(field): \(item.level)")
    case (let rule, nil): t("规则 \(rule)：\(item.level)", "Rule \(rule): \(item.level)")
    }
  }

  // MARK: Restricted data

  /// The results a company may apply for.
  func offers(_ item: PublishedDataset) -> HTML {
    let dataset = item.dataset
    guard !dataset.results.isEmpty else {
      return section(
        "results", t("结果服务", "Results"), "<p>\(t("尚未声明结果服务。", "No results are declared yet."))</p>")
    }
    let cards = dataset.results.map { result -> HTML in
      let isReady = site.released(dataset.name, result.name) != nil
      let state: HTML = isReady ? HTML() : "<span class=\"tag\">\(t("尚未发布", "not released yet"))</span>"
      return """
        <li class="card"><h3><a href="\(address: link(Frame.path(result: result.name, of: dataset.name)))">\(text(result.title))</a></h3>\
        <p>\(text(result.description))</p><p class="meta"><span class="tag">\(title(result.kind))</span>\(state)</p></li>
        """
    }
    return section(
      "results", t("可申请的结果", "Results you may apply for"),
      """
      <p>\(t("本数据集的原始记录不离开提供方。以下结果由平台在门内计算、保护后发布，经授权可调用。",
        "The records of this dataset never leave the door. These results are computed and protected inside, and may be called under a grant."))</p>
      <ul class="cards column">\(cards)</ul>
      """)
  }

  /// How a company comes to a grant.
  func application(_ item: PublishedDataset) -> HTML {
    let email = catalog.organization(catalog.manager)?.email
    let contact: HTML? = email.map { "<a href=\"\(address: "mailto:" + $0)\">\($0)</a>" }
    let second: HTML =
      item.level.grantNeedsSecondPerson
      ? "<li>\(t("本级别的授权须由第二人复核后生效。", "At this level a grant counts only after a second person has approved it."))</li>"
      : HTML()
    return section(
      "apply", t("如何申请", "How to apply"),
      """
      <ol class="steps">
      <li>\(t("向管理方提交申请：单位、联系人、所需结果、使用目的与期限。", "Write to the manager: who you are, which result, for what purpose and until when.")) \(contact)</li>
      <li>\(t("用自己的密钥生成证书请求（CSR），换取客户端证书；私钥不离开贵单位。", "Make a certificate request (CSR) with your own key and receive a client certificate; the private key never leaves you."))</li>
      \(second)
      <li>\(t("获批后取得与证书绑定的 API 密钥，即可调用。每个答案都带签名回执。", "Receive an API key that is bound to the certificate, and call. Each answer carries a signed receipt."))</li>
      </ol>
      <p><a href="\(address: link("developers/#gateway"))">\(t("接口与示例", "The gateway, with examples"))</a></p>
      """)
  }

  func closedNote(_ item: PublishedDataset) -> HTML {
    section(
      "closed", t("不予开放", "Not open"),
      "<p>\(t("依法不予开放，仅公布本条目录信息。", "By law this dataset is not opened; only this entry of the catalogue is public."))</p>"
    )
  }
}
