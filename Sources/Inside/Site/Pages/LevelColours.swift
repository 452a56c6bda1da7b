import Policies

/// Colours of the levels as a style sheet, since pages carry no style of their own.
enum LevelColours {
  /// Name of the style sheet among the theme's files.
  static let file = "levels.css"

  /// Class of a level: only letters, digits and hyphens of its id.
  static func name(of level: Level) -> String {
    "level-"
      + level.id.unicodeScalars.filter {
        $0.isASCII && ($0.properties.isAlphabetic || "0123456789-".unicodeScalars.contains($0))
      }
      .map(String.init).joined()
  }

  /// `#rgb` or `#rrggbb`; nil for anything else, which must not reach a style sheet.
  static func colour(of level: Level) -> String? {
    let digits = level.color.dropFirst()
    guard level.color.hasPrefix("#"), digits.utf8.count == 3 || digits.utf8.count == 6,
      digits.utf8.allSatisfy({ byte in
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
      })
    else { return nil }
    return level.color
  }
}

extension SiteBuilder {
  func levelColours() -> Page {
    let rules = scale.levels.compactMap { level in
      LevelColours.colour(of: level).map { ".\(LevelColours.name(of: level)) { --level: \($0); }\n" }
    }
    return Page(
      path: "assets/\(LevelColours.file)", mediaType: MediaType.css, bytes: Array(rules.joined().utf8))
  }
}
