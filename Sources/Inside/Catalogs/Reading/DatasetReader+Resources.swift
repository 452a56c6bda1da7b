import Bytes
import System
import Tables

extension DatasetReader {
  private static let keys = [
    "name", "title", "path", "source", "format", "encoding", "dialect", "sheet", "schema",
  ]

  func resource(_ node: Node) throws(DocumentError) -> Resource? {
    guard let section = Section(node, Self.keys, faults) else { return nil }
    let name = section.required("name") { (node) throws(DocumentError) in
      try Checks.name(node, but: Checks.takenByPackages, of: .resource)
    }
    let title = section.optional("title", Checks.text)
    let path = location(section)
    var source = TableSource(path: Files.join(folder, path ?? ""), held: room.table(place(of: path ?? "")))
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

  /// Below the catalogue's folder, as the room has it.
  private func place(of path: String) -> String { Files.join(Files.name(of: folder), path) }

  /// The `path` beside the descriptor.
  private func location(_ section: Section) -> String? {
    if let source = section["source"] {
      faults.add(
        source.error(
          Wording(
            "a table elsewhere is not read: whoever publishes may open files that whoever describes may not",
            "不读取别处的数据表：发布者能打开的文件，描述者未必有权打开"),
          hint: Wording(
            "put it, or a copy of it, beside the descriptor, and name it with `path`",
            "请将数据表或其副本放在描述文件旁边，并用 `path` 写明")))
      return nil
    }
    guard let path = section["path"] else {
      faults.add(
        section.node.missing("path", hint: Wording("name a file beside the descriptor", "请写描述文件旁边的文件")))
      return nil
    }
    return faults.attempt { () throws(DocumentError) in try inside(path) }
  }

  /// A path that stays in the dataset's own folder, over no symbolic link, and leads to a file.
  private func inside(_ node: Node) throws(DocumentError) -> String {
    let text = try node.string()
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if text.hasPrefix("/") || text.contains("://") {
      throw node.error(
        Wording("\"\(text)\" is not beside the descriptor", "“\(text)”不在描述文件旁边"),
        hint: Wording("put the table there, or a copy of it", "请将数据表或其副本放到那里"))
    }
    guard !text.isEmpty, !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }),
      text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") })
    else {
      throw node.error(
        Wording("\"\(text)\" leads out of the dataset's folder", "“\(text)”超出数据集的文件夹"),
        hint: Wording("name a file beside the descriptor", "请写描述文件旁边的文件"))
    }
    let found: Folder.Status?
    do { found = try room.catalog.status(place(of: text)) } catch {
      throw node.error(
        Wording(error.message, error.message(in: "zh")),
        hint: Wording("put the table itself beside the descriptor, or a copy of it", "请将数据表本身或其副本放在描述文件旁边"))
    }
    switch found?.kind {
    case .file: return text
    case .link:
      throw node.error(
        Wording(
          "\"\(text)\" is a symbolic link, and what it leads to may be another's", "“\(text)”是符号链接，所指内容可能属于他人"
        ),
        hint: Wording("put the table itself beside the descriptor, or a copy of it", "请将数据表本身或其副本放在描述文件旁边"))
    case .folder, .other, nil:
      let near = nearest(text, in: (try? room.catalog.list(Files.name(of: folder))) ?? [])
      throw node.error(
        Wording("there is no file \"\(text)\"", "没有文件“\(text)”"), hint: near.map { .meant($0) })
    }
  }

  private func format(_ node: Node) throws(DocumentError) -> TableFormat {
    let text = try node.string()
    let readable = TableFormat.allCases.filter(\.canRead)
    guard let format = readable.first(where: { $0.rawValue == text }) else {
      let words = readable.map(\.rawValue)
      throw node.error(
        Wording("\"\(text)\" is no format that can be read", "“\(text)”不是可读取的格式"),
        hint: nearest(text, in: words).map { .meant($0) }
          ?? Wording("one of \(words.joined(separator: ", "))", "可用：\(words.joined(separator: "、"))"))
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
      guard text.utf8.count == 1 else {
        throw node.error(Wording("one ASCII character is needed here", "此处须为一个 ASCII 字符"))
      }
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
          try Checks.reference(node, to: .role, in: FieldMeta.roles)
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
    try Checks.reference(node, to: .codeList, in: catalog.codeLists.keys.sorted(), of: .file("catalog.json5"))
  }

  /// A field of the first resource: units, dimensions and measures come from that one.
  func field(_ node: Node, of resource: Resource?) throws(DocumentError) -> String {
    guard let resource else { return try node.string() }
    return try Checks.reference(
      node, to: .field, in: resource.schema.fields.map(\.name),
      of: Wording("the resource \"\(resource.name)\"", "资源“\(resource.name)”"))
  }
}
