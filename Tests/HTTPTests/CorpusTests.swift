import Testing
import Trust

@testable import HTTP

@Suite struct `The request corpus` {
  /// Four thousand segments of one byte take a busy machine longer than a real header may take.
  private var patient: Limits {
    var limits = Limits()
    limits.headerSeconds = 120
    return limits
  }

  private func faults(_ outcomes: [CorpusRunner.Outcome]) -> [String] {
    outcomes.filter { !$0.faults.isEmpty }.map { "\($0.name): \($0.faults.joined(separator: "; "))" }
  }

  @Test func `is passed whole, and every split of the bytes gives the same verdicts`() throws {
    let cases = try CorpusCase.all()
    #expect(cases.count == 466)
    let site = try TestSite(limits: patient)
    let runner = CorpusRunner(port: site.port, tls: nil)
    let whole = try runner.run(cases, split: .whole)
    #expect(faults(whole) == [])
    for split in [CorpusRunner.Split.every(1), .every(7), .random] {
      let pieces = try runner.run(cases, split: split)
      #expect(faults(pieces) == [], "\(split)")
      let differences = zip(whole, pieces).filter { $0.got != $1.got }.map {
        "\($0.name): \($0.got) \($1.got)"
      }
      #expect(differences == [], "\(split)")
    }
  }

  @Test func `is passed whole over TLS, and over mutual TLS, with a goodbye at each end`() throws {
    let cases = try CorpusCase.all()
    let identities = try TestIdentities()
    let portal = try TestSite(limits: patient, tls: TLSHolder(identities.portal))
    #expect(
      faults(try CorpusRunner(port: portal.port, tls: identities.visitor).run(cases, split: .whole)) == [])
    let gateway = try TestSite(limits: patient, tls: TLSHolder(identities.gateway))
    #expect(
      faults(try CorpusRunner(port: gateway.port, tls: identities.client).run(cases, split: .random)) == [])
  }
}
