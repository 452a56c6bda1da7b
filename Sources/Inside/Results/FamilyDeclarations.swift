import Bytes
import Catalogs

/// What the datasets of a key family declare must fit together as if they were one: their units are the same, so what two of
/// them tell can be subtracted as if one had told it (DISCLOSURE 00, rules 4, 7 and 8).
enum FamilyDeclarations {
  /// - Throws: `ResultError` where two datasets cut one field in two ways or declare one measure in two.
  static func check(_ datasets: [Dataset]) throws(ResultError) {
    guard datasets.count > 1 else { return }
    var cuts: [String: [Cut]] = [:]
    var measures: [String: (measure: Measure, dataset: Dataset)] = [:]
    for dataset in datasets {
      for dimension in dataset.dimensions {
        let field = dataset.origin(of: dimension.field)
        for other in cuts[field] ?? [] where other.dataset.name != dataset.name {
          guard let known = other.dimension, known.cutsAlike(dimension) else {
            throw secondCut(other, Cut(dataset: dataset, dimension: dimension, field: dimension.field))
          }
        }
        cuts[field, default: []].append(Cut(dataset: dataset, dimension: dimension, field: dimension.field))
      }
      for measure in try IngestPlan.measures(dataset) {
        let field = dataset.origin(of: measure.field)
        if !measure.bands.isEmpty {
          for other in cuts[field] ?? [] where other.dataset.name != dataset.name && other.dimension != nil {
            throw secondCut(other, Cut(dataset: dataset, dimension: nil, field: measure.field))
          }
          cuts[field, default: []].append(Cut(dataset: dataset, dimension: nil, field: measure.field))
        }
        if let known = measures[field], known.dataset.name != dataset.name,
          !known.measure.isDeclared(like: measure)
        {
          throw ResultError(
            .declaration,
            Wording(
              "the measure \(known.measure.field) of \(known.dataset.name) and the measure \(measure.field) of \(dataset.name), both of the key family \(dataset.keyFamily), are declared in two ways: they are drawn as one",
              "\(known.dataset.name) 的度量 \(known.measure.field) 与 \(dataset.name) 的度量 \(measure.field) 同属密钥族 \(dataset.keyFamily)，按同一度量抽取，声明却不一致"
            ),
            hint: Wording(
              "use the same perUnit, bounds, scale, step and bands in both",
              "请在两处使用相同的 perUnit、bounds、scale、step 与 bands"))
        }
        if measures[field] == nil { measures[field] = (measure, dataset) }
      }
    }
  }

  /// One way in which a field is cut: by a dimension, or by the bands of a measure.
  private struct Cut {
    let dataset: Dataset
    let dimension: Catalogs.Dimension?
    let field: String

    func said(_ language: String) -> String {
      if let dimension {
        return language == "zh"
          ? "\(dataset.name) 的维度 \(dimension.name)" : "dimension \(dimension.name) of \(dataset.name)"
      }
      return language == "zh"
        ? "\(dataset.name) 的度量 \(field) 的分段" : "the bands of measure \(field) of \(dataset.name)"
    }
  }

  private static func secondCut(_ one: Cut, _ other: Cut) -> ResultError {
    ResultError(
      .declaration,
      Wording(
        "\(one.said("en")) and \(other.said("en")) cut the field \(other.field) in two ways, and both datasets are of the key family \(other.dataset.keyFamily): cells of the two could be subtracted",
        "\(one.said("zh"))与\(other.said("zh"))以不同方式划分字段 \(other.field)，两个数据集同属密钥族 \(other.dataset.keyFamily)：两者的单元格可以相减"
      ),
      hint: Wording(
        "give both the same bands, periods, prefix and hierarchy",
        "请在两处使用相同的分段、时期、前缀与层级"))
  }
}

extension Dataset {
  /// The name that a field has in the table at the end of every chain of joins.
  func origin(of field: String) -> String {
    join?.tables.flatMap(\.fields).first { $0.name == field }?.source ?? field
  }
}

extension Catalogs.Dimension {
  /// Whether another dimension parts the values of their field in the same way, as far as both have the same codes.
  fileprivate func cutsAlike(_ other: Catalogs.Dimension) -> Bool {
    guard banding == other.banding, prefix == other.prefix, periods?.length == other.periods?.length else {
      return false
    }
    let parents = Dictionary(codes.map { ($0.code, $0.parent) }, uniquingKeysWith: { first, _ in first })
    return other.codes.allSatisfy { code in
      guard let parent = parents[code.code] else { return true }
      return parent == code.parent
    }
  }
}

extension Measure {
  fileprivate func isDeclared(like other: Measure) -> Bool {
    perUnit == other.perUnit && scale == other.scale && step == other.step && lowerBound == other.lowerBound
      && upperBound == other.upperBound && (bands == other.bands || bands.isEmpty || other.bands.isEmpty)
  }
}
