import Bytes
import SQLite

/// The stored form of the catalogue: entries a dataset and language, their facets, and a full-text index.
package enum CatalogueFile {
  static let format = "doorsill-catalogue/1"

  /// Makes catalogue.sqlite at `path`, which must not exist. The same entries give the same bytes.
  package static func write(_ entries: [CatalogueEntry], to path: String) throws {
    let database = try Database(path: path, mode: .create, options: .bulk)
    let ordered = entries.sorted { ($0.dataset, $0.language) < ($1.dataset, $1.language) }
    try database.use { connection in
      try connection.execute(
        script: """
          CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
          CREATE TABLE entries (
            id INTEGER PRIMARY KEY, dataset TEXT NOT NULL, language TEXT NOT NULL, title TEXT NOT NULL,
            modified TEXT NOT NULL, json TEXT NOT NULL, UNIQUE (dataset, language));
          CREATE TABLE facets (
            entry INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY (kind, value, entry)) WITHOUT ROWID;
          CREATE INDEX facetsByEntry ON facets (entry, kind, value);
          CREATE VIRTUAL TABLE search USING fts5 (
            title, keywords, description, words, content = '', tokenize = "unicode61 remove_diacritics 2");
          """)
      try connection.transaction { connection in
        try connection.execute("INSERT INTO about VALUES ('format', \(CatalogueFile.format))")
        for (place, entry) in ordered.enumerated() { try insert(entry, id: place + 1, &connection) }
        try connection.execute("INSERT INTO search (search) VALUES ('optimize')")
      }
    }
  }

  private static func insert(_ entry: CatalogueEntry, id: Int, _ connection: inout Connection) throws {
    let json = String(decoding: entry.json.serialized(), as: UTF8.self)
    try connection.execute(
      """
      INSERT INTO entries VALUES
        (\(id), \(entry.dataset), \(entry.language), \(entry.title), \(entry.modified.rfc3339), \(json))
      """)
    let facets =
      [("organization", entry.organization), ("level", entry.level), ("openness", entry.openness)]
      + entry.themes.map { ("theme", $0) } + entry.formats.map { ("format", $0) }
    for (kind, value) in facets where !value.isEmpty {
      try connection.execute("INSERT OR IGNORE INTO facets VALUES (\(id), \(kind), \(value))")
    }
    try connection.execute(
      """
      INSERT INTO search (rowid, title, keywords, description, words) VALUES
        (\(id), \(SearchText.indexed(entry.title)), \(SearchText.indexed(entry.keywords.joined(separator: " | "))),
         \(SearchText.indexed(entry.description)),
         \(SearchText.indexed((entry.words + [entry.dataset]).joined(separator: " | "))))
      """)
  }
}
