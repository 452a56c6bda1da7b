import Bytes
import Foundation
import Testing

@testable import Releases

@Suite struct `The formats of an answer` {
  static func years(_ values: [[String?]]) throws -> StoredResult {
    let years = (2019..<2024).map {
      StoredResult.Code(code: String($0), label: Text(String($0)), parent: nil)
    }
    return try StoredResult(
      dataset: "town", result: "income", title: Text([("zh", "收入"), ("en", "Income <net> & \"gross\"")]),
      dimensions: [
        .init(
          name: "year", title: Text([("zh", "年份"), ("en", "Year")]), role: "identifying", codes: years,
          periods: years.count),
        .init(
          name: "sex", title: Text([("zh", "性别"), ("en", "Sex")]), role: "identifying",
          codes: [
            .init(code: "f", label: Text([("zh", "女"), ("en", "female")]), parent: nil),
            .init(code: "m", label: Text([("zh", "男"), ("en", "male")]), parent: nil),
          ]),
      ],
      columns: [
        .init(name: "count", title: Text([("zh", "人数"), ("en", "Persons")]), unit: nil, sd: "2.02"),
        .init(name: "income.mean", title: Text([("zh", "均值"), ("en", "Mean")]), unit: "CNY/a", sd: nil),
      ],
      tables: [
        (
          ["year", "sex"],
          zip(years.flatMap { year in ["f", "m"].map { [year.code, $0] } }, values).map {
            .init(codes: $0, values: $1)
          }
        )
      ], protection: ["profile": "strict"], note: Text([("zh", "已加噪声。"), ("en", "Noise was added.")]))
  }

  static let values = (0..<10).map { place -> [String?] in
    place == 3 ? [nil, nil] : ["\(1000 + place * 100)", "41000.25"]
  }

  private func answer(_ query: [(String, String)]) throws -> ResultAnswer {
    let result = try Self.years(Self.values)
    return result.answer(
      try ResultQuery.parse(query.map { (name: $0.0, value: $0.1) }, of: result), release: 7)
  }

  private func svg(_ query: [(String, String)], _ language: String) throws -> String {
    String(decoding: try answer(query).body(.svg, language: language), as: UTF8.self)
  }

  @Test func `a chart over periods is drawn as lines with a band, broken where a value is withheld`() throws {
    let chart = try svg([("select", "year,sex,count")], "zh")
    #expect(chart.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
    #expect(chart.contains("xml:lang=\"zh\""))
    #expect(chart.contains("收入") && chart.contains("人数，按年份 × 性别"))
    #expect(chart.contains("发布版本 7") && chart.contains("95 % 区间") && chart.contains("已加噪声"))
    // One line for women; men lack the second year, so only the last three are joined.
    #expect(chart.components(separatedBy: "<polyline").count == 3)
    #expect(chart.components(separatedBy: "<polygon").count == 3)
    #expect(chart.components(separatedBy: "<circle").count == 10)
  }

  @Test func `a chart over other dimensions is drawn as bars with their values, and says what is withheld`()
    throws
  {
    let chart = try svg([("select", "sex,income.mean"), ("year", "eq.2020")], "en")
    #expect(chart.contains("Income &lt;net&gt; &amp; "))
    #expect(chart.contains("Mean (CNY/a), by Sex · Year: 2020"))
    #expect(chart.contains(">41,000.25<") && chart.contains(">withheld<"))
    #expect(chart.contains("Units: income.mean CNY/a."))
    #expect(!chart.contains("<script") && !chart.contains("href"))
    // The noise of a mean depends on the cell: no band is drawn for it.
    #expect(!chart.contains("95 % interval of the protection noise"))
  }

