import Bytes
import Catalogs
import Policies
import Tables

extension Frame {
  /// The first page: what the portal is, a way to search, how much there is, three doors, what is new.
  func home() -> Page {
    let newest = site.published.sorted {
      ($1.modified, $0.dataset.name) < ($0.modified, $1.dataset.name)
    }.prefix(6)
    let main: HTML = """
      <section class="hero"><div class="wide">
      <div class="hero-words">
      <h1>\(text(catalog.title))</h1>
      <p class="lead">\(text(catalog.description))</p>
      \(searchForm(id: "home-search"))
      </div>
      \(Drawing.hero(t("数据留在门内，答案走出门外", "The data stay inside, the answers go out")))
      </div></section>
      <section class="wide" aria-label="\(value: t("数字", "Numbers"))">\(numbers())</section>
      <section class="wide doors" aria-labelledby="doors">
      <h2 id="doors">\(t("三扇门", "Three doors"))</h2>
      \(doors())
      </section>
      <section class="wide" aria-labelledby="new">
      <h2 id="new">\(t("最近更新", "Newest datasets"))</h2>
      <ul class="cards">\(newest.map { card($0) })</ul>
      <p class="more"><a href="\(address: link("datasets/"))">\(t("查看全部数据集", "All datasets"))</a></p>
      </section>
      \(resultsSection())
      <section class="wide" aria-labelledby="themes">
      <h2 id="themes">\(t("按主题浏览", "Browse by theme"))</h2>
      <ul class="tiles">\(themeTiles())</ul>
      </section>
      """
    return page(
      Card(
        path: "", title: catalog.title(language), description: catalog.description(language), section: .home),
      main)
  }

  func searchForm(id: String) -> HTML {
    """
    <form class="search" role="search" action="\(address: link("datasets/"))" method="get">
    <label for="\(value: id)">\(t("搜索数据集", "Search the datasets"))</label>
    <div><input id="\(value: id)" name="q" type="search" autocomplete="off" maxlength="200" \
    placeholder="\(value: t("例如：机场、人口、气温", "for example airport, population, weather"))">
    <button type="submit">\(t("搜索", "Search"))</button></div>
    </form>
    """
  }

  private func numbers() -> HTML {
    let open = site.published.filter { $0.openness == .unconditional }
    let rows = open.reduce(0) { sum, item in
      sum + item.dataset.resources.reduce(0) { $0 + (rowCount(item, $1.name) ?? 0) }
    }
    let results = site.published.filter { $0.openness == .conditional }.reduce(0) {
      $0 + $1.dataset.results.count
    }
    let providers = Set(site.published.flatMap(\.dataset.providers)).count
    func figure(_ value: String, _ words: String) -> HTML { "<div><dt>\(words)</dt><dd>\(value)</dd></div>" }
    return """
      <dl class="numbers">
      \(figure(number(site.published.count), t("数据集", "datasets")))
      \(figure(number(open.count), t("可直接下载", "open for download")))
      \(figure(number(rows), t("行开放数据", "rows of open data")))
      \(figure(number(results), t("结果服务", "protected results")))
      \(figure(number(providers), t("数据提供方", "providers")))
      </dl>
      <p class="stamp">\(t("第 \(number(site.release)) 次发布，", "Release \(number(site.release)), "))\(date(site.created))</p>
      """
  }

  private func doors() -> HTML {
    func door(_ title: String, _ words: String, _ path: String, _ action: String, _ icon: HTML) -> HTML {
      """
      <li><a class="door" href="\(address: link(path))">\(icon)<h3>\(title)</h3><p>\(words)</p>\
      <span class="go">\(action)</span></a></li>
      """
    }
    return """
      <ul class="trio">
      \(door(
        t("公众", "Everybody"), t("下载开放数据，按条件查询数据行。无需注册。", "Download open data, or query its rows. No account."),
        "datasets/", t("浏览数据集", "Browse datasets"), Drawing.openDoor))
      \(door(
        t("企业", "Companies"),
        t("申请授权，调用受限数据的统计结果；每个答案都带签名回执。",
          "Apply for a grant and call results computed from restricted data. Each answer carries a signed receipt."),
        "developers/#gateway", t("了解结果服务", "How results work"), Drawing.guardedDoor))
      \(door(
        t("数据专员", "Custodians"),
        t("用命令行检查、定级、发布；没有依据不限制，没有审批不降级。",
          "Check, classify and publish from the command line. No restriction without a law, no lowering without a second person."),
        "policies/", t("了解分级规则", "How levels are decided"), Drawing.keyDoor))
      </ul>
      """
  }

  private func themeTiles() -> [HTML] {
    catalog.themes.map { theme -> HTML in
      let count = site.tallies.themes[theme.id] ?? 0
      return """
        <li><a href="\(address: link(Frame.path(theme: theme.id)))"><span>\(text(theme.title))</span> \
        <span class="count">\(number(count))</span></a></li>
        """
    }
  }

  private func resultsSection() -> HTML? {
    let offered = site.published.filter { $0.openness == .conditional && !$0.dataset.results.isEmpty }.prefix(
      4)
    guard !offered.isEmpty else { return nil }
    let cards = offered.flatMap { item in
      item.dataset.results.map { result -> HTML in
        """
        <li class="card"><h3><a href="\(address: link(Frame.path(result: result.name, of: item.dataset.name)))">\
        \(text(result.title))</a></h3><p>\(text(result.description))</p>\
        <p class="meta"><span class="tag">\(title(result.kind))</span> \(t("来自", "from")) \(text(item.dataset.title))</p></li>
        """
      }
    }
    return """
      <section class="wide" aria-labelledby="results">
      <h2 id="results">\(t("受限数据的结果", "Results from restricted data"))</h2>
      <ul class="cards">\(cards)</ul>
      </section>
      """
  }

  /// Rows of a resource, where they may be told.
  func rowCount(_ item: PublishedDataset, _ resource: String) -> Int? {
    guard item.openness == .unconditional else { return nil }
    return item.reports[resource]?.rows ?? item.files.first { $0.resource == resource }?.rows
  }

  /// A dataset in a list.
  func card(_ item: PublishedDataset) -> HTML {
    let dataset = item.dataset
    var formats: [String] = []
    if item.openness == .unconditional {
      for file in item.files where file.format != .csvExcel && !formats.contains(title(file.format)) {
        formats.append(title(file.format))
      }
    }
    return """
      <li class="card"><h3><a href="\(address: link(Frame.path(dataset: dataset.name)))">\(text(dataset.title))</a></h3>\
      <p>\(text(dataset.description))</p>\
      <p class="meta">\(badge(item))\(dataset.synthetic ? "<span class=\"tag\">\(t("合成数据", "Synthetic"))</span>" : HTML())\
      \(formats.prefix(4).map { "<span class=\"tag\">\($0)</span>" as HTML })</p>\
      <p class="meta">\(providers(dataset)) \(date(item.modified))</p></li>
      """
  }
}
