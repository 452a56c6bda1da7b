/// A coarser form of a field.
package enum Coarsening: Sendable, Hashable {
  /// The field is left out.
  case drop
  /// Whole numbers in bands of ten.
  case tens
  /// Dates as years.
  case year
  /// Codes by their first characters.
  case prefix(Int)
}

/// A set of changes to quasi-identifiers, and what risk it would leave.
package struct Remedy: Sendable, Hashable {
  /// One field made coarser.
  package struct Change: Sendable, Hashable {
    package let field: String
    package let how: Coarsening

    /// Each part as its property says.
    package init(field: String, how: Coarsening) {
      self.field = field
      self.how = how
    }
  }

  /// In the order of the quasi-identifiers.
  package let changes: [Change]
  /// k after the changes.
  package let smallestGroup: Int
  /// The share of units that would stay unique, 0…1.
  package let uniqueShare: Double
  /// As in `RiskMeasures`.
  package let rowsInGroupsOfSize: [Int]

  /// Each part as its property says.
  package init(changes: [Change], smallestGroup: Int, uniqueShare: Double, rowsInGroupsOfSize: [Int]) {
    self.changes = changes
    self.smallestGroup = smallestGroup
    self.uniqueShare = uniqueShare
    self.rowsInGroupsOfSize = rowsInGroupsOfSize
  }

  var dropped: [String] { changes.filter { $0.how == .drop }.map(\.field) }
}

/// The groups of a table with each field's code and its coarser one, kept while a search for remedies is wanted.
///
/// Bounded: beyond `limit` groups nothing is kept, and no remedy is told.
struct RemedySearch: Sendable {
  /// Groups that are kept at most.
  static let limit = 1 << 16

  private let fields: [String]
  /// Units in a group below which somebody is singled out.
  private let wantedK: Int
  private var places: [UInt64: Int] = [:]
  /// For each group, the fine codes of all fields and then the coarse ones.
  private var codes: [UInt64] = []
  private var counts: [UInt32] = []
  private var overflowed = false
  /// For each field, how often each coarser form fits.
  private var forms: [[Coarsening: Int]]
  private var cells: [Int]

  init(fields: [String], wantedK: Int) {
    self.fields = fields
    self.wantedK = wantedK
    forms = Array(repeating: [:], count: fields.count)
    cells = Array(repeating: 0, count: fields.count)
  }

  /// The coarser value of a cell and how it was made; nil where the cell has none.
  static func coarser(_ bytes: UnsafeBufferPointer<UInt8>) -> (value: UInt64, how: Coarsening)? {
    let count = bytes.count
    guard count > 0, count <= 20 else { return nil }
    if count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D {
      return number(bytes, 0, 4).map { ($0, .year) }
    }
    guard let value = number(bytes, 0, count) else { return nil }
    switch count {
    case 1...4: return (value / 10, .tens)
    case 5: return number(bytes, 0, 3).map { ($0, .prefix(3)) }
    case 6: return number(bytes, 0, 2).map { ($0, .prefix(2)) }
    case 9, 12: return number(bytes, 0, 6).map { ($0, .prefix(6)) }
    default: return nil
    }
  }

  private static func number(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> UInt64? {
    var value: UInt64 = 0
    for index in start..<end {
      guard Byte.isDigit(bytes[index]) else { return nil }
      value = value &* 10 &+ UInt64(bytes[index] &- 0x30)
    }
    return value
  }

  mutating func note(_ how: Coarsening?, field: Int) {
    cells[field] += 1
    if let how { forms[field][how, default: 0] += 1 }
  }

  /// One unit of a group.
  mutating func add(_ group: UInt64, fine: [UInt64], coarse: [UInt64]) {
    guard !overflowed else { return }
    if let place = places[group] {
      counts[place] = counts[place] &+ 1
      return
    }
    guard counts.count < Self.limit else {
      overflowed = true
      (places, codes, counts) = ([:], [], [])
      return
    }
    places[group] = counts.count
    codes += fine
    codes += coarse
    counts.append(1)
  }

  /// Every single change, every pair where fields are few, and the way down that gains most at each step.
  func remedies() -> [Remedy] {
    guard !overflowed, !counts.isEmpty else { return [] }
    let forms = bestForms()
    // 0 as it is, 1 coarser, 2 dropped.
    let start = [UInt8](repeating: 0, count: fields.count)
    func steps(from state: [UInt8]) -> [[UInt8]] {
      fields.indices.flatMap { field -> [[UInt8]] in
        let next: [UInt8] =
          (state[field] == 0 && forms[field] != nil ? [1] : []) + (state[field] < 2 ? [2] : [])
        return next.map { form in
          var changed = state
          changed[field] = form
          return changed
        }
      }
    }
    var seen: Set<[UInt8]> = [start]
    var found: [Remedy] = []
    func judge(_ states: [[UInt8]]) -> [(state: [UInt8], below: Int)] {
      states.filter { seen.insert($0).inserted }.map { state in
        let (remedy, below) = result(of: state, forms)
        found.append(remedy)
        return (state, below)
      }
    }
    let singles = steps(from: start)
    var best = judge(singles)
    if fields.count <= 8 { _ = judge(singles.flatMap(steps)) }
    // The step that leaves the fewest units in small groups, with a handicap for each field that it loses.
    func cost(_ step: (state: [UInt8], below: Int)) -> Int { step.below * (2 + step.state.count { $0 == 2 }) }
    while let next = best.min(by: { cost($0) < cost($1) }), next.below > 0 {
      let further = steps(from: next.state)
      guard !further.isEmpty else { break }
      seen.subtract(further)
      best = judge(further)
    }
    return found
  }

  /// The coarser form of each field that fits most of its cells.
  private func bestForms() -> [Coarsening?] {
    fields.indices.map { field in
      let best = forms[field].max { left, right in
        (left.value, "\(right.key)") < (right.value, "\(left.key)")
      }
      return best.flatMap { $0.value * 2 > cells[field] ? $0.key : nil }
    }
  }

  private func result(of state: [UInt8], _ forms: [Coarsening?]) -> (Remedy, below: Int) {
    var groups = GroupCounts(limit: Self.limit)
    let width = fields.count
    for place in counts.indices {
      var hash: UInt64 = 0
      for field in 0..<width where state[field] < 2 {
        hash = hash &+ codes[place * width * 2 + (state[field] == 0 ? field : width + field)]
      }
      groups.add(GroupCounts.mix(hash), times: counts[place])
    }
    var smallest = Int.max
    var whole = 0
    var below = 0
    var bySize = [Int](repeating: 0, count: 20)
    groups.forEach { _, count in
      smallest = min(smallest, count)
      whole += count
      if count < wantedK { below += count }
      if count <= 20 { bySize[count - 1] += count }
    }
    let changes = fields.indices.compactMap { field -> Remedy.Change? in
      switch state[field] {
      case 0: nil
      case 1: forms[field].map { Remedy.Change(field: fields[field], how: $0) }
      default: Remedy.Change(field: fields[field], how: .drop)
      }
    }
    let remedy = Remedy(
      changes: changes, smallestGroup: smallest, uniqueShare: Double(bySize[0]) / Double(max(1, whole)),
      rowsInGroupsOfSize: bySize)
    return (remedy, below)
  }
}
