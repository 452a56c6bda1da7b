import Bytes
import Catalogs
import Policies

extension Frame {
  /// Datasets on one page of a list.
  static let listLength = 50

  /// All lists: everything, and one for each theme, organization and level, so that filtering needs no script.
  func lists() -> [Page] {
    var pages = list(
      Listing(
        path: "datasets/", further: "list/", title: "\(t("数据集", "Datasets"))",
        plainTitle: t("数据集", "Datasets"),
        description: t("本平台的全部数据集", "All datasets of this portal"), items: site.published, isWhole: true))
    for theme in catalog.themes {
      pages += list(
        Listing(
          path: Frame.path(theme: theme.id), title: text(theme.title), plainTitle: theme.title(language),
          description: t("主题：\(theme.title(language))", "Datasets about \(theme.title(language))"),
          items: site.published.filter { $0.dataset.themes.contains(theme.id) }, kind: t("主题", "Theme"),
          current: ("theme", theme.id)))
    }
    for organization in catalog.organizations {
      pages += list(
        Listing(
          path: Frame.path(organization: organization.id), title: text(organization.name),
          plainTitle: organization.name(language),
          description: t(
            "\(organization.name(language))提供的数据集", "Datasets provided by \(organization.name(language))"),
          items: site.published.filter { $0.dataset.provider.organization == organization.id },
          kind: t("机构", "Organization"), intro: about(organization),
          current: ("organization", organization.id)))
    }
    for level in site.scale.levels {
      pages += list(
        Listing(
          path: Frame.path(level: level.id), title: "\(title(level))", plainTitle: title(level),
          description: "\(title(level)): \(meaning(level.openness))",
          items: site.published.filter { $0.level.id == level.id }, kind: t("级别", "Level"),
          intro: "<p class=\"lead\">\(title(level.openness)): \(meaning(level.openness)).</p>",
          current: ("level", level.id)))
    }
    return pages
  }

  /// One list of datasets, on as many pages as it needs.
  private struct Listing {
    var path: String
    /// Folder of the pages after the first, where it is not the list's own.
    var further: String?
    var title: HTML
    var plainTitle: String
    var description: String
    var items: [PublishedDataset]
    var isWhole = false
    var kind: String?
    var intro = HTML()
    var current: (facet: String, value: String)?

    func path(of page: Int) -> String { page == 1 ? path : "\(further ?? path)\(page)/" }
  }

  private func about(_ organization: Organization) -> HTML {
    var facts: HTML =
      "<p>\(t("联系", "Contact")): <a href=\"\(address: "mailto:" + organization.email)\">\(organization.email)</a></p>"
    if let url = organization.url, Address.isSafe(url) {
      facts += "<p><a href=\"\(address: url)\" rel=\"noopener\">\(url)</a></p>"
    }
    if let code = organization.creditCode {
      facts += "<p>\(t("统一社会信用代码", "Unified social credit code")): <code>\(code)</code></p>"
    }
    return facts
  }

  private func list(_ listing: Listing) -> [Page] {
    let count = max(1, (listing.items.count + Frame.listLength - 1) / Frame.listLength)
    return (1...count).map { place in
      let from = (place - 1) * Frame.listLength
      let shown = listing.items[
        min(from, listing.items.count)..<min(from + Frame.listLength, listing.items.count)]
      let script: HTML =
        listing.isWhole ? "<script src=\"\(address: shared("assets/search.js"))\" defer></script>" : ""
      let main: HTML = """
        <div class="wide page-head">
        \(listing.isWhole ? HTML() : trail([("datasets/", "\(t("数据集", "Datasets"))")]))
        \(listing.kind.map { "<p class=\"kind\">\($0)</p>" as HTML })
        <h1>\(listing.title)</h1>
        \(listing.intro)
        \(listing.isWhole ? searchForm(id: "q") : HTML())
        </div>
        <div class="wide list">
        \(facets(listing))
        <div class="found">
        <p id="count" role="status" class="stamp">\(t("共 \(number(listing.items.count)) 个数据集", "Datasets: \(number(listing.items.count))"))</p>
        \(listing.isWhole ? searchState() : HTML())
        <ul class="cards column" id="results">\(shown.map { card($0) })</ul>
        \(pager(listing, place, of: count))
        </div>
        </div>
        """
      let summary = Card(
        path: listing.path(of: place),
        title: place == 1 ? listing.plainTitle : "\(listing.plainTitle) (\(place))",
        description: listing.description, section: .datasets, head: script)
      return page(summary, main)
    }
  }

  /// What the search script needs to know, as attributes of an element it finds.
  private func searchState() -> HTML {
    """
    <div id="search" hidden data-index="\(value: shared("search/"))" data-language="\(value: language)" \
    data-found="\(value: t("找到 {n} 个数据集", "Datasets found: {n}"))" data-none="\(value: t("没有找到。换个词，或清除筛选。", "Nothing found. Try another word, or clear the filters."))" \
    data-failed="\(value: t("搜索索引无法读取。", "The search index could not be read."))" data-more="\(value: t("显示更多", "Show more"))"></div>
    """
  }

  private func facets(_ listing: Listing) -> HTML {
    func facet(_ kind: String, _ value: String, _ path: String, _ title: HTML, _ count: Int) -> HTML? {
      guard count > 0 else { return nil }
      let isCurrent = listing.current.map { $0.facet == kind && $0.value == value } ?? false
      let current: HTML = isCurrent ? " aria-current=\"page\"" : ""
      return """
        <li><a href="\(address: link(path))" data-facet="\(value: kind)" data-value="\(value: value)"\(current)>\
        <span>\(title)</span> <span class="count">\(number(count))</span></a></li>
        """
    }
    func group(_ id: String, _ title: String, _ items: [HTML]) -> HTML {
      "<section aria-labelledby=\"\(value: id)\"><h2 id=\"\(value: id)\">\(title)</h2><ul>\(items)</ul></section>"
    }
    let themes = catalog.themes.compactMap { theme in
      facet(
        "theme", theme.id, Frame.path(theme: theme.id), text(theme.title),
        site.tallies.themes[theme.id] ?? 0)
    }
    let levels = site.scale.levels.compactMap { level in
      facet(
        "level", level.id, Frame.path(level: level.id), "\(title(level)) · \(title(level.openness))",
        site.tallies.levels[level.id] ?? 0)
    }
    let organizations = catalog.organizations.compactMap { organization in
      facet(
        "organization", organization.id, Frame.path(organization: organization.id), text(organization.name),
        site.tallies.organizations[organization.id] ?? 0)
    }
    return """
      <div class="facets">
      \(group("facet-level", t("开放程度", "Openness"), levels))
      \(group("facet-theme", t("主题", "Themes"), themes))
      \(group("facet-organization", t("提供方", "Providers"), organizations))
      </div>
      """
  }

  private func pager(_ listing: Listing, _ place: Int, of count: Int) -> HTML {
    guard count > 1 else { return HTML() }
    var items: [HTML] = []
    if place > 1 {
      items.append(
        "<a rel=\"prev\" href=\"\(address: link(listing.path(of: place - 1)))\">\(t("上一页", "Previous"))</a>")
    }
    items.append("<span>\(number(place)) / \(number(count))</span>")
    if place < count {
      items.append(
        "<a rel=\"next\" href=\"\(address: link(listing.path(of: place + 1)))\">\(t("下一页", "Next"))</a>")
    }
    return "<nav class=\"pager\" aria-label=\"\(value: t("分页", "Pages"))\">\(items)</nav>"
  }
}
