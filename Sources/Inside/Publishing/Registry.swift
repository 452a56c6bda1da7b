import Bytes
package import Policies
package import Releases
package import Trust

/// The people of a portal with their keys, by whom every act with `--as` is judged.
package struct Registry: Sendable {
  private struct Member: Sendable {
    let id: String
    let organization: String
    let roles: [String]
    let key: VerifyingKey?
  }

  private let members: [Member]
  /// The organization that manages the portal; nil where nothing says which.
  private let manager: String?
  /// What they are read from, for an error.
  private let place: Wording

  /// Whoever the decisions log says is registered now.
  package init(_ authority: Authority) {
    members = authority.registered.map { person in
      Member(
        id: person.terms.id, organization: person.terms.organization, roles: person.terms.roles,
        key: VerifyingKey(text: person.terms.key))
    }
    manager = authority.manager
    place = Wording("the decisions log", "决策日志")
  }

  /// The people as a release was made under them: nobody becomes one of them but by a signed change of policy.
  package init(_ release: Release) throws {
    members = try release.settings.people.map { person in
      Member(
        id: person.id, organization: person.organization, roles: person.roles,
        key: try person.key.map { try VerifyingKey(raw: Base64.decodeURL($0) ?? []) })
    }
    manager = try Self.manager(release)
    place = Wording("the release that is served", "当前发布版本")
  }

  /// The organization that manages the portal of a release; nil where it has no dataset.
  package static func manager(_ release: Release) throws -> String? {
    try release.datasets().first.flatMap { try entry($0, release) }?["manager"]?.string
  }

  /// The organization that provides a dataset of a release; nil where the release does not have it.
  package static func provider(of dataset: String, _ release: Release) throws -> String? {
    try entry(dataset, release)?["provider"]?["organization"]?.string
  }

  private static func entry(_ dataset: String, _ release: Release) throws -> JSON? {
    try release.settings.languages.first.flatMap { try release.dataset(dataset, language: $0) }
  }

  /// A person who may, as far as key and roles go.
  package struct Standing: Sendable {
    let act: Act
    let person: String
    let organization: String
    /// Whether the role or the organization is the portal's own.
    let isEverywhere: Bool

    /// Throws `refused` where one of the datasets, by name with their providers, is another organization's. With none it is
    /// about the portal as a whole.
    package func check(_ providers: [(dataset: String, organization: String?)]) throws(PublishingError) {
      guard !isEverywhere else { return }
      if let other = providers.first(where: { $0.organization != organization }) {
        throw PublishingError(
          .refused,
          Wording(
            "'\(person)' is of \(organization) and may not \(act.rawValue) '\(other.dataset)' of \(other.organization ?? "another organization")",
            "“\(person)”属 \(organization)，不得对\(other.organization.map { " \($0) 的" } ?? "其他机构的")“\(other.dataset)”执行此操作（\(act.rawValue)）"
          ), hint: Self.whoMay(act))
      }
      guard !providers.isEmpty else {
        throw PublishingError(
          .refused,
          Wording(
            "'\(person)' is of \(organization), and this is for the organization that manages the portal",
            "“\(person)”属 \(organization)，此操作须由门户管理方执行"), hint: Self.whoMay(act))
      }
    }

    static func whoMay(_ act: Act) -> Wording {
      Wording("who may: \(act.words.said(in: "en"))", "可执行者：\(act.words.said(in: "zh"))")
    }
  }

  /// The standing of who acts; nil where nobody is named and nobody has to be.
  ///
  /// Throws `refused` where nobody is named, where the person is not registered with this very key, and where they have
  /// none of the roles.
  /// - Parameter roles: the roles of which one is needed, where the act does not say.
  package func standing(
    _ author: Author, _ act: Act, roles: Set<String>? = nil
  ) throws(PublishingError) -> Standing? {
    guard let id = author.person else {
      guard !act.mayBeUnsigned else { return nil }
      throw needsPerson(act)
    }
    guard let member = members.first(where: { $0.id == id }), let key = member.key, key == author.publicKey
    else {
      throw PublishingError(
        .refused,
        Wording(
          "\(place.said(in: "en")) does not name '\(id)' with this key",
          "\(place.said(in: "zh"))中没有以此公钥登记的“\(id)”"),
        hint: Wording(
          "'doorsill person add' makes a key, and somebody who is registered accepts it: 'doorsill person accept \(id) --as …'",
          "doorsill person add 生成密钥，再由已登记的人接纳：doorsill person accept \(id) --as …"))
    }
    let wanted = roles ?? Set(act.roles)
    guard wanted.isEmpty || !wanted.isDisjoint(with: member.roles) else {
      let (words, has) = (wanted.sorted().joined(separator: ", "), member.roles.joined(separator: ", "))
      throw PublishingError(
        .refused,
        Wording(
          "'\(id)' has the roles \(has), and this needs one of: \(words)",
          "“\(id)”的角色为 \(has)，此操作需要：\(words)"), hint: Standing.whoMay(act))
    }
    let isAdministrator = wanted.contains("administrator") && member.roles.contains("administrator")
    return Standing(
      act: act, person: id, organization: member.organization,
      isEverywhere: !act.looksAtOrganization || isAdministrator || member.organization == manager)
  }

  /// That somebody has to be named, with the people who could be, or how the first of them comes to be.
  private func needsPerson(_ act: Act) -> PublishingError {
    let able = members.filter { member in
      member.key != nil && (act.roles.isEmpty || !Set(act.roles).isDisjoint(with: member.roles))
    }.map(\.id)
    let role = act.roles.first ?? "approver"
    let first = "doorsill person add ID --name NAME --organization \(manager ?? "ID") --role \(role)"
    return PublishingError(
      .refused,
      Wording("this is done in a person's name: give --as PERSON", "此操作须以具名人员的名义进行：请用 --as 指定"),
      hint: able.isEmpty
        ? Wording(
          "nobody has a key and the role \(role) yet: run '\(first)', then this again with --as ID",
          "尚无人持有密钥并具有 \(role) 角色：请先运行 \(first)，再加 --as ID 重新执行")
        : Wording(
          "people with a key who may: \(able.joined(separator: ", "))",
          "持有密钥且可执行的人员：\(able.joined(separator: "、"))"),
      blame: .usage)
  }
}
