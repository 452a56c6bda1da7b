import Bytes
import SQLite
import Synchronization

/// The catalogue of an opened release. Several threads can ask at once.
final class CatalogueSource: Sendable {
  private let path: String
  private let idle: Mutex<[Database]>

  init(path: String) throws(ReleaseError) {
    self.path = path
    do {
      let database = try Database(path: path, mode: .readOnly, options: .release)
      let format = try database.use { (connection) throws(DatabaseError) in
        try connection.string("SELECT value FROM about WHERE key = 'format'")
      }
      idle = Mutex([database])
      guard format == CatalogueFile.format else {
        throw ReleaseError(
          .malformed, part: Layout.catalogue,
          detail: "\(Layout.catalogue) is not in \(CatalogueFile.format) form")
      }
    } catch let error as ReleaseError {
      throw error
    } catch {
      throw ReleaseError(.malformed, part: Layout.catalogue, detail: "\(Layout.catalogue): \(error)")
    }
  }

  private func use<R: Sendable>(_ body: (inout Connection) throws -> R) throws(ReleaseError) -> R {
    do {
      let free = idle.withLock { $0.popLast() }
      let database = try free ?? Database(path: path, mode: .readOnly, options: .release)
      defer { idle.withLock { if $0.count < 4 { $0.append(database) } } }
      return try database.use(body)
    } catch let error as ReleaseError {
      throw error
    } catch {
      throw ReleaseError(.storage, part: Layout.catalogue, detail: "\(Layout.catalogue): \(error)")
    }
  }

  func names() throws(ReleaseError) -> [String] {
    try use { try $0.rows("SELECT DISTINCT dataset FROM entries ORDER BY dataset") { $0.string(0) ?? "" } }
  }

  /// The entry in that language, else in any.
  func entry(_ dataset: String, language: String) throws(ReleaseError) -> JSON? {
    try use { connection in
      let text = try connection.string(
        """
        SELECT json FROM entries WHERE dataset = \(dataset)
        ORDER BY language = \(language) DESC, language LIMIT 1
        """)
      return try text.map { try JSON(parsing: $0) }
    }
  }

  /// A page; datasets in `hidden` are neither listed nor counted.
  func page(_ filter: CatalogueFilter, language: String, hiding hidden: [String]) throws(ReleaseError)
    -> CataloguePage
  {
    let words = filter.text.map { SearchText.query($0) }
    // A text in which there is nothing to search for finds nothing.
    if let text = filter.text, !text.isEmpty, words == .some(nil) {
      return CataloguePage(total: 0, datasets: [], facets: [])
    }
    let match = words.flatMap(\.self)
    var source: SQL = " FROM entries"
    if match != nil { source += " JOIN search ON search.rowid = entries.id" }
    source += " WHERE entries.language = \(language)"
    if let match { source += " AND search MATCH \(match)" }
    if !hidden.isEmpty { source += " AND entries.dataset NOT IN \(list: hidden)" }
    for (kind, value) in [
      ("organization", filter.organization), ("theme", filter.theme), ("level", filter.level),
      ("openness", filter.openness), ("format", filter.format),
    ] {
      guard let value else { continue }
      source +=
        " AND EXISTS (SELECT 1 FROM facets WHERE entry = entries.id AND kind = \(kind) AND value = \(value))"
    }
    let order: SQL =
      switch filter.order {
      case .relevance where match != nil: "bm25(search, 10.0, 5.0, 1.0, 1.0), entries.dataset"
      case .relevance, .name: "entries.dataset"
      case .title: "entries.title, entries.dataset"
      case .modified: "entries.modified DESC, entries.dataset"
      }
    let ordered = source + " ORDER BY " + order
    return try use { connection in
      let total = Int(try connection.int("SELECT count(*)" + source) ?? 0)
      let texts = try connection.rows(
        "SELECT entries.json" + ordered + " LIMIT \(max(0, filter.limit)) OFFSET \(max(0, filter.offset))"
      ) { $0.string(0) ?? "null" }
      let counts = try connection.rows(
        "SELECT kind, value, count(*) AS n FROM facets WHERE entry IN (SELECT entries.id" + source
          + ") GROUP BY kind, value ORDER BY kind, n DESC, value"
      ) { ($0.string(0) ?? "", $0.string(1) ?? "", Int($0.int(2))) }
      var facets: [(kind: String, counts: [(value: String, count: Int)])] = []
      for (kind, value, count) in counts {
        if facets.last?.kind != kind { facets.append((kind, [])) }
        facets[facets.count - 1].counts.append((value, count))
      }
      return CataloguePage(total: total, datasets: try texts.map { try JSON(parsing: $0) }, facets: facets)
    }
  }
}
