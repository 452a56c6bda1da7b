package import Bytes

/// A result that every control of its profile has passed: the only form in which anything computed from
/// restricted rows crosses the sill. Nothing outside this room can make one.
///
/// It holds what may leave and nothing else: no exact number, no realised noise, no cell key.
package struct Released: Sendable, Equatable {
  /// The dataset's permanent name.
  package let dataset: String
  /// The result's name within the dataset.
  package let result: String
  /// What kind of question it answers.
  package let kind: ReleasedKind
  /// Datasets about the same units share one family of record keys.
  package let keyFamily: String
  package let title: Text
  /// The dimensions any of its tables uses, in the dataset's order. Empty for `verify` and `score`.
  package let dimensions: [ReleasedDimension]
  /// One description for each value of a cell, in order.
  package let columns: [ReleasedColumn]
  /// The tables that were written. A table that did not fit the budget is not here: see `protection.notWritten`.
  package let tables: [ReleasedTable]
  /// The tags of `verify` and `score`; nil for `statistic`.
  package let tags: ReleasedTags?
  /// When it was computed, RFC 3339. A carried-over result keeps the time of its computation.
  package let computed: Timestamp
  package let protection: ProtectionRecord
  /// What was done to the numbers and how sure they are, in plain words.
  package let note: Text

  init(
    dataset: String, result: String, kind: ReleasedKind, keyFamily: String, title: Text,
    dimensions: [ReleasedDimension], columns: [ReleasedColumn], tables: [ReleasedTable], tags: ReleasedTags?,
    computed: Timestamp, protection: ProtectionRecord, note: Text
  ) {
    self.dataset = dataset
    self.result = result
    self.kind = kind
    self.keyFamily = keyFamily
    self.title = title
    self.dimensions = dimensions
    self.columns = columns
    self.tables = tables
    self.tags = tags
    self.computed = computed
    self.protection = protection
    self.note = note
  }
}

extension Released {
  /// The same result with the policy in force in its record. Only for one whose profile that policy leaves as it was.
  func inForce(under policyHash: String) -> Released {
    guard policyHash != protection.policyHash else { return self }
    let record = ProtectionRecord(
      profile: protection.profile, policyHash: policyHash, controls: protection.controls,
      budgetUsed: protection.budgetUsed, budgetLimit: protection.budgetLimit,
      notWritten: protection.notWritten)
    return Released(
      dataset: dataset, result: result, kind: kind, keyFamily: keyFamily, title: title,
      dimensions: dimensions,
      columns: columns, tables: tables, tags: tags, computed: computed, protection: record, note: note)
  }
}

/// The kinds of result (DESIGN section 2).
package enum ReleasedKind: String, CaseIterable, Sendable {
  case statistic
  case verify
  case score

  /// Whether its tags carry a value each.
  package var hasValues: Bool {
    switch self {
    case .score: true
    case .statistic, .verify: false
    }
  }

  /// Whether it holds cells; if not, tags.
  package var hasCells: Bool {
    switch self {
    case .statistic: true
    case .verify, .score: false
    }
  }
}

/// Whether a dimension tells who somebody is or what is asked about them (DISCLOSURE a.0).
package enum DimensionRole: String, CaseIterable, Sendable {
  case identifying
  case response
}

/// One dimension of a result: a closed list of codes, public metadata.
package struct ReleasedDimension: Sendable, Equatable {
  package let name: String
  package let title: Text
  package let role: DimensionRole
  package let codes: [ReleasedCode]
  /// How many of its codes, from the first on, are periods of time, those of one length in the order of time; 0 where
  /// it is cut by something else.
  package let periods: Int

  package init(name: String, title: Text, role: DimensionRole, codes: [ReleasedCode], periods: Int = 0) {
    self.name = name
    self.title = title
    self.role = role
    self.codes = codes
    self.periods = periods
  }
}

/// One declared code, with its label and, in a hierarchy, the code above it.
package struct ReleasedCode: Sendable, Equatable {
  package let code: String
  package let label: Text
  package let parent: String?

  package init(code: String, label: Text, parent: String? = nil) {
    self.code = code
    self.label = label
    self.parent = parent
  }
}

