import Bytes
import Catalogs
import Policies
import Support
import Tables
import Testing

@testable import Publishing

/// Unread is unjudged, and unjudged is never open.
@Suite struct `What was not read` {
  static let cases = Places.root + "/Tests/Vectors/tables/cases"
  static let persons = (0..<12).map { "王小\($0),1101051949123100\(10 + $0),1380013\(8000 + $0)" }
    .joined(separator: "\n")

  private func verdict(_ path: String, skip: Int = 0) throws -> Verdict {
    let policies = try `Classifying`.policies.get()
    return try Examination.verdict(
      of: TableSource(path: path, skippedRecords: skip), policies: policies)
  }

  @Test(arguments: [
    "居民名单\n姓名,身份证号,电话\n\(persons)\n", "\n\n名单,,\n姓名,身份证号,电话\n\(persons)\n", "姓名,身份证号,电话\n",
    "1,2,3\n4,5,6\n", "a,b\n1,2\n1,2,3\n", "a,b\n1,2\na,b\n3,4\n",
  ]) func `of a bare table is never open, and says what to do`(_ table: String) throws {
    let verdict = try Classifying.verdict(table)
    #expect(verdict.openness == .closed && verdict.problems.map(\.code).contains(.unread), "\(verdict.level)")
    #expect(verdict.items.contains { $0.rule == "unread" && !$0.explanation.isEmpty })
  }

  @Test func `of a titled sheet is looked at all the same, and read where its title is skipped`() throws {
    let path = Self.cases + "/titled-list.xlsx"
    let titled = try verdict(path)
    #expect(titled.openness == .closed && titled.problems.map(\.code).contains(.unread))
    #expect(
      titled.items.contains { $0.rule == "mobile" } && titled.items.contains { $0.rule == "residentID" })
    let skipped = try verdict(path, skip: 1)
    #expect(skipped.level.id == "L3" && skipped.problems.isEmpty, "\(skipped.problems)")
  }

  @Test(arguments: ["pivot.csv", "restricted-ids-as-header.csv", "noheader-one.csv", "only-header.csv"])
  func `and what stands in a header is judged`(_ name: String) throws {
    let verdict = try verdict("\(Self.cases)/\(name)")
    #expect(verdict.openness != .unconditional)
    guard name != "only-header.csv" else { return }
    #expect(verdict.problems.map(\.code).contains(.personalHeader))
    let item = try #require(verdict.items.first { $0.rule == "residentID" && $0.field == "header" })
    #expect(item.examples.allSatisfy { $0.contains("***") })
  }

  @Test(arguments: [
    ("a,b\n1,2\n", "13800138000.csv"), ("指标,张伟,李娜,王芳,刘洋\n收入,1,2,3,4\n", "t.csv"),
    ("name,zhang.wei@example.cn\na,1\n", "t.csv"), ("统计,浙A12345\na,1\n", "t.csv"),
  ]) func `a number or name of somebody outside the cells is personal`(_ table: String, _ name: String) throws
  {
    #expect(try Classifying.verdict(table, name: name).openness != .unconditional)
  }

  @Test func `a phone number in a title that is skipped is seen`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("填报人电话 13800138000\na,b\n1,2\n", to: "t.csv")
    #expect(
      try verdict(path, skip: 1).items.contains { $0.rule == "mobile" && $0.field == "above the header" })
  }

  /// What is quadratic in the columns does not end within the limit.
  @Test(.timeLimit(.minutes(5)), arguments: ["c%d", "", "c"])
  func `of thousands of columns is judged`(_ name: String) throws {
    let header = (0..<6000).map { name == "c%d" ? "c\($0)" : name }.joined(separator: ",")
    let row = [String](repeating: "1", count: 6000).joined(separator: ",")
    _ = try Classifying.verdict("\(header)\n\(row)\n\(row)\n")
  }

  @Test(arguments: ["联系电话：13800138000", "填表人 11010519491231002X", "zhang.wei@example.cn"])
  func `a number in a note below the table is personal`(_ note: String) throws {
    #expect(try Classifying.verdict("区,数\n东城,1\n西城,2\n\(note),\n").openness != .unconditional)
    #expect(try Classifying.verdict("区,数\n东城,1\n西城,2\n注：截至年底,\n").openness == .unconditional)
  }

  @Test(arguments: [
    (
      "列,119901194912310026\n收入,1\n",
      "name: \"列\", type: \"string\"}, {name: \"119901194912310026\", type: \"integer\""
    ),
    ("姓名,身份证号\n", "name: \"姓名\", type: \"string\"}, {name: \"身份证号\", type: \"string\""),
  ]) func `is not published, whoever signs`(_ table: String, _ fields: String) throws {
    let place = try GatePortal()
    try place.add("open", level: "L1", basis: false, fields: "{\(fields)}", table: table)
    let objections = try place.objections { try place.publish() }
    #expect(objections.map(\.dataset) == ["open"])
    #expect(!Files.exists(place.portal.outside + "/current"))
  }

  @Test func `and a header that names persons is not published at any level`() throws {
    let place = try GatePortal()
    try place.add(
      "held", level: "L3", basis: true,
      fields: "{name: \"列\", type: \"string\"}, {name: \"119901194912310026\", type: \"integer\"}",
      table: "列,119901194912310026\n收入,1\n")
    let objections = try place.objections { try place.publish() }
    #expect(objections.first?.reasons.map(\.code) == [.personalHeader])
  }

  @Test func `because it is declared missing is judged by its word`() throws {
    let place = try GatePortal()
    try place.add(
      "gaps", level: "L1", basis: false,
      fields: "{name: \"a\", type: \"integer\", missingValues: [\"\", \"11010519491231002X\"]}",
      table: "a\n1\n11010519491231002X\n")
    let objections = try place.objections { try place.publish() }
    #expect(objections.map(\.dataset) == ["gaps"])
  }

  @Test func `of a dataset with faults is no evidence for an open level`() throws {
    let place = try GatePortal()
    try place.add(
      "faulty", level: "L1", basis: false,
      fields: "{name: \"a\", type: \"integer\"}, {name: \"b\", type: \"string\"}",
      table: "a,b\n1,x\n2,y,13800138000\n3,z,13900139000\n")
    let policies = try PolicySet.load(folder: place.portal.policies)
    let catalog = try Catalog.load(folder: place.portal.catalog, policies: policies)
    let dataset = try #require(catalog.dataset("faulty"))
    let examination = try Examination(dataset, catalog: catalog, policies: policies)
    let verdict = examination.verdict(policies)
    #expect(verdict.openness == .closed && verdict.problems.map(\.code) == [.unread])
    #expect(verdict.items.contains { $0.rule == "mobile" && $0.field == "column 3" })
    #expect(throws: Rejection.self) { try place.publish() }
  }
}

