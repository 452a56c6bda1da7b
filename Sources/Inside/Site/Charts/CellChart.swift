import Bytes
import Disclosure

/// A bar for each published cell of a small table: what is withheld is shown as withheld.
struct CellChart {
  let released: Released
  let table: ReleasedTable
  let frame: Frame

  init(_ released: Released, _ table: ReleasedTable, _ frame: Frame) {
    self.released = released
    self.table = table
    self.frame = frame
  }

  /// Only tables of one dimension with a few cells are drawn.
  static let mostBars = 12

  func drawing() -> HTML {
    guard table.dimensions.count == 1, (2...CellChart.mostBars).contains(table.cells.count),
      let dimension = released.dimensions.first(where: { $0.name == table.dimensions[0] }),
      let column = released.columns.firstIndex(where: { $0.name.hasSuffix(".mean") })
        ?? released.columns.indices.first
    else { return HTML() }
    let bars = table.cells.map { cell -> BarChart.Bar in
      let code = cell.codes.first ?? ""
      let label = dimension.codes.first { $0.code == code }?.label(frame.language) ?? code
      let text = cell.values.indices.contains(column) ? cell.values[column] : nil
      return BarChart.Bar(
        label: label, value: text.flatMap { Scan.decimal($0) },
        shown: text.map { Frame.grouped($0) } ?? frame.t("不公布", "withheld"))
    }
    let title = released.columns[column].title(frame.language)
    let unit = released.columns[column].unit.map { " (\($0))" } ?? ""
    return BarChart(title: title + unit, bars: bars).drawing()
  }
}
