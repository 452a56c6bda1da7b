import Bytes
package import Policies
package import Releases
import System
import Trust

extension ReleaseWriter {
  /// Signs the list of parts and makes everything durable, still out of sight. Needs settings, a catalogue, and a leak
  /// scan over all that was written.
  package func seal(decisions: String?, catalogueHash: String) throws -> Manifest {
    guard sealed == nil else { throw CrossingError(.order, "seal", "release \(number) is sealed already") }
    guard let settings, parts[Layout.catalogue] != nil else {
      throw CrossingError(.order, "seal", "a release needs settings and a catalogue before it is sealed")
    }
    guard scanned else {
      throw CrossingError(.order, "seal", "nothing is sealed before the leak scan has seen all of it")
    }
    if let policyHash = clearedUnder, policyHash != settings.policyHash {
      throw CrossingError(
        .clearance, Layout.settings,
        "the settings were compiled from another policy than the one that cleared")
    }
    let manifest = try Manifest(
      release: number, created: created, parts: Array(parts.values), decisions: decisions,
      policyHash: settings.policyHash, catalogueHash: catalogueHash, key: key)
    try ReleaseWriter.makeDurable(
      tree: tree, manifest: manifest, fresh: fresh, building: building, disk: disk)
    sealed = manifest
    return manifest
  }

  /// Names the new parts in the store, writes the manifest, and syncs every folder.
  static func makeDurable(
    tree: String, manifest: Manifest, fresh: [String: String], building: String, disk: Disk
  ) throws {
    for (sha256, place) in fresh.sorted(by: { $0.key < $1.key }) {
      let name = Files.join(Layout.parts, sha256)
      if try !disk.outside.isFile(name) { _ = try disk.link(place, name) }
    }
    try disk.syncDirectory(Layout.parts)
    try disk.create(Files.join(tree, Layout.manifest), manifest.encoded())
    for folder in try folders(below: tree, disk.outside).reversed() { try disk.syncDirectory(folder) }
    try disk.syncDirectory(building)
  }

  /// A folder and all below it, parents first.
  private static func folders(below top: String, _ outside: Folder) throws -> [String] {
    var found = [top]
    var next = 0
    while next < found.count {
      for name in try outside.list(found[next]) {
        let path = Files.join(found[next], name)
        if try outside.isFolder(path) { found.append(path) }
      }
      next += 1
    }
    return found
  }

  /// Gives the release its place and its turn: a reader sees the old one or this one, never a mixture.
  package func flip() throws {
    guard let sealed else { throw CrossingError(.order, "flip", "a release is sealed before it is flipped") }
    _ = try Release(tree, in: disk.outside, key: key.publicKey)
    try ReleaseWriter.adopt(tree: tree, number: sealed.release, disk: disk)
    try disk.remove(building)
  }

  static func adopt(tree: String, number: Int, disk: Disk) throws {
    // Says which release is half-way, should the next two steps be cut.
    try disk.replace(Housekeeping.flipping, Array("\(number)\n".utf8))
    try disk.replace(Layout.lastNumber, Array("\(number)\n".utf8))
    try disk.rename(tree, Layout.release(number))
    try disk.syncDirectory(Layout.releases)
    try disk.replaceSymlink(Layout.current, target: Layout.release(number))
    try disk.remove(Housekeeping.flipping)
  }

  /// Gives up: what was built is removed, the release that is served stays.
  package func abandon() throws { try disk.remove(building) }

  /// Takes a part over from a kept release, byte for byte, under today's clearance: for rollback and for what did not
  /// change. Results are not taken over this way.
  package func carry(_ path: String, from release: Release, _ clearance: Clearance) throws {
    guard let part = release.part(path) else {
      throw CrossingError(.path, path, "release \(release.number) has no \(path)")
    }
    switch part.kind {
    case .site: _ = try admit(site: String(path.dropFirst(Layout.site.count + 1)), clearance)
    case .rows: try require(clearance, path, dataset: part.dataset, scopes: [.rows])
    case .shell: try require(clearance, path, dataset: nil, scopes: [.portal])
    case .result, .catalogue, .settings, .decisions:
      throw CrossingError(
        .clearance, path, "\(path) is not taken over from an earlier release",
        hint: part.kind == .result ? "results never return to an earlier protection policy" : nil)
    }
    guard let place = try prepare(part) else { return }
    let source = Files.join(Layout.release(release.number), path)
    guard try PartFile.hash(source, in: disk.outside).sha256 == part.sha256 else {
      throw CrossingError(.altered, path, "\(path) of release \(release.number) is not what was signed")
    }
    guard try !disk.link(source, place) else { return }
    try disk.create(place) { write in _ = try PartFile.hash(source, in: disk.outside, sink: write) }
  }
}
