extension ColumnScanner {
  /// One cell: its shape first, then only what the shape allows.
  mutating func look(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    // The shortest things to find: two Han characters, a six-byte mail address, a seven-byte network address.
    if count < 6 {
      if hints.personalName, count >= 2 { lookAtName(bytes, count, CellShape(bytes, count)) }
      // Terms are shorter still: HIV, 癌.
      if count >= 3, !Byte.isDigit(bytes[0]) { lookAtShortTerm(bytes, count) }
      return
    }
    let shape = CellShape(bytes, count)
    if hints.any { lookAsHinted(bytes, count, shape) }
    if shape.hasHigh {
      if shape.digits == 0, count <= 24 { lookAtSpacedName(bytes, count, shape) }
    } else if !shape.hasAt, !shape.hasStar {
      if shape.digits < 7, shape.dots < 3 {
        if shape.digits + 3 <= count { lookAtWords(bytes, count) }
        return
      }
      if Self.isPlainNumberOrDate(bytes, count, shape) { return }
    }
    if lookAtTokens(bytes, count) {
      startAgain()
      var narrow = scratch
      scratch = []
      Self.narrow(bytes, count, into: &narrow)
      narrow.withUnsafeBufferPointer { buffer in
        if let start = buffer.baseAddress { _ = lookAtTokens(start, buffer.count) }
      }
      scratch = narrow
    }
  }

  /// Decimals, dates and integers of a length that no identifier has.
  @inline(__always)
  private static func isPlainNumberOrDate(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ shape: CellShape
  ) -> Bool {
    if shape.digits == count {
      switch count {
      case 9, 11...13, 15...19: return false
      case 10, 14: return bytes[0] != 0x30
      default: return count < 20
      }
    }
    if shape.dots == 1 {
      if shape.digits + 1 == count { return !isWholeWithPoint(bytes, count) }
      if shape.digits + 2 == count, bytes[0] == 0x2D { return true }
    }
    return count == 10 && shape.digits == 8 && bytes[4] == bytes[7] && (bytes[4] == 0x2D || bytes[4] == 0x2F)
  }

  /// A number as long as an identifier with a point and zeros behind it: 13800138000.0.
  private static func isWholeWithPoint(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    guard count >= 13, bytes[count - 1] == 0x30 else { return false }
    var point = count - 1
    while point > 0, bytes[point] == 0x30 { point -= 1 }
    return point >= 11 && bytes[point] == 0x2E
  }

  /// Words of a cell that holds no number: terms of dictionaries and English markings.
  private mutating func lookAtWords(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    lookAtEnglishMarking(bytes, count)
    guard detectors.terms.hasWords else { return }
    var index = 0
    while index < count {
      guard Byte.isLetter(bytes[index]) else {
        if bytes[index] == 0x2F, index + 1 < count, bytes[index + 1] == 0x2F {
          lookAtSlashes(bytes, index, count)
        }
        index += 1
        continue
      }
      var end = index + 1
      while end < count, Byte.isWord(bytes[end]) { end += 1 }
      if end - index > 2 { lookAtWord(bytes, index, end, count) }
      index = end
    }
  }

  /// A cell of three to five bytes: one word, or one Han character.
  private mutating func lookAtShortTerm(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    if Byte.isLetter(bytes[0]) {
      guard detectors.terms.hasWords else { return }
      var end = 1
      while end < count, Byte.isWord(bytes[end]) { end += 1 }
      if end > 2 { lookAtWord(bytes, 0, end, count) }
      return
    }
    let code = Self.han(bytes, 0, count)
    guard code != 0, detectors.anchors[Int(code)] & DetectorSet.Anchor.term != 0,
      let match = detectors.terms.match(first: code, bytes, 0, count)
    else { return }
    hitTerms(match.rules, bytes, 0, match.length)
  }

  @inline(__always)
  mutating func lookAtWord(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ count: Int) {
    let pair = TermIndex.pair(bytes[start], bytes[start + 1])
    guard detectors.terms.pairs[pair >> 6] >> UInt64(pair & 63) & 1 == 1 else { return }
    if let match = detectors.terms.match(word: start, end, bytes, count) {
      hitTerms(match.rules, bytes, start, start + match.length)
    }
  }

