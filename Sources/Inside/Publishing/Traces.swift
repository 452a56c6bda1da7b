import Bytes
import Glibc
import Releases
import System

/// What a portal remembers of its publications, in several places: each place tells when another was lost. A lost key,
/// history, log or list is never made anew while any of them says that something is out.
struct Traces {
  private let portal: Portal
  /// What the decisions log says, without its proofs, and a zero byte after it.
  private let log: [UInt8]

  init(_ portal: Portal) throws {
    self.portal = portal
    let path = portal.inside + "/decisions/entries.jsonl"
    log = (Files.exists(path) ? try Files.read(path) : []) + [0]
  }

  /// The places that say that something was published, sorted; none before the first publication.
  var places: [String] {
    get throws {
      var found: [String] = []
      if log.count > 1 { found.append(portal.inside + "/decisions") }
      if try Files.list(portal.inside + "/history").contains(where: { Int($0) != nil }) {
        found.append(portal.inside + "/history")
      }
      let kept = try ReleaseStore.numbers(in: portal.outside)
      let outside = Files.exists(portal.outside) ? try Folder(portal.outside) : nil
      if try outside?.exists(Layout.current) ?? false || !kept.isEmpty {
        found.append(Files.join(portal.outside, Layout.releases))
      }
      return found
    }
  }

  /// Whether the log has a beginning, which 0.1 wrote none of.
  var hasBegun: Bool { !lines(#""event":"genesis""#).isEmpty }

  /// Refuses where the log says that a release was served and none is, or that more was withdrawn than is.
  func check(against store: ReleaseStore) throws {
    try checkServed(store)
    try checkWithdrawn(store)
  }

  /// Refuses where none is served, and the log or a release that is kept says that one was. A first release that waits
  /// for its turn is brought to it by cleaning up, before this is asked.
  func checkServed(_ store: ReleaseStore) throws {
    guard try store.served() == nil else { return }
    let told = lines(#""event":"published""#).last.map { $0["release"]?.int.map(String.init) ?? "?" }
    let kept = try ReleaseStore.numbers(in: portal.outside).last.map(String.init)
    guard let number = told ?? kept else { return }
    throw PublishingError(
      .damaged,
      Wording(
        "\(portal.outside)/\(Layout.current) is lost: \(told == nil ? "release \(number) lies beside it" : "the decisions log says that release \(number) was published")",
        "缺少 \(portal.outside)/\(Layout.current)：\(told == nil ? "旁边存有第 \(number) 版" : "决策日志记有第 \(number) 版已发布")"
      ),
      hint: Wording(
        "restore .doorsill/outside from a backup: as if nothing were out, every protected number would be drawn anew",
        "请从备份恢复 .doorsill/outside：若当作从未发布，所有受保护的数值都会重新抽取"),
      blame: .environment)
  }

  /// Refuses where the log says that more was withdrawn than is.
  private func checkWithdrawn(_ store: ReleaseStore) throws {
    let withdrawn = try store.withdrawals()
    let lost = Set(lines(#""event":"withdrawal""#).compactMap { $0["dataset"]?.string })
      .filter { !withdrawn.isGone($0) }.sorted()
    guard lost.isEmpty else {
      let names = lost.prefix(5)
      throw PublishingError(
        .damaged,
        Wording(
          "\(portal.outside)/\(Layout.withdrawn) lacks what the decisions log says was withdrawn: \(names.joined(separator: ", "))\(lost.count > 5 ? " and \(lost.count - 5) more" : "")",
          "\(portal.outside)/\(Layout.withdrawn) 缺少决策日志所记的撤回：\(names.joined(separator: "、"))\(lost.count > 5 ? "等 \(lost.count) 个" : "")"
        ),
        hint: Wording(
          "restore it from a backup, or withdraw again: doorsill withdraw \(lost[0])",
          "请从备份恢复，或再次撤回：doorsill withdraw \(lost[0])"),
        blame: .environment)
    }
  }

  /// The entries in whose lines a text stands. In canonical JSON a quotation mark inside a string has a backslash before
  /// it, so a key with its value is found only where it is one.
  private func lines(_ text: String) -> [JSON] {
    var found: [JSON] = []
    log.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { base in
        var from = 0
        while let hit = strstr(base + from, text) {
          let at = UnsafePointer(hit) - base
          let start = bytes[..<at].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
          let end = bytes[at...].firstIndex(of: 0x0A) ?? bytes.count - 1
          // A line that was torn was never told to anybody.
          if let line = try? JSON(parsing: Array(bytes[start..<end])), let entry = line["entry"] {
            found.append(entry)
          }
          from = end
        }
      }
    }
    return found
  }
}
