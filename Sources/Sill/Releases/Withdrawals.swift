package import Bytes
package import Trust

/// The signed list of what was taken out: one JWS a line, each naming the hash of the line before, so that it can only
/// grow. It is checked on every request and at every import.
package struct Withdrawals: Sendable, Equatable {
  /// One dataset taken out.
  package struct Entry: Sendable, Equatable {
    package let dataset: String
    /// The last release in which it must not be served; a later one may hold it again, through that day's gate.
    /// Nil: in none, ever.
    package let through: Int?
    package let time: Timestamp
    /// In plain words, for the tombstone; public.
    package let reason: Text
  }

  package private(set) var entries: [Entry] = []
  /// The lines as stored, without line feeds.
  private(set) var lines: [String] = []

  package init() {}

  /// Reads and verifies the whole list.
  package init(parsing bytes: [UInt8], key: VerifyingKey) throws(ReleaseError) {
    guard let text = stringValidating(bytes) else { throw Withdrawals.malformed("it is not UTF-8") }
    guard text.isEmpty || text.utf8.last == 0x0A else {
      throw Withdrawals.malformed("its last line is not whole")
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      let number = lines.count + 1
      let payload: [UInt8]
      do { payload = try JWS.verify(String(line), keys: [key]).payload } catch {
        throw ReleaseError(
          .signature, part: Layout.withdrawn,
          Wording(
            "line \(number) of withdrawn is not signed by the release key", "撤回清单第 \(number) 行没有发布密钥的签名"))
      }
      guard let json = try? JSON(parsing: payload), let dataset = json["dataset"]?.string,
        let time = json["time"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
        let reason = json["reason"].flatMap({ Text(json: $0) }), json["line"]?.int == number
      else { throw Withdrawals.malformed("line \(number) is not readable") }
      guard json["previous"]?.string == Withdrawals.hash(lines.last) else {
        throw Withdrawals.malformed("line \(number) does not follow the line before it")
      }
      entries.append(Entry(dataset: dataset, through: json["through"]?.int, time: time, reason: reason))
      lines.append(String(line))
    }
  }

  /// Adds one line.
  package mutating func append(_ entry: Entry, key: SigningKey) throws(ReleaseError) {
    var json: JSON = [
      "dataset": JSON(entry.dataset), "line": JSON(lines.count + 1),
      "previous": JSON(Withdrawals.hash(lines.last)),
      "reason": entry.reason.json, "time": JSON(entry.time.rfc3339),
    ]
    if let through = entry.through { json["through"] = JSON(through) }
    do { lines.append(try JWS.sign(json.canonical(), with: key)) } catch {
      throw Withdrawals.malformed("it cannot be signed: \(error)")
    }
    entries.append(entry)
  }

  package func encoded() -> [UInt8] { lines.flatMap { Array($0.utf8) + [0x0A] } }

  /// Whether the dataset may not be served from that release.
  package func holds(_ dataset: String, inRelease number: Int) -> Bool {
    entries.contains { $0.dataset == dataset && ($0.through.map { number <= $0 } ?? true) }
  }

  /// Whether the dataset was taken out for good, so that no release may hold it again.
  package func isGone(_ dataset: String) -> Bool {
    entries.contains { $0.dataset == dataset && $0.through == nil }
  }

  /// All datasets that may not be served from that release.
  package func datasets(inRelease number: Int) -> [String] {
    Array(Set(entries.filter { $0.through.map { number <= $0 } ?? true }.map(\.dataset))).sorted()
  }

  /// Whether this list is the other one with nothing but lines added.
  package func extends(_ other: Withdrawals) -> Bool { lines.starts(with: other.lines) }

  private static func hash(_ line: String?) -> String { Hex.encode(Digest.sha256(Array((line ?? "").utf8))) }

  private static func malformed(_ what: String) -> ReleaseError {
    ReleaseError(.malformed, part: Layout.withdrawn, detail: "withdrawn: \(what)")
  }
}

extension Withdrawals.Entry {
  package init(_ dataset: String, through: Int?, time: Timestamp, reason: Text) {
    self.init(dataset: dataset, through: through, time: time, reason: reason)
  }
}
