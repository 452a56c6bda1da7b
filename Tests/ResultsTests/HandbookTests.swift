import Disclosure
import Testing

@testable import Results

/// Examples of the Handbook on Statistical Disclosure Control that need a whole release.
@Suite struct `The Handbook's examples` {
  /// Single person households by hours worked and sex, in an output area of 2001 and in the enumeration district of
  /// 1991 that holds it and a little more (chapter 5, differencing).
  static let area: [[Int]] = [[50, 54], [128, 140], [39, 49]]
  static let district: [[Int]] = [[52, 55], [130, 140], [39, 49]]

  private func target() throws -> Target {
    let shape = try Shape(
      dataset: "census", keyFamily: "census",
      dimensions: [
        Samples.dimension("area", [("ED", nil), ("OA", "ED"), ("rest", "ED")]),
        Samples.dimension("hours", count: 3), Samples.dimension("sex", count: 2),
      ])
    var keys: [UInt64] = [], codes: [[Int32]] = [[], [], []]
    for hours in 0..<3 {
      for sex in 0..<2 {
        for place in 0..<Self.district[hours][sex] {
          keys.append(UInt64(keys.count + 1) &* 0x9E37_79B9_7F4A_7C15)
          codes[0].append(place < Self.area[hours][sex] ? 1 : 2)
          codes[1].append(Int32(hours))
          codes[2].append(Int32(sex))
        }
      }
    }
    let data = Microdata(shape: shape, measures: [], perUnit: [], keys: keys, codes: codes, values: [])
    return Target(
      data, tables: [[0, 1, 2]], measures: [], profile: Samples.profile(divisor: 1), keys: Samples.keys)
  }

  @Test func `two areas that nearly agree are subtracted from a threshold, and not from us`() throws {
    let target = try target(), set = DimensionSet([0, 1, 2])
    let cube = try target.cube()
    let grid = try #require(cube.cuboids[set]).grid
    func counts(_ published: Published) throws -> [[String: Int?]] {
      let counts = try #require(published.counts[set])
      return (0..<3).map { area in
        var cells: [String: Int?] = [:]
        for cell in 0..<grid.count where grid.codes(at: cell)[0] == Int32(area) {
          cells["\(grid.codes(at: cell)[1]) \(grid.codes(at: cell)[2])"] = counts[cell]
        }
        return cells
      }
    }
    var state = AttackedSystem.State()
    let open = try counts(AttackedSystem.simpler(.thresholdOnly).publish(target, &state))
    var differences: [[Int]] = []
    for hours in 0..<3 {
      differences.append(
        try (0..<2).map { sex in
          let whole = try #require(open[0]["\(hours) \(sex)"]),
            part = try #require(open[1]["\(hours) \(sex)"])
          return try #require(whole) - #require(part)
        })
    }
    #expect(differences == [[2, 1], [2, 0], [0, 0]], "the table nobody published")

    let ours = try counts(
      try Published(
        target.publish().released, shape: target.data.shape, measures: target.data.measures))
    for hours in 0..<3 {
      for sex in 0..<2 {
        let difference = Self.district[hours][sex] - Self.area[hours][sex]
        let part = try #require(ours[1]["\(hours) \(sex)"]), rest = try #require(ours[2]["\(hours) \(sex)"])
        #expect((part == nil) == (difference > 0), "hours \(hours), sex \(sex)")
        #expect(rest == nil)
      }
    }
  }
}
