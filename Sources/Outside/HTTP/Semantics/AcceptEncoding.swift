/// Reads `Accept-Encoding` (RFC 9110 §12.5.3) for the one coding files are stored in.
enum AcceptEncoding {
  /// Whether gzip may be sent and is not less wanted than the plain form.
  static func wantsGzip(_ bytes: [UInt8], _ values: [Range<Int>]) -> Bool {
    var gzip: Int?
    var identity: Int?
    var any: Int?
    for value in values {
      bytes.forEachListElement(in: value) { element in
        var end = element.lowerBound
        while end < element.upperBound, bytes[end] != Octet.semicolon { end += 1 }
        let name = bytes.trimmed(element.lowerBound..<end)
        let weight = weight(bytes, end..<element.upperBound)
        if bytes.matches(name, ignoringCaseOf: "gzip") || bytes.matches(name, ignoringCaseOf: "x-gzip") {
          gzip = max(gzip ?? 0, weight)
        } else if bytes.matches(name, ignoringCaseOf: "identity") {
          identity = weight
        } else if bytes.matches(name, ignoringCaseOf: "*") {
          any = weight
        }
      }
    }
    let wanted = gzip ?? any ?? 0
    return wanted > 0 && wanted >= identity ?? 0
  }

  /// `;q=0.8` in thousandths; a weight that is none counts as not acceptable.
  private static func weight(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
    guard !range.isEmpty else { return 1000 }
    let parameter = bytes.trimmed((range.lowerBound + 1)..<range.upperBound)
    guard parameter.count >= 3, Octet.lowercased(bytes[parameter.lowerBound]) == 0x71,
      bytes[parameter.lowerBound + 1] == Octet.equals
    else { return 0 }
    var value = 0
    var scale = 1000
    var at = parameter.lowerBound + 2
    guard bytes[at] == 0x30 || bytes[at] == 0x31 else { return 0 }
    value = Int(bytes[at] - 0x30) * 1000
    at += 1
    if at < parameter.upperBound {
      guard bytes[at] == 0x2E, parameter.upperBound - at <= 4 else { return 0 }
      at += 1
      while at < parameter.upperBound {
        guard Octet.isDigit(bytes[at]) else { return 0 }
        scale /= 10
        value += Int(bytes[at] - 0x30) * scale
        at += 1
      }
    }
    return min(value, 1000)
  }
}
