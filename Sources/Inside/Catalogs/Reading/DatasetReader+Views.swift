import Bytes
import Policies
import Tables

extension DatasetReader {
  private static let keys = ["name", "title", "description", "select", "requires", "reason"]

  /// One open view. It may not select identifiers, nor a field that a statistic of the same dataset uses.
  func view(
    _ node: Node, of resource: Resource?, dimensions: [Dimension], results: [ResultDeclaration]
  ) throws(DocumentError) -> ViewDeclaration? {
    guard let section = Section(node, Self.keys, faults) else { return nil }
    let name = section.required("name") { (node) throws(DocumentError) in
      try Checks.name(node, but: Dataset.takenNames, of: .view)
    }
    let columns = section.someList("select") { (node) throws(DocumentError) in
      try column(node, of: resource, dimensions: dimensions)
    }
    let places = section.list("select") { (node) throws(DocumentError) in
      node.isString ? node : node["name"] ?? node["field"]
    }
    Checks.unique(places.compactMap { node in (try? node.string()).map { ($0, node) } }, .column, faults)
    let promise = section.required("requires", promise) ?? nil
    let view = ViewDeclaration(
      name: name ?? "", title: section.optional("title", Checks.text),
      description: section.optional("description", Checks.text), columns: columns,
      promise: promise ?? ViewPromise(kAnonymity: 2), reason: section.optional("reason", Checks.text))
    if let fault = view.overlap(with: results, dimensions: dimensions) {
      faults.add(
        (section["select"] ?? node).error(
          Wording(
            "the view \"\(view.name)\" and the result \"\(fault.result)\" both use \"\(fault.field)\": a dataset offers statistics or views over the same dimensions, never both",
            "视图“\(view.name)”与结果“\(fault.result)”都用到“\(fault.field)”：同样的维度上，一个数据集只能提供统计或视图之一"),
          hint:
            Wording(
              "drop \"\(fault.field)\" from one of the two: what one shows exactly, the other's noise cannot protect",
              "请从其中之一去掉“\(fault.field)”：一处精确公布的，另一处的噪声保护不了")
        ))
    }
    if let promise, promise.lDiversity < 2, let shown = columns.first(where: \.isSensitive) {
      faults.add(
        (section["requires"] ?? node).error(
          Wording(
            "the view \"\(view.name)\" shows \"\(shown.name)\", which is sensitive: a group in which all have the same value tells it of each",
            "视图“\(view.name)”公布敏感字段“\(shown.name)”：同组取值全都相同，即泄露每个个体的取值"),
          hint: Wording(
            "require lDiversity of 2 or more, or leave \"\(shown.name)\" out of `select`",
            "请要求 lDiversity 不小于 2，或从 `select` 中去掉“\(shown.name)”")))
    }
    return name == nil || promise == nil ? nil : view
  }

  private func promise(_ node: Node) throws(DocumentError) -> ViewPromise? {
    guard let section = Section(node, ["kAnonymity", "lDiversity"], faults) else { return nil }
    let k = section.required("kAnonymity") { (node) throws(DocumentError) in
      try Checks.whole(node, in: 2...1_000_000)
    }
    let l = section.optional("lDiversity") { (node) throws(DocumentError) in
      try Checks.whole(node, in: 1...1000)
    }
    return k.map { ViewPromise(kAnonymity: $0, lDiversity: l ?? 1) }
  }

  private static let columnKeys = [
    "name", "title", "field", "bands", "asOf", "codes", "codeList", "hierarchy", "prefix", "topCode", "mask",
  ]

