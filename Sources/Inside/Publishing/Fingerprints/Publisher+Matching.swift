import Bytes
import Catalogs
import Policies
import Tables

extension Publisher {
  private var fingerprintFolder: String { portal.inside + "/fingerprints" }

  /// Compares what is new or changed and would be open with every restricted set, past and present, before the gate: by the
  /// bytes of its files, by the values of its columns and by their names. A view is compared with every set but those it is
  /// cut from: what its parent holds may have been put there only to be seen through it.
  func match(_ examinations: [Examination]) throws {
    for examination in examinations where !isToBeOpen(examination) { try remember(examination) }
    guard !fingerprints.isEmpty else { return }
    let round = MatchRound()
    for examination in examinations where isToBeOpen(examination) && isNew(examination) {
      measured[examination.dataset.name] = (examination.fingerprint, try sameFiles(examination))
      try sample(examination, into: round)
      if round.isFull { try compare(round) }
    }
    try compare(round)
    for examination in examinations {
      let (name, own) = (examination.dataset.name, desk.sources(ofView: examination.dataset))
      if !own.isEmpty { measured[name]?.matches.removeAll { own.contains($0.with) } }
    }
    var notes = MatchNotes(portal)
    try notes.write(measured)
  }

  /// What restricted datasets of a release were, for later ones to be compared with.
  func fingerprints(after judgements: [Judgement]) throws -> Fingerprints {
    for judgement in judgements where judgement.pass.rows == nil { try remember(judgement.examination) }
    let today = fingerprints.day(options.now.date)
    for judgement in judgements where judgement.pass.rows == nil {
      fingerprints.touch(judgement.examination.dataset.name, on: today.iso)
    }
    fingerprints.forget(before: today.adding(days: -policies.scale.remembersDays).iso)
    return fingerprints
  }

  /// Takes out what two people have agreed to forget.
  func forget(_ agreements: [Agreement]) {
    for agreement in agreements where agreement.motion.aim == .forget {
      fingerprints.forget(agreement.motion.name)
    }
  }

  /// Removes the files that are remembered no more.
  func sweepFingerprints() {
    guard let names = try? Files.list(fingerprintFolder) else { return }
    for name in names where !fingerprints.files.contains(name) {
      try? Files.remove(Files.join(fingerprintFolder, name))
    }
  }

  private func isToBeOpen(_ examination: Examination) -> Bool {
    let verdict = examination.verdict(policies)
    let level = verdict.requiresApproval.first.flatMap { policies.scale.level($0.to) } ?? verdict.level
    return level.openness == .unconditional
  }

  /// Whether what would be open is not what the log has as open.
  func isNew(_ examination: Examination) -> Bool {
    guard let standing = desk.authority.datasets[examination.dataset.name], standing.status == .open,
      policies.scale.level(standing.level)?.openness == .unconditional
    else { return true }
    return standing.content != examination.fingerprint
  }

  // MARK: What is restricted

  /// Makes the fingerprints of a restricted dataset where they are not those of its bytes yet.
  private func remember(_ examination: Examination) throws {
    let dataset = examination.dataset
    // The values of a view and of a join are those of its sources.
    guard dataset.derivation == nil, dataset.join == nil,
      fingerprints.contents[dataset.name] != examination.fingerprint
    else { return }
    let today = fingerprints.day(options.now.date).iso
    let personal = Set(examination.findings.filter(\.personal).map(\.field))
    let marks = ValueMarks(keys)
    for resource in dataset.resources {
      fingerprints.add(source: try hash(resource.heldFile()), of: dataset.name, on: today)
      let columns = columns(of: resource, examination, fewest: Match.fewest * Match.share / 100) {
        field, seen in
        resource.fields[field.name]?.role == "identifier" || dataset.subject.contains(field.name)
          || personal.contains(field.name) || seen.distinct > seen.valid / 2
      }
      let runs = columns.map { _ in MarkRuns(work: portal.work, columns: columns.count) }
      try marks.read(resource, columns: columns) { try runs[$0].add($1) }
      for (run, column) in zip(runs, columns) {
        let field = "\(resource.name).\(resource.schema.fields[column].name)"
        let known = fingerprints.columns.first { $0.dataset == dataset.name && $0.field == field }
        let earlier = try known.map {
          try MarkReader(Files.join(fingerprintFolder, $0.file), hash: $0.file)
        }
        let file = try run.finish(with: earlier, into: fingerprintFolder)
        fingerprints.set(file, of: dataset.name, field: field, on: today)
      }
    }
    fingerprints.contents[dataset.name] = examination.fingerprint
  }

