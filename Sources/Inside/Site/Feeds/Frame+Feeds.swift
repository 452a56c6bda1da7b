import Bytes
import Catalogs
import Policies

extension Frame {
  /// Entries a feed holds.
  static let feedLength = 50

  /// `feed.atom`: datasets by their last change (RFC 4287).
  func feed() -> Page {
    let newest = newest()
    return feed(
      path: "feed.atom", title: catalog.title(language), page: "",
      updated: newest.first?.modified ?? site.created, entries: Array(newest.prefix(Frame.feedLength)))
  }

  /// The feed of one dataset: its last change.
  func feed(of item: PublishedDataset) -> Page {
    let path = Frame.path(dataset: item.dataset.name)
    let feed = feed(
      path: path + "feed.atom", title: "\(item.dataset.title(language)) – \(catalog.title(language))",
      page: path,
      updated: item.modified, entries: [item])
    return Page(path: feed.path, mediaType: feed.mediaType, bytes: feed.bytes, dataset: item.dataset.name)
  }

  private func newest() -> [PublishedDataset] {
    site.published.sorted { ($1.modified, $0.dataset.name) < ($0.modified, $1.dataset.name) }
  }

  private func feed(
    path: String, title: String, page: String, updated: Timestamp, entries: [PublishedDataset]
  ) -> Page {
    let author = catalog.organization(catalog.publisher)?.name(language) ?? catalog.publisher
    let items = entries.map { item -> XML in
      let address = absolute(Frame.path(dataset: item.dataset.name))
      let name = catalog.providerNames(of: item.dataset)(language)
      return """
        <entry>
        <id>\(change(item))</id>
        <title>\(item.dataset.title(language))</title>
        <updated>\(item.modified.rfc3339)</updated>
        <author><name>\(name)</name></author>
        <link rel="alternate" type="text/html" href="\(address: address)"/>
        <category term="\(value: item.level.id)" label="\(value: self.title(item.level))"/>
        <summary>\(item.dataset.description(language))</summary>
        </entry>

        """
    }
    let document: XML = """
      <?xml version="1.0" encoding="utf-8"?>
      <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="\(value: Frame.htmlLanguage(language))">
      <id>\(absolute(path))</id>
      <title>\(title)</title>
      <updated>\(updated.rfc3339)</updated>
      <author><name>\(author)</name></author>
      <link rel="self" type="application/atom+xml" href="\(address: absolute(path))"/>
      <link rel="alternate" type="text/html" href="\(address: absolute(page))"/>
      \(items)</feed>

      """
    return Page(path: folder + path, mediaType: MediaType.atom, bytes: document.bytes)
  }

  /// Name of a change: the dataset and when it was made.
  private func change(_ item: PublishedDataset) -> String {
    "\(Frame.base(catalog))/\(Frame.path(dataset: item.dataset.name))#\(item.modified.rfc3339)"
  }

  /// `feed.json` (JSON Feed 1.1).
  func jsonFeed() -> Page {
    let items = newest().prefix(Frame.feedLength).map { item -> JSON in
      [
        "id": .string(change(item)), "url": .string(absolute(Frame.path(dataset: item.dataset.name))),
        "title": .string(item.dataset.title(language)),
        "content_text": .string(item.dataset.description(language)),
        "date_modified": .string(item.modified.rfc3339), "tags": [.string(item.level.id)],
      ]
    }
    let feed: JSON = [
      "version": "https://jsonfeed.org/version/1.1", "title": .string(catalog.title(language)),
      "home_page_url": .string(absolute("")), "feed_url": .string(absolute("feed.json")),
      "language": .string(Frame.htmlLanguage(language)), "items": .array(Array(items)),
    ]
    return Page(path: folder + "feed.json", mediaType: MediaType.jsonFeed, bytes: feed.serialized())
  }
}
