import Foundation
import Testing

@testable import Bytes

@Suite struct `Hostile formats` {
  @Test func `are read or refused, never half`() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let folder = root.path + "/Fuzz/Seeds/Formats"
    let seeds = try Files.list(folder).sorted()
    #expect(seeds.count >= 6)
    for seed in seeds {
      let bytes = try Files.read(folder + "/" + seed)
      for cut in [bytes.count] + Array(stride(from: 1, to: bytes.count, by: 7)) {
        let text = Array(bytes[1..<cut])
        #expect(Hostile.json(text) == nil, "\(seed) to \(cut)")
        #expect(Hostile.json5(text) == nil, "\(seed) to \(cut)")
        #expect(Hostile.zip(text) == nil, "\(seed) to \(cut)")
      }
    }
  }
}
