internal import CSQLite
internal import Synchronization

/// The library below: what `doctor` tells, since the system's own updates mend it.
package enum SQLiteLibrary {
  /// The version of the library this process runs with, such as `3.40.1`.
  package static var version: String { String(cString: sqlite3_libversion()) }
}

/// A database file with one connection, lent to one caller at a time.
package final class Database: Sendable {
  package enum Mode: Sendable {
    case readOnly
    /// The file must exist.
    case readWrite
    /// Makes the file where there is none.
    case create
  }

  package enum Options: Sendable {
    /// Write-ahead log and full sync: a committed transaction survives a loss of power.
    case durable
    /// Journal in memory, no sync: for building a file that is thrown away if the building fails.
    case bulk
    /// A file that nobody changes while it is open: read-only, no locks, memory-mapped.
    case release
  }

  private let connection: Mutex<Connection>
  package let path: String

  /// Opens `path`. `release` is always read-only. Locks of other processes are waited for up to five seconds.
  /// Without `followsLinks` no part of the path may be a symbolic link: for a place where others write.
  package init(
    path: String, mode: Mode, options: Options = .durable, followsLinks: Bool = true
  ) throws(DatabaseError) {
    self.path = path
    connection = Mutex(
      try Connection.open(path: path, mode: mode, options: options, followsLinks: followsLinks))
  }

  /// A database whose bytes lie in an open file, from `start` on, which is a multiple of a page of memory: it may have no
  /// name, and stays what it is. Read-only; the descriptor may be closed afterwards. `name` is for words.
  package init(opened file: Int32, start: Int, count: Int, name: String) throws(DatabaseError) {
    path = name
    connection = Mutex(try Connection.open(file, start: start, count: count, name: name))
  }

  /// A database in memory.
  package convenience init() throws(DatabaseError) {
    try self.init(path: ":memory:", mode: .create, options: .bulk)
  }

  /// Lends the connection; other callers wait. Asking for it again inside the body is a programming error.
  @discardableResult
  package func use<R: Sendable, E: Error>(_ body: (inout Connection) throws(E) -> R) throws(E) -> R {
    try connection.withLock { (connection) throws(E) -> R in try body(&connection) }
  }
}

extension Connection {
  /// Whether the library reaches a database's own files only, each under its one name, and waits for none.
  private static let guarded = doorsill_guard_files()

  static func open(
    path: String, mode: Database.Mode, options: Database.Options, followsLinks: Bool = true
  ) throws(DatabaseError) -> Connection {
    var flags: Int32 = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI
    let writable = mode != .readOnly && options != .release
    flags |= writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
    if writable, mode == .create { flags |= SQLITE_OPEN_CREATE }
    guard guarded == SQLITE_OK else {
      throw DatabaseError(nil, guarded, path: path)
    }
    if !followsLinks { flags |= SQLITE_OPEN_NOFOLLOW }
    var handle: OpaquePointer?
    let status = sqlite3_open_v2(Connection.uri(path, immutable: options == .release), &handle, flags, nil)
    guard status == SQLITE_OK, let handle else {
      let error = DatabaseError(handle, status, path: path)
      sqlite3_close_v2(handle)
      throw error
    }
    var connection = Connection(handle: handle, path: path)
    try connection.configure(options, writable: writable)
    return connection
  }

  static func open(_ file: Int32, start: Int, count: Int, name: String) throws(DatabaseError) -> Connection {
    guard let image = DatabaseImage(file, start: start, count: count) else {
      throw DatabaseError(nil, SQLITE_CANTOPEN, path: name)
    }
    var connection = try open(path: ":memory:", mode: .readOnly, options: .durable)
    connection.image = image
    let status = sqlite3_deserialize(
      connection.handle, "main", image.address.assumingMemoryBound(to: UInt8.self), Int64(count),
      Int64(count),
      UInt32(SQLITE_DESERIALIZE_READONLY))
    guard status == SQLITE_OK else { throw DatabaseError(connection.handle, status, path: name) }
    return connection
  }

  private mutating func configure(_ options: Database.Options, writable: Bool) throws(DatabaseError) {
    let status = doorsill_defend(handle)
    guard status == SQLITE_OK else { throw DatabaseError(handle, status, path: path) }
    sqlite3_busy_timeout(handle, 5000)
    try run(script: "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON")
    switch options {
    case .durable:
      guard writable else { return }
      // Where the file system cannot carry a write-ahead log, only EXTRA keeps the last commit.
      let journal = try string("PRAGMA journal_mode = WAL")
      try run(script: "PRAGMA synchronous = \(journal == "wal" ? "FULL" : "EXTRA")")
    case .bulk:
      guard writable else { return }
      try run(
        script: """
          PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
          PRAGMA cache_size = -65536
          """)
    case .release: try run(script: "PRAGMA query_only = ON; PRAGMA mmap_size = 1073741824")
    }
  }

  /// A `file:` URI, so that a path with `?`, `#` or `%` is only a path.
  private static func uri(_ path: String, immutable: Bool) -> String {
    guard path != ":memory:" else { return path }
    var uri = Array("file:".utf8)
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "?"): uri += "%3f".utf8
      case UInt8(ascii: "#"): uri += "%23".utf8
      case UInt8(ascii: "%"): uri += "%25".utf8
      default: uri.append(byte)
      }
    }
    if immutable { uri += "?immutable=1".utf8 }
    return String(decoding: uri, as: UTF8.self)
  }
}
