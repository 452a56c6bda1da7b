import Bytes
import Releases
import Support
import System
import Testing
import Trust

@testable import Crossing
@testable import Disclosure
@testable import Policies

/// An outside folder with a key, and the means to write releases into it.
struct Outside {
  let folder: TemporaryFolder
  let key: SigningKey
  static let time = Timestamp(secondsSince1970: 1_790_000_000)
  static let policy = String(repeating: "ab", count: 32)

  init() throws {
    folder = try TemporaryFolder()
    key = try SigningKey.generate()
  }

  var path: String { folder.path + "/outside" }

  func clearance(_ dataset: String, _ scope: Clearance.Scope, policy: String = Outside.policy) -> Clearance {
    Clearance(dataset: dataset, scope: scope, level: "L1", policyHash: policy)
  }

  var portal: Clearance { clearance("", .portal) }

  func writer(step: ((String) throws -> Void)? = nil) throws -> ReleaseWriter {
    try ReleaseWriter(outside: path, work: folder.path + "/work", key: key, created: Outside.time, step: step)
  }

  func settings(policy: String = Outside.policy) -> Settings {
    Settings(
      title: "Portal", languages: ["zh", "en"], baseURL: "https://data.example", manager: "Data office",
      people: [],
      purposes: [], quotas: .init(callsPerDay: 100, callsPerMinute: 10),
      lifetimes: .init(certificateDays: 365, keyDays: 90, grantDays: 365), results: [], policyHash: policy)
  }

  func entry(_ dataset: String, title: String = "Airports") -> CatalogueEntry {
    CatalogueEntry(
      dataset: dataset, language: "en", title: title, description: "All airports", keywords: [],
      organization: "caa",
      themes: [], level: "L1", openness: "unconditional", formats: ["csv"], modified: Outside.time,
      json: ["id": JSON(dataset)])
  }

  /// Writes all that a release needs for one open dataset; the marker makes its page differ.
  func fill(_ writer: ReleaseWriter, marker: String) throws {
    let rows = clearance("airports", .rows)
    try writer.file(
      "index.html", Array("<p>\(marker)</p>".utf8) + [UInt8](repeating: 0x20, count: 3_000), portal)
    try writer.file("data/airports/airports.csv", Array("code,name\r\nPEK,北京\r\n".utf8), rows)
    try writer.file("datasets/airports/index.html", Array("<h1>Airports \(marker)</h1>".utf8), rows)
    let path = try folder.file("rows-\(marker).sqlite")
    try Files.remove(path)
    let builder = try RowsFile.Builder(
      path: path, fields: [RowField(name: "code", type: .string), RowField(name: "name", type: .string)])
    try builder.append(rows: [[.text("PEK"), .text("北京")], [.text("SHA"), .text("上海")]])
    try builder.finish()
    try writer.rows("airports", "airports", from: path, rows)
    try writer.settings(settings())
    try writer.catalogue([entry("airports")], [rows])
    try writer.shell("en/transparency.html", Array("<main></main>".utf8), portal)
  }

  func noSecrets() -> SecretSet { SecretSet(work: folder.path) }

  /// A whole publication.
  @discardableResult
  func publish(_ marker: String, step: ((String) throws -> Void)? = nil) throws -> Int {
    let writer = try writer(step: step)
    try fill(writer, marker: marker)
    try writer.leakScan(noSecrets())
    _ = try writer.seal(decisions: nil, catalogueHash: "c")
    try writer.flip()
    return writer.number
  }

  func current() throws -> Release { try ReleaseStore(folder: path, key: key.publicKey).current() }
}

/// How many names a file has; none where it is not there.
func links(_ path: String) -> Int {
  (try? Folder(Files.parent(of: path)).status(Files.name(of: path)))??.links ?? 0
}
