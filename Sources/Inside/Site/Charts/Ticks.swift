/// Round values for an axis.
enum Ticks {
  /// Three to six multiples of 1, 2 or 5 times a power of ten within the range.
  static func between(_ low: Double, _ high: Double) -> [Double] {
    guard low.isFinite, high.isFinite, high > low else { return [] }
    var step = 1.0
    let wanted = (high - low) / 4
    while step > wanted { step /= 10 }
    while step * 10 <= wanted { step *= 10 }
    if step * 5 <= wanted { step *= 5 } else if step * 2 <= wanted { step *= 2 }
    var ticks: [Double] = []
    var place = (low / step).rounded(.up)
    while place * step <= high, ticks.count < 12 {
      ticks.append(place * step)
      place += 1
    }
    return ticks
  }
}
