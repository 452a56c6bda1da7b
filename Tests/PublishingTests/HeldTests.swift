import Bytes
import Catalogs
import Support
import Testing
import Trust

@testable import Publishing

@Suite struct `What is published of a table` {
  private static let shops = "shop,kind\nEast,bakery\nWest,bakery\n"

  private static func publish(_ place: GatePortal, _ step: @escaping () -> Void) throws -> Publication {
    try Publisher(
      place.portal,
      options: PublishOptions(
        author: place.author, now: Timestamp(rfc3339: "2026-11-21T08:00:00Z") ?? .now()),
      progress: { _ in step() }
    ).publish()
  }

  private static func portal() throws -> GatePortal {
    let place = try GatePortal()
    try place.add(
      "shops", level: "L1", basis: false,
      fields: #"{ name: "shop", type: "string" }, { name: "kind", type: "string" }"#, table: shops)
    return place
  }

  @Test func `is what was checked, whenever the file is swapped for another`() throws {
    let ids = "shop,kind\n" + Canaries.persons.map { "\($0.id),\($0.mobile)\n" }.joined()
    var steps = 0
    _ = try Self.publish(try Self.portal()) { steps += 1 }
    #expect(steps > 4)
    for step in 0..<steps {
      for isRenamed in [true, false] {
        let place = try Self.portal()
        let path = place.portal.catalog + "/shops/rows.csv"
        var now = 0
        let published = try? Self.publish(place) {
          if now == step {
            try? Files.write(Array(ids.utf8), to: isRenamed ? path : path + ".new")
            // In place: whoever has it open reads what is written now.
            if !isRenamed { try? overwrite(path, with: path + ".new") }
          }
          now += 1
        }
        guard published?.outcome == .published else { continue }
        let files = try Files.list(place.site + "/data/shops")
        #expect(!files.isEmpty)
        for name in files {
          let text = String(decoding: try Files.read(place.site + "/data/shops/" + name), as: UTF8.self)
          #expect(!text.contains(Canaries.persons[7].id), "\(name) at step \(step)")
        }
        #expect(
          String(decoding: try Files.read(place.site + "/data/shops/rows.csv"), as: UTF8.self)
            .replacing("\r\n", with: "\n") == Self.shops)
      }
    }
    let place = try Self.portal()
    try place.folder.write(ids, to: "Catalog/shops/rows.csv")
    #expect(throws: Rejection.self) { try place.publish() }
  }

  @Test func `is no descriptor that was exchanged meanwhile`() throws {
    let place = try Self.portal()
    let file = "Catalog/shops/dataset.json5"
    var isFirst = true
    _ = try Self.publish(place) {
      if isFirst { try? place.change(file, #"title: "shops""#, #"title: "OTHER WORDS""#) }
      isFirst = false
    }
    let page = String(decoding: try Files.read(place.site + "/en/datasets/shops/index.html"), as: UTF8.self)
    #expect(!page.contains("OTHER WORDS"))
    // What was read is what the log has: the change is one that is still to be published.
    #expect(try place.publish().datasets.first { $0.name == "shops" }?.change == .changed)
  }

  @Test(arguments: [false, true]) func `leaves no restricted row in a file that has a name`(_ isView: Bool)
    throws
  {
    let place =
      isView
      ? try `An open view`.portal(
        #"{name: "v", requires: {kAnonymity: 20, lDiversity: 3}, select: ["district", "illness"]}"#)
      : try `A derived dataset`.portal()
    var looks = 0
    func look() {
      let found = try? Subprocess.run(
        "grep", ["-rlaE", "REMARK-|P10[01][0-9]{3}|33010", place.portal.inside + "/work"]
      ).text
      if let found, found.isEmpty { looks += 1 }
      #expect(found == "", "at the \(looks)th look")
    }
    #expect(try Self.publish(place, look).outcome == .published)
    #expect(looks > 5)
  }
}

private func overwrite(_ path: String, with other: String) throws {
  let bytes = try Files.read(other)
  try Files.remove(other)
  _ = try Subprocess.run("sh", ["-c", "cat > '\(path)'"], input: bytes)
}
