import Bytes
import SQLite

/// A table or view of an SQLite database. Of a database that `SQLiteTableWriter` wrote it gives the table back.
final class SQLiteSource: RecordSource {
  private(set) var header: [String] = []
  var seen = Seen(format: .sqlite)
  private let database: Database
  private let file: String
  private let size: Int
  private var select = ""
  private var byRow = false
  private var last: Int64?
  private var offset: Int64 = 0
  private var isOver = false
  private var line = 0
  /// Place in the selection of the exact text of a column, where it is kept.
  private var exact: [Int?] = []

  init(_ source: TableSource, size: Int) throws(TableError) {
    file = source.name
    self.size = size
    let held = try source.held?.file()
    do throws(DatabaseError) {
      database =
        if let held {
          try held.withDescriptor { (file, start) in
            Result { () throws(DatabaseError) in
              try Database(opened: file, start: start, count: held.count, name: source.name)
            }
          }.get()
        } else {
          try Database(path: source.path, mode: .readOnly)
        }
    } catch {
      throw TableError(
        .malformed, file: file,
        Wording("is no readable SQLite database: \(error.message)", "不是可读的 SQLite 数据库：\(error.message)"))
    }
    do {
      try choose(source.sheet)
    } catch let error as TableError {
      throw error
    } catch {
      throw TableError(.malformed, file: file, .damagedDatabase)
    }
  }

  var bytesRead: Int { isOver ? size : 0 }

  private func choose(_ wanted: String?) throws {
    let tables = try database.use { connection throws in
      try connection.query(
        "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
      ) { (name: $0.string(0) ?? "", type: $0.string(1) ?? "") }
    }
    let isOurs = tables.contains { $0.name == "rows" } && tables.contains { $0.name == "fields" }
    let name = wanted ?? (isOurs ? "rows" : tables.first?.name)
    guard let name, let table = tables.first(where: { sameBytes($0.name, name) }) else {
      throw TableError(
        wanted == nil ? .unknownFormat : .unsupported, file: file,
        wanted.map { Wording("there is no table \($0) in the database", "数据库中没有表“\($0)”") }
          ?? Wording("the database has no table", "数据库中没有表"),
        hint: tables.isEmpty
          ? nil
          : Wording(
            "it has: \(tables.map(\.name).joined(separator: ", "))",
            "现有：\(tables.map(\.name).joined(separator: "、"))"))
    }
    seen.sheet = name
    seen.otherSheets = tables.map(\.name).filter { !sameBytes($0, name) }
    var columns = try database.use { connection throws in
      try connection.query(SQL(trusted: "SELECT name FROM pragma_table_info(\(Self.quoted(name)))")) {
        $0.string(0) ?? ""
      }
    }
    header = columns
    exact = columns.map { _ in nil }
    if isOurs, name == "rows" {
      let fields = try database.use { connection throws in
        try connection.query("SELECT column_name, name FROM fields ORDER BY position") {
          (column: $0.string(0) ?? "", name: $0.string(1) ?? "")
        }
      }
      let texts = Set(columns.filter { $0.hasPrefix("_text_") })
      columns = fields.map(\.column)
      header = fields.map(\.name)
      exact = columns.map { _ in nil }
      for (index, column) in fields.map(\.column).enumerated() where texts.contains("_text_\(column)") {
        exact[index] = columns.count
        columns.append("_text_\(column)")
      }
    }
    let list = columns.map(SQL.identifier).joined(separator: ", ")
    let hasRowID =
      table.type == "table"
      && (try? database.use { connection throws in
        try connection.int(SQL(trusted: "SELECT rowid FROM \(SQL.identifier(name)) LIMIT 1"))
      }) != nil
    byRow = hasRowID
    select =
      hasRowID
      ? "SELECT rowid, \(list) FROM \(SQL.identifier(name)) WHERE rowid >= ? ORDER BY rowid LIMIT \(BatchBuilder.rowsPerBatch)"
      : "SELECT 0, \(list) FROM \(SQL.identifier(name)) LIMIT \(BatchBuilder.rowsPerBatch) OFFSET ?"
  }

  private static func quoted(_ name: String) -> String { "'" + name.replacing("'", with: "''") + "'" }

  func nextPiece() throws(TableError) -> Piece? {
    if isOver { return nil }
    let builder = BatchBuilder(firstLine: line + 1)
    let width = header.count
    let exact = exact
    // From the row after the last one; behind the greatest there is none.
    guard last != .max else {
      isOver = true
      return nil
    }
    let from = byRow ? last.map { $0 + 1 } ?? .min : offset
    let sql = SQL(trusted: select, values: [.integer(from)])
    do {
      var lastRow = last
      var row = line
      try database.use { connection throws in
        try connection.forEach(sql) { found in
          lastRow = found.int(0)
          row += 1
          for index in 0..<width {
            let place = exact[index].flatMap { found.isNull($0 + 1) ? nil : $0 + 1 } ?? index + 1
            switch found.kind(place) {
            case .null: builder.appendNull()
            case .integer: builder.append(String(found.int(place)))
            case .real: builder.append(Number.bytes(found.double(place)))
            case .text: found.withText(place) { builder.append($0) }
            default: builder.append(Base64.encode(found.bytes(place) ?? []))
            }
          }
          builder.endRow(line: row)
          return true
        }
      }
      last = lastRow
      offset += Int64(row - line)
      line = row
    } catch {
      throw TableError(.malformed, file: file, .damagedDatabase)
    }
    if builder.storage.rowCount < BatchBuilder.rowsPerBatch { isOver = true }
    return builder.storage.rowCount == 0 ? nil : builder.finish(nextLine: line + 1)
  }
}
