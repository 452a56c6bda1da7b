import Bytes
import Catalogs
import Disclosure
import Tables

/// Turns the cells of one column into places of a dimension's codes. No text is made for a cell that was seen before.
struct DimensionCoder {
  let dimension: Dimension
  let column: Int
  let field: Field
  /// Place of the code for a missing value; nil where the field requires one.
  let notStated: Int32?
  private let places: [String: Int32]
  private let edges: [Double]
  private var seenBytes = ByteCodes()
  private var seenIntegers: [Int64: Int32] = [:]

  /// The code that stands for a missing value where the field does not require one.
  static let notStatedCode = "-"

  /// - Throws: `ResultError` where an edge of a band is no number: a band that nobody reaches would vanish.
  init(_ dimension: Dimension, column: Int, field: Field, dataset: Dataset) throws(ResultError) {
    self.dimension = dimension
    self.column = column
    self.field = field
    var places: [String: Int32] = [:]
    for (place, code) in dimension.codes.enumerated() {
      places[DimensionCoder.canonical(code.code, field)] = Int32(place)
    }
    self.places = places
    var edges: [Double] = []
    for text in dimension.banding?.edges ?? [] {
      guard let edge = Double(text), edge.isFinite else {
        throw ResultError(
          .declaration,
          Wording(
            "dimension \(dimension.name) of \(dataset.name): the band edge \"\(text)\" is no number",
            "\(dataset.name) 的维度 \(dimension.name)：分段界限“\(text)”不是数字"),
          hint: Wording("correct its bands in \(dataset.file)", "请改正 \(dataset.file) 中的分段"))
      }
      edges.append(edge)
    }
    self.edges = edges
    notStated = field.constraints.required ? nil : Int32(dimension.codes.count)
  }

  /// The dimension as it is released: declared codes, and one for values that are missing where that can be.
  func released() -> ReleasedDimension {
    var codes = dimension.codes.map { ReleasedCode(code: $0.code, label: $0.label, parent: $0.parent) }
    if notStated != nil {
      codes.append(
        ReleasedCode(code: DimensionCoder.notStatedCode, label: Text([("zh", "未填写"), ("en", "Not stated")])))
    }
    return ReleasedDimension(
      name: dimension.name, title: dimension.title,
      role: dimension.role == .identifying ? .identifying : .response, codes: codes,
      periods: dimension.periods == nil ? 0 : dimension.codes.count)
  }

  /// The place of a cell's code, or nil where it has none of the declared ones.
  mutating func code(_ batch: Batch, _ typed: TypedColumn, row: Int) -> Int32? {
    if typed.state(row) == .missing { return notStated }
    if let periods = dimension.periods {
      guard let number = typed.integer(row) else {
        return batch.withCell(row, column) { periods.code(of: String(decoding: $0, as: UTF8.self)) }
          .flatMap { places[$0] }
      }
      // Of a moment the day counts, as it is written: in UTC where a zone was given.
      let day = field.type == .datetime ? DimensionCoder.day(ofMicroseconds: number) : number
      if let known = seenIntegers[day] { return known < 0 ? nil : known }
      let place = date(day).flatMap { periods.code(of: $0) }.flatMap { places[$0] }
      seenIntegers[day] = place ?? -1
      return place
    }
    if dimension.banding != nil {
      if dimension.banding?.asOf != nil {
        guard let days = typed.integer(row) else {
          return batch.withCell(row, column) { cell -> Int32? in aged(text: cell) }
        }
        if let known = seenIntegers[days] { return known < 0 ? nil : known }
        let place = aged(CalendarDate(daysSince1970: Int(days)))
        seenIntegers[days] = place ?? -1
        return place
      }
      return typed.number(row).flatMap { band($0) }
    }
    if let value = typed.integer(row) {
      if let known = seenIntegers[value] { return known < 0 ? nil : known }
      let place = batch.withCell(row, column) { cell -> Int32? in self.place(of: cell) }
      seenIntegers[value] = place ?? -1
      return place
    }
    return batch.withCell(row, column) { cell -> Int32? in
      if let known = seenBytes[cell] { return known < 0 ? nil : known }
      let place = self.place(of: cell)
      seenBytes.insert(cell, place ?? -1)
      return place
    }
  }

