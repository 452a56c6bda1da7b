import Bytes
import Catalogs
import Policies
import Tables

extension Frame {
  /// The fields of every table, with what they mean. Of restricted data the declarations only: never an example.
  func fields(_ item: PublishedDataset) -> HTML {
    let tables = item.dataset.resources.map { resource -> HTML in
      let lines = resource.schema.fields.map { field -> HTML in line(field, resource, item) }
      return """
        <div class="scroll" tabindex="0" role="region" aria-label="\(value: t("字段", "Fields"))"><table class="fields">
        <caption>\(resourceTitle(resource, item))\(t("：\(resource.schema.fields.count) 个字段", ", \(resource.schema.fields.count) fields"))</caption>
        <thead><tr><th scope="col">\(t("字段", "Field"))</th><th scope="col">\(t("类型", "Type"))</th>\
        <th scope="col">\(t("含义", "Meaning"))</th></tr></thead>
        <tbody>\(lines)</tbody></table></div>

        """
    }
    return section("fields", t("字段说明", "Fields"), tables.joined(""))
  }

  private func line(_ field: Field, _ resource: Resource, _ item: PublishedDataset) -> HTML {
    var notes: [HTML] = []
    if resource.schema.primaryKey.contains(field.name) { notes.append("\(t("主键", "key"))") }
    if field.constraints.required { notes.append("\(t("必填", "never missing"))") }
    if field.constraints.unique { notes.append("\(t("不重复", "unique"))") }
    if let list = field.codeList ?? resource.fields[field.name]?.codeList, let codes = catalog.codeLists[list]
    {
      notes.append("\(t("代码表", "codes")): \(text(codes.title))")
    }
    if let level = resource.fields[field.name]?.level.flatMap({ site.scale.level($0) }) {
      notes.append("\(title(level))")
    }
    let unit = field.unit.map { "<br><span class=\"quiet\">\($0)</span>" as HTML }
    let tags = notes.map { "<span class=\"tag\">\($0)</span>" as HTML }
    return """
      <tr><th scope="row"><code>\(field.name)</code></th><td>\(title(field.type))\(unit)</td>\
      <td>\(field.title.map { "<strong>\(text($0))</strong>" as HTML })\(field.description.map { "<br>\(text($0))" as HTML })\
      \(tags.isEmpty ? HTML() : "<br>\(tags)")</td></tr>

      """
  }

  /// What reading the whole table showed; open data only.
  func quality(_ item: PublishedDataset) -> HTML {
    guard item.openness == .unconditional else { return HTML() }
    let tables = item.dataset.resources.compactMap { resource -> HTML? in
      guard let report = item.reports[resource.name], !report.columns.isEmpty else { return nil }
      let lines = report.columns.map { column -> HTML in
        let cells = column.valid + column.missing + column.invalid
        let full = cells == 0 ? 0 : Double(column.valid) / Double(cells)
        let range: HTML =
          if let low = column.minimum, let high = column.maximum { "\(low) – \(high)" } else { HTML() }
        let mean = column.mean.map { Number.text(($0 * 1000).rounded() / 1000) } ?? ""
        return """
          <tr><th scope="row"><code>\(column.name)</code></th><td class="number">\(percent(full, column.valid == cells))</td>\
          <td class="number">\(column.distinctIsApproximate ? "≈ " : "")\(number(column.distinct))</td>\
          <td class="number">\(range)</td><td class="number">\(mean)</td></tr>

          """
      }
      let fields = t(
        "\(number(report.rows)) 行，全部按声明的类型与规则检查，无错误",
        "\(number(report.rows)) rows, all checked against the declared types and rules, no faults")
      return """
        <div class="scroll" tabindex="0" role="region" aria-label="\(value: t("数据质量", "Quality"))"><table class="quality">
        <caption>\(resourceTitle(resource, item)): \(fields)</caption>
        <thead><tr><th scope="col">\(t("字段", "Field"))</th><th scope="col" class="number">\(t("完整率", "Filled"))</th>\
        <th scope="col" class="number">\(t("不同值", "Distinct"))</th><th scope="col" class="number">\(t("范围", "Range"))</th>\
        <th scope="col" class="number">\(t("平均", "Mean"))</th></tr></thead>
        <tbody>\(lines)</tbody></table></div>

        """
    }
    return tables.isEmpty ? HTML() : section("quality", t("数据质量", "Quality"), tables.joined(""))
  }

  /// `99.9 %`; a whole hundred only where nothing is missing.
  private func percent(_ share: Double, _ isWhole: Bool) -> String {
    if isWhole { return "100 %" }
    return Number.text(min(99.9, (share * 1000).rounded() / 10)) + " %"
  }
}