@Suite struct `A proposal for a table` {
  private func proposal(_ table: TableSource, _ place: GatePortal, name: String) throws -> Proposal {
    let policies = try PolicySet.load(folder: place.portal.policies)
    let catalog = try Catalog.load(folder: place.portal.catalog, policies: policies)
    var wishes = Proposal.Wishes()
    wishes.name = name
    return try Proposal(table, wishes: wishes, portal: place.portal, catalog: catalog, policies: policies)
  }

  @Test(arguments: [
    (",city,pop\n0,东城区,708829\n1,西城区,1106214\n", 0, true), ("Name,name,NAME\nx,y,z\n", 0, true),
    ("a,a,b\n1,2,3\n", 0, true), ("某表\na;b\nx;2\n", 1, true), ("x,1\ny,2\n", 0, false),
  ]) func `with odd names, a title or no header is what check accepts and publish publishes`(
    _ table: String, _ skip: Int, _ hasHeader: Bool
  ) throws {
    let place = try GatePortal()
    try place.folder.write(table, to: "in/t.csv")
    let source = TableSource(
      path: "\(place.folder.path)/in/t.csv", hasHeader: hasHeader, skippedRecords: skip)
    let proposal = try proposal(source, place, name: "odd")
    let policies = try PolicySet.load(folder: place.portal.policies)
    try proposal.write(portal: place.portal, policies: policies)
    let catalog = try Catalog.load(folder: place.portal.catalog, policies: policies)
    let examination = try Examination(
      try #require(catalog.dataset("odd")), catalog: catalog, policies: policies)
    #expect(examination.faultCount == 0 && examination.unread.isEmpty, "\(examination.faults)")
    #expect(try place.publish().datasets.contains { $0.name == "odd" && $0.level == "L1" })
  }

  @Test(arguments: ["html.xls", "real.xls", "titled-list.xlsx", "only-header.csv", "pivot.csv"])
  func `that cannot be read is refused, and nothing is stored`(_ name: String) throws {
    let place = try GatePortal()
    let source = TableSource(path: `What was not read`.cases + "/" + name)
    #expect(throws: (any Error).self) { _ = try proposal(source, place, name: "odd") }
    #expect(!Files.exists(place.portal.catalog + "/odd"))
  }
}
