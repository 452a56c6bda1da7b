package import Bytes
import Disclosure

/// One table: attack, metric, bar, pass; and beside it what the protection costs.
package struct AttackReport: Sendable {
  /// What was attacked: `doorsill`, or another system for comparison.
  package var system: String
  package var lines: [AttackLine]
  /// Nil where nothing is counted.
  package var utility: AttackUtility?

  /// Each part as its property says.
  package init(system: String = "doorsill", lines: [AttackLine], utility: AttackUtility? = nil) {
    self.system = system
    self.lines = lines
    self.utility = utility
  }

  package var passes: Bool { lines.allSatisfy { $0.passes } }

  package var json: JSON {
    [
      "system": .string(system), "passes": .bool(passes), "utility": utility?.json ?? .null,
      "attacks": .array(lines.map(\.json)),
    ]
  }

  /// What went wrong, one line an attack.
  package func failures(_ language: String) -> [String] {
    lines.filter { !$0.passes }.map { line in
      "\(line.attack) \(line.name(language)): \(line.metric(language)) \(line.measured) (\(line.bar(language)))"
    }
  }
}

/// What is left to use after protection, so that protection is never bought silently.
package struct AttackUtility: Sendable, Equatable {
  /// Share of the declared cells that are released.
  package var released: Double
  /// Root mean square error of released counts.
  package var countError: Double
  /// Median relative error of released sums, per cent; nil without sums.
  package var sumErrorPercent: Double?

  /// Each part as its property says.
  package init(released: Double, countError: Double, sumErrorPercent: Double?) {
    self.released = released
    self.countError = countError
    self.sumErrorPercent = sumErrorPercent
  }

  package var json: JSON {
    [
      "released": JSON(released), "countError": JSON(countError),
      "sumErrorPercent": sumErrorPercent.map { JSON($0) } ?? .null,
    ]
  }

  /// Its figures, each with what it is of.
  package var figures: [(name: Text, unit: Text, value: String)] {
    [
      (
        .both("公布的单元格", "cells released"), .both("占全部", "of all"),
        Rounded.text(100 * released, digits: 1) + " %"
      ),
      (.both("计数误差", "error of counts"), .both("均方根", "RMSE"), "± " + Rounded.text(countError, digits: 2)),
      (
        .both("合计误差", "error of sums"), .both("中位数", "median"),
        sumErrorPercent.map { "± " + Rounded.text($0, digits: 2) + " %" } ?? "–"
      ),
    ]
  }
}

/// One attack and how it went.
package struct AttackLine: Sendable {
  /// Its name in DISCLOSURE section (b), such as `B3`.
  package var attack: String
  package var name: Text
  package var metric: Text
  /// What was measured; nil where there was nothing to attack.
  package var value: Double?
  /// A second figure, where the metric has two.
  package var also: Double?
  /// What the value must meet, in words.
  package var bar: Text
  package var passes: Bool
  /// On how much the figure rests, and what else was seen.
  package var detail: Text

  /// Each part as its property says.
  package init(
    _ attack: String, _ name: Text, metric: Text, _ value: Double?, also: Double? = nil, bar: Text,
    passes: Bool, detail: Text = ""
  ) {
    self.attack = attack
    self.name = name
    self.metric = metric
    self.value = value
    self.also = also
    self.bar = bar
    self.passes = passes
    self.detail = detail
  }

  package var json: JSON {
    [
      "attack": .string(attack), "name": .string(name("en")), "metric": .string(metric("en")),
      "value": value.map { JSON($0) } ?? .null, "also": also.map { JSON($0) } ?? .null,
      "bar": .string(bar("en")), "passes": .bool(passes), "detail": .string(detail("en")),
    ]
  }

  /// The figures as a person reads them; a dash where there was nothing to attack.
  package var measured: String {
    guard let value else { return "–" }
    return ([value] + (also.map { [$0] } ?? [])).map { Rounded.text($0, digits: abs($0) < 1 ? 3 : 2) }
      .joined(separator: ", ")
  }
}

extension Text {
  /// The two languages a report speaks.
  package static func both(_ zh: String, _ en: String) -> Text { Text([("zh", zh), ("en", en)]) }
}

/// Numbers for reports.
package enum Rounded {
  /// So many digits after the point at most, without trailing zeros.
  package static func text(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return "–" }
    let scaled = (value * Double(Decimal.power(digits))).rounded()
    guard abs(scaled) < 1e18 else { return "–" }
    return Decimal.text(Int128(scaled), scale: digits)
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
