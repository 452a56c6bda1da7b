package import Bytes
package import Catalogs
package import Disclosure
import Tables
package import Trust

/// What `verify` and `score` are computed with.
package struct TagPlan {
  package let dataset: Dataset
  package let result: ResultDeclaration
  package let profile: VerifyProfile
  /// The verify key.
  package let key: Secret
  /// The draw key, which the tags of nobody are made with.
  package let draw: Secret
  /// The name of the organization that answers for rule and meaning.
  package let responsible: Text
  package let policyHash: String
  package let now: Timestamp

  package init(
    dataset: Dataset, result: ResultDeclaration, profile: VerifyProfile, key: Secret, draw: Secret,
    responsible: Text, policyHash: String, now: Timestamp
  ) {
    self.dataset = dataset
    self.result = result
    self.profile = profile
    self.key = key
    self.draw = draw
    self.responsible = responsible
    self.policyHash = policyHash
    self.now = now
  }
}

extension TagPlan {
  /// Reads the table once, evaluates a score's expression, and hands every tuple to the sealer.
  /// - Parameters:
  ///   - cache: tags of the publication before.
  ///   - threads: how many compute tags at once; 0: as many as there are cores.
  /// - Throws: `ResultError` with file, line, record and field of the first row that names no subject or whose score is
  ///   no declared value; and where guessing would be too cheap.
  package func seal(
    cache: TagCache, codeLists: [String: CodeList] = [:], threads: Int = 0
  ) throws(ResultError) -> TagSealer.Sealed {
    let resource = try TagPlan.resource(of: result, in: dataset)
    let fields = resource.schema.fields
    func columns(_ names: [String]) throws(ResultError) -> [Int] {
      try names.map { name throws(ResultError) in try resource.column(name, of: dataset) }
    }
    let subject = try columns(dataset.subject)
    let claims = try columns(result.claims)
    let request = request(subject.map { fields[$0] }, claims.map { fields[$0] })
    var sealer = try disclosing { () throws(DisclosureError) in try TagSealer(request, key: key, draw: draw) }
    let expression: ScoreExpression? =
      if let output = result.output {
        try ScoreExpression(output, of: result, fields: fields)
      } else { nil }
    var places: [String: UInt8] = [:]
    for (place, value) in request.values.enumerated() { places[value] = UInt8(place) }
    var lists: [String: Set<String>] = [:]
    for (name, list) in codeLists { lists[name] = Set(list.codes.map(\.code)) }
    do {
      let report = try TableCheck.run(resource.source, schema: resource.schema, codeLists: lists) {
        batch, typed in
        let scores = try expression?.values(batch, typed)
        for row in 0..<batch.rowCount {
          var answer: UInt8 = 0
          if let scores {
            guard let value = scores[row], let place = places[value] else {
              throw TagPlan.undeclared(scores[row], of: request.values, batch, row, resource)
            }
            answer = place
          }
          var identifier: [String] = []
          for place in subject {
            guard let text = Self.text(batch, typed[place], row, place, fields[place]) else {
              throw TagPlan.fault(
                batch, row, resource,
                Wording("field \(fields[place].name) names no subject", "字段 \(fields[place].name) 未指明主体"),
                Wording("every row needs its subject's fields", "每一行都要有主体字段"))
            }
            identifier.append(text)
          }
          let stated = claims.map { Self.text(batch, typed[$0], row, $0, fields[$0]) }
          guard sealer.add(subject: identifier, claims: stated, answer: answer) else {
            let named = "\"\(identifier.joined(separator: " ").prefix(60))\""
            throw TagPlan.fault(
              batch, row, resource,
              Wording("its subject \(named) cannot be stated", "主体 \(named) 无法填报"),
              Wording("correct the data", "请更正数据"))
          }
        }
      }
      guard report.faultCount == 0 else {
        throw ResultError(
          .table,
          "\(report.faultCount) faults in \(resource.source.path), the first: \(report.faults.first?.message ?? "")",
          hint: "run doorsill check \(dataset.name)")
      }
    } catch let error as ResultError {
      throw error
    } catch let error as any Fault {
      throw ResultError(.table, error.message, hint: error.hint)
    } catch {
      throw ResultError(.table, "\(resource.source.path) cannot be read: \(error)")
    }
    let cores = threads > 0 ? threads : ProcessorCount.online
    return try disclosing { () throws(DisclosureError) in try sealer.seal(cache: cache, threads: cores) }
  }

