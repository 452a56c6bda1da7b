package import Bytes
import Catalogs
import Policies
package import Trust

/// Gives a mandate, and takes it back.
package enum Mandating {
  /// What is given.
  package struct Terms: Sendable {
    package let hours: Int
    package let leastRows: Int
    package let until: String

    /// Each part as in `Mandate`.
    package init(hours: Int, leastRows: Int, until: String) {
      self.hours = hours
      self.leastRows = leastRows
      self.until = until
    }
  }

  /// Lets the publisher publish new rows of a dataset, and of all that comes from it. One custodian may, of the owner or the
  /// manager: it is what they could do alone. Returns the names it is for.
  package static func give(
    _ dataset: String, _ terms: Terms, portal: Portal, by author: Author, now: Timestamp
  ) throws -> [String] {
    let desk = try LogDesk(portal, by: author)
    let standing = try Registry(desk.authority).standing(author, .publish)
    let names = [dataset] + desk.history.made(of: dataset)
    try standing?.check(names.map { ($0, desk.authority.datasets[$0]?.owner) })
    let catalog = try Catalog.load(
      folder: portal.catalog, policies: try PolicySet.load(folder: portal.policies))
    guard terms.until >= now.date.iso, terms.until <= now.adding(days: 400).date.iso else {
      throw PublishingError(
        .refused,
        Wording(
          "a mandate ends within 400 days, and not before today", "委托须在 400 日内结束，且不早于今日"),
        blame: .usage)
    }
    let mandates = try names.map { name in
      let parent = desk.history.datasets[name]?.parent
      guard let file = catalog.dataset(parent ?? name)?.file else {
        throw PublishingError(
          .unknownDataset,
          Wording("'\(name)' is not in the catalogue, or was never published", "“\(name)”不在目录中，或从未发布过"),
          hint: nearest(name, in: catalog.datasets.map(\.name)).map { .didYouMean($0) }, blame: .usage)
      }
      return Mandate(
        dataset: name, source: try hash(catalog.text(of: file)), hours: terms.hours,
        leastRows: terms.leastRows,
        until: terms.until)
    }
    try desk.write(
      mandates.map { mandate in
        var facts = mandate.facts
        facts["time"] = .string(now.rfc3339)
        return Telling(
          event: "mandate", subject: ["dataset": .string(mandate.dataset), "v": 1], facts: facts, lists: [])
      }, doing: mandates.map { .mandate($0) }, now: now)
    return names
  }

  /// Takes it back, from the dataset and from all that comes from it. Returns the names.
  package static func end(
    _ dataset: String, portal: Portal, reason: String, by author: Author, now: Timestamp
  ) throws -> [String] {
    try Decisions.checkReason(reason)
    let desk = try LogDesk(portal, by: author)
    let standing = try Registry(desk.authority).standing(author, .withdraw)
    try standing?.check([(dataset, desk.authority.datasets[dataset]?.owner)])
    let names = ([dataset] + desk.history.made(of: dataset)).filter { desk.authority.mandates[$0] != nil }
    guard !names.isEmpty else {
      throw PublishingError(
        .refused, Wording("'\(dataset)' has no mandate", "“\(dataset)”没有委托"), blame: .usage)
    }
    try desk.write(
      names.map { name in
        Telling(
          event: "mandate.ended", subject: ["dataset": .string(name), "v": 1],
          facts: ["reason": .string(reason), "time": .string(now.rfc3339)], lists: [])
      }, doing: names.map { .mandateEnded($0) }, now: now)
    return names
  }
}

/// Takes back that two key families with units in common stay two.
package enum Rejoining {
  /// From the next publication on they may have no unit more in common than they have. One person may.
  /// - Parameter subject: `family:A+B`.
  package static func close(
    _ subject: String, portal: Portal, reason: String, by author: Author, now: Timestamp
  ) throws {
    try Decisions.checkReason(reason)
    let desk = try LogDesk(portal, by: author)
    let standing = try Registry(desk.authority).standing(author, .withdraw)
    let pair = String(subject.dropFirst("family:".count))
    guard let known = desk.authority.apart[pair], known.most > 0 else {
      throw PublishingError(
        .refused,
        Wording("nobody has agreed that \(pair) stay two", "没有人同意 \(pair) 保持分开"),
        hint: Wording("'doorsill authority' shows what was agreed to", "doorsill authority 显示已同意的事项"),
        blame: .usage)
    }
    // Whoever answers for a dataset of either may.
    let families = Set(pair.split(separator: "+").map(String.init))
    let owners = desk.authority.datasets.filter { families.contains($0.value.family) }.map {
      (dataset: $0.key, organization: $0.value.owner as String?)
    }
    if let standing, !owners.contains(where: { (try? standing.check([$0])) != nil }) {
      try standing.check(owners)
    }
    try desk.write(
      [
        Telling(
          event: "together", subject: ["family": .string(pair), "v": 1],
          facts: ["reason": .string(reason), "time": .string(now.rfc3339)], lists: [])
      ], doing: [.together(pair)], now: now)
  }
}
