import Bytes

/// Checks of single values, shared by the readers of descriptors and policies.
enum Checks {
  /// The rule of names that become parts of addresses, in words.
  static let nameRule = Wording(
    "1–100 characters of a-z, 0-9 and -, the first a letter", "1–100 个字符，限 a-z、0-9 与 -，首字符为字母")

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
    guard isName(text) else {
      throw node.error(Wording("\"\(text)\" is no name", "“\(text)”不能作名称"), hint: nameRule)
    }
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
        Wording("\"\(text)\" is no name", "“\(text)”不能作名称"),
        hint: Wording(
          "1–64 characters of a-z, 0-9 and _, the first a letter", "1–64 个字符，限 a-z、0-9 与 _，首字符为字母"))
    }
    guard !reserved.contains(text) else {
      throw node.error(
        Wording("\"\(text)\" is a word of the query grammar", "“\(text)”是查询语法的保留词"),
        hint: Wording("choose another name", "请另取名称"))
    }
    return text
  }

  private static let reserved: Set<String> = [
    "count", "select", "order", "limit", "after", "format", "dry_run", "lang", "in", "is", "not", "like",
  ]

  /// One of the names that something has; another is a dangling reference.
  /// `place` says where they are declared.
  static func reference(
    _ node: Node, to what: Wording, in known: [String], of place: Wording? = nil
  ) throws(DocumentError) -> String {
    let text = try node.string()
    guard known.contains(where: { sameBytes($0, text) }) else {
      let near = nearest(text, in: known)
      let some = Wording.list(Array(known.prefix(12)))
      let all =
        known.isEmpty ? Wording("there is none", "现在一个也没有") : Wording("known: \(some.en)", "现有：\(some.zh)")
      let among = place.map { Wording(" in \($0.en)", "\($0.zh)中") } ?? Wording("", "")
      throw node.error(
        Wording("there is no \(what.en) \"\(text)\"\(among.en)", "\(among.zh)没有\(what.zh)“\(text)”"),
        hint: near.map { .meant($0) } ?? all)
    }
    return text
  }

  /// Text people read, which may not be empty.
  static func text(_ node: Node) throws(DocumentError) -> Text {
    let text = try node.text()
    guard text.byLanguage.allSatisfy({ !$0.text.isEmpty }) else {
      throw node.error(Wording("this text is empty", "该文本为空"))
    }
    return text
  }

  /// A name or title, which stands in lists and logs: on one line, and nothing in it that does not show.
  static func line(_ node: Node) throws(DocumentError) -> Text {
    let text = try text(node)
    for said in text.byLanguage {
      guard let problem = PlainLine.problem(in: said.text) else { continue }
      throw node.error(
        Wording("this name \(problem.en)", "该名称\(problem.zh)"),
        hint: Wording("give it on one line, in letters that show", "请写成一行可见的文字"))
    }
    return text
  }

  static func date(_ node: Node) throws(DocumentError) -> CalendarDate {
    let text = try node.string()
    guard let date = CalendarDate(iso: text) else {
      throw node.error(
        Wording("\"\(text)\" is no day of the calendar", "“\(text)”不是日历上的日期"),
        hint: Wording("as 2025-12-31", "如 2025-12-31"))
    }
    return date
  }

  static func moment(_ node: Node) throws(DocumentError) -> Timestamp {
    let text = try node.string()
    if let date = CalendarDate(iso: text) { return Timestamp(date) }
    guard let moment = Timestamp(rfc3339: text) else {
      throw node.error(
        Wording("\"\(text)\" is no moment", "“\(text)”不是时刻"),
        hint: Wording("as 2026-01-01T08:00:00+08:00", "如 2026-01-01T08:00:00+08:00"))
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
      throw node.error(
        Wording("\"\(text)\" is no address", "“\(text)”不是网址"),
        hint: Wording(
          "as https://data.example.org, other letters as %XX", "如 https://data.example.org，其他字符写作 %XX"))
    }
    return text
  }

  static func email(_ node: Node) throws(DocumentError) -> String {
    let text = try node.string()
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, parts[1].contains("."),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"<>\"".utf8.contains($0) })
    else { throw node.error(Wording("\"\(text)\" is no mail address", "“\(text)”不是邮箱地址")) }
    return text
  }

  /// A number as decimal text in JSON's grammar, without exponent.
  static func decimal(_ node: Node) throws(DocumentError) -> String {
    guard node.isNumber, let text = node.json.numberText, Scan.decimal(text) != nil,
      !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "e") })
    else {
      let found = node.isNumber ? Wording(node.numberText(), " \(node.numberText())") : node.kind
      throw node.error(.expected(Wording("a decimal number", "十进制数"), found: found))
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
      guard value > last else {
        throw element.error(Wording("\(text) is not greater than what comes before it", "\(text) 不大于前一个数"))
      }
      last = value
      texts.append(text)
    }
    guard !texts.isEmpty else {
      throw node.error(Wording("at least one cut point is needed here", "此处至少须有一个分界点"))
    }
    return texts
  }

  static func whole(_ node: Node, in range: ClosedRange<Int>) throws(DocumentError) -> Int {
    let value = try node.int()
    guard range.contains(value) else {
      throw node.error(
        Wording(
          "\(value) is outside \(range.lowerBound)…\(range.upperBound)",
          "\(value) 不在 \(range.lowerBound)…\(range.upperBound) 之内"))
    }
    return value
  }

  static func duration(_ node: Node) throws(DocumentError) -> String {
    let text = try node.string()
    guard Duration8601(text) != nil else {
      throw node.error(
        Wording("\"\(text)\" is no ISO 8601 duration", "“\(text)”不是 ISO 8601 时长"),
        hint: Wording("as P1M, P1Y or P7D", "如 P1M、P1Y 或 P7D"))
    }
    return text
  }

  /// How often numbers are drawn anew at most: whole days, from one on. With less than a day they would be at every run.
  static func refresh(_ node: Node) throws(DocumentError) -> String {
    let text = try duration(node)
    guard let span = Duration8601(text), span.seconds == 0, 1...36_600 ~= span.days else {
      throw node.error(
        Wording("\"\(text)\" is no time after which numbers are drawn anew", "“\(text)”不能作为重新抽取噪声的周期"),
        hint: Wording(
          "whole days, months or years, from P1D to P100Y, as P1M", "须为整日、整月或整年，P1D 至 P100Y，如 P1M"))
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
      throw node.error(
        Wording("\"\(tag)\" is no language tag", "“\(tag)”不是语言标签"),
        hint: Wording("as zh, en or zh-Hant", "如 zh、en 或 zh-Hant"))
    }
    return tag
  }

  /// A code of a list or dimension: no control characters, at most 100 bytes.
  static func code(_ node: Node) throws(DocumentError) -> String {
    let text = node.isNumber ? node.numberText() : try node.string()
    guard 1...100 ~= text.utf8.count, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw node.error(Wording("a code has 1–100 bytes and no control characters", "代码须为 1–100 字节，不含控制字符"))
    }
    return text
  }

  /// Notes names that occur twice.
  static func unique(_ names: [(name: String, node: Node)], _ what: Wording, _ faults: Faults) {
    var seen: Set<ByteKey> = []
    for (name, node) in names where !seen.insert(ByteKey(name)).inserted {
      faults.add(node.error(Wording("the \(what.en) \"\(name)\" is there twice", "\(what.zh)“\(name)”出现两次")))
    }
  }

  static func isLower(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte }
  static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
}
