/// Draws of one dataset: earlier ones that stay, and those made now.
struct DrawBook {
  private let earlier: [String: [String: ResultHistory.Draw]]
  /// For each earlier draw how the units changed since; nil where the two versions cannot be compared.
  private let changes: Changes?
  private var cells: [String: [String: ResultHistory.Draw]]
  private var drawnNow: Set<String> = []

  init(_ history: ResultHistory, dataset: String, fingerprint: String, changes: Changes?) {
    let held = history.drawn[dataset]
    earlier = held?.fingerprint == fingerprint ? held?.cells ?? [:] : [:]
    self.changes = changes
    cells = earlier
  }

  /// Whether anything of a cell was drawn before.
  func holds(_ label: CellLabel) -> Bool { !earlier.isEmpty && earlier[label.canonical] != nil }

  /// The value of an earlier draw where fewer than k units changed since, else a fresh one.
  mutating func value(
    _ label: CellLabel, _ quantity: String, k: Int, kept: inout Int, fresh: () -> Int128?
  ) -> Int128? {
    if let changes, let old = earlier[label.canonical]?[quantity] {
      let changed = changes.since(label.canonical, quantity) ?? []
      if changed.count < k {
        kept += 1
        return old.value
      }
    }
    let value = fresh()
    drawnNow.insert(label.canonical + "|" + quantity)
    cells[label.canonical, default: [:]][quantity] = ResultHistory.Draw(value: value)
    return value
  }

  /// All draws with the changes since each of them. A draw that nobody asked for and that k units have left behind
  /// is forgotten: it would be drawn anew.
  func finished(k: Int) -> [String: [String: ResultHistory.Draw]] {
    var all = cells
    for (label, draws) in cells {
      for (quantity, draw) in draws where !drawnNow.contains(label + "|" + quantity) {
        let changed = changes?.since(label, quantity) ?? []
        all[label]?[quantity] =
          changed.count < k ? ResultHistory.Draw(value: draw.value, changed: changed) : nil
      }
      if all[label]?.isEmpty == true { all[label] = nil }
    }
    return all
  }
}

/// How the units behind earlier draws changed, by label and quantity (DISCLOSURE a.2, carry-over).
package struct Changes: Sendable {
  /// Every changed unit with what it contributed when the value was drawn; a quantity that is not here changed in
  /// no unit.
  package var units: [String: [String: [ResultHistory.Changed]]]

  package init(units: [String: [String: [ResultHistory.Changed]]] = [:]) { self.units = units }

  func since(_ label: String, _ quantity: String) -> [ResultHistory.Changed]? { units[label]?[quantity] }
}
