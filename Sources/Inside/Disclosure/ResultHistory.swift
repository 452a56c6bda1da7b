package import Bytes
import Policies

/// What was released of a dataset family before: kept in `.doorsill/inside/history`, never outside.
///
/// It makes a result that is younger than its `refresh` come out byte for byte as it was, keeps the value of cells
/// whose units hardly changed, and counts former cells against the budget (DISCLOSURE a.2, a.9).
package struct ResultHistory: Sendable, Equatable {
  /// A unit, by its record key, and a digest of what it contributed to a quantity.
  package struct Changed: Sendable, Equatable {
    package let unit: UInt64
    package let contribution: UInt64

    package init(unit: UInt64, contribution: UInt64) {
      self.unit = unit
      self.contribution = contribution
    }
  }

  /// The cells of one dataset that have been drawn.
  package struct Drawn: Sendable, Equatable {
    /// By the names of their dimensions, sorted.
    package var cells: [[String]: DrawnCells]
    /// What the draws depend on beside the data; draws of another fingerprint are not kept.
    package var fingerprint: String

    package init(cells: [[String]: DrawnCells] = [:], fingerprint: String = "") {
      self.cells = cells
      self.fingerprint = fingerprint
    }
  }

  /// A result as it was released, and a digest of its declaration and profile.
  struct Stored: Sendable, Equatable {
    var released: Released
    var declaration: String
    /// Below which age it goes out as it was; empty where that was not written down.
    var refresh = ""
  }

  /// By `dataset/result`.
  var results: [String: Stored] = [:]
  /// By dataset; and by names that no dataset can have what was known of one whose name another table took (`DatasetLine`).
  package var drawn: [String: Drawn] = [:]
  /// By dataset: where each unit was when the dataset was last computed, in a form that Results reads and writes; and by
  /// dataset and measure the same of the last time that a measure or dimension was declared which no longer is.
  package var unitMaps: [String: StoredUnits] = [:]

  /// The noise that the family's counts were drawn with; nil before the first.
  var counts: Int?
  /// By measure, here and below by its identity: what its sums that are out were drawn with. Measures of 0.1 are not in it: their draws have other names.
  var profiles: [String: String] = [:]
  /// By measure: how many measures were declared when its sums were first drawn; their scale hangs on it.
  var declared: [String: Int] = [:]
  /// By measure: under which measure's name its factors are drawn.
  package var factorNames: [String: String] = [:]
  /// By measure: the record keys of units that are or were prominent.
  package var prominent: [String: Set<UInt64>] = [:]
  /// With which values prominent units entered sums.
  var entered = EnteredValues()
  /// By dataset, where it is another: the name that its cells are known by.
  package var roots: [String: String] = [:]
  /// By dataset: the number of the version that had it last, of those in which the family published.
  package var seen: [String: Int] = [:]
  /// By dataset: the names that its draws have, where they are others than those that are declared.
  package var names: [String: LastingNames] = [:]
  /// By a measure's origin: its identity, where the field had another name when it was drawn first.
  package var identities: [String: String] = [:]
  /// By dataset, by its first name: in which order conditions and sets of dimensions came to be surveyed.
  package var ages: [String: [String: Int]] = [:]
  /// The record keys of every unit that anything was ever computed of; nil where the history does not say, which was written
  /// before that was kept: then only those are known that the unit maps name.
  package var units: KeySet?
  /// By record key of a unit, as its identifier gives it, the one that it had under an earlier identifier.
  package var earlier: [UInt64: UInt64] = [:]

  package init() {}

  /// What counts that are out were drawn with: before that was written down there was one noise only.
  var countNoise: Int? {
    counts ?? (drawn.isEmpty && results.isEmpty ? nil : ProtectionProfile.CountNoise.two.rawValue)
  }

  /// The result as it was last released, if its declaration is unchanged.
  func stored(_ dataset: String, _ result: String, declaration: String) -> Stored? {
    guard let held = results[dataset + "/" + result], held.declaration == declaration else { return nil }
    return held
  }

  /// The result as it was last released, whatever its declaration.
  package func released(_ dataset: String, _ result: String) -> Released? {
    results[dataset + "/" + result]?.released
  }

  /// What the cells of a dataset are known by, its first name: what is out of it under an earlier one keeps its labels and
  /// costs nothing a second time, and equal conditions in another dataset are other cells.
  func firstName(of dataset: String) -> String { roots[dataset] ?? dataset }

  /// The identities of all measures that anything was drawn of.
  package var measuresOut: Set<String> { Set(declared.keys).union(factorNames.keys) }

  /// Results other than one.
  func others(than dataset: String, _ result: String) -> [Released] {
    results.filter { $0.key != dataset + "/" + result }.sorted { $0.key < $1.key }.map(\.value.released)
  }
}

