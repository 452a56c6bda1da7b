import Bytes

/// A language that text is written into, with its one way to make any text inert.
protocol MarkupLanguage: Sendable {
  static func escape(_ text: String, to bytes: inout [UInt8])
  /// How a text is marked whose own directional controls would turn what stands beside it.
  static func isolate(_ text: String, to bytes: inout [UInt8])
}

/// HTML: element content and quoted attribute values.
enum HyperText: MarkupLanguage {
  static func escape(_ text: String, to bytes: inout [UInt8]) { Escape.html(text, to: &bytes) }

  static func isolate(_ text: String, to bytes: inout [UInt8]) {
    bytes += "<bdi>".utf8
    Escape.html(text, to: &bytes)
    bytes += "</bdi>".utf8
  }
}

/// XML: character data and quoted attribute values of feeds and sitemaps.
enum PlainXML: MarkupLanguage {
  static func escape(_ text: String, to bytes: inout [UInt8]) { Escape.xmlAttribute(text, to: &bytes) }
  static func isolate(_ text: String, to bytes: inout [UInt8]) { escape(text, to: &bytes) }
}

typealias HTML = Markup<HyperText>
typealias XML = Markup<PlainXML>

/// Markup under construction: the literal parts of a template are ours, and whatever is interpolated is escaped.
///
/// This is the only door through which a value reaches a page. A `String` is text; only another `Markup` of the same
/// language goes in as it is.
struct Markup<Language: MarkupLanguage>: Sendable, ExpressibleByStringInterpolation {
  var bytes: [UInt8]

  init() { bytes = [] }
  init(stringLiteral value: String) { bytes = Array(value.utf8) }
  init(stringInterpolation parts: StringInterpolation) { bytes = parts.bytes }

  var isEmpty: Bool { bytes.isEmpty }

  static func += (left: inout Markup, right: Markup) { left.bytes += right.bytes }

  struct StringInterpolation: StringInterpolationProtocol {
    var bytes: [UInt8] = []

    init(literalCapacity: Int, interpolationCount: Int) {
      bytes.reserveCapacity(literalCapacity + interpolationCount * 24)
    }

    mutating func appendLiteral(_ literal: String) { bytes += literal.utf8 }

    /// Text in an element.
    mutating func appendInterpolation(_ text: String) {
      if Directional.turns(text) {
        Language.isolate(text, to: &bytes)
      } else {
        Language.escape(text, to: &bytes)
      }
    }

    /// A value in quotation marks, or the text of a `title`, where no element may stand.
    mutating func appendInterpolation(value text: String) { Language.escape(text, to: &bytes) }

    /// An address in quotation marks: only schemes that cannot run anything; any other becomes `#`.
    mutating func appendInterpolation(address: String) { Language.escape(Address.safe(address), to: &bytes) }

    mutating func appendInterpolation(_ number: Int) { bytes += String(number).utf8 }
    mutating func appendInterpolation(_ markup: Markup) { bytes += markup.bytes }
    mutating func appendInterpolation(_ markup: Markup?) { if let markup { bytes += markup.bytes } }
    mutating func appendInterpolation(_ list: [Markup]) { for markup in list { bytes += markup.bytes } }

    /// A length or position in a drawing.
    mutating func appendInterpolation(at position: Double) {
      bytes += Number.text((position * 10).rounded() / 10).utf8
    }

    /// JSON within a script element that the browser does not run (`application/ld+json`).
    mutating func appendInterpolation(data json: JSON) { bytes += json.serializedForScript() }
  }
}

extension [HTML] {
  /// The parts with something between them.
  func joined(_ separator: HTML) -> HTML {
    var whole = HTML()
    for (index, part) in enumerated() {
      if index > 0 { whole += separator }
      whole += part
    }
    return whole
  }
}

/// Characters that change the direction of the text around them (UAX #9).
enum Directional {
  static func turns(_ text: String) -> Bool {
    // All of them are E2 80 8E… or E2 81 A6…, or the Arabic letter mark D8 9C.
    guard text.utf8.contains(where: { $0 == 0xE2 || $0 == 0xD8 }) else { return false }
    return text.unicodeScalars.contains { scalar in
      switch scalar.value {
      case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
      default: false
      }
    }
  }
}

/// Addresses that metadata may bring.
enum Address {
  /// The address itself where it is relative to this site or of a harmless scheme, else `#`.
  static func safe(_ address: String) -> String {
    // What a browser strips before it reads the scheme must not be there at all (WHATWG URL, "basic URL parser").
    guard !address.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F }) else {
      return "#"
    }
    if address.hasPrefix("#") || address.hasPrefix("?") { return address }
    if address.hasPrefix("/") {
      return address.dropFirst().first.map { $0 == "/" || $0 == "\\" } ?? false ? "#" : address
    }
    let lower = address.lowercased()
    return ["https://", "http://", "mailto:"].contains { lower.hasPrefix($0) } ? address : "#"
  }

  /// Whether a link can lead there.
  static func isSafe(_ address: String) -> Bool { safe(address) != "#" }
}
