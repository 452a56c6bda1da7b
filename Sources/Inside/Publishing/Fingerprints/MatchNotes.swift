import Bytes
import Catalogs
import Policies

/// `.doorsill/matches.json`: what the publisher last measured of open sets that are also restricted ones: names of columns and
/// counts, no value. Whoever proposes reads it, since they do not go inside. Nothing rests on it: the publisher measures
/// again, and the second person sees the counts.
struct MatchNotes {
  private let path: String
  private var notes: [String: (content: String, matches: [Match])] = [:]

  /// How many units two key families were found to have in common, by their subject.
  private(set) var families: [String: Int] = [:]

  /// Reads them; what cannot be read is no note.
  init(_ portal: Portal) {
    path = Files.parent(of: portal.inside) + "/matches.json"
    guard Files.exists(path), let json = try? JSON(parsing: try Files.read(path, limit: 4 << 20)) else {
      return
    }
    for note in json["families"]?.members ?? [] { families[note.key] = note.value.int }
    for note in json["datasets"]?.members ?? [] {
      guard let content = note.value["content"]?.string else { continue }
      let matches = (note.value["matches"]?.array ?? []).compactMap { Match(json: $0) }
      notes[note.key] = (content, matches)
    }
  }

  /// What was noted of the very bytes that were read.
  func matches(of examination: Examination) -> [Match] {
    guard let note = notes[examination.dataset.name], note.content == examination.fingerprint else {
      return []
    }
    return note.matches
  }

  /// Writes the matches of datasets in place of what was noted, mode 0644.
  mutating func write(_ measured: [String: (content: String, matches: [Match])]) throws {
    notes = measured.filter { !$0.value.matches.isEmpty }
    try save()
  }

  /// Notes how many units two key families have in common.
  mutating func write(_ units: Int, of families: String) throws {
    self.families[families] = units
    try save()
  }

  private func save() throws {
    guard !notes.isEmpty || !families.isEmpty || Files.exists(path) else { return }
    let json: JSON = [
      "v": 1,
      "datasets": .object(
        notes.sorted { $0.key < $1.key }.map { one in
          JSON.Member(
            one.key,
            ["content": .string(one.value.content), "matches": .array(one.value.matches.map(\.json))])
        }),
      "families": .object(families.sorted { $0.key < $1.key }.map { JSON.Member($0.key, JSON($0.value)) }),
    ]
    try Files.write(json.serialized(pretty: true) + [0x0A], to: path, mode: 0o644)
  }
}

extension Match {
  fileprivate var json: JSON {
    [
      "field": .string(field), "with": .string(with), "withField": .string(withField), "found": JSON(found),
      "of": JSON(of),
    ]
  }

  fileprivate init?(json: JSON) {
    guard let field = json["field"]?.string, let with = json["with"]?.string,
      let withField = json["withField"]?.string, let found = json["found"]?.int, let count = json["of"]?.int
    else { return nil }
    self.init(field: field, with: with, withField: withField, found: found, of: count)
  }
}
