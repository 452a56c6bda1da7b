import Bytes
import Policies

extension Authority {
  /// The state as `authority.json` tells it: what whoever proposes, approves or looks needs to know.
  var json: JSON {
    [
      "portal": .string(portal), "manager": .string(manager), "policy": policy.json, "theme": theme.json,
      "scale": JSON(scale), "approver": .string(approver), "people": .array(people.map(\.json)),
      "recovery": JSON(recovery), "recoveryAt": recoveryAt.map { JSON($0) } ?? .null,
      "release": release.map { JSON($0) } ?? .null,
      "datasets": .object(datasets.sorted { $0.key < $1.key }.map { JSON.Member($0.key, $0.value.json) }),
      "forgotten": .object(forgotten.sorted { $0.key < $1.key }.map { JSON.Member($0.key, JSON($0.value)) }),
      "apart": .object(
        apart.sorted { $0.key < $1.key }.map {
          JSON.Member($0.key, ["most": JSON($0.value.most), "at": JSON($0.value.at)])
        }),
      "losses": .array(losses.map(\.json)),
      "mandates": .array(mandates.values.sorted { $0.mandate.dataset < $1.mandate.dataset }.map(\.json)),
      "waiting": .array(waiting.values.sorted { $0.hash < $1.hash }.map(\.json)),
    ]
  }

  init?(json: JSON) throws {
    guard let portal = json["portal"]?.string, let manager = json["manager"]?.string,
      let policy = Matter(json: json["policy"]), let theme = Matter(json: json["theme"]),
      let scale = json["scale"]?.array, let approver = json["approver"]?.string,
      let people = json["people"]?.array, let recovery = json["recovery"]?.array,
      let datasets = json["datasets"]?.members, let waiting = json["waiting"]?.array
    else { return nil }
    self.init(
      Genesis(
        portal: portal, manager: manager, policy: policy.hash, theme: theme.hash,
        scale: scale.compactMap(\.string), approver: approver, people: [],
        recovery: recovery.compactMap(\.string), release: json["release"]?.int), at: 0)
    self.policy = policy
    self.theme = theme
    recoveryAt = json["recoveryAt"]?.int
    for person in people {
      guard let person = Registration(json: person) else { return nil }
      self.people.append(person)
    }
    for dataset in datasets {
      guard let standing = try Standing(json: dataset.value) else { return nil }
      self.datasets[dataset.key] = standing
    }
    for item in json["forgotten"]?.members ?? [] { forgotten[item.key] = item.value.int }
    for item in json["apart"]?.members ?? [] {
      guard let most = item.value["most"]?.int, let at = item.value["at"]?.int else { return nil }
      apart[item.key] = Apart(most: most, at: at)
    }
    for item in json["losses"]?.array ?? [] {
      guard let loss = Loss(json: item) else { return nil }
      losses.append(loss)
    }
    for item in json["mandates"]?.array ?? [] {
      guard let given = Mandate.Given(json: item) else { return nil }
      mandates[given.mandate.dataset] = given
    }
    for item in waiting {
      guard let agreement = try Agreement(json: item) else { return nil }
      self.waiting[agreement.hash] = agreement
    }
  }
}

extension Authority.Loss {
  fileprivate var json: JSON {
    [
      "epoch": JSON(epoch), "log": .string(log), "size": JSON(size), "root": .string(root),
      "known": JSON(known), "by": .string(by), "reason": .string(reason), "time": .string(time),
    ]
  }

  fileprivate init?(json: JSON) {
    guard let epoch = json["epoch"]?.int, let log = json["log"]?.string, let size = json["size"]?.int,
      let root = json["root"]?.string, let known = json["known"]?.int, let by = json["by"]?.string,
      let reason = json["reason"]?.string, let time = json["time"]?.string
    else { return nil }
    self.init(
      epoch: epoch, log: log, size: size, root: root, known: known, by: by, reason: reason, time: time)
  }
}

extension Authority.Matter {
  fileprivate var json: JSON { ["hash": .string(hash), "at": JSON(at)] }

  fileprivate init?(json: JSON?) {
    guard let hash = json?["hash"]?.string, let at = json?["at"]?.int else { return nil }
    self.init(hash: hash, at: at)
  }
}

extension Registration {
  fileprivate var json: JSON {
    ["terms": terms.json, "since": JSON(since), "until": until.map { JSON($0) } ?? .null]
  }

  fileprivate init?(json: JSON) {
    guard let terms = json["terms"].flatMap({ Terms(json: $0) }), let since = json["since"]?.int else {
      return nil
    }
    self.init(terms, since: since, until: json["until"]?.int)
  }
}

extension Standing {
  fileprivate var json: JSON {
    [
      "level": .string(level), "levels": JSON(levels), "status": .string(status.rawValue),
      "envelope": envelope?.json ?? .null, "rows": .string(rows), "owner": .string(owner),
      "family": .string(family), "at": JSON(at), "release": JSON(release), "by": .string(by),
      "content": .string(content),
    ]
  }

  fileprivate init?(json: JSON) throws {
    guard let level = json["level"]?.string, let levels = json["levels"]?.array,
      let status = json["status"]?.string.flatMap({ Status(rawValue: $0) }), let told = json["envelope"],
      let rows = json["rows"]?.string, let owner = json["owner"]?.string,
      let family = json["family"]?.string,
      let at = json["at"]?.int, let release = json["release"]?.int, let by = json["by"]?.string,
      let content = json["content"]?.string
    else { return nil }
    let envelope = told.isNull ? nil : Envelope(json: told)
    guard told.isNull || envelope != nil else { return nil }
    self.init(
      level: level, levels: levels.compactMap(\.string), status: status, envelope: envelope,
      envelopeHash: try envelope?.hash() ?? "", rows: rows, owner: owner, family: family, at: at,
      release: release, by: by, content: content)
  }
}

extension Agreement {
  fileprivate var json: JSON {
    [
      "hash": .string(hash), "motion": motion.json, "proposer": .string(proposer),
      "votes": .array(
        votes.map {
          [
            "person": .string($0.person), "roles": JSON($0.roles), "organization": .string($0.organization),
          ]
        }), "refused": .bool(isRefused),
    ]
  }

  fileprivate init?(json: JSON) throws {
    guard let hash = json["hash"]?.string, let motion = try json["motion"].flatMap({ try Motion(json: $0) }),
      let proposer = json["proposer"]?.string, let votes = json["votes"]?.array,
      let refused = json["refused"]?.bool
    else { return nil }
    self.init(
      hash: hash, motion: motion, proposer: proposer,
      votes: votes.compactMap { vote in
        guard let person = vote["person"]?.string, let roles = vote["roles"]?.array,
          let organization = vote["organization"]?.string
        else { return nil }
        return Vote(person: person, roles: roles.compactMap(\.string), organization: organization)
      }, isRefused: refused)
  }
}
