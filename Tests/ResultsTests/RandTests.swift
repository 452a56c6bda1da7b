import Bytes
import Catalogs
import Disclosure
import Foundation
import Policies
import Testing

@testable import Results

/// The real microdata of the sample catalogue: several rows a person.
@Suite struct `The health microdata` {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let now = Timestamp(secondsSince1970: 1_795_000_000)

  static func catalog() throws -> (Catalog, PolicySet) {
    let policies = try PolicySet.load(folder: root.appending(path: "Policies").path)
    return (try Catalog.load(folder: root.appending(path: "Catalog").path, policies: policies), policies)
  }

  private static func load() throws -> (Dataset, ResultDeclaration, ProtectionProfile, Microdata) {
    let (catalog, policies) = try Self.catalog()
    let dataset = try #require(catalog.dataset("rand-health"))
    let result = try #require(dataset.result("medical-spending"))
    let profile = try #require(policies.profiles["strict"])
    let data = try Microdata.read(dataset, codeLists: catalog.codeLists, keys: Samples.keys)
    return (dataset, result, profile, data)
  }

  /// Read once for all tests of the suite.
  static let world = Result { try load() }

  static func compute(
    history: ResultHistory = .init(), now: Timestamp = now
  ) throws -> Computed {
    let (dataset, result, profile, data) = try world.get()
    return try Statistics.compute(
      data, try Statistics.survey(data, of: dataset, history: history), dataset: dataset, result: result,
      profile: profile, keys: Samples.keys, policyHash: "00", history: history, now: now)
  }

  @Test func `counts persons, not rows`() throws {
    let data = try Self.world.get().3
    #expect(data.rowCount == 20_190)
    #expect(data.unitCount == 5912)
    #expect(data.measures.map(\.name) == ["meddol"])
  }

  @Test func `is released under the strict profile, close to the truth and never exactly traceable`() throws {
    let (_, _, profile, data) = try Self.world.get()
    let made = try Self.compute()
    let sets = made.released.tables.map { table in
      DimensionSet(table.dimensions.compactMap(data.shape.dimension))
    }
    let cube = try CubeBuilder.cube(data, tables: sets, measures: [0])
    var shown = 0, exact = 0
    var errors: [Double] = []
    for (table, set) in zip(made.released.tables, sets) {
      let cuboid = try #require(cube.cuboids[set])
      for cell in table.cells {
        var place = 0
        for (position, dimension) in cuboid.grid.dimensions.enumerated() {
          let name = data.shape.dimensions[dimension].name
          let at = try #require(table.dimensions.firstIndex(of: name))
          let code = try #require(
            data.shape.dimensions[dimension].codes.firstIndex { $0.code == cell.codes[at] })
          place += code * cuboid.grid.strides[position]
        }
        guard let text = cell.values[0] else {
          #expect(cell.withheld)
          continue
        }
        let count = try #require(Int(text))
        #expect(abs(count - Int(cuboid.units[place])) <= 7)
        #expect(cuboid.units[place] >= Int32(profile.k) && count >= profile.k)
        let sum = try #require(cell.values[1].flatMap { Decimal.scaled($0, scale: 2) })
        let totals = cuboid.totals[0][place]
        // The largest person's factor, and noise of at most one and a half times the scale.
        #expect((Int128(sum) - totals.sum).magnitude <= 8 * UInt128(totals.first))
        errors.append(abs(Double(Int128(sum) - totals.sum)) / Double(totals.sum))
        #expect(sum % 10_000 == 0)
        shown += 1
        if count == Int(cuboid.units[place]) { exact += 1 }
      }
    }
    #expect(shown >= 30)
    // The chance of no noise at all is a fifth.
    #expect(exact * 2 < shown)
    #expect(errors.sorted()[errors.count / 2] < 0.05, "\(errors.sorted()[errors.count / 2])")
    #expect(made.released.protection.budgetUsed <= made.released.protection.budgetLimit)
    #expect(made.released.protection.budgetLimit == 73 || made.released.protection.budgetLimit == 74)
  }

  @Test func `comes out in the same bytes on every run`() throws {
    let one = try Self.compute(), two = try Self.compute()
    #expect(one.released == two.released)
    #expect(one.history.json.serialized() == two.history.json.serialized())
    #expect(try Samples.packed(one.history) == Samples.packed(two.history))
    #expect(one.history.unitMaps == two.history.unitMaps)
  }

  @Test func `is carried over whole before its refresh, and cell by cell after it`() throws {
    let first = try Self.compute()
    let soon = try Self.compute(history: first.history, now: Self.now.adding(days: 200))
    #expect(soon.report.carriedWhole)
    #expect(soon.released == first.released)
    let later = try Self.compute(history: first.history, now: Self.now.adding(days: 400))
    #expect(!later.report.carriedWhole)
    #expect(later.report.carried > 60)
    #expect(later.released.tables == first.released.tables)
    #expect(later.released.computed != first.released.computed)
  }

  @Test func `history survives being written and read`() throws {
    let made = try Self.compute()
    let read = try ResultHistory(
      json: JSON(parsing: made.history.json.serialized()), packed: Samples.packed(made.history),
      unitMaps: made.history.unitMaps)
    #expect(read == made.history)
    #expect(try Samples.packed(read) == Samples.packed(made.history))
    #expect(throws: DisclosureError(.history, "")) {
      _ = try ResultHistory(json: ["results": []], packed: [])
    }
    let packed = try Samples.packed(made.history)
    for bytes in [Array(packed.dropLast()), packed + [0], []] {
      #expect(throws: DisclosureError(.history, "")) {
        _ = try ResultHistory(json: made.history.json, packed: bytes)
      }
    }
  }

  @Test func `withstands the deterministic attacks, whole and carried over`() throws {
    let (dataset, result, profile, data) = try Self.world.get()
    let target = try Statistics.target(
      data, dataset: dataset, result: result, profile: profile, keys: Samples.keys)
    let first = try Self.compute()
    let report = try Attacks.deterministic(first.released, target: target)
    #expect(report.failures("en") == [])
    #expect(
      (report.utility?.released ?? .nan) > 0.9 && (report.utility?.countError ?? .nan) > 1
        && (report.utility?.countError ?? .nan) < 3)
    let later = try Self.compute(history: first.history, now: Self.now.adding(days: 400))
    #expect(
      try Attacks.deterministic(
        later.released, target: target, draws: (first.history, later.history)
      ).passes)
  }
}
