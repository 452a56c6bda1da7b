import Bytes
import Support
import Testing

@testable import Trust

@Suite struct `The authority` {
  let folder: TemporaryFolder
  let tool: OpenSSLTool
  let authority: CertificateAuthority

  init() throws {
    folder = try TemporaryFolder()
    tool = OpenSSLTool(folder: folder.path)
    let made = try CertificateAuthority.create(
      name: "Root 根", organization: "数据局", lifetimeDays: 3650, passphrase: "open")
    authority = try CertificateAuthority(certificate: made.certificate, keyPEM: made.key, passphrase: "open")
    try tool.write(made.certificate.pem, "root.pem")
    try tool.write(made.key, "root.key")
  }

  private func request(_ name: String = "acme") throws -> (csr: [UInt8], key: TLSKey) {
    let key = try TLSKey.generate()
    return (
      try CertificateRequest.create(subject: Subject(commonName: name, organization: "Acme"), key: key), key
    )
  }

  @Test func `issues client certificates that the openssl command accepts, to the letter of the standard`()
    throws
  {
    let certificate = try authority.issue(csrPEM: request().csr, days: 90, usage: .client)
    try tool.write(certificate.pem, "client.pem")
    let said = try tool.must(
      "verify", "-x509_strict", "-purpose", "sslclient", "-auth_level", "2", "-CAfile", "root.pem",
      "client.pem")
    #expect(said.text == "client.pem: OK\n")
    #expect(
      try tool.run(["verify", "-purpose", "sslserver", "-CAfile", "root.pem", "client.pem"]).status != 0)
    let text = try tool.must("x509", "-in", "client.pem", "-noout", "-text").text
    #expect(text.contains("TLS Web Client Authentication") && text.contains("Digital Signature"))
    #expect(certificate.hasClientAuth && !certificate.isCA)
    #expect(certificate.isSigned(by: authority.certificate))
    #expect(certificate.subject == "CN=acme,O=Acme")
  }

  @Test func `issues server certificates for host names and addresses`() throws {
    let names = ["open.example", "*.open.example", "127.0.0.1", "::1"]
    let certificate = try authority.issue(csrPEM: request().csr, days: 90, usage: .server(names))
    try tool.write(certificate.pem, "server.pem")
    for check in [
      ["-verify_hostname", "open.example"], ["-verify_hostname", "a.open.example"], ["-verify_ip", "::1"],
    ] {
      let said = try tool.run(
        ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "root.pem"] + check + ["server.pem"])
      #expect(said.text == "server.pem: OK\n")
    }
    #expect(certificate.covers(host: "open.example") && certificate.covers(host: "127.0.0.1"))
    #expect(!certificate.covers(host: "acme") && !certificate.covers(host: "evil.example"))
    for bad in ["a,DNS:b", "a b", "", "a..b", "exa\nmple", "-\u{0}"] {
      #expect(throws: TrustError(.issuing, "")) {
        try authority.issue(csrPEM: request().csr, days: 1, usage: .server([bad]))
      }
    }
  }

  @Test func `takes requests of the openssl command, and refuses weak and forged ones`() throws {
    for (kind, options, isGood) in [
      ("p384", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], true),
      ("ed", ["-algorithm", "ED25519"], true),
      ("rsa", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], true),
      ("rsa1024", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"], false),
      ("p224", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp224r1"], false),
      ("k1", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"], false),
    ] {
      try tool.must(["genpkey"] + options + ["-out", "\(kind).key"])
      try tool.must(
        "req", "-new", "-key", "\(kind).key", "-subj", "/O=Acme/CN=\(kind)", "-out", "\(kind).csr")
      let csr = try tool.read("\(kind).csr")
      if isGood {
        let certificate = try authority.issue(csrPEM: csr, days: 30, usage: .client)
        try tool.write(certificate.pem, "\(kind).pem")
        try tool.must("verify", "-x509_strict", "-CAfile", "root.pem", "\(kind).pem")
      } else {
        #expect(throws: TrustError(.requestRefused, "")) {
          try authority.issue(csrPEM: csr, days: 30, usage: .client)
        }
      }
    }
    // One byte of the signature turned: proof of possession fails.
    try tool.must("req", "-in", "ed.csr", "-outform", "DER", "-out", "ed.der")
    var der = try tool.read("ed.der")
    der[der.count - 1] ^= 1
    try tool.write(der, "forged.der")
    try tool.must("req", "-inform", "DER", "-in", "forged.der", "-out", "forged.csr")
    let forged = try tool.read("forged.csr")
    #expect(throws: TrustError(.requestRefused, "")) {
      try authority.issue(csrPEM: forged, days: 1, usage: .client)
    }
    #expect(throws: TrustError(.requestRefused, "")) {
      try authority.issue(csrPEM: [], days: 1, usage: .client)
    }
  }

  @Test func `takes nothing over from a request but key and subject`() throws {
    try tool.must(
      "req", "-new", "-newkey", "ed25519", "-noenc", "-keyout", "x.key", "-subj", "/CN=x", "-addext",
      "basicConstraints=critical,CA:TRUE", "-addext", "extendedKeyUsage=serverAuth", "-out", "x.csr")
    let subject = try Subject(commonName: "Acme 有限公司", organization: "Acme", country: "CN")
    let csr = try tool.read("x.csr")
    let certificate = try authority.issue(csrPEM: csr, subject: subject, days: 1, usage: .client)
    #expect(!certificate.isCA && certificate.hasClientAuth)
    #expect(certificate.subject == "CN=Acme 有限公司,O=Acme,C=CN")
    #expect(try CertificateRequest(pem: csr).publicKeyHash == certificate.publicKeyHash)
  }

  @Test func `gives every certificate its own positive serial of sixteen bytes, within its own lifetime`()
    throws
  {
    var serials: Set<String> = []
    for _ in 0..<20 {
      let certificate = try authority.issue(csrPEM: request().csr, days: 36_500, usage: .client)
      #expect(certificate.serial.count == 32 && ("4"..."7").contains(certificate.serial.prefix(1)))
      #expect(certificate.notAfter == authority.certificate.notAfter)
      serials.insert(certificate.serial)
    }
    #expect(serials.count == 20)
    #expect(throws: TrustError(.issuing, "")) {
      try authority.issue(
        csrPEM: request().csr, days: 1, usage: .client, now: Timestamp.now().adding(days: 4000))
    }
  }

  @Test func `makes revocation lists that the openssl command relies on`() throws {
    let good = try authority.issue(csrPEM: request().csr, days: 90, usage: .client)
    let bad = try authority.issue(csrPEM: request().csr, days: 90, usage: .client)
    let now = Timestamp.now()
    let der = try authority.crl(
      revoked: [(bad.serial, now, .keyCompromise), ("0a", now, .unspecified)], number: 4711,
      nextUpdate: now.adding(days: 7))
    try tool.write(der, "crl.der")
    try tool.must("crl", "-inform", "DER", "-in", "crl.der", "-out", "crl.pem")
    try tool.write(good.pem, "good.pem")
    try tool.write(bad.pem, "bad.pem")
    let check = ["verify", "-x509_strict", "-crl_check_all", "-CAfile", "root.pem", "-CRLfile", "crl.pem"]
    #expect(try tool.run(check + ["good.pem"]).text == "good.pem: OK\n")
    #expect(try tool.run(check + ["bad.pem"]).text.contains("error 23"))
    let text = try tool.must("crl", "-in", "crl.pem", "-noout", "-text", "-CAfile", "root.pem").text
    #expect(text.contains("Key Compromise") && text.contains("verify OK"))
    let list = try #require(try RevocationList.all(try tool.read("crl.pem")).first)
    #expect(list.number == 4711 && list.der == der)
    #expect(Set(list.revoked.map(\.serial)) == [bad.serial, "0a"])
    #expect(list.isSigned(by: authority.certificate) && !list.isSigned(by: bad))
    #expect(list.isCurrent(at: now) && !list.isCurrent(at: now.adding(days: 8)))
  }

  @Test func `refuses a key that is not its own, and a certificate that is no authority's`() throws {
    let other = try CertificateAuthority.create(name: "Other", lifetimeDays: 1)
    #expect(throws: TrustError(.tlsConfiguration, "")) {
      try CertificateAuthority(certificate: authority.certificate, keyPEM: other.key)
    }
    let (csr, key) = try request()
    let client = try authority.issue(csrPEM: csr, days: 1, usage: .client)
    #expect(throws: TrustError(.tlsConfiguration, "")) {
      try CertificateAuthority(certificate: client, keyPEM: key.pem())
    }
    for name in ["", "a\nb", String(repeating: "x", count: 65)] {
      #expect(throws: TrustError(.issuing, "")) { try Subject(commonName: name) }
    }
  }
}

