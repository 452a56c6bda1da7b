import Bytes
import Glibc

/// A file or descriptor that is read from front to back.
struct InputFile: ~Copyable {
  /// As the person named it, for messages.
  let name: String
  let descriptor: Int32
  private let isOwned: Bool
  /// Where its bytes are held: the descriptor is lent.
  private let held: HeldFile?
  /// Whether any place of it can be read again.
  let isSeekable: Bool
  /// Bytes, where the system knows.
  let size: Int?
  /// Bytes taken so far.
  private(set) var offset: Int
  /// Bytes that were looked at ahead of a stream that cannot be read twice.
  private var ahead: [UInt8] = []

  /// Opens a table: what is held of it, or its path.
  init(_ source: TableSource) throws(TableError) {
    guard let held = try source.held?.file() else {
      try self.init(path: source.path)
      return
    }
    self.init(held, name: source.name)
  }

  private init(_ held: HeldFile, name: String) {
    self.name = name
    self.held = held
    descriptor = -1
    isOwned = false
    isSeekable = true
    size = held.count
    offset = 0
  }

  /// Opens a path; `-` is standard input.
  init(path: String) throws(TableError) {
    let opened = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else {
      throw TableError(
        .unreadableFile, file: path, Wording("cannot be opened: \(systemReason())", "无法打开：\(systemReason())"))
    }
    var about = stat()
    fstat(opened, &about)
    if about.st_mode & S_IFMT == S_IFDIR {
      close(opened)
      throw TableError(.unreadableFile, file: path, Wording("is a directory, not a table", "是文件夹，不是数据表"))
    }
    name = path == "-" ? "standard input" : path
    held = nil
    descriptor = opened
    isOwned = path != "-"
    isSeekable = about.st_mode & S_IFMT == S_IFREG
    size = isSeekable ? Int(about.st_size) : nil
    // A redirected standard input may stand anywhere in its file.
    offset = isSeekable && !isOwned ? max(0, Int(lseek(opened, 0, SEEK_CUR))) : 0
    if isSeekable { posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL) }
  }

  deinit { if isOwned { close(descriptor) } }

  /// Fills `target` as far as the file goes; fewer bytes than asked mean the end.
  mutating func read(into target: UnsafeMutablePointer<UInt8>, count: Int) throws(TableError) -> Int {
    var filled = 0
    if !ahead.isEmpty {
      filled = min(count, ahead.count)
      ahead.withUnsafeBufferPointer { buffer in
        if let base = buffer.baseAddress { target.update(from: base, count: filled) }
      }
      ahead.removeFirst(filled)
    }
    if let held {
      let raw = UnsafeMutableRawBufferPointer(start: target, count: count)
      do throws(FilesError) { filled = try held.read(into: raw, at: offset) } catch {
        throw unreadable(error)
      }
      offset += filled
      return filled
    }
    while filled < count {
      let got =
        isSeekable
        ? pread(descriptor, target + filled, count - filled, off_t(offset + filled))
        : Glibc.read(descriptor, target + filled, count - filled)
      if got < 0 {
        if errno == EINTR { continue }
        throw TableError(
          .unreadableFile, file: name, Wording("cannot be read: \(systemReason())", "无法读取：\(systemReason())"))
      }
      if got == 0 { break }
      filled += got
    }
    offset += filled
    return filled
  }

  /// The first bytes, which `read` will give again.
  mutating func peek(_ count: Int) throws(TableError) -> [UInt8] {
    if isSeekable { return try bytes(at: offset, count) }
    let saved = offset
    var first = [UInt8](repeating: 0, count: count)
    let got = try first.withUnsafeMutableBufferPointer { (buffer) throws(TableError) in
      guard let base = buffer.baseAddress else { return 0 }
      return try read(into: base, count: count)
    }
    first.removeLast(count - got)
    ahead = first + ahead
    offset = saved
    return first
  }

  /// Bytes anywhere in a seekable file.
  func bytes(at place: Int, _ count: Int) throws(TableError) -> [UInt8] {
    if let held {
      do throws(FilesError) { return try held.bytes(at: place, count) } catch { throw unreadable(error) }
    }
    var failure: Int32 = 0
    let found = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let got = pread(descriptor, base + filled, count - filled, off_t(place + filled))
        if got < 0 {
          if errno == EINTR { continue }
          failure = errno
          return
        }
        if got == 0 { return }
        filled += got
      }
    }
    if failure != 0 {
      throw TableError(
        .unreadableFile, file: name,
        Wording("cannot be read: \(systemReason(failure))", "无法读取：\(systemReason(failure))"))
    }
    return found
  }

  private func unreadable(_ error: FilesError) -> TableError {
    TableError(
      .unreadableFile, file: name,
      Wording(error.message, error.message(in: "zh")))
  }

  /// Takes `count` bytes without looking (a byte order mark).
  mutating func skip(_ count: Int) throws(TableError) {
    if isSeekable {
      offset += count
    } else {
      var rest = [UInt8](repeating: 0, count: count)
      _ = try rest.withUnsafeMutableBufferPointer { (buffer) throws(TableError) in
        guard let base = buffer.baseAddress else { return 0 }
        return try read(into: base, count: count)
      }
    }
  }
}
