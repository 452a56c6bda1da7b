import Support
import Testing

@testable import SQLite

/// A fresh database with a small table.
private func people() throws -> Database {
  let database = try Database()
  try database.use { db in
    try db.execute(
      script: """
        CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, age INTEGER CHECK (age >= 0)) STRICT;
        CREATE TABLE pet (owner INTEGER NOT NULL REFERENCES person (id), name TEXT);
        CREATE TABLE secret (value TEXT)
        """)
    try db.execute(
      "INSERT INTO person (name, age) VALUES (\("Ada"), \(36)), (\("Zhang Wei"), \(nil as Int?))")
  }
  return database
}

@Suite struct `A database` {
  @Test func `binds interpolations, whatever they hold`() throws {
    let database = try people()
    let name = "Robert'); DROP TABLE person; --"
    try database.use { db in
      try db.execute("INSERT INTO person (name, age) VALUES (\(name), \(7))")
      #expect(try db.int("SELECT count(*) FROM person") == 3)
      #expect(try db.string("SELECT name FROM person WHERE name = \(name)") == name)
      #expect(
        try db.rows("SELECT name FROM person WHERE id IN \(list: [1, 2]) ORDER BY id") { $0.string(0) }
          == ["Ada", "Zhang Wei"])
      #expect(try db.int("SELECT count(*) FROM person WHERE id IN \(list: [] as [Int])") == 0)
    }
  }

  @Test func `composes statements from pieces`() {
    let filter: SQL = "WHERE age > \(5)"
    var sql: SQL = "SELECT \(identifier: "odd\"name") FROM t \(sql: filter)"
    sql += " AND name = \("x")"
    #expect(sql.text == "SELECT \"odd\"\"name\" FROM t WHERE age > ? AND name = ?")
    #expect(sql.values == [.integer(5), .text("x")])
  }

  @Test func `gives back every type as it was bound`() throws {
    try Database().use { db in
      let bytes: [UInt8] = [0, 255, 1]
      let sql: SQL = """
        SELECT \(Int64.min), \(1.5), \("é\u{0}x"), \(bytes), \(true), \(nil as String?), \("") , \([] as [UInt8])
        """
      let seen = try db.first(sql) { row in
        #expect(row.count == 8)
        #expect(row.int(0) == .min)
        #expect(row.double(1) == 1.5)
        #expect(row.string(2) == "é\u{0}x")
        #expect(row.bytes(3) == bytes)
        #expect(row.bool(4) == true)
        #expect(row.string(5) == nil)
        #expect(row.string(6) == "")
        #expect(row.bytes(7) == [])
        #expect(row.withText(2) { $0.count } == 4)
        return (0..<8).map { row.kind($0) }
      }
      #expect(seen == [.integer, .real, .text, .bytes, .integer, .null, .text, .bytes])
    }
  }

  @Test(
    arguments: [
      ("INSERT INTO person (name) VALUES ('Ada')", .constraint(.unique)),
      ("INSERT INTO person (id, name) VALUES (1, 'B')", .constraint(.primaryKey)),
      ("INSERT INTO person (name) VALUES (NULL)", .constraint(.notNull)),
      ("INSERT INTO person (name, age) VALUES ('B', -1)", .constraint(.check)),
      ("INSERT INTO person (name, age) VALUES ('B', 'old')", .constraint(.type)),
      ("INSERT INTO pet (owner) VALUES (99)", .constraint(.foreignKey)), ("SELECT nothing", .invalid),
      ("SELECT \"nothing\"", .invalid), ("SELEC 1", .invalid),
    ] as [(SQL, DatabaseError.Code)])
  func `tells refusals apart`(sql: SQL, code: DatabaseError.Code) throws {
    let database = try people()
    #expect {
      try database.use { db in try db.execute(sql) }
    } throws: { ($0 as? DatabaseError)?.code == code }
  }

  @Test func `never shows bound values in its errors`() throws {
    let database = try people()
    #expect {
      try database.use { db in try db.execute("INSERT INTO person (id, name) VALUES (\(1), \("classified"))")
      }
    } throws: { error in
      let text = "\(error) \((error as? DatabaseError)?.message ?? "")"
      return text.contains("person.id") && text.contains("VALUES (?, ?)") && !text.contains("classified")
    }
  }

  @Test func `refuses several statements and empty ones`() throws {
    let database = try Database()
    #expect(throws: DatabaseError.self) { try database.use { db in try db.execute("SELECT 1; SELECT 2") } }
    #expect(throws: DatabaseError.self) { try database.use { db in try db.execute(" -- nothing") } }
    #expect(throws: Never.self) { try database.use { db in try db.execute("SELECT 1; ") } }
    #expect(throws: DatabaseError.self) {
      try database.use { db in try db.execute(SQL(trusted: "SELECT ?, ?", values: [.null])) }
    }
  }

  @Test func `rolls back when the body throws, also inside another transaction`() throws {
    struct Stop: Error {}
    let database = try people()
    try database.use { db in
      #expect(throws: Stop.self) {
        try db.transaction { db in
          try db.execute("DELETE FROM person")
          throw Stop()
        }
      }
      #expect(try db.int("SELECT count(*) FROM person") == 2)
      try db.transaction { db in
        try db.execute("INSERT INTO person (name) VALUES ('C')")
        #expect(throws: Stop.self) {
          try db.transaction { db in
            try db.execute("DELETE FROM person")
            throw Stop()
          }
        }
      }
      #expect(try db.int("SELECT count(*) FROM person") == 3)
      #expect(db.isInTransaction == false)
    }
  }

  @Test func `runs prepared statements in a loop`() throws {
    try people().use { db in
      try db.transaction { db in
        let insert = try db.prepare(
          SQL(trusted: "INSERT INTO person (name, age) VALUES (?, ?)", values: [.null, .null]))
        for age in 1...1000 {
          try insert.bind(1, "person \(age)")
          try insert.bind(2, age)
          try insert.run()
        }
      }
      let select = try db.prepare("SELECT name FROM person WHERE age > \(998) ORDER BY age")
      var names: [String] = []
      while try select.step() { names.append(select.row.string(0) ?? "") }
      #expect(names == ["person 999", "person 1000"])
      #expect(db.lastInsertedRow == 1002)
    }
  }

  @Test func `asks within an asking, with the same statement`() throws {
    try people().use { db in
      let sql: SQL = "SELECT id FROM person ORDER BY id"
      for _ in 0..<3 {
        #expect(try db.rows(sql) { $0.int(0) } == [1, 2])
      }
      var seen = 0
      try db.forEach(sql) { _ in
        seen += 1
        return false
      }
      #expect(seen == 1)
      #expect(try db.first(sql) { $0.int(0) } == 1)
      #expect(try db.first("SELECT id FROM person WHERE id = \(9)") { $0.int(0) } == nil)
    }
  }

  @Test func `serves many threads one at a time`() async throws {
    let database = try people()
    await withTaskGroup { group in
      for index in 0..<50 {
        group.addTask {
          try? database.use { db in try db.execute("INSERT INTO person (name) VALUES (\("t\(index)"))") }
        }
      }
    }
    #expect(try database.use { db in try db.int("SELECT count(*) FROM person") } == 52)
  }
}
