package import Bytes

/// What the policy compiler tells a custodian before anything is published (DISCLOSURE a.9). It holds exact counts
/// of cells, not of units, and stays inside the door.
package struct CompilerReport: Sendable, Equatable {
  package var dataset: String
  package var result: String
  package var profile: String
  package var tables: [TableLine]
  /// Cells written under the whole population over the family, and how many may be.
  package var budgetUsed: Int
  package var budgetLimit: Int
  /// Standard deviation of a released count.
  package var countDeviation: Double
  /// Sums that are shown.
  package var sumsWritten: Int = 0
  /// How sure the best estimate of each one-way margin is, from everything that is written.
  package var margins: [Margin] = []
  /// Cells that kept the value of an earlier version.
  package var carried: Int
  /// True where nothing was recomputed because the last computation is younger than `refresh`.
  package var carriedWhole: Bool
  /// Fewest distinct units behind a cell that may be shown.
  package var k: Int = 0
  /// What each profile that may serve the dataset's level would show, the declared one first; empty unless it is a
  /// rehearsal.
  package var profiles: [ProfileOutcome] = []

  /// One declared table.
  package struct TableLine: Sendable, Equatable {
    package var dimensions: [String]
    /// Declared combinations of codes.
    package var cells: Int
    /// Those of them with at least k units, and with any.
    package var asked: Int = 0
    package var nonEmpty: Int = 0
    /// Cells with at least one released value.
    package var written: Int
    /// Cells withheld, by reason.
    package var withheld: [Reason: Int]
    /// Sums withheld of cells that are shown, by reason.
    package var sumsWithheld: [Reason: Int] = [:]
    /// Nil where the table was written; else why not.
    package var notWritten: NotWritten?
    /// Median of the sums' noise in percent of the sum, over written cells; nil without sums.
    package var sumErrorPercent: Double?
    /// What would show more of it, where that was asked.
    package var remedies: [TableRemedy] = []

    /// Reasons with the number of cells, the leading one first; of empty cells there is nothing to show, and they are last.
    package var reasons: [(reason: Reason, count: Int)] { TableLine.sorted(withheld) }

    /// The same of sums.
    package var sumReasons: [(reason: Reason, count: Int)] { TableLine.sorted(sumsWithheld) }

    private static func sorted(_ counts: [Reason: Int]) -> [(reason: Reason, count: Int)] {
      Reason.allCases.compactMap { reason in counts[reason].map { (reason, $0) } }
        .enumerated().sorted { left, right in
          let (a, b) = (left.element, right.element)
          if (a.reason == .empty) != (b.reason == .empty) { return b.reason == .empty }
          return a.count == b.count ? left.offset < right.offset : a.count > b.count
        }.map(\.element)
    }
  }

  /// The totals over one dimension, or with none of everybody.
  package struct Margin: Sendable, Equatable {
    package var dimension: String?
    package var cells: Int
    /// Cells of which nothing written gives an estimate.
    package var unknown: Int
    /// Median standard error of the others: of the cell itself, and of every table that adds up to it, weighted by
    /// their variances. Nil where there is no other.
    package var error: Double?
  }

  /// Cells withheld of all that were asked for, 0…1.
  package var withheldShare: Double {
    let cells = tables.reduce(0) { $0 + $1.cells }
    return cells == 0 ? 0 : Double(cells - tables.reduce(0) { $0 + $1.written }) / Double(cells)
  }

  /// Why a value is withheld: known inside, one marker outside.
  package enum Reason: String, CaseIterable, Sendable {
    case empty
    case small
    case differencing
    case threshold
    case smallPopulation
    case fewCases
    case dominance
    case budget
    /// Withheld in the release before, and fewer than k units have changed since.
    case kept
  }

  /// Why a whole table is not there.
  package enum NotWritten: String, Sendable {
    /// Fewer than five units for a cell on average.
    case tooSparse
    /// The release budget of the whole population is spent.
    case overBudget
    /// No cell passed.
    case nothingLeft
  }

  package var json: JSON {
    [
      "dataset": .string(dataset), "result": .string(result), "profile": .string(profile),
      "budget": ["used": JSON(budgetUsed), "limit": JSON(budgetLimit)],
      "countDeviation": JSON(countDeviation), "carried": JSON(carried), "carriedWhole": .bool(carriedWhole),
      "withheldShare": JSON(withheldShare),
      "margins": .array(
        margins.map { margin in
          [
            "dimension": JSON(margin.dimension), "cells": JSON(margin.cells), "unknown": JSON(margin.unknown),
            "error": margin.error.map { JSON($0) } ?? .null,
          ]
        }),
      "tables": .array(
        tables.map { line in
          [
            "dimensions": JSON(line.dimensions), "cells": JSON(line.cells), "asked": JSON(line.asked),
            "nonEmpty": JSON(line.nonEmpty), "written": JSON(line.written),
            "withheld": .object(line.reasons.map { .init($0.reason.rawValue, JSON($0.count)) }),
            "sumsWithheld": .object(line.sumReasons.map { .init($0.reason.rawValue, JSON($0.count)) }),
            "notWritten": JSON(line.notWritten?.rawValue),
            "sumErrorPercent": line.sumErrorPercent.map { JSON($0) } ?? .null,
            "remedies": .array(line.remedies.map(\.json)),
          ]
        }),
      "k": JSON(k), "profiles": .array(profiles.map(\.json)),
    ]
  }
}
