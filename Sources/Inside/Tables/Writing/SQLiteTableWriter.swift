import Bytes
import Glibc
import SQLite

/// An SQLite database with the records in `rows`, typed and indexed, and what the columns mean in `fields`.
///
/// `rows` is STRICT: `_id INTEGER PRIMARY KEY` counts the records from 1; integers, booleans (0, 1) and years are
/// INTEGER, numbers REAL, everything else TEXT in ISO form; what is missing is NULL. Text that the typed column cannot
/// give back (a number of more than 15 digits, a value that is not of its type) stands as it was written in a column
/// `_text_<column>`, which exists only where it is needed.
final class SQLiteTableWriter: TableWriter {
  private let output: Output
  private let path: String
  private var database: Database?
  private var schema = Schema(fields: [])
  private var columns: [Column] = []
  private var nextID: Int64 = 1

  private struct Column {
    var name: String
    var field: Field
    var declared: String
    var textColumn: String?
    /// Hashes of the values met, until there are too many for an index to be of use.
    var values: Set<UInt64>? = []
  }

  /// Most different values of a column that gets an index.
  private static let indexedValues = 1000
  /// Most columns that get an index.
  private static let indexCount = 12
  /// SQLite's own limit on columns, less those this writer adds.
  private static let columnLimit = 1900

