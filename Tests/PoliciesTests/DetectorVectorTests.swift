import Foundation
import Policies
import Testing

/// Precision and recall of the detectors over labelled cells: `Tests/Vectors/detectors/labelled.csv`, made by the
/// synthetic generator; nothing in it describes a person.
@Suite struct `Detectors on labelled cells` {
  /// The kind that finds a label; nil for cells that nothing may find.
  static let expected: [String: DetectorKind?] = [
    "resident_id": .residentID, "resident_id_lower_x": .residentID, "resident_id_spaced": .residentID,
    "resident_id_fullwidth": .residentID, "resident_id_15": .residentID,
    "resident_id_masked": .maskedIdentifier,
    "resident_id_bad_check": nil, "resident_id_bad_date": nil, "mobile": .mobile, "mobile_plus86": .mobile,
    "mobile_dashed": .mobile, "mobile_masked": .maskedIdentifier, "landline": .landline, "uscc": .creditCode,
    "uscc_bad_check": nil, "bank_card": .bankCard, "bank_card_bad_luhn": nil, "email": .email,
    "passport": .passport,
    "plate": .plate, "name": .personalName, "address": .address, "ipv4": .ipAddress, "none_order18": nil,
    "none_timestamp": nil, "none_amount": nil, "none_division": nil, "none_date": nil, "none_11digits": nil,
    "none_text": nil,
  ]
  /// Names in running text are not looked for: only a dictionary speaks for them, so they are counted where they
  /// stand alone.
  static let bareOnly: Set<DetectorKind> = [.personalName]

  struct Score {
    var right = 0
    var missed: [String] = []
    var wrong: [String] = []
    var recall: Double { Double(right) / Double(max(1, right + missed.count)) }
    var precision: Double { Double(right) / Double(max(1, right + wrong.count)) }
  }

  static func scores() throws -> [DetectorKind: Score] {
    let table = try SmallTable(Place.labelled)
    let detectors = DetectorSet(.standard)
    var scores: [DetectorKind: Score] = [:]
    for row in table.rows {
      let (cell, label, context) = (row[0], row[1], row[3])
      guard let wanted = expected[label] else { throw UnknownLabel(label: label) }
      var scanner = ColumnScanner(field: "cell", detectors: detectors)
      let found = scanner.kinds(in: cell)
      if let wanted, !(bareOnly.contains(wanted) && context == "text") {
        if found.contains(wanted) {
          scores[wanted, default: Score()].right += 1
        } else {
          scores[wanted, default: Score()].missed.append("\(label): \(cell)")
        }
      }
      // A nine-digit organisation code has no more than its check digit, so it is judged by columns only.
      for kind in found where kind != wanted && kind != .organizationCode {
        scores[kind, default: Score()].wrong.append("\(label): \(cell)")
      }
    }
    return scores
  }

  struct UnknownLabel: Error { let label: String }

  @Test func `find identifiers with recall and precision of at least 0.99`() throws {
    let scores = try Self.scores()
    for (kind, score) in scores.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      print(
        "detector \(kind.rawValue): recall \(score.recall), precision \(score.precision), of \(score.right + score.missed.count)"
      )
      #expect(score.recall >= 0.99, "\(kind): missed \(score.missed.prefix(5))")
      #expect(score.precision >= 0.99, "\(kind): wrong \(score.wrong.prefix(5))")
    }
    let wanted = Set(Self.expected.values.compactMap { $0 })
    #expect(Set(scores.keys).isSuperset(of: wanted))
  }

  @Test func `report resident IDs of a division that was never assigned as such`() throws {
    let cells = try SmallTable(Place.labelled).rows.filter { $0[1] == "resident_id" }.map { $0[0] }
    let finding = try #require(findings(in: "id", of: cells).first { $0.rule == "residentID" })
    #expect(finding.matches == cells.count)
    #expect(finding.unassigned == cells.count)
    #expect(finding.examples.count == 3)
    #expect(finding.examples.allSatisfy { $0.contains("*") })
  }

  /// Cells whose column's name matters: `columns.csv`, made by a program.
  @Test func `find what a column's name gives away with recall and precision of at least 0.99`() throws {
    let expected: [String: DetectorKind] = [
      "organization_code": .organizationCode, "birth_date": .birthDate, "coordinates": .coordinates,
      "medical": .medical, "secrecy": .secrecyMarking,
    ]
    let detectors = DetectorSet(.standard)
    var scores: [DetectorKind: Score] = [:]
    for row in try SmallTable(Place.labelled.deletingLastPathComponent().appending(path: "columns.csv")).rows
    {
      var scanner = ColumnScanner(field: row[2], detectors: detectors)
      let found = scanner.kinds(in: row[0])
      let wanted = expected[row[1]]
      if let wanted, found.contains(wanted) {
        scores[wanted, default: Score()].right += 1
      } else if let wanted {
        scores[wanted, default: Score()].missed.append(row[0])
      }
      for kind in found where kind != wanted && expected.values.contains(kind) {
        scores[kind, default: Score()].wrong.append(row[0])
      }
    }
    #expect(Set(scores.keys) == Set(expected.values))
    for (kind, score) in scores {
      #expect(score.recall >= 0.99, "\(kind): missed \(score.missed.prefix(5))")
      #expect(score.precision >= 0.99, "\(kind): wrong \(score.wrong.prefix(5))")
    }
  }
}
