import Glibc
import Policies

/// One line of the report.
struct Line {
  let work: String
  let ours: Double
  let unit: String
  /// nil where the figure is told and not judged.
  let goal: Double?

  var isMet: Bool { goal.map { ours >= $0 } ?? true }

  var json: String {
    let goalText = goal.map { Self.number($0) } ?? "null"
    let ratio = goal.map { Self.number(ours / $0) } ?? "null"
    return
      "{\"work\":\"\(work)\",\"ours\":\(Self.number(ours)),\"peer\":null,\"peerName\":null,\"unit\":\"\(unit)\",\"ratio\":\(ratio),\"goal\":\(goalText),\"met\":\(isMet)}"
  }

  var text: String {
    let place = String(repeating: " ", count: max(1, 34 - work.utf8.count))
    let goalText = goal.map { "goal \(Self.number($0))" } ?? ""
    return "\(work)\(place)\(Self.number(ours)) \(unit)  \(goalText)\(isMet ? "" : "  MISSED")"
  }

  /// Four decimals, rounded down, so that 0.99999 is never called 1.
  static func number(_ value: Double) -> String {
    let scaled = Int(value * 10_000)
    let rest = String(scaled % 10_000 + 10_000).dropFirst()
    return "\(scaled / 10_000).\(rest)"
  }
}

/// Right, missed and wrong matches of one detector.
struct Score {
  var right = 0
  var missed = 0
  var wrong = 0
  var recall: Double { Double(right) / Double(max(1, right + missed)) }
  var precision: Double { Double(right) / Double(max(1, right + wrong)) }
}

/// The kind that finds a label of the labelled cells; those that nothing may find are not here.
let kinds: [String: DetectorKind] = [
  "resident_id": .residentID, "resident_id_lower_x": .residentID, "resident_id_spaced": .residentID,
  "resident_id_fullwidth": .residentID, "resident_id_15": .residentID,
  "resident_id_masked": .maskedIdentifier,
  "mobile": .mobile, "mobile_plus86": .mobile, "mobile_dashed": .mobile, "mobile_masked": .maskedIdentifier,
  "landline": .landline, "uscc": .creditCode, "bank_card": .bankCard, "email": .email, "passport": .passport,
  "plate": .plate, "name": .personalName, "address": .address, "ipv4": .ipAddress,
]

/// Precision and recall over `Tests/Vectors/detectors/heldout.csv`: cells of a seed that no detector was tuned on (that is
/// `labelled.csv`), made by a generator; nobody is in it.
func labelled(_ table: Table, _ detectors: DetectorSet) -> [Line] {
  var scores: [DetectorKind: Score] = [:]
  for row in table.rows.indices {
    let (label, context) = (table.text(row, 1), table.text(row, 3))
    let wanted = kinds[label]
    var scanner = ColumnScanner(field: "cell", detectors: detectors)
    let found = table.rows[row][0].withUnsafeBufferPointer { scanner.kinds(in: $0) }
    // Only a dictionary speaks for names, so in running text they are not looked for.
    if let wanted, !(wanted == .personalName && context == "text") {
      if found.contains(wanted) {
        scores[wanted, default: Score()].right += 1
      } else {
        scores[wanted, default: Score()].missed += 1
      }
    }
    // A nine-digit organisation code has no more than its check digit, so it is judged by columns only.
    for kind in found where kind != wanted && kind != .organizationCode {
      scores[kind, default: Score()].wrong += 1
    }
  }
  return lines(of: scores)
}

/// Precision and recall of the detectors that need the column's name, over `columns.csv`: cells of a column each.
func hinted(_ table: Table, _ detectors: DetectorSet) -> [Line] {
  let kinds: [String: DetectorKind] = [
    "organization_code": .organizationCode, "birth_date": .birthDate, "coordinates": .coordinates,
    "medical": .medical, "secrecy": .secrecyMarking,
  ]
  var scores: [DetectorKind: Score] = [:]
  for row in table.rows.indices {
    let wanted = kinds[table.text(row, 1)]
    var scanner = ColumnScanner(field: table.text(row, 2), detectors: detectors)
    let found = table.rows[row][0].withUnsafeBufferPointer { scanner.kinds(in: $0) }
    if let wanted {
      if found.contains(wanted) {
        scores[wanted, default: Score()].right += 1
      } else {
        scores[wanted, default: Score()].missed += 1
        tell("missed \(wanted.rawValue): \(table.text(row, 0))")
      }
    }
    for kind in found where kind != wanted && kinds.values.contains(kind) {
      scores[kind, default: Score()].wrong += 1
      tell("wrongly \(kind.rawValue): \(table.text(row, 0))")
    }
  }
  return lines(of: scores)
}

