import Bytes
import Catalogs
import Publishing
import Trust

/// `person`: the people who answer for what the portal does, and their keys.
enum PersonVerbs {
  static let all: [Verb] = [
    Verb(
      "person add", "ID",
      Phrase(
        "为一个人生成密钥对，公钥写入 access.json5", "make a person's key pair; the public half goes into access.json5"),
      options: [
        Option("--name", "TEXT", Phrase("姓名", "the person's name")),
        Option(
          "--organization", "ID", Phrase("所属机构（catalog.json5 中的标识）", "an organization of catalog.json5")),
        Option(
          "--role", "ROLE", repeats: true, Phrase("角色：custodian、approver……", "a role: custodian, approver, …")
        ),
        .passphraseFile, .portal,
      ],
      example: "doorsill person add li-na --name '李娜' --organization data-bureau --role approver", run: add),
    Verb(
      "person list", "", Phrase("列出人员与角色", "list people and their roles"), options: [.portal, .json],
      example: "doorsill person list", run: list),
  ]

  private static func add(_ invocation: Invocation) throws -> ExitStatus {
    let id = try invocation.operands(1, 1)[0]
    let portal = try invocation.portal()
    let name = try invocation.required("--name")
    let organization = try invocation.required("--organization")
    let roles = invocation.all("--role")
    guard !roles.isEmpty else {
      _ = try invocation.required("--role")
      return .usage
    }
    let path = try PersonKeys.path(id)
    guard !Files.exists(path) else {
      throw UsageFault(
        Phrase("“\(id)”已有私钥：\(path)", "'\(id)' has a key already: \(path)"),
        hint: Phrase("换一个标识；旧签名仍要用旧钥验证", "choose another id: old signatures still need the old key"))
    }
    let key = try SigningKey.generate()
    let accessFile = portal.policies + "/access.json5"
    let before = try Files.read(accessFile)
    let person = Person(
      id: id, name: Text(name), organization: organization, roles: roles, key: key.publicKey)
    let after = try PersonFile.adding(person, to: before, file: accessFile)
    // The whole policy must still be sound with the new person in it.
    var files = try PolicySet.load(folder: portal.policies).files
    files["access.json5"] = after
    _ = try PolicySet.parse(files: files)
    let passphrase = try PersonKeys.passphrase(for: id, invocation: invocation, confirm: true)
    try Files.makeDirectory(try PersonKeys.folder(), mode: 0o700)
    try Files.write(try key.pem(passphrase: passphrase), to: path, mode: 0o600)
    try Files.write(after, to: accessFile)
    invocation.terminal.note(
      Phrase(
        "已为 \(id) 生成密钥：\(path)（请备份）；公钥已写入 \(accessFile)",
        "made the key of \(id): \(path) (back it up); its public half is in \(accessFile)"))
    return .done
  }

  private static func list(_ invocation: Invocation) throws -> ExitStatus {
    let people = try PolicySet.load(folder: try invocation.portal().policies).access.people
    if invocation.has("--json") {
      let items: [JSON] = people.map {
        [
          "id": .string($0.id), "name": $0.name.json, "organization": .string($0.organization),
          "roles": JSON($0.roles), "hasKey": .bool($0.key != nil),
        ]
      }
      invocation.terminal.print(bytes: JSON.array(items).serialized(pretty: true) + [0x0A])
      return .done
    }
    invocation.terminal.table(
      [
        [
          Phrase("标识", "id").said, Phrase("姓名", "name").said, Phrase("机构", "organization").said,
          Phrase("角色", "roles").said, Phrase("密钥", "key").said,
        ]
      ]
        + people.map {
          [
            $0.id, $0.name(Phrase.language), $0.organization, $0.roles.joined(separator: ", "),
            $0.key == nil ? "–" : "✓",
          ]
        })
    return .done
  }
}
