internal import CZlib

/// Compresses a stream piece by piece. Not for two threads at once.
package final class Deflater {
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)  // zlib keeps its address

  /// Levels 0…9.
  package init(framing: Framing, level: Int = 6) {
    let status = doorsill_deflate_begin(stream, Int32(max(0, min(level, 9))), framing.rawValue)
    precondition(status == Z_OK, "no memory is left")  // as any allocation of Swift's would end
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// Compresses `bytes` and appends what comes out.
  package func write(_ bytes: [UInt8], to out: inout [UInt8]) {
    bytes.withUnsafeBufferPointer { write($0, to: &out) }
  }

  package func write(_ bytes: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
    var from = 0
    while from < bytes.count {
      let count = min(bytes.count - from, 1 << 30)
      run(UnsafeBufferPointer(rebasing: bytes[from..<from + count]), Z_NO_FLUSH, &out)
      from += count
    }
  }

  /// Appends the end of the stream. Afterwards the deflater is used up.
  package func finish(to out: inout [UInt8]) {
    run(UnsafeBufferPointer(start: nil, count: 0), Z_FINISH, &out)
  }

  private func run(_ bytes: UnsafeBufferPointer<UInt8>, _ flush: Int32, _ out: inout [UInt8]) {
    stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
    stream.pointee.avail_in = UInt32(bytes.count)
    let size = 65_536
    var full = true
    while full {
      // Each chunk is written in place at the end of `out`.
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { chunk in
        stream.pointee.next_out = chunk.baseAddress
        stream.pointee.avail_out = UInt32(size)
        deflate(stream, flush)
        let made = size - Int(stream.pointee.avail_out)
        out.append(contentsOf: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(chunk)[..<made]))
        full = made == size
      }
    }
  }

  /// All at once.
  package static func compress(_ bytes: [UInt8], level: Int = 6, framing: Framing) -> [UInt8] {
    let deflater = Deflater(framing: framing, level: level)
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count / 3 + 64)
    deflater.write(bytes, to: &out)
    deflater.finish(to: &out)
    return out
  }
}
