package import Bytes
import Catalogs
package import Policies

/// What a single insider could turn to use, looked for on this very portal. Nothing is written, and nothing that is found
/// names a value of a table or a key.
package enum InsiderLook {
  /// How something was found.
  package enum State: Sendable, Hashable { case good, doubtful, bad }

  /// One thing that was looked at.
  package struct Observation: Sendable {
    package let name: Wording
    package let state: State
    package let detail: Wording
    /// What to do; nil where nothing is to be done.
    package let advice: Wording?

    init(_ name: Wording, _ state: State, _ detail: Wording, advice: Wording? = nil) {
      self.name = name
      self.state = state
      self.detail = detail
      self.advice = advice
    }
  }

  // MARK: What is tried

  /// Has every registered person try alone what takes two, on the state as the log has it.
  package static func attempts(_ review: Review) -> [Observation] {
    let authority = review.file.authority
    let isAlone = authority.registered.count == 1
    return authority.attempts(now: review.now.rfc3339).map { attempt in
      let name = words(attempt.kind)
      guard !attempt.succeeded.isEmpty else {
        return Observation(
          name, .good,
          attempt.tries == 0
            ? Wording("nothing here to try it on", "此处没有可试的对象")
            : Wording(
              "refused (\(attempt.tries) \(attempt.tries == 1 ? "try" : "tries") by \(authority.registered.count) \(authority.registered.count == 1 ? "person" : "people"))",
              "被拒绝（\(authority.registered.count) 人共试 \(attempt.tries) 次）"))
      }
      let who = attempt.succeeded
      if isAlone, attempt.kind == .newPerson {
        return Observation(
          name, .doubtful,
          Wording("\(who[0]) can: nobody else is registered yet", "\(who[0]) 可以：尚无其他已登记人员"),
          advice: Wording(
            "have the second person make their key at their own shell, and accept it in person",
            "请第二人在本人的终端生成密钥，并当面接纳"))
      }
      return Observation(
        name, .bad,
        Wording("can be done alone by \(who.joined(separator: ", "))", "\(who.joined(separator: "、")) 可单独完成"),
        advice: Wording("please report it: no one person should be able to", "请报告：任何一人都不应能做到"))
    }
  }

  private static func words(_ kind: Attempt.Kind) -> Wording {
    switch kind {
    case .borrowedName: Wording("sign as another", "冒用他人姓名")
    case .ownApproval: Wording("approve their own", "自提自批")
    case .lowering: Wording("lower a level", "降低密级")
    case .widening: Wording("widen an envelope", "扩大范围")
    case .reopening: Wording("bring a set back", "恢复已撤下")
    case .rules: Wording("change the rules", "更改规则")
    case .theme: Wording("change the theme", "更改界面")
    case .withdrawing: Wording("take out for good", "永久撤回")
    case .newPerson: Wording("invent a person", "虚构人员")
    case .otherKey: Wording("replace a key", "替换他人密钥")
    }
  }

  // MARK: People

  /// Whether there are enough people, and what becomes of a lost key.
  package static func people(_ review: Review) -> [Observation] {
    let authority = review.file.authority
    let registered = authority.registered.map(\.terms)
    let approvers = registered.filter { $0.roles.contains(authority.approver) }.map(\.id)
    let approving = Wording("approvers", "审批人")
    let enlist =
      "doorsill person add ID --name NAME --organization \(authority.manager) --role \(authority.approver)"
    var found: [Observation] = []
    switch approvers.count {
    case 0:
      found.append(
        Observation(
          approving, .doubtful,
          Wording("nobody: what takes two cannot be done", "无：须两人的事项无法办理"),
          advice: Wording(
            "the second person runs '\(enlist)', and you accept them",
            "由第二人运行 \(enlist)，再由您接纳")))
    case 1:
      found.append(
        Observation(
          approving, .doubtful,
          Wording("\(approvers[0]) alone", "仅 \(approvers[0])"),
          advice: Wording(
            "when they are away nothing is opened, and nobody can approve what they propose: register another ('\(enlist)')",
            "此人不在时无法开放任何内容，其提议也无人可批：请再登记一人（\(enlist)）")))
    default:
      found.append(
        Observation(
          approving, .good,
          Wording(approvers.joined(separator: ", "), approvers.joined(separator: "、"))))
    }
    found.append(lostKey(authority))
    let made = Dictionary(grouping: registered.filter { !$0.madeBy.isEmpty }) { $0.madeBy }
    for (user, terms) in made.sorted(by: { $0.key < $1.key }) where terms.count > 1 {
      let ids = terms.map(\.id).sorted()
      found.append(
        Observation(
          Wording("keys' makers", "密钥生成者"), .doubtful,
          Wording(
            "the keys of \(ids.joined(separator: ", ")) were made by one system user, \(user)",
            "\(ids.joined(separator: "、")) 的密钥由同一系统用户 \(user) 生成"),
          advice: Wording(
            "each makes a key of their own at their own shell: doorsill person renew ID",
            "请各人在本人的终端另行生成：doorsill person renew ID")))
    }
    for id in review.desk.unregistered() {
      found.append(
        Observation(
          Wording("access.json5", "access.json5"), .doubtful,
          Wording(
            "'\(id)' is not there as the log has them registered: nothing is published until that is settled",
            "“\(id)”与决策日志的登记不同：处理之前不能发布"),
          advice: Wording(
            "put it back, or: doorsill person accept \(id), or: doorsill propose person:\(id)",
            "请改回，或运行 doorsill person accept \(id)，或 doorsill propose person:\(id)")))
    }
    // What was used, or is past its time, lies there and does nothing.
    for (file, fault) in review.ignored where ![.stale, .unknownProposal, .alone].contains(fault.code) {
      let message = fault.message
      found.append(
        Observation(
          Wording("papers", "签名文件"), .doubtful,
          Wording("\(file): \(message["en"] ?? "")", "\(file)：\(message["zh"] ?? "")"),
          advice: Wording("it counts for nothing: remove the file", "它不算数：请删去该文件")))
    }
    return found
  }

  /// Whether somebody who loses a key can be given another.
  package static func lostKey(_ authority: Authority) -> Observation {
    let name = Wording("lost key", "密钥丢失")
    let count = authority.registered.count
    guard authority.recovery.isEmpty else {
      return Observation(
        name, .good, Wording("there is a recovery key in a sealed envelope", "有封存的恢复密钥"))
    }
    let make = Wording(
      "make a recovery key while everybody has theirs: doorsill authority recovery FILE --as ID",
      "请趁人人都有密钥时生成恢复密钥：doorsill authority recovery FILE --as ID")
    return count > 2
      ? Observation(
        name, .doubtful,
        Wording(
          "no recovery key: any two of the others replace one, and two lost keys at once are the end",
          "没有恢复密钥：丢失一把可由其余任意两人更换，同时丢失两把则无法挽回"), advice: make)
      : Observation(
        name, .bad,
        Wording(
          "no recovery key, and \(count) registered: who loses a key can never have another",
          "没有恢复密钥，且只登记了 \(count) 人：丢失密钥后无法更换"), advice: make)
  }

  // MARK: Rules and datasets

  /// What would be refused at the next publication, dataset by dataset, and what one person's word is enough for.
  package static func datasets(_ review: Review, told: (String) -> Void = { _ in }) throws -> [Observation] {
    var found: [Observation] = []
    let scale = review.file.authority.scale
    if review.desk.policies.scale.approvals.role(for: .firstOpening) == nil {
      found.append(
        Observation(
          Wording("first opening", "首次开放"), .doubtful,
          Wording(
            "one person publishes at \(scale.first ?? "") what no detector knows",
            "检测不出问题的数据集，一人即可以 \(scale.first ?? "") 首次发布"),
          advice: Wording(
            "write firstOpening: \"\(review.file.authority.approver)\" among the approvals of Policies/levels.json5, and: doorsill propose policy",
            "请在 Policies/levels.json5 的 approvals 中写 firstOpening: \"\(review.file.authority.approver)\"，并运行 doorsill propose policy"
          )))
    }
    for waits in try review.desk.matters().refused where !waits.dataset.hasPrefix("person:") {
      found.append(observation(waits.dataset, waits.reasons))
    }
    let views = review.desk.catalog.datasets.flatMap { $0.views.map(\.name) }
    var fits = 0
    for name in review.desk.catalog.datasets.map(\.name) + views {
      // What is out for a while, or for good, is not judged.
      guard review.file.authority.datasets[name]?.status ?? .open == .open else { continue }
      told(name)
      do {
        let examination = try review.desk.examine(name)
        guard examination.faultCount == 0 else {
          found.append(
            Observation(
              Wording(name, name), .doubtful,
              Wording(
                "has \(examination.faultCount) faults, and is not judged",
                "有 \(examination.faultCount) 处错误，未予判断"),
              advice: Wording("doorsill check \(name)", "doorsill check \(name)")))
          continue
        }
        if case .failure(let refusal) = try review.desk.judge(examination) {
          found.append(observation(name, refusal.reasons))
          continue
        }
      } catch let fault as any Fault {
        found.append(
          Observation(
            Wording(name, name), .doubtful,
            Wording(fault.message(in: "en"), fault.message(in: "zh"))))
        continue
      }
      fits += 1
      if let ending = ending(name, review) { found.append(ending) }
    }
    found.append(
      Observation(
        Wording("envelopes", "同意的范围"), .good,
        Wording("\(fits) datasets and views are within what was agreed to", "\(fits) 个数据集与视图在同意的范围内")))
    return found
  }

  /// Files that leave what was agreed to: they are not out, and the next publication is refused.
  private static func observation(_ name: String, _ reasons: [Problem]) -> Observation {
    func said(_ language: String) -> String {
      reasons.map { $0.message[language] ?? "" }.joined(separator: language == "zh" ? "；" : "; ")
    }
    return Observation(
      Wording(name, name), .doubtful, Wording("would be refused: " + said("en"), "将被拒绝：" + said("zh")),
      advice: Wording(
        "put the files back, or two people agree: doorsill propose \(name)",
        "请改回文件，或由两人同意：doorsill propose \(name)"))
  }

  /// An agreement that ends soon.
  private static func ending(_ name: String, _ review: Review) -> Observation? {
    guard let until = review.file.authority.datasets[name]?.envelope?.until,
      until < review.now.adding(days: 30).date.iso
    else { return nil }
    return Observation(
      Wording(name, name), .doubtful,
      Wording("what was agreed ends on \(until)", "同意的期限至 \(until)"),
      advice: Wording("agree anew in time: doorsill propose \(name)", "请及时重新同意：doorsill propose \(name)"))
  }
}
