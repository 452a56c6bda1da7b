import Bytes
import Policies
import Tables

extension DatasetReader {
  /// What a derived dataset has in place of resources, subject and dimensions of its own.
  struct Derived {
    var join: Join
    var resource: Resource
    var subject: [String]
    var dimensions: [Dimension]
    var sources: [Dataset]
  }

  private static let ownKeys = ["resources", "subject", "dimensions", "views"]

  /// Reads `derive: { left: …, right: …, keep: … }`; nil, with the faults noted, where it cannot be joined.
  func derive(_ node: Node, of section: Section) -> Derived? {
    for key in Self.ownKeys {
      guard let other = section[key] else { continue }
      faults.add(
        other.error(
          Wording("a derived dataset has no \(key) of its own", "派生数据集没有自己的 \(key)"),
          hint: key == "views"
            ? Wording("declare views in one of the sources", "请在来源数据集中声明视图")
            : Wording(
              "take it out: fields, subject and dimensions are those of the two sources",
              "请删去：字段、主体与维度都来自两个来源数据集")))
    }
    guard let inner = Section(node, ["left", "right", "keep"], faults) else { return nil }
    let keep = inner.optional("keep") { (node) throws(DocumentError) in try node.choice(of: Join.Keep.self) }
    guard let left = inner.required("left", { $0 }).flatMap({ side($0) }),
      let right = inner.required("right", { $0 }).flatMap({ side($0) })
    else { return nil }
    guard left.source.name != right.source.name else {
      faults.add(
        right.node.error(
          Wording(
            "both sides are \"\(left.source.name)\"", "两侧都是“\(left.source.name)”"),
          hint: Wording("name another dataset on one side", "请在一侧改用另一个数据集")))
      return nil
    }
    guard isApart(left, right), mayKeep(keep ?? .matched, inner, right),
      sharesFamily(left, right, node, section), sharesSubject(left, right)
    else { return nil }
    let subject = left.source.subject
    guard isFree(of: left, right, subject) else { return nil }
    return joined(left, right, subject, keep ?? .matched)
  }

  // MARK: One side

  private struct Side {
    let node: Node
    let source: Dataset
    let table: Resource
    /// New names by old ones, of fields and dimensions.
    let renamed: [String: String]
    let left: Set<String>

    func name(_ old: String) -> String { renamed[old] ?? old }
    /// Fields that are taken over, the subject's among them.
    var fields: [Field] { table.schema.fields.filter { !left.contains($0.name) } }
    var dimensions: [Dimension] { source.dimensions.filter { !left.contains($0.field) } }
  }

  /// The name of a dataset, or an object with the name, new names and what is left out.
  private func side(_ node: Node) -> Side? {
    if node.isString { return source(node).flatMap { side(node, $0, [:], []) } }
    guard let section = Section(node, ["dataset", "rename", "without"], faults),
      let source = section.required("dataset", { $0 }).flatMap({ source($0) })
    else { return nil }
    let fields = source.resources.first?.schema.fields.map(\.name) ?? []
    var renamed: [String: String] = [:]
    if let names = section["rename"],
      let entries = faults.attempt({ () throws(DocumentError) in try names.entries() })
    {
      let known = fields + source.dimensions.map(\.name)
      for (old, place) in entries {
        guard known.contains(where: { sameBytes($0, old) }) else {
          faults.add(unknown(old, place, known, of: source))
          continue
        }
        renamed[old] = faults.attempt { () throws(DocumentError) in try Checks.queryName(place) }
      }
    }
    let left = section.list("without") { (place) throws(DocumentError) -> String? in
      let name = try place.string()
      guard fields.contains(where: { sameBytes($0, name) }) else {
        throw unknown(name, place, fields, of: source)
      }
      guard !source.subject.contains(name) else {
        throw place.error(
          Wording(
            "\"\(name)\" is the subject, by which the two are joined", "“\(name)”是主体，两侧靠它关联"),
          hint: Wording("leave out another field", "请改为略去其他字段"))
      }
      return name
    }
    return side(node, source, renamed, Set(left))
  }

  private func side(
    _ node: Node, _ source: Dataset, _ renamed: [String: String], _ left: Set<String>
  ) -> Side? {
    source.resources.first.map {
      Side(node: node, source: source, table: $0, renamed: renamed, left: left)
    }
  }

  private func unknown(
    _ name: String, _ place: Node, _ known: [String], of source: Dataset
  ) -> DocumentError {
    place.error(
      Wording("\"\(source.name)\" has no field \"\(name)\"", "“\(source.name)”没有字段“\(name)”"),
      hint: nearest(name, in: known).map { .meant($0) }
        ?? Wording("known: \(known.joined(separator: ", "))", "现有：\(known.joined(separator: "、"))"))
  }

