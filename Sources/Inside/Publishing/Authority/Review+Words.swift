package import Bytes
import Catalogs
package import Policies

extension Review {
  /// What a proposal changes, in words: what is there now against what will be. Each is one plain line, whatever somebody
  /// has written into what they signed.
  func words(_ motion: Motion) throws -> [Wording] {
    try told(motion).map { Wording(PlainLine.shown($0.en), PlainLine.shown($0.zh)) }
  }

  private func told(_ motion: Motion) throws -> [Wording] {
    switch motion.aim {
    case .envelope(let envelope): return words(envelope)
    case .retire:
      return [
        Wording(
          "\(motion.name) is taken out for good; its name is not used again", "永久撤回 \(motion.name)，其标识不再使用")
      ]
    case .apart(let most):
      return [
        Wording(
          "the key families \(motion.name) stay two, with up to \(most) units in common: of each of these there are two draws of every number",
          "密钥族 \(motion.name) 仍为两个，共同主体至多 \(most) 个：其每个数字都有两次抽取")
      ]
    case .forget:
      return [
        Wording(
          "what is remembered of the values of \(motion.name) is forgotten: an open dataset with the same values is not known again",
          "不再记住 \(motion.name) 的值：此后含相同值的开放数据集不会被认出")
      ]
    case .policy: return try policyWords()
    case .theme(_, let manager):
      let (before, catalog) = (desk.authority.manager, desk.catalog)
      let whose =
        before == manager
        ? [] : [Wording("the manager was \(before) and is \(manager)", "管理方由 \(before) 变为 \(manager)")]
      return whose + [
        Wording(
          "files of Public/, or the portal's addresses, have changed; they are \(catalog.baseURL) and \(catalog.gatewayURL ?? "–")",
          "Public/ 的文件或门户地址已改动；现地址为 \(catalog.baseURL)、\(catalog.gatewayURL ?? "–")")
      ]
    case .person(let terms):
      let before = desk.authority.person(terms.id)?.terms
      let roles = terms.roles.joined(separator: ", ")
      guard let before else {
        return [
          Wording(
            "\(terms.id) of \(terms.organization) joins as \(roles), with the key \(terms.key)",
            "\(terms.organization) 的 \(terms.id) 加入，角色 \(roles)，密钥 \(terms.key)")
        ]
      }
      return [
        Wording(
          "\(terms.id): \(before.organization), \(before.roles.joined(separator: ", ")), \(before.key) becomes \(terms.organization), \(roles), \(terms.key)",
          "\(terms.id)：\(before.organization)、\(before.roles.joined(separator: "、"))、\(before.key) 变为 \(terms.organization)、\(roles)、\(terms.key)"
        )
      ]
    case .recovery(let keys):
      let (new, old) = (
        keys.joined(separator: ", "), desk.authority.recovery.joined(separator: ", ")
      )
      return [
        Wording(
          "lost keys are replaced with the recovery key \(new)\(old.isEmpty ? "; there was none" : ", and no longer with \(old)")",
          "丢失的密钥今后凭恢复密钥 \(new) 更换\(old.isEmpty ? "（此前没有）" : "，不再凭 \(old)")")
      ]
    case .leave:
      return [Wording("\(motion.name) is registered no more", "“\(motion.name)”不再登记")]
    }
  }

  private func words(_ envelope: Envelope) -> [Wording] {
    let standing = desk.authority.datasets[envelope.dataset]
    var words: [Wording] = []
    if let standing {
      words.append(
        Wording(
          "level \(standing.level) → \(envelope.level)\(standing.status == .suspended ? ", and it is reopened" : "")",
          "密级 \(standing.level) → \(envelope.level)\(standing.status == .suspended ? "，并恢复开放" : "")"))
    } else {
      words.append(
        Wording("first published, at level \(envelope.level)", "首次发布，密级 \(envelope.level)"))
    }
    let before = standing?.envelope
    let left =
      before?.departures(
        of: envelope, changedRows: 0, on: desk.now.date.iso, scale: desk.policies.scale) ?? []
    for departure in left
    where departure.code != .finding && departure.code != .level && departure.code != .share {
      words.append(Wording(departure.message["en"] ?? "", departure.message["zh"] ?? ""))
    }
    words += opened(envelope, after: standing)
    for one in envelope.findings {
      let place = one.field.isEmpty ? one.rule : "\(one.field): \(one.rule)"
      let most = before?.findings.first { $0.field == one.field && $0.rule == one.rule }?.most
      let was = most.map { " (was \($0))" } ?? ""
      let wasZh = most.map { "（原 \($0)）" } ?? ""
      words.append(
        Wording(
          "although detectors found “\(place)”: up to \(one.most)\(was)",
          "虽有检测结果“\(place)”：至多 \(one.most) 处\(wasZh)"))
    }
    for one in envelope.shares {
      words.append(
        Wording(
          "although values of “\(one.field)” also stand in the restricted set “\(one.with)”: up to \(one.most)",
          "虽“\(one.field)”的值也在受限数据集“\(one.with)”中：至多 \(one.most) 个"))
    }
    if let changes = envelope.changes {
      words.append(
        Wording(
          "rows may be added; up to \(changes) of today's may change or go", "可以增加行；现有的行至多可改动或删去 \(changes) 行"
        ))
    }
    if let until = envelope.until {
      words.append(Wording("until \(until)", "至 \(until)"))
    }
    return words
  }

