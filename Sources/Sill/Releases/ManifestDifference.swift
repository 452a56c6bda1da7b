package import Bytes

/// What one release has that another has not: for `release list`, `show` and `diff`.
package struct ManifestDifference: Sendable, Equatable {
  package let added: [Part]
  package let removed: [Part]
  /// Parts of the same path with other content; the newer ones.
  package let changed: [Part]

  /// From the older to the newer manifest.
  package init(from older: Manifest, to newer: Manifest) {
    let before = Dictionary(
      older.parts.map { (ByteKey($0.path), $0) }, uniquingKeysWith: { first, _ in first })
    let after = Dictionary(
      newer.parts.map { (ByteKey($0.path), $0) }, uniquingKeysWith: { first, _ in first })
    added = newer.parts.filter { before[ByteKey($0.path)] == nil }
    removed = older.parts.filter { after[ByteKey($0.path)] == nil }
    changed = newer.parts.filter { part in
      before[ByteKey(part.path)].map { $0.sha256 != part.sha256 } ?? false
    }
  }

  package var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

  /// The datasets any of these parts belong to, sorted.
  package var datasets: [String] { Set((added + removed + changed).compactMap(\.dataset)).sorted() }

  package var json: JSON {
    func list(_ parts: [Part]) -> JSON {
      .array(parts.map { ["path": JSON($0.path), "bytes": JSON($0.bytes), "dataset": JSON($0.dataset)] })
    }
    return [
      "added": list(added), "removed": list(removed), "changed": list(changed), "datasets": JSON(datasets),
    ]
  }
}

/// A line of `release list`.
package struct ReleaseSummary: Sendable, Equatable {
  package let number: Int
  package let created: Timestamp
  package let parts: Int
  /// Bytes of all parts; what releases share is counted in each.
  package let bytes: Int
  package let datasets: [String]
  /// Parts that left with a withdrawn dataset.
  package let holes: Int
  package let isCurrent: Bool
  package let policyHash: String

  package init(_ manifest: Manifest, isCurrent: Bool) {
    number = manifest.release
    created = manifest.created
    let listed = manifest.parts
    parts = listed.count
    bytes = listed.reduce(0) { $0 + $1.bytes }
    datasets = Set(listed.compactMap(\.dataset)).sorted()
    holes = manifest.entries.count - listed.count
    self.isCurrent = isCurrent
    policyHash = manifest.policyHash
  }

  package var json: JSON {
    [
      "release": JSON(number), "created": JSON(created.rfc3339), "current": JSON(isCurrent),
      "parts": JSON(parts),
      "bytes": JSON(bytes), "datasets": JSON(datasets), "holes": JSON(holes), "policyHash": JSON(policyHash),
    ]
  }
}

extension ReleaseStore {
  /// All kept releases, oldest first, each with its signature verified.
  package func summaries() throws(ReleaseError) -> [ReleaseSummary] {
    let current = try current().number
    var found: [ReleaseSummary] = []
    for number in try numbers() {
      found.append(ReleaseSummary(try release(number).manifest, isCurrent: number == current))
    }
    return found
  }
}
