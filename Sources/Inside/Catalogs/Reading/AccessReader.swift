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
    for (key, what) in [("roles", "role"), ("purposes", "purpose"), ("people", "person")] {
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
          place.error("\(person.id) has the key of \(owner)", hint: "each person has a key of their own"))
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
          "\(person.id) and \(other.id) have one name in one organization: who has two entries could sign twice",
          hint: "one entry for each person; tell namesakes apart in their names"))
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
      try Checks.reference(node, to: "role", in: roles)
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
        "this is no public key", hint: "as \(Person.keyPrefix)11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    }
    do { return try VerifyingKey(raw: raw) } catch { throw node.error(error.message) }
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
