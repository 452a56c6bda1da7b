import Glibc

/// An open file; closed when nobody holds it any more.
package final class OpenFile: Sendable {
  /// The descriptor, valid as long as this object lives.
  package let descriptor: Int32

  /// Takes the descriptor over: it must not be closed elsewhere.
  package init(takingOwnership descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }
}

/// A range of bytes of an open file, to be sent as it lies.
package struct FileSlice: Sendable {
  package let file: OpenFile
  package let offset: Int
  package let count: Int

  package init(file: OpenFile, offset: Int, count: Int) {
    self.file = file
    self.offset = offset
    self.count = count
  }
}
