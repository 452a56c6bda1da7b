import Bytes
import Catalogs
import Disclosure
import Policies
import Results

/// Which units are known of which key family, from releases before and from this run.
struct KnownUnits {
  private let keys: ProtectionKeys
  private var known: [String: KeySet] = [:]
  /// Families whose history is from before the units were kept: their datasets are looked at whole, once.
  private(set) var old: Set<String> = []

  init(_ history: History, keys: ProtectionKeys) throws {
    self.keys = keys
    for (family, results) in history.results {
      known[family] = try FamilySurvey.units(results)
      if results.units == nil { old.insert(family) }
    }
  }

  func of(_ family: String) -> KeySet { known[family] ?? KeySet() }

  /// What looks at the units of a dataset while it is read. Where both families were out before anybody looked, it helps that
  /// one of them publishes nothing any more: what is out of the other is not drawn anew.
  /// - Parameter families: those that publish now.
  func watch(_ dataset: Dataset, _ families: Set<String>) -> UnitWatch {
    let isOld = old.contains(dataset.keyFamily)
    let others = known.filter { $0.key != dataset.keyFamily && (!isOld || families.contains($0.key)) }
    return UnitWatch(known: isOld ? KeySet() : of(dataset.keyFamily), others: others, keys: keys)
  }

  mutating func add(_ units: [UInt64], to family: String) { known[family] = of(family).union(units) }
}

extension Publisher {
  /// Refuses a published statistic that has moved to another key family: every number would be drawn anew beside the
  /// one that is out (DISCLOSURE a.2).
  func keepFamily(of dataset: Dataset) throws {
    let statistics = dataset.results.filter(\.kind.hasCells)
    let others = history.results.filter { family, known in
      family != dataset.keyFamily && statistics.contains { known.released(dataset.name, $0.name) != nil }
    }
    guard let family = others.keys.min() else { return }
    throw PublishingError(
      .refused,
      Wording(
        "\(dataset.name) was published in the key family '\(family)' and is now of '\(dataset.keyFamily)': every number would be drawn anew, and two draws can be averaged",
        "\(dataset.name) 曾以密钥族“\(family)”发布，现为“\(dataset.keyFamily)”：所有数字都会重新抽取，两次抽取可以取平均"),
      hint: Wording(
        "keep keyFamily: \"\(family)\", and give it to the datasets that are joined with it",
        "请保留 keyFamily: \"\(family)\"，并让与之关联的数据集采用它"))
  }

  /// Refuses a dataset with units of another key family, whatever either is called: people in both would have two draws of
  /// every number (DISCLOSURE 00, rule 8). Two people may agree that two families stay two, as where they have nothing in
  /// common but the look of their identifiers.
  /// - Parameter isOld: whether its family was out before anybody looked.
  func refuseSharedUnits(of dataset: Dataset, _ watch: UnitWatch, isOld: Bool) throws {
    let shared = try watch.shared.filter { try !areApart(dataset.keyFamily, $0.family, units: $0.units) }
    guard let (family, units) = shared.first else { return }
    let names = Set(
      catalog.datasets.filter { $0.keyFamily == family && $0.results.contains(where: \.kind.hasCells) }.map(
        \.name)
        + (history.results[family]?.datasets ?? [])
    ).sorted()
    let isOut = history.results[dataset.keyFamily]?.drawn.isEmpty == false
    let hint =
      if isOld {
        Wording(
          "both families are out already, and neither can move: take the statistics out of one of the two datasets",
          "两个密钥族都已发布，均不能更改：请删去其中一个数据集的统计结果")
      } else if isOut {
        Wording(
          "the family '\(dataset.keyFamily)' is out already and cannot move: leave these units out of \(dataset.name)",
          "密钥族“\(dataset.keyFamily)”已发布，不能更改：请从 \(dataset.name) 中去除这些主体")
      } else {
        Wording(
          "datasets about the same units are one family, whatever they are called: write keyFamily: \"\(family)\" in \(dataset.file)",
          "同一批主体的数据集无论名称如何都属于同一密钥族：请在 \(dataset.file) 写 keyFamily: \"\(family)\"")
      }
    let pair = Motion.families(dataset.keyFamily, family)
    let apart = Wording(
      "; or, where they are other units that only look alike, one person proposes that the families stay two (doorsill propose \(pair)) and another approves it",
      "；如只是标识形式相同而主体不同，可由一人提议两个密钥族保持分开（doorsill propose \(pair)），另一人批准")
    throw PublishingError(
      .refused,
      Wording(
        "\(dataset.name) of the key family '\(dataset.keyFamily)' has \(units) units in common with \(names.joined(separator: ", ")) of the key family '\(family)': each would have two draws of every number, and two draws can be averaged",
        "\(dataset.name)（密钥族“\(dataset.keyFamily)”）与 \(names.joined(separator: "、"))（密钥族“\(family)”）有 \(units) 个共同主体：每个数字都会有两次抽取，两次抽取可以取平均"
      ),
      hint: Wording(hint.said(in: "en") + apart.said(in: "en"), hint.said(in: "zh") + apart.said(in: "zh")))
  }
}
