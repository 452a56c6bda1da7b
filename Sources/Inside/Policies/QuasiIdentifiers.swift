/// Finds fields that describe a person without naming one, by their names.
package enum QuasiIdentifiers {
  /// What a quasi-identifier tells about a person.
  package enum Aspect: String, CaseIterable, Sendable, Hashable {
    case sex, age, place, origin, education, family, work, religion
  }

  private static let english: [String: Aspect] = [
    "sex": .sex, "gender": .sex, "female": .sex, "male": .sex, "age": .age, "birth": .age, "birthdate": .age,
    "birthday": .age, "dob": .age, "xage": .age, "ppage": .age, "division": .place, "residence": .place,
    "zip": .place,
    "zipcode": .place, "postcode": .place, "postal": .place, "county": .place, "district": .place,
    "hometown": .place,
    "ethnicity": .origin, "ethnic": .origin, "race": .origin, "nationality": .origin, "citizenship": .origin,
    "native": .origin, "black": .origin, "education": .education, "educ": .education, "educdec": .education,
    "degree": .education, "schooling": .education, "marital": .family, "marriage": .family,
    "household": .family,
    "relationship": .family, "lfam": .family, "occupation": .work, "profession": .work, "workclass": .work,
    "employer": .work, "job": .work, "religion": .religion,
  ]

  private static let chinese: [(String, Aspect)] = [
    ("性别", .sex), ("年龄", .age), ("出生", .age), ("生日", .age), ("居住地", .place), ("住址", .place), ("户籍", .place),
    ("籍贯", .place), ("民族", .origin), ("国籍", .origin), ("学历", .education), ("文化程度", .education),
    ("受教育", .education),
    ("婚姻", .family), ("家庭", .family), ("职业", .work), ("职务", .work), ("工作单位", .work), ("宗教", .religion),
  ]

  /// Words that make a table one of counts about groups rather than of persons.
  private static let counts: Set<String> = [
    "count", "counts", "total", "population", "pop", "persons", "people", "deaths", "births", "cases", "rate",
    "percent",
  ]
  private static let chineseCounts = ["人数", "数量", "总数", "合计", "人口数", "户数", "比例", "占比", "率"]

  /// What this field tells, by its name or a title; nil if nothing.
  package static func aspect(of field: String, titles: [String] = []) -> Aspect? {
    for text in [field] + titles {
      for word in FieldHints.words(text) {
        if let aspect = english[word] { return aspect }
      }
      for (part, aspect) in chinese where FieldHints.contains(text, part) { return aspect }
    }
    return nil
  }

  /// The fields of a table of persons that together describe a person: at least three aspects, with sex or age among
  /// them. Empty for a table that counts groups, where every combination stands once by design.
  package static func found(in fields: [(name: String, titles: [String])]) -> [String] {
    let about = fields.map { aspect(of: $0.name, titles: $0.titles) }
    let aspects = Set(about.compactMap { $0 })
    guard aspects.count >= 3, aspects.contains(.sex) || aspects.contains(.age) else { return [] }
    let aggregated = fields.contains { field in
      ([field.name] + field.titles).contains { text in
        FieldHints.words(text).contains { counts.contains($0) }
          || chineseCounts.contains { FieldHints.contains(text, $0) }
      }
    }
    guard !aggregated else { return [] }
    return zip(fields, about).filter { $0.1 != nil }.map(\.0.name)
  }
}
