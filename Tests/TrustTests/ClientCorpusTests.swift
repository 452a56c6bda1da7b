import Bytes
import Support
import Testing

@testable import Trust

/// One after another: they share an authority, whose numbers of lists `openssl ca` keeps in one file.
@Suite(.serialized) struct `The gateway judges forty-one client certificates` {
  let corpus: ClientCorpus
  let trust: ClientTrust

  /// Made once: it takes some two hundred commands.
  private static let made = Result { try ClientCorpus() }

  init() throws {
    corpus = try Self.made.get()
    trust = try ClientTrust(
      anchorsPEM: corpus.tool.read("root.pem"),
      crls: [corpus.tool.read("root.crl"), corpus.tool.read("int.crl")])
  }

  private func context(_ trust: ClientTrust) throws -> TLSContext {
    try TLSContext(
      TLSConfiguration(
        role: .gateway(trust), certificateChainPEM: corpus.tool.read("server.pem"),
        privateKeyPEM: corpus.tool.read("server.key")))
  }

  @Test func `by their chains`() throws {
    var judged = 0
    for sample in corpus.cases {
      guard let file = sample.certificate, sample.name != "wrong-key" else { continue }
      let chain = try Certificate.all(pem: corpus.tool.read(file))
      let verdict = try trust.judge(chain[0], intermediates: Array(chain.dropFirst()))
      switch verdict {
      case .trusted(let issuer):
        #expect(sample.expectation == .accept, "\(sample)")
        #expect(chain[0].isSigned(by: issuer))
      case .refused(let reason): #expect(sample.expectation == .reject, "\(sample) (\(reason))")
      }
      judged += 1
    }
    #expect(judged == 39)
  }

