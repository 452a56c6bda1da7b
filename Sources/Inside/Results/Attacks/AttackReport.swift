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

  /// Lines in which the attacker got what the bar forbids.
  package var failed: [AttackLine] { lines.filter { $0.verdict == .failed } }

  /// Lines with too few cases to be judged, but for those that were declared to be taken so.
  /// - Parameter declared: names of lines, such as `S4`.
  package func notJudged(declared: Set<String> = []) -> [AttackLine] {
    lines.filter { $0.verdict == .notJudged && !declared.contains($0.attack) }
  }

  package var json: JSON {
    [
      "system": .string(system), "passes": .bool(passes), "utility": utility?.json ?? .null,
      "attacks": .array(lines.map(\.json)),
    ]
  }

  /// What went wrong, one line an attack.
  package func failures(_ language: String) -> [String] {
    failed.map { line in
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

/// How an attack went.
package enum AttackVerdict: String, Sendable {
  case withstood
  case failed
  /// So few cases that chance decides. It is not withstood.
  case notJudged = "not judged"
  /// What is declared has nothing that this attack could be made on.
  case nothing = "nothing to attack"
  /// A figure that is told and has no bar.
  case reported
}

/// One attack and how it went.
package struct AttackLine: Sendable {
  /// Its name in DISCLOSURE, such as `B3`.
  package var attack: String
  package var name: Text
  package var metric: Text
  /// What was measured; nil where there was nothing to attack.
  package var value: Double?
  /// A second figure, where the metric has two.
  package var also: Double?
  /// What the value must meet, in words.
  package var bar: Text
  /// On how many cases the figure rests; nil where it does not rest on cases.
  package var cases: Int?
  package var verdict: AttackVerdict
  /// On how much the figure rests, and what else was seen.
  package var detail: Text

  /// Fewer cases are not judged.
  package static let leastCases = 30

  /// What is held against a bar whatever the number of cases; without a value there was nothing to attack.
  package init(
    _ attack: String, _ name: Text, metric: Text, _ value: Double?, also: Double? = nil, bar: Text,
    passes: Bool, detail: Text = ""
  ) {
    self.init(
      attack, name, metric: metric, value, also: also, bar: bar, cases: nil,
      verdict: !passes ? .failed : value == nil ? .nothing : .withstood, detail: detail)
  }

  /// A figure that rests on cases: of none there was nothing to attack, of fewer than 30 it is not judged.
  package init(
    _ attack: String, _ name: Text, metric: Text, _ value: Double, also: Double? = nil, bar: Text,
    cases: Int, passes: Bool, detail: Text = ""
  ) {
    self.init(
      attack, name, metric: metric, cases == 0 ? nil : value, also: cases == 0 ? nil : also, bar: bar,
      cases: cases,
      verdict: cases == 0
        ? .nothing : cases < AttackLine.leastCases ? .notJudged : passes ? .withstood : .failed,
      detail: detail)
  }

  /// A figure that is told and has no bar.
  package init(
    reported attack: String, _ name: Text, metric: Text, _ value: Double, also: Double? = nil, cases: Int,
    detail: Text = ""
  ) {
    let isTold = cases >= AttackLine.leastCases
    self.init(
      attack, name, metric: metric, isTold ? value : nil, also: isTold ? also : nil,
      bar: .both("仅报告", "reported"), cases: cases, verdict: cases == 0 ? .nothing : .reported, detail: detail)
  }

  private init(
    _ attack: String, _ name: Text, metric: Text, _ value: Double?, also: Double?, bar: Text, cases: Int?,
    verdict: AttackVerdict, detail: Text
  ) {
    self.attack = attack
    self.name = name
    self.metric = metric
    self.value = value
    self.also = also
    self.bar = bar
    self.cases = cases
    self.verdict = verdict
    self.detail = detail
  }

  /// Lines in the order of their names: B1, B2, … S12.
  package static func sorted(_ lines: [AttackLine]) -> [AttackLine] {
    func order(_ line: AttackLine) -> (String, Int, String) {
      let digits = line.attack.dropFirst().prefix { $0.isNumber }
      return (String(line.attack.prefix(1)), Int(digits) ?? 0, line.attack)
    }
    return lines.enumerated().sorted { left, right in
      let (a, b) = (order(left.element), order(right.element))
      return a == b ? left.offset < right.offset : a < b
    }.map(\.element)
  }

  /// Whether nothing stands against the result: what was not judged does.
  package var passes: Bool { verdict != .failed && verdict != .notJudged }

  package var json: JSON {
    [
      "attack": .string(attack), "name": .string(name("en")), "metric": .string(metric("en")),
      "value": value.map { JSON($0) } ?? .null, "also": also.map { JSON($0) } ?? .null,
      "bar": .string(bar("en")), "cases": cases.map { JSON($0) } ?? .null,
      "verdict": .string(verdict.rawValue), "passes": .bool(passes), "detail": .string(detail("en")),
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
