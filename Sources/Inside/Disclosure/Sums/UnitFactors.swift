import Policies
import Trust

/// The factor that a prominent unit's values carry wherever they are summed (DISCLOSURE 00, rule 3): noise that travels
/// with the giant, since noise of single cells is averaged away over all cells it lies in.
///
/// A factor is one for the unit that stays for ever times one that is drawn each year, each log-uniform with mean
/// exactly 1: with the first alone a year whose true value became known would give away all others, with the second
/// alone ten years would average it out.
///
/// The yearly factor is one for all measures of a unit, so that numbers of one year cannot be averaged over measures that
/// go together: whatever they are, what remains is as uncertain as that factor.
struct UnitFactors {
  private let key: HMACKey
  private let family: String
  private let lasting: FactorTable
  private let yearly: FactorTable

  init(_ keys: ProtectionKeys, family: String, _ factors: ProtectionProfile.Factors) {
    key = HMACKey(keys.draw)
    self.family = family
    lasting = FactorTable.of(factors.lasting)
    yearly = FactorTable.of(factors.yearly)
  }

  /// The factor of a unit in units of 2⁻³².
  /// - Parameters:
  ///   - year: four digits of the year in which the sum is drawn.
  ///   - step: which of the unit's values of that year it is for (`EnteredValues`).
  ///   - yearlyName: of what the yearly factor is; of all measures, but in the published vectors.
  func factor(
    _ unit: UInt64, of measure: String, year: String, step: Int = 0,
    yearlyName: String = UnitFactors.everyMeasure
  ) -> UInt64 {
    var message = Message("doorsill/uf/1", family, measure)
    message.append(unit)
    let first = place(message)
    message = Message("doorsill/uy/1", family, yearlyName, step == 0 ? year : "\(year)/\(step)")
    message.append(unit)
    let (high, low) = lasting.steps[first].multipliedFullWidth(by: yearly.steps[place(message)])
    return high << 32 | low >> 32
  }

  /// By how much a unit's value may move within a year before it enters sums anew, as a ratio in units of 2⁻³²: by 15 %, times
  /// what lies as wide as the yearly factor. Whoever sees that it moved so far knows it no better than by that factor.
  func edge(_ unit: UInt64, year: String) -> UInt64 {
    var message = Message("doorsill/ue/1", family, year)
    message.append(unit)
    let step = UInt128(yearly.steps[place(message)]) << 32
    return UInt64(clamping: step / UInt128(max(1, yearly.steps[0])) * 23 / 20)
  }

  /// What stands for every measure where yearly factors are drawn.
  static let everyMeasure = "*"

  /// Of a factor, whose mean is 1: for one of ratio r, E f² is ln r · (r + 1) / 2 (r − 1).
  static func variance(_ factors: ProtectionProfile.Factors) -> Double {
    squared(factors.lasting) * squared(factors.yearly) - 1
  }

  private static func squared(_ ratio: ProtectionProfile.FactorRatio) -> Double {
    switch ratio {
    case .four: 1.155_245_301
    case .five: 1.207_078_434
    case .eight: 1.336_783_838
    }
  }

  private func place(_ message: Message) -> Int {
    Int(message.bytes.withUnsafeBytes { key.authenticate64($0) } >> 48)
  }
}

/// 2¹⁶ factors in equal ratios, ascending, whose mean is exactly 1.
struct FactorTable: Sendable {
  /// In units of 2⁻³²; their sum is 2⁴⁸.
  let steps: [UInt64]

  /// The frozen beginnings: `first` is the least factor half a step up, `ratio` that of two neighbours, both in units of
  /// 2⁻⁶⁰. They fix every draw, so they stand here as numbers.
  private init(first: UInt64, ratio: UInt64) {
    var steps: [UInt64] = []
    steps.reserveCapacity(1 << 16)
    var step = first
    for _ in 0..<1 << 16 {
      steps.append(step >> 28)
      let (high, low) = step.multipliedFullWidth(by: ratio)
      step = high << 4 | low >> 60
    }
    // What truncation took is given back evenly, the rest to the first.
    let missing = (1 << 48) - steps.reduce(0) { $0 + Int64($1) }
    let share = missing >> 16, rest = missing & 0xFFFF
    for place in steps.indices {
      steps[place] = UInt64(Int64(steps[place]) + share + (Int64(place) < rest ? 1 : 0))
    }
    self.steps = steps
  }

  static func of(_ ratio: ProtectionProfile.FactorRatio) -> FactorTable {
    switch ratio {
    case .four: four
    case .five: five
    case .eight: eight
    }
  }

  private static let four = FactorTable(first: 532_768_495_059_113_599, ratio: 1_152_945_892_813_103_188)
  private static let five = FactorTable(first: 463_894_591_037_492_962, ratio: 1_152_949_818_485_695_191)
  private static let eight = FactorTable(first: 342_495_843_751_691_255, ratio: 1_152_958_087_109_690_641)
}
