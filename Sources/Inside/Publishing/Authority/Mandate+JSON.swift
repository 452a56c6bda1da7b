import Bytes
import Policies

extension Mandate {
  /// As its entry says it; whoever gives it signs the entry.
  var facts: JSON {
    [
      "source": .string(source), "every": .string(every), "guard": ["leastRows": JSON(leastRows)],
      "until": .string(until),
    ]
  }

  /// ISO 8601: whole days, or hours.
  package var every: String { hours % 24 == 0 ? "P\(hours / 24)D" : "PT\(hours)H" }

  /// Hours of such a period; nil for anything but 1 to 10,000 whole days or hours.
  package static func hours(_ every: String) -> Int? {
    func count(_ prefix: String, _ suffix: String) -> Int? {
      guard every.hasPrefix(prefix), every.hasSuffix(suffix) else { return nil }
      return Int(every.dropFirst(prefix.count).dropLast()).flatMap { (1...10_000).contains($0) ? $0 : nil }
    }
    return count("PT", "H") ?? count("P", "D").map { $0 * 24 }
  }

  init?(json: JSON) {
    guard let dataset = json["dataset"]?.string, let source = json["source"]?.string,
      let hours = json["every"]?.string.flatMap(Self.hours), let least = json["guard"]?["leastRows"]?.int,
      (0...100).contains(least), let until = json["until"]?.string, CalendarDate(iso: until) != nil
    else { return nil }
    self.init(dataset: dataset, source: source, hours: hours, leastRows: least, until: until)
  }
}

extension Mandate.Given {
  var json: JSON {
    var json = mandate.facts
    json["dataset"] = .string(mandate.dataset)
    json["by"] = .string(by)
    json["key"] = .string(key)
    json["at"] = JSON(at)
    json["standing"] = JSON(standing)
    json["last"] = JSON(last)
    return json
  }

  init?(json: JSON) {
    guard let mandate = Mandate(json: json), let by = json["by"]?.string, let key = json["key"]?.string,
      let at = json["at"]?.int, let standing = json["standing"]?.int
    else { return nil }
    self.init(mandate, by: by, key: key, at: at, standing: standing, last: json["last"]?.string)
  }
}
