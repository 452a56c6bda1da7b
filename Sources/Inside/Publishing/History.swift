package import Bytes
import Disclosure
import Policies

/// What one release leaves behind inside the door, for the next one to be judged against: the policy it was made
/// under, the state of each dataset, and the draws and budgets of its results. One file a release; the file of the
/// release that is served is the one that counts, so a publication cut short leaves nothing behind.
package struct History: Sendable {
  /// A dataset as it was published.
  package struct Dataset: Sendable, Equatable {
    package var level: String
    package var hasLegalBasis: Bool
    package var evidenceHash: String
    package var policyHash: String
    /// SHA-256 over descriptor and sources.
    package var fingerprint: String
    /// When content or description last changed.
    package var modified: Timestamp
    /// The release in which it last changed.
    package var release: Int
    /// For an open view: the restricted dataset it was derived from, with which it is withdrawn.
    package var parent: String?
    /// For a derived dataset: those that it is joined from, with either of which it is withdrawn.
    package var sources: [String] = []
    /// How many rows it had; nil where an earlier version wrote it.
    package var rows: Int?
  }

  package var release: Int
  package var policyHash: String
  /// SHA-256 over what every page depends on beside the datasets: the catalogue's own file and the theme.
  package var frameHash: String
  /// The policy files as they were, by name.
  package var policyFiles: [String: [UInt8]]
  package var datasets: [String: Dataset]
  /// `InsideKeys.mark` of the keys it was protected with; nil where 0.1 wrote it.
  package var keyMark: String?
  /// `InsideKeys.tagMark`; nil where an earlier version wrote it.
  package var tagMark: String?
  /// What is remembered of the values of restricted datasets; nothing where an earlier version wrote it.
  var fingerprints = Fingerprints()
  /// How many units two key families have in common that stay two, by `A+B`.
  var unitsInCommon: [String: Int] = [:]
  /// Draws, carry-over and spent budget, by key family.
  var results: [String: ResultHistory]

  static let empty = History(
    release: 0, policyHash: "", frameHash: "", policyFiles: [:], datasets: [:], results: [:])

  /// What was published of a dataset's rows beside itself: its open views, the datasets joined from it, and those joined
  /// from them.
  func made(of dataset: String) -> [String] {
    var made: Set<String> = []
    var next = [dataset]
    while let name = next.popLast() {
      for (other, state) in datasets where state.parent == name || state.sources.contains(name) {
        if made.insert(other).inserted { next.append(other) }
      }
    }
    return made.sorted()
  }

  static func folder(_ portal: Portal, release: Int) -> String { "\(portal.inside)/history/\(release)" }

  /// The history of the release that is served now; `empty` before the first.
  static func load(_ portal: Portal, release: Int?) throws -> History {
    guard let release else { return .empty }
    let folder = folder(portal, release: release)
    guard Files.exists(folder + "/history.json") else {
      throw missing(folder, release)
    }
    let unreadable = PublishingError(
      .damaged, Wording("\(folder) cannot be read as a history", "\(folder) 无法读作历史记录"),
      hint: .restoreFromBackup, blame: .environment)
    guard let json = try? JSON(parsing: try Files.read(folder + "/history.json")) else { throw unreadable }
    var units: [String: StoredUnits] = [:]
    for name in try Files.list(folder + "/units") { units[name] = .file("\(folder)/units/\(name)") }
    guard json["release"]?.int == release else {
      throw PublishingError(
        .damaged,
        Wording(
          "\(folder)/history.json is not the history of release \(release)",
          "\(folder)/history.json 不是第 \(release) 版的历史记录"), hint: .restoreFromBackup, blame: .environment)
    }
    let packed = "\(folder)/\(packedFolder)"
    var parts: [String] = []
    for family in json["results"]?.members ?? [] {
      let units = family.value["datasets"]?.array?.compactMap(\.string).map { "units/\($0)" } ?? []
      parts += units + (family.value["cells"]?.int.map { ["\(packedFolder)/\($0)"] } ?? [])
    }
    if let lost = parts.first(where: { !Files.exists("\(folder)/\($0)") }) {
      throw missing("\(folder)/\(lost)", release)
    }
    try check(json, parts, in: folder, release)
    let history: History?
    do {
      history = try History(json: json, units: units) { number in try Files.read("\(packed)/\(number)") }
    } catch is DisclosureError { throw unreadable }
    guard let history else { throw unreadable }
    return history
  }

  private static func missing(_ path: String, _ release: Int) -> PublishingError {
    PublishingError(
      .damaged,
      Wording("the history of release \(release) is missing: \(path)", "缺少第 \(release) 版的历史记录：\(path)"),
      hint: Wording(
        "restore .doorsill/inside from a backup: without it levels, draws and budgets cannot be judged",
        "请从备份恢复 .doorsill/inside：没有它就无法判断级别、抽取与预算"),
      blame: .environment)
  }

  /// Refuses a history of which a part is not as it was written: with one other bit cells would be drawn anew, or counted
  /// as unchanged.
  private static func check(_ json: JSON, _ parts: [String], in folder: String, _ release: Int) throws {
    // 0.1 wrote no digests.
    guard let version = json["version"] else { return }
    func damaged(_ name: String) -> PublishingError {
      PublishingError(
        .damaged,
        Wording(
          "\(folder)/\(name) is not as release \(release) left it: its SHA-256 is another one",
          "\(folder)/\(name) 与第 \(release) 版所留的不同：SHA-256 不符"),
        hint: Wording(
          "restore .doorsill/inside from a backup: with other draws or units, numbers would be drawn a second time",
          "请从备份恢复 .doorsill/inside：若抽取或单位不同，数字会被抽取第二次"),
        blame: .environment)
    }
    guard version.int == formVersion, let digests = json["parts"], let own = json["digest"]?.string,
      try digest(json) == own
    else { throw damaged("history.json") }
    for part in parts where try digests[part]?.string != hash(file: "\(folder)/\(part)") {
      throw damaged(part)
    }
  }

  /// 2: each part has its digest. 1, of 0.1, did not say so.
  private static let formVersion = 2

  /// SHA-256 of all that history.json says, but for this number itself.
  private static func digest(_ json: JSON) throws -> String {
    hash(try JSON.object((json.members ?? []).filter { $0.key != "digest" }).canonical())
  }

  /// Writes everything down under the release's number, before that release is served.
  func save(_ portal: Portal) throws {
    let folder = Self.folder(portal, release: release)
    try Files.makeDirectory(folder + "/units", mode: 0o700)
    var parts: [String] = []
    for family in results.values {
      for (dataset, units) in family.unitMaps {
        parts.append("units/\(dataset)")
        let path = "\(folder)/units/\(dataset)"
        switch units {
        case .bytes(let bytes): try Files.write(bytes, to: path, mode: 0o600)
        case .file(let known) where known.hasPrefix(portal.work + "/"):
          try Files.move(from: known, to: path)
        // Of an earlier release, on the same disk.
        case .file(let known) where known != path:
          if Files.exists(path) { try Files.remove(path) }
          try Files.hardLink(from: known, to: path)
        case .file: break
        }
      }
    }
    try Files.makeDirectory("\(folder)/\(Self.packedFolder)", mode: 0o700)
    for (number, family) in families.enumerated() {
      let file = try FileWriter("\(folder)/\(Self.packedFolder)/\(number)", mode: 0o600)
      try family.value.pack { try file.write($0) }
      try file.commit()
      parts.append("\(Self.packedFolder)/\(number)")
    }
    let digests = try parts.sorted().map { JSON.Member($0, .string(try hash(file: "\(folder)/\($0)"))) }
    var members = json.members ?? []
    members += [.init("version", JSON(Self.formVersion)), .init("parts", .object(digests))]
    members.append(.init("digest", .string(try Self.digest(.object(members)))))
    try Files.write(try JSON.object(members).canonical(), to: folder + "/history.json", mode: 0o600)
  }

  /// Where the numbers of cells are, a file for each family of results by its number.
  private static let packedFolder = "cells"

  private var families: [(key: String, value: ResultHistory)] { results.sorted { $0.key < $1.key } }

  /// Lower-case hex SHA-256 of the file it was read from or written to: what the decisions log has of it.
  func fileHash(in portal: Portal) throws -> String {
    try Publishing.hash(file: Self.folder(portal, release: release) + "/history.json")
  }

  /// Forgets the histories of releases before the given one: they can no longer become the current one.
  static func forget(before release: Int, _ portal: Portal) throws {
    for name in try Files.list(portal.inside + "/history") {
      guard let number = Int(name), number < release else { continue }
      try Files.remove("\(portal.inside)/history/\(name)")
    }
  }

  var json: JSON {
    [
      "release": .number(String(release)), "policy": .string(policyHash),
      "frame": .string(frameHash), "keys": JSON(keyMark), "tagKey": JSON(tagMark),
      "policyFiles": .object(
        policyFiles.sorted { $0.key < $1.key }.map {
          JSON.Member($0.key, .string(String(decoding: $0.value, as: UTF8.self)))
        }),
      "datasets": .object(datasets.sorted { $0.key < $1.key }.map { JSON.Member($0.key, $0.value.json) }),
      "fingerprints": fingerprints.json,
      "unitsInCommon": .object(
        unitsInCommon.sorted { $0.key < $1.key }.map { JSON.Member($0.key, JSON($0.value)) }),
      "results": .object(
        families.enumerated().map { number, family in
          JSON.Member(
            family.key,
            [
              "cells": JSON(number), "datasets": JSON(family.value.unitMaps.keys.sorted()),
              "history": family.value.json,
            ])
        }),
    ]
  }

  init(
    release: Int, policyHash: String, frameHash: String, policyFiles: [String: [UInt8]],
    datasets: [String: Dataset], keyMark: String? = nil,
    results: [String: ResultHistory]
  ) {
    self.release = release
    self.policyHash = policyHash
    self.frameHash = frameHash
    self.policyFiles = policyFiles
    self.datasets = datasets
    self.keyMark = keyMark
    self.results = results
  }

  /// - Parameter packed: gives the numbers of the family with that number.
  init?(json: JSON, units: [String: StoredUnits], packed: (Int) throws -> [UInt8]) throws {
    guard let release = json["release"]?.int, let policy = json["policy"]?.string,
      let frame = json["frame"]?.string, let files = json["policyFiles"]?.members,
      let datasets = json["datasets"]?.members,
      let results = json["results"]?.members
    else { return nil }
    // 0.1 wrote no mark of the keys.
    for mark in [json["keys"], json["tagKey"]] {
      if let mark, !mark.isNull, mark.string == nil { return nil }
    }
    var read: [String: Dataset] = [:]
    for member in datasets {
      guard let dataset = Dataset(json: member.value) else { return nil }
      read[member.key] = dataset
    }
    var families: [String: ResultHistory] = [:]
    for member in results {
      guard let names = member.value["datasets"]?.array, let number = member.value["cells"]?.int,
        let stored = member.value["history"]
      else { return nil }
      var maps: [String: StoredUnits] = [:]
      for name in names {
        guard let name = name.string, let map = units[name] else { return nil }
        maps[name] = map
      }
      families[member.key] = try ResultHistory(json: stored, packed: try packed(number), unitMaps: maps)
    }
    var policyFiles: [String: [UInt8]] = [:]
    for file in files {
      guard let text = file.value.string else { return nil }
      policyFiles[file.key] = Array(text.utf8)
    }
    self.init(
      release: release, policyHash: policy, frameHash: frame, policyFiles: policyFiles,
      datasets: read, keyMark: json["keys"]?.string, results: families)
    tagMark = json["tagKey"]?.string
    for pair in json["unitsInCommon"]?.members ?? [] { unitsInCommon[pair.key] = pair.value.int }
    if let told = json["fingerprints"] {
      guard let fingerprints = Fingerprints(json: told) else { return nil }
      self.fingerprints = fingerprints
    }
  }
}

extension History.Dataset {
  var json: JSON {
    [
      "evidence": .string(evidenceHash), "fingerprint": .string(fingerprint),
      "legalBasis": .bool(hasLegalBasis), "level": .string(level), "modified": .string(modified.rfc3339),
      "parent": JSON(parent), "policy": .string(policyHash), "release": JSON(release),
      "sources": JSON(sources), "rows": rows.map { JSON($0) } ?? .null,
    ]
  }

  init?(json: JSON) {
    guard let level = json["level"]?.string, let basis = json["legalBasis"]?.bool,
      let evidence = json["evidence"]?.string, let policy = json["policy"]?.string,
      let fingerprint = json["fingerprint"]?.string,
      let modified = json["modified"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
      let release = json["release"]?.int, let parent = json["parent"], parent.isNull || parent.string != nil,
      let sources = json["sources"]?.array, case let names = sources.compactMap(\.string),
      names.count == sources.count
    else { return nil }
    self.init(
      level: level, hasLegalBasis: basis, evidenceHash: evidence, policyHash: policy,
      fingerprint: fingerprint,
      modified: modified, release: release, parent: parent.string, sources: names,
      rows: json["rows"]?.int)
  }
}
