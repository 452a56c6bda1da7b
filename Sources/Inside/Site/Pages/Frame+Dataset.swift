import Bytes
import Catalogs
import Policies
import Tables

extension Frame {
  /// The page of one dataset.
  func dataset(_ item: PublishedDataset) -> Page {
    let dataset = item.dataset
    let path = Frame.path(dataset: dataset.name)
    let isOpen = item.openness == .unconditional
    let sections: [HTML]
    switch item.openness {
    case .unconditional:
      sections = [
        downloads(item), charts(item), preview(item), fields(item), quality(item), rowExamples(item),
        duties(item),
        judgement(item),
      ]
    case .conditional:
      sections = [offers(item), application(item), fields(item), duties(item), judgement(item)]
    case .closed: sections = [closedNote(item), duties(item), judgement(item)]
    }
    let main: HTML = """
      <div class="wide page-head">
      \(trail([("datasets/", "\(t("数据集", "Datasets"))")]))
      <h1>\(text(dataset.title))</h1>
      <p class="meta">\(badge(item))\(dataset.synthetic ? "<span class=\"tag\">\(t("合成数据", "Synthetic"))</span>" : HTML())</p>
      <p class="lead">\(text(dataset.description))</p>
      </div>
      <div class="wide sheet">
      <div class="body">
      \(sections)
      </div>
      <aside aria-label="\(value: t("基本信息", "Facts"))">
      \(facts(item))
      </aside>
      </div>
      """
    let head: HTML = """
      <link rel="alternate" type="application/atom+xml" title="\(value: dataset.title(language))" \
      href="\(address: link(path + "feed.atom"))">
      \(isOpen ? "<link rel=\"alternate\" type=\"application/json\" href=\"\(address: shared("data/\(dataset.name)/datapackage.json"))\">" : HTML())
      <script type="application/ld+json">\(data: site.exports.schemaOrg(item, language: language))</script>
      """
    return page(
      Card(
        path: path, title: dataset.title(language), description: dataset.description(language),
        section: .datasets,
        head: head, dataset: dataset.name),
      main)
  }

  /// A section of a page with its heading.
  func section(_ id: String, _ title: String, _ content: HTML) -> HTML {
    """
    <section id="\(value: id)" aria-labelledby="\(value: id)-title"><h2 id="\(value: id)-title">\(title)</h2>
    \(content)
    </section>

    """
  }

  // MARK: Facts beside the page

  private func facts(_ item: PublishedDataset) -> HTML {
    let dataset = item.dataset
    var rows: [HTML] = []
    func fact(_ name: String, _ value: HTML?) {
      if let value, !value.isEmpty { rows.append("<div><dt>\(name)</dt><dd>\(value)</dd></div>") }
    }
    fact(t("提供方", "Provider"), providers(dataset))
    fact(t("关联来源", "Joined from"), sources(dataset))
    fact(
      t("级别", "Level"),
      "<a href=\"\(address: link(Frame.path(level: item.level.id)))\">\(title(item.level))</a>, \(title(item.openness))"
    )
    fact(
      t("许可", "Licence"),
      catalog.license(dataset.license).map { license in
        Address.isSafe(license.url)
          ? "<a rel=\"license noopener\" href=\"\(address: license.url)\">\(text(license.title))</a>"
          : text(license.title)
      })
    fact(t("来源", "Origin"), dataset.origin.map { text($0) })
    fact(
      t("主题", "Themes"),
      dataset.themes.compactMap { id in
        catalog.theme(id).map {
          "<a href=\"\(address: link(Frame.path(theme: id)))\">\(text($0.title))</a>" as HTML
        }
      }.joined(", "))
    fact(t("时间范围", "Period"), dataset.temporal.map { period($0) })
    fact(t("空间范围", "Place"), dataset.spatial?.name.map { text($0) } ?? dataset.spatial?.code.map { "\($0)" })
    fact(t("更新频率", "Update frequency"), dataset.updateFrequency.map { text($0.title) })
    fact(t("本平台更新", "Last change here"), date(item.modified))
    fact(t("数据更新", "Data as of"), dataset.modified.map { "<time datetime=\"\($0.iso)\">\($0.iso)</time>" })
    fact(t("下次更新", "Next due"), due(item))
    fact(t("发布", "First published"), dataset.issued.map { "<time datetime=\"\($0.iso)\">\($0.iso)</time>" })
    fact(t("目录代码", "Directory code"), dataset.directory.map { "<code>\($0.code)</code>" })
    fact(
      t("关键词", "Keywords"),
      dataset.keywords.map { "<span class=\"tag\">\(text($0))</span>" as HTML }.joined(" "))
    fact(
      t("订阅", "Feed"),
      "<a href=\"\(address: link(Frame.path(dataset: dataset.name) + "feed.atom"))\">Atom</a>"
    )
    return "<dl class=\"facts\">\(rows)</dl>"
  }

  private func period(_ period: Period) -> HTML {
    guard let end = period.end else { return "\(t("\(period.start) 起", "since \(period.start)"))" }
    return end == period.start ? "\(end)" : "\(period.start) – \(end)"
  }

