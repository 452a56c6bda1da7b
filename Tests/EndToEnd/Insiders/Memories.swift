import Foundation
import Support
import Testing

/// The log is what counts: what lies beside it is compared with it.
@Suite struct `An insider who changes what is remembered` {
  private func remove(_ office: Office, _ path: String) throws {
    try FileManager.default.removeItem(atPath: office.portal.path + "/.doorsill/" + path)
  }

  @Test func `makes no first publication by losing the link, and no older one by turning it`() throws {
    let office = try Office()
    let portal = office.portal
    try office.edit("Catalog/bike-counts/bike-counts.csv", ",987", ",988")
    try portal.publish().wanted(0, "publish")
    let link = portal.outside + "/current"
    let target = try FileManager.default.destinationOfSymbolicLink(atPath: link)
    try remove(office, "outside/current")
    office.expectRefused(try portal.publish(), "current", 3)
    let older = target.replacing("2", with: "1")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: older)
    let turned = try portal.publish()
    #expect(turned.status == 3 && turned.errorText.contains("release 1"), "\(turned.said)")
    try remove(office, "outside/current")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    try portal.publish().wanted(0, "as it was")
  }

  @Test func `opens nothing by another history`() throws {
    let office = try Office()
    let portal = office.portal
    try office.write(Office.contacts(level: "L3"))
    try portal.publish().wanted(0, "publish restricted")
    let history = ".doorsill/inside/history/2/history.json"
    let before = try portal.text(history)
    #expect(before.contains(#""level":"L3""#))
    try portal.write(before.replacing(#""level":"L3""#, with: #""level":"L1""#), history)
    try office.write()
    office.expectRefused(try portal.publish(), "history.json", 3)
    try portal.write(before, history)
    office.expectRefused(try portal.publish(), "doorsill propose contacts")
  }

  @Test func `brings back nothing that was withdrawn for good`() throws {
    let office = try Office()
    let portal = office.portal
    try portal.withdraw("stations")
    try remove(office, "outside/withdrawn")
    office.expectRefused(try portal.publish(), "stations", 3)
    #expect(try portal.run("publish", "--dry-run").status == 3)
    // What the log can mend, it mends.
    try portal.signed(by: "wang-wei", "authority", "repair").wanted(0, "repair")
    try portal.publish().wanted(0, "publish")
    #expect(!office.isOut("data/stations"))
    let shown = try portal.must("authority", "--json")
    #expect(shown.contains(#""status": "retired""#), "\(shown)")
  }

  @Test func `publishes no key and no log by calling it a table`() throws {
    let office = try Office()
    let portal = office.portal
    let descriptor = try portal.text("Catalog/stations/dataset.json5")
    let table = portal.path + "/Catalog/stations/stations.csv"
    for file in [
      portal.inside + "/keys/release", portal.inside + "/keys/draw", portal.inside + "/decisions/checkpoint",
      "/etc/passwd",
    ] {
      try portal.write(
        descriptor.replacing(#"path: "stations.csv""#, with: #"source: "\#(file)""#),
        "Catalog/stations/dataset.json5")
      office.expectRefused(try portal.publish(), "a table elsewhere is not read")
      try portal.write(descriptor, "Catalog/stations/dataset.json5")
      try FileManager.default.removeItem(atPath: table)
      try FileManager.default.createSymbolicLink(atPath: table, withDestinationPath: file)
      office.expectRefused(try portal.publish(), "is a symbolic link")
    }
    try FileManager.default.removeItem(atPath: table)
    try portal.write(try portal.text(".doorsill/inside/keys/release"), "Catalog/stations/stations.csv")
    let done = try portal.publish()
    office.expectRefused(done, "a private key")
    #expect(!done.said.contains("PRIVATE KEY"), "nor shows it")
  }
}
