import Bytes
import Catalogs
import Disclosure
import Policies
import Tables

extension Frame {
  /// `28,298`.
  func number(_ value: Int) -> String { Frame.grouped(String(value)) }

  /// Thousands of a decimal text apart; a text that is no number stays as it is.
  static func grouped(_ text: String) -> String {
    let sign = text.hasPrefix("-") ? "-" : ""
    let parts = text.dropFirst(sign.utf8.count).split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = parts.first, whole.utf8.count > 3,
      parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return text }
    var grouped = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.utf8.count - index) % 3 == 0 { grouped += "," }
      grouped.append(digit)
    }
    return sign + grouped + (parts.count > 1 ? "." + parts[1] : "")
  }

  /// `1.2 MB`.
  func size(_ bytes: Int) -> String {
    let units = ["B", "KB", "MB", "GB", "TB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return unit == 0 ? "\(bytes) B" : "\(Number.text((value * 10).rounded() / 10)) \(units[unit])"
  }

  func date(_ time: Timestamp) -> HTML {
    "<time datetime=\"\(value: time.rfc3339)\">\(time.date.iso)</time>"
  }

  func title(_ level: Level) -> String { level.title[language] ?? level.title["en"] ?? level.id }

  func title(_ openness: Openness) -> String {
    switch openness {
    case .unconditional: t("无条件开放", "Open")
    case .conditional: t("有条件开放", "Results only")
    case .closed: t("不予开放", "Not open")
    }
  }

  /// What an openness means for whoever wants the data.
  func meaning(_ openness: Openness) -> String {
    switch openness {
    case .unconditional: t("任何人可下载文件、查询数据行", "anybody may download files and query rows")
    case .conditional:
      t("数据不出门；经授权的企业可调用受保护的结果", "the data stay inside; companies with a grant may call protected results")
    case .closed: t("仅公布目录信息", "only the catalogue entry is public")
    }
  }

  /// Level and openness of a dataset, never by colour alone.
  func badge(_ item: PublishedDataset) -> HTML {
    """
    <span class="badge \(value: LevelColours.name(of: item.level)) is-\(value: item.openness.rawValue)">\
    <span>\(title(item.level))</span> \(title(item.openness))</span>
    """
  }

  /// The agencies that own what a dataset is made of.
  func providers(_ dataset: Dataset) -> HTML {
    dataset.providers.map { organizationLink($0) }.joined("\(t("、", ", "))")
  }

  /// The datasets that a derived one is joined from, and which rows stay; nil for any other.
  func sources(_ dataset: Dataset) -> HTML? {
    guard let join = dataset.join else { return nil }
    let names = join.sources.map { name -> HTML in
      let title = catalog.dataset(name)?.title(language) ?? name
      return "<a href=\"\(address: link(Frame.path(dataset: name)))\">\(title)</a>"
    }.joined("\(t("、", ", "))")
    guard join.keep == .left else { return names }
    return "\(names)\(t("（第一个来源中无匹配的记录也保留）", " (rows of the first without a partner are kept)"))"
  }

  func organizationLink(_ id: String) -> HTML {
    guard let organization = catalog.organization(id) else { return "\(id)" }
    return "<a href=\"\(address: link(Frame.path(organization: id)))\">\(text(organization.name))</a>"
  }

  func title(_ format: TableFormat) -> String {
    switch format {
    case .csv: "CSV"
    case .csvExcel: t("CSV（Excel 用）", "CSV for Excel")
    case .tsv: "TSV"
    case .json: "JSON"
    case .ndjson: "NDJSON"
    case .xml: "XML"
    case .xlsx: "XLSX"
    case .sqlite: "SQLite"
    case .parquet: "Parquet"
    case .geojson: "GeoJSON"
    case .turtle: "Turtle"
    }
  }

  func title(_ type: FieldType) -> String {
    switch type {
    case .string: t("文本", "text")
    case .integer: t("整数", "integer")
    case .number: t("数值", "number")
    case .boolean: t("是/否", "yes/no")
    case .date: t("日期", "date")
    case .time: t("时间", "time")
    case .datetime: t("日期时间", "date and time")
    case .year: t("年份", "year")
    case .yearmonth: t("年月", "year and month")
    case .duration: t("时长", "duration")
    case .geopoint: t("坐标点", "point")
    case .geojson: t("几何", "geometry")
    case .array: t("数组", "array")
    case .list: t("列表", "list")
    case .object: t("对象", "object")
    case .any: t("任意", "any")
    }
  }

  func title(_ kind: ResultDeclaration.Kind) -> String {
    switch kind {
    case .statistic: t("统计", "Statistic")
    case .verify: t("比对核验", "Verification")
    case .score: t("评分", "Score")
    }
  }

  /// A command to copy. The button appears where scripts run.
  func command(_ text: String, _ label: String) -> HTML {
    """
    <figure class="command"><figcaption>\(label)</figcaption>\
    <pre tabindex="0" data-copy="\(value: t("复制", "Copy"))" data-copied="\(value: t("已复制", "Copied"))"><code>\(text)</code></pre></figure>
    """
  }

  /// The way from the home page to here.
  func trail(_ steps: [(path: String, title: HTML)]) -> HTML {
    let items = steps.map { step -> HTML in
      "<li><a href=\"\(address: link(step.path))\">\(step.title)</a></li>"
    }
    return "<nav class=\"trail\" aria-label=\"\(value: t("路径", "Breadcrumb"))\"><ol>\(items)</ol></nav>"
  }
}
