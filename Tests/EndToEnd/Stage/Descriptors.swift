/// The datasets of the scratch portal, beside the one that `init` writes.
enum Descriptors {
  /// An open table in GB18030, whose bytes are beside it.
  static let stations = #"""
    {
      name: "stations", title: { zh: "车站", en: "Stations" },
      description: { zh: "两个虚构车站。", en: "Two invented stations." },
      keywords: [{ zh: "车站", en: "station" }], themes: ["transport"], license: "CC0-1.0", synthetic: true,
      provider: { organization: "transport-bureau", person: "lin-hai" }, updateFrequency: "annual",
      classification: { level: "L1" },
      resources: [{
        name: "stations", title: { zh: "车站", en: "Stations" }, path: "stations.csv", format: "csv", encoding: "gb18030",
        schema: { primaryKey: ["code"], fields: [
          { name: "code", type: "string", constraints: { required: true } },
          { name: "station", type: "string", constraints: { required: true } },
          { name: "tracks", type: "integer", constraints: { minimum: 1 } },
        ] },
      }],
    }
    """#

  /// `code,station,tracks`, with 北站 and 南站 in GB18030.
  static let stationsBytes: [UInt8] =
    Array("code,station,tracks\nN,".utf8) + [0xB1, 0xB1, 0xD5, 0xBE] + Array(",12\nS,".utf8)
    + [0xC4, 0xCF, 0xD5, 0xBE] + Array(",7\n".utf8)

  /// The restricted register of `Microdata`.
  static let patients = #"""
    {
      name: "patients", title: { zh: "患者费用（合成）", en: "Costs of patients (synthetic)" },
      description: { zh: "由测试生成，并无其人。", en: "Made by a test; nobody in it exists." },
      keywords: [{ zh: "费用", en: "costs" }], themes: ["population"], license: "CC0-1.0", synthetic: true,
      provider: { organization: "health-commission", person: "he-yan" }, updateFrequency: "never",
      classification: {
        level: "L3", legalBasis: { zh: "测试用法第一条", en: "A law for tests, article 1" },
        reason: { zh: "含个人标识。", en: "Holds identifiers of persons." }, by: "he-yan",
      },
      resources: [{
        name: "years", title: { zh: "人年", en: "Person-years" }, path: "patients.csv", format: "csv", encoding: "utf-8",
        schema: { primaryKey: ["person_no", "year"], fields: [
          { name: "person_no", type: "string", level: "L3", role: "identifier", constraints: { required: true } },
          { name: "id_no", type: "string", level: "L3", role: "identifier", constraints: { required: true } },
          { name: "name", type: "string", level: "L3", role: "identifier", constraints: { required: true } },
          { name: "district", type: "string", role: "quasi", constraints: { required: true, enum: ["1", "2", "3", "4", "9"] } },
          { name: "sex", type: "string", role: "quasi", constraints: { required: true, enum: ["1", "2"] } },
          { name: "age", type: "integer", role: "quasi", constraints: { required: true, minimum: 0, maximum: 120 } },
          { name: "year", type: "integer", constraints: { required: true } },
          { name: "cost", type: "number", level: "L3", role: "sensitive", unit: "CNY", constraints: { required: true, minimum: 0 } },
        ] },
      }],
      subject: ["person_no"],
      dimensions: [
        { name: "district", role: "identifying", title: { zh: "区", en: "District" } },
        { name: "sex", role: "identifying", title: { zh: "性别", en: "Sex" } },
      ],
      results: [{
        name: "costs", kind: "statistic", title: { zh: "费用统计", en: "Costs" }, profile: "strict", refresh: "P1Y",
        measures: [{ field: "cost", perUnit: "sum", bounds: [0, 20000], scale: 2, step: 100, statistics: ["sum", "mean"] }],
        tables: [["district"], ["sex"], ["district", "sex"]],
      }, {
        name: "identity", kind: "verify", title: { zh: "身份核验", en: "Identity" }, profile: "verify",
        claims: ["name", "id_no"],
      }, {
        name: "senior", kind: "score", title: { zh: "老年卡", en: "Senior card" }, profile: "verify",
        meaning: { zh: "S 可办老年卡，N 不可。", en: "S: Old enough for the senior card; N: not." },
        claims: ["name"], consent: true,
        output: { expression: "CASE WHEN age >= 65 THEN 'S' ELSE 'N' END", values: ["S", "N"] },
      }],
    }
    """#

  /// A small dataset whose level, legal basis and reason a test chooses.
  static func register(level: String, extra: String = "") -> String {
    #"""
    {
      name: "register", title: { zh: "登记", en: "Register" },
      description: { zh: "由测试生成。", en: "Made by a test." },
      keywords: [{ zh: "登记", en: "register" }], themes: ["population"], license: "CC0-1.0", synthetic: true,
      provider: { organization: "civil-affairs", person: "zhang-lei" }, updateFrequency: "never",
      classification: { level: "\#(level)"\#(extra.isEmpty ? "" : ", \(extra)") },
      resources: [{
        name: "rows", title: { zh: "行", en: "Rows" }, path: "register.csv", format: "csv", encoding: "utf-8",
        schema: { primaryKey: ["number"], fields: [
          { name: "number", type: "integer", constraints: { required: true } },
          { name: "remark", type: "string" },
          { name: "amount", type: "integer", constraints: { minimum: 0, maximum: 100 } },
        ] },
      }],
    }
    """#
  }
}
