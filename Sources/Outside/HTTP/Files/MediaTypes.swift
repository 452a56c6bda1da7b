/// Media types by the end of a file's name.
package enum MediaTypes {
  /// The type of a path; `application/octet-stream` where the extension says nothing.
  package static func type(of path: String) -> String {
    let name = path.utf8.split(separator: Octet.slash).last.map { String(Substring($0)) } ?? ""
    guard let dot = name.utf8.lastIndex(of: 0x2E) else { return fallback }
    return types[name[name.utf8.index(after: dot)...].lowercased()] ?? fallback
  }

  private static let fallback = "application/octet-stream"

  private static let types: [String: String] = [
    "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8", "mjs": "text/javascript; charset=utf-8",
    "txt": "text/plain; charset=utf-8", "md": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8", "tsv": "text/tab-separated-values; charset=utf-8",
    "json": "application/json", "map": "application/json", "json5": "application/json5",
    "ndjson": "application/x-ndjson", "jsonld": "application/ld+json", "geojson": "application/geo+json",
    "xml": "application/xml", "rdf": "application/rdf+xml", "atom": "application/atom+xml",
    "ttl": "text/turtle; charset=utf-8", "nt": "application/n-triples", "yaml": "application/yaml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "sqlite": "application/vnd.sqlite3", "parquet": "application/vnd.apache.parquet",
    "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
    "webp": "image/webp",
    "avif": "image/avif", "gif": "image/gif", "ico": "image/x-icon", "woff2": "font/woff2",
    "pdf": "application/pdf", "zip": "application/zip", "gz": "application/gzip", "wasm": "application/wasm",
    "webmanifest": "application/manifest+json", "jws": "application/jose", "der": "application/octet-stream",
    "crl": "application/pkix-crl", "pem": "application/x-pem-file",
  ]
}
