import Synchronization

/// The files of one folder that were asked for. Shared by all loops and workers; each loop keeps what it found here
/// in a memory of its own, so that the hot path takes no lock.
final class FileCache: Sendable {
  private struct State {
    var files: [UInt64: StoredFile] = [:]
    var order: [UInt64] = []
    var oldest = 0
    var bytes = 0
  }

  /// One of several locks, chosen by the path: no two workers read the same new file.
  private final class Stripe: Sendable {
    let lock = Mutex(())
  }

  private let state = Mutex(State())
  private let stripes = (0..<64).map { _ in Stripe() }
  private let room: Int
  /// Open files and entries kept at once.
  private static let entries = 4096

  init(room: Int) { self.room = room }

  func find(_ bytes: [UInt8], _ path: Range<Int>) -> StoredFile? {
    let hash = FileCache.hash(bytes, path)
    guard let file = state.withLock({ $0.files[hash] }), FileCache.isSame(file.path, bytes, path) else {
      return nil
    }
    return file
  }

  /// Runs `make` while no other thread makes the file at this path. For workers only.
  func building<R>(_ bytes: [UInt8], _ path: Range<Int>, _ make: () -> R) -> R {
    stripes[Int(truncatingIfNeeded: FileCache.hash(bytes, path) >> 17 & 63)].lock.withLock { _ in make() }
  }

  /// Keeps a file; the oldest go where there is no room.
  func keep(_ file: StoredFile) {
    state.withLock { state in
      if let old = state.files.updateValue(file, forKey: file.hash) {
        state.bytes -= old.bytesInMemory
      } else {
        state.order.append(file.hash)
      }
      state.bytes += file.bytesInMemory
      while state.bytes > room || state.files.count > FileCache.entries, state.oldest < state.order.count {
        let key = state.order[state.oldest]
        state.oldest += 1
        if let old = state.files.removeValue(forKey: key) { state.bytes -= old.bytesInMemory }
      }
      if state.oldest > 1024 {
        state.order.removeFirst(state.oldest)
        state.oldest = 0
      }
    }
  }

  func forget(_ file: StoredFile) {
    state.withLock { state in
      if let old = state.files[file.hash], old === file {
        state.files[file.hash] = nil
        state.bytes -= old.bytesInMemory
        state.order.removeAll { $0 == file.hash }
        state.oldest = min(state.oldest, state.order.count)
      }
    }
  }

  /// FNV-1a; a collision only costs a second look, because paths are compared.
  @inline(__always) static func hash(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
    return hash
  }

  @inline(__always) static func isSame(_ path: [UInt8], _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    guard path.count == range.count else { return false }
    for offset in 0..<path.count where path[offset] != bytes[range.lowerBound + offset] { return false }
    return true
  }
}

/// What one loop remembers of the shared cache: a table with one place for each hash.
final class LoopFiles {
  private var places: [StoredFile?] = Array(repeating: nil, count: 1024)
  private var generation = 0
  private(set) var folder: SiteRoot.Folder?

  /// Forgets everything when the folder was exchanged.
  func renew(_ root: SiteRoot) {
    let current = root.generation.load(ordering: .acquiring)
    guard current != generation else { return }
    generation = current
    folder = root.folder
    for index in places.indices { places[index] = nil }
  }

  func find(_ bytes: [UInt8], _ path: Range<Int>) -> StoredFile? {
    let place = Int(truncatingIfNeeded: FileCache.hash(bytes, path) & 1023)
    if let file = places[place], FileCache.isSame(file.path, bytes, path) { return file }
    guard let file = folder?.cache.find(bytes, path) else { return nil }
    places[place] = file
    return file
  }

  func forget(_ file: StoredFile) { places[Int(truncatingIfNeeded: file.hash & 1023)] = nil }
}
