import Support
import Testing

@testable import Bytes

/// Text that compresses, with some noise.
private func sample(_ count: Int) -> [UInt8] {
  var state: UInt32 = 12345
  return (0..<count).map { index in
    state = state &* 1_664_525 &+ 1_013_904_223
    return index % 7 == 0
      ? UInt8(truncatingIfNeeded: state >> 24) : UInt8(truncatingIfNeeded: 0x61 + index % 13)
  }
}

@Suite struct `Compression` {
  @Test(arguments: [0, 1, 100, 65_536, 65_537, 1_000_000]) func `survives a round trip`(count: Int) throws {
    let bytes = sample(count)
    let packed = Gzip.compress(bytes)
    #expect(Gzip.looksLike(packed))
    #expect(packed == Gzip.compress(bytes))
    #expect(packed[4..<8] == [0, 0, 0, 0])
    #expect(try Gzip.decompress(packed) == bytes)
    for framing in [Framing.raw, .zlib, .gzip] {
      let packed = Deflater.compress(bytes, level: 9, framing: framing)
      let inflater = Inflater(framing: framing)
      var out: [UInt8] = []
      for start in stride(from: 0, to: packed.count, by: 1000) {
        try inflater.write(Array(packed[start..<min(start + 1000, packed.count)]), to: &out)
      }
      try inflater.finish()
      #expect(out == bytes)
    }
  }

  @Test func `streams piece by piece`() throws {
    let deflater = Deflater(framing: .gzip)
    var packed: [UInt8] = []
    for _ in 0..<100 { deflater.write(sample(3000), to: &packed) }
    deflater.finish(to: &packed)
    #expect(try Gzip.decompress(packed) == (0..<100).flatMap { _ in sample(3000) })
  }

  @Test func `reads several members and refuses what follows them`() throws {
    let two = Gzip.compress([1, 2]) + Gzip.compress([3])
    #expect(try Gzip.decompress(two) == [1, 2, 3])
    #expect(throws: CompressionError.self) { try Gzip.decompress(two + [0]) }
    #expect(throws: CompressionError.self) { try Gzip.decompress(two + [9, 9, 9]) }
  }

  @Test func `refuses damage, cuts and bombs`() throws {
    var packed = Gzip.compress(sample(10_000))
    #expect(throws: CompressionError.truncated) { try Gzip.decompress(Array(packed.dropLast(3))) }
    #expect(throws: CompressionError.truncated) { try Gzip.decompress([]) }
    packed[packed.count - 6] ^= 1
    #expect(throws: CompressionError.damaged("incorrect data check")) { try Gzip.decompress(packed) }
    #expect(throws: CompressionError.damaged("incorrect header check")) {
      try Gzip.decompress(Array("hello".utf8))
    }
    let bomb = Gzip.compress([UInt8](repeating: 0, count: 10_000_000))
    #expect(throws: CompressionError.tooLarge(limit: 1_000_000)) {
      try Gzip.decompress(bomb, limit: 1_000_000)
    }
    #expect(try Gzip.decompress(bomb, limit: 10_000_000).count == 10_000_000)
  }

  @Test func `computes the CRC-32 of the standard check string`() {
    #expect(CRC32.of(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(CRC32.of(Array("56789".utf8), after: CRC32.of(Array("1234".utf8))) == 0xCBF4_3926)
    #expect(CRC32.of([]) == 0)
  }

  @Test func `agrees with the system's gzip`() throws {
    guard let gzip = Subprocess.find("gzip") else {
      print("skipped: no gzip here")
      return
    }
    let bytes = sample(300_000)
    let unpacked = try Subprocess.run(gzip, ["-dc"], input: Gzip.compress(bytes))
    #expect(unpacked.status == 0)
    #expect(unpacked.output == bytes)
    let packed = try Subprocess.run(gzip, ["-c"], input: bytes)
    #expect(try Gzip.decompress(packed.output) == bytes)
  }
}
