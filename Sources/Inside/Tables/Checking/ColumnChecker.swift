import Bytes

/// Checks one column of one batch: a pass for what is missing, one for types, one for rules, one for counting.
struct ColumnChecker {
  let plan: ColumnPlan
  /// Faults kept; the others are only counted.
  let shown: Int
  /// Whether to count values for statistics.
  let counts: Bool

  /// What one column of one batch amounts to.
  struct Result: Sendable {
    var column: TypedColumn
    var tally: ColumnTally
    var faults: [Found] = []
    var faultCount = 0
  }

  /// A fault at a row of the batch.
  struct Found: Sendable {
    var row: Int
    var value: String
    var rule: CellFault.Rule
    var expected: String
  }

  /// `cells` are the column's cells, row by row; `matcher` remembers the pattern's states from batch to batch.
  func check(
    _ cells: UnsafeBufferPointer<UInt64>, in storage: BatchStorage, counter: inout DistinctCounter,
    matcher: inout PatternMatcher?
  ) -> Result {
    let rows = cells.count
    var states = findMissing(cells, storage)
    var integers: [Int64] = []
    var numbers: [Double] = []
    var result = Result(
      column: TypedColumn(storage: plan.storage, states: [], integers: [], numbers: []), tally: ColumnTally())
    states.withUnsafeMutableBufferPointer { states in
      switch plan.storage {
      case .integers:
        integers = [Int64](unsafeUninitializedCapacity: rows) { target, count in
          scanIntegers(cells, storage, states, target)
          count = rows
        }
      case .numbers:
        numbers = [Double](unsafeUninitializedCapacity: rows) { target, count in
          scanNumbers(cells, storage, states, target)
          count = rows
        }
      case .text:
        if case .rule(let rule) = plan.kernel {
          for row in 0..<rows where states[row] == 0 && !rule.accepts(storage.bytes(of: cells[row])) {
            states[row] = TypedColumn.State.invalid.rawValue
          }
        } else if case .list(let rule) = plan.kernel {
          for row in 0..<rows where states[row] == 0 && !rule.accepts(storage.bytes(of: cells[row])) {
            states[row] = TypedColumn.State.invalid.rawValue
          }
        }
      }
      tell(cells, storage, states, &result)
      if plan.hasRules { applyRules(cells, storage, states, integers, numbers, &matcher, &result) }
      if counts {
        result.tally.measure(cells, UnsafeBufferPointer(states), storage, integers, numbers, plan.storage)
        if let base = states.baseAddress { counter.add(cells, base, storage) }
      }
    }
    result.column.states = states
    result.column.integers = integers
    result.column.numbers = numbers
    return result
  }

  private func findMissing(_ cells: UnsafeBufferPointer<UInt64>, _ storage: BatchStorage) -> [UInt8] {
    let missing = TypedColumn.State.missing.rawValue
    return [UInt8](unsafeUninitializedCapacity: cells.count) { states, count in
      count = cells.count
      if plan.onlyEmptyIsMissing {
        for row in 0..<cells.count {
          let cell = cells[row]
          states[row] = BatchStorage.isNull(cell) || !BatchStorage.isFilled(cell) ? missing : 0
        }
      } else if plan.nothingIsMissing {
        for row in 0..<cells.count { states[row] = BatchStorage.isNull(cells[row]) ? missing : 0 }
      } else {
        for row in 0..<cells.count {
          let text = storage.bytes(of: cells[row])
          let isMissing =
            BatchStorage.isNull(cells[row])
            || text.baseAddress.map { plan.missing.contains($0, text.count) } ?? false
          states[row] = isMissing ? missing : 0
        }
      }
    }
  }

  private func scanIntegers(
    _ cells: UnsafeBufferPointer<UInt64>, _ storage: BatchStorage,
    _ states: UnsafeMutableBufferPointer<UInt8>,
    _ target: UnsafeMutableBufferPointer<Int64>
  ) {
    /// One loop for each way of reading, so that the way is not asked again at each cell.
    @inline(__always) func each(_ read: (UnsafePointer<UInt8>, Int) -> Int64?) {
      for row in 0..<cells.count {
        target[row] = 0
        guard states[row] == 0 else { continue }
        let text = storage.bytes(of: cells[row])
        if let start = text.baseAddress, let value = read(start, text.count) {
          target[row] = value
        } else {
          states[row] = TypedColumn.State.invalid.rawValue
        }
      }
    }
    switch plan.kernel {
    case .integer where !plan.rewritesNumbers: each { ValueScanner.integer($0, $1) }
    case .date: each { ValueScanner.date($0, $1) }
    case .boolean(let yes, let no): each { yes.contains($0, $1) ? 1 : no.contains($0, $1) ? 0 : nil }
    case .year: each { ValueScanner.year($0, $1) }
    case .yearMonth: each { ValueScanner.yearMonth($0, $1) }
    case .datetime: each { ValueScanner.datetime($0, $1) }
    default:
      each { start, count in
        if case .integer(let value)? = plan.scan(UnsafeBufferPointer(start: start, count: count)) {
          value
        } else {
          nil
        }
      }
    }
  }

