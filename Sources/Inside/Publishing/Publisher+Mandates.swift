import Bytes
import Catalogs
import Ledgers
import Policies
import Trust

/// Publishing without a person, under mandates.
extension Publisher {
  /// Refuses what a mandate does not cover: anything but new rows of datasets that have one, when they are due.
  func checkMandates(
    _ judgements: [Judgement], _ changes: [String: Publication.Change], _ agreements: [Agreement],
    isSamePortal: Bool
  ) throws {
    func refused(_ en: String, _ zh: String) -> PublishingError {
      PublishingError(
        .refused, Wording(en, zh),
        hint: Wording(
          "a person publishes it: doorsill publish --as ID", "请由具名人员发布：doorsill publish --as ID"))
    }
    guard isSamePortal, agreements.isEmpty, beginning == nil else {
      throw refused(
        "rules, catalogue or theme have changed, or something was agreed to: no mandate covers that",
        "规则、目录或界面已改动，或有已同意的事项：委托不涵盖")
    }
    let all = Dictionary(
      judgements.map { ($0.examination.dataset.name, $0.examination) },
      uniquingKeysWith: { first, _ in first })
    for (name, change) in changes.sorted(by: { $0.key < $1.key }) {
      guard change == .changed, let examination = all[name] else {
        throw refused(
          "'\(name)' is new, gone or of another level: no mandate covers that",
          "“\(name)”是新增、消失或密级不同：委托不涵盖")
      }
      guard let given = desk.authority.mandate(name, at: options.now.rfc3339) else {
        throw refused(
          "'\(name)' has changed and no mandate holds for it", "“\(name)”有变化，而没有有效的委托")
      }
      guard try hash(catalog.text(of: examination.dataset.file)) == given.mandate.source else {
        throw refused(
          "the descriptor of '\(name)' is not the one that the mandate was given for",
          "“\(name)”的描述文件不是委托时的那一份")
      }
      try checkRows(examination, given.mandate, refused)
      // A timer that comes a little early is not sent away.
      if let last = given.last.flatMap({ Timestamp(rfc3339: $0) }),
        options.now.seconds(since: last) < Double(given.mandate.hours) * 3600 * 0.9
      {
        throw refused(
          "'\(name)' was published at \(last.rfc3339), and the mandate is for every \(given.mandate.every)",
          "“\(name)”已于 \(last.rfc3339) 发布，而委托的周期为 \(given.mandate.every)")
      }
    }
  }

  private func checkRows(
    _ examination: Examination, _ mandate: Mandate, _ refused: (String, String) -> PublishingError
  ) throws {
    let name = examination.dataset.name
    guard let before = history.datasets[name]?.rows else {
      throw refused(
        "nothing is known of how many rows '\(name)' had", "不知道“\(name)”此前有多少行")
    }
    guard Double(examination.rows) * 100 >= Double(before) * Double(mandate.leastRows) else {
      throw refused(
        "'\(name)' has \(examination.rows) rows and had \(before): the mandate asks for \(mandate.leastRows) of a hundred",
        "“\(name)”现有 \(examination.rows) 行，此前 \(before) 行：委托要求不少于百分之 \(mandate.leastRows)")
    }
  }

  /// Who announces a release: whoever publishes, or the publisher itself under mandates.
  func signed(_ deed: Deed) -> SignedDeed {
    options.underMandate
      ? SignedDeed(deed, by: SignedDeed.service, key: "", seen: 0, time: options.now.rfc3339)
      : SignedDeed(
        deed, by: options.author.person ?? "", key: options.author.publicKey?.text ?? "",
        seen: decisions.ledger.size, time: options.now.rfc3339)
  }
}
