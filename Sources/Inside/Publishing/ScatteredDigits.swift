/// The digits of a text with whatever stands between them left out, so that a resident's number is found that is written with
/// points, strokes or letters between its digits, or in digits of any script (Unicode, 4.6: numeric values).
struct ScatteredDigits {
  private struct Digit {
    let byte: UInt8
    /// Whether a check letter comes next.
    var isBeforeX = false
  }

  /// Digits that lie farther apart belong to different numbers.
  private static let farthest = 6
  /// Length of a resident's number (GB 11643).
  private static let length = 18

  private var runs: [[Digit]] = []

  init(_ text: String) {
    var run: [Digit] = []
    var gap = 0
    for scalar in text.unicodeScalars {
      if let value = Self.digit(scalar) {
        if gap > Self.farthest { end(&run) }
        run.append(Digit(byte: UInt8(ascii: "0") + value))
        gap = 0
      } else {
        if gap < Self.farthest, !run.isEmpty, Self.isCheckLetter(scalar) {
          run[run.count - 1].isBeforeX = true
        }
        gap += 1
      }
    }
    end(&run)
  }

  /// Every piece that is as long as a resident's number.
  func forEachCandidate(_ body: ([UInt8]) -> Bool) -> Bool {
    for run in runs {
      for start in 0...(run.count - (Self.length - 1)) {
        let end = start + Self.length - 1
        let digits = run[start..<end].map(\.byte)
        if run[end - 1].isBeforeX, body(digits + [UInt8(ascii: "X")]) { return true }
        if end < run.count, body(digits + [run[end].byte]) { return true }
      }
    }
    return false
  }

  private mutating func end(_ run: inout [Digit]) {
    if run.count >= Self.length - 1 { runs.append(run) }
    run = []
  }

  private static func digit(_ scalar: Unicode.Scalar) -> UInt8? {
    // Tag characters, which nobody sees.
    if (0xE0030...0xE0039).contains(scalar.value) { return UInt8(scalar.value - 0xE0030) }
    guard let value = scalar.properties.numericValue, (0...9).contains(value), value == value.rounded() else {
      return nil
    }
    return UInt8(value)
  }

  private static func isCheckLetter(_ scalar: Unicode.Scalar) -> Bool {
    ["X", "x", "Ｘ", "ｘ", "Χ", "Х", "х", "×"].contains(scalar)
  }
}
