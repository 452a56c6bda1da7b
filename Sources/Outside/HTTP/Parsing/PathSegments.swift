/// The segments of a path (RFC 3986 §3.3), decoded once, and refused where decoding would make a path mean
/// something else than it says.
enum PathSegments {
  /// Whether every segment may be decoded; makes no strings.
  static func areAcceptable(_ bytes: [UInt8], _ path: Range<Int>) -> Bool {
    var at = path.lowerBound
    var segmentStart = at
    var hasEscapes = false
    var hasDots = false
    while at < path.upperBound {
      let byte = bytes[at]
      if byte == Octet.slash {
        segmentStart = at + 1
      } else if byte == Octet.percent {
        hasEscapes = true
      } else if byte == 0x2E, at == segmentStart {
        hasDots = true
      }
      at += 1
    }
    guard hasEscapes || hasDots else { return true }
    return decoded(bytes, path) != nil
  }

  static func decoded(_ bytes: [UInt8], _ path: Range<Int>) -> [String]? {
    guard !path.isEmpty else { return [] }
    var segments: [String] = []
    var segment: [UInt8] = []
    var at = path.lowerBound + 1
    while true {
      guard at < path.upperBound, bytes[at] != Octet.slash else {
        guard let text = accepted(segment) else { return nil }
        segments.append(text)
        segment.removeAll(keepingCapacity: true)
        guard at < path.upperBound else { return segments }
        at += 1
        continue
      }
      if bytes[at] == Octet.percent, at + 2 < path.upperBound, let high = Octet.hexadecimal(bytes[at + 1]),
        let low = Octet.hexadecimal(bytes[at + 2])
      {
        segment.append(high << 4 | low)
        at += 3
      } else {
        segment.append(bytes[at])
        at += 1
      }
    }
  }

  private static func accepted(_ segment: [UInt8]) -> String? {
    for byte in segment where byte < 0x20 || byte == 0x7F || byte == Octet.slash || byte == Octet.backslash {
      return nil
    }
    guard let text = String(validating: segment, as: UTF8.self), text != ".", text != ".." else { return nil }
    return text
  }
}

/// `application/x-www-form-urlencoded`, as queries use it.
enum FormPairs {
  static func decoded(_ bytes: [UInt8], _ range: Range<Int>) -> [(name: String, value: String)]? {
    var pairs: [(name: String, value: String)] = []
    for piece in bytes[range].split(separator: 0x26) {
      let equals = piece.firstIndex(of: Octet.equals) ?? piece.endIndex
      guard let name = text(piece[..<equals]) else { return nil }
      guard let value = text(equals < piece.endIndex ? piece[(equals + 1)...] : []) else { return nil }
      pairs.append((name, value))
    }
    return pairs
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var at = bytes.startIndex
    while at < bytes.endIndex {
      switch bytes[at] {
      case Octet.percent:
        guard at + 2 < bytes.endIndex, let high = Octet.hexadecimal(bytes[at + 1]),
          let low = Octet.hexadecimal(bytes[at + 2])
        else { return nil }
        decoded.append(high << 4 | low)
        at += 3
      case 0x2B:
        decoded.append(Octet.space)
        at += 1
      default:
        decoded.append(bytes[at])
        at += 1
      }
    }
    guard !decoded.contains(where: { $0 < 0x20 && $0 != Octet.tab || $0 == 0x7F }) else { return nil }
    return String(validating: decoded, as: UTF8.self)
  }
}
