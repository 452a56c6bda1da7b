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
      if let between = section["between"] { faults.add(between.error("between belongs to period")) }
      return nil
    }
    let length = section.optional("period") { (node) throws(DocumentError) in
      try node.choice(of: Periods.Length.self)
    }
    for key in ["codes", "codeList", "hierarchy", "bands", "asOf", "prefix"] {
      if let other = section[key] { faults.add(other.error("a dimension has periods or \(key), not both")) }
    }
    switch field.type {
    case .date, .datetime: break
    case .yearmonth where length != nil: break
    case .year where length == .year: break
    case .year: faults.add(place.error("\"\(field.name)\" holds years, which have no finer periods"))
    default:
      faults.add(place.error("\"\(field.name)\" is a \(field.type.rawValue), which has no periods"))
      return nil
    }
    guard let between = section["between"] else {
      faults.add(place.error("periods are a closed list", hint: "between: [\"2023-01-01\", \"2025-12-31\"]"))
      return nil
    }
    let days = faults.attempt { () throws(DocumentError) in
      var days: [CalendarDate] = []
      for element in try between.elements() { days.append(try Checks.date(element)) }
      guard days.count == 2, days[0] <= days[1] else {
        throw between.error("between is [first day, last day]")
      }
      guard days[1].year - days[0].year < 200 else { throw between.error("more than 200 years") }
      return days
    }
    guard let length, let days else { return nil }
    return Periods(length, from: days[0], to: days[1])
  }

  /// What is wrong with cutting this field into bands.
  private func banding(_ section: Section, _ field: Field) -> DocumentError? {
    if let asOf = section["asOf"] {
      if section["bands"] == nil { return asOf.error("asOf belongs to bands of ages") }
      if field.type != .date {
        return asOf.error("asOf makes ages out of dates, and \"\(field.name)\" is a \(field.type.rawValue)")
      }
    }
    guard let bands = section["bands"] else { return nil }
    if let prefix = section["prefix"] { return prefix.error("a dimension has bands or a prefix, not both") }
    switch field.type {
    case .integer, .number, .year: return nil
    case .date where section["asOf"] != nil: return nil
    case .date: return bands.error("bands of dates are ages and need asOf, the day they are counted on")
    default: return bands.error("\"\(field.name)\" is a \(field.type.rawValue), which has no bands")
    }
  }

  /// The closed list: bands, else the dimension's own codes or list, else the field's list or enumeration.
  private func codes(_ section: Section, field: Field, meta: FieldMeta?, banding: Bands?) -> [Code] {
    let given = section.optional("codes") { (node) throws(DocumentError) in CodeReader.codes(node, faults) }
    let lists = ["codeList", "hierarchy"].compactMap { key in
      section.optional(key, codeList).flatMap { catalog.codeLists[$0] }
    }
    if let second = ["codes", "codeList", "hierarchy"].compactMap({ section[$0] }).dropFirst().first {
      faults.add(second.error("a dimension has codes, a codeList or a hierarchy, not two of them"))
    }
    if let banding {
      let made = banding.codes(whole: field.type == .integer || field.type == .year)
      guard let given, let place = section["codes"] else { return made }
      if given.count != made.count {
        faults.add(
          place.error("\(given.count) codes for \(made.count) bands", hint: "the last band has no end"))
      }
      return given
    }
    if let given { return given }
    if let list = lists.first { return list.codes }
    if let list = meta?.codeList.flatMap({ catalog.codeLists[$0] }) { return list.codes }
    if let values = field.constraints.enumeration { return values.map { Code(code: $0, label: Text($0)) } }
    faults.add(
      section.node.error(
        "this dimension has no closed list of codes",
        hint: "give codes, codeList, hierarchy or bands, or the field an enum"))
    return []
  }
}