  @Test func `a single number, and more bars than a picture holds`() throws {
    #expect(try svg([("year", "eq.2019"), ("sex", "eq.f")], "en").contains(">1,000<"))
    let codes = (0..<300).map { StoredResult.Code(code: "c\($0)", label: Text("c\($0)"), parent: nil) }
    let result = try StoredResult(
      dataset: "d", result: "r", title: "t",
      dimensions: [.init(name: "a", title: "A", role: "identifying", codes: codes)],
      columns: [.init(name: "count", title: "Count", unit: nil, sd: "2.02")],
      tables: [(["a"], codes.map { .init(codes: [$0.code], values: ["5"]) })], protection: [:], note: "n")
    let chart = result.answer(try ResultQuery.parse([], of: result), release: 1).body(.svg, language: "en")
    #expect(String(decoding: chart, as: UTF8.self).contains("The first 120 of 300"))
  }

  @Test func `CSV has labels, bands, units, release and note`() throws {
    let csv = String(
      decoding: try answer([("year", "eq.2020")]).body(.csv, language: "en"), as: UTF8.self)
    #expect(
      csv
        == """
        year,year_label,sex,sex_label,count,count_low95,count_high95,income.mean,income.mean_unit,withheld,release,note
        2020,2020,f,female,1200,1196,1204,41000.25,CNY/a,,7,"Noise was added. income.mean has no 95 % band: the error goes with the largest contributions, whose size may not be told. Units: income.mean CNY/a."
        2020,2020,m,male,,,,,CNY/a,true,7,

        """.replacing("\n", with: "\r\n"))
  }

  /// 100 persons with 5,000 together, at most 1,000 each.
  static func sums(_ count: String?, _ sum: String?, _ mean: String?) throws -> ResultAnswer {
    let result = try StoredResult(
      dataset: "d", result: "r", title: "t",
      dimensions: [
        .init(
          name: "a", title: "A", role: "identifying", codes: [.init(code: "x", label: "x", parent: nil)])
      ],
      columns: [
        .init(name: "count", title: "Count", unit: nil, sd: "2.02"),
        .init(
          name: "paid.sum", title: "Sum", unit: "CNY", sd: nil,
          band: .init(percent: 34, most: "250", rounding: "1", count: nil)),
        .init(
          name: "paid.mean", title: "Mean", unit: "CNY", sd: nil,
          band: .init(percent: 34, most: "250", rounding: "1", count: "count")),
        .init(name: "share", title: "Share", unit: "%", sd: nil),
      ],
      tables: [(["a"], [.init(codes: ["x"], values: [count, sum, mean, nil])])], protection: [:], note: "n.")
    return result.answer(try ResultQuery.parse([], of: result), release: 1)
  }

  @Test func `sums and means have a band that public numbers give, and what has none says why`() throws {
    let large = try Self.sums("100", "5000", "50")
    // 250 and the rounding: 34 % of 5,000 would be more. A mean: (5000 ± (251 + 100 · ½)) / (100 ∓ 4), rounded outwards.
    #expect(large.ends(0, 1)?.low == "4749" && large.ends(0, 1)?.high == "5251")
    #expect(large.ends(0, 2)?.low == "44" && large.ends(0, 2)?.high == "56")
    #expect(large.ends(0, 3) == nil)
    let small = try Self.sums("10", "100", "10.05")
    #expect(small.ends(0, 1)?.low == "65" && small.ends(0, 1)?.high == "135")
    #expect(small.ends(0, 2)?.low == "4.65" && small.ends(0, 2)?.high == "22.63")
    let withheld = try Self.sums("100", nil, nil)
    #expect(withheld.ends(0, 1) == nil && withheld.ends(0, 2) == nil)
    let json = String(decoding: large.json(language: "en"), as: UTF8.self)
    #expect(
      json.contains(
        #""units":{"paid.sum":"CNY","paid.mean":"CNY","share":"%"},"band95":{"count":4,"paid.sum":{"percent":34,"most":250,"rounding":1,"count":null},"#
          + #""paid.mean":{"percent":34,"most":250,"rounding":1,"count":"count"},"share":{"none":"it is made of two"#
      ))
    let (en, zh) = (large.note("en"), large.note("zh"))
    #expect(
      en.contains(
        "paid.sum: at least 95 % of the numbers are off by no more than 34 % of it or 250 CNY, whichever"))
    #expect(en.contains("share has no 95 % band: it is made of two protected numbers"))
    #expect(zh.contains("paid.sum：至少 95 % 的数字误差不超过其 34 % 与 250 CNY 中较小者"))
    #expect(zh.contains("share 没有 95 % 区间"))
    #expect(large.table(language: "en")[1][2] == "5,000 [4,749 … 5,251]")
    let csv = String(decoding: large.csv(language: "en"), as: UTF8.self)
    #expect(
      csv.contains("paid.sum,paid.sum_low95,paid.sum_high95,paid.sum_unit")
        && csv.contains(",5000,4749,5251,CNY,"))
  }

  @Test func `where there is no period before, nothing is compared and nothing withheld`() throws {
    let years = (2024...2025).map {
      StoredResult.Code(code: "\($0)", label: Text("\($0)"), parent: nil)
    }
    let result = try StoredResult(
      dataset: "d", result: "r", title: "t",
      dimensions: [
        .init(name: "year", title: "Year", role: "identifying", codes: years, periods: 2),
        .init(name: "zip", title: "Zip", role: "identifying", codes: years),
      ],
      columns: [
        .init(name: "count", title: "Count", unit: nil, sd: "2.02"),
        .init(name: "count.change", title: "Change", unit: "%", sd: nil),
      ],
      tables: [
        (
          ["year"],
          [.init(codes: ["2024"], values: ["50", nil]), .init(codes: ["2025"], values: ["60", "20"])]
        ),
        (
          ["zip"],
          [.init(codes: ["2024"], values: ["50", nil]), .init(codes: ["2025"], values: [nil, nil])]
        ),
      ], protection: [:], note: "n")
    func answer(_ items: [(String, String)]) throws -> ResultAnswer {
      result.answer(
        try ResultQuery.parse(items.map { (name: $0.0, value: $0.1) }, of: result), release: 1)
    }
    let changes = try answer([])
    #expect(changes.numbers == (2, 0) && changes.withheldCount == 0)
    #expect(
      String(decoding: changes.json(language: "en"), as: UTF8.self).contains(
        #"[{"year":"2024","count":50,"count.change":null},{"year":"2025","count":60,"count.change":20}]"#))
    #expect(changes.table(language: "en")[1] == ["2024", "50 ± 4", "–"])
    // Codes that look like years are none: their table has no column of changes, unless it is asked for.
    #expect(result.queries == ["select=year,count,count.change", "select=zip,count"])
    let zips = try answer([("select", "zip,count")])
    #expect(zips.numbers == (2, 1) && zips.withheldCount == 1)
    #expect(zips.table(language: "zh")[2] == ["2025", "不予公布"])
    #expect(try answer([("select", "zip,count.change")]).columns.map(\.name) == ["count.change"])
  }

  @Test func `the format is the one asked for, else the one the caller accepts`() throws {
    #expect(try answer([("format", "svg"), ("lang", "en")]).query.format == .svg)
    #expect(try answer([("lang", "en")]).query.language == "en")
    #expect(try answer([]).query.format == nil)
    for (field, format) in [
      ("", ResultQuery.Format.json), ("*/*", .json), ("text/csv", .csv), ("image/svg+xml, */*;q=0.1", .svg),
      ("application/json;q=0.5, text/csv", .csv), ("text/csv;q=0", .json), ("text/html", .json),
      ("IMAGE/SVG+XML;q=0.9,text/csv;q=0.8", .svg), ("text/csv ; q=0.2 , application/json", .json),
    ] { #expect(ResultQuery.Format.accepted(field) == format, "\(field)") }
  }

  @Test func `numbers and scales are written as people write them`() {
    #expect(LinearScale.grouped("1234567.125") == "1,234,567.125")
    #expect(LinearScale.grouped("-1000") == "-1,000" && LinearScale.grouped("999") == "999")
    #expect(
      LinearScale([0.3, 0.12], from: 0, to: 100).ticks.map(LinearScale.text) == ["0", "0.1", "0.2", "0.3"])
    #expect(LinearScale([], from: 0, to: 1).ticks.first == 0)
    #expect(LinearScale([-5, 20], from: 0, to: 1).ticks.contains(0))
  }
}
