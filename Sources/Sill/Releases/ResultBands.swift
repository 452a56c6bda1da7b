package import Bytes

extension StoredResult {
  /// How far a value may be off in at least 95 of 100 cells, as Disclosure gave it: never more than `percent` of its
  /// total and never more than `most`, whichever is less, and `rounding` beside.
  package struct Band: Sendable, Equatable {
    package let percent: Int?
    /// Decimal texts in the total's unit.
    package let most: String?
    package let rounding: String
    /// The column of the count that makes the total of a mean; nil for a total itself.
    package let count: String?

    package init(percent: Int?, most: String?, rounding: String, count: String?) {
      self.percent = percent
      self.most = most
      self.rounding = rounding
      self.count = count
    }

    var json: JSON {
      [
        "percent": percent.map { JSON($0) } ?? .null, "most": JSON(most), "rounding": .string(rounding),
        "count": JSON(count),
      ]
    }

    init?(json: JSON) {
      guard let rounding = json["rounding"]?.string else { return nil }
      self.init(
        percent: json["percent"]?.int, most: json["most"]?.string, rounding: rounding,
        count: json["count"]?.string)
    }

    /// Half its width around a total, both in units of that many digits; nil where it is too wide to compute with.
    func width(of total: Int128, digits: Int) -> Int128? {
      var widths: [Int128] = []
      if let percent {
        let (product, overflow) = Int128(clamping: total.magnitude).multipliedReportingOverflow(
          by: Int128(percent))
        if !overflow { widths.append(product / 100 + (product % 100 > 0 ? 1 : 0)) }
      }
      if let most = most.flatMap({ Band.scaled($0, digits: digits) }) { widths.append(most) }
      guard let least = widths.min(), let rounding = Band.scaled(rounding, digits: digits) else { return nil }
      let (width, overflow) = least.addingReportingOverflow(rounding)
      return overflow ? nil : width
    }

    /// A decimal text in units of so many digits, rounded up; nil where it is too large.
    private static func scaled(_ text: String, digits: Int) -> Int128? {
      guard var (value, has) = StoredNumber.parse(text) else { return nil }
      while has < digits {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        guard !overflow else { return nil }
        (value, has) = (product, has + 1)
      }
      while has > digits { (value, has) = (value / 10 + (value % 10 > 0 ? 1 : 0), has - 1) }
      return value
    }
  }

  /// Half the width of a column's 95 % band where it is the same for every cell, in units of its last digit: 1.96
  /// standard deviations, rounded up; nil where it depends on the cell.
  func band(of column: Int) -> Int128? {
    guard let sd = columns[column].sd.flatMap({ Double($0) }), sd > 0, sd < 1e15 else { return nil }
    let unit = (0..<digits[column]).reduce(1.0) { scale, _ in scale * 10 }
    let width = (1.96 * sd * unit).rounded(.up)
    return width < 1e30 ? Int128(width) : nil
  }

  /// Whether the values of a column have a band.
  func hasBand(_ column: Int) -> Bool {
    guard band(of: column) == nil else { return true }
    guard let band = columns[column].band else { return false }
    return band.count.map { name in columns.contains { $0.name == name } } ?? true
  }

  /// The ends of a value's band, in units of its column's last digit; nil where the value is withheld or has none.
  func ends(_ table: Table, cell: Int, column: Int) -> (low: Int128, high: Int128)? {
    let place = (table.start + cell) * columns.count
    guard let value = cells.value(place + column) else { return nil }
    if let width = band(of: column) { return StoredResult.around(value, width) }
    guard let band = columns[column].band else { return nil }
    guard let name = band.count else {
      return band.width(of: value, digits: digits[column]).flatMap { StoredResult.around(value, $0) }
    }
    // A mean: its total is off by the total's band, its count by the count's.
    guard let counted = columns.firstIndex(where: { $0.name == name }),
      let count = cells.value(place + counted), let spread = self.band(of: counted), count > spread
    else { return nil }
    let (total, overflow) = value.multipliedReportingOverflow(by: count)
    // The mean itself is rounded, by half its last digit.
    guard !overflow, let width = band.width(of: total, digits: digits[column]),
      let (low, high) = StoredResult.around(total, width + count)
    else { return nil }
    return (
      StoredResult.floor(low, low >= 0 ? count + spread : count - spread),
      -StoredResult.floor(-high, high >= 0 ? count - spread : count + spread)
    )
  }

  private static func around(_ value: Int128, _ width: Int128) -> (low: Int128, high: Int128)? {
    let (low, under) = value.subtractingReportingOverflow(width)
    let (high, over) = value.addingReportingOverflow(width)
    return under || over ? nil : (low, high)
  }

