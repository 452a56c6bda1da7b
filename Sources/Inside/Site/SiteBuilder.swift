package import Bytes
package import Catalogs
package import Disclosure
package import Policies
import Tables

/// Every static page, feed and search shard of a release, as pure values.
///
/// It is given what may leave and nothing else: public metadata, the first rows and figures of open datasets, and
/// results that every control has passed. For a dataset that is not unconditionally open it writes no row, no preview
/// and no figure, whatever it is handed.
package struct SiteBuilder: Sendable {
  let catalog: Catalog
  let scale: Scale
  let published: [PublishedDataset]
  let released: [Released]
  let previews: [String: [String: [[String?]]]]
  let pictures: [String: [String: Sketch]]
  let release: Int
  let created: Timestamp
  let themeFiles: [String: [UInt8]]
  let exports: Exports
  /// How many datasets each theme, organization and level has.
  let tallies: Tallies

  /// - Parameters:
  ///   - published: what the release holds.
  ///   - previews: dataset → resource → first rows in the schema's order, canonical text, nil for missing.
  ///   - pictures: dataset → resource → what its picture is drawn from; may be left out.
  ///   - release: number of the release.
  ///   - created: when it is made.
  ///   - theme: files for `/assets/`, by name.
  package init(
    catalog: Catalog, scale: Scale, published: [PublishedDataset], released: [Released],
    previews: [String: [String: [[String?]]]], pictures: [String: [String: Sketch]] = [:], release: Int,
    created: Timestamp, theme: [String: [UInt8]]
  ) {
    self.catalog = catalog
    self.scale = scale
    self.published = published.sorted { $0.dataset.name < $1.dataset.name }
    self.released = released
    self.previews = previews
    self.pictures = pictures
    self.release = release
    self.created = created
    themeFiles = theme
    tallies = Tallies(self.published)
    exports = Exports(catalog: catalog, published: self.published, created: created)
  }

  /// All files of the site that are not data: pages for each language, feeds, the search index, and the theme.
  package func pages() -> [Page] {
    var pages: [Page] = []
    forEachPage { pages.append($0) }
    return pages
  }

  /// The same, one after the other, for catalogues whose pages should not all be in memory at once.
  package func forEachPage(_ take: (Page) throws -> Void) rethrows {
    for language in catalog.languages {
      let frame = Frame(self, language)
      try take(frame.home())
      try frame.lists().forEach(take)
      for item in published {
        try take(frame.dataset(item))
        try frame.results(of: item).forEach(take)
        try take(frame.feed(of: item))
      }
      try [frame.developers(), frame.policies(), frame.notFound(), frame.feed(), frame.jsonFeed()].forEach(
        take)
    }
    try sitemaps().forEach(take)
    try securityContact().forEach(take)
    try take(robots())
    // A portal's own file of this name takes its place, as for all others.
    if themeFiles[LevelColours.file] == nil { try take(levelColours()) }
    try SearchIndex(self).pages().forEach(take)
    for (name, bytes) in themeFiles.sorted(by: { $0.key < $1.key }) {
      try take(Page(path: "assets/\(name)", mediaType: MediaType.of(name), bytes: bytes))
    }
  }

  /// The protected form of a declared result; nil where none was released.
  func released(_ dataset: String, _ result: String) -> Released? {
    released.first { $0.dataset == dataset && $0.result == result }
  }
}

/// Media types of what the site itself consists of.
enum MediaType {
  static let html = "text/html; charset=utf-8"
  static let json = "application/json"
  static let atom = "application/atom+xml"
  static let jsonFeed = "application/feed+json"
  static let xml = "application/xml"
  static let text = "text/plain; charset=utf-8"
  static let css = "text/css; charset=utf-8"

  /// By the end of a theme file's name.
  static func of(_ name: String) -> String {
    switch name.split(separator: ".").last.map({ $0.lowercased() }) {
    case "css": css
    case "js": "text/javascript; charset=utf-8"
    case "svg": "image/svg+xml"
    case "png": "image/png"
    case "jpg", "jpeg": "image/jpeg"
    case "webp": "image/webp"
    case "ico": "image/x-icon"
    case "woff2": "font/woff2"
    case "json": json
    case "txt": text
    default: "application/octet-stream"
    }
  }
}
