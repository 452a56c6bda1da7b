import Bytes
import Disclosure
import Policies
import Testing

@testable import Results

@Suite struct `The policy compiler` {
  @Test func `tells tables, reasons, margins and budget in two languages`() throws {
    let data = try oneRowEach()
    let report = try `Statistics of a measure`.publish(
      data, tables: [[], [1], [0, 1], [0, 1, 2]], profile: Samples.profile(k: 10, divisor: 40)
    ).report
    let chinese = report.summary("zh"), english = report.summary("en")
    #expect(chinese.count == english.count && english.count == 3)
    #expect(report.tables.contains { $0.why("en").contains("over budget ") })
    #expect(chinese.contains { $0.contains("预算：已用 \(report.budgetUsed) / \(report.budgetLimit) 个数") })
    #expect(english.contains { $0.contains("\(report.budgetLimit - report.budgetUsed) left") })
    for line in report.tables where line.notWritten == nil {
      // Every cell is written, or its count is withheld for one reason.
      let counts = line.withheld.values.reduce(0, +)
      #expect(line.written + counts == line.cells, "\(line.dimensions)")
    }
    #expect(
      report.json["withheldShare"] != nil && report.json["margins"]?.array?.count == report.margins.count)
  }

  @Test func `weighs what adds up to a margin`() throws {
    let data = try oneRowEach()
    func errors(_ tables: [[Int]]) throws -> [String: Double?] {
      let report = try `Statistics of a measure`.publish(data, tables: tables).report
      return Dictionary(uniqueKeysWithValues: report.margins.map { ($0.dimension ?? "", $0.error) })
    }
    func near(_ error: Double??, _ value: Double) -> Bool {
      error.flatMap { $0 }.map { abs($0 - value) < 0.001 } == true
    }
    let alone = try errors([[1]])
    #expect(near(alone["kind"], 2.02) && near(alone[""], 2.02 * 3.0.squareRoot()))
    let both = try errors([[], [1]])
    #expect(near(both[""], 2.02 / (1 + 1.0 / 3).squareRoot()))
    // Of units with rows in several quarters the quarters do not add up to everybody.
    let panel = try `Statistics of a measure`.world([.sum], rows: 3)
    let report = try `Statistics of a measure`.publish(panel, tables: [[0]]).report
    #expect(report.margins.first { $0.dimension == nil }?.error == nil)
    #expect(report.summary("zh").contains { $0.contains("无法得出") })
  }

  /// Units with one row each.
  private func oneRowEach() throws -> Microdata { try `Statistics of a measure`.world([.sum], rows: 1) }
}
