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
      hint: [
        "zh": "请具有“\(need.role)”角色的另一人运行 doorsill approve \(need.dataset)。",
        "en": "Another person with the role “\(need.role)” runs: doorsill approve \(need.dataset)",
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
        Sentence("请另一人运行 doorsill approve \(place)。", "Another person runs: doorsill approve \(place)")
      )
    case .approvalStale:
      (
        Sentence(
          "“\(what)”对“\(place)”的批准已失效：此后数据或政策有变化。",
          "The approval of “\(place)” by “\(what)” is stale: the data or the policy has changed since."),
        Sentence("请其查看新的证据后重新批准。", "They look at the new evidence and approve again.")
      )
    case .approvalOfOtherChange:
      (
        Sentence("“\(what)”批准的是“\(place)”的另一项变更。", "“\(what)” approved another change of “\(place)”."),
        Sentence("请其批准本次变更。", "They approve this one: doorsill approve \(place)")
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
    case .approvalWithoutReason:
      (
        Sentence(
          "“\(what)”对“\(place)”的批准没有写明理由。", "The approval of “\(place)” by “\(what)” gives no reason."),
        Sentence("请其写明理由后重新批准。", "They approve again with a reason.")
      )
    case .proposerUnknown:
      (
        Sentence(
          "不知道“\(place)”的变更由谁提出，无法确认批准者是第二人。",
          "Nobody is named as proposing the change of “\(place)”, so no one can be its second person."),
        Sentence(
          "在 classification.by 或 provider.person 中写明提出人。",
          "Name the proposer in classification.by or provider.person.")
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
          "请第二人运行 doorsill approve policy，或恢复原文件。",
          "A second person runs: doorsill approve policy; or put the files back.")
      )
    case .signerMissing:
      (
        Sentence(
          "“\(place)”已更改，而当前版本的政策中没有人持有密钥并具有“\(what)”角色，无人可以批准。",
          "“\(place)” has changed, and in the policy of the release that is served nobody with the role “\(what)” has a key: no one could approve it."
        ),
        Sentence(
          "先只增加人员再发布：恢复其余改动，由另一人运行 doorsill person add … --role \(what)，再由已持钥的数据专员运行 doorsill publish --as …；此后的更改由该人批准。",
          "Publish new people first, and nothing else: put the other changes back, have another person run “doorsill person add … --role \(what)”, then “doorsill publish --as …” by a custodian who had a key before (or by the first who has one). That person approves what comes after."
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
