import Bytes
import Policies
import Tables

extension DatasetReader {
  private static let keys = [
    "name", "kind", "title", "description", "profile", "refresh", "measures", "tables", "derived", "claims",
    "output", "consent", "meaning", "responsible",
  ]
  /// Keys that do not belong to every kind.
  private static let kindsOf: [(key: String, kinds: [ResultDeclaration.Kind])] = [
    ("measures", [.statistic]), ("tables", [.statistic]), ("derived", [.statistic]),
    ("claims", [.verify, .score]), ("output", [.score]), ("consent", [.verify, .score]),
    ("meaning", [.verify, .score]), ("responsible", [.verify, .score]),
  ]

  /// `named` are the names of all dimensions, also of those whose declaration is at fault.
  func result(
    _ node: Node, of resource: Resource?, subject: [String], dimensions: [Dimension], named: [String]
  ) throws(DocumentError) -> ResultDeclaration? {
    guard let section = Section(node, Self.keys, faults) else { return nil }
    let name = section.required("name", Checks.name)
    let kind = section.required("kind") { (node) throws(DocumentError) in
      try node.choice(of: ResultDeclaration.Kind.self)
    }
    let title = section.required("title", Checks.text)
    let description = section.optional("description", Checks.text)
    guard let name, let kind, let title else { return nil }
    for (key, kinds) in Self.kindsOf where !kinds.contains(kind) {
      if let node = section[key] {
        let names = kinds.map(\.rawValue)
        faults.add(
          node.error(
            Wording(
              "\(key) belong to results of kind \(names.joined(separator: " and "))",
              "\(key) 只用于 \(names.joined(separator: "、")) 类的结果")))
      }
    }
    let profile = section.required("profile") { (node) throws(DocumentError) in
      try Checks.reference(
        node, to: kind.hasCells ? Wording("statistic profile", "统计方案") : Wording("verify profile", "核验方案"),
        in: (kind.hasCells ? Array(policies.profiles.keys) : Array(policies.verifyProfiles.keys))
          .sorted())
    }
    var declaration = ResultDeclaration(
      name: name, kind: kind, title: title, description: description ?? title, profile: profile ?? "",
      refresh: section.optional("refresh", Checks.refresh) ?? "P1Y")
    switch kind {
    case .statistic:
      let limits = profile.flatMap { policies.profiles[$0] }
      declaration.measures = section.list("measures") { (node) throws(DocumentError) in
        try measure(node, of: resource)
      }
      declaration.tables = section.someList("tables") { (node) throws(DocumentError) in
        try table(node, dimensions, named, limits)
      }
      checkRefresh(section, declaration.refresh, limits)
      declaration.derived = section.list("derived") { (node) throws(DocumentError) in
        try node.choice(of: ResultDeclaration.Derived.self)
      }
      checkStatistics(section, declaration, dimensions, limits)
    case .verify:
      declaration.claims = section.someList("claims") { (node) throws(DocumentError) in
        try claim(node, of: resource, subject)
      }
      describeTags(&declaration, section, resource, subject)
    case .score:
      declaration.claims = section.list("claims") { (node) throws(DocumentError) in
        try claim(node, of: resource, subject)
      }
      declaration.output = section.required("output", output) ?? nil
      describeTags(&declaration, section, resource, subject)
    }
    return declaration
  }

  /// What the profile or the tables do not bear.
  private func checkStatistics(
    _ section: Section, _ declaration: ResultDeclaration, _ dimensions: [Dimension],
    _ limits: ProtectionProfile?
  ) {
    func isResponse(_ name: String) -> Bool { dimensions.first { $0.name == name }?.role == .response }
    let node = section["measures"] ?? section.node
    for measure in declaration.measures {
      if let limits, !limits.variance, measure.statistics.contains(.variance) {
        faults.add(
          node.error(
            Wording(
              "the profile \"\(limits.name)\" allows no variance (measure \(measure.field))",
              "方案“\(limits.name)”不允许方差（度量 \(measure.field)）")))
      }
      guard measure.statistics.contains(where: \.isPercentile) else { continue }
      if let limits, !limits.percentiles {
        faults.add(
          node.error(
            Wording(
              "the profile \"\(limits.name)\" allows no percentiles (measure \(measure.field))",
              "方案“\(limits.name)”不允许分位数（度量 \(measure.field)）")))
      }
      if declaration.tables.contains(where: { $0.contains(where: isResponse) }) {
        faults.add(
          node.error(
            Wording(
              "percentiles of \(measure.field) are read off bands, which are a response, and a table has one already",
              "\(measure.field) 的分位数由分档得出，分档即响应维度，而有表已含一个响应维度"),
            hint: Wording("put tables with a response into a result of their own", "请将含响应维度的表另立一个结果")))
      }
    }
    if declaration.derived.contains(.share) {
      for table in declaration.tables where !table.isEmpty {
        let population = table.contains(where: isResponse) ? table.filter { !isResponse($0) } : []
        guard !declaration.tables.contains(where: { Set($0) == Set(population) }) else { continue }
        faults.add(
          (section["derived"] ?? section.node).error(
            Wording(
              "shares of [\(table.joined(separator: ", "))] need the table [\(population.joined(separator: ", "))]",
              "[\(table.joined(separator: ", "))] 的占比须有表 [\(population.joined(separator: ", "))]"),
            hint: Wording(
              "add it to tables: a share is told only of what is released itself", "请将其加入 tables：只有自身发布的才给出占比"
            )))
      }
    }
    if declaration.derived.contains(.change),
      !declaration.tables.contains(where: { table in
        dimensions.contains { $0.periods != nil && table.contains($0.name) }
      })
    {
      faults.add(
        (section["derived"] ?? section.node).error(
          Wording("changes need a table over a dimension with periods", "变动须有含时段维度的表"),
          hint: Wording("declare one with period: \"year\"", "请以 period: \"year\" 声明一个时段维度")))
    }
  }

