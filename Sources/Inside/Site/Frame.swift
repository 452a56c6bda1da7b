import Bytes
import Catalogs
import Policies

/// The pages of one language: its words, its addresses, and what stands around every page.
struct Frame: Sendable {
  let site: SiteBuilder
  let language: String
  /// Words of the pages themselves: Chinese where the language is Chinese, else English.
  let isChinese: Bool
  /// Path of the portal's root, with slashes at both ends: `/`, or what `baseURL` adds.
  let root: String

  init(_ site: SiteBuilder, _ language: String) {
    self.site = site
    self.language = language
    isChinese = language == "zh" || language.hasPrefix("zh-")
    root = Frame.root(of: site.catalog.baseURL)
  }

  var catalog: Catalog { site.catalog }

  // MARK: Words

  /// The page's own words.
  func t(_ zh: String, _ en: String) -> String { isChinese ? zh : en }

  /// The page's own words with markup in them.
  func h(_ zh: HTML, _ en: HTML) -> HTML { isChinese ? zh : en }

  /// A text of the catalogue; where it is not there in the page's language, its own language is marked.
  func text(_ text: Text) -> HTML {
    if text.exact(language) != nil { return "\(text(language))" }
    guard let first = text.byLanguage.first else { return "" }
    return "<span lang=\"\(value: Frame.htmlLanguage(first.language))\">\(first.text)</span>"
  }

  /// What `lang` says: written Chinese is named by its script.
  static func htmlLanguage(_ tag: String) -> String { tag == "zh" ? "zh-Hans" : tag }

  /// A language in its own words.
  static func languageName(_ tag: String) -> String {
    switch tag {
    case "zh", "zh-Hans", "zh-CN": "中文"
    case "en": "English"
    case "fr": "Français"
    case "de": "Deutsch"
    case "es": "Español"
    case "pt": "Português"
    case "ru": "Русский"
    case "ja": "日本語"
    case "ko": "한국어"
    default: tag
    }
  }

  // MARK: Addresses

  private static func root(of baseURL: String) -> String {
    // https: // host / path
    let parts = baseURL.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, !parts[3].isEmpty else { return "/" }
    let path = "/" + parts[3]
    return path.hasSuffix("/") ? path : path + "/"
  }

  /// `` for the first language, `en/` for others.
  var folder: String { folder(of: language) }

  func folder(of language: String) -> String { language == catalog.firstLanguage ? "" : language + "/" }

  /// Address of a page of this language.
  func link(_ path: String) -> String { root + folder + path }

  /// Address of something that has no language.
  func shared(_ path: String) -> String { root + path }

  /// The same with host, for feeds, canonical links and examples.
  func absolute(_ path: String, _ language: String? = nil) -> String {
    Frame.base(catalog) + "/" + folder(of: language ?? self.language) + path
  }

  static func base(_ catalog: Catalog) -> String {
    catalog.baseURL.hasSuffix("/") ? String(catalog.baseURL.dropLast()) : catalog.baseURL
  }

  static func path(dataset: String) -> String { "datasets/\(dataset)/" }
  static func path(result: String, of dataset: String) -> String { "results/\(dataset)/\(result)/" }
  static func path(organization: String) -> String { "organizations/\(Percent.encode(organization))/" }
  static func path(theme: String) -> String { "themes/\(Percent.encode(theme))/" }
  static func path(level: String) -> String { "levels/\(Percent.encode(level))/" }

  // MARK: The frame

  /// What a page says about itself.
  struct Card {
    /// Below the language's folder, ending in a slash; empty for the home page.
    var path: String
    var title: String
    var description: String
    var section: Section = .none
    var head = HTML()
    var dataset: String?
    /// For `404.html`: not a page of its own, so nothing points at it.
    var isStray = false
  }

  enum Section { case none, home, datasets, developers, policies }

