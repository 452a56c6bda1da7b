import Policies
import Testing

/// Each detector in both directions, cell by cell. The numbers are synthetic: division prefecture 99.
@Suite struct `Detectors on single cells` {
  static let detectors = DetectorSet(.standard)

  static func kinds(_ cell: String, field: String = "value") -> Set<DetectorKind> {
    var scanner = ColumnScanner(field: field, detectors: detectors)
    return scanner.kinds(in: cell)
  }

  @Test(arguments: [
    "419901199507149359", "43996119710802738X", "43996119710802738x", "419901 19950714 9359",
    "419901-19950714-9359",
    "４１９９０１１９９５０７１４９３５９", "{\"id\":\"419901199507149359\",\"n\":1}", "身份证419901199507149359，已核验",
    "ID419901199507149359",
    "id:43996119710802738X;", "4199 0119 9507 1493 59", "4 1 9 9 0 1 1 9 9 5 0 7 1 4 9 3 5 9",
    "12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 419901 19950714 9359",
  ])
  func `find a resident ID`(cell: String) { #expect(Self.kinds(cell).contains(.residentID)) }

  @Test(arguments: [
    "419901199507149350", "419901199513149359", "419901199502309359", "999901199507149359",
    "4199011995071493591",
    "0.419901199507149359", "419901199507149359.5", "41990119950714935",
  ])
  func `find no resident ID`(cell: String) { #expect(!Self.kinds(cell).contains(.residentID)) }

  @Test(arguments: [
    "15473317203", "+86 15473317203", "154-7331-7203", "154 7331 7203", "8615473317203", "008615473317203",
    "154.7331.7203",
    "联系15473317203。", "tel15473317203", "１５４７３３１７２０３", "备注：手机154-73317203",
  ])
  func `find a mobile number`(cell: String) { #expect(Self.kinds(cell).contains(.mobile)) }

  @Test(arguments: [
    "12473317203", "25473317203", "1547331720", "154733172034", "15473317203.25", "3.15473317203",
    "1600000000000",
  ])
  func `find no mobile number`(cell: String) { #expect(!Self.kinds(cell).contains(.mobile)) }

  @Test(arguments: [
    ("91319909MA1R014P6X", DetectorKind.creditCode), ("统一代码91319909MA1R014P6X。", .creditCode),
    ("010-79761644", .landline), ("0571-87654321", .landline), ("(0571)87654321", .landline),
    ("02187654321", .landline),
    ("6200007273767142413", .bankCard), ("6200 0072 7376 7142 413", .bankCard),
    ("4111111111111111", .bankCard),
    ("a.b+c@example.com", .email), ("写信给syn1@mail.example.cn。", .email), ("ｓｙｎ１＠ｅｘａｍｐｌｅ．ｃｏｍ", .email),
    ("E12345678", .passport), ("EA1234567", .passport), ("护照G10418501;", .passport),
    ("浙A12345", .plate), ("浙A·12345", .plate), ("京AD12345", .plate), ("粤Z1234澳", .plate),
    ("车牌浙A1234学停放", .plate),
    ("203.0.113.7", .ipAddress), ("from 203.0.113.7:443", .ipAddress),
    ("北京示例01区示例大道12号3单元402室", .address), ("文化路8号2栋1203室", .address),
    ("138****5678", .maskedIdentifier), ("419901********9359", .maskedIdentifier),
    ("138XXXX5678", .maskedIdentifier), ("419901xxxxxxxx9359", .maskedIdentifier),
    ("诸葛建国", .personalName), ("王芳", .personalName), ("12345678-8", .organizationCode),
    ("患者确诊糖尿病", .medical), ("history of Diabetes", .medical),
  ])
  func `find what is there`(cell: String, kind: DetectorKind) { #expect(Self.kinds(cell).contains(kind)) }

  @Test(arguments: [
    ("91319909MA1R014P60", DetectorKind.creditCode), ("91319909MA1R014P6XX", .creditCode),
    ("6200007273767142414", .bankCard),
    ("4111111111111112", .bankCard), ("1.2.3", .ipAddress), ("1.2.3.256", .ipAddress),
    ("1.2.3.4.5", .ipAddress),
    ("a@b", .email), ("@example.com", .email), ("a@.com", .email), ("E1234567", .passport),

    ("浙江A座", .plate), ("京abcde12", .plate), ("文化路8号", .address), ("每月100元，3号发放", .address),
    ("3室2厅", .address),
    ("2024****", .maskedIdentifier), ("***", .maskedIdentifier), ("和平区", .personalName),
    ("高邑县", .personalName),
    ("金穗餐饮管理", .personalName), ("12345678-1", .organizationCode), ("2013-01-01 06:00:00", .mobile),
    ("raids and aidsy", .medical), ("2013-01-01", .landline),
  ])
  func `find nothing where nothing is`(cell: String, kind: DetectorKind) {
    #expect(!Self.kinds(cell).contains(kind))
  }

  @Test(arguments: [
    "绝密★", "机密★1年", "秘密 ★ 10年", "絕密★", "機密", "绝密", "【机密】", "（秘密）", "密级：机密", "机密级", "本件为绝密★启用前", "TOP SECRET",
    "TOP SECRET//SI",
    "SECRET//NOFORN", "(SECRET//REL TO USA)", "OFFICIAL-SENSITIVE", "UK SECRET",
  ])
  func `refuse a secrecy marking`(cell: String) {
    #expect(Self.kinds(cell).contains(.secrecyMarking))
    let found = findings(in: "note", of: ["普通", cell, "文本"])
    #expect(found.contains { $0.rule == "secrecyMarking" && $0.refuses })
  }

  @Test(arguments: [
    "商业秘密★", "保守国家秘密法", "机密文件管理办法", "秘密花园", "The Secret Garden", "Victoria's Secret", "SECRET",
    "https://example.com/SECRETS",
    "密度", "Top secret",
  ])
  func `leave mere words alone`(cell: String) { #expect(!Self.kinds(cell).contains(.secrecyMarking)) }

  @Test func `read SECRET as a marking in a column of markings`() {
    #expect(Self.kinds("SECRET", field: "protective_marking").contains(.secrecyMarking))
    #expect(Self.kinds("CONFIDENTIAL", field: "密级").contains(.secrecyMarking))
  }

  @Test func `look for dates of birth and coordinates only where the column says so`() {
    for cell in ["1990-01-31", "19900131", "1990年1月31日", "31/01/1990", "1990-01-31T00:00:00"] {
      #expect(Self.kinds(cell, field: "birth_date").contains(.birthDate))
      #expect(!Self.kinds(cell, field: "registered_on").contains(.birthDate))
    }
    #expect(!Self.kinds("1990-02-30", field: "出生日期").contains(.birthDate))
    #expect(Self.kinds("116.407394", field: "longitude").contains(.coordinates))
    #expect(!Self.kinds("116.407", field: "longitude").contains(.coordinates))
    #expect(!Self.kinds("116.407394", field: "value").contains(.coordinates))
  }

  @Test func `mask what they show`() {
    #expect(Mask.masked("419901199507149359") == "419************9")
    #expect(Mask.masked("15473317203") == "154*******3")
    #expect(Mask.masked("王芳") == "王*")
    #expect(Mask.masked("诸葛建国") == "诸***")
    let text = findings(in: "id", of: ["419901199507149359"]).flatMap(\.examples).joined()
    #expect(!text.contains("19950714"))
  }
}

/// What a whole column must show before a rule fires.
@Suite struct `Detectors on columns` {
  /// A mobile number with the digits of `index`, in a segment that was never assigned.
  static func mobile(_ index: Int) -> String {
    "154" + String(String(10_000_000 + index * 7919 % 90_000_000).suffix(8))
  }

  @Test func `find personal identifiers in a note of which three in a hundred hold one`() throws {
    let cells = (0..<2_000).map { $0 % 33 == 5 ? "请回电 \(Self.mobile($0))，谢谢" : "第 \($0) 号来信，已转办" }
    let finding = try #require(findings(in: "note", of: cells).first { $0.rule == "mobile" })
    #expect(finding.matches == cells.indices.filter { $0 % 33 == 5 }.count)
    #expect(finding.values == 2_000)
    #expect(finding.share < 0.04)
    #expect(finding.personal)
  }

  @Test func `find one resident ID among a hundred thousand cells`() {
    var scanner = ColumnScanner(field: "note", detectors: DetectorSet(.standard))
    for index in 0..<100_000 { scanner.scan(index == 77_777 ? "见 419901199507149359" : "无") }
    #expect(scanner.findings().map(\.rule) == ["residentID"])
  }

  @Test func `are not fooled by numbers that fit by chance`() {
    var state: UInt64 = 42
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 11
    }
    for length in [9, 10, 11, 12, 15, 16, 18, 19] {
      let cells = (0..<20_000).map { _ in
        // The leading digits of real amounts, not of a fair die.
        var text = String(1 + next() % 9)
        while text.utf8.count < length { text += String(next() % 10) }
        return text
      }
      let personal = findings(in: "amount", of: cells).filter(\.personal)
      #expect(personal.isEmpty, "\(length) digits: \(personal)")
    }
  }

  @Test func `tell passport numbers from numbers that count up`() {
    func eight(_ number: Int) -> String { String(String(100_000_000 + number).suffix(8)) }
    let counted = (1...500).map { "S" + eight($0) }
    #expect(!findings(in: "household_no", of: counted).contains { $0.rule == "passport" })
    let papers = (1...500).map { "E" + eight($0 * 7_654_321 % 90_000_000) }
    #expect(findings(in: "paper", of: papers).contains { $0.rule == "passport" })
    #expect(findings(in: "护照号", of: ["H12345678", "H87654321"]).contains { $0.rule == "passport" })
  }

  @Test func `count the same whether a column is scanned whole or in parts`() {
    let cells = (0..<999).map { $0 % 3 == 0 ? Self.mobile($0) : "第 \($0) 号" }
    let detectors = DetectorSet(.standard)
    var whole = ColumnScanner(field: "note", detectors: detectors)
    for cell in cells { whole.scan(cell) }
    var parts = ColumnScanner(field: "note", detectors: detectors)
    for start in stride(from: 0, to: 999, by: 333) {
      var part = ColumnScanner(field: "note", detectors: detectors)
      for cell in cells[start..<(start + 333)] { part.scan(cell) }
      parts.merge(part)
    }
    #expect(whole.findings() == parts.findings())
    #expect(!whole.findings().isEmpty)
  }

  @Test func `look for the terms of a portal's own dictionary`() throws {
    let policy = DetectorPolicy(
      detectors: [
        DetectorRule(
          id: "projects", kind: .dictionary, level: "L3", threshold: 0, minimumMatches: 1, personal: false,
          dictionaries: ["projects"])
      ], dictionaries: ["projects": ["青龙工程", "blue harbour"]])
    let found = findings(
      in: "note", of: ["青龙工程二期", "Blue Harbour, phase 2", "青龙", "harbour"], DetectorSet(policy))
    #expect(found.first?.matches == 2)
    #expect(found.first?.examples == ["青龙工程", "Blue Harbour"])
  }

  @Test func `need more than form where the column's name says nothing`() {
    let names = (0..<10).map { _ in "王芳" } + (0..<90).map { _ in "办公用品" }
    #expect(!findings(in: "item", of: names).contains { $0.rule == "personalName" })
    let people = (0..<10).map { _ in "王芳" } + (0..<20).map { _ in "无" }
    #expect(findings(in: "contact_name", of: people).contains { $0.rule == "personalName" })
    #expect(findings(in: "x", of: people, titles: ["联系人"]).contains { $0.rule == "personalName" })
  }
}
