import Bytes
import Support
import Testing

@testable import Trust

@Suite struct `Signing` {
  /// RFC 8032 §7.1 tests 1 to 3.
  @Test(arguments: [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    ),
    (
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    ),
    (
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    ),
  ])
  func `Ed25519 gives the signatures of RFC 8032`(
    seed: String, key: String, message: String, signature: String
  ) throws {
    let signing = try SigningKey(seed: Secret(hex(seed)))
    #expect(Hex.encode(signing.publicKey.raw) == key)
    #expect(Hex.encode(signing.sign(try hex(message))) == signature)
    let verifying = try VerifyingKey(raw: hex(key))
    #expect(verifying.verify(signature: try hex(signature), over: try hex(message)))
    #expect(!verifying.verify(signature: try hex(signature), over: try hex(message) + [0]))
    #expect(!verifying.verify(signature: Array(try hex(signature).dropLast()), over: try hex(message)))
  }

  @Test func `the thumbprint is that of RFC 8037 appendix A 3, and the JWK comes back`() throws {
    let key = try VerifyingKey(raw: hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
    #expect(key.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    #expect(key.jwk["x"]?.string == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    #expect(try VerifyingKey(jwk: key.jwk) == key)
    #expect(try VerifyingKey(pem: key.pem) == key)
    let wrong: JSON = [
      "kty": "OKP", "crv": "Ed25519", "kid": "other", "x": .string(Base64.encodeURL(key.raw)),
    ]
    #expect(throws: TrustError(.keyFormat, "")) { try VerifyingKey(jwk: wrong) }
  }

  @Test func `a key survives its PEM file, in clear and under a passphrase`() throws {
    let key = try SigningKey.generate()
    let clear = try key.pem()
    #expect(try SigningKey(pem: clear).publicKey == key.publicKey)
    let closed = try key.pem(passphrase: "正确 horse")
    #expect(String(decoding: closed, as: UTF8.self).hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
    #expect(try SigningKey(pem: closed, passphrase: "正确 horse").publicKey == key.publicKey)
    #expect(throws: TrustError(.wrongPassphrase, "")) { try SigningKey(pem: closed, passphrase: "battery") }
    #expect(throws: TrustError(.wrongPassphrase, "")) { try SigningKey(pem: closed) }
    #expect(throws: TrustError(.wrongPassphrase, "")) { try key.pem(passphrase: "") }
    #expect(throws: TrustError(.keyFormat, "")) { try SigningKey(pem: Array("nonsense".utf8)) }
    #expect(throws: TrustError(.keyFormat, "")) { try SigningKey(pem: TLSKey.generate().pem()) }
    #expect(!"\(key)\(String(reflecting: key))".contains(Hex.encode(Array(clear.suffix(40)))))
  }

  @Test func `the openssl command opens the keys we protect, and we those it protects`() throws {
    let folder = try TemporaryFolder()
    let tool = OpenSSLTool(folder: folder.path)
    let key = try SigningKey.generate()
    try tool.write(key.pem(passphrase: "open sesame"), "ours.pem")
    try tool.must("pkey", "-in", "ours.pem", "-passin", "pass:open sesame", "-pubout", "-out", "public.pem")
    #expect(try VerifyingKey(pem: tool.read("public.pem")) == key.publicKey)
    #expect(try tool.run(["pkey", "-in", "ours.pem", "-passin", "pass:wrong"]).status != 0)
    let structure = try tool.must("asn1parse", "-in", "ours.pem").text
    #expect(structure.contains("scrypt") && structure.contains("aes-256-cbc"))
    try tool.write(key.pem(), "clear.pem")
    for protection in [["-v2", "aes-256-cbc"], ["-scrypt"]] {
      try tool.must(
        ["pkcs8", "-topk8", "-in", "clear.pem", "-passout", "pass:theirs", "-out", "theirs.pem"] + protection)
      let theirs = try tool.read("theirs.pem")
      #expect(try SigningKey(pem: theirs, passphrase: "theirs").publicKey == key.publicKey)
      #expect(throws: TrustError(.wrongPassphrase, "")) { try SigningKey(pem: theirs, passphrase: "ours") }
    }
    // A signature of ours, judged by the command.
    let message = Array("message".utf8)
    try tool.write(message, "message")
    try tool.write(key.sign(message), "signature")
    try tool.must(
      "pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-in", "message", "-sigfile",
      "signature")
  }

  @Test func `a JWS opens with its key and says what it carries`() throws {
    let key = try SigningKey.generate()
    let other = try SigningKey.generate()
    let payload = Array(#"{"a":1}"#.utf8)
    let compact = JWS.sign(
      payload, with: key, header: [JSON.Member("typ", "receipt"), JSON.Member("alg", "none")])
    let opened = try JWS.verify(compact, keys: [other.publicKey, key.publicKey])
    #expect(opened.payload == payload)
    #expect(opened.key == key.publicKey)
    #expect(opened.header["alg"]?.string == "Ed25519")
    #expect(opened.header["typ"]?.string == "receipt")
    #expect(opened.header["kid"]?.string == key.publicKey.thumbprint)
    #expect(throws: TrustError(.signature, "")) { try JWS.verify(compact, keys: [other.publicKey]) }
    #expect(throws: TrustError(.signature, "")) { try JWS.verify(compact, keys: []) }
  }

  @Test func `a JWS with any character changed is refused`() throws {
    let key = try SigningKey.generate()
    let compact = Array(JWS.sign(Array("hello".utf8), with: key).utf8)
    for place in compact.indices {
      var broken = compact
      broken[place] = broken[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      #expect(throws: TrustError.self) {
        try JWS.verify(String(decoding: broken, as: UTF8.self), keys: [key.publicKey])
      }
    }
  }

  @Test(arguments: [
    #"{"alg":"none"}"#, #"{"alg":"EdDSA"}"#, #"{"alg":"HS256"}"#,
    #"{"alg":"Ed25519","crit":["b64"],"b64":false}"#,
    #"{"alg":"Ed25519","alg":"Ed25519"}"#, "[]", "",
  ])
  func `a JWS with another algorithm, critical members or a doubtful header is refused`(header: String) throws
  {
    let key = try SigningKey.generate()
    let signed = Base64.encodeURL(Array(header.utf8)) + "." + Base64.encodeURL([1])
    let compact = signed + "." + Base64.encodeURL(key.sign(Array(signed.utf8)))
    #expect(throws: TrustError(.tokenFormat, "")) { try JWS.verify(compact, keys: [key.publicKey]) }
  }

  @Test func `a JWS as another library makes it verifies: RFC 8037 appendix A 4 with the newer name`() throws
  {
    // The example's key and payload; RFC 8037 signs them as EdDSA, which RFC 9864 renames, so only the form is used.
    let seed = try hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    let key = try SigningKey(seed: Secret(seed))
    let old = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    let signature = try #require(
      Base64.decodeURL(
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"))
    #expect(key.sign(Array(old.utf8)) == signature)
    #expect(key.publicKey.verify(signature: signature, over: Array(old.utf8)))
  }
}

@Suite struct `Signed notes` {
  /// The example of c2sp.org/signed-note (in Go's sumdb/note documentation as well).
  static let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  static let note = """
    If you think cryptography is the answer to your problem,
    then you don't know what your problem is.

    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

    """

  @Test func `the published example verifies`() throws {
    let (name, key) = try SignedNote.parse(vkey: Self.vkey)
    #expect(name == "PeterNeumann")
    #expect(SignedNote.vkey(name: name, key: key) == Self.vkey)
    let text = try SignedNote.verify(note: Self.note, name: name, key: key)
    #expect(text.hasSuffix("then you don't know what your problem is.\n"))
  }

  @Test func `a note comes back, and other people's signatures are passed over`() throws {
    let key = try SigningKey.generate()
    let other = try SigningKey.generate()
    let text = "log.example/answers\n7\nAAAA\n"
    let note = SignedNote.sign(text: text, name: "log.example/answers", key: key)
    let line = SignedNote.sign(text: text, name: "witness", key: other).split(separator: "\n").last ?? ""
    #expect(
      try SignedNote.verify(note: note + line + "\n", name: "log.example/answers", key: key.publicKey) == text
    )
    #expect(try SignedNote.verify(note: note + line + "\n", name: "witness", key: other.publicKey) == text)
    #expect(throws: TrustError(.signature, "")) {
      try SignedNote.verify(note: note, name: "log.example/other", key: key.publicKey)
    }
    #expect(throws: TrustError(.signature, "")) {
      try SignedNote.verify(note: note, name: "log.example/answers", key: other.publicKey)
    }
  }

  @Test func `a note with any bit changed is refused`() throws {
    let key = try SigningKey.generate()
    let note = Array(SignedNote.sign(text: "a\nb\n", name: "n", key: key).utf8)
    for place in note.indices {
      for bit in [0, 3, 5] {
        var broken = note
        broken[place] ^= 1 << UInt8(bit)
        guard let text = String(validating: broken, as: UTF8.self) else { continue }
        #expect(throws: TrustError.self) { try SignedNote.verify(note: text, name: "n", key: key.publicKey) }
      }
    }
  }

  @Test(arguments: [
    "", "\n", "text\n", "text\n\n", "\n\n— n AAAA\n", "text\n\n- n AAAA\n", "a\tb\n\n— n AAAAAAAA\n",
  ])
  func `what is no note is refused`(note: String) throws {
    let key = try SigningKey.generate()
    #expect(throws: TrustError(.tokenFormat, "")) {
      try SignedNote.verify(note: note, name: "n", key: key.publicKey)
    }
  }
}
