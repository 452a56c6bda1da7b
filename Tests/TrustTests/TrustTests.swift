import Bytes
import Testing

@testable import Trust

func hex(_ text: String) throws -> [UInt8] { try #require(Hex.decode(text)) }

@Suite struct `Digests` {
  @Test func `SHA-256, SHA-512, SHA-1, MD5 and SM3 give the published digests of abc`() throws {
    let abc = Array("abc".utf8)
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(Hex.encode(Digest.sha256(abc)) == sha256)
    #expect(abc.withUnsafeBytes { Hex.encode(Digest.sha256($0)) } == sha256)
    #expect(Hex.encode(Digest.sha512(abc)).hasPrefix("ddaf35a193617abacc417349ae204131"))
    #expect(Hex.encode(Digest.sha1(abc)) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(Hex.encode(Digest.md5(abc)) == "900150983cd24fb0d6963f7d28e17f72")
    // GB/T 32905-2016 appendix A.1.
    #expect(Hex.encode(Digest.sm3(abc)) == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")
  }

  @Test func `the digest of nothing is defined`() {
    #expect(
      Hex.encode(Digest.sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test func `SHA-256 in pieces equals SHA-256 at once, and starts anew after finish`() {
    var pieces = Digest.SHA256()
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
    for _ in 0..<1000 { pieces.update(million) }
    #expect(Hex.encode(pieces.finish()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    pieces.update(Array("abc".utf8))
    #expect(pieces.finish() == Digest.sha256(Array("abc".utf8)))
  }

  /// RFC 4231 §4.2 to §4.8; case 5 is truncated there.
  @Test(arguments: [
    (
      "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
    ),
    (
      "0102030405060708090a0b0c0d0e0f10111213141516171819", String(repeating: "cd", count: 50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    ),
    (
      String(repeating: "aa", count: 131),
      "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ])
  func `HMAC-SHA-256 gives the codes of RFC 4231`(key: String, message: String, code: String) throws {
    let expected = try hex(code)
    #expect(Digest.hmacSHA256(key: try hex(key), message: try hex(message)) == expected)
    let kept = HMACKey(Secret(try hex(key)))
    #expect(kept.authenticate([1, 2, 3]) != expected)
    #expect(kept.authenticate(try hex(message)) == expected)
    let head = try hex(message).withUnsafeBytes { kept.authenticate64($0) }
    #expect(head == expected.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  @Test func `an empty HMAC key is a key`() {
    #expect(
      Hex.encode(Digest.hmacSHA256(key: [], message: []))
        == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }

  @Test(arguments: [
    (
      "", "", 16, 1, 1,
      "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
    ),
    (
      "password", "NaCl", 1024, 8, 16,
      "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
    ),
    (
      "pleaseletmein", "SodiumChloride", 16384, 8, 1,
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
    ),
  ])
  func `scrypt gives the keys of RFC 7914`(
    password: String, salt: String, n: Int, r: Int, p: Int, key: String
  ) throws {
    let derived = try Scrypt.derive(
      password: Array(password.utf8), salt: Array(salt.utf8), n: n, r: r, p: p, length: 64)
    #expect(Hex.encode(derived) == key)
  }

  @Test func `scrypt refuses parameters that are no scrypt or need too much memory`() {
    for (n, r) in [(1, 1), (15, 1), (1 << 24, 8), (16, 0)] {
      #expect(throws: TrustError(.derivation, "")) {
        try Scrypt.derive(password: [], salt: [], n: n, r: r, p: 1, length: 32)
      }
    }
  }
}

@Suite struct `Secrets` {
  @Test func `do not print, not even to dump or in a collection`() {
    let secret = Secret(Array("hunter2hunter2".utf8))
    var dumped = ""
    dump(secret, to: &dumped)
    for text in [
      "\(secret)", String(reflecting: secret), "\([secret])", "\(Optional(secret) as Any)", dumped,
    ] {
      #expect(!text.contains("hunter2") && !text.contains("104"))
    }
    #expect(secret.withBytes { Array($0) } == Array("hunter2hunter2".utf8))
  }

  @Test func `wipe the array they were made from`() {
    var bytes: [UInt8] = [1, 2, 3]
    let secret = Secret(wiping: &bytes)
    #expect(bytes.isEmpty)
    #expect(secret == Secret([1, 2, 3]))
    #expect(secret != Secret([1, 2, 4]))
    #expect(secret != Secret([1, 2]))
  }

  @Test func `random bytes differ and have the length asked for`() throws {
    #expect(try Random.bytes(0).isEmpty)
    #expect(try Random.bytes(33).count == 33)
    #expect(try Random.bytes(32) != Random.bytes(32))
  }

  @Test func `constant-time comparison is equality`() {
    #expect(constantTimeEqual([], []))
    #expect(constantTimeEqual([1, 2], [1, 2]))
    #expect(!constantTimeEqual([1, 2], [1, 3]))
    #expect(!constantTimeEqual([1, 2], [1, 2, 3]))
  }

  @Test func `a seal opens only with its key, its context and every bit in place`() throws {
    let seal = try Seal(key: .random())
    for plain in [[], Array("row".utf8), [UInt8](repeating: 7, count: 5000)] {
      let sealed = try seal.seal(plain, context: [9])
      #expect(try seal.open(sealed, context: [9]) == plain)
      #expect(throws: TrustError(.sealBroken, "")) { try seal.open(sealed, context: [8]) }
      #expect(throws: TrustError(.sealBroken, "")) { try Seal(key: .random()).open(sealed, context: [9]) }
      for place in stride(from: 0, to: sealed.count, by: max(1, sealed.count / 40)) {
        var broken = sealed
        broken[place] ^= 1
        #expect(throws: TrustError(.sealBroken, "")) { try seal.open(broken, context: [9]) }
      }
    }
    #expect(throws: TrustError(.sealBroken, "")) { try seal.open([1, 2, 3]) }
    #expect(throws: TrustError(.keyFormat, "")) { try Seal(key: Secret([1])) }
  }

  /// NIST SP 800-38D test case 14 (256-bit key, zero nonce).
  @Test func `AES-256-GCM gives NIST's ciphertext`() throws {
    let seal = try Seal(key: Secret([UInt8](repeating: 0, count: 32)))
    let zero = [UInt8](repeating: 0, count: 12)
    let sealed = try seal.seal([UInt8](repeating: 0, count: 16), context: [], uncheckedNonce: zero)
    #expect(
      Hex.encode(Array(sealed.dropFirst(12)))
        == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
  }
}
