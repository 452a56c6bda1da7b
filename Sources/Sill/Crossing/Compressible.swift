import Bytes
import Glibc
import Releases

/// Which files of a site get a `.gz` beside them.
enum Compressible {
  private static let extensions: Set<String> = [
    "html", "css", "js", "mjs", "json", "jsonld", "geojson", "ndjson", "csv", "tsv", "xml", "rdf", "ttl",
    "txt", "svg",
    "atom", "webmanifest", "sqlite",
  ]
  /// Smaller files go into one packet either way.
  private static let smallest = 1_024

  static func gains(_ path: String, _ bytes: Int) -> Bool {
    guard bytes >= smallest, let dot = path.lastIndex(of: ".") else { return false }
    return extensions.contains(path[path.index(after: dot)...].lowercased())
  }

  /// Packs a file into a new one; returns the packed size.
  static func pack(_ source: String, to target: String) throws -> Int {
    let file = try FileWriter(target)
    let deflater = Deflater(framing: .gzip)
    var out: [UInt8] = []
    _ = try PartFile.hash(source) { piece in
      deflater.write(piece, to: &out)
      guard out.count > 1 << 18 else { return }
      try file.write(out)
      out.removeAll(keepingCapacity: true)
    }
    deflater.finish(to: &out)
    try file.write(out)
    try file.commit()
    return file.count
  }
}
