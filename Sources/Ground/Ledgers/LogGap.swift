package import Bytes
package import Trust

/// A declared gap of a log: from one place on its entries were lost, and it goes on there under another name. The portal
/// tells it with its keys (`gaps` of /.well-known/jwks.json), signed, so that whoever holds a receipt knows what became
/// of its entry.
package struct LogGap: Sendable, Equatable {
  /// The name that the log had, and the one it goes on under.
  package let log: String
  package let next: String
  /// The first place whose entry was lost.
  package let from: Int
  /// How many entries were known to have been there; receipts beyond may exist.
  package let known: Int
  package let by: String
  package let reason: String
  package let time: Timestamp

  static let type = "doorsill-gap+jws"

  /// Each part as its property says.
  package init(
    log: String, next: String, from: Int, known: Int, by: String, reason: String, time: Timestamp
  ) {
    self.log = log
    self.next = next
    self.from = from
    self.known = known
    self.by = by
    self.reason = reason
    self.time = time
  }

  /// As a receipt's verdict tells it.
  package var json: JSON {
    [
      "log": .string(log), "next": .string(next), "from": JSON(from), "known": JSON(known),
      "by": .string(by), "reason": .string(reason), "time": .string(time.rfc3339),
    ]
  }

  /// The signed statement (JWS, `alg` Ed25519).
  package func statement(signedWith key: SigningKey) throws(LedgerError) -> String {
    let payload: [UInt8]
    do { payload = try json.canonical() } catch {
      throw LedgerError(.entry, error.words)
    }
    return JWS.sign(payload, with: key, header: [JSON.Member("typ", .string(Self.type))])
  }

  /// The gaps that a set of keys tells of, each signed by one of the keys. Throws `.proof` where one is not.
  package static func all(in keySet: JSON, keys: [VerifyingKey]) throws(LedgerError) -> [LogGap] {
    var gaps: [LogGap] = []
    for statement in keySet["gaps"]?.array ?? [] {
      guard let text = statement.string, let opened = try? JWS.verify(text, keys: keys),
        opened.header["typ"]?.string == type, let json = try? JSON(parsing: opened.payload),
        let log = json["log"]?.string, let next = json["next"]?.string, let from = json["from"]?.int,
        let known = json["known"]?.int, let by = json["by"]?.string, let reason = json["reason"]?.string,
        let time = json["time"]?.string.flatMap({ Timestamp(rfc3339: $0) })
      else {
        throw LedgerError(
          .proof,
          Wording(
            "a gap that the keys tell of is not signed by one of them", "公钥文件所述的缺口没有其中公钥的签名"))
      }
      gaps.append(
        LogGap(log: log, next: next, from: from, known: known, by: by, reason: reason, time: time))
    }
    return gaps
  }

  /// The gap in which an entry was lost; nil where it was not.
  package static func of(log: String, index: Int, among gaps: [LogGap]) -> LogGap? {
    var log = log
    // Each name is followed by one other.
    for _ in gaps {
      guard let gap = gaps.first(where: { $0.log == log }) else { return nil }
      if index >= gap.from { return gap }
      log = gap.next
    }
    return nil
  }

  /// The last name of a log, by the gaps that are known.
  package static func lastName(of log: String, among gaps: [LogGap]) -> String {
    gaps.reduce(log) { name, _ in gaps.first { $0.log == name }?.next ?? name }
  }

  /// What became of the entry, for whoever holds a receipt.
  package func words(index: Int) -> Wording {
    let beyond = index < known ? ("", "") : (" (nothing else remembered it)", "（别处均无记录）")
    return Wording(
      "entry \(index) of \(log) lies in a declared gap\(beyond.0): on \(time.rfc3339) \(by) declared that the entries from \(from) on were lost (\(reason)); the log goes on as \(next). The receipt is what is left of it, and holds",
      "\(log) 的第 \(index) 条在已声明的缺口之中\(beyond.1)：\(time.rfc3339) 由 \(by) 声明自第 \(from) 条起的条目已丢失（\(reason)）；日志以 \(next) 继续。回执是其仅存的凭据，依然有效"
    )
  }
}
