package import Bytes
package import Catalogs
package import Policies
package import Tables

/// A descriptor proposed for a table, for its custodian to correct: types from every value, level and roles from what
/// the detectors found.
package struct Proposal: Sendable {
  package let name: String
  /// What the detectors found, as `classify --file` tells it.
  package let verdict: Verdict
  /// `dataset.json5`.
  package let descriptor: String
  package let rows: Int
  /// What the reader saw that its custodian should know: renamed columns, what is hidden.
  package let notes: [Wording]
  /// The folder that `write` makes.
  package let folder: String
  private let file: String
  /// The name of the copy beside the descriptor.
  private let copy: String

  /// What the custodian says about a table; what is left out is proposed.
  package struct Wishes: Sendable {
    package var name: String?
    package var title: String?
    package var organization: String?
    package var person: String?

    package init() {}
  }

  /// Reads the whole table, twice. Throws `refused` for a source with a secrecy marking, before anything is stored, and
  /// for a name that is taken.
  package init(_ path: String, wishes: Wishes, portal: Portal, catalog: Catalog, policies: PolicySet) throws {
    try self.init(
      TableSource(path: path), wishes: wishes, portal: portal, catalog: catalog, policies: policies)
  }

  /// The same of a table whose owner says how it is to be read.
  package init(
    _ table: TableSource, wishes: Wishes, portal: Portal, catalog: Catalog, policies: PolicySet
  ) throws {
    let path = table.path
    file = try Files.resolved(path)
    let stem = Files.name(of: path).split(separator: ".").first.map(String.init) ?? ""
    guard let name = wishes.name ?? Self.name(from: stem) else {
      throw PublishingError(
        .refused,
        Wording("'\(stem)' gives no name of letters, digits and hyphens", "由“\(stem)”得不出由字母、数字和连字符组成的标识"),
        hint: Wording("give one with --name", "请用 --name 指定"),
        blame: .usage)
    }
    folder = Files.join(portal.catalog, name)
    guard !Files.exists(folder) else {
      throw PublishingError(
        .refused, Wording("\(folder) is there already", "\(folder) 已存在"),
        hint: Wording("give another name with --name", "请用 --name 另取标识"), blame: .usage)
    }
    verdict = try Examination.verdict(of: table, policies: policies)
    if let problem = verdict.problems.first {
      throw Rejection(
        faults: [], faultCount: 0,
        objections: [Objection(dataset: Files.name(of: path), reasons: [problem], needs: [])])
    }
    let inferred = try inferSchema(table)
    let ending = path.split(separator: ".").count > 1 ? path.split(separator: ".").last.map(String.init) : nil
    let copy = name + (ending.map { "." + $0.lowercased() } ?? "")
    self.name = name
    self.copy = copy
    rows = inferred.rows
    notes = inferred.seen.notes
    let organization =
      wishes.organization
      ?? wishes.person.flatMap { person in policies.access.people.first { $0.id == person }?.organization }
      ?? catalog.publisher
    // Who proposes cannot approve: somebody who could be the second person is not named here.
    let approvers = Set(ApprovalKind.allCases.compactMap { policies.scale.approvals.role(for: $0) })
    let people = policies.access.people.filter { approvers.isDisjoint(with: $0.roles) }
    let person =
      wishes.person ?? (people.first { $0.organization == organization } ?? people.first)?.id
      ?? policies.access.people.first?.id ?? ""
    descriptor = Self.descriptor(
      name, title: wishes.title ?? stem, organization: organization, person: person,
      place: "path: \(Self.quoted(copy))", table, inferred,
      verdict,
      policies.scale, policies.detectors)
  }

  /// A dataset's name from the name of a file; nil where there is none in it.
  static func name(from stem: String) -> String? {
    var name = ""
    for scalar in stem.lowercased().unicodeScalars {
      if ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) {
        name.unicodeScalars.append(scalar)
      } else if !name.isEmpty, !name.hasSuffix("-") {
        name += "-"
      }
    }
    name = String(name.drop { !("a"..."z").contains($0) }.prefix(100))
    while name.hasSuffix("-") { name.removeLast() }
    if Dataset.takenNames.contains(name) { name += "-table" }
    return name.isEmpty ? nil : name
  }

  /// Makes the dataset's folder with descriptor and table, and reads it back as the portal will.
  package func write(portal: Portal, policies: PolicySet) throws {
    try Files.makeDirectory(folder)
    do {
      let writer = try FileWriter(Files.join(folder, copy))
      try Files.forEachChunk(of: file) { try writer.write(Array($0)) }
      try writer.commit()
      try Files.write(Array(descriptor.utf8), to: Files.join(folder, Catalog.descriptorName))
      _ = try Catalog.load(folder: portal.catalog, policies: policies)
    } catch {
      try? Files.remove(folder)
      throw error
    }
  }

  // MARK: The words

  private static func quoted(_ text: String) -> String {
    String(decoding: JSON.string(text).serialized(), as: UTF8.self)
  }

  private static func descriptor(
    _ name: String, title: String, organization: String, person: String, place: String, _ table: TableSource,
    _ inferred: Inference,
    _ verdict: Verdict, _ scale: Scale, _ detectors: DetectorPolicy
  ) -> String {
    let isOpen = verdict.openness == .unconditional
    let basis =
      isOpen
      ? ""
      : "\n    // Above \(scale.lowest.id) the law that restricts it must be named; what has none is open. 须写明法律依据：\n    // legalBasis: { zh: \"…\", en: \"…\" },"
    let seen = inferred.seen
    var source = "\(place), format: \(quoted(seen.format.rawValue)),"
    if let encoding = seen.encoding { source += " encoding: \(quoted(encoding))," }
    if let sheet = seen.sheet { source += " sheet: \(quoted(sheet))," }
    var dialect: [String] = []
    if let seen = seen.dialect, inferred.seen.format == .csv, seen.delimiter != [0x2C] {
      dialect.append("delimiter: \(quoted(String(decoding: seen.delimiter, as: UTF8.self)))")
    }
    if let quote = table.quote { dialect.append("quoteChar: \(quoted(quote))") }
    if !table.hasHeader { dialect.append("header: false") }
    if table.skippedRecords > 0 { dialect.append("skipRows: \(table.skippedRecords)") }
    if !dialect.isEmpty { source += "\n    dialect: { \(dialect.joined(separator: ", ")) }," }
    let fields = inferred.schema.fields.enumerated().map { place, field in
      let isKey = !isOpen && inferred.rows > 1 && inferred.columns[place].distinct == inferred.rows
      return Self.line(field, isKey: isKey, verdict, scale, detectors)
    }
    return """
      // Proposed by `doorsill add` from \(inferred.rows) rows; now yours to correct. 由 doorsill add 提出，请逐项核对。
      {
        name: \(quoted(name)),
        title: \(quoted(title)),
        description: \(quoted(title)),   // what it holds, in plain words; { zh: "…", en: "…" } for both languages
        keywords: [],
        themes: [],                  // ids of catalog.json5
        provider: { organization: \(quoted(organization)), person: \(quoted(person)) },
        // updateFrequency: "monthly", temporal: "2026-01-01/2026-12-31",
        classification: {
          level: \(quoted(verdict.level.id)), by: \(quoted(person)),\(basis)
        },
        resources: [{
          name: \(quoted(name)), \(source)
          schema: {
            // primaryKey: [],
            fields: [
      \(fields.map { "        " + $0 }.joined(separator: "\n"))
            ],
          },
        }],
      }

      """
  }

  /// One field: its type, and what the detectors say of it.
  private static func line(
    _ field: Field, isKey: Bool, _ verdict: Verdict, _ scale: Scale, _ detectors: DetectorPolicy
  ) -> String {
    var words = ["name: \(quoted(field.name))", "type: \(quoted(field.type.rawValue))"]
    if let gaps = field.missingValues {
      words.append("missingValues: [\(gaps.map(quoted).joined(separator: ", "))]")
    }
    let found = verdict.items.filter { $0.field == field.name && detectors.detector($0.rule) != nil }
    if let level = found.compactMap({ scale.level($0.level) }).max(), level != scale.lowest {
      words.append("level: \(quoted(level.id))")
    }
    let kinds = found.compactMap { detectors.detector($0.rule)?.kind }
    // In a restricted table a text of its own in every row names the unit.
    if kinds.contains(where: { Self.identifying.contains($0) }) || isKey && field.type == .string {
      words.append("role: \"identifier\"")
    } else if kinds.contains(.birthDate) || QuasiIdentifiers.aspect(of: field.name) != nil {
      words.append("role: \"quasi\"")
    } else if kinds.contains(.medical) {
      words.append("role: \"sensitive\"")
    }
    if field.constraints.required { words.append("constraints: { required: true }") }
    return "{ \(words.joined(separator: ", ")) },"
  }

  /// What names a person by itself.
  private static let identifying: Set<DetectorKind> = [
    .residentID, .passport, .bankCard, .mobile, .email, .plate, .personalName,
  ]
}
