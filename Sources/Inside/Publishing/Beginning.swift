import Bytes
package import Catalogs

/// Makes a portal folder that publishes once it has people: a catalogue with one small table, and policies with one of the
/// ready scales.
package enum Beginning {
  /// Makes the folder where it is missing. A folder that already is a portal is left alone.
  package static func make(_ folder: String, scale: StarterScale = .cn) throws -> Portal {
    guard !Files.exists(folder + "/Catalog/catalog.json5") else {
      throw PublishingError(
        .refused, Wording("\(folder) is a portal already", "\(folder) 已是门户文件夹"),
        hint: Wording(
          "edit its Catalog/ and Policies/, then run 'doorsill publish'",
          "请编辑其中的 Catalog/ 与 Policies/，再运行 doorsill publish"), blame: .usage)
    }
    for (path, bytes) in Starter.files(scale: scale) {
      let file = "\(folder)/\(path)"
      try Files.makeDirectory(Files.parent(of: file))
      try Files.write(bytes, to: file)
    }
    return try Portal(folder: folder)
  }
}
