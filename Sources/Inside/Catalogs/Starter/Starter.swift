/// What `init` writes: a portal folder that loads, passes the gate and publishes as it stands.
package enum Starter {
  /// Relative path → bytes: policies with the chosen scale, a catalogue, and one small invented dataset to look at
  /// and replace.
  package static func files(scale: StarterScale = .cn) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for (name, bytes) in scale.policies { files["Policies/\(name)"] = bytes }
    // A new portal looks twice at every first publication, from the day a second person is registered.
    let levels = String(decoding: files["Policies/levels.json5"] ?? [], as: UTF8.self)
    files["Policies/levels.json5"] = Array(
      levels.replacing(firstOpening.before, with: firstOpening.after).utf8)
    files["Catalog/\(Catalog.fileName)"] = Array(catalog.utf8)
    files["Catalog/bike-counts/\(Catalog.descriptorName)"] = Array(scale.renamed(dataset).utf8)
    files["Catalog/bike-counts/bike-counts.csv"] = Array(table.utf8)
    return files
  }

  private static let firstOpening = (
    before: "  approvals: {\n",
    after:
      "  approvals: {\n    firstOpening: \"approver\",       // the first publication of any dataset, once there is a second person\n"
  )

  private static let catalog = """
    // The catalogue of this portal. Change everything here that says "example".
    // 本门户的目录。凡写有“示例”之处，请替换为本单位的内容。
    {
      title: { zh: "示例开放数据平台", en: "Example open data portal" },
      description: { zh: "用 Doorsill 新建的开放数据平台。", en: "A new open data portal made with Doorsill." },
      publisher: "data-bureau",       // an organization below
      manager: "data-bureau",         // runs the portal, answers for level and protection
      languages: ["zh", "en"],        // pages of the first are at /, of the others at /en/ …
      baseURL: "https://data.example.org",
      license: "CC-BY-4.0",           // of datasets that name none

      // The agencies of the people in Policies/access.json5.
      organizations: [
        { id: "data-bureau", email: "data@example.org", name: { zh: "数据局（示例）", en: "Data Bureau (example)" } },
        { id: "civil-affairs", email: "civil@example.org", name: { zh: "民政局（示例）", en: "Civil Affairs Bureau (example)" } },
        { id: "health-commission", email: "health@example.org", name: { zh: "卫生健康委员会（示例）", en: "Health Commission (example)" } },
        { id: "statistics-bureau", email: "statistics@example.org", name: { zh: "统计局（示例）", en: "Statistics Bureau (example)" } },
        { id: "market-regulation", email: "register@example.org", name: { zh: "市场监督管理局（示例）", en: "Market Regulation Bureau (example)" } },
        { id: "transport-bureau", email: "transport@example.org", name: { zh: "交通运输局（示例）", en: "Transport Bureau (example)" } },
        { id: "ecology-bureau", email: "ecology@example.org", name: { zh: "生态环境局（示例）", en: "Ecology Bureau (example)" } },
      ],

      licenses: [
        {
          id: "CC-BY-4.0", url: "https://creativecommons.org/licenses/by/4.0/",
          title: { zh: "知识共享 署名 4.0", en: "Creative Commons Attribution 4.0" },
        },
        {
          id: "CC0-1.0", url: "https://creativecommons.org/publicdomain/zero/1.0/",
          title: { zh: "知识共享 CC0 1.0 公共领域贡献", en: "Creative Commons CC0 1.0 Public Domain Dedication" },
        },
      ],

      // euTheme: the heading of the EU data-theme list, for European harvesters.
      themes: [
        { id: "transport", euTheme: "TRAN", title: { zh: "交通运输", en: "Transport" } },
        { id: "population", euTheme: "SOCI", title: { zh: "人口与社会", en: "Population and society" } },
        { id: "environment", euTheme: "ENVI", title: { zh: "生态环境", en: "Environment" } },
      ],

      // Closed lists of codes, for fields and dimensions: { <id>: { title, codes: [{ code, label, parent }] } }
      codeLists: {},
    }

    """

  private static let dataset = """
    // One dataset: what it is, who answers for it, how open it is, and the columns of its tables.
    // 一个数据集：内容、责任人、级别与各列说明。`doorsill add FILE` proposes such a file for a table of yours.
    {
      name: "bike-counts",            // permanent; also the name of this folder
      title: { zh: "自行车计数（示例）", en: "Bicycle counts (example)" },
      description: {
        zh: "两个虚构计数点的每日自行车通过量，用于查看新门户的样子，请用自己的数据替换。",
        en: "Daily bicycles at two invented counting points, to see what the new portal looks like; replace it with data of your own.",
      },
      keywords: [{ zh: "自行车", en: "bicycle" }],
      themes: ["transport"],
      license: "CC0-1.0",
      synthetic: true,                // describes nothing real, and the pages say so
      provider: { organization: "transport-bureau", person: "lin-hai" },
      updateFrequency: "daily",       // a word of the EU list or an ISO 8601 duration
      temporal: "2026-03-02/2026-03-04",
      classification: { level: "L1" },  // above L1 a legalBasis is needed
      resources: [
        {
          name: "counts",
          title: { zh: "每日计数", en: "Daily counts" },
          path: "bike-counts.csv",    // beside this file
          format: "csv",
          encoding: "utf-8",
          schema: {
            primaryKey: ["point", "day"],
            fields: [
              {
                name: "point", type: "string", constraints: { required: true },
                title: { zh: "计数点", en: "Counting point" },
              },
              { name: "day", type: "date", constraints: { required: true }, title: { zh: "日期", en: "Day" } },
              {
                name: "bicycles", type: "integer", constraints: { minimum: 0 },
                title: { zh: "自行车数", en: "Bicycles" },
                description: { zh: "当日通过的自行车数", en: "Bicycles that passed on that day" },
              },
            ],
          },
        },
      ],
    }

    """

  private static let table = """
    point,day,bicycles
    North bridge,2026-03-02,1204
    North bridge,2026-03-03,1311
    North bridge,2026-03-04,987
    Old town,2026-03-02,642
    Old town,2026-03-03,701
    Old town,2026-03-04,530

    """
}
