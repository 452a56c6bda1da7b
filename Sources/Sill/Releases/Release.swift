package import Bytes
import Synchronization
package import System
package import Trust

/// One release, opened to be read. Its manifest's signature is verified when it is opened, every part's hash before
/// its content is used; the files of `site/`, which a static server reads, are verified by `verifyParts`.
package final class Release: Sendable {
  /// The release's own folder.
  package let folder: Folder
  package let manifest: Manifest
  package let settings: Settings
  private let places: [String: Part]
  private let catalogue: CatalogueSource
  private let resources: [String: [String]]
  private let open = Mutex(Opened())

  private struct Opened {
    var rows: [String: RowSource] = [:]
    var results: [String: StoredResult] = [:]
  }

  /// Opens `releases/<n>`, or the tree that becomes it, below the outside folder.
  package init(_ name: String, in outside: Folder, key: VerifyingKey) throws(ReleaseError) {
    let bytes: [UInt8]
    do {
      folder = try outside.folder(name)
      bytes = try folder.read(Layout.manifest, limit: Manifest.sizeLimit)
    } catch {
      throw error.isMissing
        ? .lost(Layout.manifest, Wording(error.message, error.message(in: "zh")))
        : ReleaseError(.missing, part: Layout.manifest, error)
    }
    let manifest = try Manifest(parsing: bytes)
    try manifest.verify(key: key)
    self.manifest = manifest
    var places: [String: Part] = [:]
    var resources: [String: [String]] = [:]
    for part in manifest.parts {
      places[part.path] = part
      if part.kind == .rows, let dataset = part.dataset, let resource = Release.resource(of: part, dataset) {
        resources[dataset, default: []].append(resource)
      }
    }
    self.places = places
    self.resources = resources
    let stored = try Release.bytes(of: Layout.settings, places, folder)
    do { settings = try Settings(json: JSON(parsing: stored)) } catch let error as ReleaseError {
      throw error
    } catch {
      throw ReleaseError(.malformed, part: Layout.settings, detail: "\(Layout.settings): \(error)")
    }
    try Release.check(Layout.catalogue, places, folder)
    catalogue = try CatalogueSource(path: folder.full(Layout.catalogue))
  }

  package var number: Int { manifest.release }

  /// The plain files: pages, downloads, feeds.
  package var siteFolder: String { folder.full(Layout.site) }

  /// The part at that path, as the manifest lists it.
  package func part(_ path: String) -> Part? { places[path] }

  /// The content of a part, its size and hash verified.
  package func bytes(of path: String) throws(ReleaseError) -> [UInt8] {
    try Release.bytes(of: path, places, folder)
  }

  /// A page frame that Site made, by its name below `shells/`.
  package func shell(_ name: String) throws(ReleaseError) -> [UInt8] {
    try bytes(of: "\(Layout.shells)/\(name)")
  }

  // MARK: Catalogue

  /// Names of all datasets, sorted.
  package func datasets() throws(ReleaseError) -> [String] { try catalogue.names() }

  /// The public metadata in that language, or in another where there is none in it; nil for an unknown dataset.
  package func dataset(_ id: String, language: String) throws(ReleaseError) -> JSON? {
    try catalogue.entry(id, language: language)
  }

  /// A page of the catalogue in one of its languages. `hiding`: withdrawn datasets.
  package func search(
    _ filter: CatalogueFilter, language: String, hiding: [String] = []
  ) throws(ReleaseError) -> CataloguePage {
    try catalogue.page(filter, language: language, hiding: hiding)
  }

  // MARK: Rows

  /// Names of the dataset's resources that have open rows, sorted.
  package func resources(of dataset: String) -> [String] { resources[dataset] ?? [] }

  /// The rows of a resource; of the first one where none is named. Nil where there are none. The first call verifies
  /// the part's hash.
  package func resource(_ dataset: String, _ resource: String? = nil) throws(ReleaseError) -> RowSource? {
    guard let resource = resource ?? resources[dataset]?.first else { return nil }
    let path = Layout.rowsPart(dataset, resource)
    if let source = open.withLock({ $0.rows[path] }) { return source }
    guard let part = places[path], part.kind == .rows, part.dataset == dataset else { return nil }
    try Release.check(path, places, folder)
    let source = try RowSource(path: folder.full(path), part: part, resource: resource)
    return open.withLock { opened in
      if let first = opened.rows[path] { return first }
      // A portal of many datasets does not keep them all open.
      if opened.rows.count >= Release.openSources { opened.rows.removeAll() }
      opened.rows[path] = source
      return source
    }
  }

  /// Row files kept open at once; a query that runs keeps its own.
  static let openSources = 256

  /// One page of rows. `unknownField`, naming the dataset, where there are none.
  package func rows(
    _ dataset: String, resource: String?, items: [(name: String, value: String)], milliseconds: Int
  ) throws(QueryError) -> RowPage {
    let source: RowSource?
    do { source = try self.resource(dataset, resource) } catch {
      throw QueryError(.unavailable, "the rows cannot be read at the moment")
    }
    guard let source else { throw QueryError(.unknownField, "there are no open rows of that name") }
    return try source.page(try RowQuery.parse(items, fields: source.fields), milliseconds: milliseconds)
  }

  // MARK: Results

  /// A protected result; nil where there is none of that name. The first call verifies it; its cells and tags are mapped.
  package func result(_ dataset: String, _ name: String) throws(ReleaseError) -> StoredResult? {
    let path = Layout.resultPart(dataset, name)
    if let result = open.withLock({ $0.results[path] }) { return result }
    guard let part = places[path], part.kind == .result, part.dataset == dataset else { return nil }
    let bytes = try bytes(of: path)
    let cells = try held(Layout.cellsPart(dataset, name))
    let result = try StoredResult(
      parsing: bytes, cells: { StoredCells(cells, width: $0) },
      tags: try held(Layout.tagsPart(dataset, name)),
      part: path)
    guard result.dataset == dataset, result.result == name else {
      throw ReleaseError(.malformed, part: path, detail: "\(path) holds another result")
    }
    return open.withLock { opened in
      opened.results[path] = opened.results[path] ?? result
      return result
    }
  }

  /// The cells that answer a query.
  package func answer(_ result: StoredResult, query: ResultQuery) -> ResultAnswer {
    result.answer(query, release: number)
  }

  // MARK: Verified reading

  /// A part that is mapped once its hash is verified; nothing where the release does not have it.
  private func held(_ path: String) throws(ReleaseError) -> HeldBytes {
    guard places[path] != nil else { return HeldBytes([]) }
    try Release.check(path, places, folder)
    guard let held = HeldBytes(mapping: path, in: folder) else {
      throw ReleaseError.lost(path, Wording("\(path) cannot be read", "\(path) 无法读取"))
    }
    return held
  }

  private static func resource(of part: Part, _ dataset: String) -> String? {
    let (start, end) = ("\(Layout.rows)/\(dataset).", ".sqlite")
    guard part.path.hasPrefix(start), part.path.hasSuffix(end) else { return nil }
    return String(part.path.dropFirst(start.count).dropLast(end.count))
  }

  private static func listed(_ path: String, _ places: [String: Part]) throws(ReleaseError) -> Part {
    guard let part = places[path] else {
      throw ReleaseError(.missing, part: path, Wording("the release has no \(path)", "该版本没有 \(path)"))
    }
    return part
  }

  private static func bytes(
    of path: String, _ places: [String: Part], _ folder: Folder
  ) throws(ReleaseError) -> [UInt8] {
    let part = try listed(path, places)
    let bytes: [UInt8]
    do { bytes = try folder.read(path, limit: part.bytes) } catch {
      throw error.isMissing
        ? .lost(path, Wording(error.message, error.message(in: "zh")))
        : ReleaseError(.altered, part: path, error)
    }
    guard bytes.count == part.bytes, Hex.encode(Digest.sha256(bytes)) == part.sha256 else {
      throw ReleaseError(.altered, part: path, Wording("\(path) is not what was signed", "\(path) 与签名不符"))
    }
    return bytes
  }

  static func check(_ path: String, _ places: [String: Part], _ folder: Folder) throws(ReleaseError) {
    let part = try listed(path, places)
    let found: (bytes: Int, sha256: String)
    do { found = try PartFile.hash(path, in: folder) } catch let error as ReleaseError {
      throw error.code == .missing
        ? .lost(path, Wording(error.message, error.message(in: "zh")))
        : ReleaseError(error.code, part: path, error)
    } catch {
      throw ReleaseError(.storage, part: path, detail: "\(path): \(error)")
    }
    guard found.bytes == part.bytes, found.sha256 == part.sha256 else {
      throw ReleaseError(
        .altered, part: path,
        Wording(
          "\(path) is not what was signed: \(found.bytes) bytes, \(part.bytes) listed",
          "\(path) 与签名不符：有 \(found.bytes) 字节，清单为 \(part.bytes) 字节"))
    }
  }
}
