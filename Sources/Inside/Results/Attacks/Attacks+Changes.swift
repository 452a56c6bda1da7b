import Bytes
import Disclosure
import Policies

extension Attacks {
  // MARK: S5 joining, leaving and changing giants

  /// Giants that join, leave or change between two versions while others change beside them: what the sums of their cells
  /// moved by. Beside it, reported, for one who knows all other changes. And the new values of those that change, for one who
  /// knows their old ones and all others: factors that stay from one version to the next fall out of the quotient.
  static func movingGiants(
    _ copy: Target, _ system: AttackedSystem, _ effort: Effort
  ) throws(ResultError) -> [AttackLine] {
    var tally = ShareTally(bar: 0.20, most: effort.cases)
    var knowing = tally, later = tally
    var isOpen = !copy.summed.isEmpty
    var number: UInt64 = 0
    let most = min(effort.cases, 2_000_000 / (copy.data.rowCount + 1000) + 6)
    while isOpen, number < most {
      number += 1
      let trial = try MovingGiants(copy, system, seed: effort.seed &+ 1000 &* number)
      for estimate in try trial.estimates() {
        tally.add(isWithin(copy.profile.pPercent, estimate.value, of: 1))
        knowing.add(isWithin(copy.profile.pPercent, estimate.knowing, of: 1))
        if let now = estimate.later { later.add(isWithin(copy.profile.pPercent, now, of: 1)) }
      }
      isOpen = ([tally, later].contains { $0.isOpen && $0.cases > 0 }) || number < 3
    }
    return [
      AttackLine(
        "S5", .both("大户进出与变动", "giants that come and go"),
        metric: .both("误差小于 p %；他人变动已知", "within p %; others known"), tally.share, also: knowing.share,
        bar: "≤ 0.2", cases: tally.cases, passes: tally.passes,
        detail: .both("其余变动已知时仅报告", "with all other changes known: reported")),
      AttackLine(
        "S5", .both("已知旧值的大户的新值", "giants whose earlier value is known"),
        metric: .both("误差小于 p %", "within p %"), later.share, bar: "≤ 0.2", cases: later.cases,
        passes: later.passes,
        detail: .both("其他所有人的值均已知", "everybody else's value is known")),
    ]
  }

  // MARK: S6 one flip

  /// One person's response changes or does not, between two versions in which k planted ones change for sure, so that the
  /// cell is drawn anew. Beside it, reported, with 20 others of the population who may change too.
  static func oneFlip(
    _ copy: Target, _ system: AttackedSystem, _ effort: Effort
  ) throws(ResultError) -> AttackLine {
    let noise = SystemNoise(system, copy)
    let bar = noise.countVariance >= 3.2 * 3.2 ? 0.55 : 0.60
    var alone = ShareTally(bar: bar, most: effort.cases)
    var beside = alone
    var number: UInt64 = 0
    let most = min(effort.cases, 10_000_000 / (copy.data.rowCount + 1000) + 6)
    while number < most {
      number += 1
      for unknown in [0, 20] where unknown == 0 || beside.cases < Tallies.enough {
        let trial = try OneFlip(copy, system, unknown: unknown, seed: effort.seed &+ 1000 &* number)
        for isRight in try trial.guesses() {
          if unknown == 0 { alone.add(isRight) } else { beside.add(isRight) }
        }
      }
      guard (alone.isOpen && alone.cases > 0) || number < 3 else { break }
    }
    return AttackLine(
      "S6", .both("k 个已知变动中的一人", "one flip among k planted"),
      metric: .both("正确率；另有 20 人变动", "accuracy; 20 more change"), alone.share, also: beside.share,
      bar: Text("≤ \(Rounded.text(bar))"), cases: alone.cases, passes: alone.passes,
      detail: .both("另有 20 人变动时仅报告", "with 20 unknown changes: reported"))
  }
}
