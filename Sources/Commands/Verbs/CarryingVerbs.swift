import Bytes
import Crossing
import Publishing
import Releases
import Serving

/// `release rollback`, `export` and `import`: going back, and over a one-way gap.
enum CarryingVerbs {
  static let all: [Verb] = [
    Verb(
      "release rollback", "NUMBER",
      Phrase(
        "以旧版本的开放数据经今日之门制作新版本；已撤回或已收紧的不会回来",
        "make a new release of an earlier one's open tables, through today's gate; what was withdrawn or shut stays out"
      ),
      options: [
        Option("--reason", "TEXT", Phrase("书面理由", "the reason, in writing")),
        Option("--dry-run", Phrase("只说明会改变什么", "say what would change, and change nothing")), .portal, .json,
      ], act: .publish,
      example: "doorsill release rollback 6 --reason 'wrong file in release 7' --as wang-wei", run: rollBack),
    Verb(
      "release export", "[NUMBER]",
      Phrase("将发布版本写成一个可携带的签名文件", "write a release as one signed file that can be carried"),
      options: [Option("--out", "FILE", Phrase("目标文件", "the file to write")), .portal, .state],
      example: "doorsill release export --out release-3.tar", run: export),
    Verb(
      "release import", "FILE",
      Phrase("核验携来的发布版本并开始提供", "verify a release that was carried here, and serve it"),
      options: [.portal, .state], example: "doorsill release import release-3.tar --state /srv/doorsill",
      run: adopt),
  ]

  private static func rollBack(_ invocation: Invocation) throws -> ExitStatus {
    let number = try ReleaseVerbs.number(try invocation.operands(1, 1)[0])
    let reason = try invocation.required("--reason")
    let terminal = invocation.terminal
    let publisher = try PortalVerbs.publisher(invocation)
    let rollback = try PortalVerbs.telling(terminal) { try publisher.rollBack(to: number, reason: reason) }
    if invocation.has("--json") {
      var json = rollback.publication.json
      json["brought"] = JSON(rollback.brought)
      json["leftOut"] = JSON(rollback.leftOut)
      terminal.print(bytes: json.serialized(pretty: true) + [0x0A])
      return .done
    }
    PublicationPage.show(rollback.publication, json: false, terminal)
    if !rollback.brought.isEmpty {
      terminal.note(
        Phrase(
          "取自第 \(number) 版：\(rollback.brought.joined(separator: "、"))",
          "as in release \(number): \(rollback.brought.joined(separator: ", "))"))
    }
    if !rollback.leftOut.isEmpty {
      terminal.note(
        Phrase(
          "不在其中：\(rollback.leftOut.joined(separator: "、"))",
          "not in it: \(rollback.leftOut.joined(separator: ", "))"))
    }
    terminal.note(
      Phrase(
        "下一次 publish 将重新采用目录中的数据源：请先改好它们",
        "the next publish takes the sources of the catalogue again: mend them first"))
    return .done
  }

  private static func export(_ invocation: Invocation) throws -> ExitStatus {
    let store = try ReleaseVerbs.store(invocation)
    let release = try ReleaseVerbs.release(try invocation.operands(0, 1).first, of: store)
    let path = try invocation.required("--out")
    // A link to nothing would be replaced by a file; the release goes to a name that is free.
    guard !Files.exists(path), !Files.isSymlink(path) else {
      throw UsageFault(Phrase("\(path) 已存在", "\(path) is there already"))
    }
    let size = try ReleaseArchive.export(release, outside: store.folder, to: path, key: store.key)
    invocation.terminal.note(
      Phrase(
        "第 \(release.number) 版已写入 \(path)（\(size) 字节）",
        "release \(release.number) is in \(path) (\(size) bytes)"))
    return .done
  }

  private static func adopt(_ invocation: Invocation) throws -> ExitStatus {
    let file = try invocation.operands(1, 1)[0]
    let outside = try invocation.outside()
    let number = try ReleaseArchive.adopt(file, outside: outside.folder, key: try outside.releaseKey())
    invocation.terminal.note(
      Phrase("第 \(number) 版完整且签名有效，现已提供", "release \(number) is whole and signed, and is served now"))
    return .done
  }
}
