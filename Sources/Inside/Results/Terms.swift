import Bytes
import Catalogs
import Disclosure
import Tables

// What a declaration says, in the words of the rooms that compute and protect it. Every word is named: one that is
// added on one side only does not compile.

extension Measure.PerUnit {
  /// How the rows of one unit become one value.
  var microdata: Microdata.PerUnit {
    switch self {
    case .sum: .sum
    case .mean: .mean
    case .last: .last
    }
  }
}

extension Measure.Statistic {
  /// What is released of a measure.
  var shape: MeasureShape.Statistic {
    switch self {
    case .sum: .sum
    case .mean: .mean
    case .variance: .variance
    case .p5: .p5
    case .p10: .p10
    case .p25: .p25
    case .median: .median
    case .p75: .p75
    case .p90: .p90
    case .p95: .p95
    }
  }
}

extension ResultDeclaration.Derived {
  /// What is made of protected numbers alone.
  var sealed: Sealer.Derived {
    switch self {
    case .share: .share
    case .change: .change
    }
  }
}

extension Resource {
  /// The place of a field of the table.
  /// - Throws: `ResultError` where there is none: another column would be read in its stead.
  func column(_ field: String, of dataset: Dataset) throws(ResultError) -> Int {
    guard let place = schema.index(of: field) else {
      throw ResultError(
        .declaration,
        Wording(
          "\(dataset.name): the table \(name) has no field \(field)",
          "\(dataset.name)：数据表 \(name) 没有字段 \(field)"),
        hint: Wording(
          "correct subject, dimensions, measures or claims in \(dataset.file)",
          "请改正 \(dataset.file) 中的主体、维度、度量或核验字段"))
    }
    return place
  }
}
