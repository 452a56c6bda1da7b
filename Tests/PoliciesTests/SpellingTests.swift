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
}
