import Policies
import Testing

@Suite struct `The risk of a table` {
  static func measure(
    _ rows: [[String]], quasi: [String], sensitive: [String] = [], limit: Int = 1 << 20
  ) -> RiskMeasures {
    var meter = RiskMeter(quasi: quasi, sensitive: sensitive, declared: true, limit: limit)
    for row in rows {
      for cell in row {
        var text = cell
        text.withUTF8 { meter.cell($0) }
      }
      meter.endRow()
    }
    return meter.measures()
  }

  @Test func `is k, uniqueness and l as counted by hand`() {
    let rows = [
      ["f", "30", "flu"], ["f", "30", "flu"], ["f", "30", "asthma"], ["m", "30", "flu"], ["m", "40", "flu"],
      ["m", "40", "flu"],
    ]
    let risk = Self.measure(rows, quasi: ["sex", "age"], sensitive: ["illness"])
    #expect(risk.rows == 6)
    #expect(risk.groups == 3)
    #expect(risk.smallestGroup == 1)
    #expect(risk.uniqueShare == 1.0 / 6)
    #expect(risk.rowsInGroupsOfSize.prefix(3) == [1, 2, 3])
    #expect(risk.shareBelow(k: 3) == 0.5)
    #expect(risk.diversity == [.init(field: "illness", fewestValues: 1)])
    #expect(risk.withoutField.map(\.field) == ["sex", "age"])
    #expect(risk.withoutField.map(\.smallestGroup) == [2, 3])
    #expect(!risk.sampled)
  }

  @Test func `tells fields apart that hold the same values`() {
    let risk = Self.measure([["a", "b"], ["b", "a"]], quasi: ["x", "y"])
    #expect(risk.groups == 2)
    #expect(risk.smallestGroup == 1)
  }

  @Test func `stands against a view that promises more`() {
    let rows = [["f", "a"], ["f", "b"], ["m", "a"], ["m", "a"]]
    let risk = Self.measure(rows, quasi: ["sex"], sensitive: ["illness"])
    #expect(risk.objection(dataset: "view", minimumK: 2) == nil)
    #expect(risk.objection(dataset: "view", minimumK: 3)?.code == .viewTooRisky)
    #expect(risk.objection(dataset: "view", minimumK: 2, minimumL: 2)?.code == .viewTooRisky)
  }

  @Test func `of an empty table is none`() {
    let risk = Self.measure([], quasi: ["x"])
    #expect(risk.smallestGroup == 0)
    #expect(risk.uniqueShare == 0)
  }

  @Test func `is estimated from whole groups where there are too many to hold`() {
    // 30,000 groups, a third of them of one row, a third of two, a third of three.
    var rows: [[String]] = []
    for group in 0..<30_000 { for _ in 0...(group % 3) { rows.append(["g\(group)", "v\(group % 5)"]) } }
    let risk = Self.measure(rows, quasi: ["g"], sensitive: ["v"], limit: 2_048)
    #expect(risk.sampled)
    #expect(abs(risk.uniqueShare - 1.0 / 6) < 0.02)
    #expect(abs(Double(risk.groups) - 30_000) < 2_500)
    #expect(risk.smallestGroup == 1)
    #expect(risk.diversity.first?.fewestValues == 1)
  }

  @Test func `has its quasi-identifiers found by name in tables of persons only`() {
    func found(_ names: [String]) -> [String] { QuasiIdentifiers.found(in: names.map { ($0, []) }) }
    #expect(
      found(["age", "workclass", "education", "race", "sex", "income"]) == [
        "age", "workclass", "education", "race", "sex",
      ])
    #expect(found(["性别", "年龄", "民族", "金额"]) == ["性别", "年龄", "民族"])
    #expect(found(["species", "island", "sex", "year"]) == [])
    #expect(found(["division", "sex", "age_band", "population"]) == [])
  }
}
