import Bytes
import Releases

/// Opens what a file holds: the bytes themselves, and what is inside gzip, zip (and so xlsx), SQLite and Parquet files,
/// one in another up to a depth.
struct Containers {
  /// On whose disk unpacked files lie that must be opened again; they have no name.
  let work: String
  private static let deepest = 3
  typealias Sink = ([UInt8]) throws -> Void
  typealias Producer = (@escaping Sink) throws -> Void
  typealias Visitor = (_ name: String, _ produce: Producer) throws -> Void

  /// Calls the body with each stream: its name (`part!inside`), and its pieces; an empty array separates values.
  func open(
    _ file: HeldFile, as name: String, depth: Int = 0, _ body: @escaping Visitor
  ) throws {
    var magic: [UInt8] = []
    try body(name) { write in
      try file.forEachChunk { piece in
        if magic.count < 16 { magic += piece.prefix(16 - magic.count) }
        try write(Array(piece))
      }
    }
    guard depth < Containers.deepest else { return }
    do {
      if magic.starts(with: [0x1F, 0x8B, 0x08]) {
        try inner(name + "!", depth, body) { write in
          let inflater = Inflater(framing: .gzip, limit: 16 << 30)
          try file.forEachChunk { piece in
            var out: [UInt8] = []
            try inflater.write(Array(piece), to: &out)
            try write(out)
          }
          try inflater.finish()
        }
      } else if ZipReader.looksLike(magic) {
        let zip = try ZipReader(file)
        for entry in zip.entries {
          try body(name + "!" + entry.name) { write in try write(Array(entry.name.utf8)) }
          guard !entry.isFolder else { continue }
          try inner(name + "!" + entry.name, depth, body) { write in
            let stream = try zip.stream(entry)
            while let piece = try stream.next() { try write(piece) }
          }
        }
      } else if magic == StoredDatabase.magic {
        try body(name + "!values") { write in
          try StoredDatabase.forEachValue(file) { _, value in
            try write(Array(value))
            try write([])
          }
        }
      } else if magic.starts(with: ParquetPages.magic) {
        try body(name + "!pages") { write in try ParquetPages(file: file, name: name).forEach(write) }
      }
    } catch let error as CrossingError {
      throw error
    } catch {
      throw CrossingError(
        .altered, name,
        "\(name) looks like a packed file but cannot be opened, so it cannot be searched: \(error)")
    }
  }

  /// A stream that may itself hold something packed: then it is put in a file and opened.
  private func inner(
    _ name: String, _ depth: Int, _ body: @escaping Visitor, _ produce: @escaping Producer
  ) throws {
    var magic: [UInt8] = []
    try body(name) { write in
      try produce { piece in
        if magic.count < 16 { magic += piece.prefix(16 - magic.count) }
        try write(piece)
      }
    }
    guard
      magic.starts(with: [0x1F, 0x8B, 0x08]) || ZipReader.looksLike(magic) || magic == StoredDatabase.magic
        || magic.starts(with: ParquetPages.magic)
    else { return }
    let file = try UnnamedFile(in: [work]).make(name) { write in try produce { try write($0) } }
    try open(file, as: name, depth: depth + 1, body)
  }
}
