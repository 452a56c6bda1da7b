import Bytes
import Policies

extension Sealer {
  /// The columns of every table: the count, then for each measure what was declared.
  var columns: [ReleasedColumn] {
    let derived = request.derived
    let counted = Text([("zh", "数量"), ("en", "Count")])
    var columns = [ReleasedColumn(name: "count", title: counted, unit: nil, sd: "2.02")]
    if derived.contains(.share) {
      columns.append(
        ReleasedColumn(name: "share", title: Text([("zh", "占比"), ("en", "Share")]), unit: "%", sd: nil))
    }
    if derived.contains(.change) { columns.append(Sealer.change(of: columns[0])) }
    for index in request.measures { columns += self.columns(of: measures[index]) }
    return columns
  }

  private func columns(of measure: MeasureShape) -> [ReleasedColumn] {
    func column(_ name: String, zh: String, en: String, unit: String?, sd: String? = nil) -> ReleasedColumn {
      ReleasedColumn(
        name: "\(measure.name).\(name)", title: Sealer.joined(measure.title, zh: zh, en: en), unit: unit,
        sd: sd)
    }
    var columns: [ReleasedColumn] = []
    if !measure.complete {
      columns.append(column("count", zh: "有值数量", en: "with a value", unit: nil, sd: "2.02"))
    }
    for (statistic, zh, en) in [(MeasureShape.Statistic.sum, "合计", "sum"), (.mean, "均值", "mean")]
    where measure.statistics.contains(statistic) {
      columns.append(column(statistic.rawValue, zh: zh, en: en, unit: measure.unit))
      if request.derived.contains(.change), let last = columns.last {
        columns.append(Sealer.change(of: last))
      }
    }
    if measure.statistics.contains(.variance) {
      columns.append(column("variance", zh: "方差", en: "variance", unit: measure.unit.map { "(\($0))²" }))
    }
    guard !measure.percentiles.isEmpty else { return columns }
    for (band, least) in measure.bands.enumerated() {
      let low = Decimal.text(Int128(least), scale: measure.scale)
      let high = measure.bands.dropFirst(band + 1).first.map {
        Decimal.text(Int128($0), scale: measure.scale)
      }
      columns.append(
        column(
          "band\(band + 1)", zh: high.map { "\(low) 至不足 \($0) 的数量" } ?? "\(low) 及以上的数量",
          en: high.map { "count from \(low) to under \($0)" } ?? "count of \(low) or more", unit: nil,
          sd: "2.02"))
    }
    for statistic in measure.percentiles {
      let percent = statistic.percent ?? 0
      columns.append(
        column(
          statistic.rawValue, zh: percent == 50 ? "中位数" : "第 \(percent) 百分位",
          en: percent == 50 ? "median" : "\(percent)th percentile", unit: measure.unit))
    }
    return columns
  }

  private static func change(of column: ReleasedColumn) -> ReleasedColumn {
    ReleasedColumn(
      name: column.name + ".change",
      title: joined(column.title, zh: "较上期变化", en: "change on the period before"),
      unit: "%", sd: nil)
  }

  private static func joined(_ title: Text, zh: String, en: String) -> Text {
    Text([("zh", "\(title("zh"))（\(zh)）"), ("en", "\(title("en")), \(en)")])
  }

  /// The public form of drafts: values in the order of `columns`.
  func released(_ drafts: [DraftTable]) -> [ReleasedTable] {
    let others = request.derived.isEmpty ? [:] : WrittenCells.all(drafts)
    return drafts.map { draft in
      ReleasedTable(
        dimensions: draft.dimensions.map { shape.dimensions[$0].name },
        cells: draft.cells.map { cell in
          ReleasedCell(
            codes: zip(draft.dimensions, cell.codes).map { shape.dimensions[$0].codes[Int($1)].code },
            values: values(of: cell, in: draft, others))
        })
    }
  }

