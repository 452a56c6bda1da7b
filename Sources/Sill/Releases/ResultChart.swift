import Bytes

#if canImport(Glibc)
  import Glibc
#endif

/// An answer as a chart: bars, or lines over periods, of the first statistic asked for, with its 95 % band, title,
/// axis, units, release and note. Colours are those of Okabe and Ito, which every kind of colour vision tells apart;
/// series differ in more than colour.
struct ResultChart {
  private let answer: ResultAnswer
  private let language: String
  private var drawing = SVGDrawing()

  /// Most bars that are drawn.
  private static let barLimit = 120
  private static let width = 760.0
  private static let left = 24.0, right = 24.0
  static let colours = [
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#666666", "#000000",
  ]

  /// A value to draw: nil is withheld.
  struct Mark {
    let label: String
    let series: Int
    let value: Double?
    let text: String
    let low: Double?
    let high: Double?
  }

  init(_ answer: ResultAnswer, language: String) {
    self.answer = answer
    self.language = language
  }

  private func said(_ zh: String, _ en: String) -> String { Text([("zh", zh), ("en", en)])(language) }

  /// The finished picture.
  var bytes: [UInt8] {
    var chart = self
    return chart.draw()
  }

  /// Dimensions of which the answer has several codes, and those it is limited to one code of.
  private var axes: (several: [Int], single: [Int]) {
    var several: [Int] = [], single: [Int] = []
    for (offset, axis) in answer.table.dimensions.enumerated() {
      let count = answer.query.codes[axis]?.count ?? answer.table.sizes[offset]
      if count > 1 { several.append(offset) } else { single.append(offset) }
    }
    return (several, single)
  }

  private mutating func draw() -> [UInt8] {
    let column = answer.query.columns.first ?? 0
    let described = answer.result.columns[column]
    let (several, single) = axes
    let unit = described.unit.map { " (\($0))" } ?? ""
    let title = answer.result.title(language)
    var subtitle = described.title(language) + unit
    if !several.isEmpty {
      subtitle +=
        said("，按", ", by ") + several.map { answer.dimensions[$0].title(language) }.joined(separator: " × ")
    }
    for offset in single where !answer.cells.isEmpty {
      subtitle +=
        " · \(answer.dimensions[offset].title(language)): \(answer.code(answer.cells[0], offset).label(language))"
    }
    var y = 34.0
    for line in SVGDrawing.wrapped(title, size: 18, width: Self.width - 48) {
      drawing.text(line, Self.left, y, size: 18, weight: "600")
      y += 24
    }
    for line in SVGDrawing.wrapped(subtitle, size: 13, width: Self.width - 48) {
      drawing.text(line, Self.left, y, size: 13, fill: "#444444")
      y += 18
    }
    y += 6
    if let period = periods(several) {
      y = drawLines(column, period: period, others: several.filter { $0 != period }, from: y)
    } else {
      y = drawBars(column, several, from: y)
    }
    y += 10
    var foot = [
      said("发布版本 \(answer.release)", "Release \(answer.release)")
        + " · \(answer.result.dataset)/\(answer.result.result)"
    ]
    if answer.result.hasBand(column) {
      foot.append(said("误差线：95 % 区间，仅含保护误差", "Error bars: 95 % interval of the protection noise"))
    }
    drawing.text(foot.joined(separator: " · "), Self.left, y, size: 11, fill: "#444444")
    y += 16
    for line in SVGDrawing.wrapped(answer.note(language), size: 11, width: Self.width - 48) {
      drawing.text(line, Self.left, y, size: 11, fill: "#444444")
      y += 15
    }
    return drawing.finish(
      width: Self.width, height: y + 6, title: "\(title): \(subtitle)", description: answer.note(language),
      language: language)
  }

  // MARK: Bars

  private mutating func drawBars(_ column: Int, _ several: [Int], from top: Double) -> Double {
    // The last dimension colours the bars where it has few codes; all others make the label.
    let seriesAxis = several.count > 1 ? several.last.flatMap { codes($0).count <= 8 ? $0 : nil } : nil
    let labelAxes = several.filter { $0 != seriesAxis }
    let series = seriesAxis.map { codes($0) } ?? []
    let all = answer.cells.map { mark($0, column, labels: labelAxes, seriesAxis: seriesAxis, series: series) }
    let marks = Array(all.prefix(Self.barLimit))
    var y = top
    if !series.isEmpty { y = drawLegend(series.map { $0.label(language) }, from: y) }
    let labels = marks.map(\.label)
    let labelWidth = min(
      240, (labels.map { SVGDrawing.width($0, size: 12) }.max() ?? 0) + 12)
    let start = Self.left + labelWidth, end = Self.width - Self.right - 70
    let scale = LinearScale(
      marks.flatMap { [$0.low, $0.high, $0.value].compactMap { $0 } }, from: start, to: end)
    let barHeight = series.isEmpty ? 18.0 : 14.0, gap = series.isEmpty ? 8.0 : 2.0
    let axisTop = y
    y += 8
    var bars: [(mark: Mark, y: Double)] = []
    var last: String?
    for mark in marks {
      if last != nil, series.isEmpty || last != mark.label { y += series.isEmpty ? 0 : 8 }
      if last != mark.label || series.isEmpty {
        drawing.text(
          SVGDrawing.cut(mark.label, size: 12, width: labelWidth - 8), start - 8, y + barHeight / 2 + 4,
          size: 12,
          anchor: "end")
      }
      last = mark.label
      bars.append((mark, y))
      y += barHeight + gap
    }
    let bottom = y
    drawGrid(scale, from: axisTop, to: bottom)
    for (mark, y) in bars { drawBar(mark, y, height: barHeight, scale) }
    y = drawAxisTitle(column, y: bottom + 18, from: start, to: end)
    if all.count > marks.count {
      drawing.text(
        said(
          "仅绘出前 \(marks.count) 个，共 \(all.count) 个；其余见 CSV",
          "The first \(marks.count) of \(all.count); all are in the CSV"),
        Self.left, y + 4, size: 12, weight: "600")
      y += 20
    }
    return y
  }

