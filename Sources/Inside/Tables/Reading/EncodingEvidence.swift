import Bytes

/// What the first bytes of a file say about its encoding.
struct EncodingEvidence {
  var encoding: TextEncoding
  var certainty: Certainty
  /// Length of the byte order mark.
  var markLength: Int
  var note: Wording?

  /// Judges a sample; `isWhole` says that the file ends with it.
  init(sample: [UInt8], isWhole: Bool) {
    if let mark = TextEncoding.marks.first(where: { sample.starts(with: $0.bytes) }) {
      encoding = mark.encoding
      certainty = .certain
      markLength = mark.bytes.count
      return
    }
    markLength = 0
    if let wide = Self.wide(sample) {
      encoding = wide
      certainty = .likely
      return
    }
    guard let firstHigh = sample.firstIndex(where: { $0 >= 0x80 }) else {
      encoding = .utf8
      certainty = isWhole ? .certain : .assumed
      return
    }
    let tally = UTF8Tally(sample, from: firstHigh, isWhole: isWhole)
    if tally.invalid == 0 {
      encoding = .utf8
      certainty = tally.valid >= 2 ? .certain : .likely
      return
    }
    let legacy = LegacyTally(sample, from: firstHigh)
    // Three long characters in a row do not come about by chance in another encoding; one does not where the bytes
    // are no usual text in another either.
    if tally.validBeforeInvalid >= 3 || !legacy.isPlausible || tally.long > tally.invalid && !legacy.isClear {
      encoding = .utf8
      certainty = .likely
      note = Wording(
        "begins as UTF-8 but has bytes that are not: damaged, or two encodings in one file",
        "开头是 UTF-8，其后却有不是 UTF-8 的字节：文件已损坏，或混有两种编码")
      return
    }
    encoding = legacy.best
    certainty = legacy.isClear ? .likely : .assumed
    note =
      certainty == .assumed
      ? Wording(
        "the encoding \(legacy.best) is a guess from few bytes; declare it",
        "编码 \(legacy.best) 只是从很少的字节猜测的：请声明编码") : nil
  }

  /// UTF-16 without a mark: line ends, delimiters and quotes beside a zero byte, on one side only. Chinese cells have
  /// few zero bytes; what stands between them has.
  static func wide(_ sample: [UInt8]) -> TextEncoding? {
    let end = min(sample.count, 4096) & ~1
    guard end >= 8 else { return nil }
    var zeros = 0
    var little = 0
    var big = 0
    for at in stride(from: 0, to: end, by: 2) {
      let (first, second) = (sample[at], sample[at + 1])
      guard (first == 0) != (second == 0) else {
        if first == 0 { return nil }  // a NUL is in no text
        continue
      }
      zeros += 1
      guard isMark(first | second) else { continue }
      if first == 0 { big += 1 } else { little += 1 }
    }
    guard max(little, big) >= 2, min(little, big) == 0 else { return nil }
    // UTF-8 in which somebody left NUL bytes.
    if zeros * 4 < end / 2, UTF8Tally(Array(sample[..<end]), from: 0, isWhole: false).invalid == 0 {
      return nil
    }
    return little > 0 ? .utf16LittleEndian : .utf16BigEndian
  }

  private static func isMark(_ byte: UInt8) -> Bool {
    switch byte {
    case Byte.tab, Byte.lineFeed, Byte.carriageReturn, Byte.comma, Byte.quote, 0x3B, 0x7C, 0x5B, 0x5D, 0x7B,
      0x7D:
      true
    default: false
    }
  }
}

/// Multi-byte characters of UTF-8 in a sample, and bytes that are none.
private struct UTF8Tally {
  var valid = 0
  var invalid = 0
  var validBeforeInvalid = 0
  /// Characters of three or four bytes.
  var long = 0

  init(_ sample: [UInt8], from start: Int, isWhole: Bool) {
    sample.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var at = start
      while at < buffer.count {
        let length = UTF8Check.characterLength(base + at, buffer.count - at)
        if length == 0 {
          if !isWhole, buffer.count - at < 4 { break }  // cut by the end of the sample
          invalid += 1
          at += 1
        } else {
          if length > 1 {
            valid += 1
            if length > 2 {
              long += 1
              if invalid == 0 { validBeforeInvalid += 1 }
            }
          }
          at += length
        }
      }
    }
  }
}

/// How well the sample reads in encodings that are not UTF-8.
private struct LegacyTally {
  private(set) var best = TextEncoding.gb18030
  private(set) var isClear = false
  /// Whether anything speaks for it, however little.
  private(set) var isPlausible = true

  init(_ sample: [UInt8], from start: Int) {
    var pairs = 0
    var common = 0  // level-1 characters and punctuation of GB 2312: nearly all of modern text
    var gbBroken = 0
    var big5Common = 0
    var big5Broken = 0
    var hongKong = 0  // where HKSCS put its characters, which Big5 itself has not
    var lone = 0
    var high = 0
    var at = start
    while at < sample.count {
      let first = sample[at]
      guard first >= 0x80 else {
        at += 1
        continue
      }
      high += 1
      guard at + 1 < sample.count else { break }
      let second = sample[at + 1]
      if second < 0x80, at == 0 || sample[at - 1] < 0x80 { lone += 1 }
      if first == 0x80 || first == 0xFF {
        // 0x80 alone, before ASCII, is the euro sign of code page 936.
        if first == 0xFF || second >= 0x80 { gbBroken += 1 }
        big5Broken += 1
        at += 1
        continue
      }
      if 0x30...0x39 ~= second {  // a four-byte form
        let isForm = at + 3 < sample.count && sample[at + 2] >= 0x81 && 0x30...0x39 ~= sample[at + 3]
        if !isForm, at + 3 < sample.count { gbBroken += 1 }
        at += isForm ? 4 : 1
        continue
      }
      guard second >= 0x40, second != 0x7F, second != 0xFF else {
        gbBroken += 1
        big5Broken += 1
        at += 1
        continue
      }
      pairs += 1
      if 0xB0...0xD7 ~= first && second >= 0xA1 || 0xA1...0xA3 ~= first && second >= 0xA1 { common += 1 }
      if !(0x40...0x7E ~= second || second >= 0xA1) { big5Broken += 1 }
      if 0xA4...0xC6 ~= first && (0x40...0x7E ~= second || second >= 0xA1) || 0xA1...0xA3 ~= first {
        big5Common += 1
      } else if 0x87...0xA0 ~= first || 0xC7...0xC8 ~= first || first >= 0xF9 {
        hongKong += 1
      }
      at += 2
    }
    if lone * 10 >= high * 6 {  // accented letters stand between ASCII ones
      best = .windows1252
      isClear = high >= 3
      isPlausible = !sample[start...].contains { Self.unusual.contains($0) }
    } else if gbBroken == 0, common * 10 >= pairs * 7 || big5Broken > 0 {
      best = .gb18030
      isClear = pairs >= 2
    } else if big5Broken == 0, (big5Common + hongKong) * 10 >= pairs * 8, big5Common > common {
      best = hongKong > 0 ? .big5HKSCS : .big5
      isClear = pairs >= 8
    } else {
      best = .gb18030
      isClear = gbBroken == 0 && common * 2 >= pairs && pairs >= 4
      isPlausible = common > 0
    }
  }

  /// Bytes that windows-1252 does not have, and ÿ, which no text has alone.
  private static let unusual: Set<UInt8> = [0x81, 0x8D, 0x8F, 0x90, 0x9D, 0xFF]
}
