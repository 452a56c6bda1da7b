import Bytes
import Catalogs
import Disclosure
import Policies

extension Frame {
  /// The pages of a dataset's results; none unless it is conditionally open.
  func results(of item: PublishedDataset) -> [Page] {
    guard item.openness == .conditional else { return [] }
    return item.dataset.results.map { result($0, of: item) }
  }

  private func result(_ result: ResultDeclaration, of item: PublishedDataset) -> Page {
    let dataset = item.dataset
    let released = site.released(dataset.name, result.name)
    let main: HTML = """
      <div class="wide page-head">
      \(trail([("datasets/", "\(t("数据集", "Datasets"))"), (Frame.path(dataset: dataset.name), text(dataset.title))]))
      <p class="kind">\(title(result.kind))</p>
      <h1>\(text(result.title))</h1>
      <p class="lead">\(text(result.description))</p>
      <p class="meta">\(badge(item))\(dataset.synthetic ? "<span class=\"tag\">\(t("合成数据", "Synthetic"))</span>" : HTML())</p>
      </div>
      <div class="wide sheet">
      <div class="body">
      \(released.map { answers($0, result, item) } ?? pending(result))
      \(call(released, result, item))
      \(receipt())
      \(duties(item))
      </div>
      <aside aria-label="\(value: t("基本信息", "Facts"))">\(facts(released, result, item))</aside>
      </div>
      """
    return page(
      Card(
        path: Frame.path(result: result.name, of: dataset.name), title: result.title(language),
        description: result.description(language), section: .datasets, dataset: dataset.name),
      main)
  }

  private func answers(_ released: Released, _ result: ResultDeclaration, _ item: PublishedDataset) -> HTML {
    guard let tags = released.tags else { return statistic(released, result, of: item) }
    return checked(released, tags, result)
  }

  private func pending(_ result: ResultDeclaration) -> HTML {
    section(
      "answers", t("已发布的结果", "What is published"),
      "<p>\(t("本结果已声明，尚无通过全部保护规则的发布。", "This result is declared; nothing has passed every protection rule yet."))</p>"
    )
  }

  private func facts(_ released: Released?, _ result: ResultDeclaration, _ item: PublishedDataset) -> HTML {
    var rows: [HTML] = []
    func fact(_ name: String, _ value: HTML) { rows.append("<div><dt>\(name)</dt><dd>\(value)</dd></div>") }
    fact(
      t("来自", "From"),
      "<a href=\"\(address: link(Frame.path(dataset: item.dataset.name)))\">\(text(item.dataset.title))</a>")
    fact(t("提供方", "Provider"), providers(item.dataset))
    if let sources = sources(item.dataset) { fact(t("关联来源", "Joined from"), sources) }
    fact(t("保护方案", "Protection profile"), "<code>\(result.profile)</code>")
    if result.kind.hasCells {
      fact(t("重新计算", "Recomputed"), "\(t("至多每", "at most every")) <code>\(result.refresh)</code>")
    }
    if let tags = released?.tags {
      fact(t("规则与含义的负责方", "Answerable for rule and meaning"), text(tags.responsible))
      fact(
        t("授权令牌", "Consent token"),
        "\(tags.needsConsent ? t("每次调用须附", "with each call") : t("不需要", "not needed"))")
    }
    if let released {
      fact(t("计算时间", "Computed"), date(released.computed))
      if result.kind.hasCells {
        fact(
          t("发布额度", "Release budget"),
          "\(t("已用", "used")) \(number(released.protection.budgetUsed)) / \(number(released.protection.budgetLimit))"
        )
      }
      fact(
        t("策略", "Policy"), "<code class=\"hash\">\(String(released.protection.policyHash.prefix(16)))</code>")
    }
    return "<dl class=\"facts\">\(rows)</dl>"
  }

  // MARK: A statistic

  private func statistic(
    _ released: Released, _ result: ResultDeclaration, of item: PublishedDataset
  ) -> HTML {
    var shown: HTML = section(
      "note", t("如何读这些数字", "How to read these numbers"), "<p>\(text(released.note))</p>")
    shown += section("tables", t("已发布的表", "What is published"), tables(released, of: item))
    shown += dimensions(released)
    shown += columns(released)
    shown += protection(released)
    return shown
  }

