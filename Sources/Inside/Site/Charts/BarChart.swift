import Bytes

/// Horizontal bars with their labels. Everything is geometry and classes: colours are the theme's.
struct BarChart {
  struct Bar {
    let label: String
    /// Nil for a value that is not published.
    let value: Double?
    let shown: String
  }

  let title: String
  let bars: [Bar]

  private static let width = 640.0
  private static let widestLabel = 24
  private static let valueWidth = 90.0
  private static let step = 30.0

  func drawing() -> HTML {
    let most = bars.compactMap(\.value).max() ?? 0
    guard most > 0 else { return HTML() }
    let labels = bars.map { shortened($0.label) }
    let labelWidth = Double(labels.map { columns($0) }.max() ?? 0) * 6.6 + 14
    let room = Self.width - labelWidth - Self.valueWidth
    let height = Double(bars.count) * Self.step + 8
    let lines = bars.enumerated().map { index, bar -> HTML in
      let top = Double(index) * Self.step + 4
      let length = max(0, (bar.value ?? 0) / most * room)
      let drawn: HTML =
        bar.value == nil
        ? "<rect class=\"bar-none\" x=\"\(at: labelWidth)\" y=\"\(at: top + 5)\" width=\"\(at: room)\" height=\"16\" rx=\"2\"/>"
        : "<rect class=\"bar\" x=\"\(at: labelWidth)\" y=\"\(at: top + 5)\" width=\"\(at: max(1, length))\" height=\"16\" rx=\"2\"/>"
      let end = labelWidth + (bar.value == nil ? 0 : length) + 8
      return """
        <text class="label" x="\(at: labelWidth - 10)" y="\(at: top + 18)" text-anchor="end">\(value: labels[index])</text>\(drawn)\
        <text class="value" x="\(at: end)" y="\(at: top + 18)">\(value: bar.shown)</text>

        """
    }
    return """
      <figure class="chart" tabindex="0"><figcaption>\(title)</figcaption>
      <svg viewBox="0 0 \(at: Self.width) \(at: height)" role="img" aria-label="\(value: spoken)">
      \(lines)</svg></figure>

      """
  }

  /// The chart in words, for those who hear the page.
  private var spoken: String {
    title + ": " + bars.map { "\($0.label) \($0.shown)" }.joined(separator: ", ")
  }

  /// How wide a text is in narrow letters: others count double.
  private func columns(_ text: String) -> Int {
    text.reduce(0) { $0 + ($1.utf8.count > 2 ? 2 : 1) }
  }

  private func shortened(_ text: String) -> String {
    guard columns(text) > Self.widestLabel else { return text }
    var kept = ""
    for character in text {
      if columns(kept) + columns(String(character)) > Self.widestLabel - 1 { break }
      kept.append(character)
    }
    return kept + "…"
  }
}
