import Bytes
import Policies
import Publishing
import Trust

/// `mandate`: what is published by a timer and not by a person.
enum MandateVerbs {
  static let all: [Verb] = [
    Verb(
      "mandate give", "DATASET",
      Phrase(
        "委托发布方按期发布一个数据集的新行（doorsill publish --mandate），无须本人在场；描述、密级或范围一变即终止",
        "let new rows of a dataset be published by a timer (doorsill publish --mandate); ends when anything but the rows changes"
      ),
      options: [
        Option("--every", "P1D", Phrase("周期：P1D、P7D、PT6H……", "how often: P1D, P7D, PT6H, …")),
        Option("--until", "DATE", Phrase("截止日期（含当日，至多 400 日）", "its last day, at most 400 days ahead")),
        Option(
          "--least-rows", "PERCENT",
          Phrase("行数不少于上次的百分之几（缺省 80）", "rows that must still be there, of a hundred (default 80)")),
        .portal,
      ], act: .publish,
      example: "doorsill mandate give airports --every P1D --until 2027-06-30 --as zhang-min", run: give),
    Verb(
      "mandate end", "DATASET", Phrase("收回委托，立即生效；一人即可", "take a mandate back, at once: one person may"),
      options: [Option("--reason", "TEXT", Phrase("书面理由", "the reason, in writing")), .portal],
      act: .withdraw, example: "doorsill mandate end airports --reason '改由人工发布' --as zhang-min", run: end),
  ]

  private static func give(_ invocation: Invocation) throws -> ExitStatus {
    let dataset = try invocation.operands(1, 1)[0]
    let every = try invocation.required("--every")
    guard let hours = Mandate.hours(every) else {
      throw UsageFault(
        Phrase(
          "--every 须为整日或整小时，如 P1D、PT6H，而不是“\(every)”",
          "--every takes whole days or hours, as P1D or PT6H, not '\(every)'"))
    }
    let until = try invocation.required("--until")
    guard CalendarDate(iso: until) != nil else {
      throw UsageFault(
        Phrase("--until 须为日期，如 2027-06-30", "--until takes a date such as 2027-06-30, not '\(until)'"))
    }
    let least = try invocation.number("--least-rows") ?? 80
    guard least <= 100 else {
      throw UsageFault(Phrase("--least-rows 至多 100", "--least-rows is at most 100"))
    }
    let names = try Mandating.give(
      dataset, Mandating.Terms(hours: hours, leastRows: least, until: until),
      portal: try invocation.portal(), by: try invocation.author(), now: .now())
    let (zh, en) = (names.joined(separator: "、"), names.joined(separator: ", "))
    invocation.terminal.note(
      Phrase(
        "至 \(until)，\(zh) 的新行可按 \(every) 以 doorsill publish --mandate 发布",
        "until \(until), new rows of \(en) may be published every \(every) by 'doorsill publish --mandate'"))
    invocation.tellSignature()
    return .done
  }

  private static func end(_ invocation: Invocation) throws -> ExitStatus {
    let names = try Mandating.end(
      try invocation.operands(1, 1)[0], portal: try invocation.portal(),
      reason: try invocation.required("--reason"), by: try invocation.author(), now: .now())
    let (zh, en) = (names.joined(separator: "、"), names.joined(separator: ", "))
    invocation.terminal.note(Phrase("\(zh) 的委托已收回", "the mandate for \(en) is taken back"))
    invocation.tellSignature()
    return .done
  }
}
