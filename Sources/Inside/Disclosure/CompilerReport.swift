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
  /// Cells that kept the value of an earlier version.
  package var carried: Int
  /// True where nothing was recomputed because the last computation is younger than `refresh`.
  package var carriedWhole: Bool

  /// One declared table.
  package struct TableLine: Sendable, Equatable {
    package var dimensions: [String]
    /// Declared combinations of codes.
    package var cells: Int
    /// Cells with at least one released value.
    package var written: Int
    /// Values withheld, by reason.
    package var withheld: [Reason: Int]
    /// Nil where the table was written; else why not.
    package var notWritten: NotWritten?
    /// Median of the sums' noise in percent of the sum, over written cells; nil without sums.
    package var sumErrorPercent: Double?
  }

  /// Why a value is withheld: known inside, one marker outside.
  package enum Reason: String, CaseIterable, Sendable {
    case empty
    case small
    case differencing
    case threshold
    case dominance
    case sumDifferencing
    case budget
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
      "tables": .array(
        tables.map { line in
          [
            "dimensions": JSON(line.dimensions), "cells": JSON(line.cells), "written": JSON(line.written),
            "withheld": .object(
              Reason.allCases.compactMap { reason in
                line.withheld[reason].map { .init(reason.rawValue, JSON($0)) }
              }),
            "notWritten": JSON(line.notWritten?.rawValue),
            "sumErrorPercent": line.sumErrorPercent.map { JSON($0) } ?? .null,
          ]
        }),
    ]
  }

  /// Lines for a terminal, one a table.
  package var lines: [String] {
    var lines = tables.map { line in
      let name = line.dimensions.isEmpty ? "(total)" : line.dimensions.joined(separator: " × ")
      if let why = line.notWritten { return "\(name): not written (\(why.rawValue)), \(line.cells) cells" }
      let reasons = Reason.allCases.compactMap { reason in
        line.withheld[reason].map { "\(reason.rawValue) \($0)" }
      }
      let held = reasons.isEmpty ? "" : "; withheld: " + reasons.joined(separator: ", ")
      let share = line.sumErrorPercent.map { "; sums ± \(CompilerReport.oneDecimal($0)) %" } ?? ""
      return "\(name): \(line.written) of \(line.cells) cells written\(held)\(share)"
    }
    lines.append(
      "budget: \(budgetUsed) of \(budgetLimit) cells; counts ± \(CompilerReport.oneDecimal(countDeviation)); "
        + "\(carried) cells kept from before")
    return lines
  }

  private static func oneDecimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
  }
}
