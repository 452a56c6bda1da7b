import Bytes

extension Manifest {
  /// Names the stored form, so that a later one cannot be mistaken for it.
  static let format = "doorsill-release/1"
  /// Largest MANIFEST.json that is read, in bytes.
  package static let sizeLimit = 512 << 20

  /// Canonical JSON (RFC 8785) and a line feed.
  package func encoded() throws(ReleaseError) -> [UInt8] {
    var json = Manifest.statement(
      release: release, created: created, count: entries.count, root: root, decisions: decisions,
      policyHash: policyHash, catalogueHash: catalogueHash)
    json["parts"] = .array(entries.map(Manifest.json))
    json["signature"] = JSON(signature)
    return try Manifest.canonical(json) + [0x0A]
  }

  /// Reads exactly what `encoded` writes, not another spelling of it. Nothing is verified yet: `verify(key:)` does that.
  package init(parsing bytes: [UInt8]) throws(ReleaseError) {
    let json: JSON
    do { json = try JSON(parsing: bytes) } catch {
      throw ReleaseError(.malformed, part: Layout.manifest, detail: "\(Layout.manifest): \(error.message)")
    }
    guard json["format"]?.string == Manifest.format, let release = json["release"]?.int, release > 0,
      let created = json["created"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
      let root = json["root"]?.string, let policyHash = json["policyHash"]?.string,
      let catalogueHash = json["catalogueHash"]?.string, let signature = json["signature"]?.string,
      let list = json["parts"]?.array, json["count"]?.int == list.count
    else {
      throw ReleaseError(
        .malformed, part: Layout.manifest, detail: "\(Layout.manifest) is not in \(Manifest.format) form")
    }
    var entries: [Entry] = []
    entries.reserveCapacity(list.count)
    for (index, item) in list.enumerated() {
      guard let entry = Manifest.entry(item) else {
        throw ReleaseError(
          .malformed, part: Layout.manifest, detail: "\(Layout.manifest): part \(index + 1) is not readable")
      }
      entries.append(entry)
    }
    self.init(
      release: release, created: created, entries: entries, root: root, decisions: json["decisions"]?.string,
      policyHash: policyHash, catalogueHash: catalogueHash, signature: signature)
    guard try encoded() == bytes else {
      throw ReleaseError(
        .malformed, part: Layout.manifest, detail: "\(Layout.manifest) is not in its canonical form")
    }
  }

  static func statement(
    release: Int, created: Timestamp, count: Int, root: String, decisions: String?, policyHash: String,
    catalogueHash: String
  ) -> JSON {
    [
      "format": JSON(format), "release": JSON(release), "created": JSON(created.rfc3339),
      "count": JSON(count),
      "root": JSON(root), "decisions": JSON(decisions), "policyHash": JSON(policyHash),
      "catalogueHash": JSON(catalogueHash),
    ]
  }

  private static func json(_ entry: Entry) -> JSON {
    switch entry {
    case .part(let part):
      var json: JSON = [
        "path": JSON(part.path), "bytes": JSON(part.bytes), "sha256": JSON(part.sha256),
        "kind": JSON(part.kind.rawValue),
      ]
      if let dataset = part.dataset { json["dataset"] = JSON(dataset) }
      return json
    case .hole(let dataset, let body): return ["dataset": JSON(dataset), "hole": JSON(body)]
    }
  }

  private static func entry(_ json: JSON) -> Entry? {
    if let body = json["hole"]?.string {
      guard let dataset = json["dataset"]?.string, body.utf8.count == 64 else { return nil }
      return .hole(dataset: dataset, body: body)
    }
    guard let path = json["path"]?.string, Layout.isSafe(path), let bytes = json["bytes"]?.int, bytes >= 0,
      let sha256 = json["sha256"]?.string, Hex.decode(sha256)?.count == 32,
      let kind = json["kind"]?.string.flatMap({ Part.Kind(rawValue: $0) })
    else { return nil }
    return .part(Part(path: path, bytes: bytes, sha256: sha256, kind: kind, dataset: json["dataset"]?.string))
  }
}