@Suite struct `Certificates` {
  @Test func `read as the openssl command reads them`() throws {
    let folder = try TemporaryFolder()
    let tool = OpenSSLTool(folder: folder.path)
    try tool.must(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout", "k.pem",
      "-subj",
      "/O=Acme/CN=a\r\nX-Role: admin", "-days", "10", "-out", "c.pem", "-set_serial", "0x00c0ffee01")
    let certificate = try Certificate(pem: tool.read("c.pem"))
    #expect(certificate.serial == "c0ffee01")
    #expect(!certificate.subject.contains("\n") && certificate.subject.contains("admin"))
    try tool.must("x509", "-in", "c.pem", "-outform", "DER", "-out", "c.der")
    #expect(certificate.der == (try tool.read("c.der")))
    let digest = try tool.must("dgst", "-sha256", "-binary", "c.der").output
    #expect(Base64.decodeURL(certificate.thumbprint) == digest)
    try tool.must("x509", "-in", "c.pem", "-pubkey", "-noout", "-out", "p.pem")
    try tool.must("pkey", "-pubin", "-in", "p.pem", "-outform", "DER", "-out", "p.der")
    #expect(certificate.publicKeyHash == (try tool.must("dgst", "-sha256", "-binary", "p.der").output))
    let dates = try tool.must("x509", "-in", "c.pem", "-noout", "-enddate", "-dateopt", "iso_8601").text
    let end = certificate.notAfter.rfc3339.replacing("T", with: " ")
    #expect(dates == "notAfter=\(end)\n")
    #expect(try Certificate.all(pem: tool.read("c.pem") + tool.read("c.pem")).count == 2)
  }