  /// What verify and score have in common.
  private func describeTags(
    _ declaration: inout ResultDeclaration, _ section: Section, _ resource: Resource?, _ subject: [String]
  ) {
    let nodes = section.list("claims") { (node) throws(DocumentError) in node }
    Checks.unique(nodes.compactMap { node in (try? node.string()).map { ($0, node) } }, .claim, faults)
    declaration.consent =
      section.optional("consent") { (node) throws(DocumentError) in try node.bool() } ?? false
    declaration.meaning = section.optional("meaning", Checks.text)
    declaration.responsible = section.optional("responsible") { (node) throws(DocumentError) in
      try Checks.reference(node, to: .organization, in: catalog.organizations.map(\.id))
    }
    for name in subject {
      guard let field = resource?.field(name), !Self.stated.contains(field.type) else { continue }
      faults.add(
        section.node.error(
          Wording(
            "the subject's field \"\(name)\" is a \(field.type.rawValue)",
            "主体字段“\(name)”的类型是 \(field.type.rawValue)"), hint: Self.statedHint))
    }
  }

  /// Types that a caller can state in one spelling.
  private static let stated: [FieldType] = [.string, .integer, .number, .boolean, .date, .year]
  private static let statedHint = Wording(
    "fields that are compared are of type string, integer, number, boolean, date or year",
    "供比对的字段类型须为 string、integer、number、boolean、date 或 year")

  /// A field that the caller states, beside the subject.
  private func claim(
    _ node: Node, of resource: Resource?, _ subject: [String]
  ) throws(DocumentError) -> String {
    let name = try field(node, of: resource)
    guard !subject.contains(name) else {
      throw node.error(
        Wording("\"\(name)\" is the subject and stated with every call already", "“\(name)”是主体，每次调用已经写明"))
    }
    if let type = resource?.field(name)?.type, !Self.stated.contains(type) {
      throw node.error(
        Wording("\"\(name)\" is a \(type.rawValue)", "“\(name)”的类型是 \(type.rawValue)"), hint: Self.statedHint)
    }
    return name
  }

  /// A statistic may be drawn anew no oftener than its profile allows.
  private func checkRefresh(_ section: Section, _ refresh: String, _ limits: ProtectionProfile?) {
    guard let limits, let wanted = Duration8601(refresh), let least = Duration8601(limits.minimumRefresh),
      !wanted.isAtLeast(least)
    else { return }
    faults.add(
      (section["refresh"] ?? section.node).error(
        Wording(
          "\(refresh) is oftener than the profile \"\(limits.name)\" allows",
          "\(refresh) 比方案“\(limits.name)”所允许的更频繁"),
        hint: Wording("at least \(limits.minimumRefresh)", "至少 \(limits.minimumRefresh)")))
  }

  /// One table: declared dimensions, each once, no more of a role than the profile allows.
  private func table(
    _ node: Node, _ dimensions: [Dimension], _ known: [String], _ limits: ProtectionProfile?
  ) throws(DocumentError) -> [String] {
    var names: [String] = []
    for element in try node.elements() {
      let name = try Checks.reference(element, to: .dimension, in: known)
      guard !names.contains(name) else {
        throw element.error(Wording("the dimension \"\(name)\" is there twice", "维度“\(name)”出现两次"))
      }
      names.append(name)
    }
    guard let limits else { return names }
    for (role, most) in [
      (Dimension.Role.identifying, limits.maxIdentifying), (.response, limits.maxResponse),
    ] {
      let count = names.filter { name in dimensions.first { $0.name == name }?.role == role }.count
      guard count <= most else {
        let others = policies.profiles.values.filter {
          (role == .identifying ? $0.maxIdentifying : $0.maxResponse) >= count
        }.map(\.name).sorted()
        throw node.error(
          Wording(
            "\(count) \(role.rawValue) dimensions, and the profile \"\(limits.name)\" allows \(most) in one table",
            "有 \(count) 个 \(role.rawValue) 维度，而方案“\(limits.name)”一个表只允许 \(most) 个"),
          hint: others.isEmpty
            ? Wording("leave a dimension out", "请去掉一个维度")
            : Wording(
              "leave a dimension out, or name a profile that allows it and may serve the level: \(others.joined(separator: ", "))",
              "请去掉一个维度，或改用允许它且可用于此密级的方案：\(others.joined(separator: "、"))"))
      }
    }
    return names
  }

