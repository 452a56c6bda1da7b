import Foundation
import Support
import Testing

/// A published portal for those who are inside: wang-wei publishes, li-na is the second person, zhao-lei a custodian beside
/// her. A test does to it what one of them could do alone.
struct Office {
  let portal: ScratchPortal

  init() throws {
    portal = try ScratchPortal.begin()
    try portal.addPerson("zhao-lei", role: "custodian")
    try portal.publish().wanted(0, "publish")
  }

  /// A dataset `contacts`: 200 invented names with telephones, open where two people agree.
  static let names = (0..<200).map { number in
    let (surnames, given) = (Array("王李张刘陈杨赵黄周吴"), Array("伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚桂"))
    return "\(surnames[number % 10])\(given[number / 10])"
  }

  static func table(_ names: [String] = names, first: Int = 0) -> String {
    "office,person,mobile\n"
      + names.enumerated().map { "D\($0),\($1),138\(String(12_340_000 + first + $0))\n" }.joined()
  }

  static func contacts(level: String = "L1", title: String = "Contacts of offices", more: String = "")
    -> String
  {
    let held = level == "L1" ? "" : #", legalBasis: { zh: "测试用法", en: "A law" }"#
    return #"""
      {
        name: "contacts", title: { zh: "办事处联系人", en: "\#(title)" }, description: { zh: "虚构。", en: "Invented." },
        keywords: [{ zh: "办事处", en: "office" }], themes: ["population"], license: "CC0-1.0", synthetic: true,
        provider: { organization: "data-bureau", person: "lin-hai" }, updateFrequency: "monthly",
        classification: { level: "\#(level)", by: "lin-hai"\#(held), reason: { zh: "办公电话", en: "Public telephones" } },
        resources: [{
          name: "rows", title: { zh: "行", en: "Rows" }, path: "contacts.csv", format: "csv", encoding: "utf-8",
          schema: { primaryKey: ["office"], fields: [
            { name: "office", type: "string", constraints: { required: true } },
            { name: "person", type: "string", constraints: { required: true } },
            { name: "mobile", type: "string", constraints: { required: true } },\#(more)
          ] },
        }],
      }
      """#
  }

  func write(_ descriptor: String = contacts(), _ table: String = table()) throws {
    try portal.write(descriptor, "Catalog/contacts/dataset.json5")
    try portal.write(table, "Catalog/contacts/contacts.csv")
  }

  /// With `contacts` published open, by two people.
  static func open() throws -> Office {
    let office = try Office()
    try office.write()
    try office.portal.agree("contacts")
    try office.portal.publish().wanted(0, "publish contacts")
    return office
  }

  func edit(_ file: String, _ old: String, _ new: String) throws {
    let text = try portal.text(file)
    guard text.contains(old) else { throw Failure("\(file) has no \(old)") }
    try portal.write(text.replacing(old, with: new), file)
  }

  /// Expects a refusal that says this, and nothing served that was not.
  func expectRefused(_ done: Subprocess, _ words: String, _ status: Int32 = 1) {
    #expect(done.status == status && done.errorText.contains(words), "\(words): \(done.said)")
  }

  func isOut(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: portal.outside + "/current/site/" + path)
  }
}

extension Office {
  /// Of a portal that a test has made.
  init(_ portal: ScratchPortal) { self.portal = portal }
}