  /// The source of that name, where it may be joined.
  private func source(_ node: Node) -> Dataset? {
    guard let name = faults.attempt({ () throws(DocumentError) in try node.string() }) else { return nil }
    func refuse(_ words: Wording, _ hint: Wording) -> Dataset? {
      faults.add(node.error(words, hint: hint))
      return nil
    }
    guard names.contains(where: { sameBytes($0, name) }) else {
      return refuse(
        Wording("there is no dataset \"\(name)\"", "没有数据集“\(name)”"),
        nearest(name, in: names).map { .meant($0) }
          ?? Wording("name a folder of the catalogue", "请写目录中的文件夹名"))
    }
    let own = Files.name(of: folder)
    if let way = deriving.way(from: name, to: own) {
      let chain = ([own] + way).map { "\"\($0)\"" }.joined(separator: " → ")
      let zh = ([own] + way).map { "“\($0)”" }.joined(separator: " → ")
      return refuse(
        name == own
          ? Wording("a dataset is not derived from itself", "数据集不能由自身派生")
          : Wording("the chain comes back to itself: \(chain)", "派生链绕回了自身：\(zh)"),
        Wording("at the end of every chain are datasets with tables of their own", "派生链的末端须为有自己数据表的数据集"))
    }
    // Where its own descriptor is at fault, that is told already.
    guard let source = catalog.dataset(name) else { return nil }
    let level = policies.scale.level(source.classification.level)
    let flagged = source.classification.flags.contains { policies.scale.flagsForcingClosed.contains($0) }
    if flagged || level?.openness == .closed {
      return refuse(
        Wording("\"\(name)\" is closed: nothing is derived from it", "“\(name)”不予开放，不得由其派生"),
        Wording("join datasets of a conditional level", "请关联有条件开放的数据集"))
    }
    if level?.openness == .unconditional {
      return refuse(
        Wording("\"\(name)\" is declared open, not restricted", "“\(name)”申报为无条件开放，并非受限"),
        Wording(
          "both sources are restricted ones; open rows are joined by whoever downloads them",
          "两个来源都须为受限数据集；开放数据可由使用者自行关联"))
    }
    guard !source.subject.isEmpty else {
      return refuse(
        Wording("\"\(name)\" declares no subject to join by", "“\(name)”没有声明用于关联的主体 subject"),
        Wording(
          "name the unit in Catalog/\(name)/\(Catalog.descriptorName), as subject: [\"person_id\"]",
          "请在 Catalog/\(name)/\(Catalog.descriptorName) 中写明，如 subject: [\"person_id\"]"))
    }
    return source
  }

  // MARK: Both together

  /// Whether no table is on both sides: it would be joined with itself.
  private func isApart(_ left: Side, _ right: Side) -> Bool {
    let mine = Set(left.source.tables.map(\.dataset))
    guard let twice = right.source.tables.first(where: { mine.contains($0.dataset) })?.dataset else {
      return true
    }
    faults.add(
      right.node.error(
        Wording("\"\(twice)\" is on both sides", "“\(twice)”在两侧都有"),
        hint: Wording(
          "join each table once: name on one side a dataset that is not made of \"\(twice)\"",
          "每张表只关联一次：请在一侧改用不含“\(twice)”的数据集")))
    return false
  }

  /// Whether rows may be kept for which the right source has no partner.
  private func mayKeep(_ keep: Join.Keep, _ section: Section, _ right: Side) -> Bool {
    guard keep == .left, let join = right.source.join, let node = section["keep"] else { return true }
    faults.add(
      node.error(
        Wording(
          "\"\(right.source.name)\" is itself derived: which of its sources a partner is missing in would be told",
          "“\(right.source.name)”本身是派生数据集：缺的是哪个来源中的匹配记录会被看出"),
        hint: Wording(
          "name a dataset with a table of its own on the right (as \"\(join.right.dataset)\"), or take keep out",
          "右侧请用有自己数据表的数据集（如“\(join.right.dataset)”），或删去 keep")))
    return false
  }

