/// Draws of one dataset: earlier ones that stay, and those made now.
struct DrawBook {
  /// Whether it is known how units changed since the earlier draws; else every cell that is asked for is drawn anew.
  private let isComparable: Bool
  /// By the names of their dimensions, sorted.
  private var cells: [[String]: DrawnCells]
  /// For each of them and each quantity what was drawn now.
  private var drawnNow: [[String]: [String: PlaceSet]] = [:]

  /// What has been drawn of the other datasets of the family, with the changes since.
  private let siblings: [String: ResultHistory.Drawn]

  /// Whether the rules were others when the draws were made: then each is judged anew, and shown as it was or no more.
  private let isJudgedAnew: Bool

  init(_ history: ResultHistory, dataset: String, fingerprint: String, changes: Changes?) {
    isComparable = changes != nil
    siblings = history.drawn.filter { $0.key != dataset }
    let held = changes?.drawn ?? history.drawn[dataset]
    cells = held?.cells ?? [:]
    isJudgedAnew = held.map { $0.fingerprint != fingerprint } ?? false
  }

  /// Whether anything may stay that was drawn earlier, or of another dataset.
  var hasEarlier: Bool { isComparable || !siblings.isEmpty }

  /// What was drawn of a quantity in a cell of another dataset that was compared with its own draws, as far as it stays.
  func held(
    of dataset: String, _ pairs: [(dimension: String, code: String)], _ quantity: String, k: Int
  ) -> Int128?? {
    guard let drawn = siblings[dataset]?.cells[pairs.map(\.dimension).sorted()] else { return nil }
    return drawn.held(pairs, quantity) { place, index in
      drawn.quantities[index].changed.count(at: place, limit: k) < k
    }
  }

  /// What was drawn of a quantity in a cell of another table, now or so that it stays; nil where nothing was.
  func held(_ pairs: [(dimension: String, code: String)], _ quantity: String, k: Int) -> Int128?? {
    let names = pairs.map(\.dimension).sorted()
    guard let drawn = cells[names] else { return nil }
    return drawn.held(pairs, quantity) { place, index in
      drawnNow[names]?[quantity]?.contains(place) == true
        || isComparable && drawn.quantities[index].changed.count(at: place, limit: k) < k
    }
  }

  /// The draws of one table, taken out until they are put back.
  mutating func take(_ grid: Grid, of shape: Shape, quantities: [String]) throws(DisclosureError)
    -> TableDraws
  {
    let key = grid.dimensions.map { shape.dimensions[$0].name }.sorted()
    let held = cells.removeValue(forKey: key)
    // What was drawn is kept or refused, never left aside for new draws.
    guard var drawn = if let held { held.aligned(to: grid, of: shape) } else { DrawnCells(grid, of: shape) }
    else {
      throw DisclosureError(
        .dimensions,
        "the table of \(key.joined(separator: ", ")) has more than 2147483647 cells with former codes")
    }
    let places = quantities.map { drawn.quantity($0) }
    let now = drawnNow[key] ?? [:]
    return TableDraws(
      cells: drawn, isComparable: isComparable, isJudgedAnew: isJudgedAnew, grid: grid, places: places,
      drawnNow: quantities.map { now[$0] ?? PlaceSet(count: drawn.count) })
  }

  mutating func put(_ draws: TableDraws) {
    let key = draws.cells.names.sorted()
    cells[key] = draws.cells
    for (place, drawn) in zip(draws.places, draws.drawnNow) {
      drawnNow[key, default: [:]][draws.cells.quantities[place].name] = drawn
    }
  }

  /// All draws with the changes since each of them. A draw that nobody asked for and that k units have left behind
  /// is forgotten: it would be drawn anew.
  consuming func finished(k: Int) -> [[String]: DrawnCells] {
    var all = cells
    cells = [:]
    for key in Array(all.keys) {
      guard var drawn = all.removeValue(forKey: key) else { continue }
      for index in drawn.quantities.indices {
        let now = drawnNow[key]?[drawn.quantities[index].name]
        let places = isComparable ? drawn.quantities[index].changed.places : []
        for place in places where now?.contains(place) != true {
          if drawn.quantities[index].changed.count(at: place, limit: k) >= k {
            drawn.quantities[index].drawn.remove(place)
            drawn.quantities[index].values[place] = nil
          }
        }
        drawn.quantities[index].changed = drawn.quantities[index].changed.kept { place in
          isComparable && drawn.quantities[index].drawn.contains(place) && now?.contains(place) != true
        }
      }
      drawn.quantities.removeAll { $0.drawn.isEmpty }
      drawn.quantities.sort { $0.name < $1.name }
      if !drawn.isEmpty { all[key] = drawn }
    }
    return all
  }
}

