import Bytes
import Trust

/// Reads access.json5: roles, people, purposes, quotas, lifetimes.
struct AccessReader {
  let faults: Faults

  func read(_ root: Node) -> AccessPolicy? {
    guard let section = Section(root, ["roles", "people", "purposes", "quotas", "lifetimes"], faults) else {
      return nil
    }
    let roles = section.someList("roles") { (node) throws(DocumentError) in
      try titled(node).map { Role(id: $0.id, title: $0.title) }
    }
    let purposes = section.someList("purposes") { (node) throws(DocumentError) in
      try titled(node).map { Purpose(id: $0.id, title: $0.title) }
    }
    let people = section.list("people") { (node) throws(DocumentError) in try person(node, roles.map(\.id)) }
    for (key, what) in [("roles", Wording.role), ("purposes", .purpose), ("people", .person)] {
      let nodes = section.list(key) { (node) throws(DocumentError) in node["id"] }
      Checks.unique(nodes.compactMap { node in (try? node.string()).map { ($0, node) } }, what, faults)
    }
    checkKeys(people, section)
    checkNames(people, section)
    let quotas = section.required("quotas", quotas) ?? nil
    let lifetimes = section.required("lifetimes", lifetimes) ?? nil
    guard let quotas, let lifetimes else { return nil }
    return AccessPolicy(
      roles: roles, people: people, purposes: purposes, quotas: quotas,
      certificateDays: lifetimes.certificate,
      keyDays: lifetimes.key, grantDays: lifetimes.grant)
  }

  /// Two people with one key could approve each other's changes alone.
  private func checkKeys(_ people: [Person], _ section: Section) {
    var owners: [VerifyingKey: String] = [:]
    for person in people {
      guard let key = person.key else { continue }
      if let owner = owners[key] {
        let nodes = section.list("people") { (node) throws(DocumentError) in node }
        let place = nodes.last { (try? $0["id"]?.string()) == person.id }?["key"] ?? section.node
        faults.add(
          place.error(
            Wording("\(person.id) has the key of \(owner)", "\(person.id) 与 \(owner) 的公钥相同"),
            hint: Wording("each person has a key of their own", "每人须有自己的密钥")))
      }
      owners[key] = person.id
    }
  }

  /// One person with two entries could be their own second person.
  private func checkNames(_ people: [Person], _ section: Section) {
    let nodes = section.list("people") { (node) throws(DocumentError) in node }
    for (place, person) in people.enumerated() {
      let names = Set(person.name.byLanguage.map { Self.plain($0.text) })
      let other = people[..<place].first { other in
        other.organization == person.organization
          && other.name.byLanguage.contains { names.contains(Self.plain($0.text)) }
      }
      guard let other else { continue }
      let node = nodes.last { (try? $0["id"]?.string()) == person.id }
      faults.add(
        (node?["name"] ?? section.node).error(
          Wording(
            "\(person.id) and \(other.id) have one name in one organization: who has two entries could sign twice",
            "\(person.id) 与 \(other.id) 同属一个机构且同名：一人有两条登记即可签署两次"),
          hint: Wording(
            "one entry for each person; tell namesakes apart in their names", "每人只登记一条；同名者请在姓名中加以区分")))
    }
  }

  /// A name without the differences that make one look like two.
  private static func plain(_ name: String) -> String { name.lowercased().filter { !$0.isWhitespace } }

  private func titled(_ node: Node) throws(DocumentError) -> (id: String, title: Text)? {
    guard let section = Section(node, ["id", "title"], faults) else { return nil }
    let id = section.required("id", Checks.name)
    let title = section.required("title", Checks.line)
    guard let id, let title else { return nil }
    return (id, title)
  }

  private func person(_ node: Node, _ roles: [String]) throws(DocumentError) -> Person? {
    guard let section = Section(node, ["id", "name", "organization", "roles", "key"], faults) else {
      return nil
    }
    let id = section.required("id", Checks.name)
    let name = section.required("name", Checks.line)
    let organization = section.required("organization", Checks.name)
    let held = section.list("roles") { (node) throws(DocumentError) in
      try Checks.reference(node, to: .role, in: roles)
    }
    let key = section.optional("key", key)
    guard let id, let name, let organization else { return nil }
    return Person(id: id, name: name, organization: organization, roles: held, key: key)
  }

  /// `ed25519:` and the 32 bytes in base64url, as `person add` writes it.
  private func key(_ node: Node) throws(DocumentError) -> VerifyingKey {
    let text = try node.string()
    guard text.hasPrefix(Person.keyPrefix),
      let raw = Base64.decodeURL(String(text.dropFirst(Person.keyPrefix.count)))
    else {
      throw node.error(
        Wording("this is no public key", "这不是公钥"),
        hint: Wording(
          "as \(Person.keyPrefix)11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
          "如 \(Person.keyPrefix)11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
    }
    do { return try VerifyingKey(raw: raw) } catch {
      throw node.error(Wording(error.message, "Ed25519 公钥须为 32 字节，此处为 \(raw.count) 字节"))
    }
  }

  private func quotas(_ node: Node) throws(DocumentError) -> Quotas? {
    guard let section = Section(node, ["callsPerMinute", "callsPerDay"], faults) else { return nil }
    let minute = section.required("callsPerMinute") { (node) throws(DocumentError) in
      try Checks.whole(node, in: 1...1_000_000)
    }
    let day = section.required("callsPerDay") { (node) throws(DocumentError) in
      try Checks.whole(node, in: 1...1_000_000_000)
    }
    guard let minute, let day else { return nil }
    return Quotas(callsPerMinute: minute, callsPerDay: day)
  }

  private func lifetimes(_ node: Node) throws(DocumentError) -> (certificate: Int, key: Int, grant: Int)? {
    guard let section = Section(node, ["certificateDays", "keyDays", "grantDays"], faults) else { return nil }
    func days(_ key: String) -> Int? {
      section.required(key) { (node) throws(DocumentError) in try Checks.whole(node, in: 1...3660) }
    }
    guard let certificate = days("certificateDays"), let key = days("keyDays"), let grant = days("grantDays")
    else { return nil }
    return (certificate, key, grant)
  }
}

extension Person {
  /// Before the base64url of a public key in access.json5.
  package static let keyPrefix = "ed25519:"
}