  /// Every published table by name, and the values of one that is small, to show what answers look like. The others
  /// are for those who hold a grant; and where a grant needs a second person, no value is shown to the public.
  private func tables(_ released: Released, of item: PublishedDataset) -> HTML {
    let lines = released.tables.map { table -> HTML in
      """
      <tr><th scope="row">\(title(of: table, in: released))</th><td><code>\(table.dimensions.joined(separator: ","))</code></td>\
      <td class="number">\(number(table.cells.count))</td></tr>

      """
    }
    let list: HTML = """
      <div class="scroll" tabindex="0" role="region" aria-label="\(value: t("已发布的表", "Published tables"))"><table>
      <caption>\(t("共 \(released.tables.count) 张表，经网关调用", "\(released.tables.count) tables, by the gateway"))</caption>
      <thead><tr><th scope="col">\(t("表", "Table"))</th><th scope="col">\(t("维度", "Dimensions"))</th>\
      <th scope="col" class="number">\(t("单元数", "Cells"))</th></tr></thead>
      <tbody>\(lines)</tbody></table></div>

      """
    guard !item.level.grantNeedsSecondPerson, let table = Frame.shown(of: released) else { return list }
    let dimensions = table.dimensions.compactMap { name in released.dimensions.first { $0.name == name } }
    return """
      \(list)
      <h3>\(t("示例：公开的一张表", "One of them, open to all"))</h3>
      \(CellChart(released, table, self).drawing())
      <div class="scroll" tabindex="0" role="region" aria-label="\(value: t("结果表", "Result table"))"><table class="cells">
      <caption>\(title(of: table, in: released))</caption>
      \(head(released, dimensions))
      <tbody>\(table.cells.map { line($0, dimensions, released.columns) })</tbody></table></div>

      """
  }

  private func title(of table: ReleasedTable, in released: Released) -> HTML {
    let titles = table.dimensions.compactMap { name in released.dimensions.first { $0.name == name } }.map {
      text($0.title)
    }
    return titles.isEmpty ? "\(t("总计", "Total"))" : titles.joined(" × ")
  }

  /// The table whose values a page shows: the first in order of importance that is small.
  static func shown(of released: Released) -> ReleasedTable? {
    released.tables.first { (2...largestTable).contains($0.cells.count) }
  }

  /// Cells of the largest table that a page shows.
  static let largestTable = 60

  private func head(_ released: Released, _ dimensions: [ReleasedDimension]) -> HTML {
    let names = dimensions.map { "<th scope=\"col\">\(text($0.title))</th>" as HTML }
    let values = released.columns.map { column -> HTML in
      let unit = column.unit.map { " <span class=\"quiet\">\($0)</span>" as HTML }
      return "<th scope=\"col\" class=\"number\">\(text(column.title))\(unit)</th>"
    }
    return "<thead><tr>\(names)\(values)</tr></thead>"
  }

  private func line(
    _ cell: ReleasedCell, _ dimensions: [ReleasedDimension], _ columns: [ReleasedColumn]
  ) -> HTML {
    let labels = zip(dimensions, cell.codes).map { dimension, code -> HTML in
      let label = dimension.codes.first { $0.code == code }.map { text($0.label) } ?? "\(code)"
      return "<th scope=\"row\">\(label)</th>"
    }
    let values = zip(cell.values, columns).map { value, column -> HTML in
      if let value { return "<td class=\"number\">\(Frame.grouped(value))</td>" }
      if column.isComparison { return "<td class=\"number\">–</td>" }
      return "<td class=\"number withheld\">\(t("不公布", "withheld"))</td>"
    }
    return "<tr>\(labels)\(values)</tr>\n"
  }

  private func dimensions(_ released: Released) -> HTML {
    guard !released.dimensions.isEmpty else { return HTML() }
    let lines = released.dimensions.map { dimension -> HTML in
      let codes = dimension.codes.map { "<li><code>\($0.code)</code> \(text($0.label))</li>" as HTML }
      let role = dimension.role == .identifying ? t("描述是谁", "who it is about") : t("所问的内容", "what is asked")
      return """
        <tr><th scope="row"><code>\(dimension.name)</code></th><td><strong>\(text(dimension.title))</strong><br>\
        <span class="quiet">\(role)</span></td>\
        <td><details><summary>\(t("\(dimension.codes.count) 个代码", "\(dimension.codes.count) codes"))</summary><ul class="codes">\(codes)</ul></details></td></tr>

        """
    }
    return section(
      "dimensions", t("维度", "Dimensions"),
      """
      <div class="scroll" tabindex="0" role="region" aria-label="\(value: t("维度", "Dimensions"))"><table><caption class="unseen">\(t("维度", "Dimensions"))</caption>
      <thead><tr><th scope="col">\(t("名称", "Name"))</th><th scope="col">\(t("含义", "Meaning"))</th><th scope="col">\(t("代码", "Codes"))</th></tr></thead>
      <tbody>\(lines)</tbody></table></div>
      """)
  }

