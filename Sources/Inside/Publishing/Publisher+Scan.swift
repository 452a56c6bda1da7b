import Bytes
import Catalogs
import Crossing
import Disclosure
import Glibc
import Policies
import Releases
import System
import Tables
import Trust

extension Publisher {
  /// Searches the release for restricted values: those of fields with the role identifier, of fields on which a
  /// personal detector fired, and restricted text that stands for one unit only. Returns where values were met that
  /// also stand in an open source; throws `LeakFound` for any other.
  func scan(_ writer: ReleaseWriter, _ judgements: [Judgement]) throws -> [String] {
    let secrets = SecretSet(work: portal.work)
    // Every value of a derived dataset is one of its sources'.
    for judgement in judgements
    where judgement.pass.rows == nil && judgement.examination.dataset.join == nil {
      for resource in judgement.examination.dataset.resources {
        try gather(resource, of: judgement, into: secrets)
      }
    }
    let words = authored(judgements)
    let report = try writer.leakScan(
      secrets, open: try openSources(judgements), authored: words)
    try refusePersons(in: words)
    return report.alsoOpen.sorted { $0.key.description < $1.key.description }.map { field, count in
      "\(count) values of \(field) also stand in an open source"
    }
  }

  /// What is public whatever the data say: the open sources, and the words of descriptors and code lists. The codes that a
  /// restricted dataset declares are its own, and are agreed to with it; others excuse a few namesakes, and no register.
  private func openSources(_ judgements: [Judgement]) throws -> [OpenSource] {
    var sources: [OpenSource] = []
    let store = try UnnamedFile(in: [portal.work])
    for judgement in judgements where judgement.pass.rows != nil {
      let dataset = judgement.examination.dataset
      let isNew = isNew(judgement.examination)
      for resource in dataset.resources {
        // What is open for the first time may stand in its own files, which the gate let out; it makes nothing public that
        // was not.
        sources.append(.file(try resource.heldFile(), of: isNew ? dataset.name : nil))
        if isNew, let before = try served(dataset, resource, into: store) { sources.append(.file(before)) }
      }
    }
    func add(_ codes: [Code], _ reach: OpenSource.Reach) {
      guard !codes.isEmpty else { return }
      sources.append(.words(Array(codes.map(\.code).joined(separator: "\n").utf8), reach))
      let labels = codes.flatMap { $0.label.byLanguage.map(\.text) }
      sources.append(.labels(Array(labels.joined(separator: "\n").utf8), reach))
    }
    let datasets = judgements.map(\.examination.dataset)
    for dataset in datasets {
      let lists =
        dataset.resources.flatMap { $0.fields.values.compactMap(\.codeList) }
        + dataset.dimensions.compactMap(\.hierarchy)
      let codes =
        Set(lists).sorted().flatMap { catalog.codeLists[$0]?.codes ?? [] }
        + dataset.dimensions.flatMap(\.codes)
      // Of a join the fields are those of its sources.
      for name in [dataset.name] + desk.lineage(of: dataset) { add(codes, .dataset(name)) }
    }
    add(
      catalog.codeLists.values.flatMap(\.codes) + datasets.flatMap { $0.dimensions.flatMap(\.codes) }, .codes)
    // Calendar dates of the metadata are nobody's birthday, though some birthday may fall on them.
    let dates = datasets.flatMap { dataset -> [String] in
      // Catalogues that want whole days write a year as its first or its last one.
      let period = [dataset.temporal?.start, dataset.temporal?.end].compactMap { $0 }.flatMap { moment in
        ["", "-01", "-12", "-01-01", "-12-31"].map { moment + $0 }
      }
      return [dataset.issued?.iso, dataset.modified?.iso].compactMap { $0 } + period
    }
    let kept = history.datasets.values.map(\.modified.date.iso)
    sources.append(.words(Array((dates + kept + [options.now.date.iso]).joined(separator: "\n").utf8)))
    // The people who answer for the data are named in public; a namesake in a register is no leak.
    let names =
      policies.access.people.flatMap { $0.name.byLanguage.map(\.text) }
      + catalog.organizations.flatMap { agency in
        agency.name.byLanguage.map(\.text) + [agency.email] + [agency.creditCode].compactMap { $0 }
      }
    sources.append(.words(Array(names.joined(separator: "\n").utf8), .few))
    return sources
  }

  /// The table of an open dataset as it is served, and so public; nil where none is, or another than was signed.
  private func served(_ dataset: Dataset, _ resource: Resource, into store: UnnamedFile) throws -> HeldFile? {
    let path = "\(Layout.site)/data/\(dataset.name)/\(resource.name).csv"
    guard let served, desk.authority.datasets[dataset.name]?.status == .open, let part = served.part(path)
    else { return nil }
    let file = try served.folder.openFile(path)
    defer { close(file) }
    let held = try store.copy(of: file, name: path)
    return try hash(held) == part.sha256 ? held : nil
  }

