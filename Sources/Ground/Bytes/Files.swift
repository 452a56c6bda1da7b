internal import Glibc

/// A file operation that failed, with the path and what the system said.
package struct FilesError: Fault, Equatable {
  package let path: String
  /// What was tried, as `read` or `write`.
  package let operation: String
  /// The system's error number; 0 where the refusal is ours.
  package let code: Int32
  /// The system's own words are said in any language.
  private let reason: Wording
  /// What to do, where whoever refuses knows more than the system's number says.
  private let told: Wording?

  package init(_ operation: String, _ path: String, code: Int32 = errno) {
    self.path = path
    self.operation = operation
    self.code = code
    let words = String(cString: strerror(code))
    reason = code == ELOOP ? Wording("it is a symbolic link", "它是符号链接") : Wording(words, words)
    told = nil
  }

  package init(_ operation: String, _ path: String, reason: Wording, hint: Wording? = nil) {
    told = hint
    self.path = path
    self.operation = operation
    self.reason = reason
    code = 0
  }

  package var message: String { message(in: "en") }
  package var hint: String? { hint(in: "en") }

  package func message(in language: String) -> String {
    let doing = Self.chinese[operation] ?? operation
    return Wording(
      "cannot \(operation) \(path): \(reason.en)", "无法\(doing) \(path)：\(reason.zh)"
    ).said(in: language)
  }

  package func hint(in language: String) -> String? { (told ?? advice)?.said(in: language) }

  private static let chinese = [
    "write": "写入", "read": "读取", "remove": "删除", "look at": "查看", "sync": "落盘", "make the folder": "创建文件夹",
    "open": "打开", "open the folder": "打开文件夹", "rename": "改名", "make": "创建",
    "lock": "锁定", "list": "列出", "set permissions of": "设置权限", "read the link": "读取链接", "move": "移动",
    "link": "链接", "find": "找到",
  ]

  private var advice: Wording? {
    switch code {
    case ENOSPC, EDQUOT:
      Wording(
        "free space on that disk and run the command again; nothing was left half written",
        "请腾出该磁盘的空间后重新运行；没有留下写到一半的文件")
    case EIO where operation == "sync":
      Wording(
        "the change is made but may not survive a loss of power: check the disk",
        "改动已作出，但断电后可能丢失：请检查磁盘")
    case EIO:
      Wording(
        "the disk reported a fault: check it before going on; the file is as it was",
        "磁盘报告了故障：请先检查；文件仍是原样")
    case EROFS: Wording("the file system is mounted read-only", "该文件系统以只读方式挂载")
    case ELOOP, EISDIR: Files.somebodyLaid
    case EACCES, EPERM:
      Wording(
        "check owner and permissions of the file and its folders", "请检查该文件及其文件夹的属主与权限")
    default: nil
    }
  }

  package var blame: Blame { .environment }
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
}

