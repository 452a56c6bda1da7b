import Glibc
import System

/// Bytes of a release that are read where they lie: in memory, or in a file that is mapped and not loaded.
package struct HeldBytes: Sendable {
  private enum Memory: Sendable {
    case bytes([UInt8])
    case mapped(Mapping)
  }

  private let memory: Memory

  package init(_ bytes: [UInt8]) { memory = .bytes(bytes) }

  /// Maps a file, which must not be changed while it is served; nil where it cannot be.
  init?(mapping name: String, in folder: Folder) {
    guard let file = try? folder.openFile(name) else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_size >= 0 else { return nil }
    guard status.st_size > 0 else {
      memory = .bytes([])
      return
    }
    let count = Int(status.st_size)
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, file, 0), start != MAP_FAILED else {
      return nil
    }
    memory = .mapped(Mapping(address: UInt(bitPattern: start), count: count))
  }

  package var count: Int {
    switch memory {
    case .bytes(let bytes): bytes.count
    case .mapped(let mapping): mapping.count
    }
  }

  func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    switch memory {
    case .bytes(let bytes): bytes.withUnsafeBytes(body)
    case .mapped(let mapping):
      withExtendedLifetime(mapping) {
        body(
          UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: mapping.address), count: mapping.count))
      }
    }
  }
}

extension HeldBytes: Equatable {
  package static func == (one: HeldBytes, other: HeldBytes) -> Bool {
    one.withBytes { one in other.withBytes { one.elementsEqual($0) } }
  }
}

/// A mapping that ends with the last who reads it.
private final class Mapping: Sendable {
  let address: UInt
  let count: Int

  init(address: UInt, count: Int) {
    self.address = address
    self.count = count
  }

  deinit { munmap(UnsafeMutableRawPointer(bitPattern: address), count) }
}
