package import Bytes

/// A computation over a restricted dataset that may be offered as a result.
package struct ResultDeclaration: Sendable, Hashable {
  /// Numbers made of protected numbers alone: a cell's share of its population, the change on the period before.
  package enum Derived: String, CaseIterable, Sendable { case share, change }

  /// `statistic` 统计, `verify` 比对核验, `score` 评分.
  package enum Kind: String, CaseIterable, Sendable {
    case statistic, verify, score

    /// Whether it goes out as protected cells; if not, as tags.
    package var hasCells: Bool {
      switch self {
      case .statistic: true
      case .verify, .score: false
      }
    }
  }

  package var name: String
  package var kind: Kind
  package var title: Text
  package var description: Text
  /// Name of a profile in protection.json5.
  package var profile: String
  /// ISO 8601 duration: recomputed at most this often.
  package var refresh: String
  /// statistic: what is counted beside the units themselves.
  package var measures: [Measure]
  /// statistic: names of dimensions, one list a table, in order of importance. An empty list is the total.
  package var tables: [[String]]
  /// statistic: what is told beside the protected numbers, from nothing but them.
  package var derived: [Derived] = []
  /// verify and score: fields that must all agree with the row, beside the subject's.
  package var claims: [String]
  /// score: what is computed.
  package var output: ScoreOutput?
  /// verify and score: each call must carry a consent token of the person it is about.
  package var consent: Bool
  /// verify and score: what an answer means, in plain words; nil where the description says it.
  package var meaning: Text?
  /// verify and score: id of the organization that answers for rule and meaning; nil for the dataset's provider.
  package var responsible: String?

  package init(
    name: String, kind: Kind, title: Text, description: Text, profile: String, refresh: String,
    measures: [Measure] = [], tables: [[String]] = [], claims: [String] = [], output: ScoreOutput? = nil,
    consent: Bool = false, meaning: Text? = nil, responsible: String? = nil
  ) {
    self.name = name
    self.kind = kind
    self.title = title
    self.description = description
    self.profile = profile
    self.refresh = refresh
    self.measures = measures
    self.tables = tables
    self.claims = claims
    self.output = output
    self.consent = consent
    self.meaning = meaning
    self.responsible = responsible
  }
}

/// A numeric column that a statistic sums.
package struct Measure: Sendable, Hashable {
  /// How the rows of one unit in one cell become one value.
  package enum PerUnit: String, CaseIterable, Sendable { case sum, mean, last }
  /// What is released of it.
  package enum Statistic: String, CaseIterable, Sendable {
    case sum, mean, variance, p5, p10, p25, median, p75, p90, p95

    /// Whether it is read off the counts of bands.
    package var isPercentile: Bool {
      switch self {
      case .sum, .mean, .variance: false
      case .p5, .p10, .p25, .median, .p75, .p90, .p95: true
      }
    }
  }

  package var field: String
  package var title: Text
  package var unit: String?
  package var perUnit: PerUnit
  /// Least and greatest value of a cell of the table, as decimal texts; others are refused at publication.
  package var lowerBound: String
  package var upperBound: String
  /// Decimal digits that are computed with, 0…9.
  package var scale: Int
  /// Released sums are multiples of it: a decimal text.
  package var step: String
  package var statistics: [Statistic]
  /// Least values of the bands whose counts are released and percentiles read off, as decimal texts; empty where
  /// none are declared. The first holds the lower bound.
  package var bands: [String]

  package init(
    field: String, title: Text, unit: String? = nil, perUnit: PerUnit, lowerBound: String, upperBound: String,
    scale: Int = 0, step: String = "1", statistics: [Statistic] = [.sum, .mean], bands: [String] = []
  ) {
    self.field = field
    self.title = title
    self.unit = unit
    self.perUnit = perUnit
    self.lowerBound = lowerBound
    self.upperBound = upperBound
    self.scale = scale
    self.step = step
    self.statistics = statistics
    self.bands = bands
  }
}

/// What a score says.
package struct ScoreOutput: Sendable, Hashable {
  /// One SQLite expression over the dataset's fields; it is not published.
  package var expression: String
  /// Every value it may have.
  package var values: [String]
  /// Where the expression stands, as `dataset.json5:210:19: results[2].output.expression`; empty where it is in no file.
  package var place: String

  package init(expression: String, values: [String], place: String = "") {
    self.expression = expression
    self.values = values
    self.place = place
  }
}
