import Foundation
import Support
import Testing

/// A timer publishes what one custodian could publish alone, and nothing else.
@Suite struct `An insider with a mandate` {
  private func run(_ portal: ScratchPortal) throws -> Subprocess { try portal.run("publish", "--mandate") }

  private func give(_ portal: ScratchPortal, _ dataset: String, by person: String = "wang-wei") throws
    -> Subprocess
  {
    let until = String(Date(timeIntervalSinceNow: 90 * 86_400).ISO8601Format().prefix(10))
    return try portal.signed(by: person, "mandate", "give", dataset, "--every", "P1D", "--until", until)
  }

  @Test func `has new rows published by a timer, and no word, level, name or rule with them`() throws {
    let office = try Office.open()
    let portal = office.portal
    let more = Office.names + ["新人甲", "新人乙"]
    try office.write(Office.contacts(), Office.table(more))
    office.expectRefused(try run(portal), "no mandate holds for it")
    office.expectRefused(try give(portal, "contacts", by: "li-na"), "custodian")
    office.expectRefused(try portal.run("publish", "--mandate", "--as", "wang-wei"), "not both", 2)
    // Nobody's word makes it hold but a custodian's in the log.
    try give(portal, "contacts").wanted(0, "give")
    #expect(try portal.must("authority").contains("mandate contacts: given by wang-wei, every P1D"))
    try office.write(Office.contacts(title: "Registered persons"), Office.table(more))
    let words = try run(portal)
    #expect(words.status == 1 && !office.isOut("none"), "what left the envelope: \(words.said)")
    try office.write(Office.contacts(), Office.table(Array(more.prefix(100))))
    #expect(try run(portal).status == 1, "half of the rows")
    try office.write(Office.contacts(), Office.table(more))
    try office.edit("Catalog/bike-counts/bike-counts.csv", ",987", ",988")
    office.expectRefused(try run(portal), "'bike-counts' has changed and no mandate holds for it")
    try office.edit("Catalog/bike-counts/bike-counts.csv", ",988", ",987")
    try office.edit("Policies/access.json5", "callsPerDay: 1000", "callsPerDay: 2000")
    try portal.agree("policy")
    office.expectRefused(try run(portal), "no mandate covers that")
    try office.edit("Policies/access.json5", "callsPerDay: 2000", "callsPerDay: 1000")
    let done = try run(portal).wanted(0, "publish under the mandate")
    #expect(done.errorText.contains("without a signature"), "\(done.said)")
    let entry = try portal.entries(of: "decisions").last { $0["event"] as? String == "publication" }
    #expect(entry?["by"] as? String == "service" && entry?["signature"] == nil, "\(entry ?? [:])")
    // Once a day.
    try office.write(Office.contacts(), Office.table(more + ["新人丙"]))
    office.expectRefused(try run(portal), "the mandate is for every P1D")
    try portal.must("ledger", "verify")
  }

  @Test
  func `loses it with the state, the key and the descriptor it was given for, and by one person's word`()
    throws
  {
    let office = try Office()
    let portal = office.portal
    try give(portal, "bike-counts").wanted(0, "give")
    try office.edit("Catalog/bike-counts/bike-counts.csv", ",987", ",988")
    // A word in the descriptor of a clean open set needs nobody's second signature, and a person's first.
    let descriptor = try portal.text("Catalog/bike-counts/dataset.json5")
    try portal.write(descriptor + "\n// otherwise\n", "Catalog/bike-counts/dataset.json5")
    office.expectRefused(try run(portal), "not the one that the mandate was given for")
    try portal.write(descriptor, "Catalog/bike-counts/dataset.json5")
    let ended = try portal.copied()
    try ended.signed(by: "zhao-lei", "mandate", "end", "bike-counts", "--reason", "by hand again").wanted(
      0, "end")
    office.expectRefused(try run(ended), "no mandate holds for it")
    let away = try portal.copied()
    try away.signed(by: "zhao-lei", "suspend", "bike-counts", "--reason", "wrong").wanted(0, "suspend")
    try away.agree("bike-counts")
    office.expectRefused(try run(away), "'bike-counts'")
    let left = try portal.copied()
    let access = try left.text("Policies/access.json5")
    let line = try #require(access.split(separator: "\n").first { $0.contains(#"id: "wang-wei""#) })
    try left.write(access.replacing(line + "\n", with: ""), "Policies/access.json5")
    try left.agree("person:wang-wei", by: "zhao-lei")
    try left.publish(as: "zhao-lei").wanted(0, "publish without wang-wei")
    try Office(left).edit("Catalog/bike-counts/bike-counts.csv", ",988", ",989")
    office.expectRefused(try run(left), "no mandate holds for it")
    try run(portal).wanted(0, "and holds here")
  }
}
