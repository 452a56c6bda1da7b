package import Bytes

/// What one pass found out about a column.
package struct ColumnStatistics: Sendable {
  package var name: String
  package var type: FieldType
  /// Cells that hold a value of the type.
  package var valid = 0
  /// Cells that hold no value.
  package var missing = 0
  /// Cells whose text is not of the type.
  package var invalid = 0
  /// Different values.
  package var distinct = 0
  /// Whether `distinct` is a sketch's estimate (standard error 0.8 %), because there are more than 16 384.
  package var distinctIsApproximate = false
  /// Smallest and greatest value in their canonical text, of types that have an order.
  package var minimum: String?
  package var maximum: String?
  /// Of integers and numbers.
  package var mean: Double?
  package var sum: Double?
  /// Of the whole column, not of a sample from it.
  package var standardDeviation: Double?
  /// Lengths of text, in Unicode scalars.
  package var shortest: Int?
  package var longest: Int?
  package var meanLength: Double?
  /// Most frequent values first; empty where there are too many different ones to count each.
  package var top: [(value: String, count: Int)] = []

  init(plan: ColumnPlan, tally: ColumnTally, counter: DistinctCounter, topCount: Int) {
    name = plan.field.name
    type = plan.field.type
    valid = tally.valid
    missing = tally.missing
    invalid = tally.invalid
    distinct = counter.distinct
    distinctIsApproximate = counter.isApproximate
    top = counter.top(topCount)
    switch plan.storage {
    case .integers where tally.measured > 0 && type != .boolean:
      minimum = CanonicalText.text(tally.leastInteger, type)
      maximum = CanonicalText.text(tally.greatestInteger, type)
      if type == .integer {
        mean = tally.mean
        sum = tally.sum
        standardDeviation = (tally.squares / Double(tally.measured)).squareRoot()
      }
    case .numbers where tally.measured > 0:
      minimum = Number.text(tally.leastNumber)
      maximum = Number.text(tally.greatestNumber)
      mean = tally.mean
      sum = tally.sum
      standardDeviation = (tally.squares / Double(tally.measured)).squareRoot()
    case .text where tally.valid > 0:
      shortest = tally.shortest
      longest = tally.longest
      meanLength = Double(tally.totalLength) / Double(tally.valid)
    default: break
    }
  }

  /// For reports.
  package var json: JSON {
    var members: [JSON.Member] = [
      .init("name", .string(name)), .init("type", .string(type.rawValue)), .init("valid", JSON(valid)),
      .init("missing", JSON(missing)), .init("invalid", JSON(invalid)), .init("distinct", JSON(distinct)),
    ]
    if distinctIsApproximate { members.append(.init("distinctIsApproximate", true)) }
    if let minimum { members.append(.init("minimum", .string(minimum))) }
    if let maximum { members.append(.init("maximum", .string(maximum))) }
    if let mean { members.append(.init("mean", JSON(mean))) }
    if let sum { members.append(.init("sum", JSON(sum))) }
    if let standardDeviation { members.append(.init("standardDeviation", JSON(standardDeviation))) }
    if let shortest { members.append(.init("shortest", JSON(shortest))) }
    if let longest { members.append(.init("longest", JSON(longest))) }
    if let meanLength { members.append(.init("meanLength", JSON(meanLength))) }
    if !top.isEmpty {
      members.append(.init("top", .array(top.map { ["value": .string($0.value), "count": JSON($0.count)] })))
    }
    return .object(members)
  }
}
