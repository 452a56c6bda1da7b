package import Bytes

/// What would show more of a declared table, for the custodian's terminal: it is computed from exact cells and stays
/// inside the door.
package enum TableRemedy: Sendable, Equatable {
  /// At most so many cells, five units each on average; leaving the dimension out does it, where one does.
  case denser(atMost: Int, drop: String?)
  /// Merging these codes of a dimension, among which so many of the withheld cells lie.
  case mergeCodes(dimension: String, codes: [String], more: Bool, cells: Int)
  /// Leaving a dimension out: then so many of the cells reach the size that is asked for.
  case dropDimension(String, reached: Int, cells: Int, size: Int)
  /// All but a few units of a population have one code of the dimension: leave it out or merge its rare codes.
  case rareCodes(dimension: String, cells: Int)
  /// A measure of which too few units have a value other than 0, most often under these codes of a dimension.
  case fewCases(measure: String, dimension: String?, codes: [String])
  /// A measure of which one or two units make up nearly all, most often under these codes.
  case dominated(measure: String, dimension: String?, codes: [String])
  /// Moving the table to the front: then so many cells fit the budget.
  case moveFirst(written: Int)
  /// Leaving out a table before it, which takes so many numbers of the budget.
  case leaveOut([String], frees: Int)
  /// Of so many numbers the budget is taken up by other results of the family.
  case othersSpent(Int)
  /// Each cell costs so many numbers: fewer measures or statistics leave room for more cells.
  case fewerNumbers(perCell: Int)
  /// Even alone the table is too fine for its populations, of which each has a number for so many units.
  case tooFine(unitsPerNumber: Int)

  /// Its word, and what it is about.
  package var json: JSON {
    switch self {
    case .denser(let atMost, let drop):
      ["remedy": "denser", "atMost": JSON(atMost), "dimension": JSON(drop)]
    case .mergeCodes(let dimension, let codes, let more, let cells):
      [
        "remedy": "mergeCodes", "dimension": .string(dimension), "codes": JSON(codes), "more": .bool(more),
        "cells": JSON(cells),
      ]
    case .dropDimension(let dimension, let reached, let cells, let size):
      [
        "remedy": "dropDimension", "dimension": .string(dimension), "reached": JSON(reached),
        "cells": JSON(cells), "size": JSON(size),
      ]
    case .rareCodes(let dimension, let cells):
      ["remedy": "rareCodes", "dimension": .string(dimension), "cells": JSON(cells)]
    case .fewCases(let measure, let dimension, let codes):
      [
        "remedy": "fewCases", "measure": .string(measure), "dimension": JSON(dimension),
        "codes": JSON(codes),
      ]
    case .dominated(let measure, let dimension, let codes):
      [
        "remedy": "dominated", "measure": .string(measure), "dimension": JSON(dimension),
        "codes": JSON(codes),
      ]
    case .moveFirst(let written): ["remedy": "moveFirst", "written": JSON(written)]
    case .leaveOut(let table, let frees):
      ["remedy": "leaveOut", "table": JSON(table), "frees": JSON(frees)]
    case .othersSpent(let numbers): ["remedy": "othersSpent", "numbers": JSON(numbers)]
    case .fewerNumbers(let perCell): ["remedy": "fewerNumbers", "perCell": JSON(perCell)]
    case .tooFine(let units): ["remedy": "tooFine", "unitsPerNumber": JSON(units)]
    }
  }
}

/// What one profile would show of a result.
package struct ProfileOutcome: Sendable, Equatable {
  package var name: String
  /// Whether the result declares it.
  package var isDeclared: Bool
  /// Cells with at least one released value, and sums in them.
  package var written: Int
  package var sums: Int
  /// Cells with anybody in them, over all declared tables.
  package var nonEmpty: Int
  /// Standard deviation of a released count.
  package var countDeviation: Double
  /// Median of the sums' noise in percent, over the tables; nil without sums.
  package var sumErrorPercent: Double?
  /// Declared tables and statistics that the profile does not allow.
  package var leftOut: Int
  /// Why it cannot be; nil where it can.
  package var refused: Text?

  /// Each part as its property says.
  package init(
    name: String, isDeclared: Bool, written: Int = 0, sums: Int = 0, nonEmpty: Int = 0,
    countDeviation: Double = 0, sumErrorPercent: Double? = nil, leftOut: Int = 0, refused: Text? = nil
  ) {
    self.name = name
    self.isDeclared = isDeclared
    self.written = written
    self.sums = sums
    self.nonEmpty = nonEmpty
    self.countDeviation = countDeviation
    self.sumErrorPercent = sumErrorPercent
    self.leftOut = leftOut
    self.refused = refused
  }

  /// What is reported of a result that was sealed under the profile.
  package init(_ report: CompilerReport, isDeclared: Bool, leftOut: Int = 0) {
    let errors = report.tables.compactMap(\.sumErrorPercent).sorted()
    self.init(
      name: report.profile, isDeclared: isDeclared, written: report.tables.reduce(0) { $0 + $1.written },
      sums: report.sumsWritten, nonEmpty: report.tables.reduce(0) { $0 + $1.nonEmpty },
      countDeviation: report.countDeviation,
      sumErrorPercent: errors.isEmpty ? nil : errors[errors.count / 2], leftOut: leftOut)
  }

  package var json: JSON {
    [
      "profile": .string(name), "declared": .bool(isDeclared), "written": JSON(written), "sums": JSON(sums),
      "nonEmpty": JSON(nonEmpty), "countDeviation": JSON(countDeviation),
      "sumErrorPercent": sumErrorPercent.map { JSON($0) } ?? .null, "leftOut": JSON(leftOut),
      "refused": refused?.json ?? .null,
    ]
  }
}

extension CompilerReport {
  /// The profile that would show most, where it is another than the declared one: by cells, then by sums.
  package var best: ProfileOutcome? {
    guard let declared = profiles.first(where: \.isDeclared) else { return nil }
    let others = profiles.filter { !$0.isDeclared && $0.refused == nil }
    guard let most = others.max(by: { ($0.written, $0.sums) < ($1.written, $1.sums) }),
      (most.written, most.sums) > (declared.written, declared.sums)
    else { return nil }
    return most
  }
}
