import Bytes
import Catalogs
import Glibc
import Releases
import System
import Tables
import Trust

/// What going back to a release would bring, and what it leaves out.
package struct Rollback: Sendable {
  package let publication: Publication
  /// Open tables taken from the earlier release, by dataset.
  package let brought: [String]
  /// Datasets of today that the earlier release did not have, or of the earlier one that may not return.
  package let leftOut: [String]
}

extension Publisher {
  /// Makes a new release whose open tables are those of an earlier one. They pass today's check, gate and leak scan
  /// under today's descriptors and policies, as if they were the sources; nothing of a restricted dataset goes back,
  /// so no result returns to an earlier protection. What was withdrawn or is no longer in the catalogue stays out, and
  /// so does an open dataset that the earlier release did not have. The next `publish` takes the sources again.
  package func rollBack(to number: Int, reason: String) throws -> Rollback {
    try Decisions.checkReason(reason)
    try takePapers()
    let store = try ReleaseStore(folder: portal.outside, key: keys.release.publicKey)
    guard let served = try store.served() else {
      throw PublishingError(.refused, .nothingPublished, blame: .usage)
    }
    guard number != served.number else {
      throw PublishingError(
        .refused, Wording("release \(number) is the one that is served", "第 \(number) 版就是当前版本"), blame: .usage
      )
    }
    let earlier = try store.release(number)
    let copies = try UnnamedFile(in: [portal.work])
    var datasets: [Dataset] = []
    var brought: [String] = []
    var leftOut = Set(earlier.manifest.entries.compactMap(\.dataset)).subtracting(due.map(\.name))
    for name in history.datasets.keys where history.datasets[name]?.parent != nil { leftOut.remove(name) }
    for dataset in due {
      if !earlier.resources(of: dataset.name).isEmpty {
        let isAsServed = try isAsServed(dataset, by: served, as: earlier)
        datasets.append(isAsServed ? dataset : try Self.with(dataset, tablesOf: earlier, into: copies))
        brought.append(dataset.name)
      } else if served.resources(of: dataset.name).isEmpty {
        datasets.append(dataset)
      } else {
        leftOut.insert(dataset.name)
      }
    }
    rollback = RollbackNote(number: number, reason: reason, brought: brought, leftOut: leftOut.sorted())
    return Rollback(publication: try publish(datasets), brought: brought, leftOut: leftOut.sorted())
  }

  /// Whether the source is what is served, and that is what the earlier release had: then nothing changes.
  private func isAsServed(_ dataset: Dataset, by served: Release, as earlier: Release) throws -> Bool {
    guard try Examination.fingerprint(of: dataset, catalog) == history.datasets[dataset.name]?.fingerprint
    else {
      return false
    }
    return dataset.resources.allSatisfy { resource in
      let path = Self.table(dataset, resource)
      return served.part(path)?.sha256 == earlier.part(path)?.sha256
    }
  }

  private static func table(_ dataset: Dataset, _ resource: Resource) -> String {
    "\(Layout.site)/data/\(dataset.name)/\(resource.name).csv"
  }

  /// The dataset with the tables of an earlier release as its sources.
  private static func with(_ dataset: Dataset, tablesOf earlier: Release, into store: UnnamedFile) throws
    -> Dataset
  {
    var dataset = dataset
    let (names, before) = (
      dataset.resources.map(\.name).sorted(), earlier.resources(of: dataset.name).sorted()
    )
    guard names == before else {
      throw PublishingError(
        .refused,
        Wording(
          "the tables of \(dataset.name) are \(names.joined(separator: ", ")), in release \(earlier.number) they were \(before.joined(separator: ", "))",
          "\(dataset.name) 现有数据表 \(names.joined(separator: "、"))，第 \(earlier.number) 版时为 \(before.joined(separator: "、"))"
        ),
        hint: Wording(
          "put the descriptor of that time back into Catalog/\(dataset.name), then roll back",
          "请先把当时的描述文件放回 Catalog/\(dataset.name)，再回退"))
    }
    for place in dataset.resources.indices {
      let path = table(dataset, dataset.resources[place])
      let file = try earlier.folder.openFile(path)
      defer { close(file) }
      let name = earlier.folder.full(path)
      let held = try store.copy(of: file, name: name)
      // The server's user may write there: what was signed is what is read.
      guard try hash(held) == earlier.part(path)?.sha256 else {
        throw ReleaseError(.altered, part: path, Wording("\(name) is not what was signed", "\(name) 与签名时不符"))
      }
      dataset.resources[place].source = TableSource(
        path: name, held: HeldSource(held), format: .csv, encoding: "utf-8", delimiter: ",", quote: "\"")
    }
    return dataset
  }
}

/// What the decisions log is told of a rollback, with the release that it makes.
struct RollbackNote {
  let number: Int
  let reason: String
  let brought: [String]
  let leftOut: [String]

  func telling(release: Int, now: Timestamp) -> Telling {
    Telling(
      event: "rollback", subject: ["to": JSON(number), "release": JSON(release)],
      facts: ["reason": .string(reason), "time": .string(now.rfc3339)],
      lists: [("datasets", brought.map { .string($0) }), ("leftOut", leftOut.map { .string($0) })])
  }
}
