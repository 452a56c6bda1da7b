import Foundation
import Policies

/// Where the tests' files are.
enum Place {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let labelled = root.appending(path: "Tests/Vectors/detectors/labelled.csv")
}

/// A small table read whole: enough of RFC 4180 for test data.
struct SmallTable {
  let header: [String]
  let rows: [[String]]

  init(_ file: URL) throws {
    var records: [[String]] = []
    var record: [String] = []
    var cell: [UInt8] = []
    var quoted = false
    func text() -> String { String(decoding: cell, as: UTF8.self) }
    let bytes = [UInt8](try Data(contentsOf: file))
    var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if quoted {
        if byte != 0x22 {
          cell.append(byte)
        } else if index < bytes.count, bytes[index] == 0x22 {
          cell.append(0x22)
          index += 1
        } else {
          quoted = false
        }
        continue
      }
      switch byte {
      case 0x22: quoted = true
      case 0x2C:
        record.append(text())
        cell = []
      case 0x0D: continue
      case 0x0A:
        record.append(text())
        cell = []
        records.append(record)
        record = []
      default: cell.append(byte)
      }
    }
    if !cell.isEmpty || !record.isEmpty { records.append(record + [text()]) }
    header = records.first ?? []
    rows = Array(records.dropFirst())
  }

  /// What the standard detectors find, column by column.
  func findings(_ detectors: DetectorSet = DetectorSet(.standard)) -> [Finding] {
    header.indices.flatMap { column in
      PoliciesTests.findings(
        in: header[column], of: rows.compactMap { column < $0.count ? $0[column] : nil }, detectors)
    }
  }
}

/// What the detectors find in one column.
func findings(
  in field: String, of cells: [String], _ detectors: DetectorSet = DetectorSet(.standard),
  titles: [String] = []
) -> [Finding] {
  var scanner = ColumnScanner(field: field, detectors: detectors, fieldTitles: titles)
  for cell in cells { scanner.scan(cell) }
  return scanner.findings()
}

extension ColumnScanner {
  mutating func scan(_ cell: String) {
    var text = cell
    text.withUTF8 { scan($0) }
  }

  mutating func kinds(in cell: String) -> Set<DetectorKind> {
    var text = cell
    return text.withUTF8 { kinds(in: $0) }
  }
}

/// The default scale of the tests: DB33/T 2350-2021's four levels.
func testScale(_ approvals: ApprovalRules = ApprovalRules(everythingBy: "approver")) throws -> Scale {
  try Scale(
    levels: [
      Level(id: "L1", rank: 1, openness: .unconditional), Level(id: "L2", rank: 2, openness: .conditional),
      Level(id: "L3", rank: 3, openness: .conditional, grantNeedsSecondPerson: true),
      Level(id: "L4", rank: 4, openness: .closed),
    ], approvals: approvals)
}