  private mutating func drawBar(_ mark: Mark, _ y: Double, height: Double, _ scale: LinearScale) {
    guard let value = mark.value else {
      drawing.text(mark.text, scale(0) + 6, y + height / 2 + 4, size: 11, fill: "#666666", style: "italic")
      return
    }
    let from = min(scale(0), scale(value)), to = max(scale(0), scale(value))
    drawing.rectangle(
      from, y, to - from, height, fill: Self.colours[mark.series % Self.colours.count],
      title: "\(mark.label): \(mark.text)")
    var end = to
    if let low = mark.low, let high = mark.high {
      let middle = y + height / 2
      drawing.line(scale(low), middle, scale(high), middle, stroke: "#222222")
      for x in [scale(low), scale(high)] { drawing.line(x, middle - 3, x, middle + 3, stroke: "#222222") }
      end = max(end, scale(high))
    }
    drawing.text(mark.text, end + 6, y + height / 2 + 4, size: 11)
  }

  // MARK: Lines

  /// The dimension of which at least three periods of one length are asked for.
  private func periods(_ several: [Int]) -> Int? {
    several.first { offset in
      let axis = answer.table.dimensions[offset]
      let dimension = answer.result.dimensions[axis]
      let places = answer.query.codes[axis]?.map { Int($0) } ?? Array(dimension.codes.indices)
      return places.count > 2 && places.allSatisfy { $0 < dimension.periods }
        && Set(places.map { dimension.codes[$0].code.utf8.count }).count == 1
    }
  }

  private mutating func drawLines(_ column: Int, period: Int, others: [Int], from top: Double) -> Double {
    let times = codes(period)
    var names: [String] = []
    var series: [[Mark?]] = []
    let stride = answer.table.strides[period]
    for cell in answer.cells {
      let mark = mark(cell, column, labels: others, seriesAxis: nil, series: [])
      if !names.contains(mark.label) {
        names.append(mark.label)
        series.append([Mark?](repeating: nil, count: times.count))
      }
      let code = cell / stride % answer.table.sizes[period]
      let place = answer.result.dimensions[answer.table.dimensions[period]].codes[code].code
      guard let at = times.firstIndex(where: { $0.code == place }),
        let line = names.firstIndex(of: mark.label)
      else { continue }
      series[line][at] = mark
    }
    let drawn = min(names.count, Self.colours.count)
    var y = top
    if drawn > 1 { y = drawLegend(Array(names.prefix(drawn)), from: y) }
    let marks = series.prefix(drawn).flatMap { $0.compactMap { $0 } }
    let height = 280.0
    let scale = LinearScale(
      marks.flatMap { [$0.low, $0.high, $0.value].compactMap { $0 } }, from: y + height, to: y + 10)
    let start = Self.left + 70, end = Self.width - Self.right - 20
    for tick in scale.ticks {
      drawing.line(start, scale(tick), end, scale(tick), stroke: "#DDDDDD")
      drawing.text(LinearScale.text(tick), start - 8, scale(tick) + 4, size: 11, anchor: "end")
    }
    func x(_ place: Int) -> Double { start + (end - start) * (Double(place) + 0.5) / Double(times.count) }
    let every = max(1, Int((Double(times.count) * 56 / (end - start)).rounded(.up)))
    for (place, time) in times.enumerated() where place % every == 0 {
      drawing.text(time.label(language), x(place), y + height + 18, size: 11, anchor: "middle")
    }
    for (index, line) in series.prefix(drawn).enumerated() {
      drawLine(line, colour: Self.colours[index], dash: index, x: x, scale)
    }
    y = drawAxisTitle(column, y: y + height + 38, from: start, to: end)
    if names.count > drawn {
      drawing.text(
        said(
          "仅绘出前 \(drawn) 条，共 \(names.count) 条；其余见 CSV",
          "The first \(drawn) of \(names.count) lines; all are in the CSV"),
        Self.left, y + 4, size: 12, weight: "600")
      y += 20
    }
    return y
  }

