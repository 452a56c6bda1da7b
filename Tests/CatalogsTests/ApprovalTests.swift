import Bytes
import Catalogs
import Policies
import Support
import Testing
import Trust

@Suite struct `Approvals of changes` {
  let folder: TemporaryFolder
  let key: SigningKey
  let people: [Person]

  init() throws {
    folder = try TemporaryFolder()
    key = try SigningKey.generate()
    people = [
      Person(
        id: "zhou-min", name: "Zhou Min", organization: "bureau", roles: ["approver"], key: key.publicKey),
      Person(
        id: "chen-jing", name: "Chen Jing", organization: "bureau", roles: ["custodian"],
        key: try SigningKey.generate().publicKey),
      Person(id: "wu-tao", name: "Wu Tao", organization: "bureau", roles: ["approver"]),
    ]
  }

  func statement(dataset: String = "people", approver: String = "zhou-min") throws -> ApprovalStatement {
    ApprovalStatement(
      dataset: dataset, from: "L3", to: "L2", evidenceHash: String(repeating: "a", count: 64),
      policyHash: String(repeating: "b", count: 64), reason: "理由 \"written\"", proposer: "chen-jing",
      approver: approver, time: try #require(Timestamp(rfc3339: "2026-11-21T08:00:00Z")))
  }

  func load() throws -> [CheckedApproval] {
    try Approvals.load(folder: folder.path, about: "people", people: people)
  }

  @Test func `are written, found again and checked`() throws {
    let path = try Approvals.write(try statement(), with: key, into: folder.path + "/deep/approvals")
    #expect(path.hasSuffix("/deep/approvals/20261121T080000Z-zhou-min.jws"))
    let found = try Approvals.load(folder: folder.path + "/deep/approvals", about: "people", people: people)
    #expect(
      found == [
        CheckedApproval(
          dataset: "people", from: "L3", to: "L2", evidenceHash: String(repeating: "a", count: 64),
          policyHash: String(repeating: "b", count: 64), reason: "理由 \"written\"", approver: "zhou-min",
          approverRoles: ["approver"], proposer: "chen-jing", time: "2026-11-21T08:00:00Z")
      ])
  }

  @Test func `are none where there is no folder, and other files are not looked at`() throws {
    #expect(try Approvals.load(folder: folder.path + "/none", about: "people", people: people).isEmpty)
    _ = try folder.write("notes", to: "README.txt")
    #expect(try load().isEmpty)
  }

  @Test func `carry the roles that the signer has now, not then`() throws {
    _ = try Approvals.write(try statement(), with: key, into: folder.path)
    var people = people
    people[0].roles = ["auditor"]
    let found = try Approvals.load(folder: folder.path, about: "people", people: people)
    #expect(found.map(\.approverRoles) == [["auditor"]])
  }

  /// Every changed character of the file is noticed.
  @Test func `are refused when forged`() throws {
    let compact = try Approvals.sign(try statement(), with: key)
    for place in stride(from: 0, to: compact.utf8.count, by: 7) {
      var bytes = Array(compact.utf8)
      bytes[place] = bytes[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      _ = try folder.write(bytes, to: "forged.jws")
      #expect(throws: ApprovalError.self) { try load() }
    }
  }

  @Test func `are refused from an unknown key, naming the file`() throws {
    _ = try Approvals.write(try statement(), with: try SigningKey.generate(), into: folder.path)
    let error = #expect(throws: ApprovalError.self) { try load() }
    #expect(error?.code == .signature)
    #expect(error?.message.contains("20261121T080000Z-zhou-min.jws") == true)
  }

  @Test func `are refused when one person's key signs in another's name`() throws {
    _ = try Approvals.write(try statement(approver: "wu-tao"), with: key, into: folder.path)
    #expect(throws: ApprovalError(.wrongPerson, file: "", "")) { try load() }
  }

  @Test func `are refused unsigned`() throws {
    let payload = Base64.encodeURL(Array("{}".utf8))
    for header in ["{\"alg\":\"none\"}", "{\"alg\":\"HS256\"}", "{\"alg\":\"EdDSA\"}"] {
      _ = try folder.write("\(Base64.encodeURL(Array(header.utf8))).\(payload).", to: "unsigned.jws")
      #expect(throws: ApprovalError(.format, file: "", "")) { try load() }
    }
    _ = try folder.write("", to: "unsigned.jws")
    #expect(throws: ApprovalError(.format, file: "", "")) { try load() }
  }

  @Test func `are refused in the folder of another dataset`() throws {
    _ = try Approvals.write(try statement(dataset: "other"), with: key, into: folder.path)
    #expect(throws: ApprovalError(.misplaced, file: "", "")) { try load() }
  }

  @Test func `are not made of other things that a person signed`() throws {
    let compact = try Approvals.sign(try statement(), with: key)
    let (_, payload, _) = try JWS.verify(compact, keys: [key.publicKey])
    _ = try folder.write(JWS.sign(payload, with: key), to: "untyped.jws")
    #expect(throws: ApprovalError(.format, file: "", "")) { try load() }
    let more = "{\"more\":1," + String(decoding: payload.dropFirst(), as: UTF8.self)
    let header = [JSON.Member("typ", .string(Approvals.type))]
    _ = try folder.write(JWS.sign(Array(more.utf8), with: key, header: header), to: "untyped.jws")
    #expect(throws: ApprovalError(.format, file: "", "")) { try load() }
  }
}
