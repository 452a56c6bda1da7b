import Bytes

/// One series in time. A gap in the data is a gap in the line.
struct LineChart {
  let title: HTML
  /// Moments in order, and their value; nil where it is missing.
  let points: [(moment: String, value: Double?)]

  private static let width = 640.0
  private static let height = 230.0
  private static let left = 62.0
  private static let right = 8.0
  private static let top = 10.0
  private static let bottom = 28.0

  func drawing() -> HTML? {
    let values = points.compactMap(\.value)
    guard values.count >= 8, let least = values.min(), let most = values.max(), most > least else {
      return nil
    }
    let margin = (most - least) * 0.06
    let low = least >= 0 && least - margin < 0 ? 0 : least - margin
    let high = most + margin
    let plotWidth = Self.width - Self.left - Self.right
    let plotHeight = Self.height - Self.top - Self.bottom
    func x(_ index: Int) -> Double { Self.left + Double(index) / Double(points.count - 1) * plotWidth }
    func y(_ value: Double) -> Double { Self.top + (high - value) / (high - low) * plotHeight }

    var path = HTML()
    var isOpen = false
    for (index, point) in points.enumerated() {
      guard let value = point.value else {
        isOpen = false
        continue
      }
      path += isOpen ? "L\(at: x(index)) \(at: y(value))" : "M\(at: x(index)) \(at: y(value))"
      isOpen = true
    }
    let lines = Ticks.between(low, high).map { tick -> HTML in
      """
      <path class="grid" d="M\(at: Self.left) \(at: y(tick))H\(at: Self.width - Self.right)"/>\
      <text class="axis" x="\(at: Self.left - 8)" y="\(at: y(tick) + 4)" text-anchor="end">\(value: Frame.grouped(Number.text((tick * 1e6).rounded() / 1e6)))</text>
      """
    }
    let moments = marks().map { index -> HTML in
      let anchor = index == 0 ? "start" : index == points.count - 1 ? "end" : "middle"
      return """
        <text class="axis" x="\(at: x(index))" y="\(at: Self.height - 8)" text-anchor="\(value: anchor)">\(value: LineChart.short(points[index].moment))</text>
        """
    }
    return """
      <figure class="chart" tabindex="0"><figcaption>\(title)</figcaption>
      <svg viewBox="0 0 \(at: Self.width) \(at: Self.height)" role="img" aria-label="\(value: spoken(least, most))">
      \(lines)\(moments)<path class="trace" d="\(path)"/></svg></figure>

      """
  }

  /// Which moments are named: first, last, and three between them.
  private func marks() -> [Int] {
    let last = points.count - 1
    return last < 8 ? [0, last] : (0...4).map { $0 * last / 4 }
  }

  /// A moment without its time of day.
  private static func short(_ moment: String) -> String { String(moment.prefix(10)) }

  private func spoken(_ least: Double, _ most: Double) -> String {
    let first = points.first?.moment ?? ""
    let last = points.last?.moment ?? ""
    return
      "\(LineChart.short(first)) – \(LineChart.short(last)): \(Number.text(least)) – \(Number.text(most))"
  }
}
