package import Disclosure

/// Looks, while a dataset is read, whether units of it are also those of another key family: subjects that overlap are one
/// family, or else each of them had two draws of every number (DISCLOSURE 00, rule 8).
///
/// What is compared is the identifier, whatever its field is called and in whatever order its parts stand. Record keys differ
/// between families, so each unit that is new to its own is looked for under the key that it would have in the others; a unit
/// that was there before was looked for then. An identifier of which two datasets hold different parts is not known again.
package final class UnitWatch {
  /// What is known of another family.
  private struct Other {
    let family: String
    var keys: RecordKeys
    let units: KeySet
    var shared: Set<UInt64> = []
  }

  private let known: KeySet
  private var others: [Other]
  private var fresh: [UInt64] = []
  private var last: UInt64?

  /// - Parameters:
  ///   - known: units of the dataset's own family that were looked for before.
  ///   - others: the units of the other families.
  package init(known: KeySet, others: [String: KeySet], keys: ProtectionKeys) {
    self.known = known
    self.others = others.filter { $0.value.count > 0 }.sorted { $0.key < $1.key }.map {
      Other(family: $0.key, keys: RecordKeys(keys, family: $0.key), units: $0.value)
    }
  }

  /// The units that were seen and not known.
  package var units: [UInt64] { fresh }

  /// The families with which there are units in common, and how many.
  package var shared: [(family: String, units: Int)] {
    others.filter { !$0.shared.isEmpty }.map { ($0.family, $0.shared.count) }
  }

  private func isNew(_ key: UInt64) -> Bool {
    // Rows of one unit often follow one another.
    guard key != last else { return false }
    last = key
    guard !known.contains(key) else { return false }
    fresh.append(key)
    return true
  }

  /// - Parameter unit: its canonical identifier.
  func see(_ key: UInt64, _ unit: UnsafeBufferPointer<UInt8>) {
    if isNew(key) { look(for: unit) }
  }

  /// - Parameters:
  ///   - unit: its canonical identifier of several parts, each with its length.
  ///   - ends: where each of them ends.
  func see(_ key: UInt64, _ unit: [UInt8], _ ends: [Int]) {
    guard isNew(key), !others.isEmpty else { return }
    var begin = 0
    var parts: [ArraySlice<UInt8>] = []
    for end in ends {
      parts.append(unit[begin..<end])
      begin = end
    }
    for order in UnitWatch.orders(of: parts.count) {
      let identifier = order.flatMap { parts[$0] }
      identifier.withUnsafeBufferPointer { look(for: $0) }
    }
  }

  private func look(for unit: UnsafeBufferPointer<UInt8>) {
    for place in others.indices {
      let key = others[place].keys.key(of: unit)
      if others[place].units.contains(key) { others[place].shared.insert(key) }
    }
  }

  /// All orders of some things; of more than four only that in which they are.
  private static func orders(of count: Int) -> [[Int]] {
    guard count <= 4 else { return [Array(0..<count)] }
    var orders: [[Int]] = [[]]
    for _ in 0..<count {
      orders = orders.flatMap { order in (0..<count).filter { !order.contains($0) }.map { order + [$0] } }
    }
    return orders
  }
}