  /// One series: broken where a value is withheld, with its band behind it.
  private mutating func drawLine(
    _ line: [Mark?], colour: String, dash: Int, x: (Int) -> Double, _ scale: LinearScale
  ) {
    var run: [(place: Int, mark: Mark)] = []
    func flush(_ drawing: inout SVGDrawing) {
      if run.count > 1 {
        let low = run.compactMap { point in point.mark.low.map { (x(point.place), scale($0)) } }
        let high = run.compactMap { point in point.mark.high.map { (x(point.place), scale($0)) } }
        if low.count == run.count { drawing.area(high + low.reversed(), fill: colour) }
        drawing.path(run.map { (x($0.place), scale($0.mark.value ?? 0)) }, stroke: colour, dash: dash)
      }
      for point in run {
        drawing.circle(x(point.place), scale(point.mark.value ?? 0), fill: colour, title: point.mark.text)
      }
      run = []
    }
    for (place, mark) in line.enumerated() {
      if let mark, mark.value != nil {
        run.append((place, mark))
      } else {
        flush(&drawing)
      }
    }
    flush(&drawing)
  }

  // MARK: Parts

  private func codes(_ offset: Int) -> [StoredResult.Code] {
    let axis = answer.table.dimensions[offset]
    let all = answer.result.dimensions[axis].codes
    return answer.query.codes[axis].map { $0.map { all[Int($0)] } } ?? all
  }

  private func mark(
    _ cell: Int, _ column: Int, labels: [Int], seriesAxis: Int?, series: [StoredResult.Code]
  ) -> Mark {
    let label = labels.map { answer.code(cell, $0).label(language) }.joined(separator: " · ")
    let place = seriesAxis.flatMap { axis in
      series.firstIndex { $0.code == answer.code(cell, axis).code }
    }
    let text = answer.value(cell, column)
    let ends = answer.ends(cell, column)
    return Mark(
      label: label.isEmpty ? said("合计", "Total") : label, series: place ?? 0,
      value: text.flatMap { Double($0) },
      text: answer.shown(cell, column, language),
      low: ends.flatMap { Double($0.low) }, high: ends.flatMap { Double($0.high) })
  }

  private mutating func drawLegend(_ names: [String], from top: Double) -> Double {
    var x = Self.left, y = top + 12
    for (index, name) in names.enumerated() {
      let wide = SVGDrawing.width(name, size: 12) + 34
      if x + wide > Self.width - Self.right {
        x = Self.left
        y += 20
      }
      drawing.rectangle(x, y - 10, 12, 12, fill: Self.colours[index % Self.colours.count], title: name)
      drawing.text(name, x + 18, y, size: 12)
      x += wide
    }
    return y + 14
  }

  private mutating func drawGrid(_ scale: LinearScale, from top: Double, to bottom: Double) {
    for tick in scale.ticks {
      drawing.line(scale(tick), top, scale(tick), bottom, stroke: tick == 0 ? "#888888" : "#DDDDDD")
      drawing.text(
        LinearScale.text(tick), scale(tick), bottom + 14, size: 11, anchor: "middle", fill: "#444444")
    }
  }

  private mutating func drawAxisTitle(_ column: Int, y: Double, from start: Double, to end: Double) -> Double
  {
    let described = answer.result.columns[column]
    let unit = described.unit.map { " (\($0))" } ?? ""
    drawing.text(
      described.title(language) + unit, (start + end) / 2, y + 14, size: 12, anchor: "middle", fill: "#222222"
    )
    return y + 24
  }
}

/// A scale from zero or below to the largest value, with round ticks.
struct LinearScale {
  let ticks: [Double]
  private let low: Double, high: Double, from: Double, to: Double

  init(_ values: [Double], from: Double, to: Double) {
    let least = min(0, values.min() ?? 0), most = max(0, values.max() ?? 0)
    let span = most - least > 0 ? most - least : 1
    let rough = span / 5
    let power = pow(10, floor(log10(rough)))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? power * 10
    low = floor(least / step) * step
    high = max(step, ceil(most / step) * step)
    self.from = from
    self.to = to
    var ticks: [Double] = []
    var index = 0
    while low + Double(index) * step <= high + step / 2, index < 20 {
      ticks.append(low + Double(index) * step)
      index += 1
    }
    self.ticks = ticks
  }

  func callAsFunction(_ value: Double) -> Double { from + (to - from) * (value - low) / (high - low) }

  /// A tick's number, whole where it is.
  static func text(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return grouped(String(Int(value))) }
    // Steps are 1, 2 or 5 times a power of ten: twelve digits hide what binary fractions add.
    return grouped(Number.text((value * 1e12).rounded() / 1e12))
  }

  /// Thousands set apart by commas, as both languages do.
  static func grouped(_ text: String) -> String {
    let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
    guard let whole = parts.first, !text.contains("e"), !text.contains("E") else { return text }
    let sign = whole.hasPrefix("-") ? "-" : ""
    var out = ""
    for (place, digit) in whole.dropFirst(sign.count).reversed().enumerated() {
      if place > 0, place % 3 == 0 { out.append(",") }
      out.append(digit)
    }
    return sign + String(out.reversed()) + (parts.count > 1 ? "." + parts[1] : "")
  }
}
