import Bytes
import Policies
import Testing

@testable import Disclosure

@Suite struct `Numbers made of protected numbers` {
  static func measure(_ bands: [Int64], scale: Int = 0, step: Int128 = 1) -> MeasureShape {
    MeasureShape(
      name: "x", title: "x", unit: nil, scale: scale, step: step, lower: 0, upper: 1_000_000, complete: true,
      statistics: [.median], bands: bands)
  }

  @Test(
    arguments: [
      // 2, 4, 4, 4, 5, 5, 7, 9: Σ 40, Σx² 232, s² = 32/7 = 4.57.
      (232, 40, 8, 5), (23200, 400, 8, 457), (100, 100, 1, nil), (99, 100, 100, 0), (0, 0, 40, 0),
      // Three digits: 1234567.9 is 1230000.
      (1_234_567_900, 0, 1001, 1_230_000), (999_600, 0, 2, 1_000_000),
      // Negative means: −3, −1, 4 have Σ 0; −5, −5, −2 have Σ −12, Σx² 54, s² = 3.
      (54, -12, 3, 3),
    ] as [(Int, Int, Int, Int?)])
  func `a variance comes from its three parts`(squares: Int, sum: Int, count: Int, value: Int?) {
    #expect(
      Derivations.variance(squares: Int128(squares), sum: Int128(sum), count: Int128(count))
        == value.map { Int128($0) })
  }

  @Test func `a variance needs every part, and never traps`() {
    #expect(Derivations.variance(squares: nil, sum: 1, count: 30) == nil)
    #expect(Derivations.variance(squares: 1, sum: nil, count: 30) == nil)
    #expect(Derivations.variance(squares: 1, sum: 1, count: nil) == nil)
    #expect(Derivations.variance(squares: .max, sum: .max, count: 2) == nil)
    #expect(Derivations.variance(squares: .max, sum: 1 << 78, count: 1 << 31) != nil)
    #expect(Derivations.variance(squares: .max, sum: -(1 << 78), count: 3) == nil)
  }

  @Test(
    arguments: [
      // 40 units, ten in each band: the median lies at the second edge from below, quartiles at the others.
      (50, [10, 10, 10, 10], 40, 200), (25, [10, 10, 10, 10], 40, 100), (75, [10, 10, 10, 10], 40, 400),
      // A fifth of the second band, from 100 to 200.
      (50, [20, 50, 20, 10], 100, 160), (50, [48, 20, 20, 12], 100, 110),
      // It falls into the last band, which has no end.
      (90, [10, 10, 10, 70], 100, nil),
      // Noise made the parts 110 of 100: the parts are taken.
      (50, [50, 20, 20, 20], 100, 125),
    ] as [(Int, [Int], Int, Int?)])
  func `percentiles are read off bands`(percent: Int, bands: [Int], count: Int, value: Int?) {
    #expect(
      Derivations.percentile(
        percent, bands: bands.map { Int128($0) }, count: Int128(count), of: Self.measure([0, 100, 200, 400]),
        k: 10)
        == value.map { Int128($0) })
  }

  @Test func `a period comes after the one before it of its length, and what has no date after none`() throws
  {
    let codes =
      [
        ("2024", nil), ("2024-Q4", "2024"), ("2025", nil), ("2025-Q1", "2025"), ("not-stated", nil),
      ] as [(String, String?)]
    let periods = ReleasedDimension(
      name: "quarter", title: "Quarter", role: .identifying,
      codes: codes.map { ReleasedCode(code: $0, label: Text($0), parent: $1) }, periods: 4)
    let shape = try Shape(dataset: "d", keyFamily: "d", dimensions: [periods])
    #expect((0..<5).map { shape.previous($0, in: 0) } == [nil, nil, 0, 1, nil])
    #expect(ReleasedDimension(json: periods.json) == periods)
  }

  @Test func `a percentile needs k units on either side`() {
    func at(_ percent: Int, _ count: Int128) -> Int128? {
      Derivations.percentile(
        percent, bands: [count / 2, count - count / 2, 0], count: count, of: Self.measure([0, 10, 20]), k: 10)
    }
    #expect(at(50, 19) == nil && at(50, 20) == 10)
    #expect(at(95, 199) == nil && at(95, 200) == 19)
    #expect(at(5, 199) == nil && at(5, 200) == 1)
  }

  @Test func `withheld bands share what is left, and no percentile lies in one`() {
    let measure = Self.measure([0, 10, 20, 30, 40])
    // 100 in all, 88 shown: the two withheld bands hold 6 each.
    func at(_ percent: Int, count: Int128 = 100) -> Int128? {
      Derivations.percentile(percent, bands: [nil, 44, nil, 44, 0], count: count, of: measure, k: 10)
    }
    #expect(at(25) == 14)  // 25 of 100, 6 below, 19 of 44 into 10…20
    #expect(at(50) == 20 && at(53) == nil)  // the third band, withheld, begins at 50 of 100
    #expect(at(75) == 34)
    // What is left is at most k − 1 for each.
    #expect(at(50, count: 1000) == 20)
    #expect(at(25, count: 1000) == at(25, count: 106))
  }

  @Test func `a percentile is a multiple of the measure's step`() {
    let fine = Derivations.percentile(
      50, bands: [30, 70, 0], count: 100, of: Self.measure([0, 1000, 2000], scale: 2, step: 50), k: 10)
    #expect(fine == 1300)
  }
}

