import Bytes
import Disclosure
import Policies
import Testing

@testable import Results

/// Profiles name the noise of their counts, and everything that is said of it follows.
@Suite struct `Counts under a profile with more noise` {
  private func target(
    _ counts: ProtectionProfile.CountNoise, measures: [MeasureShape] = [], variance: Bool = false
  ) throws -> Target {
    let shape = try Shape(
      dataset: "town", keyFamily: "town",
      dimensions: [Samples.dimension("trade", count: 12), Samples.dimension("street", count: 10)])
    let data = Microdata.random(
      shape, measures: measures, perUnit: measures.map { _ in .last }, units: 30_000, rows: 1, seed: 5,
      value: { Int64.random(in: 1...2, using: &$0) })
    return Target(
      data, tables: [[], [0], [1], [0, 1]], measures: Array(measures.indices),
      profile: Samples.profile(k: 20, divisor: 10, variance: variance, counts: counts), keys: Samples.keys)
  }

  @Test(arguments: [
    (ProtectionProfile.CountNoise.two, "2.02", "±4", "±7", 2.0), (.twelve, "12", "±24", "±41", 12),
  ]) func `carry it, and say so`(
    _ counts: ProtectionProfile.CountNoise, _ deviation: String, _ usual: String, _ largest: String,
    _ expected: Double
  ) throws {
    let target = try target(counts)
    let made = try target.publish()
    #expect(made.released.columns.first?.sd == deviation)
    for language in ["zh", "en"] {
      let note = made.released.note(language)
      #expect(note.contains(deviation) && note.contains(usual) && note.contains(largest), "\(note)")
    }
    #expect(abs(made.report.countDeviation - expected) < 0.1)
    let published = try Published(made.released, shape: target.data.shape, measures: [])
    let cube = try target.cube()
    var errors: [Double] = []
    for (set, cells) in published.counts {
      for (cell, count) in cells.enumerated() {
        guard let count, let units = cube.cuboids[set]?.units[cell], units >= 60 else { continue }
        errors.append(Double(count - Int(units)))
      }
    }
    #expect(errors.count > 80)
    let spread = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
    #expect(0.8 * expected...1.25 * expected ~= spread, "\(spread)")
  }

  @Test func `have sums that tell them no better`() throws {
    // Ones and twos: the noise of a sum is at least that of the count, times the mean.
    func spread(_ counts: ProtectionProfile.CountNoise) throws -> Double {
      let target = try target(counts, measures: [Samples.measure("x", upper: 1000)])
      let published = try Published(
        target.publish().released, shape: target.data.shape, measures: target.data.measures)
      let cube = try target.cube()
      var errors: [Double] = []
      for (set, sums) in published.sums {
        for (cell, sum) in sums[0].enumerated() {
          guard let sum, let totals = cube.cuboids[set]?.totals[0][cell] else { continue }
          errors.append(Double(sum - totals.sum) / 1.5)
        }
      }
      #expect(errors.count > 80)
      return (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
    }
    let two = try spread(.two), twelve = try spread(.twelve)
    #expect(1.6...2.6 ~= two && 10...14.5 ~= twelve, "\(two), \(twelve)")
  }

  @Test
  func `are refused in a family whose counts are out with another noise, also of before it was written down`()
    throws
  {
    let first = try target(.two).publish()
    #expect(throws: ResultError.self) { try target(.twelve).publish(first.history, version: 1) }
    let wide = try target(.twelve).publish()
    #expect(throws: ResultError.self) { try target(.two).publish(wide.history, version: 1) }
    let again = try target(.twelve).publish(wide.history, version: 1)
    #expect(again.released.tables == wide.released.tables)
    let text = String(decoding: try first.history.json.canonical(), as: UTF8.self)
      .replacing(#""counts":2,"#, with: "")
    let older = try ResultHistory(
      json: try JSON(parsing: text), packed: try Samples.packed(first.history),
      unitMaps: first.history.unitMaps)
    #expect(throws: ResultError.self) { try target(.twelve).publish(older, version: 1) }
    #expect(try target(.two).publish(older, version: 1).released.tables == first.released.tables)
  }
}
