import Bytes
package import Catalogs
package import Disclosure
import Tables

extension Microdata {
  /// Reads the table of a restricted dataset once, checks it, and codes every dimension and every measure that any
  /// of its statistics declares.
  /// - Parameters:
  ///   - room: where rows go that are too many for memory; nil keeps all of them in memory.
  ///   - watch: is shown every unit, of a join also those without a partner.
  /// - Throws: `ResultError` with file, line, record and field of the first cell that has no declared code, lies
  ///   outside its measure's bounds, or names no unit; and where the declaration does not fit the table.
  package static func read(
    _ dataset: Dataset, codeLists: [String: CodeList] = [:], keys: ProtectionKeys, room: Room? = nil,
    watch: UnitWatch? = nil
  ) throws(ResultError) -> Microdata {
    let plan = try IngestPlan(dataset)
    var reading = Reading(plan: plan, keys: keys, family: dataset.keyFamily, room: room, watch: watch)
    var table = plan.resource
    if let join = dataset.join {
      // Everybody who is in one of the tables: for guard and budget, which look at the sources too.
      guard let world = join.world else { throw ResultError.notJoined(dataset) }
      table = table.world(world.source, subject: dataset.subject)
    }
    try table.checked(for: dataset.name, codeLists) { batch, typed in
      try reading.take(batch, typed)
      try reading.makeRoom()
    }
    return try reading.microdata()
  }
}

extension Microdata {
  /// Whether a dataset's declaration of dimensions and measures is taken.
  package static func takes(_ dataset: Dataset) -> Bool { (try? IngestPlan(dataset)) != nil }
}

extension ResultError {
  /// A derived dataset whose sources have not been joined for this run.
  static func notJoined(_ dataset: Dataset) -> ResultError {
    ResultError(
      .environment,
      Wording("the sources of \(dataset.name) are not joined", "\(dataset.name) 的来源尚未关联"),
      hint: Wording("run the verb on the portal as a whole", "请在整个门户上运行该命令"))
  }
}

extension Resource {
  /// Reads the whole table; every fault in it is refused.
  func checked(
    for dataset: String, _ codeLists: [String: CodeList], each: @escaping (Batch, TypedColumns) throws -> Void
  ) throws(ResultError) {
    var lists: [String: Set<String>] = [:]
    for (name, list) in codeLists { lists[name] = Set(list.codes.map(\.code)) }
    let report: TableReport
    do {
      report = try TableCheck.run(source, schema: schema, codeLists: lists, each: each)
    } catch let error as ResultError {
      throw error
    } catch let error as any Fault {
      throw ResultError(.table, error.message, hint: error.hint)
    } catch {
      throw ResultError(.table, "\(source.path) cannot be read: \(error)")
    }
    guard report.faultCount == 0 else {
      func first(_ language: String) -> String { report.faults.first?.description(in: language) ?? "" }
      throw ResultError(
        .table,
        Wording(
          "\(report.faultCount) faults in \(source.path), the first: \(first("en"))",
          "\(source.path) 有 \(report.faultCount) 处错误，第一处：\(first("zh"))"),
        hint: Wording("run doorsill check \(dataset)", "请运行 doorsill check \(dataset)"))
    }
  }

  /// The table of all units of all tables of a join: of those that a unit is not in nothing is there, and the last column
  /// says which they are.
  fileprivate func world(_ held: HeldSource, subject: [String]) -> Resource {
    var all = self
    all.source.held = held
    for place in all.schema.fields.indices where !subject.contains(all.schema.fields[place].name) {
      all.schema.fields[place].constraints.required = false
    }
    all.schema.fields.append(Field(name: Join.membership, type: .string))
    return all
  }
}

/// What of a dataset's table becomes which column of the microdata.
struct IngestPlan {
  let resource: Resource
  let shape: Shape
  let measures: [MeasureShape]
  let perUnit: [Microdata.PerUnit]
  let coders: [DimensionCoder]
  /// For each coder the table of the join that its dimension comes from; nil where there is none.
  let tables: [Int?]
  let members: JoinMembers?
  let measureColumns: [Int]
  let subjectColumns: [Int]

