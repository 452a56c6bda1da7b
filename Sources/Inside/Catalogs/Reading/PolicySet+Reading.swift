import Bytes
import Policies
import Trust

extension PolicySet {
  /// The policies that `init` starts with, as they are in the binary.
  package static var defaults: [String: [UInt8]] {
    [
      "levels.json5": PackageResources.levels_json5, "detectors.json5": PackageResources.detectors_json5,
      "protection.json5": PackageResources.protection_json5, "access.json5": PackageResources.access_json5,
    ]
  }

  /// Bytes of a policy file.
  package static let fileLimit = 4 << 20

  /// Reads the four files of a `Policies` folder; throws every fault of all of them at once.
  package static func load(folder: String) throws(CatalogError) -> PolicySet {
    var files: [String: [UInt8]] = [:]
    var unreadable: [FilesError] = []
    for name in names {
      do { files[name] = try Files.read(Files.join(folder, name), limit: fileLimit) } catch {
        if !error.isMissing { unreadable.append(error) }
      }
    }
    guard unreadable.isEmpty else { throw CatalogError([], unreadable: unreadable) }
    return try parse(files: files, label: Files.name(of: folder))
  }

  /// Reads the four files from memory, as for a previous policy kept in history. Faults call them `<label>/<name>`.
  package static func parse(files: [String: [UInt8]], label: String = "Policies") throws(CatalogError)
    -> PolicySet
  {
    let faults = Faults()
    var roots: [String: Node] = [:]
    for name in names {
      guard let bytes = files[name] else {
        faults.add(
          DocumentError(
            file: "\(label)/\(name)", line: 1, column: 1, path: "",
            reason: Wording("there is no such file", "没有该文件"),
            hint: Wording("`doorsill init` makes one", "可用 `doorsill init` 生成")))
        continue
      }
      roots[name] = faults.attempt { () throws(DocumentError) in
        try Document(json5: bytes, file: "\(label)/\(name)").root
      }
    }
    let access = roots["access.json5"].flatMap { AccessReader(faults: faults).read($0) }
    let scale = roots["levels.json5"].flatMap { node in
      LevelsReader(roles: access?.roles.map(\.id) ?? [], faults: faults).read(node)
    }
    let detectors = roots["detectors.json5"].flatMap { node in
      scale.flatMap { DetectorsReader(levels: $0.levels.map(\.id), faults: faults).read(node) }
    }
    let protection = roots["protection.json5"].flatMap { node in
      ProtectionReader(levels: scale?.levels ?? [], faults: faults).read(node)
    }
    var documents = roots.mapValues(\.json)
    let hash = { (documents: [String: JSON]) in
      faults.attempt { () throws(DocumentError) in try PolicySet.hash(of: documents, label) }
    }
    let all = hash(documents)
    documents["access.json5"]?["people"] = nil
    let rules = hash(documents)
    try faults.throwAll()
    guard let access, let scale, let detectors, let protection, let all, let rules else {
      throw CatalogError([])
    }
    return PolicySet(
      scale: scale, detectors: detectors, profiles: protection.statistic, bars: protection.bars,
      verifyProfiles: protection.verify, access: access, hash: all, ruleHash: rules,
      files: files.filter { names.contains($0.key) })
  }

  /// SHA-256 over documents as one canonical object (RFC 8785), lower-case hex.
  private static func hash(
    of documents: [String: JSON], _ label: String
  ) throws(DocumentError) -> String {
    let whole = JSON.object(
      documents.sorted { $0.key < $1.key }.map { JSON.Member(key: $0.key, value: $0.value) })
    do { return Hex.encode(Digest.sha256(try whole.canonical())) } catch {
      throw DocumentError(
        file: label, line: 1, column: 1, path: "",
        reason: Wording("the policies have no canonical form: \(error.message)", "策略文件没有规范形式：其中有数值过大或不能精确表示"))
    }
  }
}
