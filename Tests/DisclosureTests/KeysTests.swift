import Testing
import Trust

@testable import Disclosure

@Suite struct `Keys and draws` {
  static let keys = ProtectionKeys(record: Secret((0..<32).map { $0 }), draw: Secret((32..<64).map { $0 }))

  @Test func `record keys are the measured ones`() {
    var keys = RecordKeys(Self.keys, family: "hz.population")
    #expect(keys.key(of: "330102199001011234") == 0xbc10_2934_1169_a2db)
    #expect(keys.key(of: "330102198512310027") == 0x615f_dd75_8b0f_defb)
    #expect(keys.key(of: "330102200003037771") == 0x8f6d_c3a9_2f94_97f8)
    let sum = ["330102199001011234", "330102198512310027", "330102200003037771"].reduce(UInt64(0)) {
      $0 &+ keys.key(of: $1)
    }
    #expect(sum == 0xacdd_ca52_cc0e_19ce)
  }

  @Test(arguments: [
    (3, 1_957_502_763, 0), (10, 429_364_228, -2), (57, 2_799_611_721, 1), (1000, 3_907_458_887, 2),
  ])
  func `draws are the measured ones`(units: Int, draw: UInt32, noise: Int) {
    let draws = Draws(Self.keys, family: "hz.population")
    let drawn = draws.contributors("count", "n", units: units, cellKey: 0xacdd_ca52_cc0e_19ce)
    #expect(drawn == draw)
    #expect(NoiseTable.contributors.noise(count: units, draw: drawn) == noise)
  }

  @Test func `a label does not depend on the order of its conditions`() {
    let one = CellLabel(root: "d", pairs: [("sex", "1"), ("age", "15-29")])
    let two = CellLabel(root: "d", pairs: [("age", "15-29"), ("sex", "1")])
    #expect(one == two)
    #expect(one != CellLabel(root: "d", pairs: [("age", "15-29"), ("sex", "2")]))
    #expect(
      CellLabel(root: "d", pairs: [("a", "1|b=2")])
        != CellLabel(root: "d", pairs: [("a", "1"), ("b", "2")]))
  }

  @Test func `the parts of an identifier cannot be shifted into each other`() {
    func joined(_ parts: [String]) -> [UInt8] {
      var bytes: [UInt8] = []
      for var part in parts { part.withUTF8 { RecordKeys.append($0, to: &bytes) } }
      return bytes
    }
    #expect(joined(["ab", "c"]) != joined(["a", "bc"]))
  }
}