  private func values(of cell: DraftCell, in draft: DraftTable, _ others: [WrittenCells.Place: DraftCell])
    -> [String?]
  {
    var values: [String?] = [cell.count.map { $0.description }]
    // Beside a withheld number there is nothing to compare.
    let population = request.derived.contains(.share) ? others[population(of: cell, in: draft)] : nil
    let before = request.derived.contains(.change) ? previous(cell, in: draft).flatMap { others[$0] } : nil
    if request.derived.contains(.share) { values.append(Sealer.share(cell.count, of: population?.count)) }
    if request.derived.contains(.change) { values.append(Sealer.change(cell.count, since: before?.count)) }
    for (place, drafted) in cell.measures.enumerated() {
      let measure = measures[request.measures[place]]
      let count = measure.complete ? cell.count : drafted.valued
      let old = before?.measures[place]
      if !measure.complete { values.append(drafted.valued.map { $0.description }) }
      if measure.statistics.contains(.sum) {
        values.append(drafted.sum.map { Decimal.text($0, scale: measure.scale) })
        if request.derived.contains(.change) { values.append(Sealer.change(drafted.sum, since: old?.sum)) }
      }
      if measure.statistics.contains(.mean) {
        let mean = Sealer.mean(drafted.sum, count)
        values.append(mean.map { Decimal.text($0, scale: measure.scale + Sealer.meanDigits) })
        if request.derived.contains(.change) {
          let was = Sealer.mean(old?.sum, measure.complete ? before?.count : old?.valued)
          values.append(Sealer.change(mean, since: was))
        }
      }
      if measure.statistics.contains(.variance) {
        values.append(
          Derivations.variance(squares: drafted.squares, sum: drafted.sum, count: count).map {
            Decimal.text($0, scale: 2 * measure.scale)
          })
      }
      guard !measure.percentiles.isEmpty else { continue }
      for band in measure.bands.indices {
        values.append(drafted.bands.indices.contains(band) ? drafted.bands[band].map { $0.description } : nil)
      }
      for statistic in measure.percentiles {
        values.append(
          Derivations.percentile(
            statistic.percent ?? 50, bands: drafted.bands, count: count, of: measure, k: request.profile.k
          ).map { Decimal.text($0, scale: measure.scale) })
      }
    }
    return values
  }

  /// The cell whose count a share is of.
  private func population(of cell: DraftCell, in draft: DraftTable) -> WrittenCells.Place {
    let responds = draft.dimensions.contains { !shape.isIdentifying($0) }
    let kept = zip(draft.dimensions, cell.codes).filter { responds && shape.isIdentifying($0.0) }
    return WrittenCells.Place(kept)
  }

  /// The cell of the period before; nil where the table has none.
  private func previous(_ cell: DraftCell, in draft: DraftTable) -> WrittenCells.Place? {
    guard let at = draft.dimensions.firstIndex(where: { shape.periods.contains($0) }),
      let before = shape.previous(cell.codes[at], in: draft.dimensions[at])
    else { return nil }
    var codes = cell.codes
    codes[at] = before
    return WrittenCells.Place(Array(zip(draft.dimensions, codes)))
  }

  /// From the two protected parts only: an exact mean beside perturbed counts would give the counts away.
  private static func mean(_ sum: Int128?, _ count: Int128?) -> Int128? {
    guard let sum, let count, count > 0 else { return nil }
    return Decimal.quotient(sum, count, digits: meanDigits)
  }

  /// Percent with one decimal.
  private static func share(_ part: Int128?, of whole: Int128?) -> String? {
    guard let part, let whole, whole > 0 else { return nil }
    return Decimal.text(min(1000, Decimal.quotient(part * 100, whole, digits: 1)), scale: 1)
  }

  private static func change(_ now: Int128?, since before: Int128?) -> String? {
    guard let now, let before, before != 0 else { return nil }
    return Decimal.text(Decimal.quotient((now - before) * 100, Int128(before.magnitude), digits: 1), scale: 1)
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
              value != nil && column.basis == .magnitude
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
