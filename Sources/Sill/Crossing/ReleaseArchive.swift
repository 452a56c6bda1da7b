import Bytes
package import Releases
package import Trust

/// A release as one signed file, to be carried over a one-way gap: a tar file with the manifest first, the list of
/// withdrawals, then every part once under its hash. The manifest's signature covers all of it.
package enum ReleaseArchive {
  static let partsFolder = "parts/"

  /// Writes a kept release to a new file; every part is verified on the way. Returns the size in bytes.
  @discardableResult
  package static func export(_ release: Release, outside: String, to path: String, key: VerifyingKey) throws
    -> Int
  {
    let withdrawals = try Withdrawing.read(outside: outside, key: key)
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
      let found = try PartFile.hash(Files.join(release.folder, part.path)) { try file.write($0) }
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
      let disk = Disk(hook: step)
      try Housekeeping.cleanUp(outside: outside, key: key, disk: disk)
      let reader = try ArchiveReader(path)
      var adoption = try Adoption(reader: reader, outside: outside, key: key, disk: disk)
      return try adoption.run()
    }
  }
}

/// The steps of one adoption.
private struct Adoption {
  let reader: ArchiveReader
  let outside: String
  let key: VerifyingKey
  let disk: Disk
  private var manifest: Manifest
  private let building: String

  init(reader: ArchiveReader, outside: String, key: VerifyingKey, disk: Disk) throws {
    self.reader = reader
    self.outside = outside
    self.key = key
    self.disk = disk
    guard let head = try reader.next(), head.name == Layout.manifest, head.size <= Manifest.sizeLimit else {
      throw Adoption.altered("the archive does not begin with a manifest")
    }
    manifest = try Manifest(parsing: reader.bytes(head))
    try manifest.verify(key: key)
    building = Files.join(outside, "\(Layout.releases)/\(Layout.buildingPrefix)\(manifest.release)")
  }

  private static func altered(_ what: String) -> CrossingError { CrossingError(.altered, "archive", what) }

  mutating func run() throws -> Int {
    let number = manifest.release
    let served = try ReleaseStore.numbers(in: outside).last ?? 0
    guard number > served else {
      throw CrossingError(
        .order, "release \(number)",
        "release \(number) is not newer than release \(served), which was here before",
        hint: "to go back, roll back at the publisher: that makes a new release")
    }
    try takeWithdrawals()
    let tree = Files.join(building, "tree")
    try disk.makeDirectory(tree)
    var places = Dictionary(grouping: manifest.parts, by: \.sha256)
    var fresh: [String: String] = [:]
    while let head = try reader.next() {
      guard head.name.hasPrefix(ReleaseArchive.partsFolder) else {
        throw Adoption.altered("it holds \(head.name), which is no part")
      }
      let sha256 = String(head.name.dropFirst(ReleaseArchive.partsFolder.count))
      guard let parts = places.removeValue(forKey: sha256), let first = parts.first else {
        // A part of a withdrawn dataset is read past; anything else has no business here.
        try reader.skip(head)
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
          try disk.create(other) { write in _ = try PartFile.hash(place, sink: write) }
        }
      }
    }
    guard places.isEmpty else {
      throw Adoption.altered(
        "it lacks \(places.values.first?.first?.path ?? "a part"): the archive is not whole")
    }
    try ReleaseWriter.makeDurable(
      tree: tree, manifest: manifest, fresh: fresh, outside: outside, building: building, disk: disk)
    try Release(folder: tree, key: key).verifyParts()
    try ReleaseWriter.adopt(tree: tree, number: number, outside: outside, disk: disk)
    try disk.remove(building)
    return number
  }

  /// Brings a part to its place: from the store where it is there already, else from the archive. False when it is not
  /// what its name says.
  private func take(_ head: TapeHeader, _ sha256: String, to place: String) throws -> Bool {
    let known = Files.join(outside, "\(Layout.parts)/\(sha256)")
    if Files.isFile(known), try PartFile.hash(known).sha256 == sha256, try disk.link(known, place) {
      try reader.skip(head)
      return true
    }
    var digest = Digest.SHA256()
    try disk.create(place) { write in
      try reader.forEachPiece(head) { piece in
        digest.update(piece)
        try write(piece)
      }
    }
    return Hex.encode(digest.finish()) == sha256
  }

  /// Keeps the longer of the two lists, of which one must be the beginning of the other, and leaves holes.
  private mutating func takeWithdrawals() throws {
    guard let head = try reader.next(), head.name == Layout.withdrawn, head.size <= 64 << 20 else {
      throw Adoption.altered("the archive has no list of withdrawals")
    }
    let theirs = try Withdrawals(parsing: reader.bytes(head), key: key)
    var ours = try Withdrawing.read(outside: outside, key: key)
    if theirs.extends(ours) {
      if theirs != ours {
        try disk.replace(Files.join(outside, Layout.withdrawn), theirs.encoded())
        ours = theirs
        try Withdrawing.finish(outside: outside, key: key, disk: disk)
      }
    } else if !ours.extends(theirs) {
      throw Adoption.altered("its list of withdrawals is not the one that is kept here")
    }
    for dataset in ours.datasets(inRelease: manifest.release) { _ = try manifest.punch(dataset: dataset) }
  }
}