  init(_ sink: OutputSink) throws {
    output = try Output(sink)
    if let beside = output.beside("rows") {
      path = beside
    } else {
      var template = Array((temporaryFolder() + "/doorsill-rows-XXXXXX").utf8CString)
      let descriptor = mkstemp(&template)
      guard descriptor >= 0 else {
        throw TableError(
          .unwritableFile, file: temporaryFolder(), Wording("no temporary file can be made", "无法建立临时文件"))
      }
      close(descriptor)
      path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    unlink(path)
  }

  deinit {
    database = nil
    unlink(path)
  }

  func begin(_ schema: Schema) throws {
    guard schema.fields.count <= Self.columnLimit else {
      throw TableError(
        .tooLarge, file: output.name,
        Wording("SQLite holds at most \(Self.columnLimit) columns", "SQLite 最多容纳 \(Self.columnLimit) 列"))
    }
    guard !schema.fields.isEmpty else {
      throw TableError(
        .empty, file: output.name, Wording("a table of SQLite has at least one column", "SQLite 的表至少有一列"))
    }
    self.schema = schema
    // SQL names are the same in upper and lower case; `_id` is taken.
    let names = HeaderEvidence.usable(["_id"] + schema.fields.map(\.name)).dropFirst()
    columns = zip(names, schema.fields).map { name, field in
      Column(name: name, field: field, declared: Self.declared(field.type))
    }
    try guarded {
      let database = try Database(path: path, mode: .create, options: .bulk)
      self.database = database
      let list = columns.map { "\(SQL.identifier($0.name)) \($0.declared)" }.joined(separator: ", ")
      let described = columns.map { column in
        [
          SQL.Value.text(column.name), .text(column.field.name), .text(column.field.type.rawValue),
          Self.text(column.field.title?.json), Self.text(column.field.description?.json),
          column.field.unit.map { .text($0) } ?? .null, column.field.format.map { .text($0) } ?? .null,
        ]
      }
      try database.use { connection throws in
        try connection.execute(SQL(trusted: "CREATE TABLE rows (_id INTEGER PRIMARY KEY, \(list)) STRICT"))
        try connection.execute(
          """
          CREATE TABLE fields (position INTEGER PRIMARY KEY, column_name TEXT NOT NULL, name TEXT NOT NULL, \
          type TEXT NOT NULL, title_json TEXT, description_json TEXT, unit TEXT, format TEXT) STRICT
          """)
        for (index, values) in described.enumerated() {
          try connection.execute(
            SQL(
              trusted: "INSERT INTO fields VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
              values: [.integer(Int64(index + 1))] + values))
        }
      }
    }
  }

  private static func text(_ json: JSON?) -> SQL.Value {
    json.map { .text(String(decoding: $0.serialized(), as: UTF8.self)) } ?? .null
  }

  private static func declared(_ type: FieldType) -> String {
    switch type {
    case .integer, .boolean, .year: "INTEGER"
    case .number: "REAL"
    default: "TEXT"
    }
  }

  func write(_ batch: Batch, _ values: TypedColumns) throws {
    let needed = needsText(batch, values)
    try guarded {
      guard let database else { return }
      let columns = columns
      let first = nextID
      let texts = columns.indices.filter { columns[$0].textColumn != nil || needed.contains($0) }
      let added = needed.filter { columns[$0].textColumn == nil }.sorted()
      var textNames: [Int: String] = [:]
      for index in texts { textNames[index] = columns[index].textColumn ?? textName(index) }
      let names = ["_id"] + columns.map(\.name) + texts.compactMap { textNames[$0] }
      let sql =
        "INSERT INTO rows (\(names.map(SQL.identifier).joined(separator: ", "))) VALUES "
        + "(\(Array(repeating: "?", count: names.count).joined(separator: ", ")))"
      try database.use { connection throws in
        for index in added {
          let name = textNames[index] ?? ""
          try connection.execute(SQL(trusted: "ALTER TABLE rows ADD COLUMN \(SQL.identifier(name)) TEXT"))
        }
        try connection.transaction { connection in
          let unbound = [SQL.Value](repeating: .null, count: names.count)
          let statement = try connection.prepare(SQL(trusted: sql, values: unbound))
          for row in 0..<batch.rowCount {
            try statement.bind(1, first + Int64(row))
            for (index, column) in columns.enumerated() {
              try Self.bind(statement, index + 2, batch, values.columns[index], row, index, column.field)
            }
            for (place, index) in texts.enumerated() {
              let position = columns.count + 2 + place
              if Self.isInexact(batch, values.columns[index], row, index, columns[index].field) {
                try statement.bind(position, utf8: batch.bytes(row, index))
              } else {
                try statement.bindNull(position)
              }
            }
            try statement.run()
            statement.reset()
          }
        }
      }
      for (index, name) in textNames { self.columns[index].textColumn = name }
      nextID += Int64(batch.rowCount)
    }
    collect(batch, values)
  }

  private func textName(_ index: Int) -> String {
    let taken = Set(columns.flatMap { [$0.name.lowercased(), $0.textColumn?.lowercased() ?? ""] })
    var name = "_text_\(columns[index].name)"
    while taken.contains(name.lowercased()) { name = "_" + name }
    return name
  }

  private func needsText(_ batch: Batch, _ values: TypedColumns) -> Set<Int> {
    var needed: Set<Int> = []
    for (index, column) in columns.enumerated() where column.declared != "TEXT" {
      let isNumber = column.field.type == .number
      for row in 0..<batch.rowCount {
        if !isNumber, values.columns[index].states[row] != 2 { continue }
        if Self.isInexact(batch, values.columns[index], row, index, column.field) {
          needed.insert(index)
          break
        }
      }
    }
    return needed
  }

  /// Whether the typed column cannot give the cell's text back.
  private static func isInexact(
    _ batch: Batch, _ values: TypedColumn, _ row: Int, _ column: Int, _ field: Field
  ) -> Bool {
    switch values.states[row] {
    case 2: return field.type.storage != .text && declared(field.type) != "TEXT"
    case 1: return false
    default: return field.type == .number && DecimalText.significantDigits(batch.bytes(row, column)) > 15
    }
  }

  private static func bind(
    _ statement: borrowing Statement, _ position: Int, _ batch: Batch, _ values: TypedColumn, _ row: Int,
    _ column: Int,
    _ field: Field
  ) throws(DatabaseError) {
    let state = values.states[row]
    if state == 1 { return try statement.bindNull(position) }
    switch field.type {
    case .integer, .boolean, .year:
      if state == 0 {
        try statement.bind(position, values.integers[row])
      } else {
        try statement.bindNull(position)
      }
    case .number:
      if state == 0 {
        try statement.bind(position, values.numbers[row])
      } else {
        try statement.bindNull(position)
      }
    case .date, .time, .datetime, .yearmonth:
      if state == 0, field.format != nil {
        try statement.bind(position, CanonicalText.text(values.integers[row], field.type))
      } else {
        try statement.bind(position, utf8: batch.bytes(row, column))
      }
    default: try statement.bind(position, utf8: batch.bytes(row, column))
    }
  }

  private func collect(_ batch: Batch, _ values: TypedColumns) {
    for index in columns.indices {
      guard var known = columns[index].values.take() else { continue }
      for row in 0..<batch.rowCount where values.columns[index].states[row] == 0 {
        let text = batch.bytes(row, index)
        known.insert(text.baseAddress.map { ByteHash.of($0, text.count) } ?? 1)
        if known.count > Self.indexedValues { break }
      }
      columns[index].values = known.count > Self.indexedValues ? nil : known
    }
  }

  func finish() throws {
    try guarded {
      guard let database else { return }
      var indices: [(name: String, columns: [String], isUnique: Bool)] = []
      let key = schema.primaryKey.compactMap { schema.index(of: $0) }.map { columns[$0].name }
      if !key.isEmpty { indices.append(("rows_key", key, true)) }
      for (index, column) in columns.enumerated() where indices.count <= Self.indexCount {
        guard let values = column.values, values.count > 1, nextID > 1000, key != [column.name] else {
          continue
        }
        indices.append(("rows_\(index + 1)", [column.name], false))
      }
      let wanted = indices
      try database.use { connection throws in
        for index in wanted {
          let list = index.columns.map(SQL.identifier).joined(separator: ", ")
          let make = "INDEX \(SQL.identifier(index.name)) ON rows (\(list))"
          do {
            try connection.execute(SQL(trusted: index.isUnique ? "CREATE UNIQUE \(make)" : "CREATE \(make)"))
          } catch let error as DatabaseError {
            // A table with faults may have a key twice; it is reported, and the index still helps.
            guard index.isUnique, case .constraint = error.code else { throw error }
            try connection.execute(SQL(trusted: "CREATE \(make)"))
          }
        }
        try connection.execute("ANALYZE")
      }
    }
    database = nil
    try copy()
    unlink(path)
    try output.finish()
  }

  private func copy() throws {
    var file = try InputFile(path: path)
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let got = try block.withUnsafeMutableBufferPointer { (buffer) throws(TableError) in
        guard let base = buffer.baseAddress else { return 0 }
        return try file.read(into: base, count: buffer.count)
      }
      if got == 0 { return }
      try output.write(Array(block[..<got]))
    }
  }

  private func guarded(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as DatabaseError {
      throw TableError(
        .unwritableFile, file: output.name,
        Wording("the database cannot be written: \(error.message)", "数据库无法写入：\(error.message)"),
        hint: error.hint.map { Wording($0, $0) })
    }
  }
}
