package import Bytes
import Catalogs
import Crossing
import Ledgers
import Releases
package import Trust

/// Takes a dataset out at once, and says so in the decisions log.
package enum Withdrawal {
  package static func withdraw(
    _ dataset: String, portal: Portal, reason: String, by author: Author, now: Timestamp
  ) throws {
    let publisher = try Publisher(portal, options: PublishOptions(author: author, now: now))
    guard publisher.history.datasets[dataset] != nil else {
      throw PublishingError(
        .unknownDataset, "release \(publisher.history.release) has no dataset '\(dataset)'",
        hint: nearest(dataset, in: publisher.history.datasets.keys.sorted()).map { "did you mean '\($0)'?" })
    }
    let decisions = try Decisions(
      portal, origin: LogNames.decisions(baseURL: publisher.catalog.baseURL), key: publisher.keys.release,
      author: author)
    try decisions.record([
      [
        "event": "withdrawal", "dataset": .string(dataset), "reason": .string(reason),
        "time": .string(now.rfc3339),
      ]
    ])
    try Withdrawing.withdraw(
      dataset, outside: portal.outside, through: nil, reason: Text(reason), time: now,
      key: publisher.keys.release)
  }
}