/// The draws of one table: earlier ones that stay, and those made now.
struct TableDraws {
  fileprivate var cells: DrawnCells
  fileprivate let isComparable: Bool
  fileprivate let isJudgedAnew: Bool
  fileprivate let grid: Grid
  /// For each quantity of the table its place among those of the cells.
  fileprivate let places: [Int]
  fileprivate var drawnNow: [PlaceSet]

  /// The place of a cell of the table's grid.
  func place(of cell: Int) -> Int { cells.place(of: cell, in: grid) }

  /// Whether anything of a cell was drawn before.
  func holds(_ place: Int) -> Bool { cells.quantities.contains { $0.drawn.contains(place) } }

  /// The value of an earlier draw where fewer than k units changed since, else a fresh one. Under other rules than those of
  /// its time it stays where something may be shown; where nothing was shown then, it is drawn now. A number that the
  /// rules of today withhold is laid aside: under those of its time it is shown again, and no second one is drawn.
  mutating func value(
    _ place: Int, _ quantity: Int, k: Int, kept: inout Int, fresh: (_ beside: TableDraws) -> Int128?
  ) -> Int128? {
    let held = places[quantity]
    if stays(place, quantity, k: k) {
      let old = cells.quantities[held].values[place]
      guard isJudgedAnew else {
        kept += 1
        return old
      }
      guard let new = fresh(self) else {
        if let old { cells.layAside(old, of: held, at: place) }
        cells.quantities[held].values[place] = nil
        return nil
      }
      if let number = old ?? cells.laidAside(of: held, at: place) {
        kept += 1
        cells.quantities[held].values[place] = number
        return number
      }
      drawnNow[quantity].insert(place)
      cells.quantities[held].values[place] = new
      return new
    }
    let value = fresh(self)
    drawnNow[quantity].insert(place)
    cells.forgetAside(of: held, at: place)
    cells.quantities[held].drawn.insert(place)
    cells.quantities[held].values[place] = value
    return value
  }

  private func stays(_ place: Int, _ quantity: Int, k: Int) -> Bool {
    let held = places[quantity]
    return isComparable && cells.quantities[held].drawn.contains(place) && !drawnNow[quantity].contains(place)
      && cells.quantities[held].changed.count(at: place, limit: k) < k
  }

  /// The same of another cell of this table; nil where nothing was drawn of it, or nothing that stays.
  func held(_ pairs: [(dimension: String, code: String)], _ quantity: String, k: Int) -> Int128?? {
    cells.held(pairs, quantity) { place, index in
      guard let own = places.firstIndex(of: index) else { return false }
      return drawnNow[own].contains(place) || stays(place, own, k: k)
    }
  }
}

extension DrawnCells {
  /// What is laid aside of a quantity, as one of its own, which answers never have.
  private func aside(_ quantity: Int) -> String { quantities[quantity].name + "@aside" }

  fileprivate mutating func layAside(_ value: Int128, of held: Int, at place: Int) {
    let aside = quantity(aside(held))
    quantities[aside].drawn.insert(place)
    quantities[aside].values[place] = value
  }

  fileprivate func laidAside(of held: Int, at place: Int) -> Int128? {
    let name = aside(held)
    return quantities.first { $0.name == name && $0.drawn.contains(place) }?.values[place]
  }

  fileprivate mutating func forgetAside(of held: Int, at place: Int) {
    let name = aside(held)
    guard let aside = quantities.firstIndex(where: { $0.name == name }) else { return }
    quantities[aside].drawn.remove(place)
    quantities[aside].values[place] = nil
  }

  fileprivate func held(
    _ pairs: [(dimension: String, code: String)], _ quantity: String,
    isGood: (_ place: Int, _ index: Int) -> Bool
  ) -> Int128?? {
    guard let index = quantities.firstIndex(where: { $0.name == quantity }) else { return nil }
    var place = 0
    for (dimension, code) in pairs {
      guard let axis = axes.firstIndex(where: { $0.name == dimension }),
        let at = axes[axis].codes.firstIndex(of: code)
      else { return nil }
      place += at * strides[axis]
    }
    guard quantities[index].drawn.contains(place), isGood(place, index) else { return nil }
    return .some(quantities[index].values[place])
  }
}

/// How the units behind earlier draws changed (DISCLOSURE a.2): the draws, and with each every unit that changed since,
/// with what it contributed when the value was drawn.
package struct Changes: Sendable {
  package var drawn: ResultHistory.Drawn

  package init(_ drawn: ResultHistory.Drawn) { self.drawn = drawn }
}

extension ChangeLog {
  /// The changes at some places only.
  fileprivate func kept(_ isKept: (Int) -> Bool) -> ChangeLog {
    var log = ChangeLog()
    for place in places where isKept(place) {
      for unit in units(at: place) { log.append(unit, at: place) }
    }
    return log
  }
}
