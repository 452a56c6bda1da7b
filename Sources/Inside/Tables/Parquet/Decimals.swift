/// Digits that hold every number of a column exactly.
package struct Decimals: Sendable, Equatable {
  /// Digits in all, at most 38.
  package var precision: Int
  /// Digits after the point.
  package var scale: Int

  package init(precision: Int, scale: Int) {
    self.precision = precision
    self.scale = scale
  }

  /// A plain number as a whole number of 10⁻ˢᶜᵃˡᵉ; nil where it has an exponent or more digits than fit.
  static func whole(_ plain: [UInt8], scale: Int, most: Int) -> Int128? {
    var value: Int128 = 0
    var places: Int?
    var digits = 0
    for byte in plain {
      switch byte {
      case Byte.minus: continue
      case Byte.dot: places = 0
      case Byte.zero...Byte.nine:
        if places != nil { places = (places ?? 0) + 1 }
        guard digits < 38 else { return nil }
        value = value &* 10 &+ Int128(byte - Byte.zero)
        if value != 0 { digits += 1 }
      default: return nil
      }
    }
    let missing = scale - (places ?? 0)
    guard missing >= 0, digits == 0 || digits + missing <= most else { return nil }
    if value != 0 { for _ in 0..<missing { value *= 10 } }
    return plain.first == Byte.minus ? -value : value
  }
}

/// Finds out how many digits the numbers of a column have.
struct DecimalMeasure {
  private var whole = 0
  private var fraction = 0
  /// Whether any number is not plain digits.
  private(set) var isOver = false

  mutating func see(_ text: UnsafeBufferPointer<UInt8>, _ field: Field) {
    guard field.groupChar == nil, field.decimalChar == ".", field.bareNumber else {
      ValueWriter.plainNumber(text, field).withUnsafeBufferPointer { count($0) }
      return
    }
    count(text)
  }

  private mutating func count(_ text: UnsafeBufferPointer<UInt8>) {
    var wholeDigits = 0
    var places = -1
    for byte in text {
      if byte &- Byte.zero < 10 {
        if places >= 0 {
          places += 1
        } else if wholeDigits > 0 || byte != Byte.zero {
          wholeDigits += 1
        }
      } else if byte == Byte.dot {
        places = 0
      } else if byte != Byte.minus, byte != Byte.plus {
        isOver = true
        return
      }
    }
    whole = max(whole, wholeDigits)
    fraction = max(fraction, places)
    if whole + fraction > 38 { isOver = true }
  }

  var decimals: Decimals? {
    isOver ? nil : Decimals(precision: max(1, whole + fraction), scale: fraction)
  }

  /// Reads a table once for the digits of its number fields.
  static func decimals(of source: TableSource, schema: Schema, but known: [String: Decimals]) throws
    -> [String: Decimals]
  {
    let places = schema.fields.indices.filter {
      schema.fields[$0].type == .number && known[schema.fields[$0].name] == nil
    }
    // A stream cannot be read twice.
    guard !places.isEmpty, source.path != "-" else { return known }
    var measures = [DecimalMeasure](repeating: DecimalMeasure(), count: schema.fields.count)
    _ = try TableCheck.run(source, schema: schema, options: TableCheck.Options(statistics: false)) {
      batch, columns in
      for place in places where !measures[place].isOver {
        for row in 0..<batch.rowCount where columns[place].isValid(row) {
          measures[place].see(batch.bytes(row, place), schema.fields[place])
        }
      }
    }
    var found = known
    for place in places { found[schema.fields[place].name] = measures[place].decimals }
    return found
  }
}
