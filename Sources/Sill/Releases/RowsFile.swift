import Bytes
import SQLite

/// The stored form of one open resource's rows: `rows/<dataset>.<resource>.sqlite`. Columns are `c0`, `c1` … in the
/// order of the fields, so that no name of a field is ever part of SQL. Numbers that no Double holds keep their text in
/// a table of their own.
package enum RowsFile {
  static let format = "doorsill-rows/1"

  /// Makes a new file row by row. Not for two threads at once.
  package final class Builder {
    private let database: Database
    private let fields: [RowField]
    private var rows = 0
    private var exact = false

    /// `path` must not exist yet. More than 1900 fields are refused (SQLite's own bound is 2000 columns).
    package init(path: String, fields: [RowField]) throws {
      guard !fields.isEmpty, fields.count <= 1900 else {
        throw ReleaseError(
          .malformed, part: path, detail: "\(fields.count) fields cannot be stored; 1 to 1900 can")
      }
      self.fields = fields
      database = try Database(path: path, mode: .create, options: .bulk)
      let columns = fields.indices.map { "c\($0)" }.joined(separator: ", ")
      try database.use { connection in
        try connection.execute("CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
        try connection.execute(SQL(trusted: "CREATE TABLE rows (\(columns))"))
        try connection.execute(
          """
          CREATE TABLE exact ("row" INTEGER, field INTEGER, text TEXT NOT NULL, PRIMARY KEY ("row", field))
          WITHOUT ROWID
          """)
        try connection.execute("BEGIN")
      }
    }

    /// Appends many rows with one prepared statement.
    package func append(_ body: (inout Inserter) throws -> Void) throws {
      let holes = [String](repeating: "?", count: fields.count).joined(separator: ", ")
      try database.use { connection in
        var inserter = Inserter(
          statement: try connection.prepare(
            SQL(trusted: "INSERT INTO rows VALUES (\(holes))", values: nulls)),
          exact: try connection.prepare(
            SQL(trusted: "INSERT INTO exact VALUES (?, ?, ?)", values: [.null, .null, .null])),
          width: fields.count, row: rows)
        try body(&inserter)
        rows = inserter.row
        exact = exact || inserter.usedExact
      }
    }

    /// Appends rows of values in the order of the fields.
    package func append(rows: [[RowValue]]) throws {
      try append { inserter in
        for row in rows {
          for value in row { try inserter.value(value) }
          try inserter.endRow()
        }
      }
    }

    /// Writes the description and the indexes, and closes the file. Returns the number of rows.
    @discardableResult
    package func finish() throws -> Int {
      try database.use { connection in
        for (key, value) in [
          ("format", RowsFile.format), ("rows", String(rows)), ("exact", exact ? "1" : "0"),
          ("fields", String(decoding: JSON.array(fields.map(\.json)).serialized(), as: UTF8.self)),
        ] {
          try connection.execute("INSERT INTO about VALUES (\(key), \(value))")
        }
        for (place, field) in fields.enumerated() where field.indexed {
          try connection.execute(SQL(trusted: "CREATE INDEX i\(place) ON rows (c\(place))"))
        }
        try connection.execute("COMMIT")
      }
      return rows
    }

    private var nulls: [SQL.Value] { Array(repeating: .null, count: fields.count) }
  }

  /// Takes the values of one row after the other.
  package struct Inserter: ~Copyable {
    private let statement: Statement
    private let exact: Statement
    private let width: Int
    private var column = 0
    fileprivate var row: Int
    fileprivate var usedExact = false

    fileprivate init(statement: consuming Statement, exact: consuming Statement, width: Int, row: Int) {
      self.statement = statement
      self.exact = exact
      self.width = width
      self.row = row
    }

    package mutating func null() throws {
      column += 1
      try statement.bindNull(column)
    }

    package mutating func integer(_ value: Int64) throws {
      column += 1
      try statement.bind(column, value)
    }

    package mutating func boolean(_ value: Bool) throws { try integer(value ? 1 : 0) }

    /// Text that the caller knows to be valid UTF-8.
    package mutating func text(_ utf8: UnsafeBufferPointer<UInt8>) throws {
      column += 1
      try statement.bind(column, utf8: utf8)
    }

    package mutating func text(_ text: String) throws {
      column += 1
      try statement.bind(column, text)
    }

    /// A decimal. Whole numbers within 64 bits are stored as such, others as the nearest Double, and with their text
    /// where that is not the same number. `NaN` and infinities become null.
    package mutating func number(_ text: String) throws {
      if let whole = Scan.integer(text) { return try integer(whole) }
      guard let value = Scan.decimal(text), value.isFinite else { return try null() }
      column += 1
      try statement.bind(column, value)
      if !Decimal.same(text, Number.text(value)), Scan.isJSONNumber(text) {
        usedExact = true
        try exact.bind([.integer(Int64(row) + 1), .integer(Int64(column) - 1), .text(text)])
        try exact.run()
      }
    }

    package mutating func value(_ value: RowValue) throws {
      switch value {
      case .null: try null()
      case .integer(let number): try integer(number)
      case .number(let text): try number(text)
      case .boolean(let flag): try boolean(flag)
      case .text(let text): try self.text(text)
      }
    }

    /// Stores the row; columns not given are null.
    package mutating func endRow() throws {
      guard column <= width else {
        throw ReleaseError(.malformed, detail: "row \(row + 1) has \(column) values for \(width) fields")
      }
      while column < width { try null() }
      try statement.run()
      row += 1
      column = 0
    }
  }
}

/// Decimal texts compared as numbers.
enum Decimal {
  /// Whether two JSON numbers are the same number, whatever their zeros and exponents.
  static func same(_ left: String, _ right: String) -> Bool {
    guard let left = normal(left), let right = normal(right) else { return false }
    return left == right
  }

  /// Sign, significant digits, and the exponent of the last digit.
  private struct Normal: Equatable {
    var negative = false
    var digits: [UInt8] = []
    var exponent = 0
  }

  private static func normal(_ text: String) -> Normal? {
    var normal = Normal()
    var rest = Substring(text).utf8
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
      normal.negative = rest.removeFirst() == UInt8(ascii: "-")
    }
    if let mark = rest.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
      // Digits move the exponent by one each, so that one within 32 bits never leaves 64.
      guard let exponent = Int32(String(Substring(rest[rest.index(after: mark)...]))) else { return nil }
      normal.exponent = Int(exponent)
      rest = rest[..<mark]
    }
    var afterPoint = false
    for byte in rest {
      if byte == UInt8(ascii: ".") {
        afterPoint = true
      } else {
        normal.digits.append(byte)
        if afterPoint { normal.exponent -= 1 }
      }
    }
    while normal.digits.last == UInt8(ascii: "0") {
      normal.digits.removeLast()
      normal.exponent += 1
    }
    normal.digits = Array(normal.digits.drop { $0 == UInt8(ascii: "0") })
    return normal.digits.isEmpty ? Normal() : normal
  }
}
