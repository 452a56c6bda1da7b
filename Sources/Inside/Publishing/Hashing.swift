import Bytes
import Catalogs
import Tables
import Trust

/// SHA-256 in lower-case hex.
func hash(_ bytes: [UInt8]) -> String { Hex.encode(Digest.sha256(bytes)) }

/// The same of what is held, read in pieces.
func hash(_ file: HeldFile) throws -> String {
  var digest = Digest.SHA256()
  try file.forEachChunk { digest.update($0) }
  return Hex.encode(digest.finish())
}

extension Resource {
  /// The table's bytes, which everybody reads. Throws where they are not held: they might not be the same twice.
  func heldFile() throws -> HeldFile {
    guard let held = source.held else { throw PublishingError.unjudged(source.path) }
    return try held.file()
  }
}

/// SHA-256 of a file in lower-case hex, read in pieces.
func hash(file path: String) throws -> String {
  var digest = Digest.SHA256()
  try Files.forEachChunk(of: path) { digest.update($0) }
  return Hex.encode(digest.finish())
}