  /// Every run of letters and digits, every sign and every Han character of the cell, from left to right.
  ///
  /// Returns true, having stopped, where full-width letters or digits, or odd gaps between digits, want narrowing first.
  mutating func lookAtTokens(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    lookAtEnglishMarking(bytes, count)
    let detectors = detectors
    return detectors.anchors.withUnsafeBufferPointer { anchors in
      var address = AddressSigns()
      var index = 0
      while index < count {
        let byte = bytes[index]
        if byte < 0x80 {
          if Byte.isWord(byte) {
            var end = index
            var digits = 0
            while end < count, Byte.isWord(bytes[end]) {
              if Byte.isDigit(bytes[end]) { digits += 1 }
              end += 1
            }
            if digits == end - index {
              index = lookAtDigits(bytes, index, end, count)
              continue
            }
            if digits == 0 {
              if end - index > 2 { lookAtWord(bytes, index, end, count) }
            } else {
              lookAtMixed(bytes, index, end, digits, count)
            }
            index = end
            continue
          }
          switch byte {
          case 0x40: lookAtMail(bytes, index, count)
          case 0x2A: index = lookAtStars(bytes, index, count) - 1
          case 0x2F:
            if index + 1 < count, bytes[index + 1] == 0x2F { lookAtSlashes(bytes, index, count) }
          default:
            if byte <= 0x2D || byte == 0x7F, index > 0, Byte.isDigit(bytes[index - 1]),
              Gap(bytes, index, count).isOdd
            {
              return true
            }
          }
          index += 1
          continue
        }
        if index > 0, Byte.isDigit(bytes[index - 1]) {
          // What people write for the X that closes an ID.
          if Self.lengthOfX(bytes, index, count) > 0 { return true }
          if Gap(bytes, index, count).isOdd { return true }
        }
        if byte < 0xE0 || byte >= 0xF0 {
          index += byte < 0xE0 ? 2 : 4
          continue
        }
        guard index + 2 < count else { break }
        let code =
          UInt32(byte & 0x0F) << 12 | UInt32(bytes[index + 1] & 0x3F) << 6 | UInt32(bytes[index + 2] & 0x3F)
        if byte == 0xEF, Self.isWideWord(code) { return true }
        let anchor = anchors[Int(code)] & DetectorSet.Anchor.text
        if anchor != 0 { lookAtAnchor(bytes, index, count, code, anchor, &address) }
        index += 3
      }
      if address.isHome { hit(.address, bytes, 0, count) }
      return false
    }
  }

  /// Full-width digits, letters and @ (U+FF10…): the forms that hide an identifier.
  private static func isWideWord(_ code: UInt32) -> Bool {
    switch code {
    case 0xFF10...0xFF19, 0xFF21...0xFF3A, 0xFF41...0xFF5A, 0xFF20: true
    default: false
    }
  }

  /// Bytes of a sign that looks like an X and ends its word: ×, Cyrillic and Greek letters, the Roman ten; 0: none.
  private static func lengthOfX(_ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int) -> Int {
    guard index + 1 < count else { return 0 }
    let length: Int
    switch (bytes[index], bytes[index + 1]) {
    case (0xC3, 0x97), (0xD0, 0xA5), (0xD1, 0x85), (0xCE, 0xA7), (0xCF, 0x87): length = 2
    case (0xE2, 0x85), (0xE2, 0x9C), (0xE2, 0xA8), (0xE2, 0x95):
      guard index + 2 < count else { return 0 }
      switch (bytes[index + 1], bytes[index + 2]) {
      case (0x85, 0xA9), (0x85, 0xB9), (0x9C, 0x95), (0x9C, 0x96), (0xA8, 0xAF), (0x95, 0xB3): length = 3
      default: return 0
      }
    default: return 0
    }
    return index + length == count || !Byte.isWord(bytes[index + length]) ? length : 0
  }

  /// The same text with full-width ASCII (U+FF01…U+FF5E) and the wide space made narrow, what stands for an X behind a
  /// digit made one, and odd gaps between digits made a space, a hyphen or nothing.
  private static func narrow(_ bytes: UnsafePointer<UInt8>, _ count: Int, into narrow: inout [UInt8]) {
    narrow.removeAll(keepingCapacity: true)
    var index = 0
    while index < count {
      let byte = bytes[index]
      if let last = narrow.last, Byte.isDigit(last), !Byte.isWord(byte) {
        let length = byte >= 0x80 ? lengthOfX(bytes, index, count) : 0
        if length > 0 {
          narrow.append(0x58)
          index += length
          continue
        }
        let gap = Gap(bytes, index, count)
        if gap.isOdd {
          if gap.sign != 0 { narrow.append(gap.sign) }
          index = gap.end
          continue
        }
      }
      if byte == 0xEF, index + 2 < count {
        let code = UInt32(bytes[index + 1] & 0x3F) << 6 | UInt32(bytes[index + 2] & 0x3F) | 0xF000
        if code >= 0xFF01, code <= 0xFF5E {
          narrow.append(UInt8(truncatingIfNeeded: code &- 0xFEE0))
          index += 3
          continue
        }
      } else if byte == 0xE3, index + 2 < count, bytes[index + 1] == 0x80, bytes[index + 2] == 0x80 {
        narrow.append(0x20)
        index += 3
        continue
      }
      narrow.append(byte)
      index += 1
    }
  }
}