  init(_ dataset: Dataset) throws(ResultError) {
    let measures = try IngestPlan.measures(dataset)
    let fields = Set(dataset.subject + dataset.dimensions.map(\.field) + measures.map(\.field))
    guard
      let resource = dataset.resources.first(where: { resource in
        fields.allSatisfy { resource.field($0) != nil }
      })
    else {
      let missing = fields.sorted().filter { field in !dataset.resources.contains { $0.field(field) != nil } }
      throw ResultError(
        .declaration,
        missing.isEmpty
          ? "no single table of \(dataset.name) has subject, dimensions and measures together"
          : "\(dataset.name) has no field \(missing.joined(separator: ", "))",
        hint: "correct subject, dimensions or measures in \(dataset.file)")
    }
    guard !dataset.subject.isEmpty else {
      throw ResultError(
        .declaration, "\(dataset.name) declares no subject",
        hint: "name in \(dataset.file) the fields that identify the unit to be protected")
    }
    try IngestPlan.refuseSecondCuts(dataset, measures)
    self.resource = resource
    var coders: [DimensionCoder] = []
    for dimension in dataset.dimensions {
      let column = try resource.column(dimension.field, of: dataset)
      coders.append(
        try DimensionCoder(
          dimension, column: column, field: resource.schema.fields[column], dataset: dataset))
    }
    self.coders = coders
    tables = dataset.dimensions.map { dimension in
      dataset.join?.tables.firstIndex { $0.dimensions.contains { $0.name == dimension.name } }
    }
    members = dataset.join.map { JoinMembers($0, beside: dataset.besideTables) }
    shape = try IngestPlan.shape(of: dataset, coders.map { $0.released() }, members)
    subjectColumns = try dataset.subject.map { field throws(ResultError) in
      try resource.column(field, of: dataset)
    }
    perUnit = measures.map(\.perUnit.microdata)
    var shapes: [MeasureShape] = []
    var columns: [Int] = []
    for measure in measures {
      let column = try resource.column(measure.field, of: dataset)
      columns.append(column)
      shapes.append(
        try IngestPlan.shape(measure, field: resource.schema.fields[column], dataset: dataset))
    }
    self.measures = shapes
    measureColumns = columns
  }

  /// The measures of all statistics; one field has one declaration, or else two sums or two cuts of it could be
  /// subtracted. What is released of it is each result's own affair.
  static func measures(_ dataset: Dataset) throws(ResultError) -> [Measure] {
    var measures: [Measure] = []
    for result in dataset.results where result.kind.hasCells {
      for measure in result.measures {
        guard let known = measures.first(where: { $0.field == measure.field }) else {
          measures.append(measure)
          continue
        }
        guard known.perUnit == measure.perUnit, known.scale == measure.scale, known.step == measure.step,
          known.lowerBound == measure.lowerBound, known.upperBound == measure.upperBound,
          known.bands == measure.bands || known.bands.isEmpty || measure.bands.isEmpty
        else {
          throw ResultError(
            .declaration, "measure \(measure.field) of \(dataset.name) is declared in two ways",
            hint: "use the same perUnit, bounds, scale, step and bands in every result")
        }
        if let place = measures.firstIndex(where: { $0.field == measure.field }) {
          if known.bands.isEmpty { measures[place].bands = measure.bands }
          measures[place].statistics += measure.statistics.filter { !known.statistics.contains($0) }
        }
      }
    }
    return measures
  }

  /// Two dimensions over one field, or a dimension and the bands of a measure, are two cuts of the same thing: their cells
  /// could be subtracted unseen by the guard, whatever the roles (DISCLOSURE 00, rule 7).
  private static func refuseSecondCuts(
    _ dataset: Dataset, _ measures: [Measure]
  ) throws(ResultError) {
    var cuts: [String: String] = [:]
    for dimension in dataset.dimensions {
      if let other = cuts.updateValue("dimension \(dimension.name)", forKey: dimension.field) {
        throw secondCut(dimension.field, other, "dimension \(dimension.name)", dataset)
      }
    }
    for measure in measures where !measure.bands.isEmpty {
      if let other = cuts[measure.field] {
        throw secondCut(measure.field, other, "the bands of measure \(measure.field)", dataset)
      }
    }
  }