func lines(of scores: [DetectorKind: Score]) -> [Line] {
  scores.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { kind, score in
    [
      Line(
        work: "\(kind.rawValue) recall", ours: score.recall, unit: "of \(score.right + score.missed)",
        goal: 0.99),
      Line(
        work: "\(kind.rawValue) precision", ours: score.precision, unit: "of \(score.right + score.wrong)",
        goal: 0.99),
    ]
  }
}

/// The share of open tables that stay open.
func openTables(_ tables: [Table], _ detectors: DetectorSet) -> Line {
  let open = tables.filter { table in
    !table.header.indices.contains { column in
      var scanner = ColumnScanner(field: table.header[column], detectors: detectors)
      for row in table.rows where column < row.count {
        row[column].withUnsafeBufferPointer { scanner.scan($0) }
      }
      return scanner.findings().contains { $0.level != "L1" }
    }
  }
  for table in tables where !open.contains(where: { $0.name == table.name }) {
    tell("raised wrongly: \(table.name)")
  }
  return Line(
    work: "open tables left open", ours: Double(open.count) / Double(max(1, tables.count)),
    unit: "of \(tables.count)", goal: 1)
}

/// Megabytes of cells a second through every detector on one core, the best of three runs.
func speed(_ work: String, _ tables: [Table], _ detectors: DetectorSet, goal: Double?) -> Line {
  // Cells one after another in memory, as a reader hands them over.
  var cells: [(column: Int, range: Range<Int>)] = []
  var bytes: [UInt8] = []
  var names: [String] = []
  for table in tables {
    let first = names.count
    names += table.header
    for row in table.rows {
      for (column, cell) in row.enumerated() where column < table.header.count && !cell.isEmpty {
        cells.append((first + column, bytes.count..<bytes.count + cell.count))
        bytes += cell
      }
    }
  }
  let rounds = max(1, (64 << 20) / max(1, bytes.count))
  var best = Double.infinity
  for _ in 0..<3 {
    var scanners = names.map { ColumnScanner(field: $0, detectors: detectors) }
    let start = seconds()
    bytes.withUnsafeBufferPointer { buffer in
      for _ in 0..<rounds {
        for cell in cells { scanners[cell.column].scan(UnsafeBufferPointer(rebasing: buffer[cell.range])) }
      }
    }
    best = min(best, seconds() - start)
    precondition(scanners.contains { $0.values > 0 })
  }
  return Line(
    work: work, ours: Double(bytes.count * rounds) / 1e6 / best, unit: "MB/s of cells", goal: goal)
}

/// A line for people, beside the report.
func tell(_ text: String) {
  let bytes = Array((text + "\n").utf8)
  _ = write(2, bytes, bytes.count)
}

func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

let root = CommandLine.arguments.dropFirst().first ?? "."
let catalog = "\(root)/Catalog"
let open = [
  "airports", "cn-divisions", "cn-public-holidays", "gapminder", "mauna-loa-co2-weekly",
  "nyc-weather-2013-hourly",
  "penguins", "us-macro-quarterly",
].compactMap { Table("\(catalog)/\($0)/\($0).csv") }
let detectors = DetectorSet(.standard)
var lines: [Line] = []
if let table = Table("\(root)/Tests/Vectors/detectors/heldout.csv") { lines += labelled(table, detectors) }
if let table = Table("\(root)/Tests/Vectors/detectors/columns.csv") { lines += hinted(table, detectors) }
lines.append(openTables(open, detectors))
let residents = Table("\(catalog)/residents/residents.csv").map { [$0] } ?? []
lines.append(speed("all detectors, Catalog tables", open + residents, detectors, goal: 200))
lines.append(speed("all detectors, open tables", open, detectors, goal: nil))
lines.append(speed("all detectors, a register of persons", residents, detectors, goal: nil))
for line in lines { print(CommandLine.arguments.contains("--json") ? line.json : line.text) }
exit(lines.allSatisfy(\.isMet) ? 0 : 1)
