@testable import Disclosure

/// What a noise table must be: its bound, its variance, the small counts it may never produce.
///
/// A row is the distribution of largest entropy with mean 0 and that variance on the allowed values, as the R
/// ptable makes it, but from the convex dual by Newton's method instead of an optimiser (DISCLOSURE a.3).
struct NoiseDesign: Sendable, Equatable {
  /// Largest absolute noise, in counts.
  var bound: Int
  /// Variance of the noise of every row that can reach it.
  var variance: Double
  /// Counts from 1 to this are never produced (ptable's `js`).
  var forbidden: Int
  /// Least probability of no change, for rows where no change is allowed; 0 asks for none.
  var stay: Double
  /// Whether probabilities do not fall from the left end up to no change (ptable's `mono`).
  var monotone: Bool

  init(bound: Int, variance: Double, forbidden: Int = 0, stay: Double = 0, monotone: Bool = true) {
    self.bound = bound
    self.variance = variance
    self.forbidden = forbidden
    self.stay = stay
    self.monotone = monotone
  }

  /// Why a table cannot be made. The custodian of the policy can change the design.
  enum Infeasible: Error, Equatable {
    /// The variance of a row lies between these two, both excluded.
    case variance(row: Int, above: Double, below: Double)
    /// No distribution meets the other demands of the row together with the variance.
    case row(Int)
  }

  /// Allowed values of the noise for a true count, ascending.
  func support(_ count: Int) -> [Int] {
    guard count > 0 else { return [0] }
    return (max(0, count - bound)...(count + bound)).filter {
      !(1...max(1, forbidden)).contains($0) || forbidden == 0
    }
    .map { $0 - count }
  }

  /// Rows 0 … bound + forbidden + 1 (with nothing forbidden, … bound); the last one is symmetric.
  func table() throws(Infeasible) -> NoiseTable {
    var rows: [NoiseTable.Row] = []
    for count in 0...(forbidden > 0 ? bound + forbidden + 1 : bound) { rows.append(try row(count)) }
    return NoiseTable(rows: rows)
  }

  /// One row in integer form: weights sum to 2³² and the mean is exactly 0.
  func row(_ count: Int) throws(Infeasible) -> NoiseTable.Row {
    let values = support(count)
    return NoiseDesign.integer(values, try probabilities(count))
  }

  /// One row as probabilities, in the order of `support`.
  func probabilities(_ count: Int) throws(Infeasible) -> [Double] {
    try NoiseDesign.probabilities(
      on: support(count).map(Double.init), variance: variance, stay: stay, monotone: monotone, row: count)
  }
}

extension NoiseDesign {
  /// The distribution of largest entropy on `values` with mean 0 and `variance`, under the two further demands.
  static func probabilities(
    on values: [Double], variance: Double, stay: Double, monotone: Bool, row: Int
  ) throws(Infeasible) -> [Double] {
    guard values.count > 1 else { return [1] }
    let zero = values.firstIndex(of: 0)
    let negative = values.filter { $0 < 0 }
    let positive = values.filter { $0 > 0 }
    guard let left = negative.first, let inner = negative.last, let right = positive.last,
      let near = positive.first
    else { throw .row(row) }
    let lowest = zero == nil ? -inner * near : 0
    let highest = -left * right
    guard variance > lowest, variance < highest else {
      throw .variance(row: row, above: lowest, below: highest)
    }

    guard let plain = MaximumEntropy(values: values, variance: variance)?.probabilities(monotoneUpTo: nil)
    else {
      throw .row(row)
    }
    guard let zero else { return try settled(plain, values, variance, monotone: monotone, row: row) }
    let free = try settled(plain, values, variance, monotone: monotone, row: row)
    guard free[zero] < stay else { return free }
    // No change is held at `stay`; the others share the rest.
    let others = values.indices.filter { $0 != zero }
    guard
      let solved = MaximumEntropy(values: others.map { values[$0] }, variance: variance / (1 - stay))?
        .probabilities(monotoneUpTo: monotone ? others.filter { $0 < zero }.count : nil)
    else { throw .row(row) }
    var probabilities = [Double](repeating: stay, count: values.count)
    for (place, index) in others.enumerated() { probabilities[index] = solved[place] * (1 - stay) }
    return probabilities
  }

  /// Applies the demand that probabilities do not fall on the left side, where it binds.
  private static func settled(
    _ plain: [Double], _ values: [Double], _ variance: Double, monotone: Bool, row: Int
  ) throws(Infeasible) -> [Double] {
    guard monotone else { return plain }
    let upTo = values.prefix { $0 <= 0 }.count
    guard upTo > 1, !plain.prefix(upTo).isAscending else { return plain }
    guard
      let pooled = MaximumEntropy(values: values, variance: variance)?.probabilities(monotoneUpTo: upTo)
    else { throw .row(row) }
    return pooled
  }

  /// Rounds to units of 2⁻³² and repairs sum and mean on two neighbouring values (DISCLOSURE a.3, integer form).
  static func integer(_ values: [Int], _ probabilities: [Double]) -> NoiseTable.Row {
    var weights = probabilities.map { Int64(($0 * NoiseTable.unit).rounded()) }
    let sum = Int64(1) << 32 - weights.reduce(0, +)
    let moment = -zip(values, weights).reduce(0) { $0 + Int64($1.0) * $1.1 }
    let neighbours = values.indices.dropLast().filter { values[$0 + 1] == values[$0] + 1 }
    let pair =
      neighbours.first { values[$0] == -1 } ?? neighbours.first { values[$0] >= 0 } ?? neighbours.first
    if let pair {
      let upper = moment - Int64(values[pair]) * sum
      weights[pair + 1] += upper
      weights[pair] += sum - upper
    }
    return NoiseTable.Row(zip(values, weights).map { ($0, UInt64(max(0, $1))) })
  }
}

extension Sequence<Double> {
  /// Whether no element is smaller than the one before.
  var isAscending: Bool { zip(self, self.dropFirst()).allSatisfy { $0 <= $1 + 1e-13 } }
}
