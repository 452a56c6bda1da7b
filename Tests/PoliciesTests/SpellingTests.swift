import Foundation
import Policies
import Testing

/// Identifiers as spreadsheets, exports and people spell them.
@Suite struct `Detectors on other spellings` {
  private static func findings(_ cells: [String], field: String = "remark") -> Set<String> {
    var scanner = ColumnScanner(field: field, detectors: DetectorSet(.standard))
    for cell in cells {
      var cell = cell
      cell.withUTF8 { scanner.scan($0) }
    }
    return Set(scanner.findings().map(\.rule))
  }

  @Test(arguments: [
    "138001380%02d.0", "138001380%02d.00", "1.38001380%02dE10", "1.38001380%02de+10", "+86138001380%02d.0",
    "１３８００１３８0%02d．0", "138001380%02d", "86138001380%02d.0", "电话138001380%02d.0",
  ]) func `find a mobile number that became a decimal`(_ form: String) {
    let cells = (11...30).map { String(format: form, $0) }
    #expect(Self.findings(cells).contains("mobile"), "\(cells[0])")
  }

  @Test(arguments: ["138001380%02d.5", "1.38E+10", "1.38001380%02dE15", "138001380%02d.01", "20240%02d.0"])
  func `leave decimals that are none`(_ form: String) {
    #expect(Self.findings((11...30).map { String(format: form, $0) }).isEmpty)
  }

  @Test(arguments: ["cyrillic-x", "multiply-x", "joined", "mobile-float"])
  func `find the identifiers of the cases`(_ name: String) throws {
    let file = Place.root.appending(path: "Tests/Vectors/tables/cases/\(name).csv")
    let found = try SmallTable(file).rows.map { $0[1] }
    #expect(Self.findings(found).contains(name == "mobile-float" ? "mobile" : "residentID"))
  }

  @Test(arguments: ["X", "x", "×", "х", "Х", "Χ", "Ⅹ", "Ｘ", "✕"])
  func `find an ID whose check character is written otherwise`(_ sign: String) {
    #expect(Self.findings(["11010519491231002\(sign)"]) == ["residentID"])
    #expect(Self.findings(["证件 11010519491231002\(sign)，本人"]) == ["residentID"])
    #expect(Self.findings(["20\(sign)30", "1\(sign)2\(sign)3"]).isEmpty)
  }

  @Test func `find what Excel left of IDs that were numbers`() {
    let cut = (10...29).map { "1101011949\($0 % 12 < 2 ? "11" : "0\(1 + $0 % 9)")\(10 + $0 % 18)1\(0)000" }
      .map { String($0.prefix(15)) + "000" }
    #expect(Self.findings(cut, field: "证件号码").contains("residentID"))
    #expect(Self.findings(cut).contains("residentID"))
    #expect(Self.findings(cut.map { $0 + ".0" }).contains("residentID"))
    // A few among many other long numbers are orders, unless the column says that it holds IDs.
    let orders = (0..<60).map { "2024\(100_000 + $0 * 7)99\(100_000 + $0 * 13)" }
    #expect(
      Self.findings(orders + ["110101196001010000", "110101196001020000", "110101196001030000"]).isEmpty)
    #expect(Self.findings(Array(orders.prefix(20)) + cut.prefix(10), field: "证件号码").contains("residentID"))
  }

  @Test(arguments: [
    " ", "\u{A0}", "\u{3000}", "\u{2002}", "\u{202F}", "\u{200B}", "\u{AD}", "\u{FEFF}", "\u{2060}",
    "\u{202C}", "\0",
    "\u{7}", "\t", "\n", "\r\n", "  ", "\u{A0} ", "-", "–", "—", "－", "‑", "−", " - ", " – ",
  ]) func `find identifiers with any gap in them`(_ gap: String) {
    for id in ["440524188001010014", "11010519491231002X"] {
      let spelt = [id.prefix(6), id.dropFirst(6).prefix(8), id.suffix(4)].joined(separator: gap)
      #expect(Self.findings([spelt]) == ["residentID"], "\(spelt.debugDescription)")
      #expect(Self.findings(["证件" + spelt + "，已核"]) == ["residentID"])
    }
    let mobiles = (11...30).map { "138\(gap)0013\(gap)80\($0)" }
    #expect(Self.findings(mobiles) == ["mobile"], "\(gap.debugDescription)")
    // Two numbers in one cell are two numbers.
    #expect(Self.findings((11...30).map { "138001380\($0)\(gap)139001390\($0)" }).contains("mobile"))
  }

  @Test(arguments: [
    "5 -3", "1,2", "2023 – 2024", "10  20  30", "1990\u{A0}000", "3\u{A0}138\u{A0}001", "2024-01-01\n12:30",
  ])
  func `leave gaps between other numbers`(_ cell: String) {
    #expect(Self.findings([String](repeating: cell, count: 20)).isEmpty)
  }

  @Test func `find mobile numbers behind a zero and joined ones`() {
    #expect(Self.findings((11...30).map { "0138001380\($0)" }) == ["mobile"])
    #expect(Self.findings((11...30).map { "138001380\($0)139001390\($0)" }) == ["mobile"])
    #expect(Self.findings((11...30).map { "01234567890\($0)" }).isEmpty)
  }

  @Test func `find IDs that went through a double`() {
    let ids = (10...29).map { "11010119\($0 + 50)0\(1 + $0 % 9)\(10 + $0 % 18)\(217 + $0)6" }.compactMap {
      Int($0)
    }
    let doubles = ids.map { Double($0) }
    #expect(Self.findings(doubles.map { "\(Int($0))" }).contains("residentID"))
    #expect(Self.findings(doubles.map { String(describing: $0) }).contains("residentID"))
    #expect(Self.findings(doubles.map { String(format: "%.17e", $0) }).contains("residentID"))
    #expect(Self.findings(ids.map { "\($0 / 10)0" }).contains("residentID"))
    // Numbers of documents begin with a division and a date, too, and count on.
    #expect(Self.findings((0..<60).map { "11010120240312\(1001 + $0)" }).contains("residentID") == false)
    #expect(Self.findings(["110101202403120010"]).isEmpty)
  }

  @Test(arguments: [" ", "\u{3000}", "  ", "\u{A0}"]) func `find names that were spread to one width`(
    _ gap: String
  ) {
    let names = ["王\(gap)伟", "李\(gap)娜", "张\(gap)敏", "刘\(gap)洋", "陈\(gap)静", "欧阳\(gap)明", "王\(gap)秀英"]
    #expect(Self.findings(names) == ["personalName"])
    #expect(Self.findings(names, field: "姓名") == ["personalName"])
    #expect(Self.findings(["北\(gap)京", "合\(gap)计", "上\(gap)海", "天\(gap)津", "重\(gap)庆"]).isEmpty)
  }

  @Test func `find names that were written by their sound`() {
    let names = ["阿依古丽·买买提", "古丽娜尔•阿不都", "迪丽热巴・艾力"]
    #expect(Self.findings(names, field: "姓名") == ["personalName"])
    #expect(Self.findings(names, field: "地名").isEmpty)
  }
}
