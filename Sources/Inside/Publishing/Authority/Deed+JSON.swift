import Bytes
import Policies
import Releases

extension Deed.Change {
  /// As a publication's entry lists it.
  var json: JSON {
    [
      "name": .string(name), "level": .string(level), "owner": .string(owner), "family": .string(family),
      "levels": JSON(levels), "envelope": envelope?.json ?? .null, "agreement": .string(agreement),
      "rows": .string(rows), "content": .string(content),
    ]
  }

  init?(json: JSON) throws {
    guard let name = json["name"]?.string, let level = json["level"]?.string,
      let owner = json["owner"]?.string, let family = json["family"]?.string,
      let levels = json["levels"]?.array, let told = json["envelope"],
      let agreement = json["agreement"]?.string, let rows = json["rows"]?.string,
      let content = json["content"]?.string
    else { return nil }
    let envelope = told.isNull ? nil : Envelope(json: told)
    guard told.isNull || envelope != nil else { return nil }
    self.init(
      name: name, level: level, owner: owner, family: family, levels: levels.compactMap(\.string),
      envelope: envelope, envelopeHash: try envelope?.hash() ?? "", agreement: agreement, rows: rows,
      content: content)
  }
}

extension Authority.Genesis {
  /// The entry, whose lists may go ahead of it in parts.
  func telling(notes: JSON, now: Timestamp) -> Telling {
    Telling(
      event: "genesis", subject: ["portal": .string(portal), "v": 1],
      facts: [
        "manager": .string(manager), "policy": .string(policy), "theme": .string(theme),
        "scale": JSON(scale), "approver": .string(approver), "recovery": JSON(recovery),
        "release": release.map { JSON($0) } ?? .null, "trusted": notes, "time": .string(now.rfc3339),
      ],
      lists: [
        ("people", people.map(\.json)), ("datasets", datasets.map(\.json)),
        ("retired", retired.map { .string($0) }),
      ])
  }

  init?(json: JSON) throws {
    guard json["v"]?.int == 1, let portal = json["portal"]?.string, let manager = json["manager"]?.string,
      let policy = json["policy"]?.string, let theme = json["theme"]?.string,
      let scale = json["scale"]?.array, let approver = json["approver"]?.string,
      let recovery = json["recovery"]?.array, let people = json["people"]?.array,
      let datasets = json["datasets"]?.array
    else { return nil }
    self.init(
      portal: portal, manager: manager, policy: policy, theme: theme, scale: scale.compactMap(\.string),
      approver: approver, people: people.compactMap { Registration.Terms(json: $0) },
      recovery: recovery.compactMap(\.string),
      datasets: try datasets.compactMap { try Deed.Change(json: $0) },
      release: json["release"]?.int)
    retired = json["retired"]?.array?.compactMap(\.string) ?? []
    guard self.people.count == people.count, self.datasets.count == datasets.count else { return nil }
  }
}

extension Deed.Publication {
  /// The entry in its third form, whose lists may go ahead of it in parts: `changed` has every dataset that is new or
  /// other than in the release before, `gone` the names of those that are in it no more; `catalogue` is the hash over all
  /// of them that the manifest has, `answers` the head of the server's own log as it was then.
  func telling(catalogue: String, total: Int, answers: Settings.Head? = nil, now: Timestamp) -> Telling {
    var facts: JSON = [
      "policy": .string(policy), "theme": .string(theme), "manager": .string(manager),
      "scale": JSON(scale), "approver": .string(approver), "agreements": JSON(agreements),
      "catalogue": .string(catalogue), "total": JSON(total), "time": .string(now.rfc3339),
    ]
    if let answers {
      facts["answers"] = [
        "size": JSON(answers.size), "root": .string(Hex.encode(answers.root)), "log": .string(answers.log),
      ]
    }
    return Telling(
      event: "publication", subject: ["release": JSON(release), "v": 3], facts: facts,
      lists: [("changed", changed.map(\.json)), ("gone", gone.map { .string($0) })])
  }

  init?(json: JSON) throws {
    guard json["v"]?.int == 3, let release = json["release"]?.int, let policy = json["policy"]?.string,
      let theme = json["theme"]?.string, let manager = json["manager"]?.string,
      let scale = json["scale"]?.array, let approver = json["approver"]?.string,
      let agreements = json["agreements"]?.array, let changed = json["changed"]?.array,
      let gone = json["gone"]?.array
    else { return nil }
    self.init(
      release: release, policy: policy, theme: theme, manager: manager,
      scale: scale.compactMap(\.string), approver: approver, agreements: agreements.compactMap(\.string),
      changed: try changed.compactMap { try Deed.Change(json: $0) }, gone: gone.compactMap(\.string))
    guard self.changed.count == changed.count, self.gone.count == gone.count else { return nil }
  }
}
