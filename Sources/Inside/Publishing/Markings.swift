import Bytes
import Catalogs
import Crossing
import Policies
import Tables

/// What stands outside the cells: the words of a descriptor, headers, sheets' and files' names, and what is skipped
/// above a header. A marked title refuses the source as a marked cell does, and a number of somebody's in a header is
/// personal as one in a cell is.
enum Markings {
  /// What the words of a dataset and the headers of its tables hold.
  static func findings(in dataset: Dataset, _ detectors: DetectorSet) -> [Finding] {
    let names = dataset.resources.flatMap { resource in
      resource.schema.fields.map { (place: "field name", text: $0.name) }
    }
    // Cells that are declared missing are not looked at, and the words for them are published.
    let missing = dataset.resources.flatMap { resource in
      (resource.schema.missingValues + resource.schema.fields.flatMap { $0.missingValues ?? [] })
        .map { (place: "missing values", text: $0) }
    }
    let outside = dataset.resources.flatMap { Self.outside($0.source) }
    return findings(in: words(of: dataset) + outside, detectors)
      + persons(in: names + missing + outside, detectors)
  }

  /// Every text of a descriptor that people wrote, with its place.
  static func words(of dataset: Dataset) -> [(place: String, text: String)] {
    var words: [(place: String, text: String)] = []
    func add(_ place: String, _ text: Text?) {
      for (_, text) in text?.byLanguage ?? [] { words.append((place, text)) }
    }
    add("title", dataset.title)
    add("description", dataset.description)
    for keyword in dataset.keywords { add("keywords", keyword) }
    add("origin", dataset.origin)
    add("classification.legalBasis", dataset.classification.legalBasis)
    add("classification.reason", dataset.classification.reason)
    for resource in dataset.resources {
      add("\(resource.name).title", resource.title)
      for field in resource.schema.fields {
        words += ([field.name] + [field.unit].compactMap { $0 }).map { (field.name, $0) }
        words += (field.constraints.enumeration ?? []).map { ("\(field.name).enum", $0) }
        add(field.name, field.title)
        add(field.name, field.description)
      }
      words.append(("\(resource.name).name", resource.name))
    }
    for dimension in dataset.dimensions {
      add("dimensions.\(dimension.name)", dimension.title)
      for code in dimension.codes { add("dimensions.\(dimension.name).\(code.code)", code.label) }
    }
    for view in dataset.views {
      add("views.\(view.name)", view.title)
      add("views.\(view.name)", view.description)
      add("views.\(view.name)", view.reason)
      for column in view.columns { add("views.\(view.name).\(column.name)", column.title) }
    }
    add("directory.condition", dataset.directory?.condition)
    for result in dataset.results {
      add("results.\(result.name)", result.title)
      add("results.\(result.name)", result.description)
      for measure in result.measures { add("results.\(result.name).\(measure.field)", measure.title) }
    }
    return words
  }

  /// What the name and the header of a bare table hold.
  static func findings(in source: TableSource, _ detectors: DetectorSet) -> [Finding] {
    findings(in: outside(source), detectors) + persons(in: outside(source), detectors)
  }

  /// What of somebody stands in notes below a table: one number is enough there, as in a title above it.
  static func findings(below report: TableReport, _ detectors: DetectorSet) -> [Finding] {
    persons(in: report.below.map { ("below the table", $0) }, detectors)
  }

  private static func outside(_ source: TableSource) -> [(place: String, text: String)] {
    var words = [("file name", stem(Files.name(of: source.path)))]
    if let sheet = source.sheet { words.append(("sheet", sheet)) }
    // A table that cannot be read is told of when it is read in full.
    guard let reader = try? TableReader(source) else { return words }
    if source.sheet == nil, let sheet = reader.seen.sheet { words.append(("sheet", sheet)) }
    words += reader.above.map { ("above the header", $0) }
    words += reader.header.map { ("header", $0) }
    return words
  }

  /// Kinds whose form alone says that somebody is meant, be it one cell.
  private static let telling: Set<DetectorKind> = [.residentID, .bankCard, .mobile, .email, .plate]

  /// What of these kinds stands in texts that are not cells, by place; and names of persons where a header is full of
  /// them. What a custodian writes into a descriptor is searched by the leak scan.
  private static func persons(
    in words: [(place: String, text: String)], _ detectors: DetectorSet
  ) -> [Finding] {
    var found: [Finding] = []
    for (place, words) in Dictionary(grouping: words, by: \.place).sorted(by: { $0.key < $1.key }) {
      let texts = words.map(\.text)
      let isName = place == "header" || place == "field name"
      var scanner = ColumnScanner(field: place, detectors: detectors)
      let matches = texts.map { text -> (text: String, kinds: Set<DetectorKind>) in
        var bytes = text
        return (text, bytes.withUTF8 { scanner.kinds(in: $0) }.intersection(telling))
      }
      for rule in detectors.policy.detectors where rule.personal && telling.contains(rule.kind) {
        let hits = matches.filter { $0.kinds.contains(rule.kind) }
        guard !hits.isEmpty else { continue }
        found.append(
          Finding(
            rule: rule.id, field: place, values: texts.count, matches: hits.count, level: rule.level,
            personal: true, isInName: isName, examples: hits.prefix(3).map { Mask.masked($0.text) }))
      }
      guard place == "header" else { continue }
      found += scanner.findings().filter { detectors.policy.detector($0.rule)?.kind == .personalName }.map {
        Finding(
          rule: $0.rule, field: place, values: $0.values, matches: $0.matches, level: $0.level,
          personal: true,
          isInName: true, examples: $0.examples)
      }
    }
    return found
  }

  /// Kinds that no word of a portal has to hold: the number of a person, and not of an office's desk.
  private static let never: Set<DetectorKind> = [.residentID, .bankCard, .mobile]

  /// The first text that holds what reads as such a number, and what it reads as; nil where none does.
  static func person(
    in words: [AuthoredText], _ detectors: DetectorSet
  ) -> (place: String, title: [String: String])? {
    let resident = detectors.policy.detectors.first { $0.personal && $0.kind == .residentID }
    for word in words {
      if let resident {
        var scanner = ColumnScanner(field: word.place, detectors: detectors)
        let isThere = ScatteredDigits(word.text).forEachCandidate { number in
          number.withUnsafeBufferPointer { scanner.kinds(in: $0).contains(.residentID) }
        }
        if isThere { return (word.place, resident.title) }
      }
      for line in word.text.split(whereSeparator: \.isNewline) {
        var scanner = ColumnScanner(field: word.place, detectors: detectors)
        var line = String(line)
        let kinds = line.withUTF8 { scanner.kinds(in: $0) }.intersection(never)
        guard !kinds.isEmpty else { continue }
        if let rule = detectors.policy.detectors.first(where: { $0.personal && kinds.contains($0.kind) }) {
          return (word.place, rule.title)
        }
      }
    }
    return nil
  }

  private static func stem(_ name: String) -> String {
    name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
  }

  private static func findings(
    in words: [(place: String, text: String)], _ detectors: DetectorSet
  ) -> [Finding] {
    var found: [Finding] = []
    for (place, text) in words {
      // A marking stands at the head of a line or behind the text in brackets: each line is looked at by itself.
      for line in text.split(whereSeparator: \.isNewline) {
        var scanner = ColumnScanner(field: place, detectors: detectors)
        var line = String(line)
        line.withUTF8 { scanner.scan($0) }
        found += scanner.findings().filter { finding in
          finding.refuses && !found.contains { $0.field == place && $0.rule == finding.rule }
        }
      }
    }
    return found
  }
}
