extension Words {
  /// What is wrong, and what to do about it. `what` is the level, field, person or rule; `place` the dataset or file.
  static func problem(_ code: Problem.Code, _ what: String, _ place: String) -> Problem {
    let (message, hint) = sentences(code, what, place)
    return Problem(
      code: code, message: ["zh": message.zh, "en": message.en], hint: ["zh": hint.zh, "en": hint.en])
  }

  /// What was not read, and so not judged.
  static func unread(_ unread: Unread) -> Problem {
    Problem(
      code: .unread,
      message: [
        "zh": "“\(unread.place)”没有完整读取，未读取的内容无法定级：\(unread.reason["zh"] ?? "")。",
        "en":
          "“\(unread.place)” was not read whole, and what is unread cannot be judged: \(unread.reason["en"] ?? "").",
      ],
      hint: [
        "zh": "改好数据表或其读取方式的声明后重试；在此之前按最高级别对待。",
        "en": "Mend the table, or how it is declared to be read; until then it counts as the highest level.",
      ])
  }

  /// Whose signature is wanted.
  static func approvalMissing(_ need: ApprovalNeed) -> Problem {
    let change = need.from.map { "\($0) → \(need.to)" } ?? need.to
    return Problem(
      code: .approvalMissing,
      message: [
        "zh": "“\(need.dataset)”的变更（\(change)，\(name(need.kind).zh)）缺少第二人的签名批准。",
        "en":
          "The change of “\(need.dataset)” (\(change), \(name(need.kind).en)) has no second person's signed approval.",
      ],
      hint: need.isProposed ? approve(need) : propose(need))
  }

  private static func propose(_ need: ApprovalNeed) -> [String: String] {
    [
      "zh":
        "由一人提议：doorsill propose \(need.dataset) --as …；再由具有“\(need.role)”角色的另一人运行 doorsill approve \(need.dataset)。",
      "en":
        "One person proposes it: doorsill propose \(need.dataset) --as …; another with the role “\(need.role)” then runs: doorsill approve \(need.dataset)",
    ]
  }

  private static func approve(_ need: ApprovalNeed) -> [String: String] {
    [
      "zh": "请具有“\(need.role)”角色的另一人运行 doorsill approve \(need.dataset)。",
      "en": "Another person with the role “\(need.role)” runs: doorsill approve \(need.dataset)",
    ]
  }

  /// In what content leaves what was agreed to.
  static func departure(_ departure: Departure, _ dataset: String) -> Problem {
    let words = departure.message
    return Problem(
      code: .leftEnvelope,
      message: [
        "zh": "“\(dataset)”超出同意的范围：\(words["zh"] ?? "")。",
        "en": "“\(dataset)” leaves what was agreed to: \(words["en"] ?? "").",
      ], hint: [:])
  }

  /// What of an open set also stands in a restricted one.
  static func match(_ match: Match, _ dataset: String) -> Problem {
    let (field, with) = (match.field, match.with)
    let isFile = match.withField.isEmpty
    return Problem(
      code: .restrictedValues,
      message: [
        "zh": isFile
          ? "“\(dataset)”的文件“\(field)”与受限数据集“\(with)”的一个文件完全相同。"
          : "“\(dataset)”信息项“\(field)”的 \(match.of) 个不同值中有 \(match.found) 个（\(match.percent)%）也在受限数据集“\(with)”的信息项“\(match.withField)”中。",
        "en": isFile
          ? "The file “\(field)” of “\(dataset)” is, byte for byte, one of the restricted set “\(with)”."
          : "Of the \(match.of) different values of the field “\(field)” of “\(dataset)”, \(match.found) (\(match.percent) %) also stand in the field “\(match.withField)” of the restricted set “\(with)”."
          ,
      ],
      hint: [
        "zh":
          "如属同一批数据，请勿公开，或去掉该信息项；如本可公开，由一人提议（doorsill propose \(dataset)），另一人批准（doorsill approve \(dataset)），每对数据集和信息项只需一次。",
        "en":
          "If these are the same data, keep them closed or take the field out. If they may be open, one person proposes it (doorsill propose \(dataset)) and another approves it (doorsill approve \(dataset)): once for a pair and field.",
      ])
  }

