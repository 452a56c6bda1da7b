import Bytes
import Policies

extension Sealer {
  /// The columns of every table: the count, then for each measure what was declared.
  var columns: [ReleasedColumn] {
    var columns = [
      ReleasedColumn(name: "count", title: Text([("zh", "数量"), ("en", "Count")]), unit: nil, sd: "2.02")
    ]
    for index in request.measures {
      let measure = measures[index]
      if !measure.complete {
        columns.append(
          ReleasedColumn(
            name: measure.name + ".count",
            title: Sealer.joined(measure.title, zh: "有值数量", en: "with a value"),
            unit: nil, sd: "2.02"))
      }
      if measure.statistics.contains(.sum) {
        columns.append(
          ReleasedColumn(
            name: measure.name + ".sum", title: Sealer.joined(measure.title, zh: "合计", en: "sum"),
            unit: measure.unit, sd: nil))
      }
      if measure.statistics.contains(.mean) {
        columns.append(
          ReleasedColumn(
            name: measure.name + ".mean", title: Sealer.joined(measure.title, zh: "均值", en: "mean"),
            unit: measure.unit, sd: nil))
      }
    }
    return columns
  }

  private static func joined(_ title: Text, zh: String, en: String) -> Text {
    Text([("zh", "\(title("zh"))（\(zh)）"), ("en", "\(title("en")), \(en)")])
  }

  /// The public form of a draft: values in the order of `columns`.
  func released(_ draft: DraftTable) -> ReleasedTable {
    ReleasedTable(
      dimensions: draft.dimensions.map { shape.dimensions[$0].name },
      cells: draft.cells.map { cell in
        ReleasedCell(
          codes: zip(draft.dimensions, cell.codes).map { shape.dimensions[$0].codes[Int($1)].code },
          values: values(of: cell))
      })
  }

  private func values(of cell: DraftCell) -> [String?] {
    var values: [String?] = [cell.count.map { $0.description }]
    for (index, drafted) in zip(request.measures, cell.measures) {
      let measure = measures[index]
      let count = measure.complete ? cell.count : drafted.valued
      if !measure.complete { values.append(drafted.valued.map { $0.description }) }
      if measure.statistics.contains(.sum) {
        values.append(drafted.sum.map { Decimal.text($0, scale: measure.scale) })
      }
      if measure.statistics.contains(.mean) {
        // From the two protected parts only: an exact mean beside perturbed counts would give the counts away.
        let digits = Sealer.meanDigits
        let mean: String? =
          if let sum = drafted.sum, let count, count > 0 {
            Decimal.text(Decimal.quotient(sum, count, digits: digits), scale: measure.scale + digits)
          } else {
            nil
          }
        values.append(mean)
      }
    }
    return values
  }

  /// Digits a mean has beyond its measure's.
  static let meanDigits = 2

  /// The dimensions that some written table uses, in the dataset's order.
  func usedDimensions(_ tables: [ReleasedTable]) -> [ReleasedDimension] {
    let names = Set(tables.flatMap(\.dimensions))
    return shape.dimensions.filter { names.contains($0.name) }
  }

  /// What acted on how many cells, as far as it may be told: reasons for withholding stay inside.
  func controls(_ tables: [ReleasedTable], _ report: CompilerReport) -> [ControlCount] {
    let cells = tables.reduce(0) { $0 + $1.cells.count }
    let shown = tables.reduce(0) { $0 + $1.cells.count { !$0.withheld } }
    let sums = tables.reduce(0) { total, table in
      total
        + table.cells.reduce(0) { count, cell in
          count
            + zip(columns, cell.values).count { column, value in
              value != nil && !column.name.hasSuffix("count")
            }
        }
    }
    return [
      ControlCount("threshold", cells), ControlCount("differencing-guard", cells),
      ControlCount("two-layer-noise", shown), ControlCount("dominance", sums),
      ControlCount("top-contributor-noise", sums), ControlCount("release-budget", shown),
      ControlCount("withheld", cells - shown),
    ]
  }

  /// What was done and how sure the numbers are.
  var note: Text {
    Text([
      (
        "zh",
        "为保护个体，每个数量都加入了固定的随机误差（标准差 2.02，95 % 的误差在 ±4 以内，最大 ±7），同一数字无论何人何时查询都不变；"
          + "合计与均值另有与最大贡献成比例的误差。过小、可通过相减推出个体或超出发布预算的单元一律不予公布，且不区分原因。"
          + "各数字独立保护，分项之和不等于总数，请直接使用所需的单元，不要相加。"
      ),
      (
        "en",
        "To protect individuals every count carries fixed random noise (standard deviation 2.02; 95 % of counts are "
          + "within ±4, all within ±7). A number is the same whoever asks and however often. Sums and means carry "
          + "noise in proportion to the largest contribution. Cells that are too small, that could be subtracted to "
          + "reach individuals, or that exceed the release budget are withheld without saying which. Each number is "
          + "protected on its own, so parts do not add up to totals: use the cell you need, do not add cells."
      ),
    ])
  }
}