  /// A whole page around its main part.
  func page(_ card: Card, _ main: HTML) -> Page {
    let portal = catalog.title(language)
    let title = card.section == .home ? portal : "\(card.title) – \(portal)"
    let document: HTML = """
      <!doctype html>
      <html lang="\(value: Frame.htmlLanguage(language))">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(value: title)</title>
      <meta name="description" content="\(value: String(card.description.prefix(300)))">
      <meta name="color-scheme" content="light dark">
      <link rel="stylesheet" href="\(address: shared("assets/theme.css"))">
      <link rel="stylesheet" href="\(address: shared("assets/pages.css"))">
      <link rel="stylesheet" href="\(address: shared("assets/levels.css"))">
      <link rel="icon" type="image/svg+xml" href="\(address: shared("assets/door.svg"))">
      <script src="\(address: shared("assets/theme.js"))" defer></script>
      \(card.isStray ? "<meta name=\"robots\" content=\"noindex\">" : pointers(card))
      \(card.head)
      </head>
      <body>
      <a class="skip" href="#main">\(t("跳到正文", "Skip to content"))</a>
      \(header(card))
      <main id="main" tabindex="-1">
      \(main)
      </main>
      \(footer())
      </body>
      </html>

      """
    let path = card.isStray ? folder + card.path : folder + card.path + "index.html"
    return Page(path: path, mediaType: MediaType.html, bytes: document.bytes, dataset: card.dataset)
  }

  /// Canonical address, the same page in other languages, and the feed.
  private func pointers(_ card: Card) -> HTML {
    var links: HTML = """
      <link rel="canonical" href="\(address: absolute(card.path))">
      <link rel="alternate" type="application/atom+xml" title="\(value: catalog.title(language))" \
      href="\(address: link("feed.atom"))">

      """
    guard catalog.languages.count > 1 else { return links }
    for other in catalog.languages {
      links += """
        <link rel="alternate" hreflang="\(value: Frame.htmlLanguage(other))" href="\(address: absolute(card.path, other))">

        """
    }
    links += """
      <link rel="alternate" hreflang="x-default" href="\(address: absolute(card.path, catalog.firstLanguage))">
      """
    return links
  }

  private func header(_ card: Card) -> HTML {
    func item(_ section: Section, _ path: String, _ words: String) -> HTML {
      let current: HTML = card.section == section ? " aria-current=\"page\"" : ""
      return "<li><a href=\"\(address: link(path))\"\(current)>\(words)</a></li>"
    }
    let others = catalog.languages.filter { $0 != language }.map { other -> HTML in
      let target = shared(folder(of: other) + (card.isStray ? "" : card.path))
      return """
        <li><a href="\(address: target)" lang="\(value: Frame.htmlLanguage(other))" \
        hreflang="\(value: Frame.htmlLanguage(other))">\(Frame.languageName(other))</a></li>
        """
    }
    return """
      <header class="top">
      <div class="wide bar">
      <a class="brand" href="\(address: link(""))">\(Drawing.door)<span>\(text(catalog.title))</span></a>
      <nav aria-label="\(value: t("主导航", "Main"))"><ul>
      \(item(.datasets, "datasets/", t("数据集", "Datasets")))
      \(item(.policies, "policies/", t("分级与开放", "Levels")))
      \(item(.developers, "developers/", t("开发者", "Developers")))
      \(others)
      </ul></nav>
      </div>
      </header>
      """
  }

  private func footer() -> HTML {
    let manager = catalog.organization(catalog.manager)
    let contact = manager.map { agency -> HTML in
      """
      <p>\(t("数据管理方", "Run by")) <a href="\(address: link(Frame.path(organization: agency.id)))">\(text(agency.name))</a></p>
      <p><a href="\(address: "mailto:" + agency.email)">\(agency.email)</a></p>
      """
    }
    return """
      <footer class="end">
      <div class="wide">
      <div>\(contact)</div>
      <ul>
      <li><a href="\(address: link("feed.atom"))">\(t("订阅更新（Atom）", "Updates (Atom)"))</a></li>
      <li><a href="\(address: shared("catalog.jsonld"))">\(t("目录（DCAT）", "Catalogue (DCAT)"))</a></li>
      <li><a href="\(address: shared("data.json"))">data.json</a></li>
      <li><a href="\(address: link("developers/"))">\(t("接口说明", "API manual"))</a></li>
      </ul>
      <p class="motto">\(Drawing.sill)\(t("开放不出门：数据留在门内，答案走出门外。", "Open, without the data leaving the door."))</p>
      </div>
      </footer>
      """
  }
}
