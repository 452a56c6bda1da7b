import Bytes
import Releases
import System

extension ReleaseWriter {
  /// Looks for every secret value, in every form, in every part that was written and in the parts' names (a `.gz` that
  /// the writer made itself is looked at as the file it was made of). Throws
  /// `LeakFound` when a value stands there that is in no open source and that chance does not explain. Reads everything
  /// once for each batch of secrets; time grows with the bytes, memory does not.
  ///
  /// `authored` are the words that people wrote: there a short code of an identifying field is a leak as well, which in
  /// pages full of figures chance would explain.
  @discardableResult
  package func leakScan(
    _ secrets: SecretSet, open sources: [OpenSource] = [], authored: [AuthoredText] = []
  ) throws -> LeakReport {
    var scan = LeakScan(secrets, work: work)
    // The same content under many names is read once; every name is looked at.
    var files: [String: String] = [:]
    for (path, part) in parts where files[part.sha256] == nil && !variants.contains(path) {
      files[part.sha256] = path
    }
    let first = Set(files.values)
    let report = try scan.run(
      parts: parts.sorted { $0.key < $1.key }.map { ($0.key, first.contains($0.key), $0.value.dataset) },
      open: sources, authored: authored
    ) { path in
      let place = Files.join(self.tree, path)
      return try HeldFile(opened: try self.disk.outside.openFile(place), name: path)
    }
    guard report.leakCount == 0 else { throw LeakFound(report: report) }
    scanned = true
    return report
  }
}

/// One run of the leak scan.
struct LeakScan {
  private let secrets: SecretSet
  private let containers: Containers
  private let work: String
  private var report = LeakReport()
  private static let shown = 100

  init(_ secrets: SecretSet, work: String) {
    self.secrets = secrets
    self.work = work
    containers = Containers(work: work)
  }

  /// `parts`: names, whether to read the file, where its content has not been read under another name, and whose it is.
  mutating func run(
    parts: [(name: String, isRead: Bool, dataset: String?)], open sources: [OpenSource],
    authored: [AuthoredText],
    opened: (_ name: String) throws -> HeldFile
  ) throws -> LeakReport {
    report = LeakReport()
    report.values = secrets.given
    report.parts = parts.count
    try secrets.forEachBatch { batch in
      guard !batch.secrets.isEmpty else { return }
      let search = try LeakSearch(batch)
      report.distinct += batch.secrets.count
      report.tooShort += search.tooShort
      let open = try alsoOpen(batch, search, sources)
      for secret in open.own.values.reduce(open.everywhere, { $0.union($1) }) {
        report.alsoOpen[secrets.fields[Int(batch.secrets[secret].field)], default: 0] += 1
      }
      try look(parts, authored, batch, search, open, opened)
      report.bytes += search.bytes
    }
    return report
  }

  /// The secrets that stand in open sources: those that are public, and by dataset those that its own parts may hold.
  struct Open {
    var everywhere: Set<Int> = []
    var own: [String: Set<Int>] = [:]
  }

  private func alsoOpen(
    _ batch: SecretSet.Batch, _ search: LeakSearch, _ sources: [OpenSource]
  ) throws -> Open {
    var open = Open()
    var owner: String?
    var few: Set<Int> = []
    var isLabel = false
    var reach = OpenSource.Reach.all
    let stream = search.stream { hit in
      let secret = batch.secrets[hit.secret]
      let field = secrets.fields[Int(secret.field)]
      // A namesake of a place is public; a person's name or number in a longer label is not.
      let isNamesake = hit.alone && !batch.value(secret).contains(where: Strength.isDigit)
      guard !isLabel || isNamesake || field.kind == .text else { return }
      // A digest in an open table is what leaks, and makes the value no public one.
      guard !hit.form.isEncoded else { return }
      switch reach {
      case .all:
        if let owner {
          open.own[owner, default: []].insert(hit.secret)
        } else {
          open.everywhere.insert(hit.secret)
        }
      case .dataset(let name):
        if name == field.dataset, field.kind == .text { open.everywhere.insert(hit.secret) }
      case .codes: if field.kind == .text || isLabel { few.insert(hit.secret) }
      case .few: few.insert(hit.secret)
      }
    }
    for source in sources {
      isLabel = false
      reach = .all
      owner = nil
      switch source {
      case .words(let bytes, let which):
        reach = which
        stream.write(bytes)
      case .labels(let bytes, let which):
        (isLabel, reach) = (true, which)
        stream.write(bytes)
      case .file(let file, let dataset):
        owner = dataset
        try containers.open(file, as: file.name) { _, produce in
          try produce { $0.isEmpty ? stream.separate() : stream.write($0) }
          stream.finish()
        }
      }
      stream.finish()
    }
    open.everywhere.formUnion(byCoincidence(few.subtracting(open.everywhere), of: batch))
    return open
  }

  /// Of what stands in words that anybody may have written, what may stand there by coincidence: in each field a few, or a
  /// small share. A list of codes that holds a register's numbers makes none of them public.
  private func byCoincidence(_ said: Set<Int>, of batch: SecretSet.Batch) -> [Int] {
    var counts: [UInt16: Int] = [:]
    for secret in batch.secrets { counts[secret.field, default: 0] += 1 }
    return Dictionary(grouping: said) { batch.secrets[$0].field }.flatMap { field, hits in
      let isText = secrets.fields[Int(field)].kind == .text
      let most = max(isText ? 100 : 20, (counts[field] ?? 0) / (isText ? 10 : 200))
      return hits.count <= most ? hits : []
    }
  }

  private mutating func look(
    _ parts: [(name: String, isRead: Bool, dataset: String?)], _ authored: [AuthoredText],
    _ batch: SecretSet.Batch,
    _ search: LeakSearch, _ open: Open, _ opened: (_ name: String) throws -> HeldFile
  ) throws {
    var found = Found(batch: batch, search: search, fields: secrets.fields, open: open)
    let written = search.stream { found.take($0) }
    for text in authored {
      found.enter(text.place, isName: false, isAuthored: true)
      written.write(Array(text.text.utf8))
      written.finish()
    }
    let names = search.stream { found.take($0) }
    for (name, isRead, dataset) in parts {
      found.dataset = dataset
      found.enter(name, isName: true)
      names.write(Array(name.utf8))
      names.finish()
      guard isRead else { continue }
      // Open tables hold numbers of every kind; those of the pages are counted to know what chance would bring.
      let isTable = name.hasPrefix(Layout.rows + "/") || name.hasPrefix("\(Layout.site)/data/")
      try containers.open(try opened(name), as: name) { inside, produce in
        found.enter(inside, isName: false)
        let stream = search.stream { found.take($0) }
        try produce { piece in
          if piece.isEmpty { return stream.separate() }
          if !isTable, found.countsNumbers { found.count(piece) }
          stream.write(piece)
        }
        stream.finish()
      }
    }
    found.settle(into: &report, shown: LeakScan.shown)
  }
}
