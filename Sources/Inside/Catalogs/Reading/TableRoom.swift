import Bytes
import Glibc
import Synchronization
import System
import Tables

/// Where a catalogue's tables are opened: beneath its folder, over no link, each once; and where copies of them are kept
/// that nobody else can write, in one file without a name.
final class TableRoom: Sendable {
  let catalog: Folder
  /// Folders for the copies, the first that can be written in is taken.
  private let places: [String]
  private let copies = Mutex<UnnamedFile?>(nil)

  init(_ catalog: Folder, work: String?) {
    self.catalog = catalog
    places = [work].compactMap { $0 } + [temporaryFolder()]
  }

  /// The table at a path below the catalogue's folder.
  func table(_ path: String) -> HeldSource { HeldSource { () throws(TableError) in try self.copy(path) } }

  private func copy(_ path: String) throws(TableError) -> HeldFile {
    let name = catalog.full(path)
    do throws(FilesError) {
      let file = try catalog.openFile(path)
      defer { close(file) }
      let store = try copies.withLock { (copies) throws(FilesError) in
        if let copies { return copies }
        let store = try UnnamedFile(in: places)
        copies = store
        return store
      }
      let held = try store.copy(of: file, name: name)
      guard try held.bytes(at: 0, 16) == Self.database else { return held }
      // What a database has not yet taken into its file is no part of the copy.
      for ending in ["-wal", "-journal"] {
        guard let beside = try catalog.status(path + ending), beside.size > 0 else { continue }
        throw FilesError(
          "read", name,
          reason: Wording(
            "a program has it open, and part of it lies in \(Files.name(of: path))\(ending): close that program first",
            "有程序正在使用它，部分内容仍在 \(Files.name(of: path))\(ending) 中：请先关闭该程序"))
      }
      return held
    } catch {
      throw TableError(.unreadableFile, file: name, Wording(error.message, error.message(in: "zh")))
    }
  }

  private static let database = Array("SQLite format 3\0".utf8)
}
