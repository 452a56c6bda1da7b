import Bytes
import Policies

extension Sealing {
  /// The columns of every table: the count, then for each measure what was declared.
  var columns: [ReleasedColumn] {
    let derived = request.derived
    let counted = Text([("zh", "数量"), ("en", "Count")])
    var columns = [ReleasedColumn(name: "count", title: counted, unit: nil, sd: layers.text())]
    if derived.contains(.share) {
      columns.append(
        ReleasedColumn(name: "share", title: Text([("zh", "占比"), ("en", "Share")]), unit: "%", sd: nil))
    }
    if derived.contains(.change) { columns.append(Self.change(of: columns[0])) }
    for index in request.measures { columns += self.columns(of: measures[index]) }
    return columns
  }

  private func columns(of measure: MeasureShape) -> [ReleasedColumn] {
    func column(
      _ name: String, zh: String, en: String, unit: String?, sd: String? = nil
    ) -> ReleasedColumn {
      ReleasedColumn(
        name: "\(measure.name).\(name)", title: Self.joined(measure.title, zh: zh, en: en), unit: unit,
        sd: sd)
    }
    var columns: [ReleasedColumn] = []
    if !measure.complete {
      columns.append(column("count", zh: "有值数量", en: "with a value", unit: nil, sd: layers.text()))
    }
    for (statistic, zh, en) in [(MeasureShape.Statistic.sum, "合计", "sum"), (.mean, "均值", "mean")]
    where measure.statistics.contains(statistic) {
      // The sum of an indicator is a count.
      // Of one with values between, only the cells tell whether it is, and they may not.
      let isCount = measure.isIndicator && measure.step == 1 && statistic == .sum
      let sd = isCount ? layers.text(scale: measure.scale) : nil
      columns.append(column(statistic.rawValue, zh: zh, en: en, unit: measure.unit, sd: sd))
      if request.derived.contains(.change), let last = columns.last {
        columns.append(Self.change(of: last))
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
          sd: layers.text()))
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
  func released(_ drafts: [DraftTable]) throws(DisclosureError) -> [ReleasedTable] {
    let bySet = Dictionary(drafts.map { ($0.set, $0) }, uniquingKeysWith: { _, last in last })
    var tables: [ReleasedTable] = []
    for draft in drafts {
      let digits = self.digits
      var columns = digits.map { _ in NumberColumn(count: draft.count) }
      var codes = [Int32](repeating: 0, count: draft.dimensions.count)
      var values: [Int128?] = []
      for cell in 0..<draft.count where draft.isShown(cell) {
        draft.listed.codes(cell, into: &codes)
        values.removeAll(keepingCapacity: true)
        try append(cell, codes, of: draft, beside: bySet, to: &values)
        for (column, value) in values.enumerated() where value != nil { columns[column][cell] = value }
      }
      tables.append(
        ReleasedTable(
          dimensions: draft.dimensions.map { shape.dimensions[$0].name },
          codes: draft.dimensions.map { shape.dimensions[$0].codes.map(\.code) }, values: columns,
          digits: digits))
    }
    return tables
  }

  /// Digits after the point of each column, in the order of `columns`.
  private var digits: [Int] {
    let derived = request.derived
    let change = derived.contains(.change) ? [1] : []
    var digits = [0] + (derived.contains(.share) ? [1] : []) + change
    for index in request.measures {
      let measure = measures[index]
      if !measure.complete { digits.append(0) }
      if measure.statistics.contains(.sum) { digits += [measure.scale] + change }
      if measure.statistics.contains(.mean) { digits += [measure.scale + Self.meanDigits] + change }
      if measure.statistics.contains(.variance) { digits.append(2 * measure.scale) }
      guard !measure.percentiles.isEmpty else { continue }
      digits += measure.bands.map { _ in 0 } + measure.percentiles.map { _ in measure.scale }
    }
    return digits
  }

  private func append(
    _ cell: Int, _ codes: [Int32], of draft: DraftTable, beside others: [DimensionSet: DraftTable],
    to values: inout [Int128?]
  ) throws(DisclosureError) {
    let count = draft.units(cell)
    values.append(count)
    // Beside a withheld number there is nothing to compare.
    if request.derived.contains(.share) {
      values.append(Self.share(count, of: try population(of: codes, in: draft, others)))
    }
    let changes = request.derived.contains(.change)
    let before = changes ? previous(codes, in: draft) : nil
    if changes { values.append(Self.change(count, since: before.flatMap { draft.units($0) })) }
    for (place, made) in draft.measures.enumerated() {
      let measure = measures[request.measures[place]]
      let count = draft.units(cell, of: made)
      let above = draft.values[made.sum][cell]
      let sum = total(above, count, of: measure)
      let oldSum = before.flatMap {
        total(draft.values[made.sum][$0], draft.units($0, of: made), of: measure)
      }
      if made.valued != nil { values.append(count) }
      if measure.statistics.contains(.sum) {
        values.append(sum)
        if changes { values.append(Self.change(sum, since: oldSum)) }
      }
      if measure.statistics.contains(.mean) {
        let mean = Self.mean(sum, count)
        values.append(mean)
        if changes {
          let was = Self.mean(oldSum, before.flatMap { draft.units($0, of: made) })
          values.append(Self.change(mean, since: was))
        }
      }
      if let squares = made.squares {
        values.append(Derivations.variance(squares: draft.values[squares][cell], sum: above, count: count))
      }
      guard !measure.percentiles.isEmpty else { continue }
      let bands = made.bands.map { draft.values[$0][cell] }
      values += bands.isEmpty ? measure.bands.map { _ in nil } : bands
      values += measure.percentiles.map { statistic in
        Derivations.percentile(
          statistic.percent ?? 50, bands: bands, count: count, of: measure,
          k: layers.least(request.profile.k))
      }
    }
  }

  /// X̂: what is above the base, and the base of as many as are counted.
  private func total(_ above: Int128?, _ count: Int128?, of measure: MeasureShape) -> Int128? {
    guard measure.base != 0 else { return above }
    guard let above, let count else { return nil }
    return Int128(measure.base) * count + above
  }

  /// The count that a share is of: that of the cell's population, or where the table has no response everybody's.
  private func population(
    of codes: [Int32], in draft: DraftTable, _ others: [DimensionSet: DraftTable]
  ) throws(DisclosureError) -> Int128? {
    let responds = draft.dimensions.contains { !shape.isIdentifying($0) }
    let set = responds ? shape.identifying(draft.set) : DimensionSet([])
    guard let other = others[set] else { return nil }
    var kept: [Int32] = []
    for dimension in other.dimensions {
      guard let place = draft.dimensions.firstIndex(of: dimension) else {
        throw DisclosureError(.dimensions, "the population of a table has a dimension that the table has not")
      }
      kept.append(codes[place])
    }
    return other.units(other.listed.listed(kept))
  }

  /// The cell of the period before in the same table; nil where there is none.
  private func previous(_ codes: [Int32], in draft: DraftTable) -> Int? {
    guard let at = draft.dimensions.firstIndex(where: { shape.periods.contains($0) }),
      let before = shape.previous(codes[at], in: draft.dimensions[at])
    else { return nil }
    var codes = codes
    codes[at] = before
    return draft.listed.listed(codes)
  }

  /// From the two protected parts only: an exact mean beside perturbed counts would give the counts away.
  private static func mean(_ sum: Int128?, _ count: Int128?) -> Int128? {
    guard let sum, let count, count > 0 else { return nil }
    return Decimal.quotient(sum, count, digits: meanDigits)
  }

  /// Percent with one decimal.
  private static func share(_ part: Int128?, of whole: Int128?) -> Int128? {
    guard let part, let whole, whole > 0 else { return nil }
    return min(1000, Decimal.quotient(part * 100, whole, digits: 1))
  }

  private static func change(_ now: Int128?, since before: Int128?) -> Int128? {
    guard let now, let before, before != 0 else { return nil }
    return Decimal.quotient((now - before) * 100, Int128(before.magnitude), digits: 1)
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
    let shown = tables.reduce(0) { $0 + $1.shown }
    let sums = tables.reduce(0) { total, table in
      total
        + zip(columns, table.values).reduce(0) { count, pair in
          count + (pair.0.basis == .magnitude ? pair.1.present : 0)
        }
    }
    return [
      ControlCount("threshold", cells), ControlCount("differencing-guard", cells),
      ControlCount("two-layer-noise", shown), ControlCount("dominance", sums),
      ControlCount("sum-noise", sums), ControlCount("release-budget", shown),
      ControlCount("withheld", cells - shown),
    ]
  }

  /// What was done and how sure the numbers are.
  var note: Text {
    Text([
      (
        "zh",
        "为保护个体，每个数量都加入了固定的随机误差（标准差 \(layers.text())，95 % 的误差在 ±\(layers.usual) 以内，最大 ±\(layers.largest)），同一数字无论何人何时查询都不变；"
          + "合计与均值的误差随较大的贡献而定，同一贡献在各处所带的误差相同。过小、可通过相减推出个体或超出发布预算的单元一律不予公布，且不区分原因。"
          + "各数字独立保护，分项之和不等于总数，请直接使用所需的单元，不要相加。"
      ),
      (
        "en",
        "To protect individuals every count carries fixed random noise (standard deviation \(layers.text()); 95 % of counts are "
          + "within ±\(layers.usual), all within ±\(layers.largest)). A number is the same whoever asks and however often. Sums and means carry "
          + "noise that goes with the largest contributions, the same wherever they are summed. Cells that are too small, that could be subtracted to "
          + "reach individuals, or that exceed the release budget are withheld without saying which. Each number is "
          + "protected on its own, so parts do not add up to totals: use the cell you need, do not add cells."
      ),
    ])
  }
}