  /// The columns of a table whose values can tell it again.
  private func columns(
    of resource: Resource, _ examination: Examination, fewest: Int,
    where isWanted: (Field, ColumnStatistics) -> Bool
  ) -> [Int] {
    let seen = Dictionary(
      (examination.reports[resource.name]?.columns ?? []).map { ($0.name, $0) },
      uniquingKeysWith: { first, _ in first })
    return resource.schema.fields.indices.filter { place in
      let field = resource.schema.fields[place]
      guard !ValueMarks.small.contains(field.type), let seen = seen[field.name] else { return false }
      return seen.distinct >= fewest && isWanted(field, seen)
    }
  }

  // MARK: What would be open

  private func sameFiles(_ examination: Examination) throws -> [Match] {
    let name = examination.dataset.name
    var found: [Match] = []
    for resource in examination.dataset.resources {
      let bytes = try hash(resource.heldFile())
      let rows = max(1, examination.reports[resource.name]?.rows ?? 0)
      for source in fingerprints.sources where source.hash == bytes && source.dataset != name {
        found.append(Match(field: resource.name, with: source.dataset, withField: "", found: rows, of: rows))
      }
    }
    return found
  }

  /// Reads the columns of a dataset that are to be compared, the small ones too where their values are mostly unique: a
  /// register in several pieces is still one. A value counts once, however often it is there: rows that are said twice hide
  /// nothing.
  private func sample(_ examination: Examination, into round: MatchRound) throws {
    let marks = ValueMarks(keys)
    for resource in examination.dataset.resources {
      let columns = columns(of: resource, examination, fewest: Match.fewestOfPart) { _, seen in
        seen.distinct >= Match.fewest * 99 / 100 || seen.distinct > seen.valid / 2
      }
      var samples = columns.map { _ in MarkSample() }
      try marks.read(resource, columns: columns) { samples[$0].add($1) }
      for (place, column) in columns.enumerated() {
        round.add(
          &samples[place], dataset: examination.dataset.name,
          field: "\(resource.name).\(resource.schema.fields[column].name)")
      }
      var names = MarkSample()
      for field in resource.schema.fields {
        var name = field.name
        if let mark = name.withUTF8({ marks.mark($0) }) { names.add(mark) }
      }
      round.add(&names, dataset: examination.dataset.name, field: "\(resource.name) (field names)")
    }
  }

  private func compare(_ round: MatchRound) throws {
    guard !round.isEmpty else { return }
    round.sort()
    var found: [String: [Match]] = [:]
    for column in fingerprints.columns {
      let reader = try MarkReader(Files.join(fingerprintFolder, column.file), hash: column.file)
      for (dataset, match) in try round.compare(reader, with: column) {
        found[dataset, default: []].append(match)
      }
    }
    for (dataset, matches) in found {
      for (_, parts) in Dictionary(grouping: matches, by: \.with) where Match.counts(parts) {
        measured[dataset]?.matches += parts
      }
    }
    round.clear()
  }
}

/// Columns that are compared in one pass over everything that is remembered.
private final class MatchRound {
  private struct Column {
    let dataset: String
    let field: String
    let count: Int
    let each: Double
  }

  private var columns: [Column] = []
  private var entries: [(mark: UInt64, column: Int32)] = []

  var isEmpty: Bool { columns.isEmpty }
  var isFull: Bool { entries.count > 1 << 21 }

  func add(_ sample: inout MarkSample, dataset: String, field: String) {
    let (marks, each) = sample.finish()
    // Fewer count than there are: values of small worlds are left out.
    guard marks.count >= Match.fewestOfPart else { return }
    for mark in marks { entries.append((mark, Int32(truncatingIfNeeded: columns.count))) }
    columns.append(Column(dataset: dataset, field: field, count: marks.count, each: each))
  }

  func sort() { entries.sort { $0.mark < $1.mark } }

  func clear() {
    columns = []
    entries = []
  }

  /// Reads all of a column that is remembered, and gives what matches it or is a part of what does.
  func compare(
    _ reader: MarkReader, with other: Fingerprints.Column
  ) throws -> [(dataset: String, match: Match)] {
    var found = [Int](repeating: 0, count: columns.count)
    var at = 0
    while let mark = try reader.next() {
      while at < entries.count, entries[at].mark < mark { at += 1 }
      while at < entries.count, entries[at].mark == mark {
        found[Int(entries[at].column)] += 1
        at += 1
      }
    }
    func estimate(_ count: Int, _ each: Double) -> Int { Int(min((Double(count) * each).rounded(), 1e15)) }
    return columns.indices.compactMap { place in
      let column = columns[place]
      guard column.dataset != other.dataset, Match.isPart(found: found[place], of: column.count) else {
        return nil
      }
      return (
        column.dataset,
        Match(
          field: column.field, with: other.dataset, withField: other.field,
          found: estimate(found[place], column.each), of: estimate(column.count, column.each))
      )
    }
  }
}
