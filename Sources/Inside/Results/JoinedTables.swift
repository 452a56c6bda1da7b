import Bytes
package import Catalogs
import Disclosure
import Tables

/// Joins the tables of two restricted datasets by their subject, inside the door.
///
/// Rows are parted by a hash of their unit in a file without a name, and joined part by part, so that memory does not
/// grow with the tables. What comes out are three tables in a folder of the caller's: rows of units that both have, and
/// of those that only one has; nobody but guard and budget looks at these.
package enum JoinedTables {
  /// Returns the dataset with its table and those of unmatched units in place.
  /// - Parameters:
  ///   - sources: the dataset's two sources, left and right.
  ///   - folder: an empty folder inside the door, which the caller removes.
  /// - Throws: `ResultError` where a source has faults or rows that name no unit, where units have several rows on both
  ///   sides, and where a measure would be summed over rows that are repeated.
  package static func make(
    _ dataset: Dataset, from sources: [Dataset], codeLists: [String: CodeList] = [:], in folder: String
  ) throws(ResultError) -> Dataset {
    guard let join = dataset.join, sources.count == 2, sources.map(\.name) == join.sources,
      var table = dataset.resources.first
    else { throw ResultError.notJoined(dataset) }
    var parted: [PartedRows] = []
    for (side, source) in zip(join.sides, sources) {
      parted.append(try PartedRows.read(side, of: source, codeLists, folder: folder))
    }
    let paths = ["both", "left", "right"].map { "\(folder)/\(dataset.name).\($0).csv" }
    let widths = join.sides.map(\.fields.count)
    let repeated: [Bool]
    do {
      let writers = try paths.map { try FileWriter($0, mode: 0o600) }
      var joiner = Joiner(
        dataset, join, blanks: widths.map { [UInt8](repeating: UInt8(ascii: ","), count: $0) })
      do {
        for writer in writers { try writer.write(CSVRecord.line(table.schema.fields.map(\.name))) }
        for part in 0..<PartedRows.parts {
          try joiner.join(try parted[0].bytes(part), try parted[1].bytes(part))
          for (writer, place) in zip(writers, joiner.out.indices) where !joiner.out[place].isEmpty {
            try writer.write(joiner.out[place])
            joiner.out[place].removeAll(keepingCapacity: true)
          }
        }
        for writer in writers { try writer.commit() }
      } catch {
        for writer in writers { writer.abandon() }
        throw error
      }
      repeated = joiner.repeated
    } catch let error as ResultError {
      throw error
    } catch let error as any Fault {
      throw ResultError(.environment, error.message, hint: error.hint)
    } catch {
      throw ResultError(.environment, "the join of \(dataset.name) cannot be written: \(error)")
    }
    try refuseSums(dataset, join, repeated: repeated)
    table.source = TableSource(
      path: paths[0], format: .csv, encoding: "utf-8", delimiter: ",", quote: "\"")
    var made = dataset
    made.resources = [table]
    made.join?.unmatched = Join.Unmatched(left: paths[1], right: paths[2])
    return made
  }

  /// A value that stands on several rows of its unit would be counted several times.
  private static func refuseSums(_ dataset: Dataset, _ join: Join, repeated: [Bool]) throws(ResultError) {
    for (side, isRepeated) in zip(join.sides, repeated) where isRepeated {
      for result in dataset.results {
        guard
          let measure = result.measures.first(where: { measure in
            measure.perUnit == .sum && side.fields.contains { $0.name == measure.field }
          })
        else { continue }
        throw ResultError(
          .declaration,
          Wording(
            "\(dataset.file): results.\(result.name): \"\(measure.field)\" stands on every row that \"\(side.dataset)\" is joined with, and its sum would count it several times",
            "\(dataset.file)：results.\(result.name)：“\(side.dataset)”的每条记录与另一侧多条记录关联，对“\(measure.field)”求和会重复计算"
          ),
          hint: Wording(
            "declare perUnit: \"last\", in \"\(side.dataset)\" too",
            "请声明 perUnit: \"last\"，在“\(side.dataset)”中也一样"))
      }
    }
  }
}

/// The rows of one source, parted by a hash of their unit; each its unit, the subject's cells and the others as CSV.
private struct PartedRows {
  static let parts = 256
  private static let chunk = 1 << 16
  private let file: NamelessFile
  private var buffers: [[UInt8]]
  private var chunks: [[StoredRows.Chunk]]
  private var written = 0