  /// What is open by it: the columns, where they were not; views and results, where they are new or others.
  private func opened(_ envelope: Envelope, after standing: Standing?) -> [Wording] {
    let before = standing?.envelope
    var words: [Wording] = []
    func list(_ en: String, _ zh: String, _ names: [String]) {
      guard !names.isEmpty else { return }
      words.append(
        Wording("\(en): \(names.joined(separator: ", "))", "\(zh)：\(names.joined(separator: "、"))"))
    }
    let dataset = desk.catalog.dataset(envelope.dataset)
    if envelope.level == desk.policies.scale.lowest.id {
      if standing?.level != envelope.level || standing?.status != .open {
        list("everybody may read", "对所有人开放", envelope.fields.map(\.name))
      }
      if envelope.changes == nil, before?.changes != nil || standing?.level != envelope.level {
        words.append(Wording("rows may be replaced freely", "行可任意更换"))
      }
    }
    if before?.views != envelope.views {
      for view in dataset?.views ?? [] {
        list(
          "everybody may read of it, as the open view \(view.name)", "作为开放视图 \(view.name) 对所有人开放",
          view.columns.map { $0.field == $0.name ? $0.name : "\($0.field) (\($0.name))" })
      }
    }
    if before?.results != envelope.results {
      list("results for companies with a grant", "供获授权企业调用的结果", (dataset?.results ?? []).map(\.name))
    }
    return words
  }

  /// The settings that differ between the rules in force and the files, all of them. Comments and order say nothing and do not
  /// count.
  private func policyWords() throws -> [Wording] {
    var words: [Wording] = []
    for name in PolicySet.names {
      let before = try Self.settings(file.policyFiles[name], of: name)
      let after = try Self.settings(desk.policies.files[name], of: name)
      for place in Set(before.keys).union(after.keys).sorted() where before[place] != after[place] {
        let (old, new) = (before[place] ?? "–", after[place] ?? "–")
        words.append(Wording("\(name) \(place): \(old) → \(new)", "\(name) \(place)：\(old) → \(new)"))
      }
    }
    return words
  }

  /// Every value of a policy file by its place, but for the people, who are registered one by one.
  private static func settings(_ bytes: [UInt8]?, of name: String) throws -> [String: String] {
    guard let bytes else { return [:] }
    var root = try Document(json5: bytes, file: name).root.json
    if name == "access.json5" { root["people"] = nil }
    var found: [String: String] = [:]
    func gather(_ json: JSON, _ place: String) throws {
      if let members = json.members, !members.isEmpty {
        for member in members {
          try gather(member.value, place.isEmpty ? member.key : "\(place).\(member.key)")
        }
      } else if let items = json.array, !items.isEmpty {
        var taken: Set<String> = []
        for (number, item) in items.enumerated() {
          let called = item["id"]?.string ?? item["name"]?.string ?? String(number + 1)
          let own = taken.insert(called).inserted ? called : "\(called) #\(number + 1)"
          try gather(item, "\(place)[\(own)]")
        }
      } else {
        found[place] = String(decoding: try json.canonical(), as: UTF8.self)
      }
    }
    try gather(root, "")
    return found
  }
}

extension Review {
  /// The proposals that can still be used, by subject.
  package var open: [Agreement] {
    desk.authority.waiting.values.filter { desk.authority.isOpen($0.motion, on: desk.now.rfc3339) }
      .sorted { ($0.motion.subject, $0.hash) < ($1.motion.subject, $1.hash) }
  }

  /// What a proposal changes, in words.
  package func said(_ agreement: Agreement) -> [Wording] {
    let (reason, proposer) = (PlainLine.shown(agreement.motion.reason), PlainLine.shown(agreement.proposer))
    return ((try? words(agreement.motion)) ?? []) + [
      Wording(
        "proposed by \(proposer), to be used until \(agreement.motion.expires), because: \(reason)",
        "由 \(proposer) 提议，\(agreement.motion.expires) 前有效，理由：\(reason)")
    ]
  }

  /// The highest level that a dataset, or what it was made of, ever had.
  package func peak(of standing: Standing) -> String {
    let scale = desk.authority.scale
    return standing.levels.max { (scale.firstIndex(of: $0) ?? .max) < (scale.firstIndex(of: $1) ?? .max) }
      ?? ""
  }

  /// All of it, for machines.
  package func json() throws -> JSON {
    var json = desk.authority.json
    json["seen"] = ["size": JSON(file.seen.size), "root": .string(file.seen.root)]
    json["open"] = .array(
      open.map { agreement in
        [
          "subject": .string(agreement.motion.subject), "proposer": .string(agreement.proposer),
          "approvers": JSON(agreement.votes.map(\.person)), "expires": .string(agreement.motion.expires),
          "words": JSON(said(agreement).map { $0.said(in: "en") }), "proposal": .string(agreement.hash),
        ]
      })
    json["unregistered"] = JSON(desk.unregistered())
    return json
  }
}
