import Bytes
import Catalogs
import Support
import Trust

@testable import Publishing

/// A portal as `init` makes it, with two people and a small restricted table, for tests that publish.
final class SmallPortal {
  let folder: TemporaryFolder
  let portal: Portal
  let publisher: SigningKey
  let approver: SigningKey

  init() throws {
    folder = try TemporaryFolder()
    portal = try Beginning.make(folder.path + "/portal")
    try portal.oneOpensFirst()
    publisher = try SigningKey.generate()
    approver = try SigningKey.generate()
    try add("wang-wei", roles: ["custodian"], key: publisher)
    try add("li-na", roles: ["approver", "custodian"], key: approver)
  }

  func add(_ id: String, roles: [String], key: SigningKey) throws {
    let file = portal.policies + "/access.json5"
    let person = Person(
      id: id, name: Text(id), organization: "data-bureau", roles: roles, key: key.publicKey)
    try Files.write(try PersonFile.adding(person, to: try Files.read(file), file: file), to: file)
  }

  /// Writes a restricted dataset `members`, whose description may say more than it should.
  func addMembers(description: String = "Made by a test.") throws {
    let text = #"""
      {
        name: "members", title: { zh: "成员", en: "Members" }, description: { zh: "由测试生成。", en: "\#(description)" },
        keywords: [{ zh: "成员", en: "members" }], themes: ["population"], license: "CC0-1.0", synthetic: true,
        provider: { organization: "civil-affairs", person: "zhang-lei" }, updateFrequency: "never",
        classification: { level: "L3", legalBasis: { zh: "法", en: "A law" }, reason: { zh: "个人", en: "Persons" }, by: "zhang-lei" },
        resources: [{
          name: "rows", title: { zh: "行", en: "Rows" }, path: "members.csv", format: "csv", encoding: "utf-8",
          schema: { fields: [
            { name: "number", type: "string", level: "L3", role: "identifier", constraints: { required: true } },
            { name: "points", type: "integer" },
          ] },
        }],
      }
      """#
    try folder.write(text, to: "portal/Catalog/members/dataset.json5")
    let rows = (0..<200).map { "MEMBER-\($0 * 7919 + 100_000),\($0 % 9)\n" }.joined()
    try folder.write("number,points\n" + rows, to: "portal/Catalog/members/members.csv")
  }

  func edit(_ path: String, _ from: String, _ to: String) throws {
    let text = String(decoding: try folder.read("portal/" + path), as: UTF8.self)
    guard text.contains(from) else { throw Missing(what: from) }
    try folder.write(text.replacing(from, with: to), to: "portal/" + path)
  }

  struct Missing: Error { let what: String }

  /// Publishes as wang-wei, or as nobody.
  func publish(
    as person: String? = "wang-wei", at time: Timestamp = .now(), dryRun: Bool = false,
    progress: @escaping (Stage) -> Void = { _ in }
  ) throws -> Publication {
    let keys = ["wang-wei": publisher, "li-na": approver]
    let author =
      person.flatMap { id in keys[id].map { Author(person: id, key: $0) } } ?? Author(systemUser: "root")
    return try Publisher(
      portal, options: PublishOptions(author: author, now: time, dryRun: dryRun), progress: progress
    ).publish()
  }

  var pair: Pair {
    Pair(
      portal: portal, proposer: Review.Signer(id: "wang-wei", key: publisher),
      approver: Review.Signer(id: "li-na", key: approver))
  }

  /// wang-wei proposes, and li-na signs.
  func agree(_ subject: String) throws { try pair.agree(subject) }

  /// Takes out at once, and for good where `both` agree to it.
  func withdraw(_ name: String, reason: String = "a mistake", both: Bool = true) throws {
    let signer = pair.proposer
    let first = try Withdrawal.withdraw(name, portal: portal, reason: reason, by: signer, now: .now())
    guard both, !first.isForGood else { return }
    try pair.approve(name)
    _ = try Withdrawal.withdraw(name, portal: portal, reason: reason, by: signer, now: .now())
  }

  /// What the door's other side holds, by name and size.
  func outside() throws -> [String] {
    try Subprocess.run("find", [portal.outside, "-printf", "%P %s %T@ %l\n"]).text.split(separator: "\n").map(
      String.init
    )
    .sorted()
  }
}
