import Catalogs
import Disclosure

/// Finds as which of the tables that a family remembers each of its datasets goes on, by the units and by what is told of
/// them, whatever the datasets are called now: under another name, after another table had its name, and back from where it
/// was away, a table keeps its draws and its labels (DISCLOSURE 00, rules 2 and 8). Nothing that was drawn is forgotten for
/// want of a name.
struct FamilyLines {
  private typealias Member = (dataset: Dataset, data: Microdata)

  /// How much of a line a dataset has.
  private struct Claim {
    let member: Int
    let line: String
    let isOwn: Bool
    /// Units of the line, and those that the dataset has too.
    var (units, shared) = (0, 0)
    /// Conditions of its last version.
    var conditions = 0
    /// Units and what is said of each of them as before: of the last version's conditions, and of everything.
    var (likeness, weight) = (0, 0)

    init(_ member: Int, _ line: String, isOwn: Bool) {
      (self.member, self.line, self.isOwn) = (member, line, isOwn)
    }

    /// Whether it is part of what another dataset goes on as.
    var isPart = false

    /// Whether the dataset takes the place of the line, of which else a copy stays as it was.
    var isWhole: Bool {
      if isPart { return false }
      return isOwn ? 2 * shared >= units : 2 * likeness > units * (1 + conditions)
    }

    /// A line of one's own name is left for one that is more like by a good deal only.
    var rank: Int { isOwn ? weight + weight / 32 : weight }
  }

  private let members: [Member]
  private let lines: [String: DatasetLine]
  /// Members of which it is not known where their units were: `CarryOver` refuses them.
  private let lost: Set<Int>
  /// By the place of a member.
  private var found: [Int: Claim] = [:]

  /// Lets the history say of each dataset what it goes on as, under its name of today.
  /// - Parameter members: all that the family publishes.
  /// - Throws: `ResultError.environment` where a unit map cannot be read.
  static func settle(
    _ members: [(dataset: Dataset, data: Microdata)], in history: inout ResultHistory
  ) throws(ResultError) {
    var settling = FamilyLines(members.map { ($0.dataset, $0.data.told) }, history)
    try settling.find()
    settling.write(into: &history)
    history.see(members.map(\.dataset.name))
  }

  private init(_ members: [Member], _ history: ResultHistory) {
    let lines = history.lines
    (self.members, self.lines) = (members, lines)
    lost = Set(
      members.indices.filter { place in
        let name = members[place].dataset.name
        return history.drawn[name] != nil && lines[name] == nil
      })
  }

  private mutating func find() throws(ResultError) {
    var claims: [Claim] = []
    for member in members.indices where !lost.contains(member) {
      for line in lines.keys { claims.append(try claim(member, line)) }
    }
    claims = claims.filter { $0.shared > 0 }.sorted { one, other in
      if one.rank != other.rank { return one.rank > other.rank }
      if one.isOwn != other.isOwn { return one.isOwn }
      let seen = (lines[one.line]?.seen ?? 0, lines[other.line]?.seen ?? 0)
      if seen.0 != seen.1 { return seen.0 > seen.1 }
      return one.line != other.line ? one.line < other.line : one.member < other.member
    }
    var taken: Set<String> = []
    for claim in claims where found[claim.member] == nil && !taken.contains(claim.line) {
      let isFree = claim.isOwn ? true : try isFree(claim)
      guard isFree else { continue }
      found[claim.member] = claim
      taken.insert(claim.line)
    }
    // With nobody in common a table goes on under its name, as where identifiers are others.
    for (member, (dataset, _)) in members.enumerated()
    where found[member] == nil && lines[dataset.name] != nil && !taken.contains(dataset.name) {
      found[member] = Claim(member, dataset.name, isOwn: true)
      found[member]?.units = 1
      taken.insert(dataset.name)
    }
    // Of a table that is parted the parts are several.
    for claim in claims where found[claim.member] == nil {
      guard try isFree(claim) else { continue }
      var part = claim
      part.isPart = true
      found[claim.member] = part
    }
  }

