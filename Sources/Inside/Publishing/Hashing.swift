import Bytes
import Trust

/// SHA-256 in lower-case hex.
func hash(_ bytes: [UInt8]) -> String { Hex.encode(Digest.sha256(bytes)) }

/// SHA-256 of a file in lower-case hex, read in pieces.
func hash(file path: String) throws -> String {
  var digest = Digest.SHA256()
  try Files.forEachChunk(of: path) { digest.update($0) }
  return Hex.encode(digest.finish())
}
