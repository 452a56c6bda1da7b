import Bytes
import Catalogs
import Policies
import Tables

extension Frame {
  /// A picture of each table where one is plain to see: a series in time, points on a map, or the most frequent
  /// values. Open data only.
  func charts(_ item: PublishedDataset) -> HTML {
    guard item.openness == .unconditional else { return HTML() }
    let pictures = item.dataset.resources.compactMap { resource -> HTML? in
      let spread = spread(item, resource)
      let picture =
        (spread.flatMap { seriesChart(resource, $0) } ?? spread.flatMap { pointChart(resource, $0) })
        ?? valueChart(item, resource)
      return picture.isEmpty ? nil : picture
    }
    return pictures.isEmpty ? HTML() : section("chart", t("图示", "At a glance"), pictures.joined(""))
  }

  /// Rows over the whole table: those handed over for charts, or the preview where it is the whole table.
  private func spread(_ item: PublishedDataset, _ resource: Resource) -> [[String?]]? {
    if let rows = site.series[item.dataset.name]?[resource.name], rows.count > 1 { return rows }
    guard let rows = site.previews[item.dataset.name]?[resource.name], rows.count > 1,
      rows.count == item.reports[resource.name]?.rows
    else { return nil }
    return rows
  }

  /// A line for a table with one row for each moment, in order.
  private func seriesChart(_ resource: Resource, _ rows: [[String?]]) -> HTML? {
    let fields = resource.schema.fields
    let times: [FieldType] = [.date, .datetime, .yearmonth, .year]
    guard let axis = fields.firstIndex(where: { times.contains($0.type) }), rows.count >= 8,
      resource.schema.primaryKey.contains(fields[axis].name),
      resource.schema.primaryKey.allSatisfy({ name in
        resource.schema[name].map { times.contains($0.type) || $0.type == .integer } ?? false
      }),
      let measure = measure(resource)
    else { return nil }
    let moments = rows.map { $0[axis] ?? "" }
    guard zip(moments, moments.dropFirst()).allSatisfy({ $0 <= $1 }) else { return nil }
    return LineChart(
      title: title(fields[measure], resource),
      points: zip(moments, rows).map { ($0, $1[measure].flatMap { Scan.decimal($0) }) }
    ).drawing()
  }

  /// The first number that is no key.
  private func measure(_ resource: Resource) -> Int? {
    let fields = resource.schema.fields
    func isMeasure(_ field: Field) -> Bool {
      !resource.schema.primaryKey.contains(field.name) && field.codeList == nil
    }
    return fields.firstIndex { $0.type == .number && isMeasure($0) }
      ?? fields.firstIndex { $0.type == .integer && isMeasure($0) }
  }

  private func title(_ field: Field, _ resource: Resource) -> HTML {
    let unit = field.unit.map { " <span class=\"quiet\">(\($0))</span>" as HTML }
    return "\(field.title.map { text($0) } ?? "\(field.name)")\(unit)"
  }

  /// Points by their coordinates.
  private func pointChart(_ resource: Resource, _ rows: [[String?]]) -> HTML? {
    func place(_ names: [String]) -> Int? {
      resource.schema.fields.firstIndex { $0.type == .number && names.contains($0.name.lowercased()) }
    }
    guard let x = place(["lon", "lng", "longitude", "经度"]), let y = place(["lat", "latitude", "纬度"]) else {
      return nil
    }
    let points = rows.compactMap { row -> (Double, Double)? in
      guard let east = row[x].flatMap({ Scan.decimal($0) }), let north = row[y].flatMap({ Scan.decimal($0) }),
        abs(east) <= 180, abs(north) <= 90
      else { return nil }
      return (east, north)
    }
    guard points.count >= 8 else { return nil }
    return PointChart(
      title:
        "\(t("\(number(points.count)) 个位置，均匀取自全表", "\(number(points.count)) positions, spread evenly over the table"))",
      points: points
    ).drawing()
  }

  /// How often the values of a field with few of them occur.
  private func valueChart(_ item: PublishedDataset, _ resource: Resource) -> HTML {
    guard let report = item.reports[resource.name] else { return HTML() }
    let candidates = resource.schema.fields.compactMap { field -> (Field, ColumnStatistics)? in
      guard field.type == .string || field.type == .boolean || field.codeList != nil,
        let column = report.columns.first(where: { $0.name == field.name }), column.top.count > 1
      else { return nil }
      return (field, column)
    }
    guard
      let (field, column) = candidates.first(where: { (2...12).contains($0.1.distinct) })
        ?? candidates.first(where: { $0.1.distinct < 2000 })
    else { return HTML() }
    let list = (field.codeList ?? resource.fields[field.name]?.codeList).flatMap { catalog.codeLists[$0] }
    let bars = column.top.prefix(10).map { value, count in
      BarChart.Bar(
        label: list?.code(value)?.label(language) ?? value, value: Double(count), shown: number(count))
    }
    guard bars.count > 1, bars[0].value != bars[bars.count - 1].value || bars.count < 8 else { return HTML() }
    let name = field.title?(language) ?? field.name
    return BarChart(
      title: column.distinct > bars.count
        ? t("\(name)：最多的 \(bars.count) 个值（行数）", "\(name): the \(bars.count) most frequent values, by rows")
        : t("\(name)（行数）", "\(name), by rows"),
      bars: bars
    ).drawing()
  }
}