  /// The day the next renewal is due. Whether it is overdue depends on the day the page is read: a script says so.
  private func due(_ item: PublishedDataset) -> HTML? {
    guard let days = item.dataset.updateFrequency?.days else { return nil }
    let last = item.dataset.modified ?? item.modified.date
    let due = last.adding(days: days).iso
    return "<time datetime=\"\(due)\" data-due=\"\(value: t("已逾期", "overdue"))\">\(due)</time>"
  }

  // MARK: Open data

  private func downloads(_ item: PublishedDataset) -> HTML {
    let tables = item.dataset.resources.map { resource -> HTML in
      let files = item.files.filter { $0.resource == resource.name }
      let rows = files.map { file -> HTML in
        let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
        return """
          <tr><th scope="row"><a href="\(address: shared(Percent.encode(file.path, allowing: "/")))" download>\(title(file.format))</a></th>\
          <td>\(size(file.bytes))</td><td><details><summary>SHA-256</summary><code class="hash">\(file.sha256)</code></details></td>\
          <td class="quiet">\(name)</td></tr>

          """
      }
      let absent = item.leftOut.filter { $0.resource == resource.name }.map { file -> HTML in
        """
        <tr><th scope="row">\(title(file.format))</th>\
        <td class="quiet" colspan="3">\(t("未提供：\(file.reason.zh)", "not offered: \(file.reason.en)"))</td></tr>

        """
      }
      let count = rowCount(item, resource.name).map { t("，\(number($0)) 行", ", \(number($0)) rows") } ?? ""
      return """
        <div class="scroll" tabindex="0" role="region" aria-label="\(value: t("下载文件", "Files"))"><table class="files">
        <caption>\(resourceTitle(resource, item))\(count)</caption>
        <thead><tr><th scope="col">\(t("格式", "Format"))</th><th scope="col">\(t("大小", "Size"))</th>\
        <th scope="col">\(t("校验", "Checksum"))</th><th scope="col">\(t("文件", "File"))</th></tr></thead>
        <tbody>\(rows)\(absent)</tbody></table></div>

        """
    }
    return section("download", t("下载", "Download"), [HTML](tables).joined(""))
  }

  func resourceTitle(_ resource: Resource, _ item: PublishedDataset) -> HTML {
    text(resource.title ?? item.dataset.title)
  }

  private func preview(_ item: PublishedDataset) -> HTML {
    guard item.openness == .unconditional else { return HTML() }
    let tables = item.dataset.resources.compactMap { resource -> HTML? in
      guard let rows = site.previews[item.dataset.name]?[resource.name], !rows.isEmpty else { return nil }
      let fields = resource.schema.fields
      let heads = fields.map { field -> HTML in
        "<th scope=\"col\"\(isNumeric(field.type) ? " class=\"number\"" : HTML())>\(field.title.map { text($0) } ?? "\(field.name)")</th>"
      }
      let lines = rows.prefix(Frame.previewRows).map { row -> HTML in
        let cells = zip(fields, row).map { field, cell -> HTML in
          guard let cell else {
            return
              "<td class=\"none\(isNumeric(field.type) ? " number" : "")\"><span class=\"unseen\">\(t("缺失", "missing"))</span></td>"
          }
          let shown = cell.count > 120 ? String(cell.prefix(119)) + "…" : cell
          return isNumeric(field.type) ? "<td class=\"number\">\(shown)</td>" : "<td>\(shown)</td>"
        }
        return "<tr>\(cells)</tr>\n"
      }
      let title = item.dataset.resources.count > 1 ? "\(resourceTitle(resource, item)): " as HTML : HTML()
      return """
        <div class="scroll" tabindex="0" role="region" aria-label="\(value: t("数据预览", "Preview"))"><table class="rows">
        <caption>\(title)\(t("前 \(lines.count) 行", "first \(lines.count) rows"))</caption>
        <thead><tr>\(heads)</tr></thead><tbody>\(lines)</tbody></table></div>

        """
    }
    return tables.isEmpty ? HTML() : section("preview", t("数据预览", "Preview"), tables.joined(""))
  }

  /// Rows of a preview.
  static let previewRows = 10

  func isNumeric(_ type: FieldType) -> Bool { type == .integer || type == .number }

  private func rowExamples(_ item: PublishedDataset) -> HTML {
    guard let resource = item.dataset.resources.first else { return HTML() }
    let address = "\(Frame.base(catalog))/api/v1/datasets/\(item.dataset.name)/rows"
    let which = item.dataset.resources.count > 1 ? "resource=\(resource.name)&" : ""
    let examples = RowExample.of(resource, item, site.previews[item.dataset.name]?[resource.name] ?? [])
    let commands = examples.map { example in
      command("curl '\(address)?\(which)\(example.query)'", t(example.zh, example.en))
    }
    return section(
      "api", t("数据行接口", "Row API"),
      """
      <p>\(t("按条件选取、排序、汇总，无需注册。", "Select, filter, order and summarise rows. No account needed.")) \
      <a href="\(address: self.link("developers/#rows"))">\(t("查询语法", "Query grammar"))</a></p>
      \(commands)
      """)
  }
}