  @Test func `refuse what is not one whole certificate`() throws {
    let made = try CertificateAuthority.create(name: "Root", lifetimeDays: 1).certificate
    #expect(throws: TrustError(.certificateFormat, "")) { try Certificate(der: made.der + [0]) }
    #expect(throws: TrustError(.certificateFormat, "")) { try Certificate(der: Array(made.der.dropLast())) }
    #expect(throws: TrustError(.certificateFormat, "")) { try Certificate(der: []) }
    #expect(throws: TrustError(.certificateFormat, "")) { try Certificate(pem: []) }
    var damaged = made.pem
    damaged[damaged.count / 2] = UInt8(ascii: "!")
    #expect(throws: TrustError(.certificateFormat, "")) { try Certificate.all(pem: made.pem + damaged) }
    #expect(throws: TrustError(.revocationList, "")) { try RevocationList.all(made.pem) }
    #expect(throws: TrustError(.revocationList, "")) { try RevocationList.all(made.der) }
  }

  @Test func `never crash on any one byte changed`() throws {
    let made = try CertificateAuthority.create(name: "Root", lifetimeDays: 1).certificate
    for place in made.der.indices {
      for bit in 0..<8 {
        var der = made.der
        der[place] ^= 1 << UInt8(bit)
        if let read = try? Certificate(der: der) { #expect(!read.isSigned(by: made)) }
      }
    }
  }
}
