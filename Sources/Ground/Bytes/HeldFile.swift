internal import Glibc
internal import Synchronization

/// The bytes of a file that can be read at any place, whatever becomes of its name: held by a descriptor. Those that may
/// still be written by others are copied first, into a file that has no name (`UnnamedFile`).
package struct HeldFile: Sendable {
  private let owner: Descriptor
  private let start: Int
  package let count: Int
  /// For words only.
  package let name: String

  /// Closes with the last who reads it.
  fileprivate final class Descriptor: Sendable {
    let number: Int32
    init(_ number: Int32) { self.number = number }
    deinit { close(number) }
  }

  fileprivate init(_ owner: Descriptor, start: Int, count: Int, name: String) {
    self.owner = owner
    self.start = start
    self.count = count
    self.name = name
  }

  /// An open file that nobody writes any more; the descriptor is taken over.
  package init(opened file: Int32, name: String) throws(FilesError) {
    let owner = Descriptor(file)
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FilesError("read", name) }
    self.init(owner, start: 0, count: Int(status.st_size), name: name)
  }

  /// The file of a path that nobody writes any more.
  package init(path: String) throws(FilesError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FilesError("read", path) }
    try self.init(opened: file, name: path)
  }

  /// Fills the buffer from a place in the file; fewer bytes than asked mean its end.
  package func read(into target: UnsafeMutableRawBufferPointer, at place: Int) throws(FilesError) -> Int {
    let got = fill(target, at: place)
    guard got >= 0 else { throw FilesError("read", name) }
    return got
  }

  /// The same; -1 where it fails.
  private func fill(_ target: UnsafeMutableRawBufferPointer, at place: Int) -> Int {
    let wanted = min(target.count, max(0, count - place))
    var done = 0
    while done < wanted {
      let got = pread(
        owner.number, target.baseAddress.map { $0 + done }, wanted - done, off_t(start + place + done))
      if got < 0, errno == EINTR { continue }
      if got < 0 { return -1 }
      if got == 0 { break }
      done += got
    }
    return done
  }

  /// As many bytes from a place on, fewer at the end.
  package func bytes(at place: Int, _ count: Int) throws(FilesError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(0, min(count, self.count - place)))
    let got = bytes.withUnsafeMutableBytes { fill($0, at: place) }
    guard got >= 0 else { throw FilesError("read", name) }
    bytes.removeLast(bytes.count - got)
    return bytes
  }

  /// The bytes in order, a piece at a time.
  package func forEachChunk(
    bytes size: Int = 1 << 20, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { buffer.deallocate() }
    var place = 0
    while true {
      let got = try read(into: buffer, at: place)
      if got == 0 { return }
      place += got
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
    }
  }

  /// Lends the descriptor, and where in its file these bytes begin.
  package func withDescriptor<R>(_ body: (_ file: Int32, _ start: Int) -> R) -> R {
    withExtendedLifetime(owner) { body(owner.number, start) }
  }
}

/// A file that has no name and is gone with the process: for what may lie on no disk where somebody could find it, and for
/// copies of what others may still write. Several files can be kept in it one behind the other.
package final class UnnamedFile: Sendable {
  private let owner: HeldFile.Descriptor
  private let end: Mutex<Int>
  private let name: String
  /// Each begins where a page of memory can.
  private static let step = 1 << 16
  private static let temporary: Int32 = 0o20_000_000 | O_DIRECTORY

  /// Makes one on the disk of the first of these folders that lets it, for the owner's eyes only.
  package init(in folders: [String]) throws(FilesError) {
    name = folders.first ?? "."
    end = Mutex(0)
    for folder in folders {
      var file = open(folder, O_RDWR | Self.temporary | O_CLOEXEC, 0o600)
      if file < 0, errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL {
        // A file system that knows none: it has a name for as long as it is empty.
        let path = Files.temporaryPath(beside: Files.join(folder, "held"))
        file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if file >= 0 { unlink(path) }
      }
      if file >= 0 {
        owner = HeldFile.Descriptor(file)
        return
      }
    }
    throw FilesError("write", name)
  }

  /// Copies an open file from its beginning to its end as it is now.
  package func copy(of file: Int32, name: String) throws(FilesError) -> HeldFile {
    try add(name) { (place) throws(FilesError) in
      var done = 0
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
      defer { buffer.deallocate() }
      while true {
        let got = pread(file, buffer.baseAddress, buffer.count, off_t(done))
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { throw FilesError("read", name) }
        if got == 0 { return done }
        guard write(UnsafeRawBufferPointer(rebasing: buffer[..<got]), at: place + done) else {
          throw FilesError("write", name)
        }
        done += got
      }
    }
  }

  /// Keeps what the body writes piece by piece.
  package func make<E: Error>(
    _ name: String, _ body: (@escaping (_ bytes: [UInt8]) throws(FilesError) -> Void) throws(E) -> Void
  ) throws(E) -> HeldFile {
    try add(name) { (place) throws(E) in
      var count = 0
      try body { (bytes) throws(FilesError) in
        guard bytes.withUnsafeBytes({ self.write($0, at: place + count) }) else {
          throw FilesError("write", name)
        }
        count += bytes.count
      }
      return count
    }
  }

  /// One after the other: a second one waits for the first.
  private func add<E: Error>(_ name: String, _ body: (_ place: Int) throws(E) -> Int) throws(E) -> HeldFile {
    try end.withLock { (end) throws(E) in
      let place = (end + Self.step - 1) / Self.step * Self.step
      let count = try body(place)
      end = place + count
      return HeldFile(owner, start: place, count: count, name: name)
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, at place: Int) -> Bool {
    var done = 0
    while done < bytes.count {
      let got = pwrite(
        owner.number, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(place + done))
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return false }
      done += got
    }
    return true
  }
}
