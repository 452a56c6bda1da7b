import Bytes

/// The items of a list in one cell (Table Schema, "list"): one type, one delimiter, no quoting.
struct ListRule: Sendable {
  /// Types an item may have.
  static let itemTypes: [FieldType] = [.string, .integer, .boolean, .number, .datetime, .date, .time]

  private let delimiter: [UInt8]
  private let item: FieldType
  private let truths: ByteTable
  private let falsehoods: ByteTable
  /// What a valid value is, in words.
  let kind: String

  init(_ field: Field) throws(ColumnPlan.Mistake) {
    let mark = field.delimiter ?? ","
    guard !mark.isEmpty else {
      throw ColumnPlan.Mistake(key: "delimiter", words: Wording("must not be empty", "不得为空"))
    }
    let type = field.itemType ?? .string
    guard Self.itemTypes.contains(type) else {
      throw ColumnPlan.Mistake(
        key: "itemType",
        words: Wording(
          "must be one of \(Self.itemTypes.map(\.rawValue).joined(separator: ", "))",
          "须为下列之一：\(Self.itemTypes.map(\.rawValue).joined(separator: "、"))"))
    }
    delimiter = Array(mark.utf8)
    item = type
    truths = ByteTable(field.trueValues)
    falsehoods = ByteTable(field.falseValues)
    kind = "a list of \(type.rawValue) items with \(mark) between them"
  }

  /// The items, in order.
  func items(_ text: UnsafeBufferPointer<UInt8>) -> [UnsafeBufferPointer<UInt8>] {
    var items: [UnsafeBufferPointer<UInt8>] = []
    var start = 0
    var at = 0
    while at + delimiter.count <= text.count {
      if text[at] == delimiter[0], text[at..<(at + delimiter.count)].elementsEqual(delimiter) {
        items.append(UnsafeBufferPointer(rebasing: text[start..<at]))
        at += delimiter.count
        start = at
      } else {
        at += 1
      }
    }
    items.append(UnsafeBufferPointer(rebasing: text[start...]))
    return items
  }

  func accepts(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    item == .string || items(text).allSatisfy { value(of: $0) != nil }
  }

  /// One item as JSON; nil where it is not of the type.
  private func value(of text: UnsafeBufferPointer<UInt8>) -> JSON? {
    let written = String(decoding: text, as: UTF8.self)
    guard let start = text.baseAddress, !text.isEmpty else { return item == .string ? .string("") : nil }
    let count = text.count
    switch item {
    case .integer: return ValueScanner.integer(start, count).map { .number(String($0)) }
    case .number:
      guard ValueScanner.number(start, count) != nil else { return nil }
      let plain = ValueWriter.plainNumber(text, Field(name: "item", type: .number))
      return .number(String(decoding: plain, as: UTF8.self))
    case .boolean:
      return truths.contains(start, count) ? true : falsehoods.contains(start, count) ? false : nil
    case .date: return ValueScanner.date(start, count).map { _ in .string(written) }
    case .time: return ValueScanner.time(start, count).map { _ in .string(written) }
    case .datetime: return ValueScanner.datetime(start, count).map { _ in .string(written) }
    default: return .string(written)
    }
  }

  /// The list as a JSON array.
  func json(_ text: UnsafeBufferPointer<UInt8>) -> JSON {
    .array(items(text).map { value(of: $0) ?? .string(String(decoding: $0, as: UTF8.self)) })
  }
}
