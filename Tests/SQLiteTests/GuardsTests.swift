import Support
import Testing

@testable import SQLite

@Suite struct `A guarded connection` {
  let database: Database

  init() throws {
    database = try Database()
    try database.use { db in
      try db.execute(
        script: "CREATE TABLE open (a, b); CREATE TABLE secret (c); CREATE VIEW peek AS SELECT c FROM secret")
      try db.execute("INSERT INTO open VALUES (1, 2)")
      try db.execute("INSERT INTO secret VALUES (3)")
    }
  }

  @Test(
    arguments: [
      "SELECT a, sum(b) FROM open GROUP BY a", "SELECT count(*) FROM open",
      "SELECT x FROM (SELECT a AS x FROM OPEN)",
      "SELECT upper('x')", "WITH q AS (SELECT a FROM open) SELECT count(*) FROM q",
    ] as [SQL])
  func `reads the tables it may`(sql: SQL) throws {
    try database.use { db in
      try db.allow(reading: ["open"])
      _ = try db.rows(sql) { $0.int(0) }
    }
  }

  @Test(
    arguments: [
      "SELECT c FROM secret", "SELECT count(*) FROM secret",
      "SELECT a FROM open WHERE EXISTS (SELECT 1 FROM secret)",
      "SELECT a FROM open JOIN secret", "SELECT a FROM open UNION SELECT c FROM secret", "SELECT c FROM peek",
      "SELECT name FROM sqlite_schema", "SELECT name FROM pragma_table_info('open')",
      "INSERT INTO open VALUES (1, 1)",
      "DELETE FROM open", "UPDATE open SET a = 1", "DROP TABLE open", "CREATE TABLE x (y)",
      "PRAGMA journal_mode",
      "ATTACH 'x.db' AS x", "BEGIN", "SELECT load_extension('x')", "SELECT randomblob(1000000)",
      "WITH open AS (SELECT c FROM secret) SELECT * FROM open", "VACUUM INTO 'x'",
    ] as [SQL])
  func `denies everything else`(sql: SQL) throws {
    database.use { db in
      _ = try? db.prepare(sql)  // compiled before, it must not stay allowed
    }
    try database.use { db in
      try db.allow(reading: ["open"])
      #expect {
        try db.execute(sql)
      } throws: { error in
        let code = (error as? DatabaseError)?.code
        // A denied function is an error of the statement for SQLite.
        return code == .denied || (error as? DatabaseError)?.reason.hasPrefix("not authorized") == true
          || sql.text.contains("pragma_")
      }
      db.allowEverything()
      #expect(try db.int("SELECT count(*) FROM secret") == 1)
    }
  }

  @Test func `searches a full-text table it may read`() throws {
    try database.use { db in
      try db.execute(script: "CREATE VIRTUAL TABLE words USING fts5 (title, tokenize = 'trigram')")
      try db.execute("INSERT INTO words VALUES (\("Resident population")), (\("Air quality"))")
      try db.allow(reading: ["words"])
      let sql: SQL = "SELECT title, bm25(words) FROM words WHERE words MATCH \("popul") ORDER BY rank LIMIT 5"
      #expect(try db.rows(sql) { $0.string(0) } == ["Resident population"])
      try db.allow(reading: ["open"])
      #expect(throws: DatabaseError.self) { try db.rows(sql) { $0.string(0) } }
    }
  }

  @Test func `stops at its deadline`() throws {
    let endless: SQL =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    let clock = ContinuousClock()
    let start = clock.now
    #expect {
      try database.use { db in try db.withDeadline(milliseconds: 50) { db in try db.execute(endless) } }
    } throws: { ($0 as? DatabaseError)?.code == .interrupted }
    #expect(clock.now - start < .seconds(5))
    #expect(try database.use { db in try db.int("SELECT 1") } == 1)
  }

  @Test func `keeps its limits`() throws {
    database.use { db in
      #expect(db.limit(.sqlLength, to: 30) > 30)
      #expect(throws: DatabaseError.self) { try db.execute("SELECT 1111111111111111111111111111") }
      _ = db.limit(.length, to: 1000)
    }
    #expect {
      try database.use { db in try db.int("SELECT length(\(String(repeating: "x", count: 2000)))") }
    } throws: { ($0 as? DatabaseError)?.code == .tooLarge }
  }

  @Test func `ends what nobody wants any more, and what takes too much memory`() throws {
    let database = try Database()
    let endless: SQL =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    let hour = 3_600_000
    let unwanted = #expect(throws: DatabaseError.self) {
      try database.use { db in
        try db.withDeadline(milliseconds: hour, isUnwanted: { true }) { db in try db.execute(endless) }
      }
    }
    #expect(unwanted?.code == .interrupted)
    let large = #expect(throws: DatabaseError.self) {
      try database.use { db in
        try db.withDeadline(milliseconds: hour, memory: 1) { db in try db.execute(endless) }
      }
    }
    #expect(large?.code == .interrupted)
    // What bounded one body bounds no other.
    #expect(
      try database.use { db in try db.withDeadline(milliseconds: hour) { db in try db.int("SELECT 7") } } == 7
    )
  }
}
