import Policies
import Testing

/// Identifiers dressed so as not to look like any.
@Suite struct `Odd cells` {
  /// 11010519491231002X is the example number of GB 11643 itself.
  static let id = "11010519491231002X"
  static let wide = "１１０１０５１９４９１２３１００２Ｘ"

  @Test(arguments: [
    id, "110105 19491231 002X", "110105-19491231-002X", "1101 0519 4912 3100 2X", wide, "证件：\(wide)。",
    #"{"name":"x","idNo":"11010519491231002X"}"#, #"[{"id": "110105 19491231 002x"}]"#,
    "id=11010519491231002X;tel=",
    "（11010519491231002X）", "身份证号11010519491231002X的居民",
  ]) func `show the resident ID in them`(_ cell: String) {
    #expect(findings(in: "note", of: [cell]).contains { $0.rule == "residentID" }, "\(cell)")
  }

  @Test(arguments: [
    "110105194912310021", "110105 19491231 0021", "110105194913310020", "订单 11010519491231002 已发货",
    "1101051949",
  ]) func `that only resemble one show none`(_ cell: String) {
    #expect(!findings(in: "note", of: [cell]).contains { $0.rule == "residentID" }, "\(cell)")
  }

  @Test(arguments: ["note", "备注", "remarks", "x"])
  func `of phone numbers in remarks are found at three in a hundred`(
    _ field: String
  ) {
    let cells = (0..<1_000).map { number in
      number % 33 == 0 ? "请回电 138\(10_000_000 + number * 7_919) 联系" : "第 \(number) 号申请已受理"
    }
    let finding = findings(in: field, of: cells).first { $0.rule == "mobile" }
    #expect(finding?.matches == 31)
    #expect(finding?.level == "L3")
  }

  @Test func `of a single phone number among many thousand do not restrict a table`() {
    let cells = (0..<10_000).map { $0 == 5_000 ? "13812345678" : "第 \($0) 号申请已受理" }
    #expect(!findings(in: "note", of: cells).contains { $0.rule == "mobile" })
  }

  @Test func `of mixed columns are judged by what is in them`() {
    let cells = (0..<300).map { number in
      number % 30 == 0 ? Self.id : number % 2 == 0 ? "\(number)" : "unknown"
    }
    let finding = findings(in: "reference", of: cells).first { $0.rule == "residentID" }
    #expect(finding?.matches == 10 && finding?.values == 300)
  }

  @Test func `give up the number inside them, as it is written`() {
    var scanner = ColumnScanner(field: "note", detectors: DetectorSet(.standard))
    func matches(_ cell: String, _ kinds: Set<DetectorKind>) -> [String] {
      var cell = cell
      return cell.withUTF8 { scanner.matches(in: $0, kinds: kinds) }.map {
        String(decoding: $0, as: UTF8.self)
      }
    }
    #expect(matches("电话 13812345678，邮箱 a.b@example.org。", [.mobile]) == ["13812345678"])
    #expect(
      Set(matches("电话 13812345678，邮箱 a.b@example.org。", [.mobile, .email])) == [
        "13812345678", "a.b@example.org",
      ])
    #expect(matches("证件：\(Self.wide)。", [.residentID]) == [Self.id])
    #expect(matches("110105 19491231 002X", [.residentID]) == ["110105 19491231 002X"])
    #expect(matches("第 5 号申请已受理", [.mobile, .residentID]).isEmpty)
    #expect(matches("13812345678", [.email]).isEmpty)
  }

  @Test func `marked OFFICIAL-SENSITIVE are refused, but not where that is a level of the scale`() {
    let cells = ["OFFICIAL-SENSITIVE", "TOP SECRET"]
    #expect(findings(in: "x", of: [cells[0]]).contains { $0.refuses })
    let british = DetectorSet(
      DetectorPolicy(
        detectors: DetectorPolicy.standard.detectors,
        dictionaries: ["acceptedMarkings": ["OFFICIAL-SENSITIVE"]]))
    #expect(!findings(in: "x", of: [cells[0]], british).contains { $0.refuses })
    #expect(findings(in: "x", of: [cells[1]], british).contains { $0.refuses })
  }
}
