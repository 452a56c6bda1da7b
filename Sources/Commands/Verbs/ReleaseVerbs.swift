import Bytes
import Crossing
import Publishing
import Releases
import Serving
import Trust

/// `release` and `withdraw`: what has been published.
enum ReleaseVerbs {
  static let all: [Verb] = [
    Verb(
      "withdraw", "DATASET", Phrase("立即撤回一个数据集", "take a dataset out at once"),
      options: [Option("--reason", "TEXT", Phrase("书面理由", "the reason, in writing")), .portal]
        + Option.person,
      example: "doorsill withdraw airports --reason '坐标有误'", run: withdraw),
    Verb(
      "release list", "", Phrase("列出保留的发布版本", "list the releases that are kept"),
      options: [.portal, .state, .json],
      example: "doorsill release list", run: list),
    Verb(
      "release verify", "[NUMBER]",
      Phrase("核验发布版本的签名与每个文件的摘要", "verify a release's signature and every part of it"),
      options: [.portal, .state, .json], example: "doorsill release verify", run: verify),
  ]

  private static func store(_ invocation: Invocation) throws -> ReleaseStore {
    let outside = try invocation.outside()
    return try ReleaseStore(folder: outside.folder, key: try outside.releaseKey())
  }

  private static func withdraw(_ invocation: Invocation) throws -> ExitStatus {
    let dataset = try invocation.operands(1, 1)[0]
    let portal = try invocation.portal()
    try Withdrawal.withdraw(
      dataset, portal: portal, reason: try invocation.required("--reason"), by: try invocation.author(),
      now: .now())
    invocation.terminal.note(
      Phrase("已撤回 \(dataset)：下一次请求起不再提供", "withdrew \(dataset): gone with the next request"))
    return .done
  }

  private static func list(_ invocation: Invocation) throws -> ExitStatus {
    let store = try store(invocation)
    let current = try? store.current().number
    let releases = try store.numbers().map { try store.release($0) }
    if invocation.has("--json") {
      let items: [JSON] = releases.map {
        [
          "release": JSON($0.number), "created": .string($0.manifest.created.rfc3339),
          "current": .bool($0.number == current),
          "parts": JSON($0.manifest.parts.count), "root": .string($0.manifest.root),
        ]
      }
      invocation.terminal.print(bytes: JSON.array(items).serialized(pretty: true) + [0x0A])
      return .done
    }
    invocation.terminal.table(
      [[Phrase("版本", "release").said, Phrase("时间", "made").said, Phrase("文件", "parts").said, ""]]
        + releases.map {
          [
            String($0.number), $0.manifest.created.rfc3339, String($0.manifest.parts.count),
            $0.number == current ? Phrase("← 当前", "← served").said : "",
          ]
        })
    return .done
  }

  private static func verify(_ invocation: Invocation) throws -> ExitStatus {
    let operands = try invocation.operands(0, 1)
    let store = try store(invocation)
    var release = try store.current()
    if let word = operands.first {
      guard let number = Int(word) else {
        throw UsageFault(Phrase("版本号须为整数，而不是“\(word)”", "a release is named by its number, not '\(word)'"))
      }
      release = try store.release(number)
    }
    let faults = release.faults()
    for fault in faults { invocation.terminal.tell(fault) }
    guard faults.isEmpty else { return .refused }
    invocation.terminal.note(
      Phrase(
        "第 \(release.number) 版完好：签名有效，\(release.manifest.parts.count) 个文件摘要一致",
        "release \(release.number) is whole: the signature is valid, and \(release.manifest.parts.count) parts have their hashes"
      ))
    return .done
  }
}
