/// An even part of a long run of numbers, enough to know its percentiles: every number up to 2¹⁸, then every other one.
package struct Sample: Sendable {
  private var numbers: [Double] = []
  private var seen = 0
  private var step = 1
  private static let limit = 1 << 18

  package init() {}

  package mutating func take(_ number: Double) {
    if seen % step == 0 { numbers.append(number) }
    seen += 1
    guard numbers.count == Sample.limit else { return }
    numbers = stride(from: 0, to: numbers.count, by: 2).map { numbers[$0] }
    step *= 2
  }

  /// The numbers below which these percentages of the run lie; empty where nothing was taken.
  package func percentiles(_ shares: Int...) -> [Double] {
    guard !numbers.isEmpty else { return [] }
    let sorted = numbers.sorted()
    return shares.map { sorted[min(sorted.count - 1, sorted.count * $0 / 100)] }
  }

  package var median: Double? { percentiles(50).first }
}