/// What one value of a cell means.
package struct ReleasedColumn: Sendable, Equatable {
  /// `count`, or measure and statistic as in `income.sum`, `income.mean`.
  package let name: String
  package let title: Text
  package let unit: String?
  /// Standard deviation of the noise in the column's own unit, as decimal text, where it is the same for every
  /// cell and may be told; nil where it depends on a cell's secret largest contribution.
  package let sd: String?
  /// Where there is no `sd`: how far values may be off, as far as that may be told.
  package let band: ReleasedBand?

  package init(name: String, title: Text, unit: String?, sd: String?, band: ReleasedBand? = nil) {
    self.name = name
    self.title = title
    self.unit = unit
    self.sd = sd
    self.band = band
  }

  /// What a column's values are made of.
  package enum Basis: Sendable {
    /// Units, counted.
    case count
    /// A measure's values: sums, means, variances.
    case magnitude
    /// Other columns of the release and nothing else.
    case derived
  }

  package var basis: Basis {
    switch name.split(separator: ".").last ?? "" {
    case "sum", "mean", "variance": .magnitude
    case let last where last == "count" || last.hasPrefix("band"): .count
    default: .derived
    }
  }

  /// Whether it compares with the period before: then nil means that there is nothing to compare.
  package var isComparison: Bool { name.hasSuffix(".change") }
}

/// One table that was written.
package struct ReleasedTable: Sendable, Equatable {
  /// Names of its dimensions, in the declared order.
  package let dimensions: [String]
  /// The codes of each of them, in order.
  package let codes: [[String]]
  /// For each column the value of every cell, in units of its last digit; nothing is withheld. Cells are every
  /// declared combination of codes once, in the order of the codes.
  package let values: [NumberColumn]
  /// For each column how many digits stand after the point.
  package let digits: [Int]

  init(dimensions: [String], codes: [[String]], values: [NumberColumn], digits: [Int]) {
    self.dimensions = dimensions
    self.codes = codes
    self.values = values
    self.digits = digits
  }

  /// Its cells, each made when it is asked for.
  package var cells: ReleasedCells { ReleasedCells(table: self) }

  /// How many cells have at least one value.
  package var shown: Int {
    guard values.count != 1 else { return values[0].present }
    return cells.indices.count { cell in values.contains { $0[cell] != nil } }
  }
}

/// The cells of a table, in the order of the codes.
package struct ReleasedCells: RandomAccessCollection, Sendable {
  private let table: ReleasedTable
  private let strides: [Int]
  package let endIndex: Int
  package var startIndex: Int { 0 }

  fileprivate init(table: ReleasedTable) {
    self.table = table
    var strides = [Int](repeating: 1, count: table.codes.count)
    var count = 1
    for place in strides.indices.reversed() {
      strides[place] = count
      count *= table.codes[place].count
    }
    self.strides = strides
    endIndex = count
  }

  package subscript(cell: Int) -> ReleasedCell {
    ReleasedCell(
      codes: zip(table.codes, strides).map { codes, stride in codes[cell / stride % codes.count] },
      values: zip(table.values, table.digits).map { column, digits in
        column[cell].map { Decimal.text($0, scale: digits) }
      })
  }
}

/// One cell. A withheld cell looks the same whatever the reason: zero, too small, guarded, or over budget.
package struct ReleasedCell: Sendable, Equatable {
  /// One code for each dimension of the table.
  package let codes: [String]
  /// Decimal text, one for each column; nil is a withheld value.
  package let values: [String?]
  /// True where no value is published at all.
  package var withheld: Bool { !values.contains { $0 != nil } }
}

/// What the controls did, in numbers that may be public.
package struct ProtectionRecord: Sendable, Equatable {
  package let profile: String
  /// SHA-256 of the policy files the result was protected under, hex.
  package let policyHash: String
  /// The controls in the order they act, and how many cells each one acted on.
  package let controls: [ControlCount]
  /// Cells written under the whole population, over the dataset family.
  package let budgetUsed: Int
  /// Cells that may be written under the whole population.
  package let budgetLimit: Int
  /// Declared tables that are not in the release, by their dimensions.
  package let notWritten: [[String]]

  package init(
    profile: String, policyHash: String, controls: [ControlCount], budgetUsed: Int, budgetLimit: Int,
    notWritten: [[String]]
  ) {
    self.profile = profile
    self.policyHash = policyHash
    self.controls = controls
    self.budgetUsed = budgetUsed
    self.budgetLimit = budgetLimit
    self.notWritten = notWritten
  }
}

/// How many cells a control acted on.
package struct ControlCount: Sendable, Equatable {
  package let control: String
  package let cells: Int

  package init(_ control: String, _ cells: Int) {
    self.control = control
    self.cells = cells
  }
}
