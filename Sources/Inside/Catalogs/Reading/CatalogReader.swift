import Bytes

/// Reads `catalog.json5`.
struct CatalogReader {
  let folder: String
  let faults: Faults

  private static let keys = [
    "title", "description", "publisher", "manager", "languages", "baseURL", "gatewayURL", "license",
    "licenses",
    "themes", "organizations", "codeLists",
  ]

  /// The catalogue without its datasets; nil, with the faults noted, where it cannot be read.
  func read(_ document: Document) -> Catalog? {
    guard let section = Section(document.root, Self.keys, faults) else { return nil }
    let organizations = section.someList("organizations", organization)
    let licenses = section.someList("licenses", license)
    let themes = section.list("themes", theme)
    uniqueIDs(section, "organizations", .organization)
    uniqueIDs(section, "licenses", .licence)
    uniqueIDs(section, "themes", .theme)
    let agencies = organizations.map(\.id)
    func agency(_ node: Node) throws(DocumentError) -> String {
      try Checks.reference(node, to: .organization, in: agencies)
    }
    let languages = section.someList("languages") { (node) throws(DocumentError) in
      let tag = try Checks.language(node)
      try Checks.refuse(tag, Checks.takenByServers, .language, node)
      return tag
    }
    Checks.unique(
      section.list("languages") { (node) throws(DocumentError) in
        (try? node.string()).map { (name: $0.lowercased(), node: node) }
      }, .language, faults)
    let title = section.required("title", Checks.line)
    let description = section.required("description", Checks.text)
    let publisher = section.required("publisher", agency)
    let manager = section.optional("manager", agency) ?? publisher
    let baseURL = section.required("baseURL", Checks.address)
    let gatewayURL = section.optional("gatewayURL", Checks.address)
    let terms = section.required("license") { (node) throws(DocumentError) in
      try Checks.reference(node, to: .licence, in: licenses.map(\.id))
    }
    let codeLists = codeLists(section)
    guard let title, let description, let publisher, let manager, let baseURL, let terms else { return nil }
    return Catalog(
      folder: folder, title: title, description: description, publisher: publisher, manager: manager,
      languages: languages, baseURL: baseURL, gatewayURL: gatewayURL, license: terms, licenses: licenses,
      themes: themes, organizations: organizations, codeLists: codeLists, datasets: [])
  }

  private func uniqueIDs(_ section: Section, _ key: String, _ what: Wording) {
    let nodes = section.list(key) { (node) throws(DocumentError) in node["id"] }
    Checks.unique(nodes.compactMap { node in (try? node.string()).map { ($0, node) } }, what, faults)
  }

  private func organization(_ node: Node) throws(DocumentError) -> Organization? {
    guard let section = Section(node, ["id", "name", "email", "url", "creditCode"], faults) else {
      return nil
    }
    let id = section.required("id") { (node) throws(DocumentError) in
      try Checks.name(node, but: Checks.takenByDatasets, of: .organization)
    }
    let name = section.required("name", Checks.line)
    let email = section.required("email", Checks.email)
    let url = section.optional("url", Checks.url)
    let creditCode = section.optional("creditCode") { (node) throws(DocumentError) in
      let text = try node.string()
      guard text.utf8.count == 18 else {
        throw node.error(
          Wording(
            "a unified social credit code has 18 characters (GB 32100), not \(text.utf8.count)",
            "统一社会信用代码为 18 位（GB 32100），此处为 \(text.utf8.count) 位"))
      }
      return text
    }
    guard let id, let name, let email else { return nil }
    return Organization(id: id, name: name, email: email, url: url, creditCode: creditCode)
  }

  private func license(_ node: Node) throws(DocumentError) -> License? {
    guard let section = Section(node, ["id", "title", "url"], faults) else { return nil }
    let id = section.required("id") { (node) throws(DocumentError) in try node.string() }
    let title = section.required("title", Checks.line)
    let url = section.required("url", Checks.url)
    guard let id, let title, let url else { return nil }
    return License(id: id, title: title, url: url)
  }

  private func theme(_ node: Node) throws(DocumentError) -> Theme? {
    guard let section = Section(node, ["id", "title", "euTheme"], faults) else { return nil }
    let id = section.required("id") { (node) throws(DocumentError) in
      try Checks.name(node, but: Checks.takenByDatasets, of: .theme)
    }
    let title = section.required("title", Checks.line)
    let euTheme = section.optional("euTheme") { (node) throws(DocumentError) in
      try Checks.reference(node, to: Wording("EU data theme", "欧盟数据主题"), in: Self.euThemes)
    }
    guard let id, let title else { return nil }
    return Theme(id: id, title: title, euTheme: euTheme)
  }

  /// The EU data-theme authority list.
  private static let euThemes = [
    "AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "REGI", "SOCI", "TECH", "TRAN",
    "OP_DATPRO",
  ]

  private func codeLists(_ section: Section) -> [String: CodeList] {
    var lists: [String: CodeList] = [:]
    guard let node = section["codeLists"],
      let entries = faults.attempt({ () throws(DocumentError) in try node.entries() })
    else { return lists }
    for (id, node) in entries {
      guard let inner = Section(node, ["title", "codes"], faults) else { continue }
      guard Checks.isName(id) else {
        faults.add(node.error(Wording("\"\(id)\" is no name", "“\(id)”不能作名称"), hint: Checks.nameRule))
        continue
      }
      let title = inner.required("title", Checks.line)
      let codes = inner.required("codes") { (node) throws(DocumentError) in CodeReader.codes(node, faults) }
      if let title, let codes { lists[id] = CodeList(id: id, title: title, codes: codes) }
    }
    return lists
  }
}
