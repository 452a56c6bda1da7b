import Bytes
import Disclosure
import Support
import Testing

@testable import Results

@Suite struct `Rows in a file` {
  private static func stored(_ data: Microdata, folder: String, batches: Int) throws -> Microdata {
    var spill = try RowSpill(
      folder: folder, codes: data.shape.dimensions.map(\.codes.count), measures: data.measures.count)
    for batch in 0..<batches {
      let rows = data.rowCount * batch / batches..<data.rowCount * (batch + 1) / batches
      try spill.append(
        Array(data.keys[rows]), data.codes.map { Array($0[rows]) }, data.values.map { Array($0[rows]) })
    }
    return Microdata(
      shape: data.shape, measures: data.measures, perUnit: data.perUnit, stored: try spill.finish())
  }

  @Test(arguments: [1, 7, 1000])
  func `give the same bytes as rows in memory, and leave no file`(batches: Int) throws {
    let folder = try TemporaryFolder()
    let data = try Cubes.world(rows: 4, units: 900, seed: 41)
    let stored = try Self.stored(data, folder: folder.path, batches: batches)
    #expect(stored.rowCount == data.rowCount && stored.keys.isEmpty)
    func publish(_ data: Microdata, _ history: ResultHistory = .init(), version: Int = 0) throws -> Computed {
      let request = Sealer.Request(
        dataset: "d", result: "r", keyFamily: "d", title: "r", tables: [[], [0], [0, 1], [0, 3]],
        measures: [0, 1],
        profile: Samples.profile(k: 4, divisor: 1, percentiles: true), policyHash: "", refresh: "P1D",
        now: Timestamp(secondsSince1970: 1_800_000_000).adding(days: version * 2))
      var measures = data.measures
      measures[0] = measures[0].releasing([.sum, .mean])
      let sealer = try Sealer(request, shape: data.shape, measures: measures, keys: Samples.keys)
      return try Statistics.compute(data, sealer: sealer, history: history)
    }
    let one = try publish(data), two = try publish(stored)
    #expect(one.released == two.released)
    #expect(try Samples.packed(one.history) == Samples.packed(two.history))
    // The unit map is in a file, and holds the same.
    guard case .bytes(let bytes) = one.history.unitMaps["d"], case .file(let path) = two.history.unitMaps["d"]
    else {
      Issue.record("the maps are not where they should be")
      return
    }
    #expect(try Files.read(path) == bytes)
    #expect(try Files.mode(path) & 0o777 == 0o600)
    #expect(try Files.list(folder.path) == ["units-d"])
    // The next version is compared with it as with the one in memory.
    let changed = data.flipping(3, of: 5).flipping(3, of: 6)
    let later = try Self.stored(changed, folder: folder.path, batches: batches)
    let three = try publish(changed, one.history, version: 1),
      four = try publish(later, two.history, version: 1)
    #expect(three.released == four.released)
    #expect(try Samples.packed(three.history) == Samples.packed(four.history))
    #expect(three.report.carried > 0)
  }

  @Test func `a map of the first form is still read`() throws {
    let data = try Cubes.world(rows: 2, units: 40, seed: 3)
    guard case .bytes(let bytes) = try UnitMap.encode(data, folder: nil) else { return }
    // The first form had no version, and told the number of units after its head.
    let length = Int(bytes[0] & 0x7F) + Int(bytes[1]) << 7
    let head = String(decoding: bytes[2..<2 + length], as: UTF8.self)
    let older = Array(head.replacing("\"version\":2,", with: "").utf8)
    #expect(older.count == length - 12)
    let old =
      [UInt8(older.count & 0x7F | 0x80), UInt8(older.count >> 7)] + older + [40] + bytes[(2 + length)...]
    var reader = try UnitMap.Reader(.bytes(old), like: data)
    let read = try reader.units(through: .max)
    #expect(read.keys == data.keys && read.codes == data.codes && read.values == data.values)
    for cut in [0, 1, 30, old.count - 1] {
      #expect(throws: ResultError(.environment, "")) {
        var reader = try UnitMap.Reader(.bytes(Array(old[..<cut])), like: data)
        _ = try reader.units(through: .max)
      }
    }
  }

  @Test(arguments: ["version", "codes"])
  func `a map that does not say what it must is no map of other units`(word: String) throws {
    let data = try Cubes.world(rows: 2, units: 40, seed: 3)
    guard case .bytes(let bytes) = try UnitMap.encode(data, folder: nil) else { return }
    let length = Int(bytes[0] & 0x7F) + Int(bytes[1]) << 7
    var head = String(decoding: bytes[2..<2 + length], as: UTF8.self)
    let old = word == "version" ? "\"version\":2" : "\"codes\":"
    #expect(head.contains(old))
    head.replace(old, with: word == "version" ? "\"version\":{}" : "\"kodes\":")
    let changed =
      [UInt8(head.utf8.count & 0x7F | 0x80), UInt8(head.utf8.count >> 7)] + Array(head.utf8)
      + bytes[(2 + length)...]
    #expect(throws: ResultError(.environment, "")) { try UnitMap.Reader(.bytes(changed), like: data) }
  }

  @Test func `no room on the disk is the environment's fault`() throws {
    #expect(throws: ResultError(.environment, "")) {
      _ = try RowSpill(folder: "/nonexistent", codes: [2], measures: 0)
    }
  }
}
