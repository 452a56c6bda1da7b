import Bytes
package import Catalogs
import Policies
import Trust

/// Makes a portal folder that publishes once it has people: a catalogue with one small table, and policies with one of the
/// ready scales.
package enum Beginning {
  /// Makes the folder where it is missing. A folder that already is a portal is left alone.
  package static func make(_ folder: String, scale: StarterScale = .cn) throws -> Portal {
    guard !Files.exists(folder + "/Catalog/catalog.json5") else {
      throw PublishingError(
        .refused, Wording("\(folder) is a portal already", "\(folder) 已是门户文件夹"),
        hint: Wording(
          "edit its Catalog/ and Policies/, then run 'doorsill publish'",
          "请编辑其中的 Catalog/ 与 Policies/，再运行 doorsill publish"), blame: .usage)
    }
    for (path, bytes) in Starter.files(scale: scale) {
      let file = "\(folder)/\(path)"
      try Files.makeDirectory(Files.parent(of: file))
      try Files.write(bytes, to: file)
    }
    return try Portal(folder: folder)
  }

  /// What the decisions log of a portal begins with that has published nothing: whoever has a key in access.json5, and the
  /// rules as they are, are trusted, because somebody has to begin. Throws where something was published before.
  static func genesis(
    of portal: Portal, catalog: Catalog, policies: PolicySet, traces: Traces
  ) throws -> Authority.Genesis {
    if let place = try traces.places.first {
      throw PublishingError(
        .refused,
        Wording(
          "the decisions log has no beginning yet, and \(place) says that something was published",
          "决策日志尚无起点，而 \(place) 表明已有发布"),
        hint: Wording(
          "take the portal over once: doorsill authority begin --as ID; it says what it trusts",
          "请接管一次：doorsill authority begin --as ID；它会说明信任了什么"))
    }
    return try genesis(of: portal, catalog: catalog, policies: policies, people: policies)
  }

  /// - Parameter people: the policy files whose people are trusted.
  static func genesis(
    of portal: Portal, catalog: Catalog, policies: PolicySet, people: PolicySet
  ) throws -> Authority.Genesis {
    let empty = Authority(
      Authority.Genesis(
        portal: "", manager: catalog.manager, policy: "", theme: "", scale: [], approver: "", people: []),
      at: 0)
    let desk = Desk(
      portal: portal, policies: people, previous: policies, catalog: catalog, authority: empty, person: nil,
      now: .now())
    return Authority.Genesis(
      portal: Hex.encode(try Random.bytes(16)), manager: catalog.manager, policy: policies.ruleHash,
      // What nobody can read is for a second person from the first day on.
      theme: try desk.themeHash(readable: true), scale: policies.scale.levels.map(\.id),
      approver: policies.scale.approvals.registrar, people: desk.people)
  }
}
