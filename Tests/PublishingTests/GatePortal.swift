import Bytes
import Catalogs
import Foundation
import Support
import Trust

@testable import Publishing

/// A new portal in a temporary folder, with two people who can sign: chen-jing publishes, zhou-min is the second person.
struct GatePortal {
  let folder: TemporaryFolder
  let portal: Portal
  let custodian: SigningKey
  let approver: SigningKey

  init(scale: StarterScale = .cn) throws {
    folder = try TemporaryFolder()
    portal = try Beginning.make(folder.path, scale: scale)
    try portal.oneOpensFirst()
    custodian = try SigningKey.generate()
    approver = try SigningKey.generate()
    for (id, key) in [("chen-jing", custodian), ("zhou-min", approver)] {
      let access = try folder.read("Policies/access.json5")
      let person = Person(id: id, name: Text(id), organization: "data-bureau", roles: [], key: key.publicKey)
      try folder.write(try PersonFile.adding(person, to: access), to: "Policies/access.json5")
    }
  }

  func publisher(_ now: String = "2026-11-21T08:00:00Z") throws -> Publisher {
    try Publisher(
      portal,
      options: PublishOptions(
        author: Author(person: "chen-jing", key: custodian), now: Timestamp(rfc3339: now) ?? .now()))
  }

  @discardableResult
  func publish() throws -> Publication { try publisher().publish() }

  var author: Author { Author(person: "chen-jing", key: custodian) }

  /// Proposes as the custodian and signs as the second person.
  func approve(_ subject: String) throws { try pair.agree(subject) }

  /// Takes out for good: one proposes, the other signs. Returns what was taken out.
  @discardableResult
  func withdraw(_ name: String) throws -> [String] {
    let signer = pair.proposer
    func run() throws -> Withdrawal.Outcome {
      try Withdrawal.withdraw(name, portal: portal, reason: "a mistake", by: signer, now: .now())
    }
    let first = try run()
    guard !first.isForGood else { return first.names }
    try pair.approve(name)
    return try run().names
  }

  var pair: Pair {
    Pair(
      portal: portal, proposer: Review.Signer(id: "chen-jing", key: custodian),
      approver: Review.Signer(id: "zhou-min", key: approver))
  }

  /// Changes one place of a file.
  func change(_ file: String, _ old: String, _ new: String) throws {
    let text = String(decoding: try folder.read(file), as: UTF8.self)
    guard text.contains(old) else { throw Absent(text: old) }
    try folder.write(text.replacing(old, with: new, maxReplacements: 1), to: file)
  }

  struct Absent: Error { let text: String }

  /// A dataset of its own beside the one that `init` made. `table` is CSV; `fields` its schema.
  func add(_ name: String, level: String, basis: Bool, fields: String, table: String, more: String = "")
    throws
  {
    try folder.write(
      """
      {
        name: "\(name)", title: "\(name)", description: "\(name)", keywords: ["test"], themes: ["population"],
        provider: { organization: "transport-bureau", person: "lin-hai" }, temporal: "2026/2026",
        updateFrequency: "annual", synthetic: true,
        classification: { level: "\(level)"\(basis ? ", legalBasis: \"A law\"" : "") },
        resources: [{ name: "rows", path: "rows.csv", format: "csv", schema: { fields: [\(fields)] } }],
        \(more)
      }
      """, to: "Catalog/\(name)/dataset.json5")
    try folder.write(table, to: "Catalog/\(name)/rows.csv")
  }

  /// An open dataset `offices`, whose telephones look like those of persons.
  func addTelephones() throws {
    try add(
      "offices", level: "L1", basis: false,
      fields: #"{ name: "office", type: "string" }, { name: "telephone", type: "string" }"#,
      table: "office,telephone\nEast,13800138000\nWest,13900139000\n")
    try change("Catalog/offices/dataset.json5", #"level: "L1""#, #"level: "L1", reason: "offices""#)
  }

  /// Changes how data are judged, without the evidence of `offices`.
  func weakenDetector() throws {
    try change("Policies/detectors.json5", "minimumK: 5", "minimumK: 4")
  }

  var site: String { portal.outside + "/current/site" }

  func objections(_ body: () throws -> Void) throws -> [Objection] {
    do {
      try body()
      return []
    } catch let rejection as Rejection {
      return rejection.objections
    }
  }
}