  private func output(_ node: Node) throws(DocumentError) -> ScoreOutput? {
    guard let section = Section(node, ["expression", "values"], faults) else { return nil }
    let expression = section.required("expression") { (node) throws(DocumentError) in try node.string() }
    let values = section.someList("values", Checks.code)
    let nodes = section.list("values") { (node) throws(DocumentError) in node }
    Checks.unique(nodes.compactMap { node in (try? Checks.code(node)).map { ($0, node) } }, .value, faults)
    if values.count > 256, let node = section["values"] {
      faults.add(
        node.error(
          Wording(
            "a score has at most 256 values, this has \(values.count)", "评分至多 256 个取值，此处有 \(values.count) 个"))
      )
    }
    let place = section["expression"].map { "\($0.file):\($0.line):\($0.column): \($0.path)" } ?? ""
    return expression.map { ScoreOutput(expression: $0, values: values, place: place) }
  }

  private static let measureKeys = [
    "field", "title", "unit", "perUnit", "bounds", "scale", "step", "statistics", "bands",
  ]

  private func measure(_ node: Node, of resource: Resource?) throws(DocumentError) -> Measure? {
    guard let section = Section(node, Self.measureKeys, faults) else { return nil }
    let name = section.required("field") { (node) throws(DocumentError) in try field(node, of: resource) }
    let column = name.flatMap { resource?.field($0) }
    if let column, let place = section["field"], column.type != .integer, column.type != .number {
      faults.add(
        place.error(
          Wording(
            "\"\(column.name)\" is a \(column.type.rawValue), which cannot be summed",
            "“\(column.name)”的类型是 \(column.type.rawValue)，不能求和")))
    }
    let perUnit = section.required("perUnit") { (node) throws(DocumentError) in
      try node.choice(of: Measure.PerUnit.self)
    }
    let bounds = section.required("bounds", bounds)
    let scale =
      section.optional("scale") { (node) throws(DocumentError) in try Checks.whole(node, in: 0...9) } ?? 0
    let step = section.optional("step") { (node) throws(DocumentError) in
      let text = try Checks.decimal(node)
      guard let value = Scan.decimal(text), value > 0 else {
        throw node.error(Wording("a step is greater than 0", "步长 step 须大于 0"))
      }
      let digits = text.split(separator: ".").dropFirst().first?.utf8.count ?? 0
      guard digits <= scale else {
        throw node.error(
          Wording("\(text) is finer than the scale of \(scale) digits", "\(text) 比 scale 的 \(scale) 位小数更细"))
      }
      return text
    }
    let title = section.optional("title", Checks.text)
    let unit = section.optional("unit") { (node) throws(DocumentError) in try node.string() }
    let statistics = section.list("statistics") { (node) throws(DocumentError) in
      try node.choice(of: Measure.Statistic.self)
    }
    let bands = section.optional("bands", Checks.rising) ?? []
    guard let name, let perUnit, let bounds else { return nil }
    if statistics.contains(where: \.isPercentile) {
      let place = section["bands"] ?? section.node
      if bands.count < 2 {
        faults.add(
          place.error(
            Wording("percentiles are read off bands: declare at least two", "分位数由分档得出：请至少声明两个 bands")))
      } else if let least = bands.first.flatMap(Scan.decimal), let bound = Scan.decimal(bounds.0),
        least > bound
      {
        faults.add(
          place.error(
            Wording(
              "the first band begins at \(bands[0]), above the lower bound \(bounds.0)",
              "第一档始于 \(bands[0])，高于下限 \(bounds.0)")))
      }
    } else if let place = section["bands"] {
      faults.add(
        place.error(
          Wording("bands serve percentiles, and none is declared", "bands 用于分位数，而未声明分位数"),
          hint: Wording("add \"median\" to statistics", "请在 statistics 中加入 \"median\"")))
    }
    return Measure(
      field: name, title: title ?? column?.title ?? Text(name), unit: unit ?? column?.unit, perUnit: perUnit,
      lowerBound: bounds.0, upperBound: bounds.1, scale: scale, step: step ?? "1",
      statistics: statistics.isEmpty ? [.sum, .mean] : statistics, bands: bands)
  }

  private func bounds(_ node: Node) throws(DocumentError) -> (String, String) {
    let sides = try Checks.rising(node)
    guard sides.count == 2 else {
      throw node.error(Wording("bounds are [least, greatest]", "bounds 写作 [最小, 最大]"))
    }
    return (sides[0], sides[1])
  }
}