  /// What may be told of how far a sum, mean or variance is off.
  private func band(_ column: ReleasedColumn) -> String {
    if let sd = column.sd { return t("随机误差标准差 \(sd)", "noise of standard deviation \(sd)") }
    let noise = t("随机误差随较大的贡献而定", "noise that goes with the largest contributions")
    guard let band = column.band else {
      return noise + t("，其大小不能透露", ", whose size may not be told")
    }
    let most = band.most.map { Frame.grouped($0) + (column.unit.map { " " + $0 } ?? "") }
    let limits = [band.percent.map { "\($0) %" }, most].compactMap { $0 }
    let total = band.count == nil ? t("误差", "the error") : t("其合计的误差", "the error of its total")
    return noise
      + t(
        "；至少 95 % 的情形，\(total)不超过\(limits.joined(separator: "与"))\(limits.count > 1 ? "中较小者" : "")",
        "; in at least 95 of 100 cells \(total) is at most \(limits.joined(separator: " or "))\(limits.count > 1 ? ", whichever is less" : "")"
      )
  }

  private func columns(_ released: Released) -> HTML {
    let lines = released.columns.map { column -> HTML in
      let noise =
        switch column.basis {
        case .count: t("随机误差标准差 \(column.sd ?? "")", "noise of standard deviation \(column.sd ?? "")")
        case .magnitude: band(column)
        case .derived: t("由已保护的数字算得", "computed from protected numbers")
        }
      return """
        <tr><th scope="row"><code>\(column.name)</code></th><td><strong>\(text(column.title))</strong></td>\
        <td>\(column.unit ?? "")</td><td>\(noise)</td></tr>

        """
    }
    return section(
      "columns", t("数值", "Values"),
      """
      <div class="scroll" tabindex="0" role="region" aria-label="\(value: t("数值", "Values"))"><table><caption class="unseen">\(t("数值", "Values"))</caption>
      <thead><tr><th scope="col">\(t("名称", "Name"))</th><th scope="col">\(t("含义", "Meaning"))</th>\
      <th scope="col">\(t("单位", "Unit"))</th><th scope="col">\(t("保护", "Protection"))</th></tr></thead>
      <tbody>\(lines)</tbody></table></div>
      """)
  }

  private func protection(_ released: Released) -> HTML {
    let lines = released.protection.controls.map { control -> HTML in
      """
      <tr><th scope="row">\(controlTitle(control.control))</th><td>\(controlMeaning(control.control))</td>\
      <td class="number">\(number(control.cells))</td></tr>

      """
    }
    let missing: HTML =
      released.protection.notWritten.isEmpty
      ? HTML()
      : """
      <p>\(t("已声明而因额度用尽未发布的表", "Tables that were declared but did not fit the budget")): \
      \(released.protection.notWritten.map { "<code>\($0.isEmpty ? "()" : $0.joined(separator: " × "))</code>" as HTML }.joined(", "))</p>
      """
    return section(
      "protection", t("保护措施", "Protection"),
      """
      <div class="scroll" tabindex="0" role="region" aria-label="\(value: t("保护措施", "Protection"))"><table>
      <caption>\(t("方案", "Profile")) <code>\(released.protection.profile)</code></caption>
      <thead><tr><th scope="col">\(t("措施", "Control"))</th><th scope="col">\(t("作用", "What it does"))</th>\
      <th scope="col" class="number">\(t("单元数", "Cells"))</th></tr></thead>
      <tbody>\(lines)</tbody></table></div>
      \(missing)
      """)
  }

  private func controlTitle(_ control: String) -> String {
    switch control {
    case "threshold": t("最小单元", "Threshold")
    case "differencing-guard": t("防相减", "Differencing guard")
    case "two-layer-noise": t("双层随机误差", "Two-layer noise")
    case "dominance": t("防主导", "Dominance rule")
    case "top-contributor-noise": t("最大贡献者误差", "Top-contributor noise")
    case "sum-noise": t("合计误差", "Noise of sums")
    case "release-budget": t("发布额度", "Release budget")
    case "withheld": t("不公布的单元", "Withheld cells")
    default: control
    }
  }

  private func controlMeaning(_ control: String) -> String {
    switch control {
    case "threshold": t("人数过少的单元不公布", "cells with too few people are withheld")
    case "differencing-guard":
      t("能通过相减推出少数人的单元不公布", "cells that could be subtracted to reach a few people are withheld")
    case "two-layer-noise": t("每个数量加入固定的随机误差", "each count carries fixed random noise")
    case "dominance": t("一两个个体占比过大的合计不公布", "sums that one or two contributors dominate are withheld")
    case "top-contributor-noise": t("合计的误差足以遮住最大贡献者", "sums carry noise that hides the largest contributor")
    case "sum-noise":
      t("较大的贡献在所有合计中带同一误差", "large contributions carry the same noise in every sum they are in")
    case "release-budget": t("对任一人群公布的数字总量有上限", "the numbers published about any population are limited")
    case "withheld": t("不说明原因，以免泄露", "no reason is given, since the reason would tell")
    default: ""
    }
  }
}
