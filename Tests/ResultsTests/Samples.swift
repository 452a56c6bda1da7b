import Bytes
import Disclosure
import Policies
import Trust

@testable import Results

/// Small worlds for the tests of this room, the same on every run.
enum Samples {
  static let keys = ProtectionKeys(record: Secret((0..<32).map { $0 }), draw: Secret((32..<64).map { $0 }))

  /// The numbers of a history as they are stored.
  static func packed(_ history: ResultHistory) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try history.pack { bytes += $0 }
    return bytes
  }

  static func dimension(
    _ name: String, _ codes: [(String, String?)], response: Bool = false, periods: Int = 0
  ) -> ReleasedDimension {
    ReleasedDimension(
      name: name, title: Text(name), role: response ? .response : .identifying,
      codes: codes.map { ReleasedCode(code: $0.0, label: Text($0.0), parent: $0.1) }, periods: periods)
  }

  static func dimension(_ name: String, count: Int, response: Bool = false) -> ReleasedDimension {
    dimension(name, (0..<count).map { ("\(name)\($0)", nil) }, response: response)
  }

  /// Three provinces with cities and counties; one county lies directly below its province.
  static let places = dimension(
    "place",
    [
      ("A", nil), ("B", nil), ("A1", "A"), ("A2", "A"), ("A1a", "A1"), ("A1b", "A1"), ("A2a", "A2"),
      ("Ax", "A"),
      ("B1", "B"), ("B1a", "B1"), ("C", nil),
    ])

  static func measure(
    _ name: String, complete: Bool = true, lower: Int64 = 0, upper: Int64 = 1_000_000, scale: Int = 0,
    statistics: Set<MeasureShape.Statistic> = [.sum, .mean], bands: [Int64] = []
  ) -> MeasureShape {
    MeasureShape(
      name: name, title: Text(name), unit: nil, scale: scale, step: 1, lower: lower, upper: upper,
      complete: complete, statistics: statistics, bands: bands)
  }

  static func profile(
    k: Int = 10, identifying: Int = 3, divisor: Int = 40, p: Int = 15, jitter: [Int] = [8, 4, 4],
    variance: Bool = false, percentiles: Bool = false, floor: Int = 1,
    counts: ProtectionProfile.CountNoise = .two
  ) -> ProtectionProfile {
    ProtectionProfile(
      name: "test", k: k, jitterWeights: jitter, maxIdentifying: identifying, maxResponse: 1, pPercent: p,
      factors: .init(.four, .five), budgetDivisor: divisor, populationFloor: floor,
      variance: variance, percentiles: percentiles, minimumRefresh: "P1D",
      countNoise: counts)
  }
}

/// A generator that gives the same numbers everywhere (SplitMix64).
struct Generator: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension Microdata {
  /// Random rows: `units` units with one to `rows` rows each.
  static func random(
    _ shape: Shape, measures: [MeasureShape], perUnit: [PerUnit], units: Int, rows: Int, seed: UInt64,
    value: (inout Generator) -> Int64 = { Int64.random(in: 0..<1000, using: &$0) }
  ) -> Microdata {
    var generator = Generator(seed)
    var keys: [UInt64] = []
    var codes = shape.dimensions.map { _ in [Int32]() }
    var values = measures.map { _ in [Int64]() }
    for _ in 0..<units {
      let key = generator.next()
      // Codes are skewed, so that some cells and complements are small.
      let home = shape.dimensions.map { dimension in
        let codes = Int32(dimension.codes.count)
        return min(
          Int32.random(in: 0..<codes, using: &generator), Int32.random(in: 0..<codes, using: &generator),
          Int32.random(in: 0..<codes, using: &generator))
      }
      for _ in 0..<Int.random(in: 1...rows, using: &generator) {
        keys.append(key)
        for place in shape.dimensions.indices {
          // Units move seldom, so that many of them have all their rows in one cell.
          let moves = Int.random(in: 0..<4, using: &generator) == 0
          codes[place].append(
            moves
              ? Int32.random(in: 0..<Int32(shape.dimensions[place].codes.count), using: &generator)
              : home[place])
        }
        for (place, measure) in measures.enumerated() {
          let isMissing = !measure.complete && Int.random(in: 0..<5, using: &generator) == 0
          values[place].append(isMissing ? Microdata.missing : value(&generator))
        }
      }
    }
    return Microdata(
      shape: shape, measures: measures, perUnit: perUnit, keys: keys, codes: codes, values: values)
  }
}
