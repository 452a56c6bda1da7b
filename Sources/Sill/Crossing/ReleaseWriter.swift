package import Bytes
package import Policies
package import Releases
import System
package import Trust

/// Writes one release: open bytes only with the gate's `Clearance`, results only as `Released`. Everything is built in
/// `releases/.building-<n>`; killed at any moment, it leaves the old release serving, and the next writer cleans up.
/// Not for two threads at once.
package final class ReleaseWriter {
  /// The number this release will have.
  package let number: Int
  package let created: Timestamp
  let key: SigningKey
  let disk: Disk
  /// A folder inside the door for files on their way.
  let work: String
  private let lock: WriterLock
  /// The release that is served while this one is written; what did not change is taken from it.
  package let previous: Release?

  private(set) var parts: [String: Part] = [:]
  /// Where in the tree a new part's bytes were first written, by their hash.
  private(set) var fresh: [String: String] = [:]
  /// The `.gz` files that the writer made itself, of files that are looked at.
  private(set) var variants: Set<String> = []
  private var policyHash: String?
  /// What was taken out for good: no part and no entry of it is written again.
  private let withdrawn: Withdrawals
  var settings: Settings?
  var sealed: Manifest?
  var scanned = false

  /// Takes the writer's lock on the outside folder, cleans up what an interrupted writer left, and begins a release.
  /// `work` is a folder inside for files on their way. `step` is asked before every change of the disk; tests throw from it.
  package init(
    outside: String, work: String, key: SigningKey, created: Timestamp, step: ((String) throws -> Void)? = nil
  ) throws {
    self.key = key
    self.work = work
    try Files.makeDirectory(work)
    self.created = created
    lock = try WriterLock(outside: outside)
    disk = Disk(outside: lock.outside, hook: step)
    try Housekeeping.cleanUp(disk, key: key.publicKey)
    let store = try ReleaseStore(folder: outside, key: key.publicKey)
    // A release that does not verify is no source of parts; the new one is then written whole.
    previous = try? store.current()
    withdrawn = try store.withdrawals()
    number = try Housekeeping.nextNumber(lock.outside)
    try disk.makeBuilding(building)
    try disk.makeDirectory(tree)
  }

  /// The folder that becomes the release, relative to the outside folder as all that the writer makes.
  var tree: String { Files.join(building, "tree") }
  var building: String { "\(Layout.releases)/\(Layout.buildingPrefix)\(number)" }
  func store(_ sha256: String) -> String { "\(Layout.parts)/\(sha256)" }

  /// A file that is written before its bytes are known to cross: inside, where no server reaches; gone afterwards.
  func withScratch(_ name: String, _ body: (String) throws -> Void) throws {
    let path = Files.join(work, "\(Layout.buildingPrefix)\(number)-\(name)")
    try Files.remove(path)
    defer { try? Files.remove(path) }
    try body(path)
  }

  // MARK: What may be written

  /// A file of `site/`, and its `.gz` where that is smaller. `data/<dataset>/…` needs a clearance for that dataset's
  /// rows, pages and feeds of a dataset one for the dataset, everything else any clearance.
  package func file(_ path: String, _ bytes: [UInt8], _ clearance: Clearance) throws {
    let dataset = try admit(site: path, clearance)
    try add("\(Layout.site)/\(path)", bytes, .site, dataset)
    guard Compressible.gains(path, bytes.count) else { return }
    let packed = try reusedVariant("\(Layout.site)/\(path)") ?? Gzip.compress(bytes)
    guard packed.count < bytes.count else { return }
    try add("\(Layout.site)/\(path).gz", packed, .site, dataset)
    variants.insert("\(Layout.site)/\(path).gz")
  }

  /// The same for a file that was written elsewhere, which is copied.
  package func file(_ path: String, from source: String, _ clearance: Clearance) throws {
    let dataset = try admit(site: path, clearance)
    let size = try add("\(Layout.site)/\(path)", from: source, .site, dataset)
    guard Compressible.gains(path, size) else { return }
    let variant = "\(Layout.site)/\(path).gz"
    if let packed = try reusedVariant("\(Layout.site)/\(path)") {
      try add(variant, packed, .site, dataset)
      variants.insert(variant)
      return
    }
    try withScratch("packed.gz") { packed in
      guard try Compressible.pack(source, to: packed) < size else { return }
      _ = try add(variant, from: packed, .site, dataset)
      variants.insert(variant)
    }
  }

  /// The page that stands where a withdrawn dataset's was; it belongs to the portal, not to the dataset.
  package func tombstone(_ dataset: String, _ path: String, _ bytes: [UInt8], _ clearance: Clearance) throws {
    try require(clearance, path, dataset: nil, scopes: [.portal])
    guard withdrawn.isGone(dataset) else {
      throw CrossingError(.clearance, path, "\(dataset) was not withdrawn, so it has no tombstone")
    }
    try add("\(Layout.site)/\(path)", bytes, .site, nil)
  }

  /// The rows of an open resource, as `RowsFile.Builder` wrote them. The clearance must be for the dataset's rows.
  package func rows(_ dataset: String, _ resource: String, from source: String, _ clearance: Clearance) throws
  {
    let path = Layout.rowsPart(dataset, resource)
    try require(clearance, path, dataset: dataset, scopes: [.rows])
    _ = try add(path, from: source, .rows, dataset)
  }

  /// A page frame that the server fills in.
  package func shell(_ name: String, _ bytes: [UInt8], _ clearance: Clearance) throws {
    try require(clearance, name, dataset: nil, scopes: [.portal])
    try add("\(Layout.shells)/\(name)", bytes, .shell, nil)
  }

  /// The catalogue, public metadata of every dataset that has a clearance for its entry.
  package func catalogue(_ entries: [CatalogueEntry], _ clearances: [Clearance]) throws {
    let cleared = Set(clearances.map(\.dataset))
    for clearance in clearances {
      try require(clearance, Layout.catalogue, dataset: clearance.dataset, scopes: nil)
    }
    for entry in entries where !cleared.contains(entry.dataset) {
      throw CrossingError(
        .clearance, entry.dataset, "the catalogue entry of \(entry.dataset) has no clearance",
        hint: "the gate clears an entry when the dataset's classification is valid")
    }
    for entry in entries { try refuseWithdrawn(entry.dataset, Layout.catalogue) }
    try withScratch("catalogue.sqlite") { path in
      try CatalogueFile.write(entries, to: path)
      _ = try add(Layout.catalogue, from: path, .catalogue, nil)
    }
  }

  /// The server's part of the policy.
  package func settings(_ settings: Settings) throws {
    try add(Layout.settings, settings.json.canonical(), .settings, nil)
    self.settings = settings
  }

  /// A hash tile or the checkpoint of the decisions log: hashes only, no entries.
  package func decisions(_ path: String, _ bytes: [UInt8]) throws {
    try add("\(Layout.decisions)/\(path)", bytes, .decisions, nil)
  }

  // MARK: Clearances

  /// Checks the clearance for a path below `site/`; returns the dataset the file belongs to.
  func admit(site path: String, _ clearance: Clearance) throws -> String? {
    let place = SitePath(path)
    let dataset = place.isBelow ? place.dataset : nil
    switch place.kind {
    case .data: try require(clearance, path, dataset: dataset ?? "data", scopes: [.rows])
    case .results where dataset != nil: try require(clearance, path, dataset: dataset, scopes: [.results])
    case .datasets where dataset != nil: try require(clearance, path, dataset: dataset, scopes: nil)
    case .results, .datasets, nil: try require(clearance, path, dataset: clearance.dataset, scopes: nil)
    }
    return clearance.dataset.isEmpty ? nil : clearance.dataset
  }

  /// Refuses a clearance that is for something else, or that another policy gave than the ones before.
  func require(
    _ clearance: Clearance, _ path: String, dataset: String?, scopes: Set<Clearance.Scope>?
  ) throws {
    guard sealed == nil else { throw CrossingError(.order, path, "release \(number) is sealed") }
    if let dataset, clearance.dataset != dataset {
      throw CrossingError(
        .clearance, path,
        "\(path) belongs to \(dataset), and the clearance is for \(clearance.dataset.isEmpty ? "the portal" : clearance.dataset)"
      )
    }
    if let scopes, !scopes.contains(clearance.scope) {
      throw CrossingError(
        .clearance, path,
        "\(path) needs a clearance for \(scopes.map(\.rawValue).sorted().joined(separator: " or ")), not for \(clearance.scope.rawValue)",
        hint: "only an unconditionally open dataset has a clearance for its rows")
    }
    if let policyHash, policyHash != clearance.policyHash {
      throw CrossingError(
        .clearance, path, "\(path) was cleared under another policy than the rest of the release")
    }
    policyHash = clearance.policyHash
  }

  var clearedUnder: String? { policyHash }

  /// Nothing of a dataset that was taken out for good enters a release, whoever cleared it.
  private func refuseWithdrawn(_ dataset: String, _ path: String) throws {
    guard withdrawn.isGone(dataset) else { return }
    throw CrossingError(
      .clearance, path, "\(dataset) was withdrawn, so \(path) enters no release any more",
      hint: "withdrawing is for good; publish mended data under a new name")
  }

  // MARK: Parts

  func add(_ path: String, _ bytes: [UInt8], _ kind: Part.Kind, _ dataset: String?) throws {
    let sha256 = Hex.encode(Digest.sha256(bytes))
    let part = Part(path: path, bytes: bytes.count, sha256: sha256, kind: kind, dataset: dataset)
    guard let place = try prepare(part) else { return }
    if let known = try stored(part), try disk.link(known, place) { return }
    try disk.create(place, bytes)
    fresh[sha256] = fresh[sha256] ?? place
  }

  /// Returns the file's size.
  func add(_ path: String, from source: String, _ kind: Part.Kind, _ dataset: String?) throws -> Int {
    let (size, sha256) = try PartFile.hash(source)
    let part = Part(path: path, bytes: size, sha256: sha256, kind: kind, dataset: dataset)
    guard let place = try prepare(part) else { return size }
    if let known = try stored(part), try disk.link(known, place) { return size }
    try disk.create(place) { write in
      guard try PartFile.hash(source, sink: write).sha256 == sha256 else {
        throw CrossingError(.altered, source, "\(source) changed while it was copied")
      }
    }
    fresh[sha256] = fresh[sha256] ?? place
    return size
  }

  /// Lists the part and makes its folder; nil when the same content stands there already.
  func prepare(_ part: Part) throws -> String? {
    guard sealed == nil else { throw CrossingError(.order, part.path, "release \(number) is sealed") }
    if let dataset = part.dataset { try refuseWithdrawn(dataset, part.path) }
    guard Layout.isSafe(part.path) else {
      throw CrossingError(.path, part.path, "\(part.path) is no path below a release")
    }
    if let other = parts[part.path] {
      guard other == part else { throw CrossingError(.path, part.path, "\(part.path) is written twice") }
      return nil
    }
    scanned = false
    let place = Files.join(tree, part.path)
    try disk.makeDirectory(Files.parent(of: place))
    parts[part.path] = part
    return place
  }

  /// A file that already holds the part's bytes: in this release or in the store.
  private func stored(_ part: Part) throws -> String? {
    if let place = fresh[part.sha256] { return place }
    let path = store(part.sha256)
    guard let status = try disk.outside.status(path) else { return nil }
    if status.kind == .file, status.size == part.bytes,
      try PartFile.hash(path, in: disk.outside).sha256 == part.sha256
    {
      return path
    }
    // Not what its name says: every release that has it will be named by `release verify`; this one gets it anew.
    try disk.remove(path)
    return nil
  }

  /// The `.gz` of the previous release where the file itself is the same.
  private func reusedVariant(_ path: String) throws -> [UInt8]? {
    guard let previous, let now = parts[path], previous.part(path)?.sha256 == now.sha256,
      previous.part(path + ".gz") != nil
    else { return nil }
    return try? previous.bytes(of: path + ".gz")
  }
}
