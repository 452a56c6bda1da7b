import Bytes
import Crossing
import Foundation
import Ledgers
import Releases
import Support
import Testing
import Trust

@testable import Publishing

/// What was lost is never made anew while something that depends on it is out.
@Suite struct `What a portal has lost` {
  private func refusal(_ small: SmallPortal) -> PublishingError? {
    #expect(throws: PublishingError(.damaged, Wording("", ""))) { try small.publish() }
  }

  @Test(arguments: ["record", "draw", "verify", "release"])
  func `is no key that publish makes again`(name: String) throws {
    let small = try SmallPortal()
    _ = try small.publish()
    let path = small.portal.inside + "/keys/" + name
    try Files.remove(path)
    let before = try small.outside()
    let error = try #require(refusal(small))
    #expect(error.message.contains(path) && error.message(in: "zh").contains(path))
    #expect(error.hint?.contains("backup") == true && error.hint(in: "zh")?.contains("备份") == true)
    #expect(!Files.exists(path), "nothing was made in its place")
    #expect(try small.outside() == before)
  }

  @Test func `is known as lost by the release alone, and by the inside alone`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    for name in ["history", "decisions", "keys"] { try Files.remove("\(small.portal.inside)/\(name)") }
    #expect(refusal(small)?.message.contains(small.portal.outside) == true)
    let other = try SmallPortal()
    _ = try other.publish()
    try Files.remove(other.portal.outside)
    try Files.remove(other.portal.inside + "/keys/draw")
    #expect(refusal(other)?.message.contains(other.portal.inside) == true)
  }

  @Test(arguments: ["record", "draw"]) func `is no key that another takes the place of`(name: String) throws {
    let small = try SmallPortal()
    _ = try small.publish()
    let path = small.portal.inside + "/keys/" + name
    let key = try Files.read(path)
    try Files.write(Array(key.reversed()), to: path)
    let error = try #require(refusal(small))
    #expect(error.message.contains(path) && error.hint?.contains("backup") == true)
    try Files.write(key, to: path)
    #expect(try small.publish().outcome == .unchanged)
    // Nor by a history whose mark of the keys was taken out: the log has its hash.
    let history = small.portal.inside + "/history/1/history.json"
    let text = String(decoding: try Files.read(history), as: UTF8.self)
    let mark = try #require(text.firstMatch(of: #/"keys":"[0-9a-f]{64}",/#))
    try Files.write(Array(text.replacing(mark.output, with: "").utf8), to: history)
    try Files.write(Array(key.reversed()), to: path)
    #expect(refusal(small)?.message.contains("history.json") == true)
  }

  @Test func `is no key of the tags that another takes the place of, by one byte`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    let path = small.portal.inside + "/keys/verify"
    let key = try Files.read(path)
    var other = key
    other[7] ^= 1
    try Files.write(other, to: path)
    let error = try #require(refusal(small))
    #expect(error.message.contains(path) && error.hint(in: "zh")?.contains("备份") == true)
    try Files.write(key, to: path)
    #expect(try small.publish().outcome == .unchanged)
  }

  @Test func `is the mark beside the decisions log, which a custodian makes anew`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    let path = small.portal.inside + "/decisions.head"
    let mark = try Files.read(path)
    try Files.remove(path)
    for _ in 0..<2 {
      let error = try #require(refusal(small))
      #expect(error.message.contains(path) && error.hint?.contains("authority repair") == true)
      #expect(!Files.exists(path), "nothing was made in its place")
    }
    let author = Author(person: "wang-wei", key: small.publisher)
    #expect(try Repair.run(small.portal, by: author, now: .now()).count == 1)
    #expect(try Files.read(path) == mark)
    #expect(try small.publish().outcome == .unchanged)
  }

  @Test(arguments: ["", " \n"]) func `is never lost for no reason`(reason: String) throws {
    let small = try SmallPortal()
    _ = try small.publish()
    let empty = PublishingError(.refused, Wording("", ""))
    #expect(throws: empty) {
      try small.withdraw("bike-counts", reason: reason)
    }
    #expect(throws: empty) {
      try small.pair.review(small.pair.approver) {
        try $0.approve("policy", by: small.pair.approver, reason: reason)
      }
    }
    #expect(try small.publish().outcome == .unchanged, "nothing was withdrawn")
  }

  @Test func `is named where it cannot be read: history, release key`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    for file in ["history/1/history.json", "keys/release"] {
      let path = "\(small.portal.inside)/\(file)"
      let bytes = try Files.read(path)
      try Files.write(Array(bytes.prefix(40)), to: path)
      #expect(refusal(small)?.message.contains(Files.parent(of: path)) == true)
      try Files.write(bytes, to: path)
    }
    #expect(try small.publish().outcome == .unchanged)
  }

  @Test func `may be a key where nothing is out: it is made`() throws {
    let small = try SmallPortal()
    _ = try small.publish(dryRun: true)
    try Files.remove(small.portal.inside + "/keys/draw")
    #expect(try small.publish().release == 1)
  }

  @Test func `is not a first publication when the releases are gone`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    let key = try Files.read(small.portal.outside + "/" + Layout.releaseKey)
    try Files.remove(small.portal.outside)
    #expect(refusal(small)?.message.contains(Layout.current) == true)
    try Files.makeDirectory(small.portal.outside + "/keys")
    try Files.write(key, to: small.portal.outside + "/" + Layout.releaseKey)
    #expect(refusal(small)?.message(in: "zh").contains("第 1 版") == true)
  }

  @Test func `is not a first publication when only the link to the release is gone`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    try FileManager.default.removeItem(atPath: small.portal.outside + "/" + Layout.current)
    #expect(refusal(small)?.message.contains(Layout.current) == true)
    // Nor with everything inside but the keys gone too.
    for name in ["history", "decisions"] { try Files.remove("\(small.portal.inside)/\(name)") }
    #expect(refusal(small)?.message(in: "zh").contains("第 1 版") == true)
    #expect(throws: PublishingError(.damaged, Wording("", "")), "nor is there nothing to withdraw") {
      try small.withdraw("bike-counts")
    }
  }

  @Test func `is told with the file: the checkpoint of a log, the manifest of the release`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    try small.edit("Catalog/bike-counts/bike-counts.csv", ",987", ",988")
    let checkpoint = small.portal.inside + "/decisions/checkpoint"
    let bytes = try Files.read(checkpoint)
    try Files.remove(checkpoint)
    let lost = #expect(throws: LedgerError.self) { try small.publish() }
    #expect(lost?.message.contains(small.portal.inside + "/decisions") == true)
    try Files.write(bytes, to: checkpoint)
    let manifest = "\(small.portal.outside)/releases/1/MANIFEST.json"
    try Files.remove(manifest)
    let gone = #expect(throws: ReleaseError.self) { try small.publish() }
    #expect(gone?.message.contains(manifest) == true && gone?.hint?.contains("backup") == true)
  }

  @Test func `is the decisions log, or its last entries`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    let kept = small.folder.path + "/decisions"
    try FileManager.default.copyItem(atPath: small.portal.inside + "/decisions", toPath: kept)
    try Files.remove(small.portal.inside + "/decisions")
    try small.edit("Catalog/bike-counts/bike-counts.csv", ",987", ",988")
    #expect(refusal(small)?.message.contains("/decisions") == true)
    // A log that goes on from an older one has other entries where the release says what there were.
    try Files.remove(small.portal.inside + "/decisions")
    try FileManager.default.copyItem(atPath: kept, toPath: small.portal.inside + "/decisions")
    #expect(try small.publish().release == 2)
    try Files.remove(small.portal.inside + "/decisions")
    try FileManager.default.copyItem(atPath: kept, toPath: small.portal.inside + "/decisions")
    try small.edit("Catalog/bike-counts/bike-counts.csv", ",988", ",989")
    #expect(refusal(small)?.message.contains("/decisions") == true)
  }

  @Test func `is the list of what was withdrawn: it does not come back`() throws {
    let small = try SmallPortal()
    _ = try small.publish()
    try small.withdraw("bike-counts")
    let list = small.portal.outside + "/" + Layout.withdrawn
    let bytes = try Files.read(list)
    try Files.remove(list)
    let error = try #require(refusal(small))
    #expect(
      error.message.contains("bike-counts") && error.hint?.contains("doorsill authority repair") == true)
    // Nor does it come back with the list of a time before the second person had signed.
    try Files.write(Array(bytes.prefix { $0 != 0x0A }) + [0x0A], to: list)
    #expect(refusal(small)?.message.contains("bike-counts") == true)
    try Files.write(bytes, to: list)
    #expect(try small.publish().datasets.isEmpty)
  }

  @Test func `is no single bit of what earlier releases drew, nor who was where`() throws {
    let place = try `A derived dataset`.portal()
    _ = try place.publish()
    let folder = place.portal.inside + "/history/1/"
    // The results are younger than their refresh: nothing but the check itself would look at these.
    var parts: [String] = []
    for name in ["cells", "units"] { parts += try Files.list(folder + name).map { "\(name)/\($0)" } }
    #expect(parts.count >= 3)
    for part in parts + ["history.json"] {
      let bytes = try Files.read(folder + part)
      var flipped = bytes
      // Of the text a digit, so that it stays JSON.
      let middle =
        part == "history.json" ? bytes.firstRange(of: Array("\"policy\":\"".utf8))?.upperBound : nil
      flipped[middle ?? bytes.count / 2] ^= 1
      for other in middle == nil ? [flipped, [], bytes + [0]] : [flipped] {
        try Files.write(other, to: folder + part)
        let error = try #require(
          #expect(throws: PublishingError(.damaged, Wording("", ""))) { try place.publish() })
        #expect(error.message.contains(folder + part), "\(error.message)")
        #expect(error.hint?.contains("backup") == true && error.hint(in: "zh")?.contains("备份") == true)
      }
      try Files.write(bytes, to: folder + part)
    }
    #expect(try place.publish().outcome == .unchanged)
    try place.change("Catalog/visits/rows.csv", "REMARK-791900", "REMARK-1")
    #expect(try place.publish().release == 2)
  }

  @Test func `is where a dataset's units were`() throws {
    let small = try SmallPortal()
    try small.portal.makeInside()
    try Files.makeDirectory(small.portal.inside + "/history/7/units")
    try Files.makeDirectory(small.portal.inside + "/history/7/cells")
    try Files.write([], to: small.portal.inside + "/history/7/cells/0")
    func save(_ family: String) throws {
      let text = """
        {"release":7,"policy":"p","frame":"f","policyFiles":{},"datasets":{},"results":{"a":\(family)}}
        """
      try Files.write(Array(text.utf8), to: small.portal.inside + "/history/7/history.json")
    }
    let empty = #""history":{"results":[],"drawn":{}}"#
    try save("{\"cells\":0,\"datasets\":[],\(empty)}")
    #expect(try History.load(small.portal, release: 7).results.count == 1)
    for family in [
      "{\"cells\":0,\"datasets\":[\"members\"],\(empty)}", "{\"cells\":1,\"datasets\":[],\(empty)}",
      "{\"datasets\":[],\(empty)}", "{\"cells\":0,\(empty)}", #"{"cells":0,"datasets":[]}"#,
    ] {
      try save(family)
      #expect(throws: (any Error).self, "\(family)") { try History.load(small.portal, release: 7) }
    }
    for (family, lost) in [
      ("{\"cells\":0,\"datasets\":[\"members\"],\(empty)}", "7/units/members"),
      ("{\"cells\":1,\"datasets\":[],\(empty)}", "7/cells/1"),
    ] {
      try save(family)
      let error = #expect(throws: PublishingError.self) { try History.load(small.portal, release: 7) }
      #expect(error?.message.contains(lost) == true && error?.hint?.contains("backup") == true)
    }
  }
}