  /// a / b rounded down; b is positive.
  private static func floor(_ a: Int128, _ b: Int128) -> Int128 {
    let (quotient, rest) = a.quotientAndRemainder(dividingBy: b)
    return rest < 0 ? quotient - 1 : quotient
  }

  /// A column's band for machines: half its width as a number; else the rule for half its width, with the count that
  /// makes the total of a mean; else why there is none.
  func bandJSON(_ column: Int, _ language: String) -> JSON {
    if let width = band(of: column) { return .number(StoredNumber.text(width, digits: digits[column])) }
    guard hasBand(column), let band = columns[column].band else {
      return ["none": .string(whyNone(column)(language))]
    }
    return [
      "percent": band.percent.map { JSON($0) } ?? .null, "most": band.most.map { .number($0) } ?? .null,
      "rounding": .number(band.rounding), "count": JSON(band.count),
    ]
  }

  /// Why a column has no band.
  func whyNone(_ column: Int) -> Text {
    switch columns[column].name.split(separator: ".").last ?? "" {
    case "sum", "mean":
      Text([
        ("zh", "误差随较大的贡献而定，其大小不能透露"),
        ("en", "the error goes with the largest contributions, whose size may not be told"),
      ])
    case "variance":
      Text([
        ("zh", "误差取决于最大一项贡献，其大小不能透露"),
        ("en", "the error depends on the largest contribution, whose size may not be told"),
      ])
    case "share", "change":
      Text([
        ("zh", "由两个各有误差的受保护数字算得，请看它们各自的区间"),
        ("en", "it is made of two protected numbers, each with an error of its own: see their bands"),
      ])
    default:
      Text([
        ("zh", "由各档受保护的数量插值而得，请看各档数量的区间"),
        ("en", "it is read off the protected counts of the bands: see theirs"),
      ])
    }
  }

  /// What each column says: `{"name", "title", "unit", "band95"}`, the last as an answer has it.
  package func statistics(_ language: String) -> [JSON] {
    columns.enumerated().map { place, column in
      [
        "name": .string(column.name), "title": .string(column.title(language)), "unit": JSON(column.unit),
        "band95": bandJSON(place, language),
      ]
    }
  }
}

extension ResultAnswer {
  /// The ends of a value's band as decimal texts; nil where it is withheld or has none.
  func ends(_ cell: Int, _ column: Int) -> (low: String, high: String)? {
    result.ends(table, cell: cell, column: column).map { ends in
      let digits = result.digits[column]
      return (StoredNumber.text(ends.low, digits: digits), StoredNumber.text(ends.high, digits: digits))
    }
  }

  /// In plain words the bands of columns whose noise depends on a cell, and why others have none.
  func bandNote(_ language: String) -> String {
    query.columns.filter { result.band(of: $0) == nil }.map { place in
      let column = result.columns[place]
      guard result.hasBand(place), let band = column.band else {
        let why = result.whyNone(place)(language)
        return Text([
          ("zh", "\(column.name) 没有 95 % 区间：\(why)。"), ("en", " \(column.name) has no 95 % band: \(why)."),
        ])(language)
      }
      let unit = column.unit.map { " " + $0 } ?? ""
      let limits = Text([
        (
          "zh",
          [band.percent.map { "其 \($0) %" }, band.most.map { "\(LinearScale.grouped($0))\(unit)" }]
            .compactMap { $0 }.joined(separator: " 与 ")
        ),
        (
          "en",
          [band.percent.map { "\($0) % of it" }, band.most.map { "\(LinearScale.grouped($0))\(unit)" }]
            .compactMap { $0 }.joined(separator: " or ")
        ),
      ])(language)
      let counted = band.count.flatMap { name in result.columns.firstIndex { $0.name == name } }
      let few = counted.flatMap { result.band(of: $0) }.map { StoredNumber.text($0, digits: 0) } ?? "4"
      let both = band.percent != nil && band.most != nil
      return band.count == nil
        ? Text([
          (
            "zh",
            "\(column.name)：至少 95 % 的数字误差不超过\(limits)\(both ? " 中较小者" : "")，通常小得多；说得更准会透露最大一项贡献。"
          ),
          (
            "en",
            " \(column.name): at least 95 % of the numbers are off by no more than \(limits)\(both ? ", whichever is less" : ""), most by far less; to say more would tell the largest contribution."
          ),
        ])(language)
        : Text([
          (
            "zh",
            "\(column.name) 由合计除以数量而得：合计误差至少 95 % 的情形不超过\(limits)\(both ? " 中较小者" : "")，数量误差在 ±\(few) 以内，区间据此算出。"
          ),
          (
            "en",
            " \(column.name) is a total over a count: its band holds a total off by up to \(limits)\(both ? ", whichever is less" : ""), and a count off by up to \(few)."
          ),
        ])(language)
    }.joined()
  }
}
