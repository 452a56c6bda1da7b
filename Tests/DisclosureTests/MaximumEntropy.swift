#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The distribution p(v) ∝ exp(a·v + b·v²) with mean 0 and a given variance: the one of largest entropy.
///
/// The dual f(a, b) = log Σ exp(a·v + b·v²) − b·V is convex; damped Newton with Armijo's rule reaches a gradient
/// of 1e-14 in a few steps (DISCLOSURE a.3).
struct MaximumEntropy {
  /// Values of the noise.
  let values: [Double]
  /// The variance asked for.
  let variance: Double

  init?(values: [Double], variance: Double) {
    guard values.count > 1, variance > 0 else { return nil }
    self.values = values
    self.variance = variance
  }

  /// A run of neighbouring values that share one probability; the others are runs of one.
  private struct Block {
    var members: Range<Int>
    var size: Double { Double(members.count) }
  }

  /// Probabilities of the values. With `monotoneUpTo` they do not fall among that many first values: violating
  /// neighbours are pooled and share one probability (pool adjacent violators).
  func probabilities(monotoneUpTo limit: Int?) -> [Double]? {
    var blocks = values.indices.map { Block(members: $0..<$0 + 1) }
    while true {
      guard let each = solve(blocks) else { return nil }
      guard let limit else { return spread(each, blocks) }
      let within = blocks.prefix { $0.members.upperBound <= limit }.count
      guard let bad = (0..<max(0, within - 1)).first(where: { each[$0] > each[$0 + 1] + 1e-13 }) else {
        return spread(each, blocks)
      }
      blocks[bad].members = blocks[bad].members.lowerBound..<blocks[bad + 1].members.upperBound
      blocks.remove(at: bad + 1)
    }
  }

  private func spread(_ each: [Double], _ blocks: [Block]) -> [Double] {
    zip(each, blocks).flatMap { probability, block in block.members.map { _ in probability } }
  }

  /// Probability of each member of each block.
  private func solve(_ blocks: [Block]) -> [Double]? {
    // Both statistics are scaled to at most 1, which keeps the Hessian well conditioned.
    let scale = values.reduce(0) { max($0, abs($1)) }
    let first = blocks.map { block in block.members.reduce(0) { $0 + values[$1] } / block.size / scale }
    let second = blocks.map { block in
      block.members.reduce(0) { $0 + values[$1] * values[$1] } / block.size / (scale * scale)
    }
    let target = variance / (scale * scale)

    func value(_ a: Double, _ b: Double) -> (function: Double, shares: [Double]) {
      let exponents = blocks.indices.map { a * first[$0] + b * second[$0] }
      let top = exponents.reduce(-Double.infinity, max)
      let weights = blocks.indices.map { blocks[$0].size * exp(exponents[$0] - top) }
      let sum = weights.reduce(0, +)
      return (log(sum) + top - b * target, weights.map { $0 / sum })
    }

    var a = 0.0, b = 0.0
    var (function, shares) = value(a, b)
    for _ in 0..<200 {
      var mean = 0.0, square = 0.0
      for index in blocks.indices {
        mean += shares[index] * first[index]
        square += shares[index] * second[index]
      }
      var haa = 0.0, hab = 0.0, hbb = 0.0
      for index in blocks.indices {
        let u = first[index] - mean, v = second[index] - square
        haa += shares[index] * u * u
        hab += shares[index] * u * v
        hbb += shares[index] * v * v
      }
      let ga = mean, gb = square - target
      guard max(abs(ga), abs(gb)) > 1e-14 else { break }
      let determinant = haa * hbb - hab * hab
      guard determinant > 0, determinant.isFinite else { return nil }
      let da = -(hbb * ga - hab * gb) / determinant
      let db = -(haa * gb - hab * ga) / determinant
      let slope = ga * da + gb * db
      var step = 1.0
      var next = value(a + da, b + db)
      while next.function > function + 1e-4 * step * slope, step > 1e-12 {
        step /= 2
        next = value(a + step * da, b + step * db)
      }
      // At the limit of the arithmetic no step improves any more.
      guard step > 1e-12 else { break }
      a += step * da
      b += step * db
      function = next.function
      shares = next.shares
    }
    let each = blocks.indices.map { shares[$0] / blocks[$0].size }
    var mean = 0.0, square = 0.0
    for (index, block) in blocks.enumerated() {
      for member in block.members {
        mean += each[index] * values[member]
        square += each[index] * values[member] * values[member]
      }
    }
    guard abs(mean) < 1e-8 * scale, abs(square - variance) < 1e-7 * max(1, variance) else { return nil }
    return each
  }
}
