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
    let chinese = report.lines("zh"), english = report.lines("en")
    #expect(chinese.count == english.count)
    #expect(english.count == 1 + report.tables.count + report.margins.count + 1)
    #expect(english.contains { $0.contains("over the release budget") || $0.contains("budget ") })
    #expect(chinese.contains { $0.contains("预算：已用 \(report.budgetUsed) / \(report.budgetLimit) 个单元") })
    #expect(english.last?.contains("\(report.budgetLimit - report.budgetUsed) left") == true)
    for line in report.tables where line.notWritten == nil {
      // Every cell is written, or its count is withheld for one reason.
      let counts = line.withheld.filter { ![.dominance, .fewCases].contains($0.key) }.values.reduce(
        0, +)
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
    #expect(report.lines("zh").contains { $0.contains("无法由所公布的单元得出") })
  }

  /// Units with one row each.
  private func oneRowEach() throws -> Microdata { try `Statistics of a measure`.world([.sum], rows: 1) }
}