  private func sharesFamily(_ left: Side, _ right: Side, _ node: Node, _ section: Section) -> Bool {
    let family = left.source.keyFamily
    guard family == right.source.keyFamily else {
      faults.add(
        node.error(
          Wording(
            "\"\(left.source.name)\" is of the key family \"\(family)\", \"\(right.source.name)\" of \"\(right.source.keyFamily)\"",
            "“\(left.source.name)”属于密钥族“\(family)”，“\(right.source.name)”属于“\(right.source.keyFamily)”"),
          hint: Wording(
            "datasets about the same units share keys and release budget: write keyFamily: \"\(family)\" in Catalog/\(right.source.name)/\(Catalog.descriptorName)",
            "同一批主体的数据集共用密钥与发布额度：请在 Catalog/\(right.source.name)/\(Catalog.descriptorName) 写 keyFamily: \"\(family)\""
          )))
      return false
    }
    guard let own = section["keyFamily"], (try? own.string()) != family else { return true }
    faults.add(
      own.error(
        Wording("the sources are of the key family \"\(family)\"", "两个来源属于密钥族“\(family)”"),
        hint: Wording("take keyFamily out: it is theirs", "请删去 keyFamily：沿用来源的")))
    return false
  }

  private func sharesSubject(_ left: Side, _ right: Side) -> Bool {
    let (mine, theirs) = (left.source.subject.map(left.name), right.source.subject.map(right.name))
    if let old = left.source.subject.first(where: { left.name($0) != $0 }) {
      faults.add(
        left.node.error(
          Wording("the subject keeps its name on the left side", "左侧的主体字段保持原名"),
          hint: Wording("take \"\(old)\" out of rename", "请从 rename 中删去“\(old)”")))
      return false
    }
    guard mine == theirs else {
      let pair = zip(left.source.subject, right.source.subject).first { left.name($0) != right.name($1) }
      let advice =
        left.source.subject.count != right.source.subject.count
        ? Wording("both need the same fields", "两侧须有相同的字段")
        : Wording(
          "where both mean the same, rename it: right: { dataset: \"\(right.source.name)\", rename: { \(pair?.1 ?? ""): \"\(pair?.0 ?? "")\" } }",
          "若二者同义，请改名：right: { dataset: \"\(right.source.name)\", rename: { \(pair?.1 ?? ""): \"\(pair?.0 ?? "")\" } }"
        )
      faults.add(
        right.node.error(
          Wording(
            "the subject of \"\(left.source.name)\" is \(mine.joined(separator: ", ")), that of \"\(right.source.name)\" is \(theirs.joined(separator: ", "))",
            "“\(left.source.name)”的主体是 \(mine.joined(separator: "、"))，“\(right.source.name)”的是 \(theirs.joined(separator: "、"))"
          ), hint: advice))
      return false
    }
    for (old, other) in zip(left.source.subject, right.source.subject) {
      guard let one = left.table.field(old)?.type, let two = right.table.field(other)?.type, one != two
      else { continue }
      faults.add(
        right.node.error(
          Wording(
            "\"\(old)\" is a \(one.rawValue) in \"\(left.source.name)\" and a \(two.rawValue) in \"\(right.source.name)\"",
            "“\(old)”在“\(left.source.name)”中是 \(one.rawValue)，在“\(right.source.name)”中是 \(two.rawValue)"),
          hint: Wording(
            "declare the same type in both: units are told apart by their text as it is written",
            "请在两侧声明相同类型：主体按原文文本区分")))
      return false
    }
    return true
  }

  /// Whether no name stands for two things.
  private func isFree(of left: Side, _ right: Side, _ subject: [String]) -> Bool {
    var isFree = true
    func check(_ taken: [String], _ wanted: [String], _ what: Wording, _ mayLeave: Bool) {
      var seen = Set(taken.map(ByteKey.init))
      for name in wanted where !seen.insert(ByteKey(name)).inserted {
        isFree = false
        let rename = "right: { dataset: \"\(right.source.name)\", rename: { \(name): \"\(name)_2\" } }"
        faults.add(
          right.node.error(
            Wording(
              "two \(what.en)s are called \"\(name)\"", "有两个\(what.zh)名为“\(name)”"),
            hint: mayLeave
              ? Wording(
                "give one another name, as \(rename), or leave it out, as without: [\"\(name)\"]",
                "请改名，如 \(rename)，或略去，如 without: [\"\(name)\"]")
              : Wording("give one another name, as \(rename)", "请改名，如 \(rename)")))
      }
    }
    let own = right.fields.map(\.name).filter { !right.source.subject.contains($0) }.map(right.name)
    check(
      left.fields.map { left.name($0.name) }, own, .field, true)
    check(
      left.dimensions.map { left.name($0.name) }, right.dimensions.map { right.name($0.name) },
      .dimension, true)
    return isFree
  }

