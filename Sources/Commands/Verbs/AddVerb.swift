import Bytes
import Catalogs
import Publishing

/// `add`: from a table to a descriptor.
enum AddVerb {
  static let all: [Verb] = [
    Verb(
      "add", "FILE…",
      Phrase(
        "读取数据表，提出描述文件与级别（附依据），写入 Catalog/",
        "read tables, propose descriptor and level with evidence, and write them into Catalog/"),
      options: [
        Option("--name", "NAME", Phrase("数据集标识（缺省：由文件名而来）", "the dataset's name (default: from the file's)")),
        Option("--title", "TEXT", Phrase("标题（缺省：文件名）", "its title (default: the file's name)")),
        Option(
          "--organization", "ID",
          Phrase("数据提供方（缺省：目录的发布机构）", "the provider (default: the catalogue's publisher)")),
        Option(
          "--person", "ID",
          Phrase("负责人（缺省：该机构的第一人）", "who answers for it (default: the first of that organization)")),
        Option("--dry-run", Phrase("只输出描述文件，不写入", "print the descriptor and write nothing")),
      ] + TableVerbs.readings + [.portal, .json],
      example: "doorsill add residents.csv --organization civil-affairs --person zhang-lei", run: add)
  ]

  private static func add(_ invocation: Invocation) throws -> ExitStatus {
    let files = try invocation.operands(1)
    guard files.count == 1 || !invocation.has("--name") && !invocation.has("--title") else {
      throw UsageFault(
        Phrase("--name 与 --title 只能用于一个文件", "--name and --title are for one file"))
    }
    let portal = try invocation.portal()
    let policies = try PolicySet.load(folder: portal.policies)
    let catalog = try Catalog.load(folder: portal.catalog, policies: policies)
    var wishes = Proposal.Wishes()
    wishes.name = invocation.value("--name")
    wishes.title = invocation.value("--title")
    wishes.organization = invocation.value("--organization")
    wishes.person = invocation.value("--person")
    for (number, file) in files.enumerated() {
      invocation.terminal.progress("\(number + 1)/\(files.count) \(file)")
      let proposal = try PortalVerbs.telling(invocation.terminal) {
        try Proposal(
          try TableVerbs.source(file, invocation), wishes: wishes, portal: portal, catalog: catalog,
          policies: policies)
      }
      if invocation.has("--json") {
        invocation.terminal.print(bytes: proposal.verdict.json.serialized(pretty: true) + [0x0A])
      } else if invocation.has("--dry-run") {
        invocation.terminal.print(proposal.descriptor)
      } else {
        VerdictPage.show(proposal.verdict, invocation.terminal)
      }
      TableVerbs.tell(proposal.notes, of: file, invocation.terminal)
      guard !invocation.has("--dry-run") else { continue }
      try proposal.write(portal: portal, policies: policies)
      invocation.terminal.note(
        Phrase(
          "已写入 \(proposal.folder)/dataset.json5（\(proposal.rows) 行）：请核对，再运行 doorsill check \(proposal.name)",
          "wrote \(proposal.folder)/dataset.json5 (\(proposal.rows) rows): correct it, then run 'doorsill check \(proposal.name)'"
        ))
    }
    return .done
  }
}
