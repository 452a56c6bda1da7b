import Bytes
import Foundation
import Support
import Testing

@testable import Site

@Suite struct `The look` {
  /// Colours of a scheme by their names.
  private static func colours(_ css: String, dark: Bool) -> [String: [Double]] {
    var colours: [String: [Double]] = [:]
    let parts = css.components(separatedBy: ":root {")
    for block in [parts[1]] + (dark ? [parts[2]] : []) {
      for line in block.prefix(while: { $0 != "}" }).split(separator: ";") {
        let pair = line.split(separator: ":").map { $0.trimming() }
        guard pair.count == 2, pair[1].hasPrefix("#"), let bytes = Hex.decode(String(pair[1].dropFirst()))
        else { continue }
        colours[pair[0]] = bytes.map { Double($0) / 255 }
      }
    }
    return colours
  }

  /// Relative luminance (WCAG 2.2).
  private static func luminance(_ colour: [Double]) -> Double {
    let linear = colour.map { $0 <= 0.04045 ? $0 / 12.92 : power(($0 + 0.055) / 1.055) }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  /// x to the power of 2.4.
  private static func power(_ x: Double) -> Double {
    let fifth = (0..<60).reduce(x) { root, _ in
      root - (root * root * root * root * root - x) / (5 * root * root * root * root)
    }
    return x * x * fifth * fifth
  }

  @Test(arguments: [false, true]) func `has contrast enough in light and in dark`(dark: Bool) throws {
    let css = String(decoding: try #require(SiteBuilder.theme["theme.css"]), as: UTF8.self)
    let colours = Self.colours(css, dark: dark)
    let pairs = [
      ("--ink", "--paper"), ("--ink", "--sheet"), ("--quiet", "--paper"), ("--quiet", "--sheet"),
      ("--accent", "--paper"),
      ("--accent", "--sheet"), ("--accent", "--wash"), ("--ink", "--wash"), ("--accent-ink", "--accent"),
    ]
    for (front, back) in pairs {
      let front = Self.luminance(try #require(colours[front]))
      let back = Self.luminance(try #require(colours[back]))
      #expect((max(front, back) + 0.05) / (min(front, back) + 0.05) >= 4.5)
    }
  }

  @Test func `has small files and no address of others`() throws {
    for (name, bytes) in SiteBuilder.theme {
      #expect(bytes.count < 24_000, "\(name)")
      let text = String(decoding: bytes, as: UTF8.self).replacing("http://www.w3.org/2000/svg", with: "")
      #expect(!text.contains("http:") && !text.contains("https:") && !text.contains("url("), "\(name)")
    }
  }

  @Test(arguments: [
    ("0", "0"), ("999", "999"), ("1000", "1,000"), ("28298", "28,298"), ("-1234567.5", "-1,234,567.5"),
    ("1e9", "1e9"), ("text", "text"), ("", ""), ("1.", "1."),
  ])
  func `groups the digits of numbers only`(text: String, shown: String) {
    #expect(Frame.grouped(text) == shown)
  }

  @Test func `puts round values on an axis`() {
    #expect(Ticks.between(0, 10) == [0, 2, 4, 6, 8, 10])
    #expect(Ticks.between(2500, 13_900).first == 4000)
    #expect(Ticks.between(1, 1).isEmpty)
    #expect(Ticks.between(-.infinity, 1).isEmpty)
  }
}

extension Substring {
  fileprivate func trimming() -> String {
    String(drop { $0 == " " || $0 == "\n" }.reversed().drop { $0 == " " || $0 == "\n" }.reversed())
  }
}
