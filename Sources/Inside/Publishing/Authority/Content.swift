import Bytes
import Catalogs
import Policies
import Tables
import Trust

/// What a dataset is now, in the terms that an envelope has: hashes of what is declared, exact counts of what was found.
enum Content {
  /// Members of a descriptor that an envelope has of its own, or that change from month to month and tell nothing.
  private static let elsewhere: Set<String> = [
    "name", "classification", "provider", "subject", "dimensions", "results", "views", "keyFamily", "derive",
    "temporal", "updateFrequency", "modified", "issued", "availableFrom", "resources", "contact",
  ]
  /// The same of one resource: how its file is read.
  private static let reading: Set<String> = [
    "path", "source", "format", "encoding", "dialect", "sheet", "mediatype", "missingValues",
  ]
  /// Columns whose names an envelope lists one by one; wider tables are one hash.
  private static let mostFields = 300

  static func envelope(
    of examination: Examination, _ verdict: Verdict, catalog: Catalog, policies: PolicySet
  ) throws -> Envelope {
    let dataset = examination.dataset
    let root = try Document(json5: try catalog.text(of: dataset.file), file: dataset.file).root.json
    func hashed(_ keys: [String]) throws -> String {
      hash(try JSON.object(keys.compactMap { key in root[key].map { JSON.Member(key, $0) } }).canonical())
    }
    let declared = policies.scale.level(verdict.requiresApproval.first?.to ?? verdict.level.id)
    let above = verdict.items.filter { item in
      guard let declared, let level = policies.scale.level(item.level) else { return true }
      return level > declared && item.rule != "declared"
    }
    let risks = Set(policies.detectors.risk.map(\.id))
    return Envelope(
      dataset: dataset.name, family: dataset.keyFamily, owner: dataset.provider.organization,
      level: declared?.id ?? verdict.level.id,
      legalBasis: try dataset.classification.legalBasis.map { hash(try $0.json.canonical()) },
      fields: try fields(of: dataset, root), codeLists: try codeLists(of: dataset, catalog),
      text: try text(of: root, dataset),
      findings: above.map { Envelope.Ceiling(field: $0.field ?? "", rule: $0.rule, most: $0.matches) },
      leastGroup: above.contains { risks.contains($0.rule) } ? examination.risk?.smallestGroup : nil,
      subject: try hashed(["subject", "dimensions", "derive"]), results: try hashed(["results"]),
      views: try hashed(["views"]))
  }

  private static func fields(of dataset: Dataset, _ root: JSON) throws -> [Envelope.Field] {
    var words: [String: String] = [:]
    for resource in root["resources"]?.array ?? [] {
      for field in resource["schema"]?["fields"]?.array ?? [] {
        let rest = (field.members ?? []).filter { !told.contains($0.key) }
        let name = "\(resource["name"]?.string ?? "").\(field["name"]?.string ?? "")"
        words[name] = rest.isEmpty ? "" : String(hash(try JSON.object(rest).canonical()).prefix(16))
      }
    }
    let fields = dataset.resources.flatMap { resource in
      resource.schema.fields.map { field in
        let (meta, name) = (resource.fields[field.name], "\(resource.name).\(field.name)")
        return Envelope.Field(
          name: name, type: field.type.rawValue, codeList: meta?.codeList ?? "", level: meta?.level ?? "",
          role: meta?.role ?? "", words: words[name] ?? "")
      }
    }
    guard fields.count > mostFields else { return fields }
    let all = JSON.array(
      fields.map { JSON([$0.name, $0.type, $0.codeList, $0.level, $0.role, $0.words]) })
    return [
      Envelope.Field(name: hash(try all.canonical()), type: "", codeList: "", level: "", role: "", words: "")
    ]
  }

  /// Members of a field that an envelope has of its own.
  private static let told: Set<String> = ["name", "type", "codeList", "level", "role"]

  private static func codeLists(of dataset: Dataset, _ catalog: Catalog) throws -> [String: String] {
    var lists: [String: String] = [:]
    func add(_ name: String, _ codes: [Code]) throws {
      lists[name] = hash(
        try JSON.array(
          codes.map { [.string($0.code), $0.label.json, JSON($0.parent)] }
        ).canonical())
    }
    let named = dataset.resources.flatMap { $0.fields.values.compactMap(\.codeList) }
    for name in Set(named + dataset.dimensions.compactMap(\.hierarchy)) {
      if let list = catalog.codeLists[name] { try add(name, list.codes) }
    }
    return lists
  }

  /// Every word that is published and that nothing else of an envelope covers.
  private static func text(of root: JSON, _ dataset: Dataset) throws -> String {
    var members = (root.members ?? []).filter { !elsewhere.contains($0.key) }
    members.append(JSON.Member("reason", root["classification"]?["reason"] ?? .null))
    let resources = (root["resources"]?.array ?? []).map { resource in
      JSON.object((resource.members ?? []).filter { !reading.contains($0.key) && $0.key != "schema" })
    }
    members.append(JSON.Member("resources", .array(resources)))
    return hash(try JSON.object(members).canonical())
  }
}
