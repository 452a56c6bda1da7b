/// The text of `bytes`, or nil where they are not UTF-8. Nothing is repaired, a byte order mark is kept.
package func stringValidating(_ bytes: [UInt8]) -> String? {
  bytes.withUnsafeBufferPointer { stringValidating($0) }
}

/// The text of a slice, or nil where it is not UTF-8.
package func stringValidating(_ bytes: ArraySlice<UInt8>) -> String? {
  bytes.withUnsafeBufferPointer { stringValidating($0) }
}

/// The text of a buffer, or nil where it is not UTF-8.
package func stringValidating(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
  // The standard library's own check is generic at run time and costs more than the string.
  UTF8Check.isValid(bytes) ? String(decoding: bytes, as: UTF8.self) : nil
}

/// Whether two strings are the same bytes. Swift's `==` also equates composed and decomposed forms; keys, codes
/// and names must not.
package func sameBytes(_ left: String, _ right: String) -> Bool {
  left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
}

/// A string hashed and compared by its bytes, for sets and dictionaries of keys.
package struct ByteKey: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: ByteKey, right: ByteKey) -> Bool { sameBytes(left.text, right.text) }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

/// The candidate nearest to a mistyped word, or nil when none is near: at most a third of the word may differ.
package func nearest(_ word: String, in candidates: [String]) -> String? {
  let wanted = Array(word.lowercased().unicodeScalars)
  guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
  var best: (distance: Int, candidate: String)?
  for candidate in candidates {
    let other = Array(candidate.lowercased().unicodeScalars)
    let allowed = max(1, min(3, max(wanted.count, other.count) / 3))
    guard abs(other.count - wanted.count) <= allowed else { continue }
    let distance = editDistance(wanted, other)
    if distance <= allowed, distance < (best?.distance ?? .max) { best = (distance, candidate) }
  }
  return best?.candidate
}

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each costing one.
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var before = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 0..<a.count {
    var row = [i + 1]
    row.reserveCapacity(b.count + 1)
    for j in 0..<b.count {
      var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
      row.append(cost)
    }
    before = last
    last = row
  }
  return last[b.count]
}