/// Where each unit was when a dataset was last computed, in a form of Results'.
package enum StoredUnits: Sendable, Equatable {
  case bytes([UInt8])
  /// The path of a file that holds them.
  case file(String)
}

extension ResultHistory {
  /// What describes the history; the numbers of cells are in `pack`, the unit maps are bytes of their own.
  package var json: JSON {
    [
      "version": JSON(ResultHistory.version), "counts": counts.map { JSON($0) } ?? .null,
      "profiles": .object(profiles.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
      "declared": .object(declared.sorted { $0.key < $1.key }.map { .init($0.key, JSON($0.value)) }),
      "factors": .object(factorNames.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
      "prominent": .object(
        prominent.sorted { $0.key < $1.key }.map { .init($0.key, .string(ResultHistory.text($0.value))) }),
      "entered": entered.json,
      "seen": .object(seen.sorted { $0.key < $1.key }.map { .init($0.key, JSON($0.value)) }),
      "roots": .object(roots.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
      "names": .object(names.sorted { $0.key < $1.key }.map { .init($0.key, $0.value.json) }),
      "identities": .object(
        identities.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
      "ages": .object(
        ages.sorted { $0.key < $1.key }.map { dataset, ages in
          .init(dataset, .object(ages.sorted { $0.key < $1.key }.map { .init($0.key, JSON($0.value)) }))
        }),
      "units": units.map { JSON($0.count) } ?? .null, "earlier": JSON(earlier.count),
      "results": .array(
        results.sorted { $0.key < $1.key }.map { _, stored in
          [
            "declaration": .string(stored.declaration), "refresh": .string(stored.refresh),
            "released": stored.released.json,
            "tags": stored.released.tags.map { .string(Base64.encode($0.tags)) } ?? .null,
          ]
        }),
      "drawn": .object(
        drawn.sorted { $0.key < $1.key }.map { dataset, drawn in
          .init(dataset, ["fingerprint": .string(drawn.fingerprint), "tables": JSON(drawn.cells.count)])
        }),
    ]
  }

  /// 1 had no version, profiles or prominent units; 2 no values with which units entered; up to 3 a dataset named the one
  /// that it went on as, of which the first gave the root.
  private static let version = 4

  /// Record keys, ascending, eight bytes each, in base64.
  private static func text(_ keys: Set<UInt64>) -> String {
    Base64.encode(
      keys.sorted().flatMap { key in (0..<8).map { UInt8(truncatingIfNeeded: key >> (56 - 8 * $0)) } })
  }

  private static func keys(_ text: String) -> Set<UInt64>? {
    guard let bytes = Base64.decode(text), bytes.count % 8 == 0 else { return nil }
    return Set(
      stride(from: 0, to: bytes.count, by: 8).map { at in
        bytes[at..<at + 8].reduce(0) { $0 << 8 | UInt64($1) }
      })
  }

  /// Gives the numbers of all released and drawn cells, piece by piece, in the order of `json`.
  package func pack(_ sink: @escaping ([UInt8]) throws -> Void) throws {
    var packed = PackedWriter(sink)
    for (_, stored) in results.sorted(by: { $0.key < $1.key }) {
      for table in stored.released.tables { try table.pack(into: &packed) }
    }
    for (_, drawn) in drawn.sorted(by: { $0.key < $1.key }) {
      for (_, cells) in drawn.cells.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        try cells.pack(into: &packed)
      }
    }
    if let units { try packed.append(units.keys) }
    let keys = earlier.keys.sorted()
    try packed.append(keys)
    try packed.append(keys.compactMap { earlier[$0] })
    try packed.flush()
  }

  /// - Parameters:
  ///   - packed: what `pack` gave.
  ///   - unitMaps: as `unitMaps` gave them, by dataset.
  /// - Throws: `DisclosureError.history` for anything that `json` and `pack` did not write.
  package init(json: JSON, packed: [UInt8], unitMaps: [String: StoredUnits] = [:]) throws(DisclosureError) {
    self.init()
    self.unitMaps = unitMaps
    let unreadable = DisclosureError(
      .history, "the history of results cannot be read",
      hint: "restore .doorsill/inside/history from the backup; without it cells would be drawn anew")
    guard let stored = json["results"]?.array, let drawn = json["drawn"]?.members else { throw unreadable }
    if let version = json["version"] {
      guard let version = version.int, (2...ResultHistory.version).contains(version),
        let profiles = json["profiles"]?.members,
        let declared = json["declared"]?.members, let factors = json["factors"]?.members,
        let prominent = json["prominent"]?.members
      else { throw unreadable }
      if let counts = json["counts"], !counts.isNull {
        guard let noise = counts.int else { throw unreadable }
        self.counts = noise
      }
      if version > 2 {
        guard let entered = json["entered"].flatMap(EnteredValues.init) else { throw unreadable }
        self.entered = entered
      }
      for member in json["seen"]?.members ?? [] {
        guard let version = member.value.int else { throw unreadable }
        seen[member.key] = version
      }
      for member in json["roots"]?.members ?? [] {
        guard let root = member.value.string else { throw unreadable }
        roots[member.key] = root
      }
      for member in version < 4 ? json["continued"]?.members ?? [] : [] {
        guard member.value.string != nil else { throw unreadable }
        var (name, seen): (String, Set<String>) = (member.key, [])
        while seen.insert(name).inserted, let earlier = json["continued"]?[name]?.string { name = earlier }
        roots[member.key] = name
      }
      for member in json["names"]?.members ?? [] {
        guard let read = LastingNames(json: member.value) else { throw unreadable }
        names[member.key] = read
      }
      for member in json["identities"]?.members ?? [] {
        guard let identity = member.value.string else { throw unreadable }
        identities[member.key] = identity
      }
      for dataset in json["ages"]?.members ?? [] {
        for member in dataset.value.members ?? [] {
          guard let age = member.value.int else { throw unreadable }
          ages[dataset.key, default: [:]][member.key] = age
        }
      }
      for member in profiles {
        guard let profile = member.value.string else { throw unreadable }
        self.profiles[member.key] = profile
      }
      for member in factors {
        guard let name = member.value.string else { throw unreadable }
        factorNames[member.key] = name
      }
      for member in declared {
        guard let measures = member.value.int else { throw unreadable }
        self.declared[member.key] = measures
      }
      for member in prominent {
        guard let keys = member.value.string.flatMap(ResultHistory.keys) else { throw unreadable }
        self.prominent[member.key] = keys
      }
    }
    var reader = PackedReader(packed)
    for entry in stored {
      guard let held = entry["tags"],
        let tags = held.isNull ? [] : held.string.flatMap({ Base64.decode($0) }),
        let declaration = entry["declaration"]?.string,
        let released = entry["released"].flatMap({ Released(json: $0, packed: &reader, tags: tags) })
      else { throw unreadable }
      // 0.1 wrote none.
      guard let refresh = entry["refresh"].map(\.string) ?? "" else { throw unreadable }
      results[released.dataset + "/" + released.result] = Stored(
        released: released, declaration: declaration, refresh: refresh)
    }
    for dataset in drawn {
      guard let fingerprint = dataset.value["fingerprint"]?.string, let tables = dataset.value["tables"]?.int
      else { throw unreadable }
      var read = Drawn(fingerprint: fingerprint)
      for _ in 0..<max(0, tables) {
        guard let cells = DrawnCells(&reader) else { throw unreadable }
        read.cells[cells.names.sorted()] = cells
      }
      self.drawn[dataset.key] = read
    }
    if let units = json["units"], !units.isNull {
      guard let count = units.int, let keys = reader.numbers(count, UInt64.self) else { throw unreadable }
      self.units = KeySet(keys)
    }
    if let earlier = json["earlier"] {
      guard let count = earlier.int, let keys = reader.numbers(count, UInt64.self),
        let others = reader.numbers(count, UInt64.self)
      else { throw unreadable }
      self.earlier = Dictionary(zip(keys, others), uniquingKeysWith: { first, _ in first })
    }
    guard reader.isAtEnd else { throw unreadable }
  }
}

extension ResultHistory.Drawn {
  /// The measures that something was drawn of, by their lasting names.
  package var measures: Set<String> {
    let quantities = Set(cells.values.flatMap { $0.quantities.map(\.name) })
    return Set(
      quantities.compactMap { name -> String? in name.lastIndex(of: ".").map { String(name[..<$0]) } })
  }

  /// The sets of dimensions behind the drawn tables, as far as they are still declared and can be numbered.
  package func tables(of shape: Shape) -> [DimensionSet] {
    let shape = shape.lasting
    return cells.keys.sorted { $0.lexicographicallyPrecedes($1) }.compactMap { names in
      let places = names.compactMap { shape.dimension($0) }
      guard places.count == names.count else { return nil }
      let set = shape.behind(places)
      return (try? Grid(set, of: shape)) == nil ? nil : set
    }
  }
}