/// Files and folders by POSIX calls. Everything throws `FilesError`, which names the path.
package enum Files {
  static func tooLarge(_ limit: Int) -> Wording {
    Wording("larger than \(limit) bytes", "超过 \(limit) 字节")
  }

  /// What may lie at a path that is read.
  package enum Source: Sendable {
    /// A file, or a link to one. What is none (a pipe, a device, a folder) is refused at once and never waited for.
    case file
    /// A file itself: one of the state, where others may have laid a link.
    case held
    /// Whatever a person has named at the call: `/dev/stdin`, a pipe of their shell.
    case named

    fileprivate var flags: Int32 {
      switch self {
      case .file: O_NONBLOCK | O_NOCTTY
      case .held: O_NONBLOCK | O_NOCTTY | O_NOFOLLOW
      case .named: 0
      }
    }
  }

  /// Opens for reading. The descriptor is the caller's to close.
  static func openToRead(_ path: String, _ source: Source) throws(FilesError) -> Int32 {
    let file = open(path, O_RDONLY | O_CLOEXEC | source.flags)
    guard file >= 0 else { throw FilesError("read", path) }
    guard source != .named else { return file }
    do throws(FilesError) { try checkIsFile(file, "read", path) } catch {
      close(file)
      throw error
    }
    return file
  }

  /// Opens a file of the state to read and write it. No link is followed, and what is no file is refused at once. The
  /// descriptor is the caller's to close.
  /// - Parameter making: whether it is made, mode 0600, where there is none.
  package static func openHeld(
    _ path: String, writing: Bool, making: Bool = false
  ) throws(FilesError) -> Int32 {
    let flags = (writing ? O_RDWR : O_RDONLY) | (making ? O_CREAT : 0)
    let file = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0o600)
    guard file >= 0 else { throw FilesError("open", path) }
    do throws(FilesError) { try checkIsFile(file, "open", path) } catch {
      close(file)
      throw error
    }
    return file
  }

  package static let noFile = Wording("that is no file", "那不是文件")
  /// What to do where something stands in the place of a file or folder that nobody here made.
  package static let somebodyLaid = Wording(
    "look who may write there and what it is; then remove it, or put back from a backup what stood in its place",
    "请查明谁可在该处写入、那是何物；然后将其删去，或从备份恢复原有内容")

  private static func checkIsFile(_ file: Int32, _ doing: String, _ path: String) throws(FilesError) {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FilesError(doing, path) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: throw FilesError(doing, path, code: EISDIR)
    default: throw FilesError(doing, path, reason: noFile, hint: somebodyLaid)
    }
  }

  /// The whole file. A file larger than `limit` bytes is refused.
  package static func read(
    _ path: String, limit: Int = .max, from source: Source = .file
  ) throws(FilesError) -> [UInt8] {
    let file = try openToRead(path, source)
    defer { close(file) }
    return try read(opened: file, path: path, limit: limit)
  }

  /// The rest of an open file; `path` is how errors call it.
  package static func read(opened file: Int32, path: String, limit: Int = .max) throws(FilesError) -> [UInt8]
  {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FilesError("read", path) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw FilesError("read", path, code: EISDIR) }
    let expected = Int(status.st_size)
    guard expected <= limit else { throw FilesError("read", path, reason: Self.tooLarge(limit)) }
    var bytes = [UInt8](repeating: 0, count: max(expected, 0))
    var filled = 0
    while true {
      if filled == bytes.count {
        // Regular files end here; pipes and files of /proc state no size.
        guard filled <= limit else { throw FilesError("read", path, reason: Self.tooLarge(limit)) }
        var spare = [UInt8](repeating: 0, count: expected > 0 ? 1 : 65_536)
        let count = try readOnce(file, &spare, 0, path)
        if count == 0 { break }
        bytes.append(contentsOf: spare[..<count])
        filled += count
        if expected > 0 { bytes.append(contentsOf: repeatElement(0, count: 65_536)) }
        continue
      }
      let count = try readOnce(file, &bytes, filled, path)
      if count == 0 { break }
      filled += count
    }
    guard filled <= limit else { throw FilesError("read", path, reason: Self.tooLarge(limit)) }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }

  private static func readOnce(
    _ file: Int32, _ bytes: inout [UInt8], _ from: Int, _ path: String
  ) throws(FilesError) -> Int {
    while true {
      let count = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(file, buffer.baseAddress.map { $0 + from }, buffer.count - from)
      }
      if count >= 0 { return count }
      guard errno == EINTR else { throw FilesError("read", path) }
    }
  }

  /// Replaces or makes the file atomically and durably: a temporary file beside it, fsync, rename, fsync of the
  /// folder. On any failure the old file is as it was and the temporary one is gone. A failed fsync is never tried
  /// again: the kernel may have dropped the pages it could not write.
  package static func write(_ bytes: [UInt8], to path: String, mode: UInt16 = 0o644) throws(FilesError) {
    let temporary = temporaryPath(beside: path)
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_t(mode))
    guard file >= 0 else { throw FilesError("write", path) }
    do throws(FilesError) {
      try writeDurably(bytes, to: file, path: path)
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let failure = FilesError("write", path)
      unlink(temporary)
      throw failure
    }
    try syncDirectory(parent(of: path))
  }

  /// Writes into a file that exists, without the detour by a temporary one; `path` is how errors call it.
  static func write(_ bytes: [UInt8], through device: String, path: String) throws(FilesError) {
    let file = open(device, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw FilesError("write", device) }
    try writeDurably(bytes, to: file, path: path)
  }

  /// Writes, syncs and closes.
  private static func writeDurably(_ bytes: [UInt8], to file: Int32, path: String) throws(FilesError) {
    do throws(FilesError) {
      try writeAll(bytes, to: file, path: path)
      guard fsync(file) == 0 else { throw FilesError("write", path) }
    } catch {
      close(file)
      throw error
    }
    guard close(file) == 0 else { throw FilesError("write", path) }
  }

  /// Writes all bytes to an open descriptor, going on after signals and short writes.
  package static func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(FilesError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done)
      }
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        throw FilesError("write", path, code: count == 0 ? EIO : errno)
      }
    }
  }

  /// A name in the same folder that nobody uses: `.name.<process>-<number>.tmp`.
  package static func temporaryPath(beside path: String) -> String {
    var random = SystemRandomNumberGenerator()
    let number = String(random.next(), radix: 36)
    return join(parent(of: path), ".\(name(of: path)).\(getpid())-\(number).tmp")
  }

  /// Makes the names in a folder durable.
  package static func syncDirectory(_ path: String) throws(FilesError) {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw FilesError("sync", path) }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw FilesError("sync", path) }
  }
}
