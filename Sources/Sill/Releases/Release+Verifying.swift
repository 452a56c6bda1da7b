import Bytes
import System

extension Release {
  /// One part's size and hash.
  package func verify(_ path: String) throws(ReleaseError) {
    guard let part = part(path) else {
      throw ReleaseError(
        .missing, part: path, Wording("release \(number) has no \(path)", "第 \(number) 版没有 \(path)"))
    }
    try Release.check(path, [path: part], folder)
  }

  /// The full check: every part's size and hash, and that nothing lies in the folder that is not listed. Throws the
  /// first fault, which names the part.
  package func verifyParts() throws(ReleaseError) {
    if let fault = faults(limit: 1).first { throw fault }
  }

  /// All faults of the full check, up to a limit.
  package func faults(limit: Int = 100) -> [ReleaseError] {
    var faults: [ReleaseError] = []
    for part in manifest.parts where faults.count < limit {
      do { try Release.check(part.path, [part.path: part], folder) } catch { faults.append(error) }
    }
    var known = Set(manifest.parts.map { ByteKey($0.path) })
    known.insert(ByteKey(Layout.manifest))
    let files: [String]
    do { files = try Release.files(below: folder) } catch {
      return faults + [
        ReleaseError(
          .storage, part: folder.path,
          Wording("the folder cannot be listed: \(error.message)", "文件夹无法列出：\(error.message(in: "zh"))"))
      ]
    }
    for path in files where faults.count < limit && !known.contains(ByteKey(path)) {
      faults.append(
        ReleaseError(
          .altered, part: path,
          Wording("\(path) is in the folder but not in the manifest", "\(path) 在文件夹中而不在清单中")))
    }
    return faults
  }

  /// Paths of everything below a folder that is no folder itself, relative to it. Links are not followed.
  static func files(below folder: Folder) throws(FilesError) -> [String] {
    var found: [String] = []
    var waiting = ["."]
    while let next = waiting.popLast() {
      for name in try folder.list(next) {
        let path = next == "." ? name : "\(next)/\(name)"
        if try folder.isFolder(path) { waiting.append(path) } else { found.append(path) }
      }
    }
    return found.sorted()
  }
}