  /// Refuses what reads as a number of somebody's where people wrote it. Whom to ask at an office stands with the provider.
  private func refusePersons(in words: [AuthoredText]) throws {
    let theme = try desk.theme.readable().map { name, bytes in
      AuthoredText(place: "Public/\(name)", text: String(decoding: bytes, as: UTF8.self))
    }
    guard let (place, title) = Markings.person(in: words + theme, DetectorSet(policies.detectors)) else {
      return
    }
    throw PublishingError(
      .leaked,
      Wording(
        "\(place) holds what reads as a number of somebody's (\(title["en"] ?? "")); nothing was released",
        "\(place) 中有疑似个人号码（\(title["zh"] ?? "")）；未发布任何内容"),
      hint: Wording(
        "take it out; whom to ask at an office is said by the address of the provider in catalog.json5",
        "请删去；机构联系方式以 catalog.json5 中提供方的地址为准"))
  }

  /// Every text that people wrote for the portal.
  private func authored(_ judgements: [Judgement]) -> [AuthoredText] {
    var texts: [AuthoredText] = []
    func add(_ place: String, _ text: Text) {
      texts += text.byLanguage.map { AuthoredText(place: "Catalog/\(place)", text: $0.text) }
    }
    add("catalog.json5, title", catalog.title)
    add("catalog.json5, description", catalog.description)
    for theme in catalog.themes { add("catalog.json5, themes.\(theme.id)", theme.title) }
    for list in catalog.codeLists.values.sorted(by: { $0.id < $1.id }) {
      add("the code list \(list.id)", list.title)
      for code in list.codes {
        add("the code list \(list.id), \(code.code)", code.label)
        texts.append(AuthoredText(place: "Catalog/the code list \(list.id)", text: code.code))
      }
    }
    for dataset in judgements.map(\.examination.dataset) {
      let file = dataset.derivation.map { "\($0.parent)/dataset.json5, views.\(dataset.name)" }
      texts += Markings.words(of: dataset).map { word in
        AuthoredText(
          place: "Catalog/\(file ?? "\(dataset.name)/dataset.json5"), \(word.place)", text: word.text)
      }
    }
    return texts
  }

  private func gather(_ resource: Resource, of judgement: Judgement, into secrets: SecretSet) throws {
    let dataset = judgement.examination.dataset
    // Which kinds of detectors fired, by field.
    var detected: [String: Set<DetectorKind>] = [:]
    for finding in judgement.examination.findings where finding.personal {
      guard let rule = policies.detectors.detector(finding.rule) else { continue }
      detected[finding.field, default: []].insert(rule.kind)
    }
    let detectors = DetectorSet(policies.detectors)
    var fields: [(column: Int, number: Int)] = []
    // Free text that holds a number of somebody: the number by itself is searched for too.
    var inner: [(column: Int, number: Int, scanner: ColumnScanner, kinds: Set<DetectorKind>)] = []
    for (column, field) in resource.schema.fields.enumerated() {
      let kind: SecretField.Kind
      if resource.fields[field.name]?.role == "identifier" {
        kind = .identifier
      } else if detected[field.name] != nil {
        kind = .detected
      } else if field.type == .string {
        kind = .text
      } else {
        continue
      }
      let number = secrets.register(
        SecretField(dataset: dataset.name, resource: resource.name, field: field.name, kind: kind))
      fields.append((column, number))
      if let kinds = detected[field.name] {
        inner.append((column, number, ColumnScanner(field: field.name, detectors: detectors), kinds))
      }
    }
    guard !fields.isEmpty else { return }
    let subject = dataset.subject.compactMap { resource.schema.index(of: $0) }
    var row = 0
    _ = try TableCheck.run(
      resource.source, schema: resource.schema, options: TableCheck.Options(statistics: false)
    ) { batch, columns in
      for index in 0..<batch.rowCount {
        row += 1
        let unit = subject.isEmpty ? UInt64(row) : batch.mark(index, subject)
        for (column, number) in fields where columns[column].state(index) != .missing {
          try batch.withCell(index, column) { cell in try secrets.add(cell, field: number, unit: unit) }
        }
        for place in inner.indices where columns[inner[place].column].state(index) != .missing {
          try batch.withCell(index, inner[place].column) { cell in
            for match in inner[place].scanner.matches(in: cell, kinds: inner[place].kinds)
            where match.count < cell.count {
              try match.withUnsafeBufferPointer {
                try secrets.add($0, field: inner[place].number, unit: unit)
              }
            }
          }
        }
      }
    }
  }
}
