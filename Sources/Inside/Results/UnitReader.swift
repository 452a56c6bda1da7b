import Bytes
import Disclosure
import Foundation
import Tables

/// Gives each row the record key of its unit: the subject's fields, trimmed and in NFC, joined with their lengths
/// where there are several (DISCLOSURE a.1).
struct UnitReader {
  private let columns: [Int]
  private var keys: RecordKeys
  private var identifier: [UInt8] = []
  /// Is shown every unit; nil where nobody asks whose they are.
  private let watch: UnitWatch?

  init(columns: [Int], keys: ProtectionKeys, family: String, watch: UnitWatch? = nil) {
    self.columns = columns
    self.keys = RecordKeys(keys, family: family)
    self.watch = watch
  }

  /// The record key, or nil where a part of the subject is missing.
  mutating func key(_ batch: Batch, _ typed: TypedColumns, row: Int) -> UInt64? {
    if columns.count == 1 {
      guard typed[columns[0]].state(row) != .missing else { return nil }
      return batch.withCell(row, columns[0]) { cell in
        UnitReader.withCanonical(cell) { unit in
          guard !unit.isEmpty else { return nil }
          let key = keys.key(of: unit)
          watch?.see(key, unit)
          return key
        }
      }
    }
    identifier.removeAll(keepingCapacity: true)
    var ends: [Int] = []
    let isThere = UnitReader.parts(batch, typed, row: row, columns) {
      RecordKeys.append($0, to: &identifier)
      if watch != nil { ends.append(identifier.count) }
    }
    guard isThere else { return nil }
    let key = identifier.withUnsafeBufferPointer { keys.key(of: $0) }
    watch?.see(key, identifier, ends)
    return key
  }

  /// Gives each part of a row's subject in its canonical form.
  /// - Returns: whether all parts are there.
  static func parts(
    _ batch: Batch, _ typed: TypedColumns, row: Int, _ columns: [Int],
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) -> Bool {
    for column in columns {
      guard typed[column].state(row) != .missing else { return false }
      let isThere = batch.withCell(row, column) { cell in
        withCanonical(cell) { part in
          body(part)
          return !part.isEmpty
        }
      }
      guard isThere else { return false }
    }
    return true
  }

  /// Trimmed of spaces and tabs; text beyond ASCII is brought to NFC, which only Foundation can do here.
  private static func withCanonical<R>(
    _ cell: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> R
  ) -> R {
    var from = 0, to = cell.count
    while from < to, cell[from] == 0x20 || cell[from] == 0x09 { from += 1 }
    while to > from, cell[to - 1] == 0x20 || cell[to - 1] == 0x09 { to -= 1 }
    let trimmed = UnsafeBufferPointer(rebasing: cell[from..<to])
    guard trimmed.contains(where: { $0 >= 0x80 }) else { return body(trimmed) }
    var composed = String(decoding: trimmed, as: UTF8.self).precomposedStringWithCanonicalMapping
    return composed.withUTF8(body)
  }
}
