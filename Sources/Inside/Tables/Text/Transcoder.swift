import Glibc

/// Turns bytes of another encoding into UTF-8 by the system's converter, strictly: nothing is replaced or skipped.
struct Transcoder: ~Copyable {
  private let handle: iconv_t
  private let encoding: TextEncoding
  private var carried: [UInt8] = []
  /// Bytes of the source that have been converted.
  private(set) var consumed: Int

  struct Refusal: Error {
    /// Bytes from the start of the source to the first that is no character; nil: the converter is not installed.
    var offset: Int?
    /// Bytes of UTF-8 that were made before it, in this call.
    var made = 0
  }

  /// Converts what follows after the first `skipped` bytes of the source (a byte order mark).
  init(from encoding: TextEncoding, skipped: Int) throws(Refusal) {
    let name = encoding.converterName ?? "UTF-8"
    guard let handle = iconv_open("UTF-8", name), Int(bitPattern: handle) != -1 else {
      throw Refusal(offset: nil)
    }
    self.handle = handle
    self.encoding = encoding
    consumed = skipped
  }

  deinit { iconv_close(handle) }

  /// Most UTF-8 bytes that `count` bytes can become.
  static func bound(_ count: Int) -> Int { count * 3 + 16 }

  /// Converts `bytes`, keeping the start of an unfinished character for the next call.
  mutating func convert(
    _ bytes: UnsafeBufferPointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, capacity: Int
  ) throws(Refusal) -> Int {
    var written = 0
    var rest = bytes
    if !carried.isEmpty {
      // Complete the cut character byte by byte; no encoding here has characters over four bytes.
      while !carried.isEmpty, let byte = rest.first {
        carried.append(byte)
        rest = UnsafeBufferPointer(rebasing: rest.dropFirst())
        let whole = carried
        let (used, made) = try whole.withUnsafeBufferPointer { (buffer) throws(Refusal) in
          try step(buffer, target, written, capacity)
        }
        written += made
        if used == whole.count { carried = [] } else if used > 0 { carried.removeFirst(used) }
      }
    }
    let (used, made) = try step(rest, target, written, capacity)
    carried += rest[used...]
    return written + made
  }

  /// Fails where the source ends inside a character.
  func finish() throws(Refusal) {
    if !carried.isEmpty { throw Refusal(offset: consumed) }
  }

  private mutating func step(
    _ bytes: UnsafeBufferPointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, _ written: Int,
    _ capacity: Int
  ) throws(Refusal) -> (used: Int, made: Int) {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return (0, 0) }
    var from: UnsafeMutablePointer<CChar>? = UnsafeMutablePointer(
      mutating: UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))
    var to: UnsafeMutablePointer<CChar>? = UnsafeMutableRawPointer(target + written)
      .assumingMemoryBound(to: CChar.self)
    var left = bytes.count
    var room = capacity - written
    var used = 0
    while true {
      let result = iconv(handle, &from, &left, &to, &room)
      consumed += bytes.count - left - used
      used = bytes.count - left
      // EINVAL: the last character is cut. Anything else: the byte is no character.
      guard result == -1, errno != EINVAL else { break }
      guard bytes[used] == 0x80, encoding.hasLoneEuro, room >= 3, let next = to else {
        throw Refusal(offset: consumed, made: capacity - room)
      }
      UnsafeMutableRawPointer(next).copyMemory(from: [0xE2, 0x82, 0xAC] as [UInt8], byteCount: 3)
      to = next + 3
      room -= 3
      from = from.map { $0 + 1 }
      left -= 1
      used += 1
      consumed += 1
    }
    return (used, capacity - written - room)
  }
}
