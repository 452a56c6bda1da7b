import Bytes
package import Releases
package import System
package import Trust

/// A release as one signed file, to be carried over a one-way gap: a tar file with the manifest first, the list of
/// withdrawals, then every part once under its hash. The manifest's signature covers all of it.
package enum ReleaseArchive {
  static let partsFolder = "parts/"

  /// Writes a kept release to a new file; every part is verified on the way. Returns the size in bytes.
  @discardableResult
  package static func export(_ release: Release, outside: Folder, to path: String, key: VerifyingKey) throws
    -> Int
  {
    let withdrawals = try Withdrawing.read(outside, key: key)
    let modified = release.manifest.created.secondsSince1970
    // Under its name only when it is whole.
    let file = try FileWriter(path)
    func member(_ name: String, _ bytes: [UInt8]) throws {
      try file.write(TapeHeader(name: name, size: bytes.count).encoded(modified: modified))
      try file.write(bytes + [UInt8](repeating: 0, count: TapeHeader.padding(bytes.count)))
    }
    try member(Layout.manifest, release.manifest.encoded())
    try member(Layout.withdrawn, withdrawals.encoded())
    var done: Set<String> = []
    for part in release.manifest.parts where done.insert(part.sha256).inserted {
      try file.write(
        TapeHeader(name: partsFolder + part.sha256, size: part.bytes).encoded(modified: modified))
      let found = try PartFile.hash(part.path, in: release.folder) { try file.write($0) }
      guard found.bytes == part.bytes, found.sha256 == part.sha256 else {
        throw CrossingError(.altered, part.path, "\(part.path) is not what was signed; nothing is exported")
      }
      try file.write([UInt8](repeating: 0, count: TapeHeader.padding(part.bytes)))
    }
    try file.write([UInt8](repeating: 0, count: 2 * TapeHeader.block))
    try file.commit()
    return file.count
  }

  /// Verifies an archive, adopts its release and flips to it. Nothing is served of an archive that does not verify
  /// whole. Withdrawn datasets stay out, whichever side withdrew them; a number that was served before is refused.
  package static func adopt(
    _ path: String, outside: String, key: VerifyingKey, step: ((String) throws -> Void)? = nil
  ) throws -> Int {
    let lock = try WriterLock(outside: outside)
    return try withExtendedLifetime(lock) {
      let disk = Disk(outside: lock.outside, hook: step)
      try Housekeeping.cleanUp(disk, key: key)
      let reader = try ArchiveReader(path)
      var adoption = try Adoption(reader: reader, key: key, disk: disk)
      return try adoption.run()
    }
  }
}

/// The steps of one adoption.
private struct Adoption {
  let reader: ArchiveReader
  let key: VerifyingKey
  let disk: Disk
  private var manifest: Manifest
  /// The hashes of all parts that the manifest named when it came, those of datasets withdrawn here among them.
  private var signed: Set<String>
  private let building: String

  init(reader: ArchiveReader, key: VerifyingKey, disk: Disk) throws {
    self.reader = reader
    self.key = key
    self.disk = disk
    guard let head = try reader.next(), head.name == Layout.manifest, head.size <= Manifest.sizeLimit else {
      throw Adoption.altered("the archive does not begin with a manifest")
    }
    manifest = try Manifest(parsing: reader.bytes(head))
    try manifest.verify(key: key)
    signed = Set(manifest.parts.map(\.sha256))
    building = "\(Layout.releases)/\(Layout.buildingPrefix)\(manifest.release)"
  }

  private static func altered(_ what: String) -> CrossingError { CrossingError(.altered, "archive", what) }

