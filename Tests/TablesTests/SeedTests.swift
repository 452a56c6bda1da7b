import Bytes
import Testing

@testable import Tables

/// The seeds of the fuzz targets, held to what must hold of any input (`Hostile`).
@Suite struct `Hostile input` {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private static func seeds(_ target: String) -> [String] {
    let folder = Place.root + "/Tests/Fuzz/Seeds/" + target
    return ((try? Files.list(folder)) ?? []).sorted().map { folder + "/" + $0 }
  }

  private func complaint(_ target: String, _ bytes: [UInt8]) -> String? {
    let hostile = Hostile(path: scratch.path("input"))
    return switch target {
    case "Csv": hostile.csv(bytes)
    case "Json": hostile.json(bytes)
    case "Xlsx": hostile.xlsx(bytes)
    case "Sqlite": hostile.sqlite(bytes)
    default: hostile.schema(bytes)
    }
  }

  @Test(arguments: ["Csv", "Json", "Xlsx", "Sqlite", "TableSchema"])
  func `is read or refused, never half`(_ target: String) throws {
    let seeds = Self.seeds(target)
    #expect(seeds.count >= 2)
    for seed in seeds {
      let bytes = try Files.read(seed)
      #expect(complaint(target, bytes) == nil, "\(seed)")
      // And with a few bytes changed, the same ones in every run.
      var random = Seeded(UInt64(bytes.count))
      for _ in 0..<6 {
        var changed = bytes
        for _ in 0...random.below(3) where !changed.isEmpty {
          let place = random.below(changed.count)
          switch random.below(3) {
          case 0: changed[place] = UInt8(truncatingIfNeeded: random.next())
          case 1: changed.remove(at: place)
          default: changed.insert(random.pick(Array("\",\n\r;{}[]:\\<>&\0".utf8)), at: place)
          }
        }
        #expect(complaint(target, changed) == nil, "\(seed), changed: \(changed)")
      }
    }
  }
}