  /// Whether a line's units are not those of another dataset that has its root: a dataset beside it has labels of its own.
  private func isFree(_ claim: Claim) throws(ResultError) -> Bool {
    guard let line = lines[claim.line] else { return false }
    let holders = found.values.filter { lines[$0.line]?.root == line.root }
    guard !holders.isEmpty, let map = line.unitMaps[""] else { return true }
    let known = KeySet(try UnitMap.keys(map, of: claim.line))
    let shared = KeySet(try keys(claim.member) { known.contains($0) })
    for holder in holders {
      let others = try keys(holder.member) { shared.contains($0) }
      if 2 * others.count >= shared.count { return false }
    }
    return true
  }

  /// Record keys of some units of a dataset.
  private func keys(_ member: Int, where isWanted: (UInt64) -> Bool) throws(ResultError) -> [UInt64] {
    var keys: [UInt64] = []
    try members[member].data.forEachPart { part, _ in
      for unit in 0..<part.unitCount {
        let key = part.keys[Int(part.starts[unit])]
        if isWanted(key) { keys.append(key) }
      }
    }
    return keys
  }

  private func claim(_ member: Int, _ name: String) throws(ResultError) -> Claim {
    let (dataset, data) = members[member]
    var claim = Claim(member, name, isOwn: dataset.name == name)
    guard let line = lines[name] else { return claim }
    // Some thirty thousand units tell it.
    let step = UInt64(max(1, data.rowCount >> 15))
    var dimensions = Set(line.drawn.cells.keys.joined())
    var measures = line.drawn.measures
    for (suffix, stored) in line.unitMaps.sorted(by: { $0.key < $1.key }) {
      let isLast = suffix.isEmpty
      guard isLast || claim.shared > 0 && (!dimensions.isEmpty || !measures.isEmpty) else { continue }
      let former =
        isLast
        ? try UnitMap.former(stored, of: data.shape)
        : try UnitMap.former(stored, of: data.shape, dimensions, measures)
      let (places, today) = (former.shape.dimensions.indices, data.shape.dimensions.indices)
      var overlaps = UnitOverlaps(
        try sides(former.shape), try sides(data.shape),
        pairs: places.flatMap { before in today.map { (before, $0) } },
        measures: (former.measures.count, data.measures.count))
      try overlaps.count(stored, like: former, in: data, every: step)
      let conditions = told(overlaps, today.count)
      if isLast {
        (claim.units, claim.shared, claim.conditions) = (overlaps.all, overlaps.both, places.count)
        claim.likeness = claim.shared + conditions
        claim.weight = claim.shared
      }
      claim.weight += conditions
      for now in data.measures.indices {
        let shares = overlaps.measures.map {
          $0[now].either == 0 ? 0 : Double($0[now].equal) / Double($0[now].either)
        }
        if let share = shares.max(), share >= 0.8 { claim.weight += Int(share * Double(overlaps.both)) }
      }
      dimensions.subtract(former.shape.dimensions.map(\.name))
      measures.subtract(former.measures.map(\.name))
    }
    return claim
  }

  private func sides(_ shape: Shape) throws(ResultError) -> [UnitOverlaps.Side] {
    var sides: [UnitOverlaps.Side] = []
    for place in shape.dimensions.indices { sides.append(try .init(DimensionSet([place]), of: shape)) }
    return sides
  }

  /// Of how many units something is said as before, by all dimensions of today together.
  private func told(_ overlaps: UnitOverlaps, _ dimensions: Int) -> Int {
    var best = [Double](repeating: 0, count: dimensions)
    for likeness in overlaps.likenesses({ _, _, _ in .other }) where likeness.goesOn {
      best[likeness.now] = max(best[likeness.now], likeness.share)
    }
    return best.reduce(0) { $0 + Int($1 * Double(overlaps.both)) }
  }

  private func write(into history: inout ResultHistory) {
    var rest = lines
    for claim in found.values where claim.isWhole { rest[claim.line] = nil }
    for name in lines.keys where rest[name] == nil { history.put(nil, as: name) }
    // What is remembered of a name that stands for another table now has one that nobody can take.
    for (dataset, _) in members where rest[dataset.name] != nil {
      history.put(rest[dataset.name], as: history.freeName(like: dataset.name))
    }
    for claim in found.values { history.put(lines[claim.line], as: members[claim.member].dataset.name) }
    for member in members.indices where found[member] == nil && !lost.contains(member) {
      history.begin(members[member].dataset.name)
    }
  }
}
