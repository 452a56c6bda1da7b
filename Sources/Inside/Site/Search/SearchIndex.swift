import Bytes
import Catalogs
import Policies
import Tables

/// The search index as static files, so that search needs no server: `search/index.json` says how many parts there
/// are, `search/terms/<n>.json` holds terms by their first character, `search/facets.json` the members of each theme,
/// organization and level, and `search/<language>/<n>.json` what a hit shows.
///
/// Terms name datasets rather than number them, so one changed dataset changes few parts.
struct SearchIndex {
  private let site: SiteBuilder
  private let termParts: Int
  private let entryParts: Int

  init(_ site: SiteBuilder) {
    self.site = site
    let count = site.published.count
    termParts = count <= 200 ? 1 : 64
    var parts = 1
    while parts * 64 < count { parts *= 2 }
    entryParts = parts
  }

  func pages() -> [Page] {
    [summary(), facets()] + terms() + site.catalog.languages.flatMap { entries(Frame(site, $0)) }
  }

  private func page(_ path: String, _ json: JSON) -> Page {
    Page(path: "search/" + path, mediaType: MediaType.json, bytes: json.serialized())
  }

  private func summary() -> Page {
    page(
      "index.json",
      ["count": JSON(site.published.count), "terms": JSON(termParts), "entries": JSON(entryParts)])
  }

  private func facets() -> Page {
    func group(_ ids: [String], _ has: (PublishedDataset, String) -> Bool) -> JSON {
      .object(
        ids.map { id in
          JSON.Member(id, JSON(site.published.filter { has($0, id) }.map(\.dataset.name)))
        })
    }
    return page(
      "facets.json",
      [
        "theme": group(site.catalog.themes.map(\.id)) { $0.dataset.themes.contains($1) },
        "organization": group(site.catalog.organizations.map(\.id)) {
          $0.dataset.provider.organization == $1
        },
        "level": group(site.scale.levels.map(\.id)) { $0.level.id == $1 },
      ])
  }

  // MARK: Terms

  private func terms() -> [Page] {
    var parts = [[String: [String: Int]]](repeating: [:], count: termParts)
    for item in site.published {
      for (term, weight) in weights(item) {
        guard let first = term.unicodeScalars.first else { continue }
        parts[Int(first.value) % termParts][term, default: [:]][item.dataset.name] = weight
      }
    }
    return parts.enumerated().map { number, part in
      let members = part.sorted { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }.map
      { term, hits in
        JSON.Member(
          term, .object(hits.sorted { $0.key < $1.key }.map { JSON.Member($0.key, JSON($0.value)) }))
      }
      return page("terms/\(number).json", .object(members))
    }
  }

  /// What a dataset is found by, in all languages: title before keywords before description and fields.
  private func weights(_ item: PublishedDataset) -> [String: Int] {
    var weights: [String: Int] = [:]
    func add(_ text: String, _ weight: Int) {
      for term in Set(SearchTerms.of(text)) { weights[term, default: 0] += weight }
    }
    func add(_ text: Text?, _ weight: Int) { for (_, words) in text?.byLanguage ?? [] { add(words, weight) } }
    let dataset = item.dataset
    add(dataset.name.replacing("-", with: " "), 6)
    add(dataset.title, 8)
    for keyword in dataset.keywords { add(keyword, 5) }
    for theme in dataset.themes { add(site.catalog.theme(theme)?.title, 3) }
    for id in dataset.providers { add(site.catalog.organization(id)?.name, 3) }
    for (_, words) in dataset.description.byLanguage { add(String(words.prefix(600)), 2) }
    if item.openness != .closed {
      for result in dataset.results { add(result.title, 3) }
      for field in dataset.resources.flatMap(\.schema.fields).prefix(200) {
        add(field.name.replacing("_", with: " "), 1)
        add(field.title, 1)
      }
    }
    return weights
  }

  // MARK: What a hit shows

  private func entries(_ frame: Frame) -> [Page] {
    var parts = [[JSON.Member]](repeating: [], count: entryParts)
    for item in site.published {
      let dataset = item.dataset
      let description = dataset.description(frame.language)
      let entry: JSON = [
        "title": .string(dataset.title(frame.language)),
        "text": .string(description.count > 200 ? String(description.prefix(199)) + "…" : description),
        "address": .string(frame.link(Frame.path(dataset: dataset.name))),
        "class": .string("badge \(LevelColours.name(of: item.level)) is-\(item.openness.rawValue)"),
        "level": .string(frame.title(item.level)), "openness": .string(frame.title(item.openness)),
        "note": dataset.synthetic ? .string(frame.t("合成数据", "Synthetic")) : .null,
        "provider": .string(site.catalog.providerNames(of: dataset)(frame.language)),
        "modified": .string(item.modified.date.iso),
      ]
      parts[Int(SearchIndex.part(of: dataset.name) % UInt32(entryParts))].append(
        JSON.Member(dataset.name, entry))
    }
    return parts.enumerated().map { page("\(frame.language)/\($0.offset).json", .object($0.element)) }
  }

  /// FNV-1a over the name's bytes; the script computes the same.
  static func part(of name: String) -> UInt32 {
    name.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
  }
}
