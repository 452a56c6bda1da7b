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
      let sketch = site.pictures[item.dataset.name]?[resource.name]
      let picture =
        sketch.flatMap { seriesChart(resource, $0) ?? pointChart($0) } ?? valueChart(item, resource)
      return picture.isEmpty ? nil : picture
    }
    return pictures.isEmpty ? HTML() : section("chart", t("图示", "At a glance"), pictures.joined(""))
  }

  /// A line for a table with one row for each moment, in order.
  private func seriesChart(_ resource: Resource, _ sketch: Sketch) -> HTML? {
    guard let series = sketch.series else { return nil }
    return LineChart(title: title(resource.schema.fields[series.measure], resource), series: series).drawing()
  }

  private func title(_ field: Field, _ resource: Resource) -> HTML {
    let unit = field.unit.map { " <span class=\"quiet\">(\($0))</span>" as HTML }
    return "\(field.title.map { text($0) } ?? "\(field.name)")\(unit)"
  }

  /// Points by their coordinates.
  private func pointChart(_ sketch: Sketch) -> HTML? {
    guard let points = sketch.points, points.rows >= 8 else { return nil }
    let drawing = PointChart(
      title:
        "\(t("全部 \(number(points.rows)) 个位置；越大的点，行越多", "All \(number(points.rows)) positions; the larger a dot, the more rows"))",
      spots: points.ordered
    ).drawing()
    return drawing.isEmpty ? nil : drawing
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