  @Test func `in handshakes with the openssl command, TLS 1.3 only`() throws {
    let server = try LoopbackServer()
    let context = try context(trust)
    #expect(corpus.cases.count == 41)
    for sample in corpus.cases {
      for version in ["-tls1_3", "-tls1_2"] {
        var arguments = [
          version, "-cipher", "ALL:@SECLEVEL=0", "-servername", "localhost", "-CAfile", "root.pem",
        ]
        if let file = sample.certificate, let key = sample.key {
          arguments += ["-cert", file, "-cert_chain", file, "-key", key]
        }
        let isMismatched = sample.name == "wrong-key"
        guard !isMismatched else {
          // The command notices itself that key and certificate do not belong together, and never connects.
          #expect(
            try corpus.tool.run(["s_client", "-connect", "127.0.0.1:\(server.port)"] + arguments).status != 0)
          continue
        }
        let (visit, said) = try server.visit(context, by: corpus.tool, arguments)
        let isAnswered = said.text.contains("HTTP/1.1 200 OK")
        #expect(isAnswered == (sample.expectation == .accept && version == "-tls1_3"), "\(sample) \(version)")
        #expect((visit.handshake == .done(0)) == isAnswered, "\(sample) \(version) \(visit.handshake)")
        guard isAnswered, let file = sample.certificate else { continue }
        let chain = try Certificate.all(pem: corpus.tool.read(file))
        #expect(visit.certificate == chain[0])
        #expect(visit.version == "TLSv1.3" && !visit.wasResumed)
        let issuer = sample.name == "ok-int" ? "int.pem" : "root.pem"
        #expect(visit.issuerKeyHash == (try Certificate(pem: corpus.tool.read(issuer)).publicKeyHash))
      }
    }
  }

  @Test func `each as its own key: no two accepted ones are the same client`() throws {
    let accepted = corpus.cases.filter { $0.expectation == .accept }.compactMap(\.certificate)
    let hashes = try accepted.map { try Certificate(pem: corpus.tool.read($0)).publicKeyHash }
    #expect(Set(hashes).count == accepted.count)
  }

  @Test func `and refuses everyone whose revocation list is missing, ended or forged`() throws {
    let tool = corpus.tool
    let root = try Certificate(pem: tool.read("root.pem"))
    let good = try Certificate(pem: tool.read("ok-ec.pem"))
    let below = try Certificate.all(pem: tool.read("ok-int.pem"))
    let rootList = try RevocationList.all(tool.read("root.crl"))
    let lists = try rootList + RevocationList.all(tool.read("int.crl"))
    func isTrusted(_ chain: [Certificate], _ lists: [RevocationList], at time: Timestamp? = nil) throws
      -> Bool
    {
      let trust = ClientTrust(anchors: [root], revocationLists: lists)
      if case .trusted = try trust.judge(chain[0], intermediates: Array(chain.dropFirst()), at: time) {
        return true
      }
      return false
    }
    #expect(try isTrusted([good], lists))
    #expect(try isTrusted([good], rootList))
    #expect(try !isTrusted([good], []))
    #expect(try isTrusted(below, lists))
    #expect(try !isTrusted(below, rootList))
    #expect(try !isTrusted([good], lists, at: Timestamp.now().adding(days: 31)))
    // The evil authority has the same name, but not the key, of the root.
    try tool.must(
      "ca", "-config", "ca.cnf", "-cert", "evil.pem", "-keyfile", "evil.key", "-gencrl", "-out", "evil.crl")
    #expect(try !isTrusted([good], RevocationList.all(tool.read("evil.crl"))))

    #expect(ClientTrust(anchors: [root], revocationLists: lists).complaints(at: .now()).isEmpty)
    #expect(
      ClientTrust(anchors: [root], revocationLists: []).complaints(at: .now()) == [.noList(root.subject)])
    let ends = lists.map { ($0.issuer, $0.nextUpdate) }
    #expect(
      ClientTrust(anchors: [root], revocationLists: lists).complaints(at: .now().adding(days: 31))
        == ends.map { .listEnded($0, $1) })
    #expect(
      ClientTrust(anchors: [root], revocationLists: lists).complaints(at: .now().adding(days: 28))
        == ends.map { .listEndsSoon($0, $1) })
    let server = try LoopbackServer()
    let closed = try context(ClientTrust(anchors: [root], revocationLists: []))
    let (visit, said) = try server.visit(
      closed, by: tool, ["-cert", "ok-ec.pem", "-key", "ok-ec.key", "-CAfile", "root.pem"])
    #expect(visit.handshake == .failed(TrustError(.handshake, "")))
    #expect(!said.text.contains("200 OK"))
    if case .failed(let error) = visit.handshake { #expect(error.message.contains("CRL")) }
  }

  @Test func `and refuses nobody whom a list of our own cannot be applied to, but who stands on it`() throws {
    let tool = corpus.tool
    let root = try Certificate(pem: tool.read("root.pem"))
    let settings = String(decoding: try tool.read("ca.cnf"), as: UTF8.self)
    try tool.write(
      settings + "\n[scope]\nissuingDistributionPoint=critical,@cas\n[cas]\nonlyCA=TRUE\n"
        + "[unknown]\n1.2.3.4=critical,ASN1:UTF8:x\n", "scope.cnf")
    for section in ["scope", "unknown"] {
      try tool.must(
        "ca", "-config", "scope.cnf", "-crlexts", section, "-cert", "root.pem", "-keyfile", "root.key",
        "-gencrl",
        "-out", "scope.crl")
      let lists = try RevocationList.all(tool.read("scope.crl"))
      for (name, own, outside) in [("ok-ec.pem", true, false), ("revoked.pem", false, false)] {
        let leaf = try Certificate(pem: tool.read(name))
        for (standing, isLetIn) in [(ClientTrust.Standing.own, own), (.outside, outside)] {
          let trust = ClientTrust(anchors: [root], revocationLists: lists, standing: standing)
          let verdict = try trust.judge(leaf)
          let trusted = if case .trusted = verdict { true } else { false }
          #expect(trusted == isLetIn, "\(section) \(name) \(standing): \(verdict)")
        }
      }
    }
  }

  @Test func `and gives no tickets, takes no early data and resumes nothing`() throws {
    let server = try LoopbackServer()
    let context = try context(trust)
    let identity = [
      "-cert", "ok-ec.pem", "-key", "ok-ec.key", "-CAfile", "root.pem", "-sess_out", "session.pem",
    ]
    let (first, said) = try server.visit(context, by: corpus.tool, identity)
    #expect(first.handshake == .done(0))
    #expect(!said.text.contains("New Session Ticket") && !said.text.contains("TLS session ticket"))
    // Without a ticket the command has nothing to save that could be resumed.
    guard let saved = try? corpus.tool.read("session.pem"), !saved.isEmpty else { return }
    let (again, _) = try server.visit(context, by: corpus.tool, identity + ["-sess_in", "session.pem"])
    #expect(again.handshake == .done(0) && !again.wasResumed)
  }
}
