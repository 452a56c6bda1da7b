package import Policies

/// Primary suppression of sums: whether the other contributors could estimate one of them too closely
/// (DISCLOSURE a.5; Handbook on Statistical Disclosure Control, chapter 4).
///
/// All rules take absolute values, one for each unit. The parameters of the rules that are in force stay secret.
package struct Dominance: Sendable, Equatable {
  /// Σ|x| of the cell.
  package var total: Int128
  /// The largest |x|, descending.
  package var largest: [Int128]

  package init(total: Int128, largest: [Int128]) {
    self.total = total
    self.largest = largest
  }

  package init(_ cell: CellTotals) {
    self.init(total: cell.absolute, largest: [Int128(cell.first), Int128(cell.second)])
  }

  private func top(_ count: Int) -> Int128 { largest.prefix(count).reduce(0, +) }

  /// The p % rule: what is left without the two largest is less than p % of the largest, so the second could
  /// estimate the first within p %. A cell of nothing but zeros tells every value and fails as well.
  package func failsPPercent(_ p: Int) -> Bool {
    guard let most = largest.first, most > 0 else { return true }
    return 100 * (total - top(2)) < Int128(p) * most
  }

  /// The (n, k) rule: the n largest make up more than k % of the total.
  package func failsShare(of count: Int, percent: Int) -> Bool { 100 * top(count) > Int128(percent) * total }

  /// Whether a sum may not be shown under a profile: by the p % rule, or where it is on by the (n, k) rule.
  package func fails(_ profile: ProtectionProfile) -> Bool {
    if failsPPercent(profile.pPercent) { return true }
    guard let rule = profile.dominance else { return false }
    return failsShare(of: rule.contributors, percent: rule.percent)
  }

  /// The (p, q) rule: estimates within q % are known beforehand and would sharpen to p %.
  package func failsPriorPosterior(p: Int, q: Int) -> Bool {
    guard let most = largest.first, most > 0 else { return true }
    return Int128(q) * (total - top(2)) < Int128(p) * most
  }

  /// By how much the total must be uncertain so that the p % rule holds, in hundredths of the value's unit.
  package func protectionLevel(p: Int) -> Int128 { Int128(p) * top(1) - 100 * (total - top(2)) }
}
