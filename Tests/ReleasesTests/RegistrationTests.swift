import Bytes
import Testing

@testable import Releases

/// For how long somebody was registered.
@Suite struct `The people of a release` {
  private func settings(_ registrations: [Settings.Registration]?) -> Settings {
    Settings(
      title: "Portal", languages: ["en"], baseURL: "https://data.example", manager: "Office", people: [],
      purposes: [], quotas: .init(callsPerDay: 9, callsPerMinute: 2),
      lifetimes: .init(certificateDays: 1, keyDays: 2, grantDays: 3), results: [], policyHash: "p",
      registrations: registrations,
      answers: registrations == nil
        ? nil : .init(size: 7, root: [UInt8](repeating: 1, count: 32), log: "data.example/answers+00+00"))
  }

  @Test func `keep who has left, with the time until which their signature counts`() throws {
    let (first, second) = (
      Timestamp(secondsSince1970: 1_800_000_000), Timestamp(secondsSince1970: 1_800_086_400)
    )
    let left = Settings.Registration(
      person: "li", organization: "bureau", roles: ["approver"], key: "k1", since: first, until: second)
    let there = Settings.Registration(
      person: "li", organization: "bureau", roles: ["approver"], key: "k2", since: second, until: nil)
    for registrations in [nil, [], [left], [left, there]] {
      let said = settings(registrations)
      #expect(try Settings(json: said.json) == said)
    }
  }
}
