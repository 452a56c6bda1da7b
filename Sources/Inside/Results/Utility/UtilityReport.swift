package import Bytes
import Disclosure

/// What is left to use of a dataset's declared tables under one profile, beside three peers. Errors are true errors
/// against true values: it is for inside the door.
package struct UtilityReport: Sendable {
  package var dataset: String
  package var profile: String
  /// Fewest units of a cell that is asked for: the profile's k.
  package var k: Int
  package var tables = 0
  /// Declared cells, those with any unit, and those with at least k.
  package var cells = 0
  package var nonEmpty = 0
  package var asked = 0
  /// Tables and statistics that the profile does not allow.
  package var leftOut = 0
  /// How often all noise was drawn.
  package var draws: Int
  /// ε of Laplace at equal membership risk, and the most cells a unit counts in; nil where the profile has no bound.
  package var epsilon: Double?
  package var cellBound: Int?
  package var systems: [SystemUtility] = []

  package var json: JSON {
    [
      "dataset": .string(dataset), "profile": .string(profile), "k": JSON(k), "tables": JSON(tables),
      "cells": JSON(cells), "nonEmpty": JSON(nonEmpty), "asked": JSON(asked), "leftOut": JSON(leftOut),
      "draws": JSON(draws), "epsilon": epsilon.map { JSON($0) } ?? .null,
      "cellBound": cellBound.map { JSON($0) } ?? .null,
      "systems": .array(systems.map(\.json)),
    ]
  }
}

/// The figures of one system.
package struct SystemUtility: Sendable {
  package enum System: String, CaseIterable, Sendable {
    case doorsill, cellKey = "cell key", laplace = "Laplace, equal risk", rounding = "rounding to 5"
  }

  package let system: System
  /// The most that anybody may be right about whether a unit is in the data: measured, or with Laplace proved; nil where
  /// nothing is known.
  package var risk: Double?
  /// Shares of cells written, 0…1: of those asked for, and of those with anybody in them.
  package var writtenAsked = 0.0
  package var writtenNonEmpty = 0.0
  /// Share of the asked cells' sums and means that are written, where at least k units have a value; nil without measures.
  package var writtenValues: Double?
  /// Errors on the asked cells that Doorsill writes, and on all that the system writes itself.
  package var same = UtilityErrors()
  package var own = UtilityErrors()

  package var json: JSON {
    [
      "system": .string(system.rawValue), "risk": risk.map { JSON($0) } ?? .null,
      "writtenAsked": JSON(writtenAsked), "writtenNonEmpty": JSON(writtenNonEmpty),
      "writtenValues": writtenValues.map { JSON($0) } ?? .null, "same": same.json, "own": own.json,
    ]
  }
}

/// Median and 95th percentile of absolute errors; nil where there is none.
package struct UtilityErrors: Sendable {
  package struct Spread: Sendable, Equatable {
    package let median: Double
    package let most: Double

    var json: JSON { ["median": JSON(median), "p95": JSON(most)] }
  }

  /// In units, and in percent of the true count.
  package var counts: Spread?
  package var countsPercent: Spread?
  /// In percent of the true sum or mean.
  package var sums: Spread?
  package var means: Spread?

  var json: JSON {
    [
      "counts": counts?.json ?? .null, "countsPercent": countsPercent?.json ?? .null,
      "sumsPercent": sums?.json ?? .null, "meansPercent": means?.json ?? .null,
    ]
  }
}