  /// A name, of a dimension or else of a field; or an object that says how a field is made coarser.
  private func column(
    _ node: Node, of resource: Resource?, dimensions: [Dimension]
  ) throws(DocumentError) -> ViewColumn? {
    if node.isString {
      let name = try node.string()
      if let dimension = dimensions.first(where: { sameBytes($0.name, name) }) {
        try refuseIdentifier(dimension.field, node, of: resource)
        return ViewColumn(
          name: name, title: dimension.title, field: dimension.field, form: .coded(dimension),
          isSensitive: dimension.role == .response || isSensitive(dimension.field, resource))
      }
      let known = dimensions.map(\.name) + (resource?.schema.fields.map(\.name) ?? [])
      _ = try Checks.reference(node, to: Wording("dimension or field", "维度或字段"), in: known)
      try refuseIdentifier(name, node, of: resource)
      let title = resource?.field(name)?.title ?? Text(name)
      return ViewColumn(
        name: name, title: title, field: name, form: .whole, isSensitive: isSensitive(name, resource))
    }
    guard let section = Section(node, Self.columnKeys, faults) else { return nil }
    let found = section.required("field") { (node) throws(DocumentError) in
      let name = try field(node, of: resource)
      try refuseIdentifier(name, node, of: resource)
      return name
    }
    let name = section.optional("name", Checks.queryName) ?? found
    guard let found, let name, let field = resource?.field(found) else { return nil }
    let title = section.optional("title", Checks.text) ?? field.title ?? Text(name)
    guard let form = form(section, field, of: resource, title: title) else { return nil }
    return ViewColumn(
      name: name, title: title, field: found, form: form, isSensitive: isSensitive(found, resource))
  }

  /// How the cells are made coarser: one way only.
  private func form(_ section: Section, _ field: Field, of resource: Resource?, title: Text) -> ViewColumn
    .Form?
  {
    let ways = ["bands", "prefix", "topCode", "mask"].filter { section[$0] != nil }
    if let second = ways.dropFirst().first, let place = section[second] {
      faults.add(
        place.error(
          Wording(
            "a column has one of bands, prefix, topCode and mask, not two",
            "一列只能有 bands、prefix、topCode 与 mask 之一")))
      return nil
    }
    switch ways.first {
    case "bands":
      let asOf = section.optional("asOf", Checks.date)
      guard let edges = section.optional("bands", Checks.rising) else { return nil }
      let isAge = field.type == .date
      guard isAge == (asOf != nil), isAge || [.integer, .number, .year].contains(field.type) else {
        faults.add(
          section.node.error(
            isAge
              ? Wording(
                "\"\(field.name)\" is a \(field.type.rawValue): bands of ages need asOf",
                "“\(field.name)”的类型是 \(field.type.rawValue)：年龄分档须有 asOf")
              : Wording(
                "\"\(field.name)\" is a \(field.type.rawValue), which has no such bands",
                "“\(field.name)”的类型是 \(field.type.rawValue)，不能这样分档")))
        return nil
      }
      let banding = Bands(edges: edges, asOf: asOf)
      return .coded(
        Dimension(
          name: field.name, title: title, role: .identifying, field: field.name,
          codes: banding.codes(whole: field.type == .integer || field.type == .year), banding: banding))
    case "prefix", "mask":
      let key = ways[0]
      guard
        let count = section.optional(
          key, { (node) throws(DocumentError) in try Checks.whole(node, in: (key == "mask" ? 0 : 1)...32) })
      else { return nil }
      return key == "mask" ? .mask(count) : .prefix(count)
    case "topCode":
      guard field.type == .integer || field.type == .number || field.type == .year else {
        faults.add(
          section.node.error(
            Wording(
              "\"\(field.name)\" is a \(field.type.rawValue), which has no greatest number",
              "“\(field.name)”的类型是 \(field.type.rawValue)，没有最大数")))
        return nil
      }
      return section.optional("topCode", Checks.decimal).map { .topCode($0) }
    default: return .whole
    }
  }

  private func isSensitive(_ field: String, _ resource: Resource?) -> Bool {
    resource?.fields[field]?.role == "sensitive"
  }

  private func refuseIdentifier(_ name: String, _ node: Node, of resource: Resource?) throws(DocumentError) {
    guard resource?.fields[name]?.role == "identifier" else { return }
    throw node.error(
      Wording("\"\(name)\" identifies units and cannot be part of an open view", "“\(name)”可识别主体，不得列入公开视图"),
      hint: Wording("leave it out of `select`", "请从 `select` 中去掉"))
  }
}

extension ViewDeclaration {
  /// A statistic that uses a field which this view shows too, and that field; nil where there is none.
  func overlap(
    with results: [ResultDeclaration], dimensions: [Dimension]
  ) -> (result: String, field: String)? {
    for result in results where result.kind.hasCells {
      let cut = Set(result.tables.joined())
      let fields =
        dimensions.filter { cut.contains($0.name) }.map(\.field) + result.measures.map(\.field)
      for column in columns where fields.contains(where: { sameBytes($0, column.field) }) {
        return (result.name, column.field)
      }
    }
    return nil
  }
}
