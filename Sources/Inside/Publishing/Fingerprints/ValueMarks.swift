import Bytes
import Catalogs
import Crossing
import Policies
import Tables
import Trust

/// Makes the fingerprints of values: the first eight bytes of their HMAC-SHA-256 under a key of the inside.
///
/// A value is first brought to its core, so that it is known however it is dressed: of what the leak scan folds together
/// only letters and digits stay, digits of any script become ASCII ones, and where there are six digits and more, nothing
/// but these (`R-7 000 000`, `#R7000000`, `7000000`). A value of a small world does not count, since any column has it: up
/// to five digits and no letter, a day of the calendar, or nothing.
final class ValueMarks {
  private let key: HMACKey
  private let fold = TextFold()
  private var core: [UInt8] = []

  init(_ keys: InsideKeys) {
    key = HMACKey(HMACKey(keys.record).authenticate(Array("doorsill/fingerprints/1".utf8)))
  }

  /// The fingerprint of a cell; nil where its value does not count.
  func mark(_ cell: UnsafeBufferPointer<UInt8>) -> UInt64? {
    fold.take(cell)
    let digits = takeCore(UnsafeBufferPointer(rebasing: fold.bytes[..<fold.count]))
    if digits == core.count {
      guard digits >= Self.fewestDigits, !Self.isDay(core) else { return nil }
    } else if digits >= Self.fewestDigits {
      core.removeAll { !(0x30...0x39 ~= $0) }
    }
    return core.withUnsafeBytes { key.authenticate64($0) }
  }

  private static let fewestDigits = 6

  /// Takes letters and digits of a text, and returns how many of them are digits.
  private func takeCore(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    core.removeAll(keepingCapacity: true)
    var digits = 0
    for byte in text {
      switch byte {
      case 0x30...0x39:
        digits += 1
        core.append(byte)
      case 0x41...0x5A, 0x61...0x7A: core.append(byte | 0x20)
      case 0..<0x80: continue
      default: return takeCore(String(decoding: text, as: UTF8.self).unicodeScalars)
      }
    }
    return digits
  }

  /// The same where there are other characters than ASCII.
  private func takeCore(_ text: String.UnicodeScalarView) -> Int {
    core.removeAll(keepingCapacity: true)
    var digits = 0
    for scalar in text {
      let properties = scalar.properties
      switch properties.numericType {
      case .decimal, .digit:
        digits += 1
        core.append(0x30 + UInt8(truncatingIfNeeded: Int(properties.numericValue ?? 0) % 10))
        continue
      default: break
      }
      switch properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber,
        .otherNumber:
        core += Array(properties.lowercaseMapping.utf8)
      default: continue
      }
    }
    return digits
  }

  /// Eight digits of a day between 1800 and 2199.
  private static func isDay(_ core: [UInt8]) -> Bool {
    guard core.count == 8 else { return false }
    let digits = core.map { Int($0) - 0x30 }
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
