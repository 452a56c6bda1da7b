package import Bytes

/// What a person does by a verb that changes something: who may is written here and nowhere else; whether they are who
/// they say is for the decisions log (`Authority`). Verbs that only read, or make what is judged later (`add`, `person add`), ask for nobody.
package enum Act: String, Sendable, CaseIterable {
  /// `publish`, `release rollback`.
  case publish
  /// `propose`: the first of the two signatures under an opening.
  case suggest
  /// `approve`, `person accept`: whether the signature counts is the gate's to say.
  case approve
  /// `suspend`, `withdraw`.
  case withdraw
  /// `authority begin`, `authority repair`.
  case begin
  /// `authority recover`: whoever declares it opens nothing.
  case recover
  /// `grant add`.
  case propose
  /// `grant approve`.
  case grant
  /// Companies, their certificates and keys, and taking a grant back.
  case administer
  /// `consent issue`: whether the token counts is the gateway's to say.
  case consent

  /// The roles of which one is needed; for `approve` they are those that levels.json5 names.
  package var roles: [String] {
    switch self {
    case .publish, .begin: ["custodian"]
    case .suggest: ["custodian", "administrator", "approver"]
    case .approve: []
    case .withdraw, .propose, .administer, .recover: ["custodian", "administrator"]
    case .grant: ["approver"]
    case .consent: []
    }
  }

  /// Whether it concerns datasets, or the portal as a whole: then a custodian or approver has to be of the organization
  /// that provides them, or of the one that manages the portal. An administrator's role is for the whole portal.
  package var looksAtOrganization: Bool { self != .consent }

  /// Whether it is done without `--as` too, and the log says `unsigned` with the system user: who is registered and has a
  /// certificate sees no data without a grant, and what takes something away must not wait for a person.
  package var mayBeUnsigned: Bool { self == .administer }

  /// Who may, for the page of a verb.
  package var words: Wording {
    let roles = self.roles.joined(separator: ", ")
    return switch self {
    case .recover:
      Wording(
        "\(roles), of the portal's manager; with --as", "\(roles)，属门户管理方；须用 --as")
    case .publish, .suggest, .withdraw, .begin, .propose, .grant:
      Wording(
        "\(roles), of the dataset's provider or the portal's manager; with --as",
        "\(roles)，属数据提供方或门户管理方；须用 --as")
    case .approve:
      Wording(
        "the role that levels.json5 names, of the dataset's provider or the portal's manager; with --as",
        "levels.json5 所定角色，属数据提供方或门户管理方；须用 --as")
    case .administer:
      Wording(
        "\(roles) of the portal's manager with --as; without, the log says unsigned and the system user",
        "\(roles)，属门户管理方，用 --as；不用时日志记为 unsigned 与系统用户")
    case .consent:
      Wording("a registered person; the gateway takes tokens of agents", "已登记的人员；网关只接受 agent 的令牌")
    }
  }
}
