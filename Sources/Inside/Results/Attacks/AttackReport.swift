package import Bytes
import Disclosure

/// One table: attack, metric, bar, pass; and beside it what the protection costs.
package struct AttackReport: Sendable {
  package var lines: [AttackLine]
  /// Share of the declared cells that are released.
  package var released: Double
  /// Root mean square error of released counts.
  package var countError: Double
  /// Median relative error of released sums, per cent; nil without sums.
  package var sumErrorPercent: Double?

  package var passes: Bool { lines.allSatisfy { $0.passes } }

  package var json: JSON {
    [
      "passes": .bool(passes), "released": JSON(released), "countError": JSON(countError),
      "sumErrorPercent": sumErrorPercent.map { JSON($0) } ?? .null,
      "attacks": .array(lines.map(\.json)),
    ]
  }

  /// Lines for a terminal.
  package var text: [String] {
    lines.map { line in
      "\(line.passes ? "pass" : "FAIL")  \(line.attack)  \(line.name): \(line.metric) \(Rounded.text(line.value))"
        + " (bar \(line.bar))\(line.detail.isEmpty ? "" : "; " + line.detail)"
    } + [
      "utility: \(Rounded.text(100 * released)) % of cells released, counts ± \(Rounded.text(countError))"
        + (sumErrorPercent.map { ", sums ± \(Rounded.text($0)) %" } ?? "")
    ]
  }
}

/// One attack and how it went.
package struct AttackLine: Sendable {
  /// Its name in DISCLOSURE section (b), such as `B3`.
  package var attack: String
  package var name: String
  package var metric: String
  package var value: Double
  /// What the value must meet, in words.
  package var bar: String
  package var passes: Bool
  package var detail: String

  package init(
    _ attack: String, _ name: String, metric: String, _ value: Double, bar: String, passes: Bool,
    detail: String = ""
  ) {
    self.attack = attack
    self.name = name
    self.metric = metric
    self.value = value
    self.bar = bar
    self.passes = passes
    self.detail = detail
  }

  package var json: JSON {
    [
      "attack": .string(attack), "name": .string(name), "metric": .string(metric), "value": JSON(value),
      "bar": .string(bar), "passes": .bool(passes), "detail": .string(detail),
    ]
  }
}

/// Numbers for reports.
enum Rounded {
  /// Three digits after the point, without trailing zeros.
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    return Decimal.text(Int128((value * 1000).rounded()), scale: 3)
  }
}

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
    let z = 1.959_964, n = Double(count), p = Double(hits) / n
    let centre = p + z * z / (2 * n)
    let spread = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    return (centre + spread) / (1 + z * z / n)
  }
}
