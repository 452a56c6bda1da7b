import Access
import Bytes

/// What is gone while the rest of the state says that it was in use. Nothing is made anew in its place.
extension OutsideState {
  enum SigningKeyKind: String, CaseIterable {
    case receipt, checkpoint

    fileprivate var stake: Wording {
      switch self {
      case .receipt:
        Wording(
          "with another key no receipt that companies hold could be checked any more",
          "换用别的密钥，企业手中的回执都无法再核验")
      case .checkpoint:
        Wording(
          "with another key nothing would prove that the log was not rewritten",
          "换用别的密钥，便无从证明日志未被改写")
      }
    }
  }

  /// Everything that is lost, as `serve` would refuse it; reads alone. Throws where what is there is damaged.
  package func losses() throws -> [ServingError] {
    let keys = try SigningKeyKind.allCases.map { try loss(of: $0) }
    return (keys + [pepperLoss, try databaseLoss(), try logLoss()]).compactMap { $0 }
  }

  func loss(of kind: SigningKeyKind) throws -> ServingError? {
    let path = "\(keys)/\(kind.rawValue)"
    guard !Files.exists(path), try hasAnswers() else { return nil }
    return Self.lost(path, by: answers, stake: kind.stake)
  }

  var pepperLoss: ServingError? {
    let path = keys + "/pepper"
    guard !Files.exists(path), Files.exists(accessDatabase) else { return nil }
    return Self.lost(
      path, by: accessDatabase,
      stake: Wording(
        "with another one no API key would be known, and who guessed too often would be forgotten",
        "换用别的密钥，所有 API 密钥都不再有效，猜测次数也会被遗忘"))
  }

  /// A file of no bytes is as good as none: SQLite would take it for a new database.
  func databaseLoss() throws -> ServingError? {
    if Files.exists(accessDatabase), try Files.size(accessDatabase) > 0 { return nil }
    guard try hasAnswers() else { return nil }
    return Self.lost(
      accessDatabase, by: answers,
      stake: Wording(
        "with an empty one every client, revocation, quota and count of guesses would be forgotten",
        "换用空库，所有企业、吊销、额度与猜测次数都会被遗忘"))
  }

  /// A log without entries beside a database that has counted some; `serve` counts them one by one.
  func logLoss() throws -> ServingError? {
    guard Files.exists(accessDatabase), try Files.size(accessDatabase) > 0,
      let counted = try AccessStore.counted(in: accessDatabase), counted > 0, try !hasAnswers()
    else { return nil }
    return Self.lostEntries(0, counted: counted)
  }

  /// The log has fewer entries than the access database has counted.
  static func lostEntries(_ size: Int, counted: Int) -> ServingError {
    ServingError(
      .lost,
      Wording(
        "the answers log has \(size) entries, and the access database has counted \(counted): entries are lost",
        "答复日志有 \(size) 条，而访问数据库已计数 \(counted) 条：有条目丢失"),
      hint: recovering)
  }

  /// What to do about entries that are lost.
  static let recovering = Wording(
    "restore .doorsill/outside from a backup, the log and the database of one time; where the entries are lost for good, 'doorsill authority recover --as ID --reason TEXT' lets it go on",
    "请从备份恢复 .doorsill/outside，日志与数据库须为同一时刻；若条目确已丢失，请运行 doorsill authority recover --as ID --reason 理由，然后继续"
  )

  /// Whether the answers log has an entry.
  private func hasAnswers() throws -> Bool {
    let path = answers + "/entries.jsonl"
    return Files.exists(path) ? try Files.size(path) > 0 : false
  }

  static func lost(_ path: String, by place: String, stake: Wording) -> ServingError {
    ServingError(
      .lost,
      Wording(
        "\(path) is lost, and \(place) says that it was in use: \(stake.en)",
        "缺少 \(path)，而 \(place) 表明它曾在使用：\(stake.zh)"),
      hint: Wording(
        "restore .doorsill/outside from a backup; nothing was made in its place",
        "请从备份恢复 .doorsill/outside；没有另行生成"))
  }
}
