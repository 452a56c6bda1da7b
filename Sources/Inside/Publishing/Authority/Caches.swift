import Bytes
import Catalogs
import Ledgers
import Policies
import Releases

/// What lies beside the decisions log and is compared with it: the link to the release, its history, the list of what was
/// taken out.
struct Caches {
  let portal: Portal
  let served: Release?
  let history: History
  /// The rules that the history has; nil before the first release.
  let policies: PolicySet?
  let withdrawn: Withdrawals

  /// In what they say something else than the log.
  func disagreements(with authority: Authority) throws -> [PublishingError] {
    var found: [PublishingError] = []
    func disagree(_ place: String, _ en: String, _ zh: String) {
      found.append(
        PublishingError(
          .damaged,
          Wording("\(place) \(en), and the decisions log says otherwise", "\(place) \(zh)，与决策日志不符"),
          hint: Wording(
            "restore it from a backup of one time with .doorsill/inside/decisions; 'doorsill authority repair' mends what the log can mend",
            "请与 .doorsill/inside/decisions 一起从同一时间的备份恢复；日志足以修复的，用 doorsill authority repair"),
          blame: .environment))
    }
    if authority.release != served?.number {
      let (now, told) = (
        served.map { String($0.number) } ?? "–", authority.release.map(String.init) ?? "–"
      )
      disagree(
        "\(portal.outside)/\(Layout.current)", "is release \(now), not \(told)", "是第 \(now) 版，而不是第 \(told) 版")
    }
    let file = "\(History.folder(portal, release: history.release))/history.json"
    if let known = authority.history, !known.isEmpty, try history.fileHash(in: portal) != known {
      disagree(file, "was changed", "被改动过")
    }
    if let policies, policies.ruleHash != authority.policy.hash {
      disagree(file, "has other rules", "中的规则不同")
    }
    let retired = authority.datasets.filter { $0.value.status == .retired }.map(\.key)
    for lost in retired.sorted() where !withdrawn.isGone(lost) {
      disagree("\(portal.outside)/\(Layout.withdrawn)", "lacks '\(lost)'", "缺少“\(lost)”")
    }
    return found
  }
}
