package import Bytes
import Crossing
import Ledgers
import Releases
package import Trust

/// Takes a dataset out at once, with its open views and the datasets joined from it, and says so in the decisions log. It works from
/// what was published alone: a catalogue that cannot be read does not stand in the way.
package enum Withdrawal {
  /// Returns the names that were taken out, sorted. Throws `refused` where all of it was taken out before.
  package static func withdraw(
    _ dataset: String, portal: Portal, reason: String, by author: Author, now: Timestamp
  ) throws -> [String] {
    try Decisions.checkReason(reason)
    try portal.makeInside()
    let lock = try FileLock(portal.inside + "/lock")
    defer { withExtendedLifetime(lock) {} }
    let keys = try InsideKeys(portal: portal)
    let store = try ReleaseStore(folder: portal.outside, key: keys.release.publicKey)
    try Traces(portal).checkServed(store)
    guard let release = try store.served() else {
      throw PublishingError(.unknownDataset, .nothingPublished, blame: .usage)
    }
    let standing = try Registry(release).standing(author, .withdraw)
    let history = try History.load(portal, release: release.number)
    let known = try store.withdrawals()
    let isKept = try isKept(dataset, store)
    let provider = try provider(of: dataset, store)
    guard history.datasets[dataset] != nil || known.isGone(dataset) || isKept else {
      throw PublishingError(
        .unknownDataset,
        Wording("no release that is kept has a dataset '\(dataset)'", "保留的发布版本中没有数据集“\(dataset)”"),
        hint: nearest(dataset, in: history.datasets.keys.sorted()).map { .didYouMean($0) },
        blame: .usage)
    }
    try standing?.check([(dataset, provider)])
    let names = ([dataset] + history.made(of: dataset)).filter { !known.isGone($0) }.sorted()
    guard !names.isEmpty else {
      throw PublishingError(
        .refused, Wording("'\(dataset)' was withdrawn before", "“\(dataset)”此前已撤回"),
        hint: Wording("'doorsill release show' lists what was withdrawn", "doorsill release show 列出撤回记录"))
    }
    let decisions = try Decisions(
      portal, origin: LogNames.decisions(baseURL: release.settings.baseURL), key: keys.release,
      author: author,
      after: release)
    try decisions.record(
      names.map { name in
        [
          "event": "withdrawal", "dataset": .string(name), "reason": .string(reason),
          "time": .string(now.rfc3339),
        ]
      })
    for name in names {
      try Withdrawing.withdraw(
        name, outside: portal.outside, through: nil, reason: Text(reason), time: now, key: keys.release)
    }
    return names
  }

  /// The organization that provides the dataset, by the newest release that has it.
  private static func provider(of dataset: String, _ store: ReleaseStore) throws -> String? {
    for number in try store.numbers().sorted(by: >) {
      if let organization = try Registry.provider(of: dataset, try store.release(number)) {
        return organization
      }
    }
    return nil
  }

  /// Whether any kept release holds parts of the dataset.
  private static func isKept(_ dataset: String, _ store: ReleaseStore) throws -> Bool {
    try store.numbers().contains { number in
      try store.release(number).manifest.parts.contains { $0.dataset == dataset }
    }
  }
}
