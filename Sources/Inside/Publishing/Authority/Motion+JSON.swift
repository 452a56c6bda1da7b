package import Bytes
package import Policies

extension Motion {
  /// The proposal as it is signed.
  package var json: JSON {
    var json: JSON = [
      "event": "proposal", "v": 1, "subject": .string(subject), "from": from.map { JSON($0) } ?? .null,
      "content": .string(content), "reason": .string(reason), "expires": .string(expires),
    ]
    switch aim {
    case .envelope(let envelope): json["to"] = ["envelope": envelope.json]
    case .retire: json["to"] = ["retire": true]
    case .apart(let most): json["to"] = ["apart": JSON(most)]
    case .forget: json["to"] = ["forget": true]
    case .policy(let hash): json["to"] = ["policy": .string(hash)]
    case .theme(let hash, let manager): json["to"] = ["theme": .string(hash), "manager": .string(manager)]
    case .person(let terms): json["to"] = ["person": terms.json]
    case .leave: json["to"] = ["leave": true]
    case .recovery(let keys): json["to"] = ["recovery": JSON(keys)]
    }
    return json
  }

  /// Reads what `json` writes, beside who signed it; nil for anything else.
  init?(json: JSON) throws {
    guard json["event"]?.string == "proposal", json["v"]?.int == 1, let subject = json["subject"]?.string,
      let from = json["from"], from.isNull || from.int != nil, let content = json["content"]?.string,
      let reason = json["reason"]?.string, let expires = json["expires"]?.string, let to = json["to"],
      to.members?.isEmpty == false, Timestamp(rfc3339: expires)?.rfc3339 == expires,
      PlainLine.problem(in: subject) == nil
    else { return nil }
    let aim: Aim
    var hash = ""
    if let text = to["envelope"] {
      guard let envelope = Envelope(json: text), subject == Motion.dataset(envelope.dataset) else {
        return nil
      }
      hash = try envelope.hash()
      aim = .envelope(envelope)
    } else if to == ["retire": true], subject.hasPrefix("dataset:") {
      aim = .retire
    } else if to == ["forget": true], subject.hasPrefix("fingerprints:") {
      aim = .forget
    } else if let most = to["apart"]?.int, subject.hasPrefix("family:"), to == ["apart": JSON(most)] {
      aim = .apart(most: most)
    } else if let policy = to["policy"]?.string, subject == Motion.policy {
      aim = .policy(policy)
    } else if let theme = to["theme"]?.string, let manager = to["manager"]?.string, subject == Motion.theme {
      aim = .theme(theme, manager: manager)
    } else if let terms = to["person"].flatMap({ Registration.Terms(json: $0) }),
      subject == Motion.person(terms.id)
    {
      aim = .person(terms)
    } else if to == ["leave": true], subject.hasPrefix("person:") {
      aim = .leave
    } else if let keys = to["recovery"]?.array?.compactMap(\.string), subject == Motion.recovery,
      to == ["recovery": JSON(keys)]
    {
      aim = .recovery(keys)
    } else {
      return nil
    }
    self.init(
      subject: subject, from: from.int, aim: aim, envelopeHash: hash, content: content, reason: reason,
      expires: expires)
  }
}

extension Registration.Terms {
  /// As it is signed and kept.
  package var json: JSON {
    [
      "id": .string(id), "organization": .string(organization), "roles": JSON(roles), "key": .string(key),
      "madeBy": .string(madeBy),
    ]
  }

  /// Reads what `json` writes; nil for anything else.
  package init?(json: JSON) {
    guard let id = json["id"]?.string, let organization = json["organization"]?.string,
      let roles = json["roles"]?.array, let key = json["key"]?.string
    else { return nil }
    self.init(
      id: id, organization: organization, roles: roles.compactMap(\.string), key: key,
      madeBy: json["madeBy"]?.string ?? "")
  }
}
