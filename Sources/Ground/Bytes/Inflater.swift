internal import CZlib

/// Unpacks a stream piece by piece. Not for two threads at once.
package final class Inflater {
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)  // zlib keeps its address
  private let ready: Bool
  private let framing: Framing
  private let limit: Int
  /// Bytes unpacked so far.
  package private(set) var produced = 0
  /// Whether the stream has come to its own end.
  package private(set) var atEnd = false
  private var started = false

  /// More than `limit` unpacked bytes are refused.
  package init(framing: Framing, limit: Int = .max) {
    self.framing = framing
    self.limit = limit
    ready = doorsill_inflate_begin(stream, framing.rawValue) == Z_OK
  }

  deinit {
    if ready { inflateEnd(stream) }
    stream.deallocate()
  }

  /// Unpacks `bytes` and appends what comes out. A gzip file may have several members; other bytes after the end
  /// are refused.
  package func write(_ bytes: [UInt8], to out: inout [UInt8]) throws(CompressionError) {
    guard ready else { throw .outOfMemory }
    try bytes.withUnsafeBufferPointer { (input) throws(CompressionError) in
      var from = 0
      while from < input.count {
        if atEnd {
          guard framing == .gzip else { throw .damaged("bytes follow its end") }
          inflateReset(stream)
          atEnd = false
        }
        let count = min(input.count - from, 1 << 30)
        from += try run(UnsafeBufferPointer(rebasing: input[from..<from + count]), &out)
      }
    }
  }

  /// Checks that the stream is complete.
  package func finish() throws(CompressionError) {
    guard ready else { throw .outOfMemory }
    guard atEnd else { throw .truncated }
  }

  /// Returns how much of the input was used.
  private func run(_ bytes: UnsafeBufferPointer<UInt8>, _ out: inout [UInt8]) throws(CompressionError) -> Int
  {
    stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
    stream.pointee.avail_in = UInt32(bytes.count)
    let size = 65_536
    while !atEnd {
      let (status, made) = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { chunk in
        stream.pointee.next_out = chunk.baseAddress
        stream.pointee.avail_out = UInt32(size)
        let status = inflate(stream, Z_NO_FLUSH)
        let made = size - Int(stream.pointee.avail_out)
        if made <= limit - produced {
          out.append(contentsOf: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(chunk)[..<made]))
        }
        return (status, made)
      }
      guard made <= limit - produced else { throw .tooLarge(limit: limit) }
      produced += made
      switch status {
      case Z_STREAM_END: atEnd = true
      case Z_OK, Z_BUF_ERROR: if made < size { return bytes.count - Int(stream.pointee.avail_in) }
      case Z_MEM_ERROR: throw .outOfMemory
      default: throw .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "code \(status)")
      }
    }
    return bytes.count - Int(stream.pointee.avail_in)
  }
}
