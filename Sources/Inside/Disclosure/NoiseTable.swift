/// A table of bounded integer noise with mean exactly zero, one row for each true count (DISCLOSURE a.3).
///
/// Weights are in units of 2⁻³² and sum to 2³² in every row, so that a draw is one 32-bit look-up and the same on
/// every machine.
package struct NoiseTable: Sendable, Equatable {
  /// Rows for the true counts 0, 1, …; the last row serves every larger count.
  package let rows: [Row]

  /// The distribution of the noise for one true count.
  package struct Row: Sendable, Equatable {
    /// Values of the noise, ascending.
    package let values: [Int]
    /// Weight of each value in units of 2⁻³².
    package let weights: [UInt64]
    private let cumulative: [UInt64]

    /// A row from published or generated weights.
    package init(_ entries: [(value: Int, weight: UInt64)]) {
      values = entries.map(\.value)
      weights = entries.map(\.weight)
      var sum: UInt64 = 0
      cumulative = weights.map { weight in
        sum += weight
        return sum
      }
    }

    /// The first value whose cumulative weight exceeds `u`.
    func draw(_ u: UInt32) -> Int {
      for (index, bound) in cumulative.enumerated() where UInt64(u) < bound { return values[index] }
      return values[values.count - 1]
    }

    /// Probability of one value.
    package func probability(of value: Int) -> Double {
      values.firstIndex(of: value).map { Double(weights[$0]) / NoiseTable.unit } ?? 0
    }

    /// Σ weight, which is 2³².
    package var total: UInt64 { weights.reduce(0, +) }
    /// Σ value · weight in units of 2⁻³², which is 0.
    package var moment: Int64 { zip(values, weights).reduce(0) { $0 + Int64($1.0) * Int64($1.1) } }
    /// Variance of the noise.
    package var variance: Double {
      zip(values, weights).reduce(0) { $0 + Double($1.0 * $1.0) * Double($1.1) } / NoiseTable.unit
    }

    package static func == (left: Row, right: Row) -> Bool {
      left.values == right.values && left.weights == right.weights
    }
  }

  /// 2³², the weight of certainty.
  static let unit = 4_294_967_296.0

  /// A table whose noise is the same whatever is counted, except that of nothing, which has none.
  /// - Parameter half: the weights of 0, ±1, ±2 …
  package init(symmetric half: [UInt64]) {
    let values = Array((1 - half.count)..<half.count)
    rows = [Row([(0, 1 << 32)]), Row(values.map { ($0, half[abs($0)]) })]
  }

  /// A table of given rows, none of them empty.
  package init(rows: [Row]) { self.rows = rows }

  /// The row of a true count.
  package func row(_ count: Int) -> Row { rows[min(max(count, 0), rows.count - 1)] }

  /// The noise for a true count and a draw of 32 bits.
  package func noise(count: Int, draw: UInt32) -> Int { row(count).draw(draw) }
}
