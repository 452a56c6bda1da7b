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
  private static let labelWidth = 170.0
  private static let valueWidth = 90.0
  private static let step = 30.0

  func drawing() -> HTML {
    let most = bars.compactMap(\.value).max() ?? 0
    guard most > 0 else { return HTML() }
    let room = Self.width - Self.labelWidth - Self.valueWidth
    let height = Double(bars.count) * Self.step + 8
    let lines = bars.enumerated().map { index, bar -> HTML in
      let top = Double(index) * Self.step + 4
      let length = max(0, (bar.value ?? 0) / most * room)
      let drawn: HTML =
        bar.value == nil
        ? "<rect class=\"bar-none\" x=\"\(at: Self.labelWidth)\" y=\"\(at: top + 5)\" width=\"\(at: room)\" height=\"16\" rx=\"2\"/>"
        : "<rect class=\"bar\" x=\"\(at: Self.labelWidth)\" y=\"\(at: top + 5)\" width=\"\(at: max(1, length))\" height=\"16\" rx=\"2\"/>"
      let end = Self.labelWidth + (bar.value == nil ? 0 : length) + 8
      return """
        <text class="label" x="\(at: Self.labelWidth - 10)" y="\(at: top + 18)" text-anchor="end">\(value: shortened(bar.label))</text>\(drawn)\
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

  /// Wide characters count double.
  private func shortened(_ text: String) -> String {
    var width = 0
    var kept = ""
    for character in text {
      width += character.utf8.count > 2 ? 2 : 1
      if width > 24 { return kept + "…" }
      kept.append(character)
    }
    return kept
  }
}
