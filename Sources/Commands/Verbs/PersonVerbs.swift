import Bytes
import Catalogs
import Policies
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
      "person renew", "ID",
      Phrase(
        "为丢失密钥的人生成新密钥；由另两人（或另一人与恢复密钥）接纳后生效",
        "make a new key for somebody who lost theirs; it counts once two others, or one and the recovery key, accept it"
      ),
      options: [.passphraseFile, .portal], example: "doorsill person renew li-na", run: renew),
    Verb(
      "person accept", "ID",
      Phrase(
        "接纳一个新人或一把新密钥：以本人签名，或（新密钥）用恢复密钥；已有两人时须两人接纳",
        "accept somebody who joins, or a new key: with your signature, or, for a new key, with the recovery key; where two are registered, two accept"
      ),
      options: [
        Option("--reason", "TEXT", Phrase("书面理由", "the reason, in writing")),
        Option("--recovery", "FILE", Phrase("恢复密钥所在文件", "the file with the recovery key")), .proposal,
        .yes, .portal,
      ], act: .approve, example: "doorsill person accept li-na --as zhang-min", run: accept),
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
    let passphrase = try PersonKeys.passphrase(for: id, invocation: invocation, confirm: true)
    try write(
      Person(id: id, name: Text(name), organization: organization, roles: roles, key: key.publicKey), portal,
      replacing: false)
    try Files.makeDirectory(try PersonKeys.folder(), mode: 0o700)
    try Files.write(try key.pem(passphrase: passphrase), to: path, mode: 0o600)
    invocation.terminal.note(
      Phrase(
        "已为 \(id) 生成密钥：\(path)（请备份）；公钥已写入 \(portal.policies)/access.json5",
        "made the key of \(id): \(path) (back it up); its public half is in \(portal.policies)/access.json5"))
    try join(id, key, portal, invocation)
    return .done
  }

  /// The first person of a new portal, with whom its decisions log begins: they publish and administer, and can publish
  /// what is clean at once. The recovery key goes to standard output and stays nowhere.
  static func first(_ id: String, _ portal: Portal, _ invocation: Invocation) throws {
    let (path, key) = (try PersonKeys.path(id), try SigningKey.generate())
    guard !Files.exists(path) else {
      throw UsageFault(
        Phrase("“\(id)”已有私钥：\(path)", "'\(id)' has a key already: \(path)"),
        hint: Phrase("换一个标识", "choose another id"))
    }
    let passphrase = try PersonKeys.passphrase(for: id, invocation: invocation, confirm: true)
    let catalog = try Catalog.load(
      folder: portal.catalog, policies: try PolicySet.load(folder: portal.policies))
    try write(
      Person(
        id: id, name: Text(invocation.value("--name") ?? id), organization: catalog.manager,
        roles: ["custodian", "administrator"], key: key.publicKey), portal, replacing: false)
    try Files.makeDirectory(try PersonKeys.folder(), mode: 0o700)
    try Files.write(try key.pem(passphrase: passphrase), to: path, mode: 0o600)
    let recovery = try SigningKey.generate()
    _ = try Takeover.begin(
      portal, by: Author(person: id, key: key), recovery: [recovery.publicKey], now: .now())
    invocation.terminal.print(bytes: try recovery.pem())
    invocation.terminal.note(
      Phrase(
        "门户已建立：\(portal.folder)，首位人员 \(id)（密钥 \(path)）。上面是恢复密钥：打印后封存，勿留副本。",
        "made the portal \(portal.folder) with \(id) as its first person (key \(path)). Above is the recovery key: print it into a sealed envelope, and keep no copy."
      ))
    for line in [
      "cd '\(portal.folder)'", "doorsill publish --as \(id)",
      "doorsill person add ID --name NAME --organization \(catalog.manager) --role approver",
      "doorsill person accept ID --as \(id)",
    ] { invocation.terminal.note("  " + line) }
  }

  /// Writes a person into access.json5, which must still be sound with them in it.
  private static func write(_ person: Person, _ portal: Portal, replacing: Bool) throws {
    let file = portal.policies + "/access.json5"
    let after = try PersonFile.adding(
      person, to: try Files.read(file), file: file, replacing: replacing)
    var files = try PolicySet.load(folder: portal.policies).files
    files["access.json5"] = after
    _ = try PolicySet.parse(files: files)
    try Files.write(after, to: file)
  }

  /// Where the portal has begun, the new key asks to be registered: with its own signature, so that it is theirs.
  private static func join(
    _ id: String, _ key: SigningKey, _ portal: Portal, _ invocation: Invocation
  ) throws {
    guard Files.exists(portal.authority) else { return }
    let signer = Review.Signer(id: id, key: key)
    try invocation.review(by: signer) { review in
      let signed = try review.join(by: signer, madeBy: Invocation.systemUser)
      invocation.terminal.note(
        Phrase(
          "已签署登记请求：\(signed.path)；由已登记的人运行 doorsill person accept \(id) --as …",
          "asked to be registered: \(signed.path); somebody who is registered runs 'doorsill person accept \(id) --as …'"
        ))
    }
  }

  private static func renew(_ invocation: Invocation) throws -> ExitStatus {
    let id = try invocation.operands(1, 1)[0]
    let portal = try invocation.portal()
    guard var person = try PolicySet.load(folder: portal.policies).access.person(id), person.key != nil else {
      throw UsageFault(
        Phrase("access.json5 中没有持有密钥的“\(id)”", "access.json5 has nobody '\(id)' with a key"),
        hint: Phrase("新人用 doorsill person add \(id)", "who joins uses 'doorsill person add \(id)'"))
    }
    let path = try PersonKeys.path(id)
    if Files.exists(portal.authority) { try refuseHopeless(id, try AuthorityFile(portal).authority, path) }
    let key = try SigningKey.generate()
    let passphrase = try PersonKeys.passphrase(for: id, invocation: invocation, confirm: true)
    person.key = key.publicKey
    try write(person, portal, replacing: true)
    try Files.makeDirectory(try PersonKeys.folder(), mode: 0o700)
    if Files.exists(path) { try Files.move(from: path, to: "\(path).\(Hex.encode(try Random.bytes(4)))") }
    try Files.write(try key.pem(passphrase: passphrase), to: path, mode: 0o600)
    invocation.terminal.note(
      Phrase("已为 \(id) 生成新密钥：\(path)", "made a new key of \(id): \(path)"))
    try join(id, key, portal, invocation)
    return .done
  }

  /// Refuses a new key that nobody could accept, before the old one is put aside.
  private static func refuseHopeless(_ id: String, _ authority: Authority, _ path: String) throws {
    let others = authority.registered.filter { $0.terms.id != id }
    guard authority.person(id) != nil, authority.recovery.isEmpty, others.count < 2 else { return }
    throw UsageFault(
      Phrase(
        "“\(id)”的新密钥无人能接纳：没有恢复密钥，其他已登记的只有 \(others.count) 人，而须有二者",
        "nobody could accept a new key of '\(id)': it takes two, there is no recovery key, and \(others.count) others are registered"
      ),
      hint: Phrase(
        "请从备份找回 \(path)；此后趁人人都有密钥时运行 doorsill authority recovery FILE --as ID",
        "bring \(path) back from a backup; then, while everybody has a key: doorsill authority recovery FILE --as ID"
      ))
  }

  private static func accept(_ invocation: Invocation) throws -> ExitStatus {
    let id = try invocation.operands(1, 1)[0]
    let reason = invocation.value("--reason") ?? Phrase("本人已当面确认", "confirmed in person").said
    guard let file = invocation.value("--recovery") else {
      return try DecisionVerbs.approve(Motion.person(id), reason, invocation)
    }
    let key: SigningKey
    do { key = try SigningKey(pem: try Files.read(file, limit: 1 << 16, from: .named)) } catch {
      throw UsageFault(Phrase("\(file) 不是恢复密钥", "\(file) is no recovery key"))
    }
    let signer = Review.Signer(id: "recovery", key: key)
    try invocation.review(by: signer) { review in
      let signed = try review.recover(
        id, by: signer, reason: reason, named: invocation.value("--proposal")
      ) { try invocation.consent(to: $0, of: Motion.person(id)) }
      invocation.terminal.note(
        Phrase(
          "已以恢复密钥签名：\(signed.path)；下次 doorsill publish 时计入日志",
          "signed with the recovery key: \(signed.path); the next 'doorsill publish' takes it into the log"))
    }
    return .done
  }

  private static func list(_ invocation: Invocation) throws -> ExitStatus {
    let portal = try invocation.portal()
    let people = try PolicySet.load(folder: portal.policies).access.people
    let authority = Files.exists(portal.authority) ? try AuthorityFile(portal).authority : nil
    // With what lies in files and is not in the log yet.
    let next = authority == nil ? nil : try? invocation.review { $0.desk.authority }
    func state(_ person: Person) -> Phrase {
      guard let key = person.key else { return Phrase("无密钥", "no key") }
      guard let known = authority?.person(person.id), known.terms.key == key.text else {
        return next?.person(person.id)?.terms.key == key.text
          ? Phrase("已接纳，下次 doorsill publish 时登记", "accepted: the next 'doorsill publish' registers them")
          : authority == nil
            ? Phrase("首次 doorsill publish 时登记", "the first 'doorsill publish' registers them")
            : Phrase("待接纳", "waits to be accepted")
      }
      return Phrase("自 #\(known.since) 登记", "registered since #\(known.since)")
    }
    if invocation.has("--json") {
      let items: [JSON] = people.map {
        [
          "id": .string($0.id), "name": $0.name.json, "organization": .string($0.organization),
          "roles": JSON($0.roles), "hasKey": .bool($0.key != nil),
          "registered": .bool($0.key != nil && authority?.person($0.id)?.terms.key == $0.key?.text),
          "keyMadeBy": JSON(authority?.person($0.id)?.terms.madeBy),
        ]
      }
      invocation.terminal.print(bytes: JSON.array(items).serialized(pretty: true) + [0x0A])
      return .done
    }
    invocation.terminal.table(
      [
        [
          Phrase("标识", "id").said, Phrase("姓名", "name").said, Phrase("机构", "organization").said,
          Phrase("角色", "roles").said, Phrase("状态", "state").said,
        ]
      ]
        + people.map {
          [
            $0.id, $0.name(Phrase.language), $0.organization, $0.roles.joined(separator: ", "),
            state($0).said,
          ]
        })
    let made = Dictionary(grouping: authority?.registered.map(\.terms) ?? []) { $0.madeBy }
    for (user, terms) in made.sorted(by: { $0.key < $1.key }) where !user.isEmpty && terms.count > 1 {
      let ids = terms.map(\.id).sorted()
      invocation.terminal.note(
        Phrase(
          "注意：\(ids.joined(separator: "、")) 的密钥由同一系统用户 \(user) 生成",
          "note: the keys of \(ids.joined(separator: ", ")) were made by one system user, \(user)"))
    }
    return .done
  }
}
