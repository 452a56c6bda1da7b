import Bytes
import Policies

/// Reads one `dataset.json5` against the catalogue and the policies.
struct DatasetReader {
  let catalog: Catalog
  let policies: PolicySet
  /// Absolute, without symbolic links.
  let folder: String
  let faults: Faults
  /// Names of all datasets, also of those at fault.
  var names: [String] = []
  /// What is derived from what.
  var deriving = Derivations()
  let room: TableRoom

  private static let keys = [
    "name", "title", "description", "keywords", "themes", "license", "directory", "provider",
    "updateFrequency",
    "temporal", "spatial", "synthetic", "origin", "classification", "resources", "subject", "dimensions",
    "results",
    "availableFrom", "issued", "modified", "keyFamily", "views",
    "derive",
  ]

  /// The dataset; nil, with the faults noted, where something that it needs cannot be read.
  func read(_ document: Document) -> Dataset? {
    guard let section = Section(document.root, Self.keys, faults) else { return nil }
    let name = section.required("name", ownName)
    let title = section.required("title", Checks.line)
    let description = section.required("description", Checks.text)
    let provider = section.required("provider", provider) ?? nil
    let classification = section.required("classification", classification) ?? nil
    let derived = section["derive"].map { derive($0, of: section) }
    // Without its sources nothing can be said of the rest.
    if let derived, derived == nil { return nil }
    let own = derived ?? nil
    let resources =
      own.map { own in
        var table = own.resource
        table.title = title
        return [table]
      } ?? section.someList("resources", resource)
    Checks.unique(
      section.list("resources") { (node) throws(DocumentError) in node["name"] }
        .compactMap { node in (try? node.string()).map { ($0, node) } }, .resource, faults)
    let first = resources.first
    let subject =
      own?.subject ?? section.list("subject") { (node) throws(DocumentError) in try field(node, of: first) }
    let dimensions =
      own?.dimensions
      ?? section.list("dimensions") { (node) throws(DocumentError) in try dimension(node, of: first) }
    // By what they are called: a table that names a faulty dimension is not itself at fault.
    let names =
      own?.dimensions.map(\.name)
      ?? section.list("dimensions") { (node) throws(DocumentError) in try node["name"]?.string() }
    let results = section.list("results") { (node) throws(DocumentError) in
      try result(node, of: first, subject: subject, dimensions: dimensions, named: names)
    }
    if let own {
      checkResults(results, of: own, section)
    } else {
      checkRepeats(section, subject: subject, results: results)
    }
    var dataset = Dataset(
      name: name ?? "", folder: folder, file: Files.join(folder, Catalog.descriptorName), title: title ?? "",
      description: description ?? "", license: catalog.license,
      provider: provider ?? Provider(organization: "", person: ""),
      classification: classification ?? Classification(level: ""), resources: resources, subject: subject,
      dimensions: dimensions, results: results)
    dataset.views = section.list("views") { (node) throws(DocumentError) in
      try view(node, of: first, dimensions: dimensions, results: results)
    }
    describe(&dataset, section)
    if let own {
      dataset.join = own.join
      dataset.keyFamily = own.sources[0].keyFamily
      dataset.synthetic = dataset.synthetic || own.sources.contains(where: \.synthetic)
      // Not before its sources.
      dataset.availableFrom = ([dataset] + own.sources).compactMap(\.availableFrom).max()
    }
    return faults.isEmpty ? dataset : nil
  }

  /// What catalogues tell and nothing depends on.
  private func describe(_ dataset: inout Dataset, _ section: Section) {
    dataset.keywords = section.list("keywords", Checks.text)
    dataset.themes = section.list("themes") { (node) throws(DocumentError) in
      try Checks.reference(node, to: .theme, in: catalog.themes.map(\.id))
    }
    let license = section.optional("license") { (node) throws(DocumentError) in
      try Checks.reference(node, to: .licence, in: catalog.licenses.map(\.id))
    }
    dataset.license = license ?? catalog.license
    dataset.directory = section.optional("directory", directory) ?? nil
    dataset.updateFrequency = section.optional("updateFrequency", frequency)
    dataset.temporal = section.optional("temporal", period)
    dataset.spatial = section.optional("spatial", spatial) ?? nil
    dataset.synthetic =
      section.optional("synthetic") { (node) throws(DocumentError) in try node.bool() } ?? false
    dataset.origin = section.optional("origin", Checks.text)
    dataset.availableFrom = section.optional("availableFrom", Checks.moment)
    dataset.issued = section.optional("issued", Checks.date)
    dataset.modified = section.optional("modified", Checks.date)
    dataset.keyFamily = section.optional("keyFamily", Checks.name) ?? dataset.name
  }

  private func checkRepeats(_ section: Section, subject: [String], results: [ResultDeclaration]) {
    for key in ["subject", "dimensions", "results", "views"] {
      let nodes = section.list(key) { (node) throws(DocumentError) in node.isString ? node : node["name"] }
      let what = ["subject": Wording.field, "dimensions": .dimension, "views": .view][key] ?? .result
      Checks.unique(nodes.compactMap { node in (try? node.string()).map { ($0, node) } }, what, faults)
    }
    guard let node = section["results"], !results.isEmpty, subject.isEmpty, section["subject"] == nil else {
      return
    }
    faults.add(
      node.error(
        Wording("results need a subject: the unit that is protected and counted", "结果须有主体 subject：受保护并计数的个体"),
        hint: Wording(
          "name the identifying fields, as subject: [\"person_id\"]", "请写明标识字段，如 subject: [\"person_id\"]")))
  }

