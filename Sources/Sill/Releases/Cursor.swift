import Bytes
import SQLite

/// Where a page ended: the key values of its last row, bound to the query and the data they belong to. Opaque to
/// callers, and of no secrecy: it holds what the page showed.
enum Cursor {
  static func encode(_ values: [SQL.Value], fingerprint: String) -> String {
    let items = values.map { value -> JSON in
      switch value {
      case .null: .null
      case .integer(let number): JSON(number)
      case .real(let number): ["r", JSON(String(number.bitPattern, radix: 16))]
      case .text(let text): JSON(text)
      case .bytes: .null
      }
    }
    return Base64.encodeURL(JSON.array([JSON(fingerprint)] + items).serialized())
  }

  static func decode(_ text: String, fingerprint: String, keys: Int) throws(QueryError) -> [SQL.Value] {
    guard text.utf8.count <= 8192, let bytes = Base64.decodeURL(text), let json = try? JSON(parsing: bytes),
      let items = json.array, let owner = items.first?.string
    else { throw QueryError(.cursor, parameter: "after", position: 1, "this is no cursor of ours") }
    guard owner == fingerprint else {
      throw QueryError(
        .cursor, parameter: "after", position: 1,
        "the cursor belongs to another query, or the data has changed",
        hint: "start again without after")
    }
    let values = items.dropFirst().compactMap { item -> SQL.Value? in
      switch item {
      case .null: .null
      case .number: item.int.map { .integer(Int64($0)) }
      case .string(let text): .text(text)
      case .array: item[1]?.string.flatMap { UInt64($0, radix: 16) }.map { .real(Double(bitPattern: $0)) }
      default: nil
      }
    }
    guard values.count == items.count - 1, values.count == keys else {
      throw QueryError(.cursor, parameter: "after", position: 1, "this is no cursor of ours")
    }
    return values
  }
}
