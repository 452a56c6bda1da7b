package import Bytes
package import Catalogs
import Disclosure
package import Policies
package import Tables

extension Examination {
  /// The verdict on a bare table without a descriptor: every column is text, nothing is declared, and what detectors
  /// and quasi-identifiers show decides, as far as the table could be read.
  package static func verdict(ofFile path: String, policies: PolicySet) throws -> Verdict {
    try verdict(of: TableSource(path: path), policies: policies)
  }

  /// The same of a table whose owner says how it is to be read.
  package static func verdict(of source: TableSource, policies: PolicySet) throws -> Verdict {
    let detectors = DetectorSet(policies.detectors)
    let name = Files.name(of: source.path)
    let schema = Schema.text(try TableReader(source).columnNames)
    let look = TableLook(
      Resource(name: name, source: source, schema: schema), subject: [], detectors: detectors,
      remediesFor: policies.detectors.risk.map(\.minimumK).max())
    let report = try TableCheck.run(source, schema: schema, options: TableCheck.Options(statistics: false)) {
      batch, columns in look.look(at: batch, columns)
    }
    let seen = look.evidence(after: report, isDeclared: false)
    let facts = DatasetFacts(
      name: name, declaredLevel: "", hasLegalBasis: false, hasReason: false,
      fields: schema.fields.map { FieldFacts(name: $0.name) },
      findings: Markings.findings(in: source, detectors) + seen.findings, unread: seen.unread,
      rows: report.rows,
      risk: seen.risk)
    return classify(facts, scale: policies.scale, policy: policies.detectors)
  }
}

extension Verdict {
  /// The verdict for machines; deterministic. `declared` is null for a bare table. What stands against publishing is no
  /// part of it: it is told beside it.
  package var json: JSON {
    [
      "dataset": .string(dataset), "level": .string(level.id), "openness": .string(openness.rawValue),
      "declared": declared.isEmpty ? .null : .string(declared), "evidence": .array(items.map(\.json)),
      "wouldChange": .array(wouldChange.map(Self.texts)),
    ]
  }

  private static func texts(_ texts: [String: String]) -> JSON {
    .object(texts.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) })
  }
}

extension Publication {
  package var json: JSON {
    [
      "release": release.map { JSON($0) } ?? .null, "outcome": .string(outcome.word),
      "datasets": .array(
        datasets.map { dataset in
          [
            "dataset": .string(dataset.name), "level": .string(dataset.level),
            "openness": .string(dataset.openness.rawValue), "rows": JSON(dataset.rows),
            "change": JSON(dataset.change?.word),
          ]
        }),
      "results": .array(reports.map(\.json)), "checks": .array(tagReports.map(\.json)),
      "alsoOpen": JSON(listed),
      "leftOut": .array(
        leftOut.map { dataset, file in
          [
            "dataset": .string(dataset), "resource": .string(file.resource),
            "format": .string(file.format.rawValue), "reason": .string(file.reason.en),
          ]
        }),
    ]
  }
}

extension Publication.Outcome {
  fileprivate var word: String {
    switch self {
    case .published: "published"
    case .unchanged: "unchanged"
    case .rehearsed: "rehearsed"
    }
  }
}

extension Publication.Change {
  fileprivate var word: String {
    switch self {
    case .new: "new"
    case .changed: "changed"
    case .gone: "gone"
    case .level(let from): "level was \(from)"
    }
  }
}