  private static func name(_ kind: ApprovalKind) -> Sentence {
    switch kind {
    case .belowEvidence: Sentence("低于证据级别", "below the evidence")
    case .raising: Sentence("升级", "raising the level")
    case .lowering: Sentence("降级", "lowering the level")
    case .legalBasisChange: Sentence("法律依据变更", "a change of legal basis")
    case .detectorOverride: Sentence("推翻检测结果", "overriding a detector")
    case .policyChange: Sentence("政策变更", "a change of policy")
    case .widening: Sentence("超出同意的范围", "content outside what was agreed to")
    case .reopening: Sentence("恢复已暂停的数据集", "reopening what was suspended")
    case .retiring: Sentence("永久撤回", "taking out for good")
    case .theme: Sentence("界面变更", "a change of theme")
    case .person: Sentence("人员变更", "a change of who is registered")
    case .firstOpening: Sentence("首次发布", "a first publication")
    }
  }

  private struct Sentence {
    let zh: String
    let en: String

    init(_ zh: String, _ en: String) {
      self.zh = zh
      self.en = en
    }
  }

  private static func sentences(
    _ code: Problem.Code, _ what: String, _ place: String
  ) -> (message: Sentence, hint: Sentence) {
    switch code {
    case .unknownLevel:
      (
        Sentence(
          "“\(place)”使用了级别表中没有的级别“\(what)”。",
          "“\(place)” names the level “\(what)”, which the scale does not have."),
        Sentence("改用 Policies/levels.json5 中的级别。", "Use a level of Policies/levels.json5.")
      )
    case .secrecyMarking:
      (
        Sentence(
          "“\(place)”的信息项“\(what)”带有国家秘密标志，拒绝接收。",
          "“\(place)” bears a secrecy marking in the field “\(what)”: it is refused."),
        Sentence(
          "国家秘密不得进入本系统：数据提供方应立即移走该文件，并按保密规定处理。",
          "State secrets do not belong in this system: the provider takes the file away at once and follows its secrecy rules."
        )
      )
    case .personalHeader:
      (
        Sentence(
          "“\(place)”的列名（\(what)）中有个人的号码或姓名，而列名无论何种级别都会公开。",
          "The names of columns of “\(place)” (\(what)) hold numbers or names of persons, and such names are public at any level."
        ),
        Sentence(
          "把它们改写成某一列的值；若第一行其实是数据，请注明没有表头（--no-header）。",
          "Write them as values of a column; if the first record is data, say that there is no header (--no-header)."
        )
      )
    case .unread:
      (
        Sentence("“\(place)”没有完整读取（\(what)）。", "“\(place)” was not read whole (\(what))."),
        Sentence("改好数据表后重试。", "Mend the table.")
      )
    case .missingLegalBasis:
      (
        Sentence("“\(place)”的级别为 \(what)，但没有法律依据。", "“\(place)” is held at \(what) without a legal basis."),
        Sentence(
          "在 classification.legalBasis 中写明依据；没有依据的应予开放。",
          "Name it in classification.legalBasis; what has no legal basis for secrecy is open.")
      )
    case .missingReason:
      (
        Sentence(
          "“\(place)”申报 \(what)，低于证据级别，但没有书面理由。",
          "“\(place)” declares \(what), below the evidence, without a written reason."),
        Sentence("在 classification.reason 中写明理由。", "Write it in classification.reason.")
      )
    case .openingPersonal:
      (
        Sentence(
          "申报为无条件开放，但“\(place)”等含有个人信息（\(what)）。",
          "It is declared open, but “\(place)” holds what the detectors call personal (\(what))."),
        Sentence(
          "申报 \(what) 并注明法律依据，或去掉该信息项；确属误报的，由第二人批准推翻。",
          "Declare \(what) with a legal basis, or drop the field; if the detector is wrong, a second person may override it."
        )
      )
    case .openingRestricted:
      (
        Sentence(
          "申报为无条件开放，但“\(place)”的证据为 \(what)。",
          "It is declared open, but the evidence on “\(place)” gives \(what)."),
        Sentence("申报 \(what) 并注明法律依据。", "Declare \(what) with a legal basis.")
      )
    case .approvalMissing:
      (
        Sentence("“\(place)”缺少第二人的签名批准。", "“\(place)” has no second person's signed approval."),
        Sentence(
          "“\(what)”已提议；请另一人运行 doorsill approve \(place)。",
          "“\(what)” has proposed it; another person runs: doorsill approve \(place)")
      )
    case .approvalStale:
      (
        Sentence(
          "“\(what)”对“\(place)”的提议已不适用：此后数据或描述有变化。",
          "What “\(what)” proposed of “\(place)” is stale: the data or the descriptor has changed since."),
        Sentence(
          "请重新提议：doorsill propose \(place)。", "Propose it anew: doorsill propose \(place)")
      )
    case .restrictedValues:
      (
        Sentence("“\(place)”与受限数据集相同。", "“\(place)” is as a restricted set is."), Sentence("", "")
      )
    case .leftEnvelope:
      (Sentence("“\(place)”超出同意的范围。", "“\(place)” leaves what was agreed to."), Sentence("", ""))
    case .retired:
      (
        Sentence(
          "“\(place)”已永久撤回，其标识不再使用。", "“\(place)” was withdrawn for good, and its name is not used again."),
        Sentence("删去 Catalog/\(place)。", "Remove Catalog/\(place).")
      )
    case .themeUnapproved:
      (
        Sentence(
          "“\(place)”或门户管理方已更改（\(what.prefix(12))…），但没有第二人批准。",
          "“\(place)” or who manages the portal has changed (\(what.prefix(12))…) without a second person's approval."
        ),
        Sentence(
          "由一人运行 doorsill propose theme，另一人运行 doorsill approve theme；或恢复原文件。",
          "One person runs doorsill propose theme, another doorsill approve theme; or put the files back.")
      )
    case .approvalBySelf:
      (
        Sentence(
          "“\(what)”不能批准自己对“\(place)”提出的变更。", "“\(what)” cannot approve their own change of “\(place)”."),
        Sentence("请另一位有权限的人批准。", "Another person with the role approves it.")
      )
    case .approvalWithoutRole:
      (
        Sentence(
          "“\(what)”没有批准“\(place)”所需的角色，或属于其他机构。",
          "“\(what)” does not have the role that approving “\(place)” needs, or is of another organization."),
        Sentence(
          "请数据提供方或门户管理方中有该角色的人批准；角色见 Policies/access.json5。",
          "A person with the role, of the dataset's provider or the portal's manager, approves it; roles are in Policies/access.json5."
        )
      )
    case .secondPersonRemoved:
      (
        Sentence(
          "“\(place)”的新政策取消了“\(what)”的第二人批准。",
          "The new “\(place)” does away with the second person for “\(what)”."),
        Sentence(
          "恢复该项批准；第二人制度不能通过政策变更取消。",
          "Put the approval back: a change of policy cannot remove the second person.")
      )
    case .policyChangeUnapproved:
      (
        Sentence(
          "“\(place)”已更改（\(what.prefix(12))…），但未经此前政策所要求的批准。",
          "“\(place)” has changed (\(what.prefix(12))…) without the approval that the previous policy asks for."
        ),
        Sentence(
          "由一人运行 doorsill propose policy，另一人运行 doorsill approve policy；或恢复原文件。",
          "One person runs doorsill propose policy, another doorsill approve policy; or put the files back.")
      )
    case .personUnregistered:
      (
        Sentence(
          "\(place) 中的“\(what)”（密钥、角色或机构）与日志所登记的不同。",
          "“\(what)” in \(place) is not as the log has them registered (key, roles or organization)."),
        Sentence(
          "新加入的，由两名已登记的人（只有一人时由该人）运行 doorsill person accept \(what)，其中一人为审批人；其他变更先运行 doorsill propose person:\(what)；或恢复原文件。",
          "Who joins is accepted by two who are registered, an approver among them, or by the only one: doorsill person accept \(what). Other changes begin with doorsill propose person:\(what). Or put the file back."
        )
      )
    case .closedParent:
      (
        Sentence(
          "“\(place)”是“\(what)”的开放视图，而“\(what)”不予开放。",
          "“\(place)” is an open view of “\(what)”, which is closed."),
        Sentence(
          "不予开放的数据集只有目录条目：删去该视图，或由第二人批准较低的级别。",
          "A closed dataset has a catalogue entry only: remove the view, or have a lower level approved.")
      )
    case .sourceMissing:
      (
        Sentence(
          "“\(place)”由“\(what)”派生，而“\(what)”已撤回、被拒绝或不在本次发布之列。",
          "“\(place)” is derived from “\(what)”, which is withdrawn, refused, or not among what is published."
        ),
        Sentence(
          "先解决“\(what)”的问题；已撤回的，删去 Catalog/\(place)。",
          "Mend “\(what)” first; where it was withdrawn, remove Catalog/\(place).")
      )
    case .sourceLevel:
      (
        Sentence(
          "“\(place)”由“\(what)”派生，而“\(what)”的级别不是有条件开放。",
          "“\(place)” is derived from “\(what)”, whose level is not a conditional one."),
        Sentence(
          "只能关联有条件开放的数据集：不予开放的不得派生，无条件开放的可由使用者自行关联。",
          "Join conditional datasets: nothing is derived from a closed one, and an open one is joined by whoever downloads it."
        )
      )
    case .viewTooRisky:
      (
        Sentence(
          "视图“\(place)”未达到要求（\(what)）。", "The view “\(place)” does not reach what it requires (\(what))."),
        Sentence(
          "去掉、归并或封顶某些信息项；doorsill classify 会指出哪一项。",
          "Drop, band or top-code a field; doorsill classify names the one that helps most.")
      )
    case .profileTooWeak:
      (
        Sentence(
          "保护方案“\(what)”达不到该级别的及格线（\(place)）：受测攻击的猜中率上界高于级别所允许的。",
          "The profile “\(what)” does not meet the bar of the level (\(place)): the measured attacks guessed more than it allows."
        ),
        Sentence(
          "改用测得的界限不超过该及格线的方案，例如 strict；界限与及格线见 Policies/protection.json5。",
          "Use a profile whose measured bounds are at most that, such as `strict`; bounds and bars are in Policies/protection.json5."
        )
      )
    case .profileUnqualified:
      (
        Sentence(
          "保护方案“\(what)”没有与其现有参数相符的攻击测量记录（\(place) 中的 qualified）。",
          "The profile “\(what)” has no record of the measured attacks under the parameters it has (`qualified` in \(place))."
        ),
        Sentence(
          "改用随附的方案：doorsill init 会将其写入新门户的 Policies/protection.json5（早期版本的门户须取用一次该文件，并由第二人批准）；或运行 doorsill result attack --qualify --profile \(what)，把给出的 qualified 条目写入该方案。",
          "Take over the profiles that come with Doorsill: doorsill init writes them into a new portal's Policies/protection.json5 (a portal of an earlier version has to take over that file once, and a second person approves it). Or run doorsill result attack --qualify --profile \(what) and put the `qualified` entry it prints into the profile."
        )
      )
    case .levelWithoutBar:
      (
        Sentence(
          "级别“\(what)”在 \(place) 的 bars 中没有及格线。",
          "The level “\(what)” has no bar among the `bars` of \(place)."),
        Sentence(
          "在 bars 中写明该级别允许的猜中率上界，例如 0.54（最高 0.55），并由第二人批准。",
          "Say in `bars` how much may be guessed under a profile that serves the level, as 0.54 (at most 0.55); a second person approves it."
        )
      )
    }
  }
}
