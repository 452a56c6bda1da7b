import Bytes

/// A schema made ready for one table: which column feeds which field, and which columns make keys.
struct CheckPlan: Sendable {
  /// Columns whose values together occur once.
  struct Key: Sendable {
    var rule: CellFault.Rule
    var columns: [Int]
    /// A record in which one of them is missing has no key; of a primary key that is a fault of `required`.
    var name: String
  }

  let columns: [ColumnPlan]
  let keys: [Key]
  let foreign: [ForeignCheck]
  /// Place in the record of each field; -1: not there.
  let map: [Int32]
  /// Cells a record should have.
  let width: Int
  /// Whether the fields are the columns, in order.
  let isStraight: Bool
  /// The header's cells, to find where it stands again; empty where a record may well look like it.
  let header: [[UInt8]]

  init(
    schema: Schema, header: [String], names: [String], hasHeader: Bool, codeLists: [String: Set<String>],
    references: [String: KeySet], file: String, faults: inout [CellFault]
  ) throws(TableError) {
    var plans: [ColumnPlan] = []
    for field in schema.fields {
      do throws(ColumnPlan.Mistake) {
        plans.append(
          try ColumnPlan(
            field: field, missingValues: schema.missingValues, codeLists: codeLists,
            isRequired: schema.primaryKey.contains { sameBytes($0, field.name) }))
      } catch {
        throw TableError(
          .schema, file: file,
          Wording(
            "field \(field.name): \(error.key) \(error.words.en)",
            "字段“\(field.name)”：\(error.key) \(error.words.zh)"))
      }
    }
    columns = plans
    var keys: [Key] = []
    for (index, plan) in plans.enumerated() where plan.isUnique {
      keys.append(Key(rule: .unique, columns: [index], name: plan.field.name))
    }
    func places(_ names: [String]) -> [Int] { names.compactMap { schema.index(of: $0) } }
    let primary = places(schema.primaryKey)
    if !primary.isEmpty, !(primary.count == 1 && plans[primary[0]].isUnique) {
      keys.append(Key(rule: .primaryKey, columns: primary, name: schema.primaryKey.joined(separator: ", ")))
    }
    for names in schema.uniqueKeys {
      keys.append(Key(rule: .uniqueKey, columns: places(names), name: names.joined(separator: ", ")))
    }
    self.keys = keys
    foreign = schema.foreignKeys.compactMap { key in
      let name = "\(key.resource)(\(key.referenced.joined(separator: ", ")))"
      return references[ForeignCheck.name(key)].map {
        ForeignCheck(columns: places(key.fields), keys: $0, target: name)
      }
    }
    width = header.count
    // One name may be a value; two or more, each in its own column, are not.
    let isTelling = hasHeader && header.count { !$0.isEmpty } > 1
    self.header = isTelling ? header.map { Array($0.utf8) } : []
    let match = HeaderMatch(schema: schema, header: header, names: names, hasHeader: hasHeader)
    map = match.map
    isStraight = map.enumerated().allSatisfy { $0.offset == Int($0.element) }
    for (column, message) in match.faults {
      faults.append(
        CellFault(
          file: file, line: hasHeader ? 1 : 0, record: 0, column: column,
          field: column > 0 && column <= header.count ? header[column - 1] : "", value: "", rule: .header,
          words: message))
    }
  }

  /// A batch in the schema's columns.
  func shaped(_ batch: Batch) -> Batch {
    var batch = batch
    if !isStraight { batch.columnMap = map }
    batch.columnCount = columns.count
    batch.sourceWidth = width
    return batch
  }
}

/// Values that must be keys of another table.
struct ForeignCheck: Sendable {
  let columns: [Int]
  let keys: KeySet
  let target: String

  /// What `references` calls the keys a foreign key points at: `resource(field, field)`.
  static func name(_ key: Schema.ForeignKey) -> String {
    "\(key.resource)(\(key.referenced.joined(separator: ",")))"
  }
}

/// The keys of a table, by fingerprint.
package struct KeySet: Sendable {
  var fingerprints: Set<UInt64> = []

  /// How many there are.
  package var count: Int { fingerprints.count }
}

/// Which column of a file is which field.
private struct HeaderMatch {
  var map: [Int32] = []
  var faults: [(column: Int, message: Wording)] = []

  /// `names` are those of the header made usable, which a proposed schema has.
  init(schema: Schema, header: [String], names: [String], hasHeader: Bool) {
    let fields = schema.fields
    guard hasHeader else {
      map = fields.indices.map { $0 < header.count ? Int32($0) : -1 }
      if fields.count != header.count, !header.isEmpty || fields.count != 0 {
        faults.append(
          (
            0,
            Wording(
              "the table has \(header.count) columns, the schema declares \(fields.count)",
              "表有 \(header.count) 列，结构声明了 \(fields.count) 列")
          ))
      }
      return
    }
    // By name, as it stands or made usable; else by a title, since people head columns with what they read.
    func place(_ field: Field) -> Int? {
      header.firstIndex { sameBytes($0, field.name) } ?? names.firstIndex { sameBytes($0, field.name) }
        ?? header.firstIndex { name in field.title?.byLanguage.contains { sameBytes($0.text, name) } ?? false
        }
    }
    var taken: Set<Int> = []
    for (index, field) in fields.enumerated() {
      // The same place first, so that a name that is there twice is found twice.
      if index < header.count, sameBytes(header[index], field.name) || sameBytes(names[index], field.name),
        taken.insert(index).inserted
      {
        map.append(Int32(index))
      } else if let found = place(field), taken.insert(found).inserted {
        map.append(Int32(found))
      } else {
        map.append(-1)
        let near = nearest(field.name, in: header)
        faults.append(
          (
            0,
            Wording(
              "the column \"\(field.name)\" is missing" + (near.map { "; did you mean \"\($0)\"?" } ?? ""),
              "缺少列“\(field.name)”" + (near.map { "；是不是“\($0)”？" } ?? ""))
          ))
      }
    }
    if schema.fieldsMatch != .subset {
      for (index, name) in header.enumerated() where !taken.contains(index) {
        faults.append(
          (
            index + 1,
            Wording("the column \"\(name)\" is not declared in the schema", "列“\(name)”没有在结构中声明")
          ))
      }
    }
    if schema.fieldsMatch == .exact, faults.isEmpty, map != map.sorted() {
      faults.append(
        (
          0,
          Wording(
            "the columns are not in the order of the schema: \(fields.map(\.name).joined(separator: ", "))",
            "列的顺序与结构不同，应为：\(fields.map(\.name).joined(separator: "、"))")
        ))
    }
  }
}
