package import Bytes

/// The time a dataset is about: ISO 8601 years, months or days.
package struct Period: Sendable, Hashable {
  package var start: String
  /// Nil where it goes on.
  package var end: String?

  package init(start: String, end: String? = nil) {
    self.start = start
    self.end = end
  }

  /// `1952/2007`, `2025-01-01/2025-12-31`, `2004/..`; nil for anything else, or an end before the start.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, Period.isMoment(parts[0]) else { return nil }
    if parts[1] == ".." || parts[1].isEmpty {
      self.init(start: parts[0])
    } else {
      guard Period.isMoment(parts[1]), parts[0].prefix(parts[1].utf8.count) <= parts[1] else { return nil }
      self.init(start: parts[0], end: parts[1])
    }
  }

  /// `1952/2007` or `2004/..`.
  package var text: String { "\(start)/\(end ?? "..")" }

  private static func isMoment(_ text: String) -> Bool {
    switch text.utf8.count {
    case 4: CalendarDate(iso: text + "-01-01") != nil
    case 7: CalendarDate(iso: text + "-01") != nil
    default: CalendarDate(iso: text) != nil
    }
  }
}

/// The place a dataset is about.
package struct Spatial: Sendable, Hashable {
  package var name: Text?
  /// Division code (GB/T 2260).
  package var code: String?
  /// An authority's address of the place.
  package var uri: String?
  /// West, south, east, north in degrees (WGS 84), as written.
  package var box: [String]?

  package init(name: Text? = nil, code: String? = nil, uri: String? = nil, box: [String]? = nil) {
    self.name = name
    self.code = code
    self.uri = uri
    self.box = box
  }
}