  mutating func run() throws -> Int {
    let number = manifest.release
    let served = try ReleaseStore.numbers(in: disk.outside).last ?? 0
    guard number > served else {
      throw CrossingError(
        .order, "release \(number)",
        "release \(number) is not newer than release \(served), which was here before",
        hint: "to go back, roll back at the publisher: that makes a new release")
    }
    try takeWithdrawals()
    let tree = Files.join(building, "tree")
    try disk.makeBuilding(building)
    try disk.makeDirectory(tree)
    var places = Dictionary(grouping: manifest.parts, by: \.sha256)
    var fresh: [String: String] = [:]
    while let head = try reader.next() {
      guard head.name.hasPrefix(ReleaseArchive.partsFolder) else {
        throw Adoption.altered("it holds \(head.name), which is no part")
      }
      let sha256 = String(head.name.dropFirst(ReleaseArchive.partsFolder.count))
      try reader.checkHeads(modified: manifest.created.secondsSince1970)
      guard signed.remove(sha256) != nil else {
        throw Adoption.altered("it holds \(head.name), which the manifest does not name, or twice")
      }
      guard let parts = places.removeValue(forKey: sha256), let first = parts.first else {
        // Of a dataset that was withdrawn here.
        guard try hash(head) == sha256 else {
          throw Adoption.altered("\(head.name) is not what its name says")
        }
        continue
      }
      guard head.size == first.bytes else {
        throw Adoption.altered("\(first.path) has another size than was signed")
      }
      let place = Files.join(tree, first.path)
      try disk.makeDirectory(Files.parent(of: place))
      guard try take(head, sha256, to: place) else {
        throw Adoption.altered("\(first.path) is not what was signed")
      }
      fresh[sha256] = place
      for part in parts.dropFirst() {
        let other = Files.join(tree, part.path)
        try disk.makeDirectory(Files.parent(of: other))
        if try !disk.link(place, other) {
          try disk.create(other) { write in _ = try PartFile.hash(place, in: disk.outside, sink: write) }
        }
      }
    }
    guard places.isEmpty else {
      throw Adoption.altered(
        "it lacks \(places.values.first?.first?.path ?? "a part"): the archive is not whole")
    }
    try ReleaseWriter.makeDurable(
      tree: tree, manifest: manifest, fresh: fresh, building: building, disk: disk)
    try Release(tree, in: disk.outside, key: key).verifyParts()
    try ReleaseWriter.adopt(tree: tree, number: number, disk: disk)
    try disk.remove(building)
    return number
  }

  /// Brings a part to its place: from the store where it is there already, else from the archive. False when it is not
  /// what its name says.
  private func take(_ head: TapeHeader, _ sha256: String, to place: String) throws -> Bool {
    let known = "\(Layout.parts)/\(sha256)"
    if try disk.outside.isFile(known), try PartFile.hash(known, in: disk.outside).sha256 == sha256,
      try disk.link(known, place)
    {
      return try hash(head) == sha256
    }
    var found = ""
    try disk.create(place) { write in found = try hash(head, sink: write) }
    return found == sha256
  }

  /// The hash of a member's content, all of which is read whether it is needed or not.
  private func hash(_ head: TapeHeader, sink: ([UInt8]) throws -> Void = { _ in }) throws -> String {
    var digest = Digest.SHA256()
    try reader.forEachPiece(head) { piece in
      digest.update(piece)
      try sink(piece)
    }
    return Hex.encode(digest.finish())
  }

  /// Keeps the longer of the two lists, of which one must be the beginning of the other, and leaves holes.
  private mutating func takeWithdrawals() throws {
    guard let head = try reader.next(), head.name == Layout.withdrawn, head.size <= 64 << 20 else {
      throw Adoption.altered("the archive has no list of withdrawals")
    }
    let theirs = try Withdrawals(parsing: reader.bytes(head), key: key)
    var ours = try Withdrawing.read(disk.outside, key: key)
    if theirs.extends(ours) {
      if theirs != ours {
        try disk.replace(Layout.withdrawn, theirs.encoded())
        ours = theirs
        try Withdrawing.finish(disk, key: key)
      }
    } else if !ours.extends(theirs) {
      throw Adoption.altered("its list of withdrawals is not the one that is kept here")
    }
    for dataset in ours.datasets(inRelease: manifest.release) { _ = try manifest.punch(dataset: dataset) }
  }
}
