internal import Glibc

extension Files {
  /// The file's bytes in order, a piece at a time, so that a file of any size takes the memory of one piece.
  package static func forEachChunk(
    of path: String, bytes size: Int = 1 << 20, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let file = try openToRead(path, .file)
    defer { close(file) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = Glibc.read(file, buffer.baseAddress, buffer.count)
      if count == 0 { return }
      if count < 0 {
        guard errno == EINTR else { throw FilesError("read", path) }
        continue
      }
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}
