internal import CZlib

/// Compressed bytes that are damaged, cut short, or larger than allowed once unpacked.
package enum CompressionError: Fault, Equatable {
  case damaged(String)
  case truncated
  case tooLarge(limit: Int)
  case outOfMemory

  package var message: String {
    switch self {
    case .damaged(let how): "the compressed data is damaged: \(how)"
    case .truncated: "the compressed data ends too early"
    case .tooLarge(let limit): "the compressed data unpacks to more than \(limit) bytes"
    case .outOfMemory: "no memory is left for compression"
    }
  }

  package var blame: Blame { self == .outOfMemory ? .environment : .data }
}

/// How a deflate stream is wrapped.
package enum Framing: Int32, Sendable {
  /// RFC 1951, as in zip files.
  case raw = -15
  /// RFC 1950.
  case zlib = 15
  /// RFC 1952.
  case gzip = 31
}

/// The gzip format (RFC 1952) in one call.
package enum Gzip {
  /// Deterministic: no file name, no time.
  package static func compress(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
    Deflater.compress(bytes, level: level, framing: .gzip)
  }

  /// Unpacks all members of the file. More than `limit` bytes, a wrong checksum, a cut or trailing bytes are refused.
  package static func decompress(_ bytes: [UInt8], limit: Int = .max) throws(CompressionError) -> [UInt8] {
    let inflater = Inflater(framing: .gzip, limit: limit)
    var out: [UInt8] = []
    try inflater.write(bytes, to: &out)
    try inflater.finish()
    return out
  }

  /// Whether the bytes begin as gzip does.
  package static func looksLike(_ bytes: [UInt8]) -> Bool {
    bytes.count > 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
  }
}

/// CRC-32 as in gzip and zip.
package enum CRC32 {
  /// Of `bytes`, going on from `checksum` of what came before.
  package static func of(_ bytes: [UInt8], after checksum: UInt32 = 0) -> UInt32 {
    bytes.withUnsafeBufferPointer { of($0, after: checksum) }
  }

  package static func of(_ bytes: UnsafeBufferPointer<UInt8>, after checksum: UInt32 = 0) -> UInt32 {
    guard let start = bytes.baseAddress else { return checksum }
    return UInt32(truncatingIfNeeded: crc32_z(UInt(checksum), start, bytes.count))
  }
}
