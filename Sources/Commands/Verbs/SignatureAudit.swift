import Access
import Bytes
import Ledgers
import Serving
import Trust

/// Who signed the entries of a log, as far as a person did: each signature is checked with the key that the person was
/// registered with then.
struct SignatureAudit {
  /// A person with one key.
  struct Signer: Hashable {
    let person: String
    let key: String
  }

  private(set) var verified: [Signer: Int] = [:]
  /// Entries that somebody made without a key, by who they say it was.
  private(set) var unsigned: [String: Int] = [:]
  /// Entries of versions whose people are not known any more.
  private(set) var unjudged = 0
  private(set) var faults: [(index: Int, words: Wording)] = []
  private let people: [Registration]

  /// - Parameters:
  ///   - people: whoever is or was registered.
  ///   - declared: losses that the decisions log declares; nil where that is not at hand.
  init(_ ledger: Ledger, people: [Registration], declared: [Recovery]?, losses: Int) throws {
    self.people = people
    var found: [Recovery] = []
    for index in 0..<ledger.size {
      let entry = try ledger.entry(at: index)
      judge(entry, try ledger.time(at: index), at: index)
      guard entry["event"]?.string == Ground.recovery else { continue }
      guard let recovery = entry["decision"].flatMap({ Recovery(entry: $0) }),
        recovery.epoch == found.count + 2, OutsideState.isSigned(recovery, by: people),
        declared?.contains(recovery) ?? true
      else {
        faults.append(
          (
            index,
            Wording(
              "says that entries were lost, and nobody who might has declared it in the decisions log",
              "称有条目丢失，而决策日志中没有有权者的声明")
          ))
        continue
      }
      found.append(recovery)
    }
    if found.count != losses {
      faults.append(
        (
          0,
          Wording(
            "the log bears the name \(ledger.origin), and \(found.count) declared losses stand in it",
            "日志名为 \(ledger.origin)，而其中有 \(found.count) 次声明的丢失")
        ))
    }
  }

  /// Of a log whose entries are judged elsewhere (`AuthorityLog`): who signed, counted.
  init(counting ledger: Ledger, people: [Registration]) throws {
    self.people = people
    for index in 0..<ledger.size { judge(try ledger.entry(at: index), try ledger.time(at: index), at: index) }
    faults = []
  }

  private mutating func judge(_ entry: JSON, _ time: Timestamp, at index: Int) {
    guard let by = entry["by"]?.string else { return }
    guard entry["signature"] != nil || !by.contains(":") else {
      unsigned[by.hasPrefix("rule:") ? "rule" : by, default: 0] += 1
      return
    }
    let keys = people.filter { $0.person == by && $0.holds(at: time) }.map(\.key)
    if let key = try? Author.key(of: entry, among: keys) {
      verified[Signer(person: by, key: String(key.thumbprint.prefix(8))), default: 0] += 1
    } else if Ground.serial(of: entry) == nil {
      // 0.1 linked none of them, and some of its people may have had other keys; the publisher's own notes have none.
      unjudged += by == "service" ? 0 : 1
    } else {
      faults.append(
        (
          index,
          Wording(
            "bears the name of '\(by)' and no signature with a key that they were registered with then",
            "署名“\(by)”，却没有其当时登记的密钥的签名")
        ))
    }
  }

  var json: JSON {
    [
      "signatures": .array(
        sorted.map { signer, count in
          ["person": .string(signer.person), "key": .string(signer.key), "entries": JSON(count)]
        }),
      "unsigned": .object(unsigned.sorted { $0.key < $1.key }.map { JSON.Member($0.key, JSON($0.value)) }),
      "unjudged": JSON(unjudged),
    ]
  }

  /// One line for a person.
  var words: Phrase {
    let total = verified.values.reduce(0, +)
    let signers = sorted.map { "\($0.key.person) (\($0.key.key)…) \($0.value)" }
    let others = unsigned.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let old =
      unjudged == 0
      ? Phrase("", "")
      : Phrase(
        "；\(unjudged) 条出自旧版本，签名者的密钥已不可考",
        "; \(unjudged) of an earlier version, whose signers' keys are not known any more")
    return Phrase(
      "  人员签名 \(total) 条有效\(signers.isEmpty ? "" : "：" + signers.joined(separator: "、"))；无人签名的录入：\(others.isEmpty ? "无" : others.joined(separator: "、"))\(old.zh)",
      "  \(total) signatures of people hold\(signers.isEmpty ? "" : ": " + signers.joined(separator: ", ")); entered without one: \(others.isEmpty ? "none" : others.joined(separator: ", "))\(old.en)"
    )
  }

  private var sorted: [(key: Signer, value: Int)] {
    verified.sorted { ($0.key.person, $0.key.key) < ($1.key.person, $1.key.key) }
  }
}
