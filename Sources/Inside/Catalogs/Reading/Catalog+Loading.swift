import Bytes
import System

extension Catalog {
  /// The name of the catalogue's own descriptor.
  package static let fileName = "catalog.json5"
  /// The name of a dataset's descriptor in its folder.
  package static let descriptorName = "dataset.json5"

  /// Reads `catalog.json5` and every dataset's descriptor below `folder` against the policies.
  ///
  /// Throws every fault of every file at once: unknown and repeated keys, wrong types, references to an organization,
  /// theme, licence, code list, field, level, profile or person that does not exist, paths that leave the folder.
  ///
  /// Nothing is read twice: descriptors are kept as they were read, and tables when they are read first, copied into a file
  /// without a name in `work`, or where the system keeps such.
  package static func load(
    folder: String, policies: PolicySet, work: String? = nil
  ) throws(CatalogError) -> Catalog {
    let (catalog, faults) = try readable(folder: folder, policies: policies, work: work)
    if let faults { throw faults }
    return catalog
  }

  /// The same of what can be read, with the faults of what cannot: one dataset with a slip of the pen keeps nobody from
  /// looking at the others. Nothing is published from it.
  package static func readable(
    folder: String, policies: PolicySet, work: String? = nil
  ) throws(CatalogError) -> (catalog: Catalog, faults: CatalogError?) {
    let faults = Faults()
    let (root, room): (String, TableRoom)
    do {
      root = try Files.resolved(folder)
      room = TableRoom(try Folder(root), work: work)
    } catch { throw CatalogError([], unreadable: [error]) }
    let read = document(fileName, in: room.catalog, faults).flatMap { text in
      var catalog = CatalogReader(folder: root, faults: faults).read(text.document)
      catalog?.texts[fileName] = text.bytes
      return catalog
    }
    guard var catalog = read else {
      try faults.throwAll()
      throw CatalogError([])
    }
    let isSound = faults.isEmpty
    checkPeople(of: policies, in: catalog, faults)
    let names = datasetNames(in: root, faults)
    var documents: [(name: String, document: Document)] = []
    for name in names {
      let path = "\(name)/\(descriptorName)"
      guard let text = document(path, in: room.catalog, faults) else { continue }
      documents.append((name, text.document))
      catalog.texts[path] = text.bytes
    }
    let deriving = Derivations(documents.map { ($0.name, $0.document.root["derive"]) })
    // A derived dataset is read after its sources.
    for item in documents.sorted(by: {
      (deriving.depth(of: $0.name), $0.name) < (deriving.depth(of: $1.name), $1.name)
    }) {
      let reader = DatasetReader(
        catalog: catalog, policies: policies, folder: Files.join(root, item.name), faults: faults,
        names: names, deriving: deriving, room: room)
      if let dataset = reader.read(item.document) { catalog.datasets.append(dataset) }
    }
    let order = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    catalog.datasets.sort { (order[$0.name] ?? 0) < (order[$1.name] ?? 0) }
    relate(&catalog.datasets)
    checkViews(of: catalog, faults)
    // Without the catalogue's own file nothing can be said of anything.
    if !isSound { try faults.throwAll() }
    return (catalog, faults.isEmpty ? nil : CatalogError(faults.errors, unreadable: faults.unreadable))
  }

  /// A view is a dataset by name, so its name is nobody else's; and statistics of the same units elsewhere (one key
  /// family) bar it from their fields as those of its own dataset do.
  private static func checkViews(of catalog: Catalog, _ faults: Faults) {
    var owners = Dictionary(
      catalog.datasets.map { ($0.name, $0.name) }, uniquingKeysWith: { first, _ in first })
    for dataset in catalog.datasets {
      func fault(_ reason: Wording, _ hint: Wording) {
        faults.add(
          DocumentError(
            file: "\(Files.name(of: catalog.folder))/\(dataset.name)/\(descriptorName)", line: 1, column: 1,
            path: "views", reason: reason, hint: hint))
      }
      for view in dataset.views {
        if let owner = owners[view.name] {
          fault(
            Wording(
              "the view \"\(view.name)\" has a name that \"\(owner)\" uses",
              "视图“\(view.name)”的名称已由“\(owner)”使用"), Wording("call it otherwise", "请另取名称"))
        }
        owners[view.name] = dataset.name
        for other in catalog.datasets where other.keyFamily == dataset.keyFamily && other.name != dataset.name
        {
          let seen = other.seen(from: dataset.name)
          guard let (result, field) = view.overlap(with: seen.results, dimensions: seen.dimensions) else {
            continue
          }
          fault(
            Wording(
              "the view \"\(view.name)\" and the result \"\(other.name)/\(result)\" of the same family both use \"\(field)\": statistics or views over the same dimensions, never both",
              "视图“\(view.name)”与同族的结果“\(other.name)/\(result)”都用到“\(field)”：同样的维度上只能提供统计或视图之一"),
            Wording("drop \"\(field)\" from one of the two", "请从其中之一去掉“\(field)”"))
        }
      }
    }
  }

  /// Every visible folder is a dataset.
  private static func datasetNames(in root: String, _ faults: Faults) -> [String] {
    do {
      return try Files.list(root).filter { name in
        !name.hasPrefix(".") && Files.isDirectory(Files.join(root, name))
      }
    } catch {
      faults.add(error)
      return []
    }
  }

  /// A document below the catalogue's folder; faults call it `Catalog/<path>`.
  private static func document(
    _ path: String, in root: Folder, _ faults: Faults
  ) -> (document: Document, bytes: [UInt8])? {
    let label = "\(Files.name(of: root.path))/\(path)"
    do {
      let bytes = try root.read(path, limit: descriptorLimit)
      return faults.attempt { () throws(DocumentError) in try Document(json5: bytes, file: label) }
        .map { ($0, bytes) }
    } catch {
      if error.isMissing {
        faults.add(
          DocumentError(
            file: label, line: 1, column: 1, path: "", reason: Wording("there is no such file", "没有该文件"),
            hint: path == fileName
              ? Wording("`doorsill init` makes one", "可用 `doorsill init` 生成")
              : Wording(
                "each folder of the catalogue is a dataset and needs its descriptor", "目录中每个文件夹都是一个数据集，须有描述文件"
              )))
      } else {
        faults.add(error)
      }
      return nil
    }
  }

  /// Bytes of a descriptor.
  package static let descriptorLimit = 4 << 20

  /// People of access.json5 belong to organizations of the catalogue.
  private static func checkPeople(of policies: PolicySet, in catalog: Catalog, _ faults: Faults) {
    let known = catalog.organizations.map(\.id)
    guard policies.access.people.contains(where: { !known.contains($0.organization) }),
      let bytes = policies.files["access.json5"]
    else { return }
    let nodes = faults.attempt { () throws(DocumentError) in
      try Document(json5: bytes, file: "Policies/access.json5").root["people"]?.elements() ?? []
    }
    for node in nodes ?? [] {
      guard let organization = node["organization"] else { continue }
      _ = faults.attempt { () throws(DocumentError) in
        try Checks.reference(organization, to: .organization, in: known)
      }
    }
  }
}
