import Bytes
import CLinux
import Glibc

extension Folder {
  /// Removes all that lies in the folder, by descriptor: a folder that is swapped for a link meanwhile is not followed.
  /// Names need not be UTF-8, and folders may lie in each other as deep as a file system takes them: what is deeper than two
  /// levels is moved up first, so that three descriptors are enough.
  func empty() throws(FilesError) {
    var moved = 0
    // Whoever keeps filling it does not keep anybody here for ever.
    for _ in 0..<1 << 20 {
      let names = try names()
      if names.isEmpty { return }
      for name in names {
        if try isRemoved(name, from: descriptor, unlinkat(descriptor, name, 0)) { continue }
        try clear(name, &moved)
      }
    }
    throw FilesError("remove", path, reason: Wording("it is filled again and again", "它不断被重新填入"))
  }

  /// Takes everything out of a folder in this one, and removes it: files go, folders that are not empty come up.
  private func clear(_ name: [CChar], _ moved: inout Int) throws(FilesError) {
    let inner = doorsill_open_beneath(descriptor, name, O_RDONLY | O_DIRECTORY)
    guard inner >= 0 else {
      guard errno != ENOENT else { return }
      throw FilesError("remove", path)
    }
    let held = dup(inner)
    defer { close(held) }
    guard held >= 0 else {
      close(inner)
      throw FilesError("remove", path)
    }
    for entry in try Files.names(opened: inner, path: path) {
      if try isRemoved(entry, from: held, unlinkat(held, entry, 0)) { continue }
      if unlinkat(held, entry, AT_REMOVEDIR) == 0 { continue }
      moved += 1
      let place = ".removed-\(getpid())-\(moved)-\(UInt32.random(in: 0 ... .max))"
      guard renameat(held, entry, descriptor, place) == 0 || errno == ENOENT else {
        throw FilesError("remove", path)
      }
    }
    guard unlinkat(descriptor, name, AT_REMOVEDIR) == 0 || errno == ENOENT || errno == ENOTEMPTY else {
      throw FilesError("remove", path)
    }
  }

  private func names() throws(FilesError) -> [[CChar]] {
    let file = doorsill_open_beneath(descriptor, ".", O_RDONLY | O_DIRECTORY)
    guard file >= 0 else { throw FilesError("list", path) }
    return try Files.names(opened: file, path: path)
  }

  /// Whether a file is gone; false for a folder.
  private func isRemoved(_ name: [CChar], from folder: Int32, _ result: Int32) throws(FilesError) -> Bool {
    if result == 0 || errno == ENOENT { return true }
    guard errno == EISDIR || errno == EPERM else { throw FilesError("remove", path) }
    var status = stat()
    guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw FilesError("remove", path, code: EPERM)
    }
    return false
  }
}
