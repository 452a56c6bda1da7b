import Bytes
import Glibc

/// The values of a result's tables, as a release stores them in `results/<dataset>.<result>.cells`: for each table
/// every declared combination of codes in the order of the codes, and for each of its columns one whole number in
/// units of the column's last digit, little-endian, of 8 bytes or, where one does not fit, all of 16. The least
/// number stands for a withheld value. A cell's place follows from its codes, so an answer reads only what it says;
/// the file is mapped, not loaded.
package final class StoredCells: Sendable {
  /// Bytes of one value: 8 or 16.
  let width: Int
  private let memory: Memory

  private enum Memory: Sendable {
    case bytes([UInt8])
    /// Address and length of a mapping that `deinit` ends.
    case mapped(address: UInt, count: Int)
  }

  /// Values in memory: nil is withheld. Written in 8 bytes each where all fit.
  init(_ values: [Int128?]) {
    let isNarrow = values.allSatisfy { value in
      value.map { $0 > Int128(Int64.min) && $0 <= Int128(Int64.max) } ?? true
    }
    width = isNarrow ? 8 : 16
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * width)
    for value in values {
      if isNarrow {
        withUnsafeBytes(of: (value.map { Int64($0) } ?? .min).littleEndian) { bytes.append(contentsOf: $0) }
      } else {
        let wide = value ?? .min
        withUnsafeBytes(of: UInt64(truncatingIfNeeded: wide).littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt64(truncatingIfNeeded: wide >> 64).littleEndian) {
          bytes.append(contentsOf: $0)
        }
      }
    }
    memory = .bytes(bytes)
  }

  /// Values in memory, as they are stored.
  init(bytes: [UInt8], width: Int) {
    self.width = width
    memory = .bytes(bytes)
  }

  /// Maps a file, which must not be changed while it is served; nil where it cannot be.
  init?(mapping path: String, width: Int) {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_size >= 0 else { return nil }
    self.width = width
    guard status.st_size > 0 else {
      memory = .bytes([])
      return
    }
    let count = Int(status.st_size)
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, file, 0), start != MAP_FAILED else {
      return nil
    }
    memory = .mapped(address: UInt(bitPattern: start), count: count)
  }

  deinit {
    if case .mapped(let address, let count) = memory {
      munmap(UnsafeMutableRawPointer(bitPattern: address), count)
    }
  }

  /// Number of values.
  var count: Int {
    switch memory {
    case .bytes(let bytes): bytes.count / width
    case .mapped(_, let count): count / width
    }
  }

  /// The stored form.
  package var bytes: [UInt8] { withBytes { Array($0) } }

  /// The values at some places; nil is withheld.
  func value(_ place: Int) -> Int128? {
    withBytes { raw in
      if width == 8 {
        let value = Int64(littleEndian: raw.loadUnaligned(fromByteOffset: place * 8, as: Int64.self))
        return value == .min ? nil : Int128(value)
      }
      let low = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place * 16, as: UInt64.self))
      let high = Int64(littleEndian: raw.loadUnaligned(fromByteOffset: place * 16 + 8, as: Int64.self))
      let value = Int128(high) << 64 | Int128(low)
      return value == .min ? nil : value
    }
  }

  private func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    switch memory {
    case .bytes(let bytes): bytes.withUnsafeBytes(body)
    case .mapped(let address, let count):
      body(UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count))
    }
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
