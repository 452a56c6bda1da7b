import Access
import Bytes
import Ledgers
import Support
import Testing
import Trust

@testable import Commands

@Suite struct `An audit of signatures` {
  private let folder: TemporaryFolder
  private let (zhang, li, log): (SigningKey, SigningKey, SigningKey)
  private let now = Timestamp.now()

  init() throws {
    folder = try TemporaryFolder()
    (zhang, li, log) = (try SigningKey.generate(), try SigningKey.generate(), try SigningKey.generate())
  }

  private func person(_ id: String, _ key: SigningKey, until: Timestamp? = nil) -> Registration {
    Registration(
      person: id, roles: ["custodian"], key: key.publicKey, since: Timestamp(secondsSince1970: 0),
      until: until)
  }

  private func entry(_ serial: Int?) -> JSON {
    var entry: JSON = ["event": "grant.added", "time": .string(now.rfc3339)]
    if let serial {
      entry["serial"] = JSON(serial)
      entry["previous"] = ""
    }
    return entry
  }

  private func audit(_ entries: [JSON], _ people: [Registration]) throws -> SignatureAudit {
    let path = folder.path + "/" + String(try Random.bytes(8).reduce(0) { $0 &* 256 &+ Int($1) })
    let ledger = try Ledger(folder: path, origin: "example.org/answers", key: log)
    _ = try ledger.append(entries)
    return try SignatureAudit(ledger, people: people, declared: [], losses: 0)
  }

  @Test func `counts whose keys signed, and what nobody signed`() throws {
    let people = [person("zhang", zhang), person("li", li)]
    let audit = try audit(
      [
        try Author(person: "zhang", key: zhang).sign(entry(1)),
        try Author(person: "zhang", key: zhang).sign(entry(2)),
        try Author(person: "li", key: li).sign(entry(3)), try Author(systemUser: "root").sign(entry(4)),
        try Author(rule: "by itself").sign(entry(5)), ["event": "answer"],
      ], people)
    #expect(audit.faults.isEmpty)
    #expect(audit.verified.reduce(into: [:]) { $0[$1.key.person] = $1.value } == ["zhang": 2, "li": 1])
    #expect(audit.unsigned == ["unsigned:root": 1, "rule": 1])
    #expect(audit.words.en.contains("3 signatures") && audit.words.zh.contains("3 条"))
  }

  @Test func `finds who signs with a key that is not theirs, not theirs any more, or not at all`() throws {
    let signed = try Author(person: "zhang", key: zhang).sign(entry(1))
    var changed = signed
    changed["client"] = "acme"
    var bare = entry(1)
    bare["by"] = "zhang"
    let cases: [(JSON, [Registration])] = [
      (signed, [person("zhang", li)]), (signed, [person("li", zhang)]),
      (signed, [person("zhang", zhang, until: now.adding(seconds: -3600))]),
      (changed, [person("zhang", zhang)]),
      (bare, [person("zhang", zhang)]),
    ]
    for (number, (entry, people)) in cases.enumerated() {
      #expect(try audit([entry], people).faults.map(\.index) == [0], "\(number)")
    }
    // An entry of 0.1 by somebody whose key of then is not known: said, and no fault.
    let old = try Author(person: "zhang", key: zhang).sign(entry(nil))
    let known = try audit([old], [person("zhang", li)])
    #expect(known.faults.isEmpty && known.unjudged == 1)
  }
}
