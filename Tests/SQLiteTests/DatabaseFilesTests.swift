import Foundation
import Glibc
import Support
import Testing

@testable import SQLite

@Suite struct `A database file` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ name: String, _ options: Database.Options = .durable) throws -> Database {
    let database = try Database(path: folder.path + "/" + name, mode: .create, options: options)
    try database.use { db in
      try db.execute(script: "CREATE TABLE t (x)")
      try db.transaction { db in for x in 0..<500 { try db.execute("INSERT INTO t VALUES (\(x))") } }
    }
    return database
  }

  @Test func `is durable when it is asked to be`() throws {
    let database = try make("a.sqlite")
    try database.use { db in
      #expect(try db.string("PRAGMA journal_mode") == "wal")
      #expect(try db.int("PRAGMA synchronous") == 2)
      #expect(try db.int("PRAGMA foreign_keys") == 1)
      try db.setUserVersion(7)
      #expect(try db.userVersion() == 7)
      try db.checkpoint()
      #expect(try db.integrityFaults().isEmpty)
    }
  }

  /// A journal may name a file elsewhere that the library would delete after playing it back.
  @Test func `takes no other file with it, whatever its journal says`() throws {
    try folder.write("gold", to: "treasure")
    let path = folder.path + "/j.sqlite"
    do { _ = try make("j.sqlite") }
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    let page = Int(bytes[16]) << 8 | Int(bytes[17])
    let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
    func big(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
    let name = Array((folder.path + "/treasure").utf8)
    var journal = magic + big(0) + big(0) + big(bytes.count / page) + big(512) + big(page)
    journal += [UInt8](repeating: 0, count: 512 - journal.count)
    journal +=
      big(0x4000_0000 / page + 1) + name + big(name.count) + big(name.reduce(0) { $0 + Int($1) }) + magic
    try Data(journal).write(to: URL(fileURLWithPath: path + "-journal"))
    let database = try Database(path: path, mode: .readWrite)
    #expect(try database.use { db in try db.int("SELECT count(*) FROM t") } == 500)
    #expect(try folder.read("treasure") == Array("gold".utf8))
  }

  /// As root the library gives its companions to the owner of the database, whatever other names they have.
  @Test(arguments: ["", "-wal", "-shm", "-journal"])
  func `takes no second name of another file for its own, and waits for no pipe`(_ companion: String) throws {
    let path = folder.path + "/h.sqlite"
    do { _ = try make("h.sqlite") }
    if getuid() == 0 { #expect(chown(path, 4711, 4711) == 0) }
    let other = folder.path + "/other"
    try folder.write("gold", to: "other")
    if companion.isEmpty {
      #expect(link(path, other + "2") == 0)
    } else {
      unlink(path + companion)
      #expect(link(other, path + companion) == 0)
    }
    func use() -> Int64? {
      try? Database(path: path, mode: .readWrite).use { db in
        try db.execute("INSERT INTO t VALUES (1)")
        return try db.int("SELECT count(*) FROM t")
      }
    }
    #expect(use() == nil)
    var status = stat()
    #expect(stat(other, &status) == 0 && status.st_uid == getuid())
    #expect(try folder.read("other") == Array("gold".utf8))
    unlink(companion.isEmpty ? other + "2" : path + companion)
    if !companion.isEmpty {
      #expect(mkfifo(path + companion, 0o600) == 0)
      let database = try? Database(path: path, mode: .readWrite)
      _ = try? database?.use { db in try db.int("SELECT count(*) FROM t") }
      unlink(path + companion)
    }
    #expect(use() != nil)
  }

  @Test func `is no link where others write`() throws {
    _ = try make("real.sqlite")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link.sqlite", withDestinationPath: folder.path + "/real.sqlite")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/new.sqlite", withDestinationPath: folder.path + "/made.sqlite")
    for name in ["link.sqlite", "new.sqlite"] {
      #expect(throws: DatabaseError.self) {
        try Database(path: folder.path + "/" + name, mode: .create, followsLinks: false)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/made.sqlite"))
  }

  @Test func `is read by two connections while one writes`() throws {
    let writer = try make("b.sqlite")
    let reader = try Database(path: folder.path + "/b.sqlite", mode: .readOnly)
    try writer.use { db in
      try db.transaction { db in
        try db.execute("DELETE FROM t")
        #expect(try reader.use { db in try db.int("SELECT count(*) FROM t") } == 500)
      }
    }
    #expect(try reader.use { db in try db.int("SELECT count(*) FROM t") } == 0)
    #expect {
      try reader.use { db in try db.execute("DELETE FROM t") }
    } throws: { ($0 as? DatabaseError)?.code == .readOnly }
  }

  /// Also with a name that would be a query in a URI.
  @Test(arguments: ["c.sqlite", "数据?mode=rwc#%41.sqlite"])
  func `is opened as a release without being touched`(name: String) throws {
    var database: Database? = try make(name, .bulk)
    #expect(database != nil)
    database = nil
    let before = try folder.read(name)
    let release = try Database(path: folder.path + "/" + name, mode: .create, options: .release)
    #expect(try release.use { db in try db.int("SELECT sum(x) FROM t") } == 124_750)
    for sql in ["DELETE FROM t", "CREATE TABLE u (x)", "PRAGMA user_version = 5"] as [SQL] {
      #expect {
        try release.use { db in try db.execute(sql) }
      } throws: { ($0 as? DatabaseError)?.code == .readOnly }
    }
    #expect(try folder.read(name) == before)
    #expect(throws: DatabaseError.self) {
      try Database(path: folder.path + "/absent.sqlite", mode: .create, options: .release)
    }
  }

  @Test func `that is missing or no database is named`() throws {
    #expect {
      try Database(path: folder.path + "/none", mode: .readWrite)
    } throws: { error in
      guard let error = error as? DatabaseError else { return false }
      return error.code == .cannotOpen && error.isEnvironment && error.message.contains("/none")
    }
    try folder.write([UInt8](repeating: 65, count: 5000), to: "text")
    #expect {
      try Database(path: folder.path + "/text", mode: .readWrite)
    } throws: { ($0 as? DatabaseError)?.code == .corrupt }
  }

  @Test func `is backed up while it is open`() throws {
    let database = try make("d.sqlite")
    let copy = folder.path + "/copy.sqlite"
    let compact = folder.path + "/compact.sqlite"
    try database.use { db in
      try db.backup(to: copy)
      try db.execute("DELETE FROM t WHERE x >= \(100)")
      try db.vacuum(into: compact)
      #expect(throws: DatabaseError.self) { try db.vacuum(into: compact) }
      try db.backup(to: copy)
    }
    for path in [copy, compact] {
      let restored = try Database(path: path, mode: .readOnly)
      #expect(try restored.use { db in try db.int("SELECT count(*) FROM t") } == 100)
      #expect(try restored.use { db in try db.integrityFaults() }.isEmpty)
    }
    #expect(throws: DatabaseError.self) {
      try database.use { db in try db.backup(to: folder.path + "/no/such/folder.sqlite") }
    }
  }

  @Test func `waits for another writer, then says busy`() throws {
    let first = try make("e.sqlite")
    let second = try Database(path: folder.path + "/e.sqlite", mode: .readWrite)
    second.use { db in db.setBusyTimeout(milliseconds: 20) }
    try first.use { db in
      try db.transaction { _ in
        #expect {
          try second.use { db in try db.execute("INSERT INTO t VALUES (1)") }
        } throws: { ($0 as? DatabaseError)?.code == .busy }
      }
    }
    #expect(throws: Never.self) { try second.use { db in try db.execute("INSERT INTO t VALUES (1)") } }
  }

  @Test func `is read by the system's sqlite3`() throws {
    guard let tool = Subprocess.find("sqlite3") else {
      print("skipped: no sqlite3 here")
      return
    }
    let database = try make("f.sqlite")
    try database.use { db in try db.checkpoint() }
    let run = try Subprocess.run(
      tool, [folder.path + "/f.sqlite", "SELECT sum(x) FROM t; PRAGMA integrity_check"])
    #expect(run.text == "124750\nok\n")
  }
}
