import Bytes

/// One series in time. A gap in the data is a gap in the line.
struct LineChart {
  let title: HTML
  let series: SeriesSketch

  private static let width = 640.0
  private static let height = 230.0
  private static let left = 62.0
  private static let right = 8.0
  private static let top = 10.0
  private static let bottom = 28.0

  func drawing() -> HTML? {
    let marks = series.columns.map(\.marks)
    let values = marks.joined().map(\.value)
    guard series.isOrdered, series.rows > 1, series.values >= 8, let least = values.min(),
      let most = values.max(), most > least
    else { return nil }
    // By halves, so that not even the widest range is infinite.
    let margin = (most / 2 - least / 2) * 0.12
    let low =
      least >= 0 && least - margin < 0 ? 0 : max(-Double.greatestFiniteMagnitude, least - margin)
    let high = min(Double.greatestFiniteMagnitude, most + margin)
    let half = high / 2 - low / 2
    guard half.isNormal else { return nil }
    let plotWidth = Self.width - Self.left - Self.right
    let plotHeight = Self.height - Self.top - Self.bottom
    func x(_ row: Int) -> Double { Self.left + Double(row) / Double(series.rows - 1) * plotWidth }
    func y(_ value: Double) -> Double { Self.top + (high / 2 - value / 2) / half * plotHeight }

    var path = HTML()
    // A value between two gaps is a dot.
    for stretch in marks.split(whereSeparator: \.isEmpty).map({ Array($0.joined()) }) {
      for (place, mark) in stretch.enumerated() {
        path += place == 0 ? "M" : "L"
        path += "\(at: x(mark.row)) \(at: y(mark.value))"
      }
      if stretch.count == 1 { path += "h0" }
    }
    let lines = Ticks.between(low, high).map { tick -> HTML in
      """
      <path class="grid" d="M\(at: Self.left) \(at: y(tick))H\(at: Self.width - Self.right)"/>\
      <text class="axis" x="\(at: Self.left - 8)" y="\(at: y(tick) + 4)" text-anchor="end">\(value: LineChart.text(tick, within: half))</text>
      """
    }
    let moments = named().map { row, moment in
      let anchor = row == 0 ? "start" : row == series.rows - 1 ? "end" : "middle"
      return """
        <text class="axis" x="\(at: x(row))" y="\(at: Self.height - 8)" text-anchor="\(value: anchor)">\(value: LineChart.short(moment))</text>
        """ as HTML
    }
    return """
      <figure class="chart" tabindex="0"><figcaption>\(title)</figcaption>
      <svg viewBox="0 0 \(at: Self.width) \(at: Self.height)" role="img" aria-label="\(value: spoken(least, most))">
      \(lines)\(moments)<path class="trace" d="\(path)"/></svg></figure>

      """
  }

  /// A tick's number: six decimals hide what binary fractions add, but where the whole picture is smaller.
  private static func text(_ tick: Double, within half: Double) -> String {
    let rounded = (tick * 1e6).rounded() / 1e6
    return Frame.grouped(Number.text(half > 1e-4 && rounded.isFinite ? rounded : tick))
  }

  /// Which moments are named: first, last, and those of three columns between them.
  private func named() -> [(row: Int, moment: String)] {
    let last = series.rows - 1
    let between = last < 8 ? [0] : (0...3).map { $0 * (last / 4) + $0 * (last % 4) / 4 }
    return between.compactMap { row in series.columns.last { $0.first <= row }.map { ($0.first, $0.moment) } }
      + [(last, series.last)]
  }

  /// A moment without its time of day.
  private static func short(_ moment: String) -> String { String(moment.prefix(10)) }

  private func spoken(_ least: Double, _ most: Double) -> String {
    let first = series.columns.first?.moment ?? ""
    return
      "\(LineChart.short(first)) – \(LineChart.short(series.last)): \(Number.text(least)) – \(Number.text(most))"
  }
}