  private init(folder: String) throws(ResultError) {
    file = try NamelessFile(in: folder)
    buffers = (0..<PartedRows.parts).map { _ in [] }
    chunks = buffers.map { _ in [] }
  }

  static func read(
    _ side: Join.Side, of source: Dataset, _ codeLists: [String: CodeList], folder: String
  ) throws(ResultError) -> PartedRows {
    guard let table = source.resources.first else { throw ResultError.notJoined(source) }
    let columns = try side.fields.map { field throws(ResultError) in
      try table.column(field.source, of: source)
    }
    let subject = try source.subject.map { field throws(ResultError) in try table.column(field, of: source) }
    var rows = try PartedRows(folder: folder)
    var row = Row()
    try table.checked(for: source.name, codeLists) { batch, typed in
      for index in 0..<batch.rowCount {
        row.removeAll()
        let isThere = UnitReader.parts(batch, typed, row: index, subject) { part in
          row.add(key: part)
        }
        guard isThere else {
          throw ResultError(
            .value,
            Wording(
              "\(table.source.path):\(batch.line(ofRow: index)): record \(batch.firstRecord + index) names no unit",
              "\(table.source.path):\(batch.line(ofRow: index))：第 \(batch.firstRecord + index) 条记录没有主体"),
            hint: Wording("every row needs its subject's fields", "每条记录都须填写主体字段"))
        }
        for column in columns {
          let field = table.schema.fields[column]
          row.cells.append(UInt8(ascii: ","))
          if typed[column].storage == .text, typed[column].isValid(index) {
            batch.withCell(index, column) { CSVRecord.append($0, to: &row.cells) }
          } else if var text = batch.canonical(index, column, typed, field) {
            text.withUTF8 { CSVRecord.append($0, to: &row.cells) }
          }
        }
        try rows.append(row, record: batch.firstRecord + index)
      }
    }
    return rows
  }

  /// One row on its way: unit, the subject's cells, and the others, each after a comma.
  struct Row {
    var unit: [UInt8] = []
    var key: [UInt8] = []
    var cells: [UInt8] = []

    mutating func removeAll() {
      unit.removeAll(keepingCapacity: true)
      key.removeAll(keepingCapacity: true)
      cells.removeAll(keepingCapacity: true)
    }

    mutating func add(key part: UnsafeBufferPointer<UInt8>) {
      RecordKeys.append(part, to: &unit)
      if !key.isEmpty { key.append(UInt8(ascii: ",")) }
      CSVRecord.append(part, to: &key)
    }
  }

  private mutating func append(_ row: Row, record: Int) throws(ResultError) {
    let hash = PartedRows.hash(row.unit)
    let part = Int(truncatingIfNeeded: hash >> 56)
    for number in [
      hash, UInt64(truncatingIfNeeded: record), UInt64(row.unit.count), UInt64(row.key.count),
      UInt64(row.cells.count),
    ] {
      withUnsafeBytes(of: number) { buffers[part].append(contentsOf: $0) }
    }
    buffers[part].append(contentsOf: row.unit)
    buffers[part].append(contentsOf: row.key)
    buffers[part].append(contentsOf: row.cells)
    guard buffers[part].count >= PartedRows.chunk else { return }
    try file.write(buffers[part], at: written)
    chunks[part].append(StoredRows.Chunk(offset: written, length: buffers[part].count))
    written += buffers[part].count
    buffers[part].removeAll(keepingCapacity: true)
  }

  /// FNV-1a, 64 bits, mixed so that its leading bits part well.
  private static func hash(_ bytes: [UInt8]) -> UInt64 {
    var hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    hash = (hash ^ (hash >> 32)) &* 0xBF58_476D_1CE4_E5B9
    return hash ^ (hash >> 29)
  }

  /// All rows of one part, in the order of the source.
  func bytes(_ part: Int) throws(ResultError) -> [UInt8] {
    var bytes: [UInt8] = []
    for chunk in chunks[part] { bytes += try file.read(chunk.offset, chunk.length) }
    return bytes + buffers[part]
  }
}

/// Joins one part after the other.
private struct Joiner {
  private let dataset: Dataset
  private let join: Join
  /// For each side a comma for each of its fields.
  private let blanks: [[UInt8]]
  /// Rows of the units that both have, of those only the left has, and of those only the right has.
  var out: [[UInt8]] = [[], [], []]
  /// For each side whether some row of it is joined with several of the other.
  private(set) var repeated = [false, false]

