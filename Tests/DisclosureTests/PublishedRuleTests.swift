import Testing

@testable import Disclosure

/// The primary rules of sdcTable on its own sample (R/test_problems.R; DISCLOSURE a.5, c.2.6).
@Suite struct `sdcTable's sample` {
  /// The cells in its order: everywhere, A, B, C, D, each for everybody, male, female.
  private func cells() throws -> [CellTotals] {
    let regions = ["", "A", "B", "C", "D"], sexes = ["", "m", "f"]
    var cells = [CellTotals](repeating: CellTotals(), count: 15)
    let lines = try Vectors.lines("sdctable_microdata1.csv").dropFirst(2)
    #expect(lines.count == 100)
    for (unit, line) in lines.enumerated() {
      let fields = line.split(separator: ",").map(String.init)
      let value = try #require(Int64(fields[2]))
      for region in ["", fields[0]] {
        for sex in ["", fields[1]] {
          let place = try #require(regions.firstIndex(of: region)) * 3 + #require(sexes.firstIndex(of: sex))
          cells[place].add(value, key: UInt64(unit))
        }
      }
    }
    return cells
  }

  @Test func `is held back in the cells that the package names, by each of its rules`() throws {
    let cells = try cells()
    func held(_ rule: (CellTotals) -> Bool) -> [Int] {
      cells.indices.filter { rule(cells[$0]) }.map { $0 + 1 }
    }
    #expect(held { $0.units <= 2 } == [6])
    #expect(held { Dominance($0).failsShare(of: 2, percent: 75) } == [6, 14])
    #expect(held { Dominance($0).failsPPercent(70) } == [6, 14])
    #expect(held { Dominance($0).failsPriorPosterior(p: 60, q: 80) } == [6, 14])
  }

  @Test func `has one large contributor among the men of D`() throws {
    let cell = try cells()[13]
    #expect(cell.units == 11 && cell.sum == 366 && cell.first == 280 && cell.second == 11)
  }
}
