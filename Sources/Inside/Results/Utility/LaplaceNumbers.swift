import Disclosure
import Glibc

/// Differential privacy at equal membership risk: every declared count and sum with discrete Laplace noise, everything
/// shown.
///
/// ε is chosen so that e^ε / (1 + e^ε), the most that anybody may be right about whether one unit is in the data, is the
/// upper bound of accuracy recorded for the profile. It holds for everything together, so it is split evenly over the
/// quantities: the count of units, and for each declared measure its sum and, where not everybody has a value, the number
/// of those who have. Within a quantity a unit adds 1, or its value, to every declared cell it is in, parents in a
/// hierarchy too; a table declared twice counts once. So the noise of all counts has scale cells·quantities/ε, and that of
/// sums the same times the largest value.
///
/// Two bounds make it better, and both are given for nothing, read from the data: a unit counts in at most as many cells as
/// 95 % of units are in (of more, some are dropped by chance), and a value is cut off at the percentile of the units' largest
/// values, among 75, 90, 95, 99 and 100, that makes the expected error of the asked sums least. Counts below 0 are shown as 0.
struct LaplaceNumbers: UtilitySystem {
  let tables: [UtilityTable]
  let bounded: BoundedCells
  let epsilon: Double
  let seed: UInt64
  private let counting: DiscreteLaplace
  private let summing: [DiscreteLaplace]

  /// ε at which membership is guessed right with that chance at most; nil where chance alone would do as well.
  static func epsilon(accuracy: Double) -> Double? {
    guard accuracy > 0.5, accuracy < 1 else { return nil }
    return log(accuracy / (1 - accuracy))
  }

  init(_ tables: [UtilityTable], _ bounded: BoundedCells, epsilon: Double, seed: UInt64) {
    self.tables = tables
    self.bounded = bounded
    self.epsilon = epsilon
    self.seed = seed
    let scale = Double(bounded.most * bounded.quantities) / epsilon
    counting = DiscreteLaplace(scale: scale)
    summing = bounded.clips.map { DiscreteLaplace(scale: max(1, scale * Double($0))) }
  }

  private func noise(_ table: Int, _ cell: Int, _ purpose: Int, _ law: DiscreteLaplace) -> Double {
    // The same quantity of the same cell has the same noise in whichever table it stands.
    var generator = AttackGenerator(
      seed ^ tables[table].set.bits &* 0xBF58_476D_1CE4_E5B9 ^ UInt64(cell) &* 0x94D0_49BB_1331_11EB
        &+ UInt64(purpose) << 48)
    generator = AttackGenerator(generator.next())
    return Double(law.draw(&generator))
  }

  func count(_ table: Int, _ cell: Int) -> Double? {
    max(0, Double(bounded.units(tables[table].set, cell)) + noise(table, cell, 0, counting))
  }

  private func valued(_ table: Int, _ cell: Int, _ index: Int) -> Double? {
    guard let units = bounded.valued(tables[table].set, cell, index) else { return count(table, cell) }
    return max(0, Double(units) + noise(table, cell, 2 * index + 1, counting))
  }

  func sum(_ table: Int, _ cell: Int, _ measure: Int) -> Double? {
    let index = tables[table].measures[measure].index
    return bounded.sum(tables[table].set, cell, index) + noise(table, cell, 2 * index + 2, summing[index])
  }

  func mean(_ table: Int, _ cell: Int, _ measure: Int) -> Double? {
    let index = tables[table].measures[measure].index
    guard let units = valued(table, cell, index), units > 0, let sum = sum(table, cell, measure) else {
      return nil
    }
    return sum / units
  }
}
