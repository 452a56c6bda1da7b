import Bytes
import Catalogs
import Ledgers
import Policies
import Releases
import Trust

/// The decisions log beside what other places remember of it.
extension InsiderLook {
  /// Compares the decisions log with what other places remember of it, and with what lies beside it. Where this user may
  /// not read inside, it says so.
  /// - Parameter remembered: who else has seen the log, and how far.
  package static func log(
    _ portal: Portal, _ file: AuthorityFile, remembered: [(place: String, size: Int, root: [UInt8])]
  ) -> [Observation] {
    let name = Wording("decisions log", "决策日志")
    let folder = portal.inside + "/decisions"
    do {
      guard Files.exists(folder + "/checkpoint") else {
        return [
          Observation(
            name, .doubtful, Wording("cannot be seen by this user", "此用户无法查看"),
            advice: Wording("run it as the publisher's system user too", "请再以发布方的系统用户运行一次"))
        ]
      }
      let note = String(decoding: try Files.read(folder + "/checkpoint", limit: 1 << 16), as: UTF8.self)
      let ledger = try Ledger(
        reading: folder, origin: String(note.prefix { $0 != "\n" }), key: file.key)
      let log = try AuthorityLog(ledger)
      var found = log.faults.prefix(10).map { fault in
        Observation(
          name, .bad,
          Wording(
            "entry \(fault.index) does not count: \(fault.message["en"] ?? "")",
            "第 \(fault.index) 条不算数：\(fault.message["zh"] ?? "")"),
          advice: Wording(
            "find out who wrote it: doorsill ledger show decisions --from \(fault.index)",
            "请查明由谁写入：doorsill ledger show decisions --from \(fault.index)"))
      }
      if found.isEmpty {
        found.append(
          Observation(
            name, .good,
            Wording(
              "all that counts in its \(ledger.size) entries was done by who was registered then",
              "\(ledger.size) 条中计入的行为均由当时已登记的人作出")))
      }
      let signed = Hex.decode(file.seen.root) ?? []
      found += (remembered + [("authority.json", file.seen.size, signed)]).map { seen in
        compare(ledger, seen)
      }
      guard let authority = log.authority else { return found }
      return found + beside(authority, portal, file.key)
    } catch { return [failure(error, name)] }
  }

  private static func failure(_ error: any Error, _ name: Wording) -> Observation {
    let fault = error as? any Fault
    return Observation(
      name, .bad, Wording(fault?.message(in: "en") ?? "\(error)", fault?.message(in: "zh") ?? "\(error)"),
      advice: Wording(
        fault?.hint(in: "en") ?? Wording.restoreFromBackup.en,
        fault?.hint(in: "zh") ?? Wording.restoreFromBackup.zh))
  }

  private static func compare(
    _ ledger: Ledger, _ seen: (place: String, size: Int, root: [UInt8])
  ) -> Observation {
    let name = Wording("what others saw", "他处所见")
    do throws(LedgerError) {
      guard seen.size > 0 else {
        return Observation(
          name, .doubtful, Wording("\(seen.place) has seen nothing yet", "\(seen.place) 尚无所见"))
      }
      try Seen(origin: ledger.origin, size: seen.size, root: seen.root).check(ledger, seenIn: seen.place)
      return Observation(
        name, .good,
        Wording(
          "\(seen.place) has seen \(seen.size) of \(ledger.size) entries, and they are these",
          "\(seen.place) 见过 \(ledger.size) 条中的 \(seen.size) 条，与之相符"))
    } catch {
      return Observation(
        name, .bad, Wording(error.message(in: "en"), error.message(in: "zh")),
        advice: Wording(
          "the log was put back, cut or rewritten: sign nothing, and restore .doorsill of one moment from a backup",
          "日志被倒回、截短或改写：请勿签署，并从备份恢复同一时刻的 .doorsill"))
    }
  }

  private static func beside(
    _ authority: Authority, _ portal: Portal, _ key: VerifyingKey
  ) -> [Observation] {
    let name = Wording("beside the log", "日志之旁")
    do {
      let store = try ReleaseStore(folder: portal.outside, key: key)
      let served = try store.served()
      let history = try History.load(portal, release: served?.number)
      let caches = Caches(
        portal: portal, served: served, history: history,
        policies: history.release > 0 ? try PolicySet.parse(files: history.policyFiles) : nil,
        withdrawn: try store.withdrawals())
      let found = try caches.disagreements(with: authority).map { failure($0, name) }
      guard found.isEmpty else { return found }
      return [
        Observation(
          name, .good,
          Wording(
            "current, history and withdrawn are as the log says", "current、history 与 withdrawn 均与日志相符"))
      ]
    } catch { return [failure(error, name)] }
  }
}
