import Bytes

/// Writes one SVG picture (SVG 1.1): plain shapes and text, no script, no outside reference.
struct SVGDrawing {
  private var shapes: [UInt8] = []

  private static let font =
    "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, size: Int, weight: String? = nil, anchor: String? = nil,
    fill: String = "#222222", style: String? = nil
  ) {
    put("<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(size)\" fill=\"\(fill)\"")
    if let weight { put(" font-weight=\"\(weight)\"") }
    if let anchor { put(" text-anchor=\"\(anchor)\"") }
    if let style { put(" font-style=\"\(style)\"") }
    put(">")
    Escape.xml(text, to: &shapes)
    put("</text>\n")
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: String, title: String
  ) {
    put(
      "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" height=\"\(Self.number(height))\" fill=\"\(fill)\">"
    )
    put("<title>")
    Escape.xml(title, to: &shapes)
    put("</title></rect>\n")
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, stroke: String) {
    put(
      "<line x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\" stroke=\"\(stroke)\"/>\n"
    )
  }

  mutating func circle(_ x: Double, _ y: Double, fill: String, title: String) {
    put("<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"3.5\" fill=\"\(fill)\"><title>")
    Escape.xml(title, to: &shapes)
    put("</title></circle>\n")
  }

  /// A line through points; series also differ in their dashes.
  mutating func path(_ points: [(Double, Double)], stroke: String, dash: Int) {
    let dashes = ["", "7 3", "2 3", "9 3 2 3", "4 4", "12 4", "1 4", "6 2 1 2"][dash % 8]
    put("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"\(stroke)\"")
    if !dashes.isEmpty { put(" stroke-dasharray=\"\(dashes)\"") }
    put(" points=\"\(Self.list(points))\"/>\n")
  }

  /// A light surface behind a line.
  mutating func area(_ points: [(Double, Double)], fill: String) {
    put("<polygon fill=\"\(fill)\" fill-opacity=\"0.15\" points=\"\(Self.list(points))\"/>\n")
  }

  /// The whole document.
  func finish(
    width: Double, height: Double, title: String, description: String, language: String
  ) -> [UInt8] {
    let (wide, high) = (Self.number(width), Self.number(height))
    var out: [UInt8] = []
    out.reserveCapacity(shapes.count + 1024)
    out += Array(
      """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(wide)" height="\(high)" viewBox="0 0 \(wide) \(high)" role="img" \
      xml:lang="
      """.utf8)
    Escape.xmlAttribute(language, to: &out)
    out += Array("\" font-family=\"\(Self.font)\" aria-labelledby=\"t d\">\n<title id=\"t\">".utf8)
    Escape.xml(title, to: &out)
    out += Array("</title>\n<desc id=\"d\">".utf8)
    Escape.xml(description, to: &out)
    out += Array("</desc>\n<rect width=\"\(wide)\" height=\"\(high)\" fill=\"#FFFFFF\"/>\n".utf8)
    return out + shapes + Array("</svg>\n".utf8)
  }

  // MARK: Text

  /// Roughly how wide a text is: CJK characters are as wide as they are high, others a little over half.
  static func width(_ text: String, size: Int) -> Double {
    text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 1 : 0.56) * Double(size) }
  }

  /// The beginning of a text that fits, with an ellipsis where something is cut off.
  static func cut(_ text: String, size: Int, width limit: Double) -> String {
    guard width(text, size: size) > limit else { return text }
    var kept = text
    while !kept.isEmpty, width(kept + "…", size: size) > limit { kept.removeLast() }
    return kept + "…"
  }

  /// Lines that fit: broken at spaces, and between CJK characters but not before a closing mark.
  static func wrapped(_ text: String, size: Int, width limit: Double) -> [String] {
    let closing: Set<Character> = ["，", "。", "；", "：", "、", "）", "”", "？", "！"]
    var lines: [String] = []
    var line: [Character] = []
    var taken = 0.0
    var breakAt: Int?
    for character in text {
      let wide = width(String(character), size: size)
      if taken + wide > limit, let place = breakAt, !closing.contains(character) {
        lines.append(String(line[..<place]))
        line = Array(line[place...].drop { $0 == " " })
        taken = width(String(line), size: size)
        breakAt = nil
      }
      let isWide = character.unicodeScalars.contains { $0.value >= 0x2E80 }
      if character == " " || (isWide && !closing.contains(character)) { breakAt = line.count }
      if !(line.isEmpty && character == " ") {
        line.append(character)
        taken += wide
      }
    }
    if !line.isEmpty { lines.append(String(line)) }
    return lines
  }

  // MARK: Numbers

  private mutating func put(_ text: String) { shapes += Array(text.utf8) }

  private static func list(_ points: [(Double, Double)]) -> String {
    points.map { "\(number($0.0)),\(number($0.1))" }.joined(separator: " ")
  }

  /// Two digits after the point are finer than any screen.
  private static func number(_ value: Double) -> String { Number.text((value * 100).rounded() / 100) }
}