@Suite struct `Many numbers in little memory` {
  @Test(
    arguments: [(0, 1000, true), (-1000, 1000, false), (-1 << 56, 1 << 56, true)] as [(Int64, Int64, Bool)])
  func `totals in columns are those of single cells`(lower: Int64, upper: Int64, squares: Bool) {
    var generator = SystemRandomNumberGenerator()
    var cells = [CellTotals](repeating: CellTotals(), count: 50)
    var column = TotalsColumn(count: 50, keeping: squares ? [.squares, .giants] : [])
    for _ in 0..<40 {
      var some: [CellTotals] = []
      var places: [Int32] = []
      for _ in 0..<20 {
        var totals = CellTotals()
        for _ in 0..<3 {
          let factor = UInt64.random(in: 0..<9, using: &generator)
          totals.add(
            .random(in: lower...upper, using: &generator), key: generator.next(),
            factor: factor < 2 ? (factor + 1) << 31 : nil)
        }
        some.append(totals)
        places.append(.random(in: -1..<50, using: &generator))
        if places[places.count - 1] >= 0 { cells[Int(places[places.count - 1])].merge(totals) }
      }
      column.merge(some[...], into: places[...])
    }
    if !squares { for cell in cells.indices { (cells[cell].squares, cells[cell].giant) = (0, 0) } }
    #expect(Array(column) == cells)
  }

  @Test func `a column of numbers takes the bytes that its largest needs, and is read back`() throws {
    var column = NumberColumn(count: 4)
    for (number, width) in [(Int128(7), 4), (-1 << 31, 8), (1 << 62, 8), (Int128.max, 16)] {
      column[1] = number
      column[2] = -5
      #expect(column[1] == number && column[0] == nil && column.width == width)
      var bytes: [UInt8] = []
      var writer = PackedWriter { bytes += $0 }
      try column.pack(into: &writer)
      try writer.flush()
      var reader = PackedReader(bytes)
      #expect(NumberColumn(&reader) == column && reader.isAtEnd)
      var short = PackedReader(Array(bytes.dropLast()))
      #expect(NumberColumn(&short) == nil)
    }
    column[1] = nil
    #expect(column.present == 1 && column.narrowed.width == 4 && column.narrowed == column)
  }

  @Test func `draws keep their places when codes are added, taken out or moved`() throws {
    func shape(_ codes: [String]) throws -> Shape {
      try Shape(
        dataset: "d", keyFamily: "d",
        dimensions: [
          ReleasedDimension(
            name: "a", title: "a", role: .identifying, codes: codes.map { ReleasedCode(code: $0, label: "l") }
          ),
          ReleasedDimension(
            name: "b", title: "b", role: .identifying,
            codes: ["x", "y"].map { ReleasedCode(code: $0, label: "l") }),
        ])
    }
    func grid(_ shape: Shape) throws -> Grid { try Grid(DimensionSet([0, 1]), of: shape) }
    let old = try shape(["1", "2", "3"])
    var history = ResultHistory()
    var book = DrawBook(history, dataset: "d", fingerprint: "f", changes: nil)
    var draws = try book.take(try grid(old), of: old, quantities: ["n"])
    var kept = 0
    for cell in 0..<6 {
      _ = draws.value(draws.place(of: cell), 0, k: 2, kept: &kept) { _ in Int128(100 + cell) }
    }
    book.put(draws)
    history.drawn["d"] = .init(cells: book.finished(k: 2), fingerprint: "f")
    // 2 goes, 4 comes, 3 stands first; 2 comes back a version later.
    var drawn = try #require(history.drawn["d"])
    drawn.cells[["a", "b"]]?.append(.init(unit: 9, contribution: 1), to: 0, at: 0)
    drawn.cells[["a", "b"]]?.append(.init(unit: 8, contribution: 1), to: 0, at: 0)
    let new = try shape(["3", "1", "4"])
    book = DrawBook(history, dataset: "d", fingerprint: "f", changes: Changes(drawn))
    draws = try book.take(try grid(new), of: new, quantities: ["n"])
    let second = (0..<6).map { cell in draws.value(draws.place(of: cell), 0, k: 2, kept: &kept) { _ in -1 } }
    // Of 1 and x two units changed, and of 4 nothing was drawn.
    #expect(second == [104, 105, -1, 101, -1, -1] && kept == 3)
    book.put(draws)
    history.drawn["d"] = .init(cells: book.finished(k: 2), fingerprint: "f")
    book = DrawBook(
      history, dataset: "d", fingerprint: "f", changes: Changes(try #require(history.drawn["d"])))
    draws = try book.take(try grid(old), of: old, quantities: ["n"])
    let third = (0..<6).map { cell in draws.value(draws.place(of: cell), 0, k: 2, kept: &kept) { _ in -2 } }
    #expect(third == [-1, 101, 102, 103, 104, 105])
  }
}
