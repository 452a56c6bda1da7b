import Bytes
import Catalogs

/// Joins one part of parted rows after the other, unit by unit.
struct Joiner {
  private let dataset: Dataset
  private let join: Join
  private let members: JoinMembers
  /// For each table a comma for each of its fields.
  private let blanks: [[UInt8]]
  /// Rows of the units that are told of, and of all units with the tables they are in.
  var out: [[UInt8]] = [[], []]
  /// For each table whether some row of it is joined with several others.
  private(set) var repeated: [Bool]

  init(_ dataset: Dataset, _ join: Join, _ members: JoinMembers) {
    self.dataset = dataset
    self.join = join
    self.members = members
    blanks = join.tables.map { [UInt8](repeating: UInt8(ascii: ","), count: $0.fields.count) }
    repeated = join.tables.map { _ in false }
  }

  /// A row in the bytes of its table's part.
  private struct Place {
    let hash: UInt64
    let table: Int
    let record: Int
    let unit: Range<Int>
    let key: Range<Int>
    let cells: Range<Int>
  }

  private static func places(_ bytes: [UInt8], of table: Int) -> [Place] {
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
            hash: number(0), table: table, record: Int(truncatingIfNeeded: number(1)), unit: unit, key: key,
            cells: cells))
        at = cells.upperBound
      }
    }
    return places
  }

  /// - Parameter parts: of each table the rows of one part.
  mutating func join(_ parts: [[UInt8]]) throws(ResultError) {
    var rows: [Place] = []
    for (table, bytes) in parts.enumerated() { rows += Joiner.places(bytes, of: table) }
    let order = rows.indices.sorted { one, other in
      rows[one].hash == rows[other].hash ? one < other : rows[one].hash < rows[other].hash
    }
    var from = 0
    while from < order.count {
      let hash = rows[order[from]].hash
      var to = from
      while to < order.count, rows[order[to]].hash == hash { to += 1 }
      // Units that share a hash are told apart by their bytes.
      var rest = order[from..<to].map { rows[$0] }
      while let first = rest.first {
        func isSame(_ row: Place) -> Bool {
          parts[row.table][row.unit].elementsEqual(parts[first.table][first.unit])
        }
        try add(unit: rest.filter(isSame), parts)
        rest.removeAll(where: isSame)
      }
      from = to
    }
  }

  /// All rows of one unit.
  private mutating func add(unit rows: [Place], _ parts: [[UInt8]]) throws(ResultError) {
    guard let first = rows.first else { return }
    let pattern = rows.reduce(0 as UInt64) { $0 | 1 << UInt64($1.table) }
    let isTold = members.tells(pattern)
    // Its rows: for each table the place of the row that stands there, or none.
    var joined: [[Int]] = [blanks.map { _ in -1 }]
    if rows.contains(where: { $0.table < blanks.count }) {
      joined = try self.rows(of: join.tree, rows, isTold: isTold).rows
    }
    let mark = Array(",\(members.text(pattern))\n".utf8)
    for combination in joined {
      var line = Array(parts[first.table][first.key])
      for (table, place) in combination.enumerated() {
        if place < 0 { line += blanks[table] } else { line += parts[table][rows[place].cells] }
      }
      if isTold {
        out[0] += line
        out[0].append(UInt8(ascii: "\n"))
      }
      out[1] += line
      out[1] += mark
    }
  }

  /// The rows that a part of the tree gives for a unit, and the tables it holds.
  private mutating func rows(
    of tree: Join.Tree, _ unit: [Place], isTold: Bool
  ) throws(ResultError) -> (rows: [[Int]], tables: [Int]) {
    switch tree {
    case .table(let table):
      let none = blanks.map { _ in -1 }
      let rows = unit.indices.filter { unit[$0].table == table }.map { place in
        var row = none
        row[table] = place
        return row
      }
      return (rows.isEmpty ? [none] : rows, [table])
    case .pair(let one, let other):
      let left = try rows(of: one, unit, isTold: isTold)
      let right = try rows(of: other, unit, isTold: isTold)
      guard left.rows.count == 1 || right.rows.count == 1 else { throw several(left, right, unit) }
      if isTold, right.rows.count > 1 { for table in left.tables { repeated[table] = true } }
      if isTold, left.rows.count > 1 { for table in right.tables { repeated[table] = true } }
      let rows = left.rows.flatMap { mine in
        right.rows.map { theirs in zip(mine, theirs).map { max($0.0, $0.1) } }
      }
      return (rows, left.tables + right.tables)
    }
  }

  /// A unit with several rows on both sides: none of them belongs to one of the others.
  private func several(
    _ left: (rows: [[Int]], tables: [Int]), _ right: (rows: [[Int]], tables: [Int]), _ unit: [Place]
  ) -> ResultError {
    func table(_ side: (rows: [[Int]], tables: [Int])) -> (name: String, records: [Int]) {
      let table = side.tables.first { table in unit.count { $0.table == table } > 1 } ?? side.tables[0]
      return (join.tables[table].dataset, unit.filter { $0.table == table }.map(\.record))
    }
    let (mine, theirs) = (table(left), table(right))
    let (first, second) = (mine.records.first ?? 0, mine.records.dropFirst().first ?? 0)
    let other = theirs.records.first ?? 0
    return ResultError(
      .table,
      Wording(
        "\(dataset.file): derive: a unit has several rows in both sources: records \(first) and \(second) of \"\(mine.name)\", record \(other) and others of \"\(theirs.name)\"",
        "\(dataset.file)：derive：同一主体在两个来源中都有多条记录：“\(mine.name)”第 \(first)、\(second) 条，“\(theirs.name)”第 \(other) 条等"
      ),
      hint: Wording(
        "join with a table that has one row for each unit", "请与每个主体只有一条记录的表关联"))
  }
}
