package import Bytes

/// A schema proposed from the data, for its owner to correct.
package struct Inference: Sendable {
  /// Why a field got its type.
  package struct Reason: Sendable {
    package var field: String
    package var type: FieldType
    package var text: String
  }

  package var schema: Schema
  package var reasons: [Reason]
  package var rows: Int
  /// What the reader saw, with its notes.
  package var seen: Seen
  /// Statistics of every column as text.
  package var columns: [ColumnStatistics]

  /// For `--json`.
  package var json: JSON {
    .object(
      seen.members + [
        .init("rows", JSON(rows)), .init("schema", schema.json),
        .init(
          "reasons",
          .array(
            reasons.map {
              ["field": .string($0.field), "type": .string($0.type.rawValue), "reason": .string($0.text)]
            })),
      ])
  }
}

/// Proposes a schema: reads every record, and calls a column text unless each of its values proves otherwise.
///
/// Leading zeros, identifiers longer than 15 digits and telephone numbers stay text, for they are names, not numbers.
package func inferSchema(_ source: TableSource) throws -> Inference {
  let run = try CheckRun(source, schema: nil, options: TableCheck.Options())
  var guesses = run.schema.fields.map { TypeGuess($0.name) }
  let report = try run.finish { batch, _ in
    for column in 0..<batch.columnCount {
      for row in 0..<batch.rowCount where guesses[column].isOpen || !guesses[column].hasValue {
        guesses[column].see(batch.bytes(row, column), isNull: batch.isNull(row, column))
      }
    }
  }
  var schema = Schema(fields: [])
  var reasons: [Inference.Reason] = []
  for guess in guesses {
    var (type, reason) = guess.verdict
    if run.schema.fields[schema.fields.count].type == .geojson {
      (type, reason) = (.geojson, "the geometry of each feature")
    }
    var field = Field(name: guess.name, type: type)
    let gaps = type == .string || type == .geojson ? [] : guess.markers.sorted()
    if !gaps.isEmpty {
      field.missingValues = [""] + gaps
      reason += "; \(gaps.joined(separator: ", ")): no value"
    }
    field.constraints.required = guess.hasValue && !guess.hasGap && gaps.isEmpty
    schema.fields.append(field)
    reasons.append(Inference.Reason(field: guess.name, type: type, text: reason))
  }
  return Inference(
    schema: schema, reasons: reasons, rows: report.rows, seen: report.seen, columns: report.columns)
}

/// What the values of one column can still be.
private struct TypeGuess {
  let name: String
  private var canBe: Set<FieldType> = [.integer, .number, .boolean, .date, .datetime, .time, .yearmonth]
  private(set) var hasValue = false
  private(set) var hasGap = false
  /// Words that stand for no value; in a text they may be values (`NA` is Namibia).
  private(set) var markers: Set<String> = []
  private var reason = ""
  private var longest = 0
  private var allSameLength = true
  private var first = ""

  init(_ name: String) { self.name = name }

  var isOpen: Bool { !canBe.isEmpty || !hasGap }

  mutating func see(_ text: UnsafeBufferPointer<UInt8>, isNull: Bool) {
    guard !isNull, let start = text.baseAddress, !text.isEmpty else {
      hasGap = true
      return
    }
    if !canBe.isEmpty, let marker = Self.marker(text) {
      markers.insert(marker)
      return
    }
    if hasValue, text.count != longest { allSameLength = false }
    hasValue = true
    longest = max(longest, text.count)
    guard !canBe.isEmpty else { return }
    if text.count > 40 {
      rule(out: canBe, "\"\(CellFault.shortened(text))\" is text")
      return
    }
    let count = text.count
    if canBe.contains(.integer) || canBe.contains(.number) { seeNumber(text, start) }
    if canBe.contains(.boolean), !Self.isTruth(text) { canBe.remove(.boolean) }
    if canBe.contains(.date), ValueScanner.date(start, count) == nil { canBe.remove(.date) }
    if canBe.contains(.datetime), ValueScanner.datetime(start, count) == nil { canBe.remove(.datetime) }
    if canBe.contains(.time), ValueScanner.time(start, count) == nil { canBe.remove(.time) }
    if canBe.contains(.yearmonth), ValueScanner.yearMonth(start, count) == nil { canBe.remove(.yearmonth) }
    if canBe.isEmpty, reason.isEmpty { reason = "\"\(CellFault.shortened(text))\" is text" }
  }

  private static let gapWords = ["NA", "N/A", "n/a", "NULL", "null", "-", "--", "—", "——"]

  private static func marker(_ text: UnsafeBufferPointer<UInt8>) -> String? {
    guard text.count <= 6 else { return nil }
    return gapWords.first { $0.utf8.elementsEqual(text) }
  }

  private mutating func rule(out types: Set<FieldType>, _ why: String) {
    canBe.subtract(types)
    if reason.isEmpty { reason = why }
  }

  private mutating func seeNumber(_ text: UnsafeBufferPointer<UInt8>, _ start: UnsafePointer<UInt8>) {
    let digits = text.first == Byte.minus ? text.dropFirst() : text[...]
    if digits.count > 1, digits.first == Byte.zero, digits[digits.startIndex + 1] &- Byte.zero < 10 {
      return rule(
        out: [.integer, .number],
        "\"\(CellFault.shortened(text))\" has a leading zero, so it is an identifier")
    }
    if text.first == Byte.plus {
      return rule(out: [.integer, .number], "\"\(CellFault.shortened(text))\" begins with +")
    }
    if ValueScanner.isWhole(text) {
      if digits.count > 15 {
        rule(
          out: [.integer, .number],
          "\"\(CellFault.shortened(text))\" has more digits than a number keeps, so it is an identifier")
      } else if digits.count == 11, digits.first == UInt8(ascii: "1"), text.first != Byte.minus {
        // A column of 11 digits that all begin with 1 is telephone numbers in China.
        looksLikePhones += 1
      }
      wholes += 1
      return
    }
    canBe.remove(.integer)
    if ValueScanner.number(start, text.count) == nil { canBe.remove(.number) }
  }

  private var looksLikePhones = 0
  private var wholes = 0

  private static func isTruth(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    ["true", "false", "True", "False", "TRUE", "FALSE"].contains { $0.utf8.elementsEqual(text) }
  }

  var verdict: (FieldType, String) {
    guard hasValue else {
      return (
        .string,
        markers.isEmpty
          ? "the column has no values"
          : "the column has no other values than \(markers.sorted().joined(separator: ", "))"
      )
    }
    if canBe.contains(.boolean) { return (.boolean, "every value is true or false") }
    if canBe.contains(.integer) {
      if looksLikePhones == wholes, wholes > 0 {
        return (.string, "every value looks like a telephone number")
      }
      return (.integer, "every value is a whole number of at most 15 digits")
    }
    if canBe.contains(.number) { return (.number, "every value is a number") }
    if canBe.contains(.date) { return (.date, "every value is a date") }
    if canBe.contains(.datetime) { return (.datetime, "every value is a date and time") }
    if canBe.contains(.yearmonth) { return (.yearmonth, "every value is a month") }
    if canBe.contains(.time) { return (.time, "every value is a time") }
    return (.string, reason.isEmpty ? "the values have no common type" : reason)
  }
}
