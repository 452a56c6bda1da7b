package import Policies

/// The two layers of noise that every count carries, as the profile names them, and what follows from them.
package struct CountLayers: Sendable {
  /// Keyed by who is counted.
  package let contributors: NoiseTable
  /// Keyed by the label alone.
  package let label: NoiseTable
  /// The standard deviation of both together in hundredths.
  let hundredths: Int

  /// The frozen tables of that name.
  package static func of(_ noise: ProtectionProfile.CountNoise) -> CountLayers {
    switch noise {
    case .two: CountLayers(contributors: .contributors, label: .label, hundredths: 202)
    case .twelve: CountLayers(contributors: .wideContributors, label: .wideLabel, hundredths: 1200)
    }
  }

  /// The noise of a count.
  /// - Parameters:
  ///   - set: the draw of 32 bits by who is counted.
  ///   - label: the draw of 32 bits by the label.
  func noise(count: Int, set: UInt32, label draw: UInt32) -> Int {
    contributors.noise(count: count, draw: set) + label.noise(count: count, draw: draw)
  }

  /// The standard deviation of a released count.
  package var deviation: Double { Double(hundredths) / 100 }

  /// The variance of both together.
  var variance: Double { contributors.row(.max).variance + label.row(.max).variance }

  /// What `deviation` is in a text, for numbers of so many digits.
  func text(scale: Int = 0) -> String { Decimal.text(Int128(hundredths), scale: scale + 2) }

  /// The most that a count may be off.
  package var largest: Int { CountLayers.largest(contributors) + CountLayers.largest(label) }

  /// How far 95 of 100 counts are off at most: half the width of the bands that answers have.
  var usual: Int { (196 * hundredths + 9_999) / 10_000 }

  /// Fewest units on either side of a percentile, and what stands for those of a band that is withheld: k, and where the
  /// noise alone can be more than that, as many as it can.
  func least(_ k: Int) -> Int { max(k, largest) }

  private static func largest(_ table: NoiseTable) -> Int {
    table.rows.last?.values.last ?? 0
  }
}
