import Bytes

/// Checks of single values, shared by the readers of descriptors and policies.
enum Checks {
  /// The rule of names that become parts of addresses, in words.
  static let nameRule = "1–100 characters of a-z, 0-9 and -, the first a letter"

  static func isName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard 1...100 ~= bytes.count, let first = bytes.first, isLower(first), bytes.last != UInt8(ascii: "-")
    else {
      return false
    }
    return bytes.allSatisfy { isLower($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
  }

  /// A name that becomes part of addresses.
  static func name(_ node: Node) throws(DocumentError) -> String {
    let text = try node.string()
    guard isName(text) else { throw node.error("\"\(text)\" is no name", hint: nameRule) }
    return text
  }

  /// A name that stands for itself in the site's addresses, as `datasets/<name>/`, and none of the words that stand there.
  static func name(
    _ node: Node, but taken: Set<String>, of what: Wording
  ) throws(DocumentError) -> String {
    let text = try name(node)
    try refuse(text, taken, what, node)
    return text
  }

  /// Refuses a word that the site itself uses, in any case: file systems there are that tell none apart.
  static func refuse(
    _ text: String, _ taken: Set<String>, _ what: Wording, _ node: Node
  ) throws(DocumentError) {
    guard taken.contains(text.lowercased()) else { return }
    let all = taken.sorted()
    throw node.error(
      Wording(
        "no \(what.en) can be called \"\(text)\": the site uses that address itself",
        "\(what.zh)不能叫“\(text)”：网站自身使用该地址"),
      hint: Wording(
        "choose another name; taken are \(all.joined(separator: ", "))",
        "请另取名称；保留的有 \(all.joined(separator: "、"))"))
  }

  /// What no theme, organization or level can be called: files below a folder of that name are a dataset's.
  static let takenByDatasets: Set<String> = ["data", "datasets", "results"]
  /// What no resource can be called: `data/<dataset>/datapackage.json` describes them all.
  static let takenByPackages: Set<String> = ["datapackage"]
  /// What no language can be: pages of a language lie in a folder of its name, beside these.
  static let takenByServers: Set<String> = ["api"]

  /// A name in queries: 1–64 characters of a-z, 0-9 and _, the first a letter, not a word of the query grammar.
  static func queryName(_ node: Node) throws(DocumentError) -> String {
    let text = try node.string()
    let bytes = Array(text.utf8)
    guard 1...64 ~= bytes.count, let first = bytes.first, isLower(first),
      bytes.allSatisfy({ isLower($0) || isDigit($0) || $0 == UInt8(ascii: "_") })
    else {
      throw node.error(
        "\"\(text)\" is no name", hint: "1–64 characters of a-z, 0-9 and _, the first a letter")
    }
    guard !reserved.contains(text) else {
      throw node.error("\"\(text)\" is a word of the query grammar", hint: "choose another name")
    }
    return text
  }

  private static let reserved: Set<String> = [
    "count", "select", "order", "limit", "after", "format", "dry_run", "lang", "in", "is", "not", "like",
  ]

  /// One of the names that something has; another is a dangling reference.
  /// `place` says where they are declared.
  static func reference(
    _ node: Node, to what: String, in known: [String], of place: String = ""
  ) throws(DocumentError) -> String {
    let text = try node.string()
    guard known.contains(where: { sameBytes($0, text) }) else {
      let near = nearest(text, in: known)
      let all = known.isEmpty ? "there is none" : "known: \(known.prefix(12).joined(separator: ", "))"
      let among = place.isEmpty ? "" : " in \(place)"
      throw node.error(
        "there is no \(what) \"\(text)\"\(among)", hint: near.map { "did you mean \"\($0)\"?" } ?? all)
    }
    return text
  }

  /// Text people read, which may not be empty.
  static func text(_ node: Node) throws(DocumentError) -> Text {
    let text = try node.text()
    guard text.byLanguage.allSatisfy({ !$0.text.isEmpty }) else { throw node.error("this text is empty") }
    return text
  }

  /// A name or title, which stands in lists and logs: on one line, and nothing in it that does not show.
  static func line(_ node: Node) throws(DocumentError) -> Text {
    let text = try text(node)
    for said in text.byLanguage {
      guard let problem = PlainLine.problem(in: said.text) else { continue }
      throw node.error("this name \(problem.en)", hint: "give it on one line, in letters that show")
    }
    return text
  }

  static func date(_ node: Node) throws(DocumentError) -> CalendarDate {
    let text = try node.string()
    guard let date = CalendarDate(iso: text) else {
      throw node.error("\"\(text)\" is no day of the calendar", hint: "as 2025-12-31")
    }
    return date
  }

  static func moment(_ node: Node) throws(DocumentError) -> Timestamp {
    let text = try node.string()
    if let date = CalendarDate(iso: text) { return Timestamp(date) }
    guard let moment = Timestamp(rfc3339: text) else {
      throw node.error("\"\(text)\" is no moment", hint: "as 2026-01-01T08:00:00+08:00")
    }
    return moment
  }

  /// An absolute http(s) address without a final slash.
  static func address(_ node: Node) throws(DocumentError) -> String {
    let text = try url(node)
    return text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  /// An absolute http(s) address.
  static func url(_ node: Node) throws(DocumentError) -> String {
    let text = try node.string()
    let rest =
      text.hasPrefix("https://") ? text.dropFirst(8) : text.hasPrefix("http://") ? text.dropFirst(7) : ""
    let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>\"{}|\\^`".utf8.contains($0) }
    guard !rest.isEmpty, rest.first != "/", isPlain else {
      throw node.error("\"\(text)\" is no address", hint: "as https://data.example.org, other letters as %XX")
    }
    return text
  }

  static func email(_ node: Node) throws(DocumentError) -> String {
    let text = try node.string()
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, parts[1].contains("."),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"<>\"".utf8.contains($0) })
    else { throw node.error("\"\(text)\" is no mail address") }
    return text
  }

  /// A number as decimal text in JSON's grammar, without exponent.
  static func decimal(_ node: Node) throws(DocumentError) -> String {
    guard node.isNumber, let text = node.json.numberText, Scan.decimal(text) != nil,
      !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "e") })
    else {
      throw node.error("expected a decimal number, found \(node.isNumber ? node.numberText() : node.kind)")
    }
    return text
  }

  /// Decimal numbers in rising order.
  static func rising(_ node: Node) throws(DocumentError) -> [String] {
    var texts: [String] = []
    var last = -Double.infinity
    for element in try node.elements() {
      let text = try decimal(element)
      let value = Scan.decimal(text) ?? 0
      guard value > last else { throw element.error("\(text) is not greater than what comes before it") }
      last = value
      texts.append(text)
    }
    guard !texts.isEmpty else { throw node.error("at least one cut point is needed here") }
    return texts
  }

  static func whole(_ node: Node, in range: ClosedRange<Int>) throws(DocumentError) -> Int {
    let value = try node.int()
    guard range.contains(value) else {
      throw node.error("\(value) is outside \(range.lowerBound)…\(range.upperBound)")
    }
    return value
  }

  static func duration(_ node: Node) throws(DocumentError) -> String {
    let text = try node.string()
    guard Duration8601(text) != nil else {
      throw node.error("\"\(text)\" is no ISO 8601 duration", hint: "as P1M, P1Y or P7D")
    }
    return text
  }

  /// How often numbers are drawn anew at most: whole days, from one on. With less than a day they would be at every run.
  static func refresh(_ node: Node) throws(DocumentError) -> String {
    let text = try duration(node)
    guard let span = Duration8601(text), span.seconds == 0, 1...36_600 ~= span.days else {
      throw node.error(
        "\"\(text)\" is no time after which numbers are drawn anew",
        hint: "whole days, months or years, from P1D to P100Y, as P1M")
    }
    return text
  }

  /// A BCP 47 tag.
  static func language(_ node: Node) throws(DocumentError) -> String {
    let tag = try node.string()
    let parts = tag.split(separator: "-", omittingEmptySubsequences: false)
    let fits = parts.allSatisfy { part in
      1...8 ~= part.utf8.count && part.utf8.allSatisfy { isDigit($0) || isLower($0 | 0x20) }
    }
    guard fits, let first = parts.first, 2...3 ~= first.utf8.count, first.utf8.allSatisfy(isLower) else {
      throw node.error("\"\(tag)\" is no language tag", hint: "as zh, en or zh-Hant")
    }
    return tag
  }

  /// A code of a list or dimension: no control characters, at most 100 bytes.
  static func code(_ node: Node) throws(DocumentError) -> String {
    let text = node.isNumber ? node.numberText() : try node.string()
    guard 1...100 ~= text.utf8.count, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw node.error("a code has 1–100 bytes and no control characters")
    }
    return text
  }

  /// Notes names that occur twice.
  static func unique(_ names: [(name: String, node: Node)], _ what: String, _ faults: Faults) {
    var seen: Set<ByteKey> = []
    for (name, node) in names where !seen.insert(ByteKey(name)).inserted {
      faults.add(node.error("the \(what) \"\(name)\" is there twice"))
    }
  }

  static func isLower(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte }
  static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
}
