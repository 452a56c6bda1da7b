package import Bytes
package import Catalogs
package import Disclosure
package import Policies
package import Tables

/// What a publication did.
package struct Publication: Sendable {
  package enum Outcome: Sendable { case published, unchanged, rehearsed }

  package enum Change: Sendable, Equatable {
    case new, changed, gone
    case level(from: String)
  }

  package struct Dataset: Sendable {
    package let name: String
    package let level: String
    package let openness: Openness
    package let rows: Int
    /// nil where nothing has changed since the release before.
    package let change: Change?
  }

  /// The release that is served now; nil after a rehearsal.
  package let release: Int?
  package let outcome: Outcome
  package let datasets: [Dataset]
  /// What the compiler says of each result.
  package let reports: [CompilerReport]
  /// Restricted values that were found in the release because they also stand in an open source: where, not which.
  package let listed: [String]
  /// What the compiler says of each verify and score.
  package var tagReports: [TagReport] = []
  /// Where the decisions log began with it: the people who were trusted.
  package var trusted: [String] = []
  /// Datasets of the catalogue that are out until two people bring them back.
  package var suspended: [String] = []
  /// Downloads that there are not, because the format cannot hold the table.
  package var leftOut: [(dataset: String, file: LeftOut)] = []
}

/// Data or policy say no: every fault and every objection, so that one run tells all there is to mend.
package struct Rejection: Fault {
  /// The first faults of each table, in order.
  package let faults: [CellFault]
  package let faultCount: Int
  package let objections: [Objection]

  package var message: String { message(in: "en") }
  package var hint: String? { hint(in: "en") }

  package func message(in language: String) -> String {
    let names = objections.map(\.dataset)
    let words =
      faultCount > 0
      ? Wording(
        "\(faultCount) \(faultCount == 1 ? "fault" : "faults") in the data; nothing was published",
        "数据中有 \(faultCount) 处错误；未发布任何内容")
      : Wording(
        "\(names.joined(separator: ", ")): not to be published as it stands; nothing was published",
        "\(names.joined(separator: "、"))：照现状不能发布；未发布任何内容")
    return words.said(in: language)
  }

  package func hint(in language: String) -> String? {
    guard faultCount > 0 else { return nil }
    return Wording(
      "mend the sources or their schemas; 'doorsill check' lists the faults again",
      "请改正数据源或其结构说明；doorsill check 会再次列出错误"
    ).said(in: language)
  }

  package var description: String { message }
  package var blame: Blame { .data }

  static func throwIfFaulty(_ examinations: [Examination]) throws {
    let count = examinations.reduce(0) { $0 + $1.faultCount }
    guard count > 0 else { return }
    throw Rejection(faults: examinations.flatMap(\.faults), faultCount: count, objections: [])
  }
}
