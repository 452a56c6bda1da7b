import Bytes

/// What is remembered of the values of restricted datasets, present and past: for each column the hash of a file of keyed
/// fingerprints, for each source file its SHA-256. Kept in the history, whose hash the decisions log has.
struct Fingerprints: Sendable, Equatable {
  /// Days that one publication after another counts for at most: whatever the clock says, a term of years takes publications
  /// over years.
  private static let mostDays = 100

  /// A column of a restricted dataset, with every value that it has had since it is remembered.
  struct Column: Sendable, Equatable {
    let dataset: String
    /// `resource.field`.
    let field: String
    /// SHA-256 of the file in lower-case hex, which is its name below `inside/fingerprints`.
    var file: String
    /// The day on which it was last part of a restricted dataset, `2026-11-30`.
    var last: String
  }

  /// A source file of a restricted dataset.
  struct Source: Sendable, Equatable {
    let dataset: String
    /// SHA-256 of its bytes in lower-case hex.
    let hash: String
    var last: String
  }

  var columns: [Column] = []
  var sources: [Source] = []
  /// SHA-256 over descriptor and sources that each restricted dataset was last remembered by.
  var contents: [String: String] = [:]
  /// The day it is by what was witnessed, and what the clock said then; nil before the first.
  private var days: (witnessed: CalendarDate, clock: CalendarDate)?

  /// The names of the files that hold them.
  var files: Set<String> { Set(columns.map(\.file)) }
  var isEmpty: Bool { columns.isEmpty && sources.isEmpty }

  /// The day that terms are counted by, when the clock says `today`: a clock that is wrong for once moves it by little, and
  /// one that goes back not at all.
  mutating func day(_ today: CalendarDate) -> CalendarDate {
    // An earlier version wrote the clock's days down.
    let last = (columns.map(\.last) + sources.map(\.last)).max().flatMap { CalendarDate(iso: $0) }
    let before = days ?? last.map { ($0, $0) } ?? (today, today)
    let passed = max(0, min(Self.mostDays, today.daysSince1970 - before.clock.daysSince1970))
    let day = before.witnessed.adding(days: passed)
    days = (day, today)
    return day
  }

  /// Forgets what a dataset was.
  mutating func forget(_ dataset: String) {
    columns.removeAll { $0.dataset == dataset }
    sources.removeAll { $0.dataset == dataset }
    contents[dataset] = nil
  }

  /// Forgets what was last restricted before a day.
  mutating func forget(before day: String) {
    columns.removeAll { $0.last < day }
    sources.removeAll { $0.last < day }
    let kept = Set(columns.map(\.dataset) + sources.map(\.dataset))
    contents = contents.filter { kept.contains($0.key) }
  }

  /// Notes that a dataset is restricted on a day.
  mutating func touch(_ dataset: String, on day: String) {
    for place in columns.indices where columns[place].dataset == dataset { columns[place].last = day }
    for place in sources.indices where sources[place].dataset == dataset { sources[place].last = day }
  }

  /// Notes a source file of a dataset.
  mutating func add(source hash: String, of dataset: String, on day: String) {
    guard !sources.contains(where: { $0.dataset == dataset && $0.hash == hash }) else { return }
    sources.append(Source(dataset: dataset, hash: hash, last: day))
  }

  /// Notes the file of a column in place of the one before.
  mutating func set(_ file: String, of dataset: String, field: String, on day: String) {
    columns.removeAll { $0.dataset == dataset && $0.field == field }
    columns.append(Column(dataset: dataset, field: field, file: file, last: day))
  }

  static func == (left: Fingerprints, right: Fingerprints) -> Bool {
    left.columns == right.columns && left.sources == right.sources && left.contents == right.contents
      && left.days?.witnessed == right.days?.witnessed && left.days?.clock == right.days?.clock
  }

  // MARK: As it is kept

  var json: JSON {
    [
      "v": 1, "day": JSON(days?.witnessed.iso), "clock": JSON(days?.clock.iso),
      "columns": .array(columns.map { JSON([$0.dataset, $0.field, $0.file, $0.last]) }),
      "sources": .array(sources.map { JSON([$0.dataset, $0.hash, $0.last]) }),
      "contents": .object(contents.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }),
    ]
  }

  init() {}

  /// Reads what `json` writes; nil for anything else.
  init?(json: JSON) {
    guard json["v"]?.int == 1, let columns = json["columns"]?.array, let sources = json["sources"]?.array,
      let contents = json["contents"]?.members
    else { return nil }
    if let day = json["day"], !day.isNull {
      guard let witnessed = day.string.flatMap({ CalendarDate(iso: $0) }),
        let clock = json["clock"]?.string.flatMap({ CalendarDate(iso: $0) })
      else { return nil }
      days = (witnessed, clock)
    }
    for column in columns {
      guard let parts = column.array?.compactMap(\.string), parts.count == 4,
        parts[2].utf8.count == 64, parts[2].allSatisfy(\.isHexDigit)
      else { return nil }
      self.columns.append(Column(dataset: parts[0], field: parts[1], file: parts[2], last: parts[3]))
    }
    for source in sources {
      guard let parts = source.array?.compactMap(\.string), parts.count == 3 else { return nil }
      self.sources.append(Source(dataset: parts[0], hash: parts[1], last: parts[2]))
    }
    for content in contents {
      guard let hash = content.value.string else { return nil }
      self.contents[content.key] = hash
    }
  }
}
