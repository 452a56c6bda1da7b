import Bytes
import SQLite
import Synchronization

/// The stored rows of one open resource, ready to be asked. Queries run on connections of their own, so that several
/// threads can ask at once.
package final class RowSource: Sendable {
  package let dataset: String
  package let resource: String
  package let fields: [RowField]
  package let rowCount: Int
  /// SHA-256 of the stored rows, hex: changes when the data does.
  package let sha256: String
  private let path: String
  private let exact: Bool
  private let idle: Mutex<[Database]>
  /// Connections kept open when nobody asks.
  private static let kept = 4
  /// Bytes that the database library may hold while a query of rows runs: sorting and grouping are done in memory. The
  /// query that finds more ends, whatever else the library serves.
  private static let memory = 192 << 20

  /// Opens a part whose content has been verified.
  init(path: String, part: Part, resource: String) throws(ReleaseError) {
    func malformed(_ what: String) -> ReleaseError {
      ReleaseError(.malformed, part: part.path, detail: "\(part.path): \(what)")
    }
    let database: Database
    let about: [(String, String)]
    do {
      database = try RowSource.open(path)
      about = try database.use { (connection) throws(DatabaseError) in
        try connection.rows("SELECT key, value FROM about") { ($0.string(0) ?? "", $0.string(1) ?? "") }
      }
    } catch { throw malformed("\(error)") }
    let values = Dictionary(about, uniquingKeysWith: { first, _ in first })
    guard values["format"] == RowsFile.format, let rows = values["rows"].flatMap({ Int($0) }),
      let text = values["fields"], let list = (try? JSON(parsing: text))?.array
    else { throw malformed("not in \(RowsFile.format) form") }
    fields = list.compactMap(RowField.init(json:))
    guard fields.count == list.count else { throw malformed("a field is not readable") }
    rowCount = rows
    exact = values["exact"] == "1"
    idle = Mutex([database])
    dataset = part.dataset ?? ""
    self.resource = resource
    self.path = path
    sha256 = part.sha256
  }

  private static func open(_ path: String) throws(DatabaseError) -> Database {
    let database = try Database(path: path, mode: .readOnly, options: .release)
    try database.use { (connection) throws(DatabaseError) in
      try connection.allow(reading: ["rows", "exact", "about"])
      connection.limit(.attachedDatabases, to: 0)
      connection.limit(.likePatternLength, to: 1024)
    }
    return database
  }

  /// Lends a connection to the body.
  private func withDatabase<R>(_ body: (Database) throws -> R) throws -> R {
    let database: Database
    if let free = idle.withLock({ $0.popLast() }) {
      database = free
    } else {
      database = try RowSource.open(path)
    }
    defer { idle.withLock { if $0.count < RowSource.kept { $0.append(database) } } }
    return try body(database)
  }

  /// One page. `milliseconds` is the deadline; when it passes, the query ends with `.deadline`, and so it does when
  /// `isUnwanted` says that nobody waits for it any more, or when the queries of this process need more memory together
  /// than `memory`.
  package func page(
    _ query: RowQuery, milliseconds: Int, isUnwanted: (@Sendable () -> Bool)? = nil
  ) throws(QueryError) -> RowPage {
    var bytes: [UInt8] = []
    let (count, next) = try stream(query, milliseconds: milliseconds, isUnwanted: isUnwanted) { bytes += $0 }
    return RowPage(
      columns: query.items.map { (query.name(of: $0), query.type(of: $0)) }, bytes: bytes, rowCount: count,
      format: query.format, next: next)
  }

  /// The same without holding the page: pieces of about 64 KiB go to `sink`. Returns the number of rows and the
  /// cursor of the next page.
  package func stream(
    _ query: RowQuery, milliseconds: Int, isUnwanted: (@Sendable () -> Bool)? = nil,
    sink: ([UInt8]) throws -> Void
  ) throws(QueryError) -> (rows: Int, next: String?) {
    let compiled = CompiledRowQuery(query, exact: exact, part: sha256)
    let statement = try compiled.statement()
    do {
      return try withDatabase { database in
        try database.use { connection in
          try connection.withDeadline(
            milliseconds: milliseconds, memory: RowSource.memory, isUnwanted: isUnwanted
          ) { connection in
            var emitter = RowEmitter(query)
            var count = 0
            var last: [SQL.Value] = []
            var more = false
            try connection.forEach(statement) { row in
              if count == query.limit {
                more = true
                return false
              }
              emitter.row(row)
              count += 1
              if count == query.limit { last = RowSource.keys(of: row, compiled) }
              if emitter.pending > 65_536 { try sink(emitter.take()) }
              return true
            }
            try sink(emitter.finish())
            return (count, more ? Cursor.encode(last, fingerprint: compiled.fingerprint) : nil)
          }
        }
      }
    } catch let error as DatabaseError {
      throw RowSource.explained(error)
    } catch let error as QueryError {
      throw error
    } catch {
      throw QueryError(.unavailable, "the answer could not be written: \(error)")
    }
  }

  private static func keys(of row: borrowing Row, _ compiled: CompiledRowQuery) -> [SQL.Value] {
    var values: [SQL.Value] = []
    for place in compiled.outputCount..<compiled.outputCount + compiled.keyCount {
      switch row.kind(place) {
      case .integer: values.append(.integer(row.int(place)))
      case .real: values.append(.real(row.double(place)))
      case .text: values.append(.text(row.string(place) ?? ""))
      case .null, .bytes: values.append(.null)
      }
    }
    return values
  }

  private static func explained(_ error: DatabaseError) -> QueryError {
    switch error.code {
    case .interrupted:
      QueryError(
        .deadline, "the query took too long, or more memory than there is",
        hint: "narrow the filters, or download the whole file")
    case .invalid where error.reason.contains("overflow"):
      QueryError(.value, parameter: "select", "a sum is larger than 64 bits hold")
    default:
      QueryError(.unavailable, "the rows cannot be read at the moment")
    }
  }
}
