import Trust

/// Draws of 32 bits that depend on a key and on what a cell is, and on nothing else: the same cell gets the same
/// noise on every run (DISCLOSURE a.2).
struct Draws {
  private let key: HMACKey
  private let keyFamily: String

  init(_ keys: ProtectionKeys, family: String) {
    key = HMACKey(keys.draw)
    keyFamily = family
  }

  /// Layer 1: by the contributors. The same units behind a quantity give the same draw, whatever the label.
  func contributors(_ purpose: String, _ measure: String, units: Int, cellKey: UInt64) -> UInt32 {
    var message = Message("doorsill/ck/1", purpose, measure)
    message.append(UInt64(units))
    message.append(cellKey)
    return draw(message)
  }

  /// Layer 1 of a sum: the exact sum enters too, or else a change of one value between releases, with the same
  /// units behind it, would show exactly in the difference (DISCLOSURE a.5).
  func contributors(_ purpose: String, _ measure: String, units: Int, cellKey: UInt64, sum: Int128) -> UInt32
  {
    var message = Message("doorsill/ck/1", purpose, measure)
    message.append(UInt64(units))
    message.append(cellKey)
    message.append(sum)
    return draw(message)
  }

  /// Layer 2: by the label alone, so that it stays when the contributors change.
  func label(_ purpose: String, _ measure: String, _ label: CellLabel) -> UInt32 {
    draw(Message("doorsill/lk/1", keyFamily, label.canonical, purpose, measure))
  }

  /// By how much a cell's threshold is raised.
  func threshold(cellKey: UInt64) -> UInt32 {
    var message = Message("doorsill/thr/1")
    message.append(cellKey)
    return draw(message)
  }

  private func draw(_ message: Message) -> UInt32 {
    UInt32(truncatingIfNeeded: message.bytes.withUnsafeBytes { key.authenticate64($0) } >> 32)
  }
}

/// The name of a cell: dataset and `dimension=code` pairs, whatever table it is in. The dataset has the name under which it was
/// drawn first; units that stand in several datasets of a family have the one canonical label in all (`SetIdentity`). Different
/// units under one label, a source and its join, would lose a layer of noise in their difference.
struct CellLabel: Hashable, Sendable {
  /// The dataset, then the pairs sorted by their bytes, each with its length before it where it is hashed.
  let canonical: String

  init(root: String, pairs: [(dimension: String, code: String)]) {
    // The separator cannot occur in a dataset's or dimension's name; codes are percent-escaped for it.
    let sorted = pairs.map { "\($0.dimension)=\(CellLabel.escaped($0.code))" }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    canonical = ([root] + sorted).joined(separator: "|")
  }

  fileprivate init(canonical: String) { self.canonical = canonical }

  /// Of those units of the cell that have a value of a measure. No dataset's name has a colon.
  func valued(_ measure: String) -> CellLabel {
    CellLabel(canonical: "valued:\(CellLabel.escaped(measure))|\(canonical)")
  }

  /// Of those whose value of a measure is not 0.
  func cases(_ measure: String) -> CellLabel {
    CellLabel(canonical: "cases:\(CellLabel.escaped(measure))|\(canonical)")
  }

  /// Of those whose value lies in a band.
  func band(_ measure: String, _ band: Int) -> CellLabel {
    CellLabel(canonical: "band:\(CellLabel.escaped(measure))/\(band + 1)|\(canonical)")
  }

  fileprivate static func escaped(_ code: String) -> String {
    guard code.utf8.contains(where: { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "%") }) else {
      return code
    }
    return code.reduce(into: "") { text, character in
      switch character {
      case "|": text += "%7C"
      case "%": text += "%25"
      default: text.append(character)
      }
    }
  }
}

/// Makes the labels of a table's cells from texts that are made once for each code.
struct CellLabels {
  private let root: String
  /// The table's dimensions in the order of the label, and `|dimension=code` for each code of theirs.
  private let parts: [(place: Int, texts: [String])]

  /// - Parameter root: the dataset, by its first name.
  init(_ table: [Int], of shape: Shape, root: String) {
    self.root = root
    // No two dimensions have one name, so the order of the pairs does not depend on their codes.
    parts = table.indices.map { place in (place, shape.dimensions[table[place]]) }
      .sorted { ($0.1.name + "=").utf8.lexicographicallyPrecedes(($1.1.name + "=").utf8) }
      .map { place, dimension in
        (place, dimension.codes.map { "|\(dimension.name)=\(CellLabel.escaped($0.code))" })
      }
  }

  func label(_ codes: [Int32]) -> CellLabel {
    CellLabel(canonical: parts.reduce(root) { $0 + $1.texts[Int(codes[$1.place])] })
  }
}