  private static func day(ofMicroseconds number: Int64) -> Int64 {
    let day: Int64 = 86_400_000_000
    return number / day - (number % day < 0 ? 1 : 0)
  }

  /// The first day of what a typed number stands for.
  private func date(_ number: Int64) -> CalendarDate? {
    switch field.type {
    case .year: CalendarDate(year: Int(number), month: 1, day: 1)
    case .yearmonth: CalendarDate(year: Int(number / 12), month: Int(number % 12) + 1, day: 1)
    default: CalendarDate(daysSince1970: Int(number))
    }
  }

  /// The last band whose edge the value reaches; nil below the first.
  private func band(_ value: Double) -> Int32? {
    edges.lastIndex { $0 <= value }.map { Int32($0) }
  }

  private func aged(_ birth: CalendarDate) -> Int32? {
    guard let asOf = dimension.banding?.asOf, birth <= asOf else { return nil }
    return band(Double(Bands.age(of: birth, on: asOf)))
  }

  private func aged(text: UnsafeBufferPointer<UInt8>) -> Int32? {
    CalendarDate(utf8: text).flatMap { aged($0) }
  }

  private func place(of cell: UnsafeBufferPointer<UInt8>) -> Int32? {
    let text = String(decoding: cell, as: UTF8.self)
    if let prefix = dimension.prefix { return places[String(text.prefix(prefix))] }
    return places[DimensionCoder.canonical(text, field)]
  }

  /// One text for every way to write a value: `1`, `01` and `1.0` are one number, `1` and `true` one truth.
  private static func canonical(_ text: String, _ field: Field) -> String {
    let trimmed = text.filter { $0 != " " }
    switch field.type {
    case .integer, .number:
      guard let value = Decimal.scaled(trimmed, scale: 9) else { return text }
      return Decimal.text(Int128(value), scale: 9)
    case .boolean:
      if field.trueValues.contains(text) || text == "true" { return "true" }
      if field.falseValues.contains(text) || text == "false" { return "false" }
      return text
    default: return text
    }
  }
}

/// Small numbers by byte strings: open addressing, the strings in one run of memory. It stops growing at a limit, so
/// that a column of many different values costs no memory.
struct ByteCodes {
  private static let limit = 1 << 16
  private var slots = [Int32](repeating: -1, count: 1024)
  private var hashes: [UInt64] = []
  private var ends: [Int32] = []
  private var text: [UInt8] = []
  private var codes: [Int32] = []

  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }

  subscript(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
    let hash = ByteCodes.hash(bytes)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let entry = Int(slots[slot])
      if hashes[entry] == hash, equal(entry, bytes) { return codes[entry] }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private func equal(_ entry: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = entry == 0 ? 0 : Int(ends[entry - 1])
    guard Int(ends[entry]) - start == bytes.count else { return false }
    for offset in 0..<bytes.count where text[start + offset] != bytes[offset] { return false }
    return true
  }

  mutating func insert(_ bytes: UnsafeBufferPointer<UInt8>, _ code: Int32) {
    guard codes.count < ByteCodes.limit else { return }
    if codes.count * 2 >= slots.count { grow() }
    let hash = ByteCodes.hash(bytes)
    place(codes.count, hash)
    hashes.append(hash)
    text.append(contentsOf: bytes)
    ends.append(Int32(text.count))
    codes.append(code)
  }

  private mutating func place(_ entry: Int, _ hash: UInt64) {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = Int32(entry)
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (entry, hash) in hashes.enumerated() { place(entry, hash) }
  }
}
