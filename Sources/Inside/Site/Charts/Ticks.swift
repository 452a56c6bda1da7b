/// Round values for an axis.
enum Ticks {
  /// Three to six multiples of 1, 2 or 5 times a power of ten within the range; none where it is too wide or too narrow
  /// for such steps.
  static func between(_ low: Double, _ high: Double) -> [Double] {
    let wanted = high / 4 - low / 4
    guard low.isFinite, high.isFinite, high > low, wanted.isNormal else { return [] }
    var step = 1.0
    while step > wanted { step /= 10 }
    while step * 10 <= wanted { step *= 10 }
    if step * 5 <= wanted { step *= 5 } else if step * 2 <= wanted { step *= 2 }
    var ticks: [Double] = []
    var place = (low / step).rounded(.up)
    while place * step <= high, ticks.count < 12 {
      ticks.append(place * step)
      // Beyond 2⁵³ steps from zero the next one is no other number.
      guard place + 1 > place else { return [] }
      place += 1
    }
    return ticks
  }
}
