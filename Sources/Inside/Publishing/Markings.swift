import Bytes
import Catalogs
import Policies
import Tables

/// Secrecy markings outside the cells: in the words of a descriptor, in headers and in file names. A marked title
/// refuses the source as a marked cell does.
enum Markings {
  /// What the words of a dataset and the headers of its tables hold. Only what refuses counts here.
  static func findings(in dataset: Dataset, _ detectors: DetectorSet) -> [Finding] {
    findings(in: words(of: dataset) + dataset.resources.flatMap { outside($0.source) }, detectors)
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
    findings(in: outside(source), detectors)
  }

  private static func outside(_ source: TableSource) -> [(place: String, text: String)] {
    var words = [("file name", stem(Files.name(of: source.path)))]
    if let sheet = source.sheet { words.append(("sheet", sheet)) }
    // A table that cannot be read is told of when it is read in full.
    words += ((try? TableReader(source))?.header ?? []).map { ("header", $0) }
    return words
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
