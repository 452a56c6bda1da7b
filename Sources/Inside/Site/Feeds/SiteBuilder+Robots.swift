import Bytes
import Catalogs
import Policies

extension SiteBuilder {
  /// Addresses of one sitemap file; the protocol allows 50 000.
  private static let sitemapLength = 40_000

  /// `sitemap.xml`, or an index over several where one would be too long (sitemaps.org 0.9).
  func sitemaps() -> [Page] {
    let entries = catalog.languages.flatMap { places(Frame(self, $0)) }
    let parts = stride(from: 0, to: entries.count, by: Self.sitemapLength).map { start in
      Array(entries[start..<min(start + Self.sitemapLength, entries.count)])
    }
    guard parts.count > 1 else { return [sitemap("sitemap.xml", parts.first ?? [])] }
    let base = Frame.base(catalog)
    let names = parts.indices.map { "sitemap-\($0 + 1).xml" }
    let index: XML = """
      <?xml version="1.0" encoding="utf-8"?>
      <sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
      \(names.map { "<sitemap><loc>\("\(base)/\($0)")</loc></sitemap>\n" as XML })</sitemapindex>

      """
    return zip(names, parts).map { sitemap($0, $1) }
      + [Page(path: "sitemap.xml", mediaType: MediaType.xml, bytes: index.bytes)]
  }

  private func places(_ frame: Frame) -> [XML] {
    func place(_ path: String, _ modified: Timestamp? = nil) -> XML {
      let day = modified.map { "<lastmod>\($0.date.iso)</lastmod>" as XML }
      return "<url><loc>\(frame.absolute(path))</loc>\(day)</url>\n"
    }
    var places = ["", "datasets/", "policies/", "developers/"].map { place($0) }
    for item in published {
      places.append(place(Frame.path(dataset: item.dataset.name), item.modified))
      guard item.openness == .conditional else { continue }
      places += item.dataset.results.map {
        place(Frame.path(result: $0.name, of: item.dataset.name), item.modified)
      }
    }
    places += catalog.themes.map { place(Frame.path(theme: $0.id)) }
    places += catalog.organizations.map { place(Frame.path(organization: $0.id)) }
    places += scale.levels.map { place(Frame.path(level: $0.id)) }
    return places
  }

  private func sitemap(_ name: String, _ entries: [XML]) -> Page {
    let document: XML = """
      <?xml version="1.0" encoding="utf-8"?>
      <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
      \(entries)</urlset>

      """
    return Page(path: name, mediaType: MediaType.xml, bytes: document.bytes)
  }

  /// Crawlers read pages and files; queries and the gateway are not theirs (RFC 9309).
  func robots() -> Page {
    let text = """
      User-agent: *
      Disallow: /api/
      Disallow: /v1/
      Allow: /

      Sitemap: \(Frame.base(catalog))/sitemap.xml

      """
    return Page(path: "robots.txt", mediaType: MediaType.text, bytes: Array(text.utf8))
  }

  /// Whom to tell of a weakness (RFC 9116). It runs out a year after the release.
  func securityContact() -> [Page] {
    guard let email = catalog.organization(catalog.manager)?.email, SiteBuilder.isLine(email) else {
      return []
    }
    let languages = catalog.languages.filter { SiteBuilder.isLine($0) }.joined(separator: ", ")
    var lines = ["Contact: mailto:\(email)", "Expires: \(created.adding(days: 365).rfc3339)"]
    if !languages.isEmpty { lines.append("Preferred-Languages: \(languages)") }
    if Frame.base(catalog).hasPrefix("https://") {
      lines.append("Canonical: \(Frame.base(catalog))/.well-known/security.txt")
    }
    return [
      Page(
        path: ".well-known/security.txt", mediaType: MediaType.text,
        bytes: Array((lines.joined(separator: "\n") + "\n").utf8))
    ]
  }

  /// Whether a value stays on its line.
  private static func isLine(_ text: String) -> Bool {
    !text.isEmpty
      && !text.unicodeScalars.contains {
        $0.value <= 0x20 || $0.value == 0x7F || (0x80...0x9F).contains($0.value) || $0.value == 0x2028
          || $0.value == 0x2029
      }
  }
}