  private func scanNumbers(
    _ cells: UnsafeBufferPointer<UInt64>, _ storage: BatchStorage,
    _ states: UnsafeMutableBufferPointer<UInt8>,
    _ target: UnsafeMutableBufferPointer<Double>
  ) {
    for row in 0..<cells.count {
      target[row] = 0
      guard states[row] == 0 else { continue }
      let text = storage.bytes(of: cells[row])
      let value: Double?
      if plan.rewritesNumbers {
        if case .number(let read)? = plan.scan(text) { value = read } else { value = nil }
      } else {
        value = text.baseAddress.flatMap { ValueScanner.number($0, text.count) }
      }
      if let value {
        target[row] = value
      } else {
        states[row] = TypedColumn.State.invalid.rawValue
      }
    }
  }

  /// Counts states and tells what is missing or of another type.
  private func tell(
    _ cells: UnsafeBufferPointer<UInt64>, _ storage: BatchStorage,
    _ states: UnsafeMutableBufferPointer<UInt8>,
    _ result: inout Result
  ) {
    var counts = (valid: 0, missing: 0, invalid: 0)
    for row in 0..<cells.count {
      switch states[row] {
      case 0: counts.valid &+= 1
      case 1: counts.missing &+= 1
      default: counts.invalid &+= 1
      }
    }
    result.tally.valid = counts.valid
    result.tally.missing = counts.missing
    result.tally.invalid = counts.invalid
    if counts.missing > 0, plan.field.constraints.required {
      result.faultCount += counts.missing
      for row in 0..<cells.count where states[row] == TypedColumn.State.missing.rawValue {
        guard result.faults.count < shown else { break }
        result.faults.append(Found(row: row, value: "", rule: .required, expected: "a value"))
      }
    }
    guard counts.invalid > 0 else { return }
    result.faultCount += counts.invalid
    var kept = 0
    for row in 0..<cells.count where states[row] == TypedColumn.State.invalid.rawValue {
      guard kept < shown else { break }
      kept += 1
      let text = storage.bytes(of: cells[row])
      var expected = plan.kind
      if case .integer = plan.kernel, ValueScanner.isWhole(text) {
        expected = "a whole number within 64 bits"
      }
      if let first = text.first, let last = text.last, first == Byte.space || last == Byte.space {
        expected += " (it has spaces around it)"
      }
      let rule: CellFault.Rule = plan.field.format == nil ? .type : .format
      result.faults.append(Found(row: row, value: CellFault.shortened(text), rule: rule, expected: expected))
    }
  }

  private func applyRules(
    _ cells: UnsafeBufferPointer<UInt64>, _ storage: BatchStorage,
    _ states: UnsafeMutableBufferPointer<UInt8>,
    _ integers: [Int64], _ numbers: [Double], _ matcher: inout PatternMatcher?, _ result: inout Result
  ) {
    let rules = plan.field.constraints
    for row in 0..<cells.count where states[row] == 0 {
      let text = storage.bytes(of: cells[row])
      func refuse(_ rule: CellFault.Rule, _ expected: @autoclosure () -> String) {
        result.faultCount += 1
        guard result.faults.count < shown * 4 else { return }
        result.faults.append(
          Found(row: row, value: CellFault.shortened(text), rule: rule, expected: expected()))
      }
      if let start = text.baseAddress {
        if let list = plan.enumeration, !list.contains(start, text.count) {
          let values = rules.enumeration ?? []
          refuse(.enumeration, values.prefix(8).joined(separator: ", ") + (values.count > 8 ? " …" : ""))
        }
        if let codes = plan.codes, !codes.contains(start, text.count) {
          refuse(.codeList, plan.field.codeList ?? "")
        }
      }
      if let pattern = rules.pattern, let isMatch = matcher?.matches(text), !isMatch {
        refuse(.pattern, pattern.source)
      }
      for (rule, bound, written) in plan.integerBounds {
        let value = integers[row]
        let holds =
          switch rule {
          case .minimum: value >= bound
          case .maximum: value <= bound
          case .exclusiveMinimum: value > bound
          default: value < bound
          }
        if !holds { refuse(rule, written) }
      }
      for (rule, bound, written) in plan.numberBounds {
        let value = numbers[row]
        let holds =
          switch rule {
          case .minimum: value >= bound
          case .maximum: value <= bound
          case .exclusiveMinimum: value > bound
          default: value < bound
          }
        if !holds { refuse(rule, written) }
      }
      if rules.minLength != nil || rules.maxLength != nil {
        let length = length(of: text)
        if let least = rules.minLength, length < least { refuse(.minLength, unit(least)) }
        if let most = rules.maxLength, length > most { refuse(.maxLength, unit(most)) }
      }
    }
  }

  private func length(of text: UnsafeBufferPointer<UInt8>) -> Int {
    if case .list(let rule) = plan.kernel { return rule.items(text).count }
    switch plan.field.type {
    case .array: return TextRule.parsed(text)?.array?.count ?? 0
    case .object, .geojson: return TextRule.parsed(text)?.members?.count ?? 0
    default: return ColumnTally.scalars(text)
    }
  }

  private func unit(_ count: Int) -> String {
    switch plan.field.type {
    case .array, .object, .geojson, .list: "\(count) elements"
    default: "\(count) characters"
    }
  }
}
