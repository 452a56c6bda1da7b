import Bytes
import CLinux
import Glibc
import Synchronization
import Trust

/// What tells one state of a file from another.
struct FileStamp: Equatable, Sendable {
  let device: UInt64
  let inode: UInt64
  let size: Int
  let modified: Int64
  let modifiedNanoseconds: Int64
  let changed: Int64

  init(_ status: stat) {
    var status = status
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int(status.st_size)
    modified = doorsill_modified_seconds(&status)
    modifiedNanoseconds = doorsill_modified_nanoseconds(&status)
    changed = doorsill_changed_nanoseconds(&status)
  }
}

/// One coded form of a file, ready to be sent: its validators, its heads, its bytes where it is small.
final class Representation: Sendable {
  let stamp: FileStamp
  /// Strong, with its quotes, other for each coding (RFC 9110 §8.8.3.3).
  let etag: [UInt8]
  let size: Int
  let modified: Int64
  /// The bytes of a small file.
  let bytes: [UInt8]?
  /// The open file of a large one.
  let file: OpenFile?
  /// Fields of every answer about this form.
  let validators: Headers
  /// Those and the ones about the content.
  let fields: Headers
  let whole: PreparedResponse
  let notModified: PreparedResponse

  /// Files up to this size are kept in memory and sent with their head in one call.
  static let inMemory = 128 * 1024
  /// Files up to this size are digested when nobody knows their digest; larger ones get a tag of their state.
  static let digested = 64 * 1024 * 1024

  /// - Parameters:
  ///   - known: the file's SHA-256 where the caller knows it.
  ///   - coding: the content coding the file is in; nil for none.
  init?(
    _ open: OpenFile, _ stamp: FileStamp, coding: String?, varies: Bool, type: String, known: [UInt8]?,
    shared: Headers
  ) {
    var bytes: [UInt8]?
    if stamp.size <= Representation.inMemory {
      guard let read = Sockets.read(open.descriptor, offset: 0, count: stamp.size), read.count == stamp.size
      else {
        return nil
      }
      bytes = read
    }
    var digest = known
    if digest == nil, stamp.size <= Representation.digested {
      digest = bytes.map { Digest.sha256($0) } ?? Representation.digest(open, stamp.size)
    }
    let tag: String
    if let digest {
      tag = Base64.encodeURL(Array(digest.prefix(18)))
    } else {
      tag = [stamp.inode, UInt64(stamp.size), UInt64(bitPattern: stamp.changed)]
        .map { String($0, radix: 36) }.joined(separator: "-")
    }
    // What was changed a moment ago may change again within the same second: its date would not tell.
    let modified = min(stamp.modified, Clock.seconds())
    etag = Array("\"\(tag)\"".utf8)
    var validators: Headers = [
      "ETag": "\"\(tag)\"", "Last-Modified": Timestamp(secondsSince1970: modified).httpDate,
    ]
    if varies { validators.append("Vary", "Accept-Encoding") }
    for field in shared.fields { validators.append(field.name, field.value) }
    var fields: Headers = ["Content-Type": type]
    if let coding { fields.append("Content-Encoding", coding) }
    fields.append("Accept-Ranges", "bytes")
    if let digest { fields.append("Repr-Digest", "sha-256=:\(Base64.encode(digest)):") }
    for field in validators.fields { fields.append(field.name, field.value) }
    let slice = bytes == nil ? FileSlice(file: open, offset: 0, count: stamp.size) : nil
    self.stamp = stamp
    size = stamp.size
    self.modified = modified
    self.bytes = bytes
    file = bytes == nil ? open : nil
    self.validators = validators
    self.fields = fields
    whole = PreparedResponse(
      status: 200, headers: fields, body: bytes ?? [], file: slice, contentLength: stamp.size)
    notModified = PreparedResponse(status: 304, headers: validators, body: [], file: nil, contentLength: nil)
  }

  /// A part of it as a piece of a body.
  func piece(_ range: Range<Int>) -> Response.Piece? {
    if let bytes { return .bytes(Array(bytes[range])) }
    return file.map { .file(FileSlice(file: $0, offset: range.lowerBound, count: range.count)) }
  }

  private static func digest(_ open: OpenFile, _ size: Int) -> [UInt8]? {
    var digest = Digest.SHA256()
    var offset = 0
    while offset < size {
      guard let piece = Sockets.read(open.descriptor, offset: offset, count: min(1 << 20, size - offset)),
        !piece.isEmpty
      else { return nil }
      digest.update(piece)
      offset += piece.count
    }
    return digest.finish()
  }
}

/// A file at a path, plain and, where there is one, gzip-coded.
final class StoredFile: Sendable {
  /// The request path, as sent.
  let path: [UInt8]
  let plain: Representation
  let gzip: Representation?
  /// When it was last seen to be what it is, in milliseconds of the monotonic clock.
  let checkedAt: Atomic<Int64>
  let hash: UInt64

  init(path: [UInt8], plain: Representation, gzip: Representation?) {
    self.path = path
    self.plain = plain
    self.gzip = gzip
    checkedAt = Atomic(Clock.milliseconds())
    hash = FileCache.hash(path, path.indices)
  }

  var bytesInMemory: Int { 1024 + path.count + (plain.bytes?.count ?? 0) + (gzip?.bytes?.count ?? 0) }
}
