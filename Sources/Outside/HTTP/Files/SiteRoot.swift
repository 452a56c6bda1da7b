import CLinux
import Glibc
import Synchronization

/// The folder that is served, exchangeable while the server runs.
///
/// A new folder (a release flip) is seen by the next request; answers under way finish from the old one, whose
/// descriptors they hold. No answer mixes the two.
package final class SiteRoot: Sendable {
  /// One folder, opened once; every file is opened below its descriptor.
  final class Folder: Sendable {
    let directory: OpenFile
    let key: String
    /// Files may change under the server: what is remembered is looked at again after a second.
    let isMutable: Bool
    let cache: FileCache
    let digests: Digests?

    init(directory: OpenFile, key: String, isMutable: Bool, cacheBytes: Int, digests: Digests?) {
      self.directory = directory
      self.key = key
      self.isMutable = isMutable
      self.digests = digests
      cache = FileCache(room: cacheBytes)
    }
  }

  /// The SHA-256 of a file by its path below the folder, where a manifest knows it.
  package typealias Digests = @Sendable (_ path: String) -> [UInt8]?

  private let current: Mutex<Folder>
  private let cacheBytes: Int
  /// Grows with every exchange, so that loops see without a lock whether their memory is of this folder.
  let generation = Atomic<Int>(1)

  /// - Parameters:
  ///   - key: names this content, such as the release's number.
  ///   - mutable: the files may change while they are served (a bare folder); a release never does.
  ///   - cacheBytes: small files kept in memory, in all.
  ///   - digests: what a manifest says of the files; without it they are digested when first asked for.
  package init(
    folder: String, key: String, mutable: Bool = false, cacheBytes: Int = 32 * 1024 * 1024,
    digests: Digests? = nil
  ) throws(ServerError) {
    self.cacheBytes = cacheBytes
    let directory = try SiteRoot.open(folder)
    current = Mutex(
      Folder(directory: directory, key: key, isMutable: mutable, cacheBytes: cacheBytes, digests: digests))
  }

  /// Serves another folder from the next request on.
  package func replace(
    folder: String, key: String, mutable: Bool = false, digests: Digests? = nil
  ) throws(ServerError) {
    let directory = try SiteRoot.open(folder)
    let new = Folder(
      directory: directory, key: key, isMutable: mutable, cacheBytes: cacheBytes, digests: digests)
    current.withLock { $0 = new }
    generation.add(1, ordering: .releasing)
  }

  /// The key of what is served now.
  package var key: String { folder.key }

  var folder: Folder { current.withLock { $0 } }

  private static func open(_ path: String) throws(ServerError) -> OpenFile {
    let descriptor = doorsill_open_directory(path)
    guard descriptor >= 0 else { throw ServerError(code: .noRoot, subject: path, errorNumber: errno) }
    return OpenFile(takingOwnership: descriptor)
  }
}