  private static func secondCut(
    _ field: String, _ one: String, _ other: String, _ dataset: Dataset
  ) -> ResultError {
    ResultError(
      .declaration, "\(one) and \(other) of \(dataset.name) both cut the field \(field)",
      hint: "declare one dimension with a hierarchy, whose coarser codes are answered as well")
  }

  private static func shape(
    _ measure: Measure, field: Field, dataset: Dataset
  ) throws(ResultError) -> MeasureShape {
    guard let lower = Decimal.scaled(measure.lowerBound, scale: measure.scale),
      let upper = Decimal.scaled(measure.upperBound, scale: measure.scale),
      let step = Decimal.scaled(measure.step, scale: measure.scale), step > 0, lower <= upper
    else {
      throw ResultError(
        .declaration,
        "bounds and step of measure \(measure.field) of \(dataset.name) do not fit 64 bits at its scale",
        hint: "declare a smaller scale")
    }
    // Σx² of 2³¹ values stays below 2¹²⁶.
    guard max(lower.magnitude, upper.magnitude) < 1 << 47 else {
      throw ResultError(
        .declaration,
        "measure \(measure.field) of \(dataset.name) may reach \(measure.upperBound) at scale \(measure.scale)",
        hint: "values in units of its last digit must stay below 2^47: declare a smaller scale")
    }
    var bands: [Int64] = []
    for edge in measure.bands {
      guard let least = Decimal.scaled(edge, scale: measure.scale), bands.last ?? .min < least else {
        throw ResultError(
          .declaration, "the bands of measure \(measure.field) of \(dataset.name) are too fine for its scale",
          hint: "declare a larger scale")
      }
      bands.append(least)
    }
    // Bounds are declared of one row; where a unit has only one, or its rows are not added, they bound the unit too.
    let key =
      dataset.resources.count == 1 && dataset.join == nil ? dataset.resources[0].schema.primaryKey : []
    let isAlone = !key.isEmpty && key.allSatisfy { dataset.subject.contains($0) }
    return MeasureShape(
      name: measure.field, identity: dataset.origin(of: measure.field), title: measure.title,
      unit: measure.unit, scale: measure.scale, step: Int128(step),
      lower: lower, upper: upper, complete: field.constraints.required,
      boundsUnit: isAlone || measure.perUnit != .sum,
      statistics: Set(measure.statistics.map(\.shape)),
      bands: bands)
  }
}

/// Rows as they come in.
private struct Reading {
  let plan: IngestPlan
  private var coders: [DimensionCoder]
  private var unit: UnitReader
  private var units: [UInt64] = []
  private var codes: [[Int32]]
  private var values: [[Int64]]
  private let room: Microdata.Room?
  private var spill: RowSpill?

  init(
    plan: IngestPlan, keys: ProtectionKeys, family: String, room: Microdata.Room?, watch: UnitWatch?
  ) {
    self.plan = plan
    self.room = room
    coders = plan.coders
    unit = UnitReader(columns: plan.subjectColumns, keys: keys, family: family, watch: watch)
    codes = plan.shape.dimensions.map { _ in [] }
    values = plan.measures.map { _ in [] }
  }

  /// Moves rows to the file once they are too many for memory.
  mutating func makeRoom() throws(ResultError) {
    guard let room else { return }
    let bytes = units.count * (8 + 4 * codes.count + 8 * values.count)
    guard bytes > (spill == nil ? room.limit : min(room.limit, 8 << 20)) else { return }
    if spill == nil {
      spill = try RowSpill(
        folder: room.folder, codes: plan.shape.dimensions.map(\.codes.count), measures: values.count)
    }
    try spill?.append(units, codes, values)
    units.removeAll(keepingCapacity: true)
    for place in codes.indices { codes[place].removeAll(keepingCapacity: true) }
    for place in values.indices { values[place].removeAll(keepingCapacity: true) }
    if units.capacity > 1 << 22 {
      units = []
      codes = codes.map { _ in [] }
      values = values.map { _ in [] }
    }
  }

