import Bytes
import Crossing
import Glibc
import Policies
import Support
import Testing
import Trust

@testable import Publishing

@Suite struct `The theme of a portal` {
  private static func refusal(_ place: GatePortal) -> PublishingError? {
    do { _ = try place.publish() } catch { return error as? PublishingError }
    return nil
  }

  @Test func `has files that it names, and no table, link or large file beside them`() throws {
    let rows = "id,income\n" + (0..<30_000).map { "\($0 * 7919),\($0)\n" }.joined()
    for (name, text, words) in [
      ("x.css", rows, "nowhere named"), ("theme.exe", "x", "of no kind"), ("rows", rows, "of no kind"),
      ("theme.css", String(repeating: "a ", count: OwnTheme.largest), "larger than"),
    ] {
      let place = try GatePortal()
      try place.folder.write(text, to: "Public/\(name)")
      do {
        _ = try place.publish()
        Issue.record("\(name) was published")
      } catch {
        #expect(
          "\(error)".contains(words) || (error as? any Fault)?.message.contains(words) == true, "\(error)")
      }
      #expect(!Files.exists(place.portal.outside + "/current"))
    }
    let place = try GatePortal()
    try Files.makeDirectory(place.portal.theme)
    try Files.replaceSymlink(at: place.portal.theme + "/theme.css", target: "/etc/passwd")
    #expect(Self.refusal(place)?.message.contains("a link or a device") == true)
    try Files.remove(place.portal.theme + "/theme.css")
    try place.folder.write("body { src: url(own.txt) }", to: "Public/theme.css")
    try place.folder.write("plain words", to: "Public/own.txt")
    #expect(try place.publish().outcome == .published)
    #expect(Files.exists(place.site + "/assets/own.txt"))
  }

  @Test(arguments: ["logo.png", "data.css"])
  func `has no bytes that nobody can read before a second person has agreed`(
    _ name: String
  ) throws {
    let place = try GatePortal()
    try place.folder.write("body { background: url(\(name)) }", to: "Public/levels.css")
    let bytes: [UInt8] =
      name.hasSuffix("png")
      ? [0x89, 0x50, 0x4E, 0x47, 0, 1, 2]
      : Array("a { src: url(data:;base64,\(String(repeating: "QUJD", count: 100))) }".utf8)
    try place.folder.write(bytes, to: "Public/\(name)")
    #expect(try place.objections { try place.publish() }.map(\.dataset) == ["theme"], "on the first day")
    try Files.remove(place.portal.theme + "/\(name)")
    #expect(try place.publish().outcome == .published)
    try place.folder.write(bytes, to: "Public/\(name)")
    #expect(try place.objections { try place.publish() }.map(\.dataset) == ["theme"])
    try place.approve("theme")
    #expect(try place.publish().outcome == .published)
    #expect(try Files.read(place.site + "/assets/\(name)") == bytes)
  }

  @Test func `and every word that people wrote hold no number of a person`() throws {
    let (id, mobile) = (Canaries.persons[7].id, Canaries.persons[7].mobile)
    let open = "Catalog/bike-counts/dataset.json5"
    for (file, old, new) in [
      (open, "Daily bicycles at", "Daily bicycles (ask \(mobile)) at"),
      (open, "Bicycle counts (example)", "Bicycle counts of \(id)"),
    ] {
      let place = try GatePortal()
      try place.change(file, old, new)
      let refusal = Self.refusal(place)
      #expect(refusal?.code == .leaked && refusal?.message.contains(id) == false, "\(new)")
    }
    let place = try GatePortal()
    try place.folder.write("/* \(mobile) */", to: "Public/levels.css")
    #expect(Self.refusal(place)?.message.contains("Public/levels.css") == true)
    // An office's telephone is nobody's number.
    let other = try GatePortal()
    try other.change(open, "Daily bicycles at", "Daily bicycles (ask 0571-87051234) at")
    #expect(try other.publish().outcome == .published)
  }

  @Test(arguments: ["/", ".", ", ", "\n", "**", "x", "&shy;", "\u{FE0F}\u{20E3}"])
  func `nor one with something between its digits`(between: String) throws {
    let id = Canaries.persons[7].id
    let text = "from 2019 on, 12 counters: " + id.map(String.init).joined(separator: between)
    #expect(Self.person(text), "\(text)")
  }

  @Test func `nor one in digits of another script, and finds none in other figures`() {
    let id = Canaries.persons[7].id
    for zero: UInt32 in [0x660, 0x6F0, 0xFF10, 0x1D7D8, 0xE0030] {
      let text = id.unicodeScalars.map { scalar in
        guard let digit = Int(String(scalar)) else { return String(scalar) }
        return Unicode.Scalar(zero + UInt32(digit)).map { String(Character($0)) } ?? ""
      }
      #expect(Self.person(text.joined()), "\(text.joined())")
    }
    let numerals = Array("〇一二三四五六七八九")
    #expect(Self.person(String(id.map { $0.wholeNumberValue.map { numerals[$0] } ?? $0 })))
    #expect(
      !Self.person("1,234,567.89; 2019-01-01/2020-12-31, 33.5°N 120.25°E; 0571-87051234; 1 2 3 4 5 6 7 8"))
  }

  private static func person(_ text: String) -> Bool {
    Markings.person(in: [.init(place: "a", text: text)], DetectorSet(.standard)) != nil
  }

  @Test func `is not where a register crosses that its own code list calls codes`() throws {
    let place = try GatePortal()
    let persons = (0..<200).map { (id: "R\(7_000_000 + $0 * 7919)", income: 10_000 + $0 * 37) }
    let codes = persons.map { "{code: \"\($0.id)\", label: \"\($0.id)\"}" }.joined(separator: ",")
    let catalog = String(decoding: try place.folder.read("Catalog/catalog.json5"), as: UTF8.self)
    let mark = try #require(catalog.firstRange(of: "codeLists: {"))
    try place.folder.write(
      catalog.replacingCharacters(mark, with: "codeLists: { units: {title: \"Units\", codes: [\(codes)]},"),
      to: "Catalog/catalog.json5")
    try place.add(
      "earners", level: "L3", basis: true,
      fields:
        #"{name: "id", type: "string", role: "identifier", codeList: "units"}, {name: "income", type: "integer"}"#,
      table: "id,income\n" + persons.map { "\($0.id),\($0.income)\n" }.joined())
    try place.change(
      "Catalog/bike-counts/dataset.json5", "Daily bicycles at",
      "Daily bicycles \(persons.map { "\($0.id) \($0.income)" }.joined(separator: "; ")) at")
    let found = #expect(throws: LeakFound.self) { try place.publish() }
    #expect(found?.report.leakCount ?? 0 >= 200)
  }

  @Test func `is built where nobody else looks in, and opened when it is sealed`() throws {
    let place = try GatePortal()
    var modes: Set<UInt16> = []
    _ = try Publisher(
      place.portal, options: PublishOptions(author: place.author, now: .now()),
      progress: { _ in
        let releases = place.portal.outside + "/releases"
        for name in (try? Files.list(releases)) ?? [] where name.hasPrefix(".building-") {
          if let mode = try? Files.mode(releases + "/" + name) { modes.insert(mode) }
        }
      }
    ).publish()
    #expect(modes == [0o700])
    #expect(try Files.mode(place.portal.outside + "/releases/1") & 0o055 == 0o055)
  }
}

extension String {
  fileprivate func replacingCharacters(_ range: Range<String.Index>, with text: String) -> String {
    String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
  }
}
