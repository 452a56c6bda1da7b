import Bytes
import Glibc

/// The three calls that change a file of entries, so that a test can let each of them fail.
struct DiskCalls: Sendable {
  var write: @Sendable (Int32, UnsafeRawBufferPointer, Int) -> Int = {
    pwrite($0, $1.baseAddress, $1.count, off_t($2))
  }
  var sync: @Sendable (Int32) -> Int32 = { fdatasync($0) }
  var cut: @Sendable (Int32, Int) -> Int32 = { ftruncate($0, off_t($1)) }
}

/// The file of entries, one line each. Its bytes are written once, at the end, and made durable before anyone hears
/// of them.
final class EntriesFile: Sendable {
  let path: String
  private let descriptor: Int32
  private let disk: DiskCalls

  /// Opens the file, making it durably where there is none.
  init(_ path: String, isWriter: Bool, disk: DiskCalls = DiskCalls()) throws(LedgerError) {
    self.path = path
    self.disk = disk
    let isNew = !Files.exists(path)
    do { descriptor = try Files.openHeld(path, writing: isWriter, making: isWriter) } catch {
      throw LedgerError(error)
    }
    guard isWriter, isNew else { return }
    do { try Files.syncDirectory(Files.parent(of: path)) } catch { throw LedgerError(error) }
  }

  deinit { close(descriptor) }

  func length() throws(LedgerError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw EntriesFile.failure(Wording("measure", "查看"), path) }
    return Int(status.st_size)
  }

  /// Reads up to `count` bytes; fewer only at the end of the file.
  func read(at offset: Int, count: Int) throws(LedgerError) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let step = pread(
          descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
        if step > 0 {
          filled += step
        } else if step == 0 {
          break
        } else if errno != EINTR {
          failed = true
          break
        }
      }
    }
    guard !failed else { throw EntriesFile.failure(Wording("read", "读取"), path) }
    return bytes
  }

  /// Writes at `offset` and syncs. A refused write is undone (`.full`); after a failed sync, or a write that cannot be
  /// undone, nobody knows what is on the disk (`.broken`).
  ///
  /// Refuses where the file is not as it was left (`.broken`): cut, lengthened, or another one at its place.
  func append(_ bytes: [UInt8], at offset: Int) throws(LedgerError) {
    try checkLeft(offset)
    var done = 0
    while done < bytes.count {
      let step = bytes.withUnsafeBytes {
        disk.write(descriptor, UnsafeRawBufferPointer(rebasing: $0[done...]), offset + done)
      }
      if step > 0 {
        done += step
      } else if step == 0 || errno != EINTR {
        let code = step == 0 ? ENOSPC : errno
        let isRoom = code == ENOSPC || code == EDQUOT || code == EFBIG
        guard isRoom, disk.cut(descriptor, offset) == 0 else {
          throw LedgerError(
            .broken,
            Wording(
              "writing \(path) failed: \(String(cString: strerror(code)))",
              "写入 \(path) 失败：\(String(cString: strerror(code)))"))
        }
        throw LedgerError(
          .full,
          Wording(
            "no room for an entry in \(path): \(String(cString: strerror(code)))",
            "\(path) 放不下一个条目：\(String(cString: strerror(code)))"))
      }
    }
    try sync()
  }

  private func checkLeft(_ length: Int) throws(LedgerError) {
    var (own, there) = (stat(), stat())
    guard fstat(descriptor, &own) == 0, lstat(path, &there) == 0, own.st_ino == there.st_ino,
      own.st_dev == there.st_dev, Int(own.st_size) == length
    else {
      throw LedgerError(
        .broken,
        Wording(
          "\(path) was cut, lengthened or replaced while it was being written: nothing more is written",
          "\(path) 在写入期间被截短、加长或替换：不再写入")
      )
    }
  }

  /// Makes what was written durable. Never tried twice: the kernel may have dropped what it could not write.
  func sync() throws(LedgerError) {
    guard disk.sync(descriptor) == 0 else {
      throw LedgerError(
        .broken,
        Wording(
          "syncing \(path) failed: \(String(cString: strerror(errno)))",
          "将 \(path) 落盘失败：\(String(cString: strerror(errno)))"))
    }
  }

  /// Cuts the file, durably.
  func truncate(to length: Int) throws(LedgerError) {
    guard disk.cut(descriptor, length) == 0, fsync(descriptor) == 0 else {
      throw EntriesFile.failure(Wording("cut", "截短"), path)
    }
  }

  private static func failure(_ doing: Wording, _ path: String) -> LedgerError {
    let reason = String(cString: strerror(errno))
    return LedgerError(
      .storage, Wording("cannot \(doing.en) \(path): \(reason)", "无法\(doing.zh) \(path)：\(reason)"))
  }
}

/// Reads a file of entries piece by piece: what stands between newlines, with its offset.
struct LineScanner {
  private let file: EntriesFile
  private var buffer: [UInt8] = []
  private var place = 0
  private var bufferOffset: Int
  private let end: Int
  private static let step = 1 << 20

  /// From `offset` up to, not including, `end`.
  init(_ file: EntriesFile, from offset: Int, to end: Int) {
    self.file = file
    bufferOffset = offset
    self.end = end
  }

  /// Where the next piece begins.
  var offset: Int { bufferOffset + place }

  /// The next piece; `isWhole` tells whether a newline follows it. Nil at the end.
  mutating func next() throws(LedgerError) -> (bytes: [UInt8], isWhole: Bool)? {
    var searched = place
    while true {
      if let newline = buffer[searched...].firstIndex(of: 10) {
        let piece = Array(buffer[place..<newline])
        place = newline + 1
        return (piece, true)
      }
      searched = buffer.count
      let from = bufferOffset + buffer.count
      guard from < end else { break }
      searched -= place
      buffer.removeFirst(place)
      bufferOffset += place
      place = 0
      let more = try file.read(at: from, count: min(LineScanner.step, end - from))
      guard !more.isEmpty else { break }
      buffer += more
    }
    guard place < buffer.count else { return nil }
    let piece = Array(buffer[place...])
    place = buffer.count
    return (piece, false)
  }
}