  private func joined(_ left: Side, _ right: Side, _ subject: [String], _ keep: Join.Keep) -> Derived {
    let keys = left.fields.filter { subject.contains($0.name) }
    var schema = Schema(
      fields: subject.compactMap { name in keys.first { $0.name == name } }.map { field in
        var field = field
        field.constraints = Constraints()
        field.constraints.required = true
        return field
      })
    var metas: [String: FieldMeta] = [:]
    for name in subject { metas[name] = left.table.fields[name] }
    var sides: [Join.Side] = []
    var dimensions: [Dimension] = []
    for side in [left, right] {
      let fields = side.fields.filter { !side.source.subject.contains($0.name) }
      for field in fields {
        var plain = field.plain(as: side.name(field.name))
        if keep == .left, side.source.name == right.source.name { plain.constraints.required = false }
        schema.fields.append(plain)
        metas[side.name(field.name)] = side.table.fields[field.name]
      }
      for dimension in side.dimensions {
        var dimension = dimension
        dimension.name = side.name(dimension.name)
        dimension.field = side.name(dimension.field)
        dimensions.append(dimension)
      }
      sides.append(
        Join.Side(
          dataset: side.source.name, provider: side.source.provider, file: side.source.file,
          fields: fields.map { Join.Renamed($0.name, as: side.name($0.name)) },
          dimensions: side.dimensions.map { Join.Renamed($0.name, as: side.name($0.name)) }))
    }
    schema.missingValues = [""]
    let resource = Resource(
      name: Files.name(of: folder), source: TableSource(path: ""), schema: schema, fields: metas)
    return Derived(
      join: Join(
        left: sides[0], right: sides[1], keep: keep, leftJoin: left.source.join, rightJoin: right.source.join),
      resource: resource, subject: subject, dimensions: dimensions, sources: [left.source, right.source])
  }

  // MARK: Its results

  /// What the results of a derived dataset may not do.
  func checkResults(_ results: [ResultDeclaration], of derived: Derived, _ section: Section) {
    let nodes = section.list("results") { (node) throws(DocumentError) in node }
    for (result, node) in zip(results, nodes) {
      if !result.kind.hasCells, !result.consent {
        faults.add(
          node.error(
            Wording(
              "whoever is in both sources is told by \"\(result.name)\" from who is not, which needs consent",
              "“\(result.name)”会区分是否同在两个来源，须有授权令牌"),
            hint: Wording("write consent: true", "请写 consent: true")))
      }
      for measure in result.measures {
        if let other = otherCut(measure, of: derived.join) {
          faults.add(node.error(other.words, hint: other.hint))
        }
      }
    }
  }

  /// How a measure is declared otherwise by a dataset that has its field too: a source, another join of one, or a join in
  /// the chain.
  private func otherCut(_ measure: Measure, of join: Join) -> (words: Wording, hint: Wording)? {
    for table in join.tables {
      guard let field = table.fields.first(where: { $0.name == measure.field })?.source else { continue }
      for other in catalog.datasets {
        guard let theirs = other.tables.first(where: { $0.dataset == table.dataset }),
          let name = theirs.fields.first(where: { $0.source == field })?.name,
          let known = other.results.flatMap(\.measures).first(where: { $0.field == name })
        else { continue }
        if !known.isCut(as: measure) {
          return (
            Wording(
              "\"\(other.name)\" declares the measure \"\(name)\" in another way, and the two could be subtracted",
              "“\(other.name)”以另一方式声明了度量“\(name)”，二者可以相减"),
            Wording(
              "use the same perUnit, bounds, scale, step and bands",
              "请使用相同的 perUnit、bounds、scale、step 与 bands")
          )
        }
        if name != measure.field {
          return (
            Wording(
              "\"\(other.name)\" has sums of the same field under the name \"\(name)\": two names are two draws, which can be averaged",
              "“\(other.name)”以“\(name)”为名发布同一字段的合计：两个名称即两次抽取，可以取平均"),
            Wording("rename the other source's field instead of \"\(name)\"", "请保留“\(name)”，改为给另一来源的字段改名")
          )
        }
      }
    }
    return nil
  }
}

extension Measure {
  /// Whether another declaration makes the same values and bands of the field.
  fileprivate func isCut(as other: Measure) -> Bool {
    perUnit == other.perUnit && scale == other.scale && step == other.step && lowerBound == other.lowerBound
      && upperBound == other.upperBound && (bands == other.bands || bands.isEmpty || other.bands.isEmpty)
  }
}

extension Field {
  /// The field of a table that holds its canonical texts, which may be repeated.
  fileprivate func plain(as name: String) -> Field {
    var made = Field(name: name, type: type, title: title)
    made.description = description
    made.unit = unit
    made.rdfType = rdfType
    made.constraints.required = constraints.required
    switch type {
    case .integer, .number, .boolean, .date, .time, .datetime, .year, .yearmonth: break
    default:
      made.format = format
      made.delimiter = delimiter
      made.itemType = itemType
    }
    return made
  }
}
