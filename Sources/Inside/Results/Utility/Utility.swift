import Bytes
package import Catalogs
package import Disclosure
package import Policies
import Trust

/// Utility as a figure beside protection: how much of what is declared is written, and how far it is off.
package enum Utility {
  /// Keys that a number decides, so that the figures are those of the scheme and can be had again; nothing is drawn with a
  /// portal's own.
  package static func keys(_ seed: UInt64, draw: Int = 0) -> ProtectionKeys {
    func secret(_ salt: UInt64) -> Secret {
      var generator = AttackGenerator(seed &* 7919 &+ salt)
      return Secret((0..<32).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 24) })
    }
    return ProtectionKeys(record: secret(1), draw: secret(UInt64(draw) + 2))
  }

  /// Measures some statistics of a dataset under a profile, published together as a first release, beside the peers.
  /// - Parameters:
  ///   - data: its rows, read with `keys(seed)`.
  ///   - results: the statistics, in order.
  ///   - draws: how often all noise is drawn.
  package static func measure(
    _ data: Microdata, dataset: Dataset, results: [ResultDeclaration], profile: ProtectionProfile,
    draws: Int = 10, seed: UInt64 = 1, progress: (_ draw: Int) -> Void = { _ in }
  ) throws(ResultError) -> UtilityReport {
    var declared = dataset
    declared.results = results
    let fitted = results.map { FittedDeclaration($0, to: profile, shape: data.shape) }
    let told = data.told
    let tables = try self.tables(results, of: dataset, told)
    var report = UtilityReport(
      dataset: dataset.name, profile: profile.name, k: profile.k, draws: max(1, draws))
    report.tables = tables.count
    report.leftOut = fitted.reduce(0) { $0 + $1.leftOut }
    for table in tables {
      report.cells += table.cuboid.grid.count
      for units in table.cuboid.units {
        if units > 0 { report.nonEmpty += 1 }
        if Int(units) >= profile.k { report.asked += 1 }
      }
    }
    let bound = profile.qualified?.bound
    report.epsilon = bound.flatMap { LaplaceNumbers.epsilon(accuracy: $0) }
    let bounded: BoundedCells?
    if let epsilon = report.epsilon {
      let measures = Set(tables.flatMap { $0.measures.map(\.index) })
      bounded = try BoundedCells(told, tables, measures: measures, k: profile.k, epsilon: epsilon, seed: seed)
    } else {
      bounded = nil
    }
    report.cellBound = bounded?.most
    let survey = try Statistics.survey(data, of: declared, history: ResultHistory())
    var tallies = SystemUtility.System.allCases.map { Tally($0) }
    for draw in 0..<report.draws {
      progress(draw)
      let keys = keys(seed, draw: draw)
      var history = ResultHistory()
      var released: [Released?] = []
      for one in fitted {
        guard !one.result.tables.isEmpty else {
          released.append(nil)
          continue
        }
        let made = try Statistics.compute(
          data, survey, dataset: declared, result: one.result, profile: profile, keys: keys, policyHash: "",
          history: history, now: Timestamp(secondsSince1970: 1_700_000_000))
        history = made.history
        released.append(made.released)
      }
      let ours = ReleasedNumbers(released, tables, told.shape, told.measures)
      let salt = seed &* 31 &+ UInt64(draw) &* 0xD134_2543_DE82_EF95
      for place in tallies.indices {
        let system: any UtilitySystem
        switch tallies[place].system {
        case .doorsill: system = ours
        case .cellKey: system = CellKeyNumbers(tables: tables, measures: told.measures, seed: salt)
        case .laplace:
          guard let bounded, let epsilon = report.epsilon else { continue }
          system = LaplaceNumbers(tables, bounded, epsilon: epsilon, seed: salt)
        case .rounding: system = RoundedNumbers(tables: tables, measures: told.measures)
        }
        tallies[place].add(system, beside: ours, tables, told.measures, k: profile.k)
      }
    }
    report.systems = tallies.filter { $0.system != .laplace || report.epsilon != nil }.map { tally in
      var figures = tally.figures
      switch tally.system {
      case .doorsill, .laplace: figures.risk = bound
      case .cellKey, .rounding: break
      }
      return figures
    }
    return report
  }

  /// The declared tables with their true cells.
  private static func tables(
    _ results: [ResultDeclaration], of dataset: Dataset, _ told: Microdata
  ) throws(ResultError) -> [UtilityTable] {
    var declared: [(result: Int, dimensions: [Int])] = []
    for (place, result) in results.enumerated() {
      declared += try Statistics.tables(result, of: dataset, shape: told.shape).map { (place, $0) }
    }
    let cube = try CubeBuilder.cube(
      told, tables: declared.map { DimensionSet($0.dimensions) }, measures: Array(told.measures.indices))
    var tables: [UtilityTable] = []
    for (result, dimensions) in declared {
      let set = DimensionSet(dimensions)
      guard let cuboid = cube.cuboids[set] else { continue }
      let measures = results[result].measures.compactMap { measure -> UtilityMeasure? in
        guard let index = told.measures.firstIndex(where: { $0.name == measure.field }) else { return nil }
        let made = UtilityMeasure(
          index: index, hasSum: measure.statistics.contains(.sum), hasMean: measure.statistics.contains(.mean)
        )
        return made.hasSum || made.hasMean ? made : nil
      }
      tables.append(
        UtilityTable(result: result, dimensions: dimensions, set: set, cuboid: cuboid, measures: measures))
    }
    return tables
  }

  /// What is counted of one system over all draws.
  struct Tally {
    let system: SystemUtility.System
    private var asked = 0, nonEmpty = 0, values = 0
    private var writtenAsked = 0, writtenNonEmpty = 0, writtenValues = 0
    private var same = ErrorSamples(), own = ErrorSamples()

    init(_ system: SystemUtility.System) { self.system = system }

    mutating func add(
      _ numbers: any UtilitySystem, beside ours: ReleasedNumbers, _ tables: [UtilityTable],
      _ shapes: [MeasureShape], k: Int
    ) {
      for (table, declared) in tables.enumerated() {
        for (cell, units) in declared.cuboid.units.enumerated() where units > 0 {
          let count = numbers.count(table, cell)
          nonEmpty += 1
          if count != nil { writtenNonEmpty += 1 }
          guard Int(units) >= k else { continue }
          asked += 1
          if let count {
            writtenAsked += 1
            let isShared = ours.count(table, cell) != nil
            note(count, Double(units), isShared, \.counts, in: 1)
            note(count, Double(units), isShared, \.countsPercent, in: 100 / Double(units))
          }
          for (place, measure) in declared.measures.enumerated() {
            let totals = declared.cuboid.totals[measure.index][cell]
            guard totals.units >= k else { continue }
            let truth = Double(totals.sum)
            for isMean in [false, true] where isMean ? measure.hasMean : measure.hasSum {
              values += 1
              let shown = isMean ? numbers.mean(table, cell, place) : numbers.sum(table, cell, place)
              guard let shown else { continue }
              writtenValues += 1
              guard truth != 0 else { continue }
              let other = isMean ? ours.mean(table, cell, place) : ours.sum(table, cell, place)
              let right = isMean ? truth / Double(totals.units) : truth
              note(shown, right, other != nil, isMean ? \.means : \.sums, in: 100 / abs(right))
            }
          }
        }
      }
    }

    private mutating func note(
      _ shown: Double, _ truth: Double, _ isShared: Bool, _ kind: WritableKeyPath<ErrorSamples, Sample>,
      in unit: Double
    ) {
      let error = abs(shown - truth) * unit
      own[keyPath: kind].take(error)
      if isShared { same[keyPath: kind].take(error) }
    }

    var figures: SystemUtility {
      func share(_ part: Int, of whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
      var figures = SystemUtility(system: system)
      figures.writtenAsked = share(writtenAsked, of: asked)
      figures.writtenNonEmpty = share(writtenNonEmpty, of: nonEmpty)
      figures.writtenValues = values == 0 ? nil : share(writtenValues, of: values)
      figures.same = same.errors
      figures.own = own.errors
      return figures
    }
  }
}

struct ErrorSamples {
  var counts = Sample(), countsPercent = Sample(), sums = Sample(), means = Sample()

  var errors: UtilityErrors {
    func spread(_ errors: Sample) -> UtilityErrors.Spread? {
      let shares = errors.percentiles(50, 95)
      return shares.count == 2 ? .init(median: shares[0], most: shares[1]) : nil
    }
    return UtilityErrors(
      counts: spread(counts), countsPercent: spread(countsPercent), sums: spread(sums), means: spread(means))
  }
}
