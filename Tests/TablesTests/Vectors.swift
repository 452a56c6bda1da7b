import Bytes
import Foundation
import Testing

@testable import Tables

/// Where the repository and its test vectors are.
enum Place {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  static let vectors = root + "/Tests/Vectors/tables"
  /// Real data beside the repository, where somebody put it.
  static let data = URL(fileURLWithPath: root).deletingLastPathComponent().path + "/shared/data"
}

/// One messy file with the reading it should have.
struct MessyCase: Sendable, CustomTestStringConvertible {
  let id: String
  let path: String
  let verdict: String
  let encoding: String?
  let delimiter: String?
  let quote: String?
  let digest: String?
  let rows: [[String]]?
  let rowCount: Int?
  var testDescription: String { id }

  static func load(_ list: String, folder: String) -> [MessyCase] {
    guard let bytes = try? Files.read(list) else { return [] }
    return bytes.split(separator: 0x0A).compactMap { line in
      guard let json = try? JSON(parsing: Array(line)), let id = json["id"]?.string,
        let file = json["file"]?.string,
        let verdict = json["cls"]?.string
      else { return nil }
      let rows = json["rows"]?.array?.map { ($0.array ?? []).map { $0.string ?? "" } }
      return MessyCase(
        id: id, path: folder + "/" + file, verdict: verdict, encoding: json["encoding"]?.string,
        delimiter: json["delimiter"]?.string, quote: json["quote"]?.string, digest: json["sha256"]?.string,
        rows: rows,
        rowCount: json["n_rows"]?.int)
    }
  }

  static let all = load(Place.vectors + "/messy.jsonl", folder: Place.vectors)

  /// The source as the case declares it; a case of class `detect` declares nothing.
  var source: TableSource {
    var source = TableSource(path: path, format: .csv, hasHeader: false)
    if verdict != "detect" {
      source.encoding = encoding?.replacing("-bom", with: "")
      source.delimiter = delimiter
      source.quote = quote
    }
    return source
  }
}

/// Every record of a table as strings.
func records(_ source: TableSource, blockSize: Int = BlockStream.defaultSize) throws -> [[String]] {
  let reader = try TableReader(source, blockSize: blockSize)
  var rows: [[String]] = []
  while let batch = try reader.next() {
    for row in 0..<batch.rowCount {
      rows.append(
        (0..<batch.cellCount(ofRow: row)).map { String(decoding: batch.sourceBytes(row, $0), as: UTF8.self) })
    }
  }
  return rows
}

/// A file in a temporary folder that goes with the value.
final class Scratch {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "/doorsill-tables-\(UUID().uuidString)"
    try Files.makeDirectory(folder)
  }

  deinit { try? Files.remove(folder) }

  func file(_ name: String, _ text: String) throws -> String { try file(name, Array(text.utf8)) }

  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = folder + "/" + name
    try Files.write(bytes, to: path)
    return path
  }

  func path(_ name: String) -> String { folder + "/" + name }
}

/// SHA-256 (FIPS 180-4) in hexadecimal, for the digests of expected rows.
func sha256(_ bytes: [UInt8]) -> String {
  var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  var primes: [Int] = []
  var candidate = 2
  while primes.count < 64 {
    if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
    candidate += 1
  }
  let constants = primes.map { prime in
    let root = cbrt(Double(prime))
    return UInt32((root - root.rounded(.down)) * 4_294_967_296)
  }
  var message = bytes + [0x80]
  while message.count % 64 != 56 { message.append(0) }
  let bits = UInt64(bytes.count) * 8
  for shift in stride(from: 56, through: 0, by: -8) {
    message.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
  }
  func turn(_ value: UInt32, _ by: UInt32) -> UInt32 { value >> by | value << (32 - by) }
  for block in stride(from: 0, to: message.count, by: 64) {
    var w = [UInt32](repeating: 0, count: 64)
    for index in 0..<16 {
      w[index] = (0..<4).reduce(0) { $0 << 8 | UInt32(message[block + index * 4 + $1]) }
    }
    for index in 16..<64 {
      let a = turn(w[index - 15], 7) ^ turn(w[index - 15], 18) ^ (w[index - 15] >> 3)
      let b = turn(w[index - 2], 17) ^ turn(w[index - 2], 19) ^ (w[index - 2] >> 10)
      w[index] = w[index - 16] &+ a &+ w[index - 7] &+ b
    }
    var v = state
    for index in 0..<64 {
      let s1 = turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)
      let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
      let first = v[7] &+ s1 &+ choice &+ constants[index] &+ w[index]
      let s0 = turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)
      let second = s0 &+ ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]))
      v = [first &+ second, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
    }
    for index in 0..<8 { state[index] = state[index] &+ v[index] }
  }
  return state.map { word in
    String(repeating: "0", count: 8 - String(word, radix: 16).count) + String(word, radix: 16)
  }
  .joined()
}

/// The digest that `messy.jsonl` gives of rows: compact JSON, non-ASCII kept, a line each.
func digest(_ rows: [[String]]) -> String {
  var bytes: [UInt8] = []
  for (index, row) in rows.enumerated() {
    if index > 0 { bytes.append(0x0A) }
    bytes.append(UInt8(ascii: "["))
    for (place, cell) in row.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(UInt8(ascii: "\""))
      for scalar in cell.unicodeScalars {
        switch scalar {
        case "\"": bytes += "\\\"".utf8
        case "\\": bytes += "\\\\".utf8
        case "\n": bytes += "\\n".utf8
        case "\r": bytes += "\\r".utf8
        case "\t": bytes += "\\t".utf8
        case "\u{8}": bytes += "\\b".utf8
        case "\u{C}": bytes += "\\f".utf8
        case _ where scalar.value < 0x20:
          let hex = String(scalar.value, radix: 16)
          bytes += ("\\u" + String(repeating: "0", count: 4 - hex.count) + hex).utf8
        default: bytes += String(scalar).utf8
        }
      }
      bytes.append(UInt8(ascii: "\""))
    }
    bytes.append(UInt8(ascii: "]"))
  }
  return sha256(bytes)
}
