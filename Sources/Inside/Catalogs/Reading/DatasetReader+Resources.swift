import Bytes
import Tables

extension DatasetReader {
  private static let keys = [
    "name", "title", "path", "source", "format", "encoding", "dialect", "sheet", "schema",
  ]

  func resource(_ node: Node) throws(DocumentError) -> Resource? {
    guard let section = Section(node, Self.keys, faults) else { return nil }
    let name = section.required("name") { (node) throws(DocumentError) in
      try Checks.name(node, but: Checks.takenByPackages, of: Wording("resource", "资源"))
    }
    let title = section.optional("title", Checks.text)
    let path = location(section)
    var source = TableSource(path: path ?? "")
    source.format = section.optional("format", format)
    source.encoding = section.optional("encoding") { (node) throws(DocumentError) in try node.string() }
    source.sheet = section.optional("sheet") { (node) throws(DocumentError) in try node.string() }
    dialect(section, &source)
    let schema = section.required("schema") { (node) throws(DocumentError) in
      try Schema(node: node, extraFieldKeys: ["level", "role"])
    }
    guard let name, path != nil, let schema, let place = section["schema"] else { return nil }
    return Resource(
      name: name, title: title, source: source, schema: schema, fields: metas(of: schema, at: place))
  }

  /// `path` beside the descriptor, or `source` anywhere on this machine.
  private func location(_ section: Section) -> String? {
    switch (section["path"], section["source"]) {
    case (nil, nil):
      faults.add(section.node.error("the key \"path\" is missing", hint: "or `source` for a file elsewhere"))
      return nil
    case (.some, let source?):
      faults.add(source.error("a resource has a path or a source, not both"))
      return nil
    case (let path?, nil): return faults.attempt { () throws(DocumentError) in try inside(path) }
    case (nil, let source?):
      return faults.attempt { () throws(DocumentError) in
        let text = try source.string()
        guard text.hasPrefix("/"), !text.utf8.contains(0) else {
          throw source.error(
            "a source is an absolute path", hint: "use `path` for a file beside the descriptor")
        }
        // Whoever publishes can read keys and logs there; who writes descriptors may not, and no table lies there.
        let real = (try? Files.resolved(text)) ?? text
        guard !(text + "/" + real).split(separator: "/").contains(".doorsill") else {
          throw source.error(
            "\"\(text)\" is a file of a portal's own state", hint: "name the table itself, outside .doorsill")
        }
        return text
      }
    }
  }

  /// A path that stays inside the catalogue's folder, also through symbolic links, and leads to a file.
  private func inside(_ node: Node) throws(DocumentError) -> String {
    let text = try node.string()
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if text.hasPrefix("/") || text.contains("://") {
      throw node.error("\"\(text)\" is not beside the descriptor", hint: "use `source` for a file elsewhere")
    }
    guard !text.isEmpty, !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }),
      text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") })
    else {
      throw node.error(
        "\"\(text)\" leads out of the dataset's folder", hint: "name a file beside the descriptor")
    }
    let path = Files.join(folder, text)
    guard let real = try? Files.resolved(path), Files.isFile(real) else {
      let beside = (try? Files.list(folder)) ?? []
      let near = nearest(text, in: beside)
      throw node.error("there is no file \"\(text)\"", hint: near.map { "did you mean \"\($0)\"?" })
    }
    guard real.hasPrefix(catalog.folder + "/") else {
      throw node.error(
        "\"\(text)\" is a link out of the catalogue", hint: "use `source` for a file elsewhere")
    }
    return path
  }

  private func format(_ node: Node) throws(DocumentError) -> TableFormat {
    let text = try node.string()
    let readable = TableFormat.allCases.filter(\.canRead)
    guard let format = readable.first(where: { $0.rawValue == text }) else {
      let words = readable.map(\.rawValue)
      throw node.error(
        "\"\(text)\" is no format that can be read",
        hint: nearest(text, in: words).map { "did you mean \"\($0)\"?" }
          ?? "one of \(words.joined(separator: ", "))")
    }
    return format
  }

  /// CSV dialect, by the names of Frictionless.
  private func dialect(_ section: Section, _ source: inout TableSource) {
    guard let node = section["dialect"],
      let inner = Section(node, ["delimiter", "quoteChar", "escapeChar", "header", "skipRows"], faults)
    else { return }
    func one(_ node: Node) throws(DocumentError) -> String {
      let text = try node.string()
      guard text.utf8.count == 1 else { throw node.error("one ASCII character is needed here") }
      return text
    }
    source.delimiter = inner.optional("delimiter", one)
    source.quote = inner.optional("quoteChar", one)
    source.escape = inner.optional("escapeChar", one)
    source.hasHeader = inner.optional("header") { (node) throws(DocumentError) in try node.bool() } ?? true
    source.skippedRecords =
      inner.optional("skipRows") { (node) throws(DocumentError) in try Checks.whole(node, in: 0...1000) } ?? 0
  }

  /// Level, role and code list of each field.
  private func metas(of schema: Schema, at place: Node) -> [String: FieldMeta] {
    let nodes = faults.attempt { () throws(DocumentError) in try place["fields"]?.elements() ?? [] } ?? []
    var metas: [String: FieldMeta] = [:]
    for (field, node) in zip(schema.fields, nodes) {
      var meta = FieldMeta()
      if let node = node["level"] {
        meta.level = faults.attempt { () throws(DocumentError) in try level(node) }
      }
      if let node = node["role"] {
        meta.role = faults.attempt { () throws(DocumentError) in
          try Checks.reference(node, to: "role", in: FieldMeta.roles)
        }
      }
      if let node = node["codeList"] {
        meta.codeList = faults.attempt { () throws(DocumentError) in try codeList(node) }
      }
      metas[field.name] = meta
    }
    return metas
  }

  func codeList(_ node: Node) throws(DocumentError) -> String {
    try Checks.reference(node, to: "code list", in: catalog.codeLists.keys.sorted(), of: "catalog.json5")
  }

  /// A field of the first resource: units, dimensions and measures come from that one.
  func field(_ node: Node, of resource: Resource?) throws(DocumentError) -> String {
    guard let resource else { return try node.string() }
    return try Checks.reference(
      node, to: "field", in: resource.schema.fields.map(\.name), of: "the resource \"\(resource.name)\"")
  }
}
