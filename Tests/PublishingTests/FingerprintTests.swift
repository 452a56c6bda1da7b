import Bytes
import Policies
import Support
import Testing

@testable import Publishing

@Suite struct `What is remembered of restricted values` {
  @Test func `is kept for its term after a dataset was last restricted`() throws {
    var known = Fingerprints()
    known.set(String(repeating: "a", count: 64), of: "old", field: "rows.person", on: "2016-11-29")
    known.set(String(repeating: "b", count: 64), of: "new", field: "rows.person", on: "2016-11-30")
    known.add(source: "c", of: "old", on: "2016-11-29")
    known.contents = ["old": "1", "new": "2"]
    #expect(Fingerprints(json: known.json) == known)
    known.forget(before: "2016-11-30")
    #expect(
      known.columns.map(\.dataset) == ["new"] && known.sources.isEmpty && known.contents == ["new": "2"])
    known.touch("new", on: "2026-11-30")
    known.forget(before: "2026-11-30")
    #expect(!known.isEmpty)
    known.forget("new")
    #expect(known == Fingerprints())
    #expect(Fingerprints(json: ["v": 2]) == nil)
  }

  @Test func `is not forgotten by clocks that are wrong, and by years of publications it is`() throws {
    func day(_ year: Int, _ month: Int = 12) throws -> CalendarDate {
      try #require(CalendarDate(year: year, month: month, day: 1))
    }
    var known = Fingerprints()
    known.set(String(repeating: "a", count: 64), of: "old", field: "rows.person", on: try day(2026).iso)
    // Ten runs in 2040, and back.
    for _ in 0..<10 {
      known.forget(before: known.day(try day(2040)).adding(days: -3660).iso)
      known = try #require(Fingerprints(json: known.json))
    }
    known.forget(before: known.day(try day(2026)).adding(days: -3660).iso)
    #expect(known.columns.count == 1)
    // Every second month for ten years and a little more.
    for year in 2027...2037 {
      for month in stride(from: 1, to: 12, by: 2) {
        known.forget(before: known.day(try day(year, month)).adding(days: -3660).iso)
      }
      #expect(known.columns.isEmpty == (year >= 2036), "\(year)")
    }
  }

  @Test func `is merged from runs, each value once, and refused where a bit has changed`() throws {
    let folder = try TemporaryFolder()
    func marks(_ file: String) throws -> [UInt64] {
      let reader = try MarkReader("\(folder.path)/kept/\(file)", hash: file)
      var marks: [UInt64] = []
      while let mark = try reader.next() { marks.append(mark) }
      return marks
    }
    let first = MarkRuns(work: folder.path, columns: 1 << 20)
    for mark in stride(from: 60_000, to: 0, by: -2) { try first.add(UInt64(mark % 50_000)) }
    let one = try first.finish(with: nil, into: folder.path + "/kept")
    #expect(try marks(one) == stride(from: 0, to: 50_000, by: 2).map { UInt64($0) })
    let second = MarkRuns(work: folder.path, columns: 1)
    for mark in [7, UInt64.max, 8, 7] { try second.add(mark) }
    let two = try second.finish(
      with: MarkReader("\(folder.path)/kept/\(one)", hash: one), into: folder.path + "/kept")
    #expect(
      try marks(two) == (stride(from: 0, to: 50_000, by: 2).map { UInt64($0) } + [7, UInt64.max]).sorted())
    var bytes = try Files.read("\(folder.path)/kept/\(one)")
    bytes[bytes.count - 1] ^= 1
    try Files.write(bytes, to: "\(folder.path)/kept/\(one)")
    #expect(throws: PublishingError.self) { try marks(one) }
    try Files.remove("\(folder.path)/kept/\(two)")
    #expect(throws: PublishingError.self) { try marks(two) }
  }

  @Test func `is compared by a sample where a column is large`() throws {
    var random = SeededRandom(7)
    var sample = MarkSample()
    for _ in 0..<100_000 { sample.add(UInt64.random(in: .min ... .max, using: &random)) }
    let (marks, each) = sample.finish()
    #expect(marks.count == 1 << 14 && marks == marks.sorted() && Set(marks).count == marks.count)
    #expect(abs(Double(marks.count) * each / 100_000 - 1) < 0.03)
    var small = MarkSample()
    for mark in [5, 3, 5, 3, 9] { small.add(UInt64(mark)) }
    #expect(small.finish() == ([3, 5, 9], 1))
    func part(_ field: String, _ count: Int) -> Match {
      Match(field: field, with: "d", withField: "f", found: count, of: count)
    }
    #expect(Match.isPart(found: 161, of: 200) && !Match.isPart(found: 160, of: 200))
    #expect(!Match.isPart(found: 19, of: 19))
    #expect(Match.counts([part("a", 200)]) && !Match.counts([part("a", 199)]))
    #expect(
      Match.counts([part("a", 100), part("b", 100)]) && !Match.counts([part("a", 100), part("a", 100)]))
  }

  @Test func `has values in one spelling, and none of a small world`() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let portal = try Portal(folder: folder.path)
    let marks = ValueMarks(try InsideKeys(portal: portal))
    func mark(_ text: String) -> UInt64? {
      var text = text
      return text.withUTF8 { marks.mark($0) }
    }
    #expect(mark("QUY-1234567") == mark(" ｑｕｙ 1234567"))
    #expect(mark("QUY-1234567") != mark("QUY-1234568"))
    // Dressed otherwise, the value is the same: points and marks, other scripts' digits, a letter more or less.
    for value in [
      "#1234567", "1.234.567", "QUY/1234567", "xQUY1234567", "１２３４５６７", "Q\u{301}UY\u{200B}1234567",
      "١٢٣٤٥٦٧",
      "①②③④⑤⑥⑦", "𝟏𝟐𝟑𝟒𝟓𝟔𝟕",
    ] { #expect(mark(value) == mark("QUY-1234567"), "\(value)") }
    #expect(mark("王·小 明") == mark("王小明") && mark("王小明") != mark("王小民"))
    for small in ["", "#-", "12345", "1,234.5", "2024-02-29", "20240229", "1987/12/01"] {
      #expect(mark(small) == nil, "\(small)")
    }
    for value in ["123456", "20241329", "王", "13812345678", "T1"] { #expect(mark(value) != nil, "\(value)") }
  }
}
