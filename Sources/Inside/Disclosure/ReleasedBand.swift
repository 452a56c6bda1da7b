package import Bytes
import Policies

/// How far a released sum or mean is from the true one in at least 95 of 100 cells, made of nothing but the value itself,
/// the declared bounds of its measure, and the profile (DISCLOSURE a.5).
///
/// The noise of a sum is m · x₁ · v, and x₁ is one unit's value: a band of the noise's own width would tell it. What is
/// known to everybody is that x₁ is at most the measure's declared bound, and at most the whole sum where no value is
/// negative. |v| is at most 3 in 97.9 % of all draws, and a count is within ±4 in 97.6 %, so that both hold together in
/// 95.5 %. m itself is not told: 3 m is rounded up to a multiple of 5 %.
package struct ReleasedBand: Sendable, Equatable {
  /// Half its width in percent of the total; nil where values may have both signs.
  package let percent: Int?
  /// The most that half its width can be, in the total's unit, decimal text; nil where the rows of one unit are added, of
  /// which nobody declared how large they may be together.
  package let most: String?
  /// What rounding adds to it, in the total's unit, decimal text.
  package let rounding: String
  /// The column of the count that the total is divided by; nil for the total itself.
  package let count: String?

  package var json: JSON {
    [
      "percent": percent.map { JSON($0) } ?? .null, "most": JSON(most), "rounding": .string(rounding),
      "count": JSON(count),
    ]
  }

  init?(json: JSON) {
    guard let rounding = json["rounding"]?.string else { return nil }
    percent = json["percent"]?.int
    most = json["most"]?.string
    self.rounding = rounding
    count = json["count"]?.string
  }
}
