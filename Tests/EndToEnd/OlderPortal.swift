import Foundation
import Support
import Testing

extension `End to end` {
  /// A portal that 0.1 made, people, logs and all (`Tests/Vectors/portal-0.1`). A change of a stored form reads it here,
  /// or refuses it and says what to do.
  @Suite struct `A portal of 0.1` {
    /// The cells a company would be given now.
    private func cells(_ portal: ScratchPortal) throws -> String {
      let answer = try portal.must(
        "result", "try", "patients/costs", "select=district,count,cost.mean", "--json")
      let start = try #require(answer.firstRange(of: "\"cells\"")?.lowerBound)
      let end = try #require(answer[start...].firstRange(of: "]")?.upperBound)
      return String(answer[start..<end])
    }

    @Test func `is whole: release, both logs, and the answers its company keeps`() throws {
      let portal = try ScratchPortal.unpacked("portal.tar.gz")
      try portal.must("release", "verify")
      try portal.must("ledger", "verify")
      let kept = portal.folder.path
      for answer in ["costs", "identity"] {
        try Doorsill.run([
          "receipt", "verify", "\(kept)/answers/\(answer).jws", "--keys", "\(kept)/jwks.json", "--answer",
          "\(kept)/answers/\(answer).json",
        ]).wanted(0, "receipt verify \(answer)")
      }
      let answered = String(decoding: try portal.folder.read("answers/costs.json"), as: UTF8.self)
      let published = try cells(portal)
      #expect(answered.contains(published), "a local call gives what the company was given: \(published)")
    }

    @Test func `publishes again: approved as before, and no number is drawn anew`() throws {
      let portal = try ScratchPortal.unpacked("portal.tar.gz")
      let before = try cells(portal)
      // Its profiles say how sums were protected then; nothing is drawn by them any more.
      let early = try portal.publish()
      #expect(early.status == 1 && early.errorText.contains("doorsill authority begin"), "\(early.said)")
      let begun = try portal.signed(by: "wang-wei", "authority", "begin").wanted(0, "begin")
      for words in ["wang-wei", "li-na", "offices: L1, although", "patients: L3"] {
        #expect(begun.errorText.contains(words), "\(words): \(begun.said)")
      }
      let refused = try portal.publish()
      #expect(refused.status == 1 && refused.errorText.contains("doorsill init"), "\(refused.said)")
      try portal.takeOverProfiles()
      try portal.write(
        try portal.text("Catalog/bike-counts/bike-counts.csv") + "east-bridge,2026-03-06,2377\n",
        "Catalog/bike-counts/bike-counts.csv")
      try portal.publish().wanted(0, "publish")
      #expect(try portal.currentRelease() == 4)
      #expect(try cells(portal) == before)
      try portal.must("release", "verify")
      try portal.must("ledger", "verify")
    }

    @Test func `with two families of the same persons is refused until one of them is silent`() throws {
      let portal = try ScratchPortal.unpacked("families.tar.gz")
      try portal.signed(by: "wang-wei", "authority", "begin").wanted(0, "begin")
      try portal.write(
        try String(contentsOfFile: Places.root + "/Policies/protection.json5", encoding: .utf8),
        "Policies/protection.json5")
      try portal.agree("policy")
      let refused = try portal.publish()
      #expect(refused.status == 1, "\(refused.said)")
      for words in ["persons", "strangers", "100 units", "take the statistics out"] {
        #expect(refused.errorText.contains(words), "\(words): \(refused.said)")
      }
      let silent = try portal.text("Catalog/persons/dataset.json5")
        .split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains("results:") }
        .joined(separator: "\n")
      try portal.write(silent, "Catalog/persons/dataset.json5")
      try portal.agree("persons")
      try portal.publish().wanted(0, "publish with one of them silent")
      #expect(try portal.currentRelease() == 2)
    }

    @Test func `is served, open by approval and restricted`() throws {
      let portal = try ScratchPortal.unpacked("portal.tar.gz")
      let server = try RunningDoorsill(portal, gateway: false)
      defer { server.stop() }
      #expect(try server.curl("/data/offices/offices.csv").text.contains("东街办事处"))
      #expect(try server.curl("/api/v1/datasets/offices/rows?telephone=eq.13800138000").status == 200)
      #expect(try server.curl("/data/patients/patients.csv").status == 404)
      #expect(try server.curl("/results/patients/costs/").status == 200)
    }
  }
}
