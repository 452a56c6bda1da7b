/// Forty-one client certificates, good, bad and hostile, with the authorities and revocation lists around them, made by
/// the openssl command. A gateway must trust `root.pem` and allow two authorities between a client and the root.
package struct ClientCorpus: Sendable {
  package enum Expectation: Sendable { case accept, reject }

  package struct Case: Sendable, CustomStringConvertible {
    package let name: String
    package let expectation: Expectation
    package let why: String
    /// The file of the chain that is sent, leaf first; nil for no certificate.
    package let certificate: String?
    package let key: String?
    package var description: String { "\(name): \(why)" }
  }

  package let tool: OpenSSLTool
  package private(set) var cases: [Case] = []
  private let folder: TemporaryFolder

  /// Makes the corpus in a new folder.
  package init() throws {
    folder = try TemporaryFolder()
    tool = OpenSSLTool(folder: folder.path)
    try tool.write("", "index.txt")
    try tool.write("unique_subject = no\n", "index.txt.attr")
    try tool.write("1000\n", "serial")
    try tool.write("01\n", "crlnumber")
    try tool.write(Self.settings, "ca.cnf")
    for (name, subject) in [
      ("root", "/O=Doorsill Test/CN=Root"), ("evil", "/O=Doorsill Test/CN=Root"), ("other", "/CN=Other Root"),
    ] { try selfSign(name, subject, extensions: "root") }
    try issue("server", "/CN=localhost", extensions: "srv")
    try issue("int", "/O=Doorsill Test/CN=Int", extensions: "int")
    try issue("int2", "/O=Doorsill Test/CN=Int2", by: "int", extensions: "int")
    try addAccepted()
    try addRejected()
    try addHostileSubjects()
    for authority in ["root", "int"] {
      try tool.must(
        "ca", "-config", "ca.cnf", "-cert", "\(authority).pem", "-keyfile", "\(authority).key", "-gencrl",
        "-out",
        "\(authority).crl")
    }
    cases.append(
      Case(name: "none", expectation: .reject, why: "no certificate at all", certificate: nil, key: nil))
    cases.append(
      Case(
        name: "wrong-key", expectation: .reject, why: "another client's key", certificate: "ok-ec.pem",
        key: "ok-p384.key"))
  }

  private mutating func addAccepted() throws {
    try add("ok-ec", .accept, "plain P-256")
    try add("ok-p384", .accept, "P-384", key: "P-384")
    try add("ok-rsa", .accept, "RSA-2048", key: "RSA-2048")
    try add("ok-san", .accept, "identity in a URI", extensions: "san")
    try add("ok-both", .accept, "client and server usage", extensions: "both")
    try add("ok-int", .accept, "below an authority that is sent along", chain: ["int"], by: "int")
    try add("ok-utf8", .accept, "UTF-8 subject", subject: "/O=数据局/CN=公司甲")
    try add("ok-4096", .accept, "RSA-4096", key: "RSA-4096")
    try add("ed25519", .accept, "Ed25519", key: "ED25519")
  }

  private mutating func addRejected() throws {
    try add("no-eku", .reject, "no usage named, which OpenSSL by itself accepts", extensions: "noeku")
    try add("expired", .reject, "ended", start: "20200101000000Z", end: "20210101000000Z")
    try add("future", .reject, "not yet begun", start: "20340101000000Z")
    try add("srv-eku", .reject, "server usage only", extensions: "srv")
    try add("email-eku", .reject, "e-mail usage only", extensions: "email")
    try add("ku-enc", .reject, "key usage without digitalSignature", extensions: "kuenc")
    try add("crit-ext", .reject, "unknown critical extension", extensions: "crit")
    try add("no-chain", .reject, "authority in between missing", by: "int")
    try add("pathlen", .reject, "pathlen 0 violated", chain: ["int2", "int"], by: "int2")
    try add("evil-same-name", .reject, "issuer of the same name with another key", by: "evil")
    try add("other-ca", .reject, "unknown root", by: "other")
    try add("other-ca-with-root", .reject, "sends its own root along", chain: ["other"], by: "other")
    try selfSign("self", "/O=Acme/CN=ok-ec", extensions: "cli")
    cases.append(
      Case(
        name: "self", expectation: .reject, why: "self-signed copy of a good subject",
        certificate: "self.pem",
        key: "self.key"))
    try add("leaf-signs", .reject, "signed by a client's certificate", chain: ["ok-ec"], by: "ok-ec")
    try add("sha1", .reject, "SHA-1 signature", digest: "sha1")
    try add("rsa1024", .reject, "RSA-1024", key: "RSA-1024")
    try add("secp224", .reject, "112-bit curve", key: "secp224r1")
    try add("revoked", .reject, "on the root's list")
    try revoke("revoked", by: "root", reason: "keyCompromise")
    try add("int-revoked-leaf", .reject, "on the list of the authority in between", chain: ["int"], by: "int")
    try revoke("int-revoked-leaf", by: "int", reason: "unspecified")
  }

  /// Valid chains whose subjects try to be someone else: accepted, but as their own key and nothing more.
  private mutating func addHostileSubjects() throws {
    let subjects = [
      ("subj-slash", "/O=Acme/CN=a\\/CN=admin"), ("subj-comma", "/O=Acme/CN=a,CN=admin"),
      ("subj-plus", "/O=Acme/CN=a\\+CN=admin"), ("subj-crlf", "/O=Acme/CN=a\r\nX-Role: admin"),
      ("subj-html", "/O=Acme/CN=<script>alert(1)<\\/script>"),
      ("subj-long", "/O=" + String(repeating: "A", count: 60) + "/CN=" + String(repeating: "B", count: 60)),
      ("subj-space", "/O=Acme/CN= ok-ec "), ("subj-case", "/O=Acme/CN=OK-EC"),
      ("subj-homoglyph", "/O=Acme/CN=оk-ec"),
      ("subj-twocn", "/O=Acme/CN=ok-ec/CN=admin"),
    ]
    for (name, subject) in subjects { try add(name, .accept, "hostile subject", subject: subject) }
    try add("subj-empty", .reject, "no subject and no alternative name (RFC 5280 §4.1.2.6)", subject: "/")
  }

  private func makeKey(_ name: String, _ kind: String) throws {
    let options =
      switch kind {
      case "ED25519": ["-algorithm", "ED25519"]
      case _ where kind.hasPrefix("RSA-"):
        ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:\(kind.dropFirst(4))"]
      default: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:\(kind)"]
      }
    try tool.must(["genpkey"] + options + ["-out", "\(name).key"])
  }

  private func selfSign(_ name: String, _ subject: String, extensions: String) throws {
    try makeKey(name, "P-256")
    try tool.must(
      "req", "-x509", "-new", "-key", "\(name).key", "-subj", subject, "-days", "4000", "-config", "ca.cnf",
      "-extensions", extensions, "-out", "\(name).pem", "-utf8")
  }

  private func issue(
    _ name: String, _ subject: String, by authority: String = "root", extensions: String = "cli",
    key: String = "P-256", start: String = "20240101000000Z", end: String = "20351231000000Z",
    digest: String = "sha256"
  ) throws {
    try makeKey(name, key)
    try tool.must(
      "req", "-new", "-key", "\(name).key", "-subj", subject, "-config", "ca.cnf", "-out", "\(name).csr",
      "-utf8")
    try tool.must(
      "ca", "-batch", "-config", "ca.cnf", "-cert", "\(authority).pem", "-keyfile", "\(authority).key", "-in",
      "\(name).csr", "-extensions", extensions, "-startdate", start, "-enddate", end, "-md", digest,
      "-notext",
      "-out", "\(name).pem", "-utf8")
  }

  private mutating func add(
    _ name: String, _ expectation: Expectation, _ why: String, chain: [String] = [], subject: String? = nil,
    by authority: String = "root", extensions: String = "cli", key: String = "P-256",
    start: String = "20240101000000Z", end: String = "20351231000000Z", digest: String = "sha256"
  ) throws {
    try issue(
      name, subject ?? "/O=Acme/CN=\(name)", by: authority, extensions: extensions, key: key, start: start,
      end: end,
      digest: digest)
    var file = try tool.read("\(name).pem")
    for link in chain { file += try tool.read("\(link).pem") }
    try tool.write(file, "\(name).pem")
    cases.append(
      Case(name: name, expectation: expectation, why: why, certificate: "\(name).pem", key: "\(name).key"))
  }

  private func revoke(_ name: String, by authority: String, reason: String) throws {
    try tool.must(
      "ca", "-config", "ca.cnf", "-cert", "\(authority).pem", "-keyfile", "\(authority).key", "-revoke",
      "\(name).pem", "-crl_reason", reason)
  }

  private static let settings = """
    [ca]
    default_ca=d
    [d]
    dir=.
    database=index.txt
    new_certs_dir=.
    serial=serial
    crlnumber=crlnumber
    default_md=sha256
    policy=p
    default_crl_days=30
    unique_subject=no
    copy_extensions=none
    string_mask=utf8only
    [p]
    commonName=optional
    organizationName=optional
    countryName=optional
    [root]
    basicConstraints=critical,CA:TRUE
    keyUsage=critical,keyCertSign,cRLSign
    subjectKeyIdentifier=hash
    [int]
    basicConstraints=critical,CA:TRUE,pathlen:0
    keyUsage=critical,keyCertSign,cRLSign
    subjectKeyIdentifier=hash
    authorityKeyIdentifier=keyid
    [cli]
    basicConstraints=CA:FALSE
    keyUsage=critical,digitalSignature
    extendedKeyUsage=clientAuth
    subjectKeyIdentifier=hash
    authorityKeyIdentifier=keyid
    [san]
    basicConstraints=CA:FALSE
    extendedKeyUsage=clientAuth
    subjectAltName=URI:urn:doorsill:client:acme,DNS:acme.example
    [srv]
    basicConstraints=CA:FALSE
    extendedKeyUsage=serverAuth
    subjectAltName=DNS:localhost,IP:127.0.0.1
    [both]
    basicConstraints=CA:FALSE
    extendedKeyUsage=clientAuth,serverAuth
    [noeku]
    basicConstraints=CA:FALSE
    [email]
    basicConstraints=CA:FALSE
    extendedKeyUsage=emailProtection
    [kuenc]
    basicConstraints=CA:FALSE
    keyUsage=critical,keyEncipherment
    extendedKeyUsage=clientAuth
    [crit]
    basicConstraints=CA:FALSE
    extendedKeyUsage=clientAuth
    1.2.3.4.5=critical,ASN1:UTF8String:x
    [req]
    distinguished_name=dn
    prompt=no
    utf8=yes
    string_mask=utf8only
    [dn]
    CN=x

    """
}
