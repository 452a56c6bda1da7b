@testable import Bytes

/// What must hold of the formats of this room whatever bytes they are given. Each returns what does not, or nil.
/// The fuzz targets and the tests over their seeds share it.
enum Hostile {
  /// JSON text that is read, written, and read again.
  static func json(_ bytes: [UInt8]) -> String? {
    guard let value = try? JSON(parsing: bytes) else { return nil }
    guard let again = try? JSON(parsing: value.serialized()), again == value else {
      return "what was written reads otherwise"
    }
    guard let pretty = try? JSON(parsing: value.serialized(pretty: true)), pretty == value else {
      return "what was written in lines reads otherwise"
    }
    guard bytes.count < 1 << 16, let wide = try? Document(json5: bytes, file: "x") else {
      return "it is JSON and no JSON5"
    }
    return wide.root.json == value ? nil : "it is another value as JSON5"
  }

  /// JSON5 text; whatever is read can be written as JSON.
  static func json5(_ bytes: [UInt8]) -> String? {
    guard let document = try? Document(json5: bytes, file: "x") else { return nil }
    let value = document.root.json
    return (try? JSON(parsing: value.serialized())) == value ? nil : "what was written reads otherwise"
  }

  /// A zip file; every entry is read as far as it goes.
  static func zip(_ bytes: [UInt8]) -> String? {
    let limits = ZipLimits()
    guard let archive = try? ZipReader(bytes, limits: limits) else { return nil }
    for entry in archive.entries {
      guard let stream = try? archive.stream(entry) else { continue }
      var size = 0
      while let piece = try? stream.next() {
        size += piece.count
        if size > entry.size { return "an entry is longer than it says" }
        if size > 1 << 24 { break }
      }
    }
    return nil
  }
}
