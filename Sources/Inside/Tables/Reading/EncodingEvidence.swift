/// What the first bytes of a file say about its encoding.
struct EncodingEvidence {
  var encoding: TextEncoding
  var certainty: Certainty
  /// Length of the byte order mark.
  var markLength: Int
  var note: String?

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
    if tally.validBeforeInvalid >= 3 {
      // Three multi-byte characters in a row do not come about by chance in another encoding.
      encoding = .utf8
      certainty = .likely
      note = "begins as UTF-8 but has bytes that are not: damaged, or two encodings in one file"
      return
    }
    let legacy = LegacyTally(sample, from: firstHigh)
    encoding = legacy.best
    certainty = legacy.isClear ? .likely : .assumed
    note = certainty == .assumed ? "the encoding is a guess from few bytes; declare it" : nil
  }

  /// UTF-16 without a mark: nearly every other byte is zero in text with ASCII delimiters and digits.
  private static func wide(_ sample: [UInt8]) -> TextEncoding? {
    guard sample.count >= 8 else { return nil }
    var even = 0
    var odd = 0
    for (index, byte) in sample.prefix(4096).enumerated() where byte == 0 {
      if index % 2 == 0 { even += 1 } else { odd += 1 }
    }
    let half = min(sample.count, 4096) / 2
    // Chinese cells have no zero bytes; their delimiters and line ends still have.
    if odd * 10 >= half, even * 20 < odd { return .utf16LittleEndian }
    if even * 10 >= half, odd * 20 < even { return .utf16BigEndian }
    return nil
  }
}

/// Multi-byte characters of UTF-8 in a sample, and bytes that are none.
private struct UTF8Tally {
  var valid = 0
  var invalid = 0
  var validBeforeInvalid = 0

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
            if invalid == 0, length > 2 { validBeforeInvalid += 1 }
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

  init(_ sample: [UInt8], from start: Int) {
    var pairs = 0
    var common = 0  // level-1 characters and punctuation of GB 2312: nearly all of modern text
    var gbBroken = 0
    var big5Common = 0
    var big5Broken = 0
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
        gbBroken += 1
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
      }
      at += 2
    }
    if lone * 10 >= high * 6 {  // accented letters stand between ASCII ones
      best = .windows1252
      isClear = high >= 3
    } else if gbBroken == 0, common * 10 >= pairs * 7 || big5Broken > 0 {
      best = .gb18030
      isClear = pairs >= 2
    } else if big5Broken == 0, big5Common * 10 >= pairs * 8, big5Common > common {
      best = .big5
      isClear = pairs >= 8
    } else {
      best = .gb18030
      isClear = gbBroken == 0 && common * 2 >= pairs && pairs >= 4
    }
  }
}
