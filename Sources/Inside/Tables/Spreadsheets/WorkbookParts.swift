import Bytes

/// The parts of a workbook, found by its relationships. Their names are compared without case, as OPC says
/// (ECMA-376 part 2, 6.2.2.3), and some writers name them with backslashes.
struct WorkbookParts {
  /// A part that the workbook names.
  struct Link {
    var id: String
    /// The last word of the relationship's type: `worksheet`, `styles`, `sharedStrings`.
    var kind: String
    var part: String
  }

  /// The part of the workbook itself.
  private(set) var workbook = "xl/workbook.xml"
  private(set) var links: [Link] = []
  private let archive: ZipReader
  private let entries: [String: ZipEntry]
  private let file: String

  init(_ source: TableSource) throws(TableError) {
    let file = source.name
    self.file = file
    let held = try source.held?.file()
    do throws(ZipError) {
      archive =
        if let held {
          try ZipReader(held, allowsBackslashes: true)
        } else {
          try ZipReader(path: source.path, allowsBackslashes: true)
        }
    } catch {
      throw TableError(
        .malformed, file: file,
        Wording("is no readable workbook: \(error.message)", "不是可读的工作簿：\(error.message)"))
    }
    var entries: [String: ZipEntry] = [:]
    for entry in archive.entries {
      guard entries.updateValue(entry, forKey: Self.key(entry.name)) == nil else {
        throw TableError(
          .malformed, file: file,
          Wording("two of its parts have the name \(entry.name)", "有两个部件同名：\(entry.name)"))
      }
    }
    self.entries = entries
    let root = try relationships("_rels/.rels", in: "")
    workbook = root.first { $0.kind == "officeDocument" }?.part ?? workbook
    guard entries["[content_types].xml"] != nil, entries[Self.key(workbook)] != nil,
      Self.key(workbook).hasSuffix(".xml"), !Self.key(workbook).hasPrefix("word/"),
      !Self.key(workbook).hasPrefix("ppt/")
    else { throw ForeignKind(zipNames: archive.entries.map(\.name)).refusal(of: file) }
    if entries.keys.contains(where: { $0.hasSuffix("vbaproject.bin") }) {
      throw TableError(
        .refused, file: file, Wording("the workbook has macros", "工作簿带有宏"),
        hint: Wording("save it as .xlsx, without macros", "请另存为不带宏的 .xlsx"))
    }
    let folder = workbook.lastIndex(of: "/").map { String(workbook[...$0]) } ?? ""
    links = try relationships("\(folder)_rels/\(workbook.dropFirst(folder.count)).rels", in: folder)
  }

  private static func key(_ name: String) -> String { name.replacing("\\", with: "/").lowercased() }

  /// The part of that kind which the workbook names; its usual name where it names none.
  func part(_ kind: String) -> String { links.first { $0.kind == kind }?.part ?? "xl/\(kind).xml" }

  /// A part's tags and text; nil where there is no such part.
  func scanner(_ part: String) throws(TableError) -> XMLScanner? {
    guard let entry = entries[Self.key(part)] else { return nil }
    do throws(ZipError) {
      return XMLScanner(try archive.stream(entry), part: part, file: file)
    } catch {
      throw TableError(.malformed, file: file, Wording(error.message, "工作簿已损坏：\(error.message)"))
    }
  }

  /// What a part of relationships names, its targets resolved against the folder of the part they belong to.
  private func relationships(_ part: String, in folder: String) throws(TableError) -> [Link] {
    guard var scanner = try scanner(part) else { return [] }
    var links: [Link] = []
    while true {
      let event = try scanner.next()
      if event == .finish { return links }
      guard event == .start || event == .empty, scanner.isNamed("Relationship"),
        let id = scanner.attributeText("Id"), let target = scanner.attributeText("Target"),
        scanner.attributeText("TargetMode")?.lowercased() != "external"
      else { continue }
      let kind = scanner.attributeText("Type")?.split(separator: "/").last.map(String.init) ?? ""
      links.append(Link(id: id, kind: kind, part: Self.resolved(target, in: folder)))
    }
  }

  /// A target as the name of a part: absolute with a slash before it, else below the folder.
  private static func resolved(_ target: String, in folder: String) -> String {
    let target = target.replacing("\\", with: "/")
    var steps: [Substring] = []
    for step in (target.hasPrefix("/") ? target : folder + target).split(separator: "/") where step != "." {
      if step == ".." { _ = steps.popLast() } else { steps.append(step) }
    }
    return steps.joined(separator: "/")
  }
}