  /// The one table that holds the subject and all claims.
  static func resource(
    of result: ResultDeclaration, in dataset: Dataset
  ) throws(ResultError) -> Resource {
    let wanted = dataset.subject + result.claims
    guard
      let resource = dataset.resources.first(where: { table in wanted.allSatisfy { table.field($0) != nil } })
    else {
      throw ResultError(
        .declaration,
        Wording(
          "no single table of \(dataset.name) has \(wanted.joined(separator: ", ")) together",
          "\(dataset.name) 没有一张表同时含 \(wanted.joined(separator: "、"))"),
        hint: Wording(
          "correct subject or claims in \(dataset.file)", "请更正 \(dataset.file) 中的 subject 或 claims"))
    }
    return resource
  }

  private func request(_ subject: [Field], _ claims: [Field]) -> TagSealer.Request {
    TagSealer.Request(
      dataset: dataset.name, result: result.name, kind: Self.kind(result.kind),
      keyFamily: dataset.keyFamily, title: result.title, subject: subject.map(Self.stated),
      claims: claims.map(Self.stated), values: result.output?.values ?? [],
      meaning: result.meaning ?? result.description, responsible: responsible, asksConsent: result.consent,
      profile: profile.name,
      limits: TagLimits(claimBits: profile.claimBits, enumerationBits: profile.enumerationBits),
      policyHash: policyHash, now: now)
  }

  private static func kind(_ kind: ResultDeclaration.Kind) -> ReleasedKind {
    switch kind {
    case .statistic: .statistic
    case .verify: .verify
    case .score: .score
    }
  }

  private static func stated(_ field: Field) -> ReleasedTags.Field {
    let form: TupleForm =
      switch field.type {
      case .integer, .number, .year: .number
      case .boolean: .boolean
      case .date: .date
      default: .text
      }
    return ReleasedTags.Field(name: field.name, title: field.title ?? Text(field.name), form: form)
  }

  /// A cell's text without the manners of its file; nil where it is missing.
  private static func text(
    _ batch: Batch, _ column: TypedColumn, _ row: Int, _ place: Int, _ field: Field
  ) -> String? {
    guard column.isValid(row) else { return nil }
    switch field.type {
    case .integer, .boolean, .year: return column.integer(row).map { String($0) }
    case .date: return column.integer(row).map { CalendarDate(daysSince1970: Int($0)).iso }
    case .number:
      var text = batch.text(row, place)
      if let group = field.groupChar { text = text.split(separator: group).joined() }
      if field.decimalChar != "." { text = text.split(separator: field.decimalChar).joined(separator: ".") }
      if !field.bareNumber { text = text.filter { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") } }
      return text
    default: return batch.text(row, place)
    }
  }

  /// A score that is none of its declared values; nil is NULL.
  static func undeclared(
    _ score: String?, of values: [String], _ batch: Batch, _ row: Int, _ resource: Resource
  ) -> ResultError {
    let value = score.map { "\"\($0.prefix(60))\"" } ?? "NULL"
    return fault(
      batch, row, resource,
      Wording("its score is \(value), which is no declared value", "评分为 \(value)，不是声明的取值"),
      Wording(
        "declared are \(values.joined(separator: ", ")): correct expression or values",
        "声明的取值：\(values.joined(separator: "、"))；请更正表达式或取值"))
  }

  private static func fault(
    _ batch: Batch, _ row: Int, _ resource: Resource, _ what: Wording, _ hint: Wording
  ) -> ResultError {
    let place = "\(resource.source.path):\(batch.line(ofRow: row))"
    let record = batch.firstRecord + row
    return ResultError(
      .value,
      Wording("\(place): record \(record): \(what.en)", "\(place)：第 \(record) 条记录：\(what.zh)"), hint: hint)
  }
}
