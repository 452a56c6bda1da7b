/// What stands between two digits where it is neither nothing nor one space or hyphen: spaces, dashes and invisible
/// signs that copies from pages, PDF files and word processors leave within a number.
struct Gap {
  /// A space, a hyphen, or 0 where the digits belong together.
  private(set) var sign: UInt8 = 0
  private(set) var end: Int
  /// Whether it holds a sign of which an identifier is to be freed, and digits follow.
  private(set) var isOdd = false

  private static let longest = 24

  /// The gap that begins at `start`, behind a digit.
  init(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int) {
    end = start
    var (spaces, dashes, odd, spacesAfterDash) = (0, 0, 0, 0)
    while end < count, end - start < Self.longest {
      let (meaning, length) = Self.sign(bytes, end, count)
      guard let meaning else { break }
      if meaning == 0x20 { spaces += 1 }
      if meaning == 0x20, dashes > 0 { spacesAfterDash += 1 }
      if meaning == 0x2D { dashes += 1 }
      if length > 1 || meaning == 0 || meaning != bytes[end] { odd += 1 }
      end += length
    }
    guard end > start, end < count, Self.isDigit(bytes, end, count) else { return }
    // `5 -3` and `5--3` are two numbers; `5 - 3` may be one that was spelt so.
    guard dashes == 0 || dashes == 1 && (spaces == 0 || spacesAfterDash > 0 && spacesAfterDash < spaces)
    else {
      return
    }
    sign = dashes > 0 ? 0x2D : spaces > 0 ? 0x20 : 0
    isOdd = odd > 0 || spaces + dashes > 1
  }

  /// A digit of ASCII or of full width.
  private static func isDigit(_ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int) -> Bool {
    if Byte.isDigit(bytes[index]) { return true }
    return index + 2 < count && bytes[index] == 0xEF && bytes[index + 1] == 0xBC
      && 0x90...0x99 ~= bytes[index + 2]
  }

  /// What a sign means (a space, a hyphen, or 0 for what nobody sees; nil for any other), and its bytes.
  private static func sign(
    _ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int
  ) -> (meaning: UInt8?, length: Int) {
    switch bytes[index] {
    case 0x20, 0x2D: return (bytes[index], 1)
    case 0x09, 0x0A, 0x0D: return (0x20, 1)
    case 0x00..<0x20, 0x7F: return (0, 1)
    case 0xC2 where index + 1 < count:
      switch bytes[index + 1] {
      case 0xA0: return (0x20, 2)  // no-break space
      case 0xAD: return (0, 2)  // soft hyphen
      default: return (nil, 2)
      }
    case 0xE2...0xEF: return (wide(ColumnScanner.han(bytes, index, count)), 3)
    default: return (nil, 1)
    }
  }

  private static func wide(_ code: UInt32) -> UInt8? {
    switch code {
    case 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: 0x20
    case 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0x2066...0x2069, 0xFEFF: 0
    case 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63, 0xFF0D, 0x30FC: 0x2D
    default: nil
    }
  }
}
