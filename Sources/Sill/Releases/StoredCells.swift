/// The values of a result's tables, as a release stores them in `results/<dataset>.<result>.cells`: for each table
/// every declared combination of codes in the order of the codes, and for each of its columns one whole number in
/// units of the column's last digit, little-endian, of 4, 8 or 16 bytes, as few as all of them fit into. The least
/// number stands for a withheld value. A cell's place follows from its codes, so an answer reads only what it says;
/// the file is mapped, not loaded.
package struct StoredCells: Sendable {
  /// Bytes of one value: 4, 8 or 16.
  package let width: Int
  /// Number of values.
  package let count: Int
  private let memory: Memory

  private enum Memory: Sendable {
    case held(HeldBytes)
    case made(@Sendable (Int) -> Int128?)
  }

  /// Widths there are.
  static let widths = [4, 8, 16]

  /// Values in memory: nil is withheld.
  init(_ values: [Int128?]) {
    let width = StoredCells.widths.first { width in
      let least = Int128.min >> Int128(128 - 8 * width)
      return width == 16 || values.allSatisfy { $0.map { $0 > least && $0 < -least } ?? true }
    }
    self.init(width: width ?? 16, count: values.count) { values[$0] }
  }

  /// Values that are made when they are asked for; they must fit into that width.
  package init(width: Int, count: Int, value: @escaping @Sendable (_ place: Int) -> Int128?) {
    self.width = width
    self.count = count
    memory = .made(value)
  }

  /// Values as they are stored.
  init(_ bytes: HeldBytes, width: Int) {
    self.width = width
    count = bytes.count / width
    memory = .held(bytes)
  }

  /// The value at a place; nil is withheld.
  func value(_ place: Int) -> Int128? {
    switch memory {
    case .made(let value): value(place)
    case .held(let bytes):
      bytes.withBytes { raw in
        switch width {
        case 4:
          StoredCells.value(Int32(littleEndian: raw.loadUnaligned(fromByteOffset: place * 4, as: Int32.self)))
        case 8:
          StoredCells.value(Int64(littleEndian: raw.loadUnaligned(fromByteOffset: place * 8, as: Int64.self)))
        default:
          StoredCells.value(
            Int128(littleEndian: raw.loadUnaligned(fromByteOffset: place * 16, as: Int128.self)))
        }
      }
    }
  }

  private static func value<N: FixedWidthInteger>(_ number: N) -> Int128? {
    number == .min ? nil : Int128(number)
  }

  /// The stored form, piece by piece.
  package func forEachPiece(_ body: ([UInt8]) throws -> Void) rethrows {
    var piece: [UInt8] = []
    for place in 0..<count {
      let value = value(place)
      switch width {
      case 4: StoredCells.append(value.map { Int32(truncatingIfNeeded: $0) } ?? .min, to: &piece)
      case 8: StoredCells.append(value.map { Int64(truncatingIfNeeded: $0) } ?? .min, to: &piece)
      default: StoredCells.append(value ?? .min, to: &piece)
      }
      if piece.count >= 1 << 20 {
        try body(piece)
        piece.removeAll(keepingCapacity: true)
      }
    }
    if !piece.isEmpty { try body(piece) }
  }

  private static func append<N: FixedWidthInteger>(_ number: N, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// The stored form.
  package var bytes: [UInt8] {
    var all: [UInt8] = []
    forEachPiece { all += $0 }
    return all
  }
}

/// Decimal numbers between their text and whole numbers of a column's last digit.
enum StoredNumber {
  /// The text's digits as a whole number and how many of them stand after the point; nil for an exponent, leading
  /// zeros, trailing zeros after the point, or more than 38 digits: only the one way Disclosure writes a number.
  static func parse(_ text: String) -> (value: Int128, digits: Int)? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? String(parts[1]) : ""
    guard let whole = parts.first, parts.count == 1 || !fraction.isEmpty, fraction.last != "0",
      fraction.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text.utf8.count <= 41,
      let value = Int128(String(whole) + fraction)
    else { return nil }
    let found = (value, fraction.utf8.count)
    return self.text(found.0, digits: found.1) == text ? found : nil
  }

  /// `value` in units of 10⁻ᵈⁱᵍⁱᵗˢ, without trailing zeros after the point.
  static func text(_ value: Int128, digits: Int) -> String {
    guard digits > 0 else { return value.description }
    let magnitude = String(value.magnitude)
    let padded = String(repeating: "0", count: max(0, digits + 1 - magnitude.utf8.count)) + magnitude
    var fraction = padded.suffix(digits)
    while fraction.last == "0" { fraction.removeLast() }
    return (value < 0 ? "-" : "") + padded.dropLast(digits) + (fraction.isEmpty ? "" : "." + fraction)
  }
}
