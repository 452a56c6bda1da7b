import Catalogs
import Disclosure

/// The datasets of a family with the record keys that their units have had, whatever identifiers they have now.
struct Identities {
  typealias Member = (dataset: Dataset, data: Microdata)

  private(set) var members: [Member]
  /// By record keys as identifiers give them: those that units have instead.
  private var earlier: [UInt64: UInt64] = [:]
  /// Whether names of dimensions and codes have to be known before more units are.
  private var isPartial = false

  /// Gives units that were known again in versions before the keys that they had then. Who comes back under the identifier of
  /// old has its key.
  init(_ members: [Member], _ history: ResultHistory) throws(ResultError) {
    self.members = members
    guard !history.earlier.isEmpty else { return }
    let there = try Identities.there(Set(history.earlier.keys).union(history.earlier.values), members)
    earlier = history.earlier.filter { key, _ in there.contains { $0.contains(key) } }
    while true {
      let lost = earlier.filter { key, other in
        earlier[other] == nil && there.contains { $0.contains(key) && $0.contains(other) }
      }
      guard !lost.isEmpty else { break }
      for key in lost.keys { earlier[key] = nil }
    }
    try change(earlier)
  }

  /// Looks for units that have other identifiers than in the version before, and notes them in the history.
  mutating func note(in history: inout ResultHistory) throws(ResultError) {
    let today = Set(members.map(\.dataset.name))
    let prominent = Set(history.prominent.values.joined())
    var sources: [KnownAgain.Source] = []
    for (dataset, data) in members where history.drawn[dataset.name] != nil {
      guard let stored = history.unitMaps[dataset.name] else { continue }
      sources.append(try Identities.source(stored, data.named(in: history)))
    }
    try find(sources, prominent)
    // One that is new may be another that is gone.
    let gone = history.drawn.keys.filter { !today.contains($0) }.sorted()
    for (place, member) in members.enumerated() where history.drawn[member.dataset.name] == nil {
      for name in gone {
        guard let stored = history.unitMaps[name] else { continue }
        try find([Identities.source(stored, members[place].data)], prominent)
      }
    }
    let held = Set(earlier.values)
    let there = Set(try Identities.there(Set(history.earlier.keys), members).joined())
    history.earlier = history.earlier.filter {
      earlier[$0.key] == nil && !there.contains($0.key) && !held.contains($0.value)
    }.merging(earlier) { $1 }
  }

  /// The same once more where dimensions and codes had other names, which are known now.
  mutating func noteRest(in history: inout ResultHistory) throws(ResultError) {
    guard isPartial else { return }
    isPartial = false
    try note(in: &history)
  }

  private mutating func find(
    _ sources: [KnownAgain.Source], _ prominent: Set<UInt64>
  ) throws(ResultError) {
    guard !sources.isEmpty else { return }
    let found = try KnownAgain(sources, prominent: prominent) { (keys) throws(ResultError) in
      try Identities.there(keys, members)
    }
    isPartial = isPartial || found.isPartial && !found.pairs.isEmpty
    guard !found.pairs.isEmpty else { return }
    try change(found.pairs)
    let first = Dictionary(earlier.map { ($0.value, $0.key) }, uniquingKeysWith: { one, _ in one })
    for (key, other) in found.pairs { earlier[first[key] ?? key] = other }
    earlier = earlier.filter { $0.key != $0.value }
  }

  private mutating func change(_ keys: [UInt64: UInt64]) throws(ResultError) {
    guard !keys.isEmpty else { return }
    for place in members.indices { members[place].data = try members[place].data.with(keys) }
  }

  /// Rows as draws know them. Measures of names that are new are compared with those that are gone, in their order.
  private static func source(
    _ stored: StoredUnits, _ data: Microdata
  ) throws(ResultError) -> KnownAgain.Source {
    let data = data.told.lasting
    let held = try UnitMap.measures(stored, of: data.shape.dataset).map(\.shape.name)
    let names = data.measures.map(\.name)
    var gone = held.filter { !names.contains($0) }
    guard !gone.isEmpty else { return .init(stored: stored, data: data) }
    let called = names.map { name in
      held.contains(name) || gone.isEmpty ? name : gone.removeFirst()
    }
    return .init(stored: stored, data: data.calling(called))
  }

  /// Which of some keys stand in today's rows of each dataset.
  private static func there(
    _ keys: Set<UInt64>, _ members: [Member]
  ) throws(ResultError) -> [Set<UInt64>] {
    var all: [Set<UInt64>] = []
    for (_, data) in members {
      var there: Set<UInt64> = []
      if !keys.isEmpty {
        try data.forEachPart { part, _ in
          for unit in 0..<part.unitCount {
            let key = part.keys[Int(part.starts[unit])]
            if keys.contains(key) { there.insert(key) }
          }
        }
      }
      all.append(there)
    }
    return all
  }
}