  init(_ dataset: Dataset, _ join: Join, blanks: [[UInt8]]) {
    self.dataset = dataset
    self.join = join
    self.blanks = blanks
  }

  /// A row in the bytes of its part.
  private struct Place {
    let hash: UInt64
    let record: Int
    let unit: Range<Int>
    let key: Range<Int>
    let cells: Range<Int>
  }

  private static func places(_ bytes: [UInt8]) -> [Place] {
    var places: [Place] = []
    bytes.withUnsafeBytes { bytes in
      var at = 0
      while at < bytes.count {
        func number(_ place: Int) -> UInt64 {
          bytes.loadUnaligned(fromByteOffset: at + 8 * place, as: UInt64.self)
        }
        func after(_ end: Int, _ place: Int) -> Range<Int> {
          end..<end + Int(truncatingIfNeeded: number(place))
        }
        let unit = after(at + 40, 2)
        let key = after(unit.upperBound, 3)
        let cells = after(key.upperBound, 4)
        places.append(
          Place(
            hash: number(0), record: Int(truncatingIfNeeded: number(1)), unit: unit, key: key, cells: cells))
        at = cells.upperBound
      }
    }
    return places
  }

  mutating func join(_ left: [UInt8], _ right: [UInt8]) throws(ResultError) {
    let (rows, others) = (Joiner.places(left), Joiner.places(right))
    // For each row of the right the next one of the same hash, in order; and the first of each hash.
    var first: [UInt64: Int32] = [:]
    var next = [Int32](repeating: -1, count: others.count)
    first.reserveCapacity(others.count)
    for place in others.indices.reversed() {
      next[place] = first.updateValue(Int32(place), forKey: others[place].hash) ?? -1
    }
    // For each row of the right that is joined the left row it was joined with first.
    var partner = [Int32](repeating: -1, count: others.count)
    for (index, row) in rows.enumerated() {
      var found = 0
      var place = first[row.hash] ?? -1
      while place >= 0 {
        let other = others[Int(place)]
        if left[row.unit].elementsEqual(right[other.unit]) {
          found += 1
          if partner[Int(place)] >= 0 { repeated[1] = true } else { partner[Int(place)] = Int32(index) }
          add([left[row.key], left[row.cells], right[other.cells]], to: 0)
        }
        place = next[Int(place)]
      }
      if found == 0 { add([left[row.key], left[row.cells], blanks[1][...]], to: 1) }
      guard found > 1 else { continue }
      repeated[0] = true
      try refuseManyToMany(index, rows, others, first, next, partner, left, right)
    }
    for (place, other) in others.enumerated() where partner[place] < 0 {
      add([right[other.key], blanks[0][...], right[other.cells]], to: 2)
    }
  }

  private mutating func add(_ pieces: [ArraySlice<UInt8>], to table: Int) {
    for piece in pieces { out[table].append(contentsOf: piece) }
    out[table].append(UInt8(ascii: "\n"))
  }

  /// A unit with several rows on both sides: none of them belongs to one of the others.
  private func refuseManyToMany(
    _ index: Int, _ rows: [Place], _ others: [Place], _ first: [UInt64: Int32], _ next: [Int32],
    _ partner: [Int32], _ left: [UInt8], _ right: [UInt8]
  ) throws(ResultError) {
    let row = rows[index]
    var place = first[row.hash] ?? -1
    while place >= 0 {
      let earlier = partner[Int(place)]
      if earlier >= 0, Int(earlier) != index, left[row.unit].elementsEqual(right[others[Int(place)].unit]) {
        throw ResultError(
          .table,
          Wording(
            "\(dataset.file): derive: a unit has several rows in both sources: records \(rows[Int(earlier)].record) and \(row.record) of \"\(join.left.dataset)\", record \(others[Int(place)].record) and others of \"\(join.right.dataset)\"",
            "\(dataset.file)：derive：同一主体在两个来源中都有多条记录：“\(join.left.dataset)”第 \(rows[Int(earlier)].record)、\(row.record) 条，“\(join.right.dataset)”第 \(others[Int(place)].record) 条等"
          ),
          hint: Wording(
            "join with a table that has one row for each unit", "请与每个主体只有一条记录的表关联"))
      }
      place = next[Int(place)]
    }
  }
}
