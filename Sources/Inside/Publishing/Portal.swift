package import Bytes

/// A portal folder (DESIGN section 4): what people edit, and the two sides of the door below `.doorsill`.
package struct Portal: Sendable {
  /// Absolute path without a last slash.
  package let folder: String

  package init(folder: String) throws(FilesError) { self.folder = try Files.resolved(folder) }

  package var catalog: String { folder + "/Catalog" }
  package var policies: String { folder + "/Policies" }
  package var theme: String { folder + "/Public" }
  package var inside: String { folder + "/.doorsill/inside" }
  /// Where a run keeps what it needs only while it lasts: inside, or where somebody who does not go inside lets it.
  package var work: String { otherWork ?? inside + "/work" }
  private var otherWork: String?
  /// What everybody who may read the portal's files may know of the decisions log, signed.
  package var authority: String { folder + "/.doorsill/authority.json" }
  package var outside: String { folder + "/.doorsill/outside" }

  /// The portal folder here or above: the nearest that has `Catalog/catalog.json5`.
  package static func find(from start: String) throws -> Portal {
    var folder = try Files.resolved(start)
    while true {
      if Files.isFile(folder + "/Catalog/catalog.json5") { return try Portal(folder: folder) }
      let above = Files.parent(of: folder)
      guard above != folder else {
        throw PublishingError(
          .noPortal,
          Wording(
            "there is no portal here: neither \(start) nor a folder above it has Catalog/catalog.json5",
            "这里没有门户：\(start) 及其上层文件夹都没有 Catalog/catalog.json5"),
          hint: Wording(
            "name one with --portal DIR, or make one with 'doorsill init DIR'",
            "请用 --portal DIR 指定，或用 doorsill init DIR 新建"), blame: .usage)
      }
      folder = above
    }
  }

  /// The same portal for somebody who looks and does not publish: nothing of it is opened inside.
  package func working(in folder: String) -> Portal {
    var portal = self
    portal.otherWork = folder
    return portal
  }

  /// Makes the folder of `work`, mode 0700.
  func makeWork() throws(FilesError) {
    guard let otherWork else { return try makeInside() }
    try Files.makeDirectory(otherWork, mode: 0o700)
  }

  /// Makes the inside of the door: the publisher's own, mode 0700.
  package func makeInside() throws(FilesError) {
    // Through this one the server's user comes to its own half.
    try Files.makeDirectory(Files.parent(of: inside), mode: 0o711)
    for name in ["", "/keys", "/history", "/work", "/agreed"] {
      try Files.makeDirectory(inside + name, mode: 0o700)
    }
  }
}
