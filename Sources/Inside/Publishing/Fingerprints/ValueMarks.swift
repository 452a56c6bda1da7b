import Bytes
import Catalogs
import Crossing
import Policies
import Tables
import Trust

/// Makes the fingerprints of values: the first eight bytes of their HMAC-SHA-256 under a key of the inside.
///
/// A value is first brought to one spelling, as the leak scan does it: full-width characters become narrow ones, ASCII letters
/// small, and spaces, hyphens, underscores and round brackets go, at its ends and within. A value of a small world does not
/// count, since any column has it: up to five digits and nothing else, a day of the calendar, or nothing.
final class ValueMarks {
  private let key: HMACKey
  private let fold = TextFold()

  init(_ keys: InsideKeys) {
    key = HMACKey(HMACKey(keys.record).authenticate(Array("doorsill/fingerprints/1".utf8)))
  }

  /// The fingerprint of a cell; nil where its value does not count.
  func mark(_ cell: UnsafeBufferPointer<UInt8>) -> UInt64? {
    fold.take(cell)
    let text = UnsafeBufferPointer(rebasing: fold.bytes[..<fold.count])
    guard !Self.isSmall(text) else { return nil }
    return key.authenticate64(UnsafeRawBufferPointer(text))
  }

  private static let fewestDigits = 6

  private static func isSmall(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var digits = 0
    for byte in text {
      if 0x30...0x39 ~= byte {
        digits += 1
      } else if !".,:/+".utf8.contains(byte) {
        return false
      }
    }
    return digits < fewestDigits || isDay(text)
  }

  /// Eight digits of a day between 1800 and 2199, with or without points and strokes.
  private static func isDay(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count <= 10 else { return false }
    let digits = text.filter { 0x30...0x39 ~= $0 }.map { Int($0) - 0x30 }
    guard digits.count == 8 else { return false }
    func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + $1 } }
    return 1800...2199 ~= number(0..<4) && 1...12 ~= number(4..<6) && 1...31 ~= number(6..<8)
  }

  /// Types whose values are of a small world whoever they are about.
  static let small: Set<FieldType> = [.boolean, .date, .time, .datetime, .year, .yearmonth, .duration]

  /// Gives the fingerprint of every cell of these columns of a table, row by row.
  func read(
    _ resource: Resource, columns: [Int], _ body: @escaping (_ place: Int, _ mark: UInt64) throws -> Void
  )
    throws
  {
    guard !columns.isEmpty else { return }
    _ = try TableCheck.run(
      resource.source, schema: resource.schema, options: TableCheck.Options(statistics: false)
    ) { batch, typed in
      for row in 0..<batch.rowCount {
        for (place, column) in columns.enumerated() where typed[column].state(row) != .missing {
          if let mark = batch.withCell(row, column, { self.mark($0) }) { try body(place, mark) }
        }
      }
    }
  }
}

/// The least fingerprints of a column, each once: all of a small one, and of a large one a sample that any other column has
/// the same share of, since fingerprints lie evenly.
struct MarkSample {
  private static let most = 1 << 14
  private var marks: [UInt64] = []
  private var isWhole = true

  mutating func add(_ mark: UInt64) {
    if !isWhole, let last = marks.prefix(Self.most).last, marks.count <= Self.most, mark > last { return }
    marks.append(mark)
    if marks.count >= 4 * Self.most { settle() }
  }

  private mutating func settle() {
    marks.sort()
    var kept: [UInt64] = []
    for mark in marks where mark != kept.last {
      guard kept.count < Self.most else {
        isWhole = false
        break
      }
      kept.append(mark)
    }
    marks = kept
  }

  /// Sorted, with about how many different values of the column one of them stands for.
  mutating func finish() -> (marks: [UInt64], each: Double) {
    settle()
    guard !isWhole, let last = marks.last, last > 0 else { return (marks, 1) }
    return (marks, Double(UInt64.max) / Double(last))
  }
}
