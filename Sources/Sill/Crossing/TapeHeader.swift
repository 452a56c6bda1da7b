/// The 512-byte header of a member of a tar file (POSIX.1-1988 ustar), as far as an archive of a release needs it.
struct TapeHeader: Equatable {
  static let block = 512

  let name: String
  let size: Int

  /// Bytes that fill the last block.
  static func padding(_ size: Int) -> Int { (block - size % block) % block }

  func encoded(modified: Int64) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: TapeHeader.block)
    func put(_ text: String, _ at: Int) { block.replaceSubrange(at..<at + text.utf8.count, with: text.utf8) }
    put(name, 0)
    put("0000644", 100)
    put("0000000", 108)
    put("0000000", 116)
    if size < 1 << 33 {
      put(TapeHeader.octal(size, digits: 11), 124)
    } else {
      // Larger than eight gigabytes: the size in base 256, as GNU and libarchive write it.
      block[124] = 0x80
      for place in 0..<8 { block[128 + place] = UInt8(truncatingIfNeeded: size >> (8 * (7 - place))) }
    }
    put(TapeHeader.octal(Int(max(0, modified)), digits: 11), 136)
    put("        ", 148)
    put("0", 156)
    put("ustar", 257)
    put("00", 263)
    put(TapeHeader.octal(TapeHeader.sum(block), digits: 6), 148)
    block[154] = 0
    return block
  }

  /// Reads a header; nil for a block of zeros. Throws for anything but a plain file.
  static func parse(_ block: [UInt8]) throws -> TapeHeader? {
    guard block.contains(where: { $0 != 0 }) else { return nil }
    var blank = block
    for place in 148..<156 { blank[place] = 0x20 }
    guard block[257..<262].elementsEqual("ustar".utf8), number(block[148..<156]) == sum(blank),
      block[156] == 0x30 || block[156] == 0, let size = size(block), size >= 0,
      block[345..<500].allSatisfy({ $0 == 0 })
    else { throw CrossingError(.altered, "archive", "this is no archive of a release, or it is damaged") }
    let name = String(decoding: block[..<100].prefix { $0 != 0 }, as: UTF8.self)
    return TapeHeader(name: name, size: size)
  }

  private static func size(_ block: [UInt8]) -> Int? {
    guard block[124] == 0x80 else { return number(block[124..<136]) }
    var size: UInt64 = 0
    for place in 128..<136 { size = size << 8 | UInt64(block[place]) }
    return Int(exactly: size)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    Int(String(decoding: digits.prefix { $0 != 0 && $0 != 0x20 }, as: UTF8.self), radix: 8)
  }

  private static func sum(_ block: [UInt8]) -> Int { block.reduce(0) { $0 + Int($1) } }

  private static func octal(_ value: Int, digits: Int) -> String {
    let text = String(value, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}
