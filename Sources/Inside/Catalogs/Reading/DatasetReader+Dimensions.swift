import Bytes
import Tables

extension DatasetReader {
  private static let keys = [
    "name", "title", "role", "from", "codes", "codeList", "hierarchy", "bands", "asOf", "prefix",
    "period", "between",
  ]

  func dimension(_ node: Node, of resource: Resource?) throws(DocumentError) -> Dimension? {
    guard let section = Section(node, Self.keys, faults) else { return nil }
    let name = section.required("name", Checks.queryName)
    let role = section.required("role") { (node) throws(DocumentError) in
      try node.choice(of: Dimension.Role.self)
    }
    let title = section.optional("title", Checks.text)
    let fieldName = section[section["from"] == nil ? "name" : "from"].flatMap { node in
      faults.attempt { () throws(DocumentError) in try field(node, of: resource) }
    }
    guard let name, let role, let fieldName, let resource, let field = resource.field(fieldName) else {
      return nil
    }
    let asOf = section.optional("asOf", Checks.date)
    let edges = section.optional("bands", Checks.rising)
    let prefix = section.optional("prefix") { (node) throws(DocumentError) in
      try Checks.whole(node, in: 1...32)
    }
    if let fault = banding(section, field) { faults.add(fault) }
    let periods = self.periods(section, field)
    if let periods {
      return Dimension(
        name: name, title: title ?? field.title ?? Text(name), role: role, field: fieldName,
        codes: periods.codes,
        periods: periods)
    }
    if section["period"] != nil { return nil }
    let banding = edges.map { Bands(edges: $0, asOf: asOf) }
    let hierarchy = section.optional("hierarchy", codeList)
    let codes = codes(section, field: field, meta: resource.fields[fieldName], banding: banding)
    return Dimension(
      name: name, title: title ?? field.title ?? Text(name), role: role, field: fieldName, codes: codes,
      banding: banding, prefix: prefix, hierarchy: hierarchy)
  }

  /// The periods a date is cut into; nil where there are none, or they are at fault.
  private func periods(_ section: Section, _ field: Field) -> Periods? {
    guard let place = section["period"] else {
      if let between = section["between"] {
        faults.add(between.error(Wording("between belongs to period", "between 须与 period 同用")))
      }
      return nil
    }
    let length = section.optional("period") { (node) throws(DocumentError) in
      try node.choice(of: Periods.Length.self)
    }
    for key in ["codes", "codeList", "hierarchy", "bands", "asOf", "prefix"] {
      if let other = section[key] {
        faults.add(
          other.error(Wording("a dimension has periods or \(key), not both", "一个维度只能有 period 或 \(key) 之一")))
      }
    }
    switch field.type {
    case .date, .datetime: break
    case .yearmonth where length != nil: break
    case .year where length == .year: break
    case .year:
      faults.add(
        place.error(
          Wording("\"\(field.name)\" holds years, which have no finer periods", "“\(field.name)”为年份，不能再细分时段"))
      )
    default:
      faults.add(
        place.error(
          Wording(
            "\"\(field.name)\" is a \(field.type.rawValue), which has no periods",
            "“\(field.name)”的类型是 \(field.type.rawValue)，没有时段")))
      return nil
    }
    guard let between = section["between"] else {
      faults.add(
        place.error(
          Wording("periods are a closed list", "时段须有起止，为封闭列表"),
          hint: Wording(
            "between: [\"2023-01-01\", \"2025-12-31\"]", "请写 between: [\"2023-01-01\", \"2025-12-31\"]")))
      return nil
    }
    let days = faults.attempt { () throws(DocumentError) in
      var days: [CalendarDate] = []
      for element in try between.elements() { days.append(try Checks.date(element)) }
      guard days.count == 2, days[0] <= days[1] else {
        throw between.error(Wording("between is [first day, last day]", "between 写作 [首日, 末日]"))
      }
      guard days[1].year - days[0].year < 200 else {
        throw between.error(Wording("more than 200 years", "超过 200 年"))
      }
      return days
    }
    guard let length, let days else { return nil }
    return Periods(length, from: days[0], to: days[1])
  }

  /// What is wrong with cutting this field into bands.
  private func banding(_ section: Section, _ field: Field) -> DocumentError? {
    if let asOf = section["asOf"] {
      if section["bands"] == nil {
        return asOf.error(Wording("asOf belongs to bands of ages", "asOf 须与年龄分档 bands 同用"))
      }
      if field.type != .date {
        return asOf.error(
          Wording(
            "asOf makes ages out of dates, and \"\(field.name)\" is a \(field.type.rawValue)",
            "asOf 由日期推算年龄，而“\(field.name)”的类型是 \(field.type.rawValue)"))
      }
    }
    guard let bands = section["bands"] else { return nil }
    if let prefix = section["prefix"] {
      return prefix.error(Wording("a dimension has bands or a prefix, not both", "一个维度只能有 bands 或 prefix 之一"))
    }
    switch field.type {
    case .integer, .number, .year: return nil
    case .date where section["asOf"] != nil: return nil
    case .date:
      return bands.error(
        Wording(
          "bands of dates are ages and need asOf, the day they are counted on", "日期的分档即年龄，须有计算年龄之日 asOf"))
    default:
      return bands.error(
        Wording(
          "\"\(field.name)\" is a \(field.type.rawValue), which has no bands",
          "“\(field.name)”的类型是 \(field.type.rawValue)，不能分档"))
    }
  }

  /// The closed list: bands, else the dimension's own codes or list, else the field's list or enumeration.
  private func codes(_ section: Section, field: Field, meta: FieldMeta?, banding: Bands?) -> [Code] {
    let given = section.optional("codes") { (node) throws(DocumentError) in CodeReader.codes(node, faults) }
    let lists = ["codeList", "hierarchy"].compactMap { key in
      section.optional(key, codeList).flatMap { catalog.codeLists[$0] }
    }
    if let second = ["codes", "codeList", "hierarchy"].compactMap({ section[$0] }).dropFirst().first {
      faults.add(
        second.error(
          Wording(
            "a dimension has codes, a codeList or a hierarchy, not two of them",
            "一个维度只能有 codes、codeList 或 hierarchy 之一")))
    }
    if let banding {
      let made = banding.codes(whole: field.type == .integer || field.type == .year)
      guard let given, let place = section["codes"] else { return made }
      if given.count != made.count {
        faults.add(
          place.error(
            Wording("\(given.count) codes for \(made.count) bands", "\(made.count) 档而有 \(given.count) 个代码"),
            hint: Wording("the last band has no end", "最后一档没有上限")))
      }
      return given
    }
    if let given { return given }
    if let list = lists.first { return list.codes }
    if let list = meta?.codeList.flatMap({ catalog.codeLists[$0] }) { return list.codes }
    if let values = field.constraints.enumeration { return values.map { Code(code: $0, label: Text($0)) } }
    faults.add(
      section.node.error(
        Wording("this dimension has no closed list of codes", "该维度没有封闭的代码列表"),
        hint: Wording(
          "give codes, codeList, hierarchy or bands, or the field an enum",
          "请写 codes、codeList、hierarchy 或 bands，或为字段写 enum")))
    return []
  }
}
