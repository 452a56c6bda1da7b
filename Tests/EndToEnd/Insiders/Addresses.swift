import Foundation
import Support
import Testing

extension `End to end` {
  /// A portal's address is no part of what it is: its logs keep their names.
  @Suite struct `A portal that moves` {
    static let target = "/v1/results/patients/costs?select=sex,count"

    @Test func `does so by two people, and takes its logs, grants and receipts along`() throws {
      let world = try World.here()
      let portal = try world.portal.copied()
      let office = Office(portal)
      var server = try RunningDoorsill(portal)
      #expect(try server.ask(Self.target, as: world.acme).status == 200)
      let vkey = try server.curl("/ledger/vkey").text
      server.stop()
      try office.edit("Catalog/catalog.json5", "https://data.example.org", "https://open.city.example")
      office.expectRefused(try portal.publish(), "doorsill propose theme")
      try portal.propose("theme").wanted(0, "propose")
      let signed = try portal.approve("theme").wanted(0, "approve")
      #expect(signed.errorText.contains("https://open.city.example"), "\(signed.said)")
      try portal.publish().wanted(0, "publish at the new address")
      #expect(
        try portal.text(".doorsill/outside/current/site/catalog.jsonld").contains("https://open.city.example")
      )
      server = try RunningDoorsill(portal)
      defer { server.stop() }
      let answer = try server.ask(Self.target, as: world.acme)
      #expect(answer.status == 200, "the grant still names this portal: \(answer.said)")
      #expect(try server.curl("/ledger/vkey").text == vkey && vkey.hasPrefix("data.example.org/answers+"))
      let company = try Company.register("mover", at: portal)
      #expect(try server.ask(Self.target, as: company).status == 200)
      server.stop()
      try portal.must("ledger", "verify")
      // And on, by one person, with every other verb that opens the log.
      try portal.signed(by: "wang-wei", "suspend", "stations", "--reason", "x").wanted(0, "suspend")
      try portal.signed(by: "wang-wei", "authority", "repair").wanted(0, "repair")
      try portal.publish().wanted(0, "publish")
    }
  }
}