  private func ownName(_ node: Node) throws(DocumentError) -> String {
    let name = try Checks.name(node, but: Dataset.takenNames, of: Wording("dataset", "数据集"))
    let folderName = Files.name(of: folder)
    guard name == folderName else {
      throw node.error(
        Wording(
          "the dataset is called \"\(name)\", its folder \"\(folderName)\"",
          "数据集名为“\(name)”，而文件夹名为“\(folderName)”"), hint: Wording("call both the same", "请使二者同名"))
    }
    return name
  }

  private func provider(_ node: Node) throws(DocumentError) -> Provider? {
    guard let section = Section(node, ["organization", "person"], faults) else { return nil }
    let organization = section.required("organization") { (node) throws(DocumentError) in
      try Checks.reference(node, to: .organization, in: catalog.organizations.map(\.id))
    }
    let person = section.required("person", person)
    guard let organization, let person else { return nil }
    return Provider(organization: organization, person: person)
  }

  private func person(_ node: Node) throws(DocumentError) -> String {
    try Checks.reference(
      node, to: .person, in: policies.access.people.map(\.id), of: .file("Policies/access.json5"))
  }

  func level(_ node: Node) throws(DocumentError) -> String {
    try Checks.reference(
      node, to: .level, in: policies.scale.levels.map(\.id), of: .file("Policies/levels.json5"))
  }

  private func classification(_ node: Node) throws(DocumentError) -> Classification? {
    guard let section = Section(node, ["level", "flags", "legalBasis", "reason", "by"], faults) else {
      return nil
    }
    let level = section.required("level", level)
    let flags = section.list("flags") { (node) throws(DocumentError) in
      try Checks.reference(
        node, to: .flag, in: policies.scale.flagsForcingClosed, of: .file("Policies/levels.json5"))
    }
    let legalBasis = section.optional("legalBasis", Checks.text)
    let reason = section.optional("reason", Checks.text)
    let proposer = section.optional("by", person)
    guard let level else { return nil }
    return Classification(
      level: level, flags: flags, legalBasis: legalBasis, reason: reason, proposer: proposer)
  }

  private func directory(_ node: Node) throws(DocumentError) -> DirectoryEntry? {
    guard let section = Section(node, ["code", "category", "sharing"], faults) else { return nil }
    let code = section.required("code") { (node) throws(DocumentError) in
      let text = try node.string()
      guard text.utf8.count >= 5, text.utf8.allSatisfy(Checks.isDigit) else {
        throw node.error(
          Wording(
            "a directory code is at least 5 digits: 类 1, 项 2, 目 3, then 细目 and number",
            "目录代码至少 5 位数字：类 1 位、项 2 位、目 3 位，其后为细目与编号"))
      }
      return text
    }
    let category = section.required("category") { (node) throws(DocumentError) in try node.string() }
    let sharing = section.required("sharing") {
      (node) throws(DocumentError) -> (DirectoryEntry.Sharing, Text?)? in
      guard let inner = Section(node, ["type", "condition"], faults) else { return nil }
      let type = inner.required("type") { (node) throws(DocumentError) in
        try node.choice(of: DirectoryEntry.Sharing.self)
      }
      let condition = inner.optional("condition", Checks.text)
      return type.map { ($0, condition) }
    }
    guard let code, let category, let sharing = sharing ?? nil else { return nil }
    return DirectoryEntry(code: code, category: category, sharing: sharing.0, condition: sharing.1)
  }

  private func frequency(_ node: Node) throws(DocumentError) -> Frequency {
    let text = try node.string()
    guard let frequency = Frequency(text) else {
      let near = nearest(text, in: Frequency.words)
      throw node.error(
        Wording("\"\(text)\" is no frequency", "“\(text)”不是更新频率"),
        hint: near.map { .meant($0) }
          ?? Wording(
            "a duration as P1M, or one of \(Frequency.words.joined(separator: ", "))",
            "请写时长（如 P1M），或下列之一：\(Frequency.words.joined(separator: "、"))"))
    }
    return frequency
  }

  private func period(_ node: Node) throws(DocumentError) -> Period {
    let text = try node.string()
    guard let period = Period(text) else {
      throw node.error(
        Wording("\"\(text)\" is no period", "“\(text)”不是时段"),
        hint: Wording(
          "as 2025-01-01/2025-12-31, 1952/2007 or 2004/..", "如 2025-01-01/2025-12-31、1952/2007 或 2004/.."))
    }
    return period
  }

  private func spatial(_ node: Node) throws(DocumentError) -> Spatial? {
    if node.isString {
      let text = try node.string()
      if text.utf8.allSatisfy(Checks.isDigit) { return Spatial(code: text) }
      return text.hasPrefix("http") ? Spatial(uri: try Checks.url(node)) : Spatial(name: Text(text))
    }
    guard let section = Section(node, ["name", "code", "uri", "bbox"], faults) else { return nil }
    let box = section.optional("bbox") { (node) throws(DocumentError) in
      var sides: [String] = []
      for element in try node.elements() { sides.append(try Checks.decimal(element)) }
      let degrees = sides.compactMap { Scan.decimal($0) }
      guard degrees.count == 4, abs(degrees[0]) <= 180, abs(degrees[2]) <= 180, -90...90 ~= degrees[1],
        degrees[1]...90 ~= degrees[3]
      else {
        throw node.error(
          Wording("a bounding box is [west, south, east, north] in degrees", "范围框写作 [西, 南, 东, 北]，单位为度"))
      }
      return sides
    }
    return Spatial(
      name: section.optional("name", Checks.line),
      code: section.optional("code") { (node) throws(DocumentError) in try node.string() },
      uri: section.optional("uri", Checks.url), box: box)
  }
}
