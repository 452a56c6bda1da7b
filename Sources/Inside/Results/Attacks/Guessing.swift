/// Measures of how well guesses go.
enum Guessing {
  /// Area under the curve: the chance that a true case scores above a false one; ½ where either is lacking.
  static func auc(_ scores: [(score: Double, isTrue: Bool)]) -> Double {
    let positives = scores.count { $0.isTrue }
    let negatives = scores.count - positives
    guard positives > 0, negatives > 0 else { return 0.5 }
    let sorted = scores.sorted { $0.score < $1.score }
    var rankSum = 0.0
    var index = 0
    while index < sorted.count {
      var end = index
      while end < sorted.count, sorted[end].score == sorted[index].score { end += 1 }
      let rank = Double(index + 1 + end) / 2
      for entry in sorted[index..<end] where entry.isTrue { rankSum += rank }
      index = end
    }
    return (rankSum - Double(positives) * Double(positives + 1) / 2) / (Double(positives) * Double(negatives))
  }

  /// Upper end of the 95 % interval of a share (Wilson).
  static func upperBound(_ hits: Int, of count: Int) -> Double {
    guard count > 0 else { return 1 }
    let (centre, spread) = wilson(hits, of: count)
    return centre + spread
  }

  /// Lower end of the 95 % interval of a share (Wilson).
  static func lowerBound(_ hits: Int, of count: Int) -> Double {
    guard count > 0 else { return 0 }
    let (centre, spread) = wilson(hits, of: count)
    return centre - spread
  }

  private static func wilson(_ hits: Int, of count: Int) -> (centre: Double, spread: Double) {
    let z = 1.959_964, n = Double(count), p = Double(hits) / n
    let centre = p + z * z / (2 * n)
    let spread = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    return (centre / (1 + z * z / n), spread / (1 + z * z / n))
  }
}
