import Bytes
import Testing

@testable import Tables

@Suite struct `Exact decimals` {
  @Test(arguments: [
    ("1.5,-2.25,,100", Decimals(precision: 5, scale: 2)), ("0,7", Decimals(precision: 1, scale: 0)),
    ("12345678901234567890.123", Decimals(precision: 23, scale: 3)), ("1e5,2", nil),
    ("1.123456789012345678901234567890123456789", nil), ("000.10,+2.", Decimals(precision: 3, scale: 2)),
  ])
  func `are measured over the whole column`(_ values: String, _ wanted: Decimals?) throws {
    let scratch = try Scratch()
    let lines = values.split(separator: ",", omittingEmptySubsequences: false).map { "\($0),x\n" }.joined()
    let path = try scratch.file("n.csv", "n,s\n\(lines)")
    let found = try DecimalMeasure.decimals(
      of: TableSource(path: path),
      schema: try schema("{fields: [{name: \"n\", type: \"number\"}, {name: \"s\"}]}"),
      but: [:])
    #expect(found["n"] == wanted)
  }

  @Test func `keep every digit, or are refused`() {
    func whole(_ text: String, _ scale: Int, _ most: Int) -> Int128? {
      Decimals.whole(Array(text.utf8), scale: scale, most: most)
    }
    #expect(whole("-12.5", 3, 18) == -12500)
    #expect(whole("0.001", 3, 18) == 1)
    #expect(whole("0.0001", 3, 18) == nil)
    #expect(whole("999999999999999999", 0, 18) == 999_999_999_999_999_999)
    #expect(whole("1000000000000000000", 0, 18) == nil)
    #expect(whole("12345678901234567890.123", 3, 38) == 12_345_678_901_234_567_890_123)
    #expect(whole("1e3", 0, 18) == nil)
    #expect(whole("0", 18, 18) == 0)
  }

  @Test func `are what Parquet keeps of plain numbers`() throws {
    let scratch = try Scratch()
    let path = try scratch.file("n.csv", "n,w,f\n1.5,12345678901234567890.123,1e-7\n-2,0.5,2\n")
    var bytes: [UInt8] = []
    let report = try convert(
      TableSource(path: path),
      schema: try schema(
        "{fields: [{name: \"n\", type: \"number\"}, {name: \"w\", type: \"number\"}, {name: \"f\", type: \"number\"}]}"
      ),
      to: .parquet, output: .call { bytes += $0 })
    #expect(report.isClean)
    #expect(bytes.starts(with: "PAR1".utf8) && bytes.suffix(4).elementsEqual("PAR1".utf8))
    // A column of 64-bit decimals has its two values, 15 and -20 tenths, whole in the footer's statistics.
    let least = withUnsafeBytes(of: Int64(-20).littleEndian) { Array($0) }
    let greatest = withUnsafeBytes(of: Int64(15).littleEndian) { Array($0) }
    for bound in [least, greatest] {
      #expect(bytes.indices.contains { bytes[$0...].starts(with: bound) })
    }
  }
}