  /// The rows, by unit.
  mutating func microdata() throws(ResultError) -> Microdata {
    if spill != nil {
      try spill?.append(units, codes, values)
      if let stored = try spill?.finish() {
        return Microdata(shape: plan.shape, measures: plan.measures, perUnit: plan.perUnit, stored: stored)
      }
    }
    return Microdata(
      shape: plan.shape, measures: plan.measures, perUnit: plan.perUnit, keys: units, codes: codes,
      values: values)
  }

  mutating func take(_ batch: Batch, _ typed: TypedColumns) throws(ResultError) {
    for row in 0..<batch.rowCount {
      guard let key = unit.key(batch, typed, row: row) else {
        throw fault(
          batch, row, plan.subjectColumns[0], "names no unit", "every row needs its subject's fields")
      }
      units.append(key)
    }
    var patterns: [UInt64] = []
    if let members = plan.members {
      let column = plan.resource.schema.fields.count
      for row in 0..<batch.rowCount {
        guard let pattern = batch.withCell(row, column, { members.pattern($0) }) else {
          throw fault(batch, row, plan.subjectColumns[0], "is in no table", "run the verb again")
        }
        patterns.append(pattern)
      }
      for (place, bit) in zip(coders.count..<codes.count, members.order) {
        codes[place] += patterns.map { $0 >> UInt64(bit) & 1 == 1 ? 0 : 1 }
      }
    }
    for place in coders.indices {
      let column = coders[place].column
      for row in 0..<batch.rowCount {
        // A unit that is not in the dimension's table has no code; of those that are told of the value is missing.
        if let table = plan.tables[place], let members = plan.members, patterns[row] >> UInt64(table) & 1 == 0
        {
          codes[place].append(members.tells(patterns[row]) ? coders[place].notStated ?? -1 : -1)
          continue
        }
        // A faulty cell is in the check's report, which stops the computation.
        guard typed[column].state(row) != .invalid else {
          codes[place].append(0)
          continue
        }
        guard let code = coders[place].code(batch, typed[column], row: row) else {
          throw fault(
            batch, row, column, "is no declared code of dimension \(coders[place].dimension.name)",
            "add the code or band to the dimension, or correct the data")
        }
        codes[place].append(code)
      }
    }
    for place in plan.measures.indices {
      let column = plan.measureColumns[place]
      let measure = plan.measures[place]
      for row in 0..<batch.rowCount {
        guard typed[column].isValid(row) else {
          values[place].append(Microdata.missing)
          continue
        }
        guard let value = number(batch, row, column, scale: measure.scale) else {
          throw fault(
            batch, row, column, "is no decimal number", "write digits with at most one decimal point")
        }
        guard value >= measure.lower, value <= measure.upper else {
          throw fault(
            batch, row, column, "is outside the declared bounds of measure \(measure.name)",
            "correct the data or widen the bounds")
        }
        values[place].append(value)
      }
    }
  }

  private func number(_ batch: Batch, _ row: Int, _ column: Int, scale: Int) -> Int64? {
    if let plain = batch.withCell(row, column, { Decimal.scaled($0, scale: scale) }) { return plain }
    let field = plan.resource.schema.fields[column]
    var text = batch.text(row, column)
    if let group = field.groupChar { text = text.split(separator: group).joined() }
    if field.decimalChar != "." { text = text.split(separator: field.decimalChar).joined(separator: ".") }
    if !field.bareNumber { text = text.filter { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") } }
    text = text.filter { $0 != " " }
    if let plain = Decimal.scaled(text, scale: scale) { return plain }
    return Decimal.scaled(exponent: text, scale: scale)
  }

  private func fault(_ batch: Batch, _ row: Int, _ column: Int, _ what: String, _ hint: String) -> ResultError
  {
    let field = plan.resource.schema.fields[column].name
    let value = String(batch.text(row, column).prefix(60))
    return ResultError(
      .value,
      "\(plan.resource.source.path):\(batch.line(ofRow: row)): record \(batch.firstRecord + row), field \(field): \"\(value)\" \(what)",
      hint: hint)
  }
}
